//! Chunk FunT: what funs are made from.

use dala_ir::abi::Atom;

use super::error::LoadError;
use super::imports;
use crate::opcode::cursor::Cursor;
use crate::opcode::error::{DecodeError, DecodeErrorKind as Kind};

/// An entry of the fun table. A fun's identity is module, index and the module's digest; its code takes the
/// arguments and, behind them, the free variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Lambda {
    /// Name of the function that is its code.
    pub function: Atom,
    /// Arguments and free variables together.
    pub arity: u8,
    /// Entry of the code.
    pub label: u32,
    /// Index that its identity has.
    pub index: u32,
    /// Number of free variables.
    pub free: u8,
    /// Hash that funs had before they had the module's digest.
    pub old_unique: u32,
}

impl Lambda {
    /// Arguments that a caller passes.
    pub fn arguments(&self) -> u8 {
        self.arity - self.free
    }
}

/// Reads the chunk.
///
/// # Errors
/// When it is malformed.
pub fn read(data: &[u8], atoms: &[Atom], labels: u32) -> Result<Vec<Lambda>, LoadError> {
    read_entries(data, atoms, labels).map_err(LoadError::in_chunk("FunT"))
}

fn read_entries(data: &[u8], atoms: &[Atom], labels: u32) -> Result<Vec<Lambda>, DecodeError> {
    let mut cursor = Cursor::new(data);
    let count = cursor.count(24)?;
    let mut lambdas = Vec::with_capacity(count);
    for _ in 0..count {
        let function = imports::atom(&mut cursor, atoms)?;
        let arity = imports::arity(&mut cursor)?;
        let label = imports::label(&mut cursor, labels)?;
        let index = cursor.u32()?;
        let at = cursor.position();
        let free = imports::arity(&mut cursor)?;
        if free > arity {
            let kind =
                Kind::TooLarge { what: "number of free variables", value: free.into(), limit: arity.into() };
            return Err(kind.at(at));
        }
        lambdas.push(Lambda { function, arity, label, index, free, old_unique: cursor.u32()? });
    }
    Ok(lambdas)
}
