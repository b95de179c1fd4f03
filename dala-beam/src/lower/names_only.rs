//! A code lookup for looking at modules that are not run.

#![expect(unsafe_code, reason = "`CodeLookup` promises that entries live long enough")]

use std::collections::HashMap;
use std::ptr::NonNull;

use dala_ir::abi::{Atom, ExportHead, FunHead};

use crate::etf::CodeLookup;

/// Gives every function that a literal names an entry with nothing behind it.
#[derive(Debug, Default)]
pub struct NamesOnly {
    exports: HashMap<(Atom, Atom, u32), &'static ExportHead>,
}

// SAFETY: entries are leaked, so they live for ever.
unsafe impl CodeLookup for NamesOnly {
    fn export(&mut self, module: Atom, function: Atom, arity: u32) -> Option<NonNull<ExportHead>> {
        let head = self
            .exports
            .entry((module, function, arity))
            .or_insert_with(|| Box::leak(Box::new(ExportHead { module, function, arity })));
        Some(NonNull::from(*head))
    }

    fn fun(&mut self, _identity: &FunHead) -> Option<NonNull<FunHead>> {
        None
    }
}
