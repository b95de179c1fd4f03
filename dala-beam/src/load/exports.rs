//! Chunks ExpT and LocT: the functions of the module and their entry labels.

use dala_ir::abi::Atom;

use super::error::LoadError;
use super::imports;
use crate::opcode::cursor::Cursor;
use crate::opcode::error::DecodeError;

/// A function of the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Export {
    /// Name.
    pub function: Atom,
    /// Number of arguments.
    pub arity: u8,
    /// Its entry.
    pub label: u32,
}

/// Reads chunk `name`, which is ExpT or LocT.
///
/// # Errors
/// When it is malformed.
pub fn read(name: &'static str, data: &[u8], atoms: &[Atom], labels: u32) -> Result<Vec<Export>, LoadError> {
    read_entries(data, atoms, labels).map_err(LoadError::in_chunk(name))
}

fn read_entries(data: &[u8], atoms: &[Atom], labels: u32) -> Result<Vec<Export>, DecodeError> {
    let mut cursor = Cursor::new(data);
    let count = cursor.count(12)?;
    let mut exports = Vec::with_capacity(count);
    for _ in 0..count {
        let function = imports::atom(&mut cursor, atoms)?;
        let arity = imports::arity(&mut cursor)?;
        exports.push(Export { function, arity, label: imports::label(&mut cursor, labels)? });
    }
    Ok(exports)
}
