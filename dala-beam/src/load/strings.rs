//! Chunk StrT: bytes that instructions refer to by offset.

use crate::opcode::error::DecodeErrorKind;

/// The bytes from `offset` on that hold `bits` bits.
///
/// # Errors
/// When the chunk is too short.
pub fn slice(strings: &[u8], offset: u64, bits: u64) -> Result<&[u8], DecodeErrorKind> {
    let length = bits.div_ceil(8);
    let end = offset.checked_add(length).filter(|&end| end <= strings.len() as u64);
    match end {
        Some(end) => Ok(&strings[offset as usize..end as usize]),
        None => Err(DecodeErrorKind::Index {
            what: "byte of the strings",
            index: offset.saturating_add(length),
            count: strings.len(),
        }),
    }
}
