//! Chunk ImpT: functions of other modules.

use dala_ir::abi::Atom;

use super::error::LoadError;
use super::limits;
use crate::opcode::cursor::Cursor;
use crate::opcode::error::{DecodeError, DecodeErrorKind as Kind};

/// A function of another module, or of this one called through the export table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Import {
    /// Module.
    pub module: Atom,
    /// Function.
    pub function: Atom,
    /// Number of arguments.
    pub arity: u8,
}

/// Reads the chunk.
///
/// # Errors
/// When it is malformed.
pub fn read(data: &[u8], atoms: &[Atom]) -> Result<Vec<Import>, LoadError> {
    read_entries(data, atoms).map_err(LoadError::in_chunk("ImpT"))
}

fn read_entries(data: &[u8], atoms: &[Atom]) -> Result<Vec<Import>, DecodeError> {
    let mut cursor = Cursor::new(data);
    let count = cursor.count(12)?;
    let mut imports = Vec::with_capacity(count);
    for _ in 0..count {
        let module = atom(&mut cursor, atoms)?;
        let function = atom(&mut cursor, atoms)?;
        imports.push(Import { module, function, arity: arity(&mut cursor)? });
    }
    Ok(imports)
}

/// A 32-bit index into the atom table.
pub(super) fn atom(cursor: &mut Cursor<'_>, atoms: &[Atom]) -> Result<Atom, DecodeError> {
    let at = cursor.position();
    let index = cursor.u32()?;
    let entry = (index as usize).checked_sub(1).and_then(|index| atoms.get(index));
    entry.copied().ok_or_else(|| Kind::Index { what: "atom", index: index.into(), count: atoms.len() }.at(at))
}

/// A 32-bit arity.
pub(super) fn arity(cursor: &mut Cursor<'_>) -> Result<u8, DecodeError> {
    let at = cursor.position();
    let arity = cursor.u32()?;
    u8::try_from(arity).map_err(|_| {
        Kind::TooLarge { what: "arity", value: arity.into(), limit: limits::MAX_ARITY.into() }.at(at)
    })
}

/// A 32-bit label, which must be below `labels` and not 0.
pub(super) fn label(cursor: &mut Cursor<'_>, labels: u32) -> Result<u32, DecodeError> {
    let at = cursor.position();
    let label = cursor.u32()?;
    if label == 0 || label >= labels {
        return Err(Kind::Index { what: "label", index: label.into(), count: labels as usize }.at(at));
    }
    Ok(label)
}
