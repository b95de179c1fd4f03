//! A zlib stream: the only place that calls the C library. The C library and no other, since its output is what OTP
//! gives, byte for byte.

#![expect(unsafe_code, reason = "calls the zlib library")]

use std::mem::MaybeUninit;

use libz_sys as sys;

/// How a step or an end went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// It went on as far as input and room allow.
    Going,
    /// The end of the stream was reached or written.
    End,
    /// A dictionary with this checksum is needed.
    NeedDictionary(u64),
}

/// What the library refused with; the names are `zlib`'s errors in Erlang.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    Data,
    Stream,
    Memory,
    Version,
    Buffer,
}

impl Failure {
    pub(super) fn name(self) -> &'static str {
        match self {
            Failure::Data => "data_error",
            Failure::Stream => "stream_error",
            Failure::Memory => "mem_error",
            Failure::Version => "version_error",
            Failure::Buffer => "buf_error",
        }
    }
}

fn failure(code: i32) -> Failure {
    match code {
        sys::Z_DATA_ERROR => Failure::Data,
        sys::Z_MEM_ERROR => Failure::Memory,
        sys::Z_VERSION_ERROR => Failure::Version,
        sys::Z_BUF_ERROR => Failure::Buffer,
        _ => Failure::Stream,
    }
}

fn check(code: i32) -> Result<(), Failure> {
    if code == sys::Z_OK { Ok(()) } else { Err(failure(code)) }
}

/// A stream that compresses or decompresses.
pub(super) struct Stream {
    /// Boxed: the library keeps its address.
    raw: Box<sys::z_stream>,
    pub(super) is_deflate: bool,
    is_ended: bool,
}

// SAFETY: the library keeps no thread-local state; whoever has the stream alone calls it.
unsafe impl Send for Stream {}

fn fresh() -> Box<sys::z_stream> {
    let mut raw = Box::new(MaybeUninit::<sys::z_stream>::zeroed());
    // The crate's type has function pointers that may not be null; these are the library's defaults.
    let allocate: sys::alloc_func = allocate;
    let free: sys::free_func = free;
    // SAFETY: all other fields are numbers and pointers, for which zeros are what zlib.h asks for; the two function
    // pointers are written before the value counts as initialised.
    unsafe {
        let target = raw.as_mut_ptr();
        (&raw mut (*target).zalloc).write(allocate);
        (&raw mut (*target).zfree).write(free);
        Box::from_raw(Box::into_raw(raw).cast::<sys::z_stream>())
    }
}

/// What stands before each block: its size, which `free` needs.
const ALLOCATION_HEAD: usize = 16;

extern "C" fn allocate(_: sys::voidpf, items: sys::uInt, size: sys::uInt) -> sys::voidpf {
    let Some(bytes) = (items as usize).checked_mul(size as usize) else { return std::ptr::null_mut() };
    let Ok(layout) = std::alloc::Layout::from_size_align(bytes + ALLOCATION_HEAD, ALLOCATION_HEAD) else {
        return std::ptr::null_mut();
    };
    // SAFETY: the layout is not empty; the head has room for the size.
    unsafe {
        let start = std::alloc::alloc_zeroed(layout);
        if start.is_null() {
            return std::ptr::null_mut();
        }
        start.cast::<usize>().write(layout.size());
        start.add(ALLOCATION_HEAD).cast()
    }
}

extern "C" fn free(_: sys::voidpf, block: sys::voidpf) {
    if block.is_null() {
        return;
    }
    // SAFETY: `allocate` made the block and wrote its size before it.
    unsafe {
        let start = block.cast::<u8>().sub(ALLOCATION_HEAD);
        let size = start.cast::<usize>().read();
        let layout = std::alloc::Layout::from_size_align_unchecked(size, ALLOCATION_HEAD);
        std::alloc::dealloc(start, layout);
    }
}

/// Bytes of the largest window (`MAX_WBITS`).
const LARGEST_WINDOW: usize = 1 << 15;

unsafe extern "C" {
    /// In zlib since 1.2.7; the crate leaves it out.
    fn inflateGetDictionary(stream: *mut sys::z_stream, dictionary: *mut u8, len: *mut u32) -> i32;
}

const SIZE: i32 = size_of::<sys::z_stream>() as i32;

impl Stream {
    /// A stream that compresses (`deflateInit2`).
    pub(super) fn deflate(level: i32, window: i32, memory: i32, strategy: i32) -> Result<Stream, Failure> {
        let mut raw = fresh();
        // SAFETY: the stream is fresh and stays at its address.
        check(unsafe {
            sys::deflateInit2_(
                &raw mut *raw,
                level,
                sys::Z_DEFLATED,
                window,
                memory,
                strategy,
                sys::zlibVersion(),
                SIZE,
            )
        })?;
        Ok(Stream { raw, is_deflate: true, is_ended: false })
    }

    /// A stream that decompresses (`inflateInit2`).
    pub(super) fn inflate(window: i32) -> Result<Stream, Failure> {
        let mut raw = fresh();
        // SAFETY: as above.
        check(unsafe { sys::inflateInit2_(&raw mut *raw, window, sys::zlibVersion(), SIZE) })?;
        Ok(Stream { raw, is_deflate: false, is_ended: false })
    }

    /// Goes on with `input`, writing at most `room` bytes behind `output`. Gives the number of bytes read, and whether
    /// there was room to spare.
    pub(super) fn step(
        &mut self,
        input: &[u8],
        output: &mut Vec<u8>,
        room: usize,
        flush: i32,
    ) -> Result<(usize, bool, Step), Failure> {
        let room = room.min(1 << 30);
        let input = &input[..input.len().min(1 << 30)];
        let before = output.len();
        output.resize(before + room, 0);
        self.raw.next_in = input.as_ptr().cast_mut();
        self.raw.avail_in = input.len() as u32;
        self.raw.next_out = output[before..].as_mut_ptr();
        self.raw.avail_out = room as u32;
        // SAFETY: the stream was set up in `deflate` or `inflate`; input and output are as long as it is told.
        let code = unsafe {
            if self.is_deflate {
                sys::deflate(&raw mut *self.raw, flush)
            } else {
                sys::inflate(&raw mut *self.raw, flush)
            }
        };
        let read = input.len() - self.raw.avail_in as usize;
        let left = self.raw.avail_out as usize;
        self.raw.next_in = std::ptr::null_mut();
        self.raw.next_out = std::ptr::null_mut();
        (self.raw.avail_in, self.raw.avail_out) = (0, 0);
        output.truncate(before + room - left);
        let step = match code {
            // There was nothing to do, or no room.
            sys::Z_OK | sys::Z_BUF_ERROR => Step::Going,
            sys::Z_STREAM_END => Step::End,
            sys::Z_NEED_DICT => Step::NeedDictionary(self.raw.adler),
            other => return Err(failure(other)),
        };
        Ok((read, left > 0, step))
    }

    /// `deflateReset` or `inflateReset`.
    pub(super) fn reset(&mut self) -> Result<(), Failure> {
        // SAFETY: the stream was set up.
        check(unsafe {
            if self.is_deflate {
                sys::deflateReset(&raw mut *self.raw)
            } else {
                sys::inflateReset(&raw mut *self.raw)
            }
        })
    }

    /// `deflateParams`; nothing is pending.
    pub(super) fn set_parameters(&mut self, level: i32, strategy: i32) -> Result<(), Failure> {
        let mut scratch = [0u8; 64];
        self.raw.next_out = scratch.as_mut_ptr();
        self.raw.avail_out = scratch.len() as u32;
        // SAFETY: the stream was set up for compressing; it may write into the scratch, of which it is told.
        let code = unsafe { sys::deflateParams(&raw mut *self.raw, level, strategy) };
        (self.raw.next_out, self.raw.avail_out) = (std::ptr::null_mut(), 0);
        if code == sys::Z_BUF_ERROR { Ok(()) } else { check(code) }
    }

    /// `deflateSetDictionary` or `inflateSetDictionary`; gives the checksum.
    pub(super) fn set_dictionary(&mut self, dictionary: &[u8]) -> Result<u64, Failure> {
        let len = u32::try_from(dictionary.len()).map_err(|_| Failure::Stream)?;
        // SAFETY: the stream was set up; the dictionary is read for its length.
        check(unsafe {
            if self.is_deflate {
                sys::deflateSetDictionary(&raw mut *self.raw, dictionary.as_ptr(), len)
            } else {
                sys::inflateSetDictionary(&raw mut *self.raw, dictionary.as_ptr(), len)
            }
        })?;
        Ok(self.raw.adler)
    }

    /// The dictionary of a stream that decompresses (`inflateGetDictionary`): what its window holds.
    pub(super) fn dictionary(&mut self) -> Result<Vec<u8>, Failure> {
        let mut window = vec![0; LARGEST_WINDOW];
        let mut len = 0;
        // SAFETY: the stream was set up for decompressing; the library writes a window at most, and says how much.
        check(unsafe { inflateGetDictionary(&raw mut *self.raw, window.as_mut_ptr(), &raw mut len) })?;
        window.truncate(len as usize);
        Ok(window)
    }

    /// `deflateEnd` or `inflateEnd`: frees what the library holds.
    pub(super) fn end(mut self) -> Result<(), Failure> {
        check(self.end_raw())
    }

    fn end_raw(&mut self) -> i32 {
        if std::mem::replace(&mut self.is_ended, true) {
            return sys::Z_OK;
        }
        // SAFETY: the stream was set up, and ends once.
        unsafe {
            if self.is_deflate {
                sys::deflateEnd(&raw mut *self.raw)
            } else {
                sys::inflateEnd(&raw mut *self.raw)
            }
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.end_raw();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(stream: &mut Stream, mut input: &[u8], chunk: usize) -> Vec<u8> {
        let mut output = Vec::new();
        loop {
            let flush = if stream.is_deflate { sys::Z_FINISH } else { sys::Z_NO_FLUSH };
            let (read, _, step) = stream.step(input, &mut output, chunk, flush).unwrap();
            input = &input[read..];
            if step == Step::End {
                return output;
            }
        }
    }

    #[test]
    fn what_was_compressed_comes_back_in_chunks_of_any_size() {
        let text: Vec<u8> = (0..20_000u32).flat_map(|number| (number % 991).to_le_bytes()).collect();
        let packed = all(&mut Stream::deflate(6, 15, 8, 0).unwrap(), &text, 100);
        assert!(packed.len() < text.len() / 4);
        for chunk in [1, 7, 4096] {
            assert_eq!(all(&mut Stream::inflate(15).unwrap(), &packed, chunk), text);
        }
    }

    #[test]
    fn garbage_is_a_data_error() {
        let mut stream = Stream::inflate(15).unwrap();
        assert_eq!(stream.step(b"no zlib stream", &mut Vec::new(), 100, 0), Err(Failure::Data));
    }
}
