//! Code by name, for funs in external terms.

#![expect(unsafe_code, reason = "promises that entries live as long as funs")]

use std::ptr::NonNull;
use std::sync::{PoisonError, RwLock};

use dala_ir::abi::{Atom, ExportHead, FunHead};
use dala_ir::interp::FunEntry;
use hashbrown::HashMap;

use super::export::ExportTable;
use crate::etf::CodeLookup;

/// Module, row of its fun table, MD5 of the module.
type FunIdentity = (Atom, u32, [u8; 16]);

/// The local funs of all loaded modules.
#[derive(Debug, Default)]
pub struct Lookup {
    funs: RwLock<HashMap<FunIdentity, &'static FunEntry>>,
}

impl Lookup {
    /// Remembers a fun of a loaded module.
    pub(super) fn add(&self, entry: &'static FunEntry) {
        let head = entry.head();
        let mut funs = self.funs.write().unwrap_or_else(PoisonError::into_inner);
        funs.insert((head.module, head.index, head.uniq), entry);
    }

    /// The lookup as external terms are decoded with.
    pub fn of<'l>(&'l self, exports: &'l ExportTable) -> CodeByName<'l> {
        CodeByName { lookup: self, exports }
    }
}

/// What [`Lookup::of`] returns.
#[derive(Debug)]
pub struct CodeByName<'l> {
    lookup: &'l Lookup,
    exports: &'l ExportTable,
}

// SAFETY: entries are leaked when they are made, and start with their head (`interp::export`).
unsafe impl CodeLookup for CodeByName<'_> {
    fn export(&mut self, module: Atom, function: Atom, arity: u32) -> Option<NonNull<ExportHead>> {
        Some(NonNull::from(self.exports.entry(module, function, arity)).cast())
    }

    fn fun(&mut self, identity: &FunHead) -> Option<NonNull<FunHead>> {
        let funs = self.lookup.funs.read().unwrap_or_else(PoisonError::into_inner);
        let entry = funs.get(&(identity.module, identity.index, identity.uniq))?;
        Some(NonNull::from(*entry).cast())
    }
}
