//! Memory of machine code: written first, then made executable, never both.

use std::io;

use memmap2::MmapMut;

/// Puts code into pages of its own and makes them executable; gives its address. It stays for ever.
pub(super) fn install(code: &[u8]) -> io::Result<u64> {
    let mut pages = MmapMut::map_anon(code.len().max(1))?;
    pages[..code.len()].copy_from_slice(code);
    let pages = Box::leak(Box::new(pages.make_exec()?));
    Ok(pages.as_ptr().expose_provenance() as u64)
}
