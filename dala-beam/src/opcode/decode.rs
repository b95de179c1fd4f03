//! From the bytes of the code chunk to instructions.

use dala_ir::abi::Atom;

use super::cursor::Cursor;
use super::error::DecodeError;
use super::table::Instruction;

/// What indices in operands refer to.
#[derive(Clone, Copy, Debug)]
pub struct Tables<'a> {
    /// The atom table; index 1 of the file is `atoms[0]`.
    pub atoms: &'a [Atom],
    /// One more than the highest label.
    pub labels: u32,
    /// Number of imports.
    pub imports: usize,
    /// Number of literals.
    pub literals: usize,
    /// Number of funs.
    pub lambdas: usize,
}

/// An instruction and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Located {
    /// Offset in the code chunk.
    pub offset: u32,
    /// The instruction.
    pub instruction: Instruction,
}

/// Decodes all instructions, up to and without `int_code_end`; `base` is the offset of `bytes` in its chunk.
///
/// # Errors
/// On any instruction that is unknown or malformed, and when the code ends without `int_code_end`.
pub fn decode(bytes: &[u8], base: usize, tables: &Tables<'_>) -> Result<Vec<Located>, DecodeError> {
    let relocate = |mut error: DecodeError| {
        error.offset += base;
        error
    };
    let mut cursor = Cursor::new(bytes);
    // An instruction takes 3.5 bytes on average in OTP 25.
    let mut code = Vec::with_capacity(bytes.len() / 4);
    loop {
        let at = cursor.position();
        let opcode = cursor.u8().map_err(relocate)?;
        let instruction = Instruction::read(opcode, at, &mut cursor, tables).map_err(relocate)?;
        if instruction == (Instruction::IntCodeEnd {}) {
            return Ok(code);
        }
        code.push(Located { offset: (base + at) as u32, instruction });
    }
}
