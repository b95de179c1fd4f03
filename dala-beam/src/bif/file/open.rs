//! `prim_file` functions of open files.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Mutex, PoisonError};

use dala_ir::abi::{Atom, Word, atoms};
use dala_ir::interp::Exception;
use dala_ir::term::{TermWriter, view};

use super::{done, failure, info, path, posix_failure, success};
use crate::bif::Answer;
use crate::bif::arguments::{badarg, bytes, index, list, named, small};
use crate::process::Process;
use dala_ir::term::resource::{self, Resource};

/// Most bytes that one call reads at a time.
const MAX_READ: usize = 1 << 30;
/// Most bytes of one write call before it lets others run.
const WRITE_SLICE: usize = 4 << 20;

struct OpenFile {
    file: Mutex<Option<File>>,
    can_read: bool,
    can_write: bool,
}

/// Calls `act` with the file behind a reference; `{error, einval}` when it was closed.
fn with<R>(
    word: Word,
    act: impl FnOnce(&OpenFile, &mut File) -> io::Result<R>,
) -> Result<io::Result<R>, Exception> {
    let open: &OpenFile = resource::get(word).ok_or(Exception::badarg())?;
    let mut file = open.file.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(match file.as_mut() {
        Some(file) => act(open, file),
        None => Err(io::Error::from(io::ErrorKind::InvalidInput)),
    })
}

/// The error of a file that is not open for this.
fn bad_file() -> io::Error {
    io::Error::from_raw_os_error(9)
}

fn readable(open: &OpenFile) -> io::Result<()> {
    if open.can_read { Ok(()) } else { Err(bad_file()) }
}

fn writable(open: &OpenFile) -> io::Result<()> {
    if open.can_write { Ok(()) } else { Err(bad_file()) }
}

/// `open_nif(Name, Modes)`.
pub(crate) fn open(p: &mut Process, [name, modes]: [Word; 2]) -> Answer {
    let path = path(name)?;
    let (mut read, mut write, mut append, mut exclusive, mut directory) = (false, false, false, false, false);
    let mut synchronous = false;
    for mode in list(modes)? {
        match mode.as_atom().map(Atom::text) {
            Some("read") => read = true,
            Some("write") => write = true,
            Some("append") => append = true,
            Some("exclusive") => exclusive = true,
            Some("directory") => directory = true,
            Some("sync") => synchronous = true,
            // Those of the layers above, and unknown ones, which OTP takes no notice of either.
            _ => {}
        }
    }
    // As OTP: what is neither read nor written is read.
    read |= !(write || append);
    if !directory && std::fs::metadata(&path).is_ok_and(|data| data.is_dir()) {
        return Ok(posix_failure(p, "eisdir"));
    }
    let mut options = OpenOptions::new();
    options.read(read).write(write || exclusive).append(append);
    if exclusive {
        options.create_new(true);
    } else if write || append {
        // To write without reading means to write anew.
        options.create(true).truncate(write && !read && !append);
    }
    #[cfg(target_os = "linux")]
    if synchronous {
        use std::os::unix::fs::OpenOptionsExt;
        // O_SYNC
        options.custom_flags(0o4_010_000);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = synchronous;
    Ok(match options.open(&path) {
        Ok(file) => {
            if directory && !file.metadata().is_ok_and(|data| data.is_dir()) {
                return Ok(posix_failure(p, "enotdir"));
            }
            let can_write = write || append || exclusive;
            let open = OpenFile { file: Mutex::new(Some(file)), can_read: read, can_write };
            let reference = Resource::new(open).write(&mut p.heap);
            success(p, reference)
        }
        Err(error) => failure(p, &error),
    })
}

/// `file_desc_to_ref_nif(Descriptor)`: descriptors of the operating system cannot be taken over.
pub(crate) fn from_descriptor(p: &mut Process, [_descriptor]: [Word; 1]) -> Answer {
    Ok(posix_failure(p, "ebadf"))
}

/// `close_nif(File)`, `delayed_close_nif(File)`.
pub(crate) fn close(p: &mut Process, [file]: [Word; 1]) -> Answer {
    let open: &OpenFile = resource::get(file).ok_or(Exception::badarg())?;
    let closed = open.file.lock().unwrap_or_else(PoisonError::into_inner).take();
    Ok(if closed.is_some() { Word::atom(atoms::OK) } else { posix_failure(p, "einval") })
}

fn read_some(file: &mut impl Read, size: usize) -> io::Result<Vec<u8>> {
    let mut data = Vec::new();
    file.take(size.min(MAX_READ) as u64).read_to_end(&mut data)?;
    Ok(data)
}

/// `{ok, Data}`, `eof` or an error.
fn data_answer(p: &mut Process, size: usize, data: io::Result<Vec<u8>>) -> Answer {
    Ok(match data {
        Ok(data) if data.is_empty() && size > 0 => Word::atom(named!("eof")),
        Ok(data) => {
            p.charge(data.len() / 256 + 20);
            let binary = p.heap.binary(&data);
            success(p, binary)
        }
        Err(error) => failure(p, &error),
    })
}

/// `read_nif(File, Size)`.
pub(crate) fn read(p: &mut Process, [file, size]: [Word; 2]) -> Answer {
    let size = index(size)?;
    let data = with(file, |open, file| {
        readable(open)?;
        read_some(file, size)
    })?;
    data_answer(p, size, data)
}

/// `pread_nif(File, Offset, Size)`. The position stays.
pub(crate) fn pread(p: &mut Process, [file, offset, size]: [Word; 3]) -> Answer {
    let (offset, size) = (small(offset)?, index(size)?);
    let data = with(file, |open, file| {
        readable(open)?;
        at(file, place(offset)?, |file| read_some(file, size))
    })?;
    data_answer(p, size, data)
}

/// A position from the start; before it is none.
fn place(offset: i64) -> io::Result<u64> {
    u64::try_from(offset).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))
}

/// Acts at another position, and comes back.
fn at<R>(file: &mut File, offset: u64, act: impl FnOnce(&mut File) -> io::Result<R>) -> io::Result<R> {
    let before = file.stream_position()?;
    file.seek(SeekFrom::Start(offset))?;
    let result = act(file);
    file.seek(SeekFrom::Start(before))?;
    result
}

/// Bytes of an I/O vector up to [`WRITE_SLICE`], and what comes behind.
fn slice(vector: Word) -> Result<(Vec<u8>, Word), Exception> {
    let mut data = Vec::new();
    let mut rest = vector;
    while let Some((piece, tail)) = view::cons(rest) {
        data.extend_from_slice(&bytes(piece)?);
        rest = tail;
        if data.len() >= WRITE_SLICE {
            break;
        }
    }
    if rest.is_cons() || rest.is_nil() { Ok((data, rest)) } else { badarg() }
}

/// `write_nif(File, IoVector)`: `ok` or `{continue, Rest}`.
pub(crate) fn write(p: &mut Process, [file, vector]: [Word; 2]) -> Answer {
    let (data, rest) = slice(vector)?;
    p.charge(data.len() / 256 + 20);
    let written = with(file, |open, file| {
        writable(open)?;
        file.write_all(&data)
    })?;
    Ok(match written {
        Ok(()) if rest.is_nil() => Word::atom(atoms::OK),
        Ok(()) => p.heap.tuple(&[Word::atom(named!("continue")), rest]),
        Err(error) => failure(p, &error),
    })
}

/// `pwrite_nif(File, Offset, IoVector)`: `ok` or `{continue, Written, Rest}`. The position stays.
pub(crate) fn pwrite(p: &mut Process, [file, offset, vector]: [Word; 3]) -> Answer {
    let offset = index(offset)? as u64;
    let (data, rest) = slice(vector)?;
    p.charge(data.len() / 256 + 20);
    let written = with(file, |open, file| {
        writable(open)?;
        at(file, offset, |file| file.write_all(&data))
    })?;
    Ok(match written {
        Ok(()) if rest.is_nil() => Word::atom(atoms::OK),
        Ok(()) => {
            let written = Word::small_int(data.len() as i64);
            p.heap.tuple(&[Word::atom(named!("continue")), written, rest])
        }
        Err(error) => failure(p, &error),
    })
}

/// `seek_nif(File, Mark, Offset)`: `{ok, Position}`.
pub(crate) fn seek(p: &mut Process, [file, mark, offset]: [Word; 3]) -> Answer {
    let offset = small(offset)?;
    let mark = mark.as_atom().map(Atom::text);
    let position = with(file, |_, file| {
        let base = match mark {
            Some("bof") => 0,
            Some("cur") => file.stream_position()?,
            Some("eof") => file.seek(SeekFrom::End(0))?,
            _ => return Err(io::Error::from(io::ErrorKind::InvalidInput)),
        };
        let target = i64::try_from(base).ok().and_then(|base| base.checked_add(offset));
        let target = target.and_then(|target| u64::try_from(target).ok());
        file.seek(SeekFrom::Start(target.ok_or(io::ErrorKind::InvalidInput)?))
    })?;
    Ok(match position {
        Ok(position) => {
            let position = p.heap.unsigned(position);
            success(p, position)
        }
        Err(error) => failure(p, &error),
    })
}

/// `sync_nif(File, DataOnly)`.
pub(crate) fn sync(p: &mut Process, [file, data_only]: [Word; 2]) -> Answer {
    let data_only = small(data_only)? == 1;
    let result = with(file, |_, file| if data_only { file.sync_data() } else { file.sync_all() })?;
    done(p, result)
}

/// `truncate_nif(File)`: at the position.
pub(crate) fn truncate(p: &mut Process, [file]: [Word; 1]) -> Answer {
    let result = with(file, |open, file| {
        writable(open).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
        let position = file.stream_position()?;
        file.set_len(position)
    })?;
    done(p, result)
}

/// `advise_nif(File, Offset, Length, Advice)`: the advice is not passed on.
pub(crate) fn advise(p: &mut Process, [file, offset, len, advice]: [Word; 4]) -> Answer {
    let known = ["normal", "sequential", "random", "no_reuse", "will_need", "dont_need"];
    small(offset)?;
    small(len)?;
    let is_known = advice.as_atom().is_some_and(|advice| known.contains(&advice.text()));
    let result = with(file, |_, _| Ok(()))?;
    if is_known { done(p, result) } else { Ok(posix_failure(p, "einval")) }
}

/// `allocate_nif(File, Offset, Length)`: makes the file at least as long.
pub(crate) fn allocate(p: &mut Process, [file, offset, len]: [Word; 3]) -> Answer {
    let end = (index(offset)? as u64).saturating_add(index(len)? as u64);
    let result = with(file, |open, file| {
        writable(open)?;
        if file.metadata()?.len() < end { file.set_len(end) } else { Ok(()) }
    })?;
    done(p, result)
}

/// `read_handle_info_nif(File)`.
pub(crate) fn read_info(p: &mut Process, [file]: [Word; 1]) -> Answer {
    let data = with(file, |open, file| Ok((file.metadata()?, open.can_read, open.can_write)))?;
    Ok(match data {
        Ok((data, can_read, can_write)) => {
            let access = match (can_read, can_write) {
                (true, true) => named!("read_write"),
                (true, false) => named!("read"),
                (false, true) => named!("write"),
                (false, false) => named!("none"),
            };
            info(p, &data, Word::atom(access))
        }
        Err(error) => failure(p, &error),
    })
}

/// `get_handle_nif(File)`: the descriptor's bytes, which nothing here takes.
pub(crate) fn get_handle(p: &mut Process, [file]: [Word; 1]) -> Answer {
    let result = with(file, |_, _| Ok(()))?;
    Ok(match result {
        Ok(()) => p.heap.binary(&[0; 4]),
        Err(error) => failure(p, &error),
    })
}

/// `ipread_s32bu_p32bu_nif(File, Offset, MaxSize)`: a size and a pointer, and the data there.
pub(crate) fn indirect_read(p: &mut Process, [file, offset, max]: [Word; 3]) -> Answer {
    let (offset, max) = (small(offset)?, index(max)?);
    let found = with(file, |open, file| {
        readable(open)?;
        let head = at(file, place(offset)?, |file| read_some(file, 8))?;
        let Some(head) = head.first_chunk::<8>() else { return Ok(None) };
        let [size, pointer] = [0, 4]
            .map(|from| u32::from_be_bytes([head[from], head[from + 1], head[from + 2], head[from + 3]]));
        if size as usize > max || size >= 1 << 31 {
            return Ok(None);
        }
        let data = at(file, u64::from(pointer), |file| read_some(file, size as usize))?;
        Ok(Some((size, pointer, data)))
    })?;
    Ok(match found {
        Ok(Some((size, pointer, data))) => {
            let data = if data.is_empty() { Word::atom(named!("eof")) } else { p.heap.binary(&data) };
            let numbers = [size, pointer].map(|number| Word::small_int(number.into()));
            let found = p.heap.tuple(&[numbers[0], numbers[1], data]);
            p.heap.tuple(&[Word::atom(atoms::OK), found])
        }
        Ok(None) => Word::atom(named!("eof")),
        Err(error) => failure(p, &error),
    })
}
