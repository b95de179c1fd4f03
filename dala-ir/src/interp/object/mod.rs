//! Object code: register code of a module that is not linked yet.
//!
//! What encoding makes of a module depends on its IR alone: words that are atoms, literals, addresses or entries are
//! named by `Relocation`s, and linking fills them in. So it can be kept ([`Object::to_bytes`]) and linked in another
//! OS process, where atoms have other numbers and everything has other addresses.

mod wire;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use super::ahead::Placed;
use super::code::{self, CALL_WORDS, CELL, CodeModule, FunctionInfo, Row, UNSORTED, Words};
use super::encode::LoadError;
use super::export::{CodeAddress, ExportEntry, FunEntry};
use super::native::{self, HAS_MACHINE_CODE};
use super::opcode::{Opcode, op_of};
use crate::abi::{Atom, FunHead, Word};
use crate::ir::{Import, Lambda};

pub use wire::ObjectError;

/// What a word of object code stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Symbol {
    /// An atom.
    Atom(Atom),
    /// A literal of the module.
    Literal(u32),
    /// The entry of an imported function.
    Import(u32),
    /// The address of a function of the module.
    Function(u32),
    /// The entry of a local fun.
    Lambda(u32),
}

/// A word that linking fills in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Relocation {
    pub(super) at: u32,
    pub(super) symbol: Symbol,
}

/// A module's object code. Only encoding makes it, so what it does is what verified IR does.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    pub(super) name: Atom,
    pub(super) words: Vec<u64>,
    pub(super) relocations: Vec<Relocation>,
    /// Where `SwitchWords` instructions stand: their keys, if there are many, are sorted by what atoms are in this OS process.
    pub(super) switches: Vec<u32>,
    pub(super) functions: Vec<FunctionInfo>,
    pub(super) rows: Vec<Row>,
    pub(super) exports: Vec<(Atom, u32, u32)>,
    pub(super) on_load: Option<u32>,
    pub(super) lambdas: Vec<Lambda>,
    pub(super) files: Vec<String>,
    pub(super) imports: Vec<Import>,
    /// How many literals it wants.
    pub(super) literals: usize,
}

impl Object {
    /// Whether it has an `-on_load` function.
    pub fn has_on_load(&self) -> bool {
        self.on_load.is_some()
    }

    /// The module's name.
    pub fn name(&self) -> Atom {
        self.name
    }

    /// Names and arities of the functions that others may call.
    pub fn exports(&self) -> impl Iterator<Item = (Atom, u32)> + '_ {
        self.exports.iter().map(|&(name, arity, _)| (name, arity))
    }

    /// The functions that it calls by name, or names in funs.
    pub fn imports(&self) -> &[Import] {
        &self.imports
    }

    /// Names and arities of all its functions.
    pub fn functions(&self) -> impl Iterator<Item = (Atom, u32)> + '_ {
        self.functions.iter().map(|function| (function.name, function.arity))
    }

    /// Links it, and makes its code known by address. Nothing refers to it yet: whoever loads it puts its exports
    /// behind their entries.
    ///
    /// `literals` are the words of the module's literals; they must stay valid for as long as the code may run, so they
    /// belong to memory that no collector frees. `uniq` is the MD5 that its funs carry.
    ///
    /// # Errors
    /// When there are more or fewer literals than the module has.
    pub fn link(
        self,
        literals: &[Word],
        uniq: [u8; 16],
        import: impl FnMut(&Import) -> &'static ExportEntry,
    ) -> Result<Arc<CodeModule>, LoadError> {
        self.link_with(None, literals, uniq, import)
    }

    /// As [`Object::link`], with machine code that was made ahead of time, where this build can run it
    /// ([`HAS_MACHINE_CODE`]).
    ///
    /// # Errors
    /// As [`Object::link`], and when the machine code is for another module.
    pub fn link_with(
        self,
        machine: Option<Placed>,
        literals: &[Word],
        uniq: [u8; 16],
        import: impl FnMut(&Import) -> &'static ExportEntry,
    ) -> Result<Arc<CodeModule>, LoadError> {
        #[cfg(dala_jit)]
        let machine = machine.or_else(|| super::jit::ahead(&self, Object::machine_code));
        let machine = machine.filter(|_| HAS_MACHINE_CODE);
        if machine.as_ref().is_some_and(|machine| !machine.fits(&self)) {
            return Err(LoadError::OtherMachineCode);
        }
        if literals.len() != self.literals {
            return Err(LoadError::Literals { expected: self.literals, found: literals.len() });
        }
        let imports: Vec<&'static ExportEntry> = self.imports.iter().map(import).collect();
        let words = match &machine {
            Some(machine) => machine.take(&self.words),
            None => Words::Own(self.words.into_iter().map(AtomicU64::new).collect()),
        };
        // They do not move from here on.
        let base = words.as_ptr().cast::<u64>();
        let address =
            |function: usize| CodeAddress::new(base.wrapping_add(self.functions[function].entry as usize));
        let lambdas: Vec<&'static FunEntry> = self
            .lambdas
            .iter()
            .map(|lambda| {
                let function = self.functions[lambda.function.index()];
                let head = FunHead {
                    module: self.name,
                    function: function.name,
                    arity: function.arity - lambda.free,
                    index: lambda.index,
                    free: lambda.free,
                    old_uniq: lambda.old_uniq,
                    uniq,
                };
                FunEntry::leak(head, address(lambda.function.index()))
            })
            .collect();
        for &Relocation { at, symbol } in &self.relocations {
            let word = match symbol {
                Symbol::Atom(atom) => Word::atom(atom).to_bits(),
                Symbol::Literal(index) => literals[index as usize].to_bits(),
                Symbol::Import(index) => word_of(imports[index as usize]),
                Symbol::Function(index) => address(index as usize).to_bits(),
                Symbol::Lambda(index) => word_of(lambdas[index as usize]),
            };
            words[at as usize].store(word, Ordering::Relaxed);
        }
        for &at in &self.switches {
            sort_keys(&words[at as usize..]);
        }
        for row in &self.rows {
            let call = &words[row.offset as usize..];
            if is_returning(call[0].load(Ordering::Relaxed)) {
                call[CALL_WORDS - CELL].store(native::not_native(), Ordering::Relaxed);
            }
        }
        let module = Arc::new(CodeModule {
            name: self.name,
            words,
            patches: Mutex::default(),
            #[cfg(dala_jit)]
            heat: self
                .functions
                .iter()
                .map(|_| std::sync::atomic::AtomicU8::new(super::jit::heat(machine.is_some())))
                .collect(),
            #[cfg(dala_jit)]
            keeper: std::sync::OnceLock::new(),
            functions: self.functions.into(),
            rows: self.rows.into(),
            exports: self.exports.into(),
            on_load: self.on_load,
            funs: lambdas.into(),
            files: self.files.into(),
        });
        code::register(&module);
        if let Some(machine) = machine {
            machine.publish(&module);
        } else {
            #[cfg(dala_jit)]
            super::jit::loaded(&module);
        }
        Ok(module)
    }
}

/// Whether the instruction with this first word ends with a return address's native cell and frame word.
fn is_returning(first: u64) -> bool {
    const OPS: [Opcode; 7] = [
        Opcode::Call,
        Opcode::CallExt,
        Opcode::CallExtTail,
        Opcode::CallFun,
        Opcode::CallFunTail,
        Opcode::Apply,
        Opcode::ApplyTail,
    ];
    OPS.into_iter().any(|op| op as u16 == op_of(first))
}

/// The address of an entry, as code holds it.
fn word_of<T>(entry: &'static T) -> u64 {
    std::ptr::from_ref(entry).expose_provenance() as u64
}

/// Sorts the keys of the `SwitchWords` instruction that `code` begins with, and its targets with them.
fn sort_keys(code: &[AtomicU64]) {
    let word = |index: usize| code[index].load(Ordering::Relaxed);
    let count = word(2) as u32 as usize;
    if count <= UNSORTED {
        return;
    }
    let shift = |index: usize| 32 * (index % 2);
    let mut cases: Vec<(u64, u64)> = (0..count)
        .map(|index| (word(3 + index), word(3 + count + index / 2) >> shift(index) & u64::from(u32::MAX)))
        .collect();
    cases.sort_unstable_by_key(|&(key, _)| key);
    for (index, (key, _)) in cases.iter().enumerate() {
        code[3 + index].store(*key, Ordering::Relaxed);
    }
    for (index, pair) in cases.chunks(2).enumerate() {
        let (low, high) = (pair[0].1, pair.get(1).map_or(0, |case| case.1));
        code[3 + count + index].store(low | high << 32, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests;
