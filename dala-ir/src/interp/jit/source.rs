//! Register code as machine code is made of it.
//!
//! Of *linked* code all words and addresses are known, and machine code has them in its instructions. Of *object* code
//! they are known where it runs: there machine code finds the module's register code at a fixed distance from itself,
//! reads from it what linking fills in, and reckons addresses from its own. So a module's register code is the one
//! table that its position-independent machine code needs. Machine code that is going to be put beside a module
//! (`interp/keep.rs`) has what linking fills in as constants that are *patched* then.

use std::collections::BTreeMap;

use crate::abi::ExportHead;
use crate::interp::code::{CodeModule, FunctionInfo, Row};
use crate::interp::object::{Object, Symbol};
use crate::ir::Import;

/// A module's register code.
#[derive(Debug)]
pub(super) struct Source<'a> {
    pub(super) functions: &'a [FunctionInfo],
    rows: &'a [Row],
    words: Words<'a>,
}

#[derive(Debug)]
enum Words<'a> {
    Linked(&'a CodeModule),
    Object {
        words: &'a [u64],
        imports: &'a [Import],
        /// What stands for words that linking fills in, by offset.
        symbols: BTreeMap<u32, Symbol>,
        /// Whether they are written into the machine code where it runs.
        is_patched: bool,
    },
}

impl<'a> Source<'a> {
    pub(super) fn linked(code: &'a CodeModule) -> Source<'a> {
        Source { functions: &code.functions, rows: &code.rows, words: Words::Linked(code) }
    }

    /// Object code, for machine code that nobody writes to.
    pub(super) fn object(object: &'a Object) -> Source<'a> {
        Source::open(object, false)
    }

    /// Object code, for machine code that has what linking fills in written into it.
    #[cfg(dala_jit)]
    pub(super) fn patched(object: &'a Object) -> Source<'a> {
        Source::open(object, true)
    }

    fn open(object: &'a Object, is_patched: bool) -> Source<'a> {
        let symbols =
            object.relocations.iter().map(|relocation| (relocation.at, relocation.symbol)).collect();
        let words = Words::Object { words: &object.words, imports: object.imports(), symbols, is_patched };
        Source { functions: &object.functions, rows: &object.rows, words }
    }

    /// Words of all functions.
    pub(super) fn len(&self) -> usize {
        match &self.words {
            Words::Linked(code) => code.words.len(),
            Words::Object { words, .. } => words.len(),
        }
    }

    /// The word at an offset; of one that linking fills in, something.
    pub(super) fn word(&self, at: usize) -> u64 {
        match &self.words {
            Words::Linked(code) => code.word(at),
            Words::Object { words, .. } => words[at],
        }
    }

    /// Whether linking will fill in the word at an offset.
    pub(super) fn is_open(&self, at: u32) -> bool {
        match &self.words {
            Words::Linked(_) => false,
            Words::Object { symbols, .. } => symbols.contains_key(&at),
        }
    }

    /// Whether what is not known is written into the machine code later.
    pub(super) fn is_patched(&self) -> bool {
        matches!(self.words, Words::Object { is_patched: true, .. })
    }

    /// Whether the word at an offset is going to be an atom's.
    pub(super) fn is_atom(&self, at: u32) -> bool {
        match &self.words {
            Words::Linked(_) => false,
            Words::Object { symbols, .. } => matches!(symbols.get(&at), Some(Symbol::Atom(_))),
        }
    }

    /// Whether all words and addresses are known.
    pub(super) fn is_linked(&self) -> bool {
        matches!(self.words, Words::Linked(_))
    }

    /// The address of the word at an offset, if that is known.
    pub(super) fn address(&self, at: u32) -> Option<u64> {
        match &self.words {
            Words::Linked(code) => Some(code.pc(at).expose_provenance() as u64),
            Words::Object { .. } => None,
        }
    }

    /// The function of this module whose address is the word at an offset. `None` when it is none's.
    pub(super) fn function(&self, at: u32) -> Option<&'a FunctionInfo> {
        let number = match &self.words {
            Words::Linked(code) => {
                let entry = code.offset(std::ptr::with_exposed_provenance(code.word(at as usize) as usize));
                self.functions.binary_search_by_key(&entry, |function| function.entry).ok()?
            }
            Words::Object { symbols, .. } => match symbols.get(&at)? {
                Symbol::Function(number) => *number as usize,
                Symbol::Atom(_) | Symbol::Literal(_) | Symbol::Import(_) | Symbol::Lambda(_) => return None,
            },
        };
        self.functions.get(number)
    }

    /// The name of the function with its entry at an offset, as Erlang writes it; of linked code.
    pub(super) fn name_of(&self, entry: u32) -> Option<String> {
        let Words::Linked(code) = &self.words else { return None };
        let number = code.function_number(entry)?;
        let FunctionInfo { name, arity, .. } = &self.functions[number];
        Some(format!("{}:{name}/{arity}", code.name()))
    }

    /// The function that the instruction at an offset calls, where it is a call by name.
    pub(super) fn import(&self, at: u32) -> Option<ExportHead> {
        match &self.words {
            Words::Linked(code) => code.import(at as usize),
            Words::Object { .. } => self.symbol(at + 1),
        }
    }

    /// The built-in function of the `Bif` at an offset.
    pub(super) fn built_in(&self, at: u32) -> Option<ExportHead> {
        match &self.words {
            Words::Linked(code) => code.built_in(at as usize),
            Words::Object { .. } => self.symbol(at + 3),
        }
    }

    /// The function whose entry linking will write at an offset, if it will.
    fn symbol(&self, at: u32) -> Option<ExportHead> {
        let Words::Object { imports, symbols, .. } = &self.words else { return None };
        let Symbol::Import(number) = symbols.get(&at)? else { return None };
        let &Import { module, function, arity } = imports.get(*number as usize)?;
        Some(ExportHead { module, function, arity })
    }

    /// The row of the instruction at an offset.
    pub(super) fn row_at(&self, at: u32) -> Option<&'a Row> {
        let index = self.rows.binary_search_by_key(&at, |row| row.offset).ok()?;
        Some(&self.rows[index])
    }
}
