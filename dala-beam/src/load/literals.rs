//! Chunk LitT: constant terms in the external format.

use super::error::LoadError;
use super::iff::read_bounded;
use super::limits;
use crate::opcode::cursor::Cursor;
use crate::opcode::error::{DecodeError, DecodeErrorKind as Kind};

/// The literals of a module, each an external term (with its version byte).
#[derive(Clone, Debug, Default)]
pub struct Literals {
    bytes: Vec<u8>,
    ranges: Vec<std::ops::Range<usize>>,
}

impl Literals {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.ranges.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// The external term of literal `index`.
    ///
    /// # Panics
    /// When there is no such literal.
    #[track_caller]
    pub fn external(&self, index: u32) -> &[u8] {
        &self.bytes[self.ranges[index as usize].clone()]
    }

    /// Where literal `index` starts in the decompressed data.
    ///
    /// # Panics
    /// When there is no such literal.
    #[track_caller]
    pub fn offset(&self, index: usize) -> usize {
        self.ranges[index].start
    }

    /// All of them in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.ranges.iter().map(|range| &self.bytes[range.clone()])
    }
}

/// Reads the chunk: compressed up to OTP 27, plain (a size of 0) from OTP 28 on.
///
/// # Errors
/// When it is malformed, or its data larger than [`limits::MAX_LITERAL_BYTES`].
pub fn read(data: &[u8]) -> Result<Literals, LoadError> {
    let in_chunk = LoadError::in_chunk("LitT");
    let mut cursor = Cursor::new(data);
    let size = cursor.u32().map_err(&in_chunk)? as usize;
    let rest = cursor.take(cursor.left()).map_err(&in_chunk)?;
    let bytes = if size == 0 { rest.to_vec() } else { inflate(rest, size)? };
    split(bytes).map_err(in_chunk)
}

fn inflate(data: &[u8], size: usize) -> Result<Vec<u8>, LoadError> {
    let largest = data.len().saturating_mul(limits::MAX_RATIO) + limits::RATIO_FREE_BYTES;
    let limit = largest.min(limits::MAX_LITERAL_BYTES);
    if size > limit {
        let kind = Kind::TooLarge { what: "size of the literals", value: size as u64, limit: limit as u64 };
        return Err(LoadError::chunk("LitT", 0, kind));
    }
    let bytes = read_bounded(flate2::read::ZlibDecoder::new(data), "chunk LitT", size)?;
    if bytes.len() != size {
        return Err(LoadError::chunk("LitT", 0, Kind::Truncated { wanted: size, left: bytes.len() }));
    }
    Ok(bytes)
}

fn split(bytes: Vec<u8>) -> Result<Literals, DecodeError> {
    let mut cursor = Cursor::new(&bytes);
    let count = cursor.count(4)?;
    let mut ranges = Vec::with_capacity(count);
    for _ in 0..count {
        let size = cursor.u32()? as usize;
        let start = cursor.position();
        cursor.take(size)?;
        ranges.push(start..start + size);
    }
    Ok(Literals { bytes, ranges })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    const PLAIN: &[u8] = b"\0\0\0\x02\0\0\0\x03\x83a\x01\0\0\0\x02\x83j";

    fn deflate(data: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn compressed_and_plain_chunks_give_the_same_literals() {
        let mut compressed = (PLAIN.len() as u32).to_be_bytes().to_vec();
        compressed.extend(deflate(PLAIN));
        let mut plain = vec![0; 4];
        plain.extend(PLAIN);
        for data in [compressed, plain] {
            let literals = read(&data).unwrap();
            assert_eq!(literals.iter().collect::<Vec<_>>(), [&b"\x83a\x01"[..], b"\x83j"]);
        }
    }

    #[test]
    fn decompression_bomb_is_refused() {
        let mut data = 64_u32.to_be_bytes().to_vec();
        data.extend(deflate(&vec![0; 1 << 20]));
        assert_eq!(read(&data).unwrap_err(), LoadError::TooLarge { what: "chunk LitT", limit: 64 });
        let mut data = u32::MAX.to_be_bytes().to_vec();
        data.extend(deflate(PLAIN));
        assert!(matches!(read(&data).unwrap_err(), LoadError::Chunk { .. }));
    }
}
