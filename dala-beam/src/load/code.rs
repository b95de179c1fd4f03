//! Chunk Code: its header and its instructions.

use super::error::LoadError;
use super::limits;
use crate::opcode::cursor::Cursor;
use crate::opcode::decode::{self, Located, Tables};
use crate::opcode::error::{DecodeError, DecodeErrorKind as Kind};
use crate::opcode::table::HIGHEST;

/// Header of the code chunk.
#[derive(Clone, Copy, Debug)]
pub struct Header<'a> {
    /// Largest opcode that occurs.
    pub highest_opcode: u32,
    /// One more than the largest label.
    pub labels: u32,
    /// Number of functions.
    pub functions: u32,
    /// The instructions.
    pub instructions: &'a [u8],
    /// Where they start in the chunk.
    pub start: usize,
}

/// Reads the header.
///
/// # Errors
/// When it is malformed or of a release that is too new.
pub fn read_header(data: &[u8]) -> Result<Header<'_>, LoadError> {
    let header = read_fields(data).map_err(LoadError::in_chunk("Code"))?;
    if header.highest_opcode > HIGHEST.into() {
        return Err(LoadError::NewerRelease { highest: header.highest_opcode, known: HIGHEST });
    }
    Ok(header)
}

fn read_fields(data: &[u8]) -> Result<Header<'_>, DecodeError> {
    let mut cursor = Cursor::new(data);
    let size = cursor.u32()? as usize;
    if size < 16 {
        return Err(Kind::Other("the header is too short").at(0));
    }
    let mut header = Cursor::new(cursor.take(size)?);
    let version = header.u32()?;
    if version != 0 {
        return Err(Kind::Version(version).at(4));
    }
    let highest_opcode = header.u32()?;
    let labels = header.u32()?;
    let functions = header.u32()?;
    if labels > limits::MAX_LABELS {
        let limit = limits::MAX_LABELS.into();
        return Err(Kind::TooLarge { what: "number of labels", value: labels.into(), limit }.at(12));
    }
    let start = cursor.position();
    Ok(Header { highest_opcode, labels, functions, instructions: cursor.take(cursor.left())?, start })
}

/// Decodes the instructions.
///
/// # Errors
/// When one is unknown or malformed.
pub fn read_instructions(header: &Header<'_>, tables: &Tables<'_>) -> Result<Vec<Located>, LoadError> {
    decode::decode(header.instructions, header.start, tables).map_err(LoadError::in_chunk("Code"))
}
