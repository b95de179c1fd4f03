//! Memory of machine code: written first, then made executable, never both.

#![expect(unsafe_code, reason = "words that live for ever")]

use std::io;
use std::sync::atomic::AtomicU64;

use memmap2::{Mmap, MmapMut};

use crate::interp::ahead::{MachineCode, Placed};

/// Puts code into pages of its own and makes them executable; gives its address. It stays for ever.
pub(super) fn install(code: &[u8]) -> io::Result<u64> {
    let mut pages = MmapMut::map_anon(code.len().max(1))?;
    pages[..code.len()].copy_from_slice(code);
    let pages = Box::leak(Box::new(executable(pages)?));
    Ok(pages.as_ptr().expose_provenance() as u64)
}

/// Makes pages executable, for all cores.
fn executable(pages: MmapMut) -> io::Result<Mmap> {
    let pages = pages.make_exec()?;
    #[cfg(target_arch = "aarch64")]
    {
        use wasmtime_internal_jit_icache_coherence::{clear_cache, pipeline_flush_mt};
        // SAFETY: these pages, which nobody runs yet.
        unsafe { clear_cache(pages.as_ptr().cast(), pages.len())? };
        pipeline_flush_mt()?;
    }
    Ok(pages)
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
