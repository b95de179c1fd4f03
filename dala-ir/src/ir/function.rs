//! A function: its blocks and the types of its values.

use super::entities::{Block, Value};
use super::inst::{InstData, Terminator};
use super::ops::Type;
use crate::abi::Atom;

/// A basic block.
#[derive(Clone, Debug)]
pub struct BlockData {
    /// Parameters; the entry block's are the function's arguments.
    pub params: Vec<Value>,
    /// Instructions in order.
    pub insts: Vec<InstData>,
    /// How it ends.
    pub terminator: Terminator,
}

/// A position in a source file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Location {
    /// Row of the module's file table.
    pub file: u32,
    /// Line, from 1.
    pub line: u32,
}

/// A function of a module.
#[derive(Clone, Debug)]
pub struct Function {
    /// Name.
    pub name: Atom,
    /// Number of arguments.
    pub arity: u32,
    /// Blocks; the first is the entry. An entry block has no predecessors.
    pub blocks: Vec<BlockData>,
    /// Type of each value.
    pub value_types: Vec<Type>,
    /// Source positions; row 0 is "none" and is never read.
    pub locations: Vec<Location>,
}

impl Function {
    /// The entry block.
    pub const ENTRY: Block = Block::new(0);

    /// The block.
    ///
    /// # Panics
    /// When it is not of this function.
    #[track_caller]
    pub fn block(&self, block: Block) -> &BlockData {
        &self.blocks[block.index()]
    }

    /// Type of the value.
    ///
    /// # Panics
    /// When it is not of this function.
    #[track_caller]
    pub fn type_of(&self, value: Value) -> Type {
        self.value_types[value.index()]
    }

    /// All blocks, in order.
    pub fn block_ids(&self) -> impl Iterator<Item = Block> + use<> {
        (0..self.blocks.len()).map(Block::new)
    }
}
