//! Whether a library's file is whole.
//!
//! The system maps a library into memory by what its header says. Of a file that was cut, by a download that broke off for
//! one, parts are missing, and the loader that touches them ends the process (`SIGBUS`). So it is looked at before. Layout:
//! System V ABI, "Object Files", ELF-64.
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// Bytes of the file's header, and of an entry of its program header.
const HEADER: usize = 64;
const ENTRY: usize = 56;
/// The type of an entry that says what is mapped.
const LOAD: u64 = 1;

/// How many bytes a file has, and how many it needs, if those are more.
pub(super) fn missing(path: &Path) -> Option<(u64, u64)> {
    let mut file = File::open(path).ok()?;
    let length = file.metadata().ok()?.len();
    // What cannot be read so far is no library, or too short to be one: that the system's loader sees.
    let needed = needed(&mut file).ok()??;
    (needed > length).then_some((length, needed))
}

/// How far the parts go that are mapped; of an ELF file of 64 bits, little end first.
fn needed(file: &mut (impl Read + Seek)) -> io::Result<Option<u64>> {
    let mut header = [0; HEADER];
    file.read_exact(&mut header)?;
    if !header.starts_with(b"\x7fELF\x02\x01") || number(&header, 54, 2) != ENTRY as u64 {
        return Ok(None);
    }
    file.seek(SeekFrom::Start(number(&header, 32, 8)))?;
    let mut end = None;
    for _ in 0..number(&header, 56, 2) {
        let mut entry = [0; ENTRY];
        file.read_exact(&mut entry)?;
        if number(&entry, 0, 4) == LOAD {
            end = end.max(Some(number(&entry, 8, 8).saturating_add(number(&entry, 32, 8))));
        }
    }
    Ok(end)
}

fn number(bytes: &[u8], at: usize, length: usize) -> u64 {
    bytes[at..at + length].iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A header with one part, from 0x1000 on, of so many bytes.
    fn library(of: u64) -> Vec<u8> {
        let mut bytes = vec![0; HEADER + ENTRY];
        bytes[..6].copy_from_slice(b"\x7fELF\x02\x01");
        (bytes[32], bytes[54], bytes[56]) = (HEADER as u8, ENTRY as u8, 1);
        let entry = &mut bytes[HEADER..];
        entry[0] = LOAD as u8;
        entry[8..16].copy_from_slice(&0x1000u64.to_le_bytes());
        entry[32..40].copy_from_slice(&of.to_le_bytes());
        bytes
    }

    #[test]
    fn a_library_needs_what_is_mapped_of_it() -> io::Result<()> {
        let file = tempfile::NamedTempFile::new()?;
        let missing = |bytes: &[u8]| {
            std::fs::write(file.path(), bytes)?;
            Ok::<_, io::Error>(missing(file.path()))
        };
        let mut bytes = library(10);
        assert_eq!(missing(&bytes)?, Some((120, 0x100a)));
        assert_eq!(missing(&library(u64::MAX))?, Some((120, u64::MAX)));
        bytes.resize(0x100a, 0);
        assert_eq!(missing(&bytes)?, None);
        for none in [&b""[..], b"\x7fELF", b"text", &bytes[..HEADER], &bytes[..HEADER + 7]] {
            assert_eq!(missing(none)?, None, "{none:?}");
        }
        Ok(())
    }
}
