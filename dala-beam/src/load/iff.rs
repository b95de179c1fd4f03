//! The container: an IFF form of type BEAM, maybe compressed by gzip.

use std::borrow::Cow;
use std::io::Read;

use super::error::LoadError;
use super::limits;
use crate::opcode::cursor::Cursor;
use crate::opcode::error::DecodeErrorKind;

/// The four letters that name a chunk.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChunkName(pub [u8; 4]);

impl ChunkName {
    /// The name `text`.
    ///
    /// # Panics
    /// When it has not four bytes.
    #[track_caller]
    pub fn of(text: &str) -> ChunkName {
        ChunkName(text.as_bytes().try_into().expect("a chunk name has four bytes"))
    }
}

impl std::fmt::Display for ChunkName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0.escape_ascii())
    }
}

impl std::fmt::Debug for ChunkName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

/// A chunk of a file.
#[derive(Clone, Copy, Debug)]
pub struct Chunk<'a> {
    /// Its name.
    pub name: ChunkName,
    /// Its data, without padding.
    pub data: &'a [u8],
}

/// The file without gzip, if it had any.
///
/// # Errors
/// When the compressed data is broken or too large.
pub fn decompress(file: &[u8]) -> Result<Cow<'_, [u8]>, LoadError> {
    if !file.starts_with(&[0x1f, 0x8b]) {
        return Ok(Cow::Borrowed(file));
    }
    let limit =
        limits::MAX_FILE_BYTES.min(file.len().saturating_mul(limits::MAX_RATIO) + limits::RATIO_FREE_BYTES);
    let bytes = read_bounded(flate2::read::MultiGzDecoder::new(file), "the file", limit)?;
    Ok(Cow::Owned(bytes))
}

/// Everything `reader` gives, if that is at most `limit` bytes.
pub(crate) fn read_bounded(
    reader: impl Read,
    what: &'static str,
    limit: usize,
) -> Result<Vec<u8>, LoadError> {
    let mut bytes = Vec::new();
    reader
        .take(limit as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| LoadError::Compression { what, reason: error.to_string() })?;
    if bytes.len() > limit {
        return Err(LoadError::TooLarge { what, limit });
    }
    Ok(bytes)
}

/// The chunks of a decompressed file, in order.
///
/// # Errors
/// When it is no form of type BEAM, or sizes do not fit.
pub fn chunks(file: &[u8]) -> Result<Vec<Chunk<'_>>, LoadError> {
    if file.len() > limits::MAX_FILE_BYTES {
        return Err(LoadError::TooLarge { what: "the file", limit: limits::MAX_FILE_BYTES });
    }
    let mut cursor = Cursor::new(file);
    if cursor.take(4) != Ok(b"FOR1") {
        return Err(LoadError::NotBeam);
    }
    let at = cursor.position();
    let size = cursor.u32().map_err(LoadError::Container)? as usize;
    // What stands behind the form is no part of it: `escript` and others append to files.
    if size > cursor.left() {
        let kind = DecodeErrorKind::Truncated { wanted: size, left: cursor.left() };
        return Err(LoadError::Container(kind.at(at)));
    }
    let form_end = cursor.position() + size;
    if cursor.take(4) != Ok(b"BEAM") {
        return Err(LoadError::NotBeam);
    }
    let mut chunks = Vec::new();
    while cursor.position() + 8 <= form_end {
        let mut name = [0; 4];
        name.copy_from_slice(cursor.take(4).map_err(LoadError::Container)?);
        let size = cursor.u32().map_err(LoadError::Container)? as usize;
        let data = cursor.take(size).map_err(LoadError::Container)?;
        chunks.push(Chunk { name: ChunkName(name), data });
        let padding = size.wrapping_neg() % 4;
        cursor.take(padding.min(cursor.left())).map_err(LoadError::Container)?;
    }
    Ok(chunks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_files_are_told_apart_from_broken_ones() {
        assert_eq!(chunks(b"").unwrap_err(), LoadError::NotBeam);
        assert_eq!(chunks(b"#!/bin/sh").unwrap_err(), LoadError::NotBeam);
        assert!(matches!(chunks(b"FOR1\0\0\xff\0BEAM").unwrap_err(), LoadError::Container(_)));
        assert!(matches!(chunks(b"FOR1\0\0\0\x0cBEAMAtU8\0\0\0\x09").unwrap_err(), LoadError::Container(_)));
    }

    #[test]
    fn chunk_data_comes_without_padding() {
        let found = chunks(b"FOR1\0\0\0\x18BEAMAbcd\0\0\0\x02xy\0\0Efgh\0\0\0\0").unwrap();
        let found: Vec<_> = found.iter().map(|chunk| (chunk.name.to_string(), chunk.data)).collect();
        assert_eq!(found, [("Abcd".into(), &b"xy"[..]), ("Efgh".into(), b"")]);
    }

    #[test]
    fn decompression_stops_at_the_limit() {
        let error = read_bounded(std::io::repeat(0), "the file", 1000).unwrap_err();
        assert_eq!(error, LoadError::TooLarge { what: "the file", limit: 1000 });
    }
}
