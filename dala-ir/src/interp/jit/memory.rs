//! Memory of machine code: nobody runs what somebody can write to.
//!
//! Functions lie one behind the other in *arenas*, so that many hot ones share pages, and do not all begin at the same place of one,
//! which a processor's caches would take badly. An arena is memory with two addresses: one can be executed, the other is
//! there only while a function is written. Where the system gives no such memory, a function has pages of its own,
//! which are written first and made executable then.

#![expect(unsafe_code, reason = "words that live for ever")]

use std::fs::File;
use std::io;
use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, PoisonError};

use memmap2::{Mmap, MmapMut, MmapOptions};

use super::perf;
use crate::interp::ahead::{MachineCode, Placed};
use crate::interp::patch;

/// Bytes of an arena, if nothing larger is to lie in it.
const ARENA: usize = 1 << 20;
/// Functions begin at multiples of this: of a line of the processor's caches, at least.
pub(super) const START: usize = if patch::ALIGN > 64 { patch::ALIGN } else { 64 };

/// Memory that functions are put into one after the other.
struct Arena {
    file: File,
    /// Where it can be executed. It stays for ever.
    pages: &'static Mmap,
    /// Bytes that functions have taken.
    used: usize,
}

impl Arena {
    fn new(bytes: usize) -> io::Result<Arena> {
        let file = shared_memory()?;
        let bytes = bytes.max(ARENA);
        file.set_len(bytes as u64)?;
        // SAFETY: nobody else has the file. What is written to it later is executed by nobody before it is whole.
        let pages = unsafe { MmapOptions::new().len(bytes).map_exec(&file)? };
        Ok(Arena { file, pages: Box::leak(Box::new(pages)), used: 0 })
    }

    fn room(&self) -> usize {
        self.pages.len() - self.used
    }

    /// Where the next function is going to lie.
    fn next(&self) -> u64 {
        (self.pages.as_ptr().expose_provenance() + self.used) as u64
    }

    /// Puts code there.
    fn push(&mut self, code: &[u8]) -> io::Result<()> {
        // SAFETY: nobody else has the file, and nobody runs this part of it yet.
        let mut window =
            unsafe { MmapOptions::new().offset(self.used as u64).len(code.len()).map_mut(&self.file)? };
        window.copy_from_slice(code);
        drop(window);
        let place = &self.pages[self.used..self.used + code.len()];
        tell_processors(place)?;
        self.used = (self.used + code.len()).next_multiple_of(START).min(self.pages.len());
        Ok(())
    }
}

/// A file that is memory only and that nobody else knows.
fn shared_memory() -> io::Result<File> {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        let file = rustix::fs::memfd_create("dala-jit", rustix::fs::MemfdFlags::CLOEXEC)?;
        Ok(File::from(file))
    }
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    Err(io::ErrorKind::Unsupported.into())
}

/// Puts code of so many bytes where it can be executed: what `write` gives for the address that it gets. It stays for ever.
pub(super) fn install(bytes: usize, write: impl Fn(u64) -> io::Result<Vec<u8>>) -> io::Result<u64> {
    static ARENAS: Mutex<Option<Arena>> = Mutex::new(None);
    if perf::is_wanted() {
        return install_alone(bytes, write);
    }
    let mut last = ARENAS.lock().unwrap_or_else(PoisonError::into_inner);
    if last.as_ref().is_none_or(|arena| arena.room() < bytes) {
        match Arena::new(bytes) {
            Ok(arena) => *last = Some(arena),
            Err(_) => return install_alone(bytes, write),
        }
    }
    let arena = last.as_mut().expect("there is one");
    let address = arena.next();
    arena.push(&write(address)?)?;
    Ok(address)
}

/// Puts code into pages of its own.
fn install_alone(bytes: usize, write: impl Fn(u64) -> io::Result<Vec<u8>>) -> io::Result<u64> {
    let mut pages = MmapMut::map_anon(bytes.max(1))?;
    let code = write(pages.as_ptr().expose_provenance() as u64)?;
    pages[..code.len()].copy_from_slice(&code);
    let pages = Box::leak(Box::new(executable(pages)?));
    Ok(pages.as_ptr().expose_provenance() as u64)
}

/// Makes pages executable, for all cores.
fn executable(pages: MmapMut) -> io::Result<Mmap> {
    let pages = pages.make_exec()?;
    tell_processors(&pages)?;
    Ok(pages)
}

/// Lets all cores see new code.
fn tell_processors(code: &[u8]) -> io::Result<()> {
    #[cfg(target_arch = "aarch64")]
    {
        use wasmtime_internal_jit_icache_coherence::{clear_cache, pipeline_flush_mt};
        // SAFETY: code that nobody runs yet.
        unsafe { clear_cache(code.as_ptr().cast(), code.len())? };
        pipeline_flush_mt()?;
    }
    #[cfg(not(target_arch = "aarch64"))]
    let _ = code;
    Ok(())
}

/// Puts the machine code of a module of so many words into pages of its own, as if it were a part of the program.
pub(super) fn place(code: &MachineCode, words: usize) -> io::Result<Placed> {
    let (mut text, places) =
        (MmapMut::map_anon(code.text().len().max(1))?, MmapMut::map_anon(8 * words.max(1))?);
    let places = Box::leak(Box::new(places)).as_mut_ptr();
    let distance = places as i64 - text.as_ptr() as i64;
    let mut bytes = Vec::new();
    code.write(distance, &mut bytes).map_err(io::Error::other)?;
    text[..bytes.len()].copy_from_slice(&bytes);
    let text = Box::leak(Box::new(executable(text)?));
    // SAFETY: pages of zeros, which nobody else has and which stay, take that many words.
    let words = unsafe { std::slice::from_raw_parts(places.cast::<AtomicU64>(), words) };
    // SAFETY: it was written for these words.
    Ok(unsafe { Placed::new(code.heads().clone(), text.as_ptr(), words) })
}
