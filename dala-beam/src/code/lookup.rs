//! Code by name, for funs in external terms.

#![expect(unsafe_code, reason = "promises that entries live as long as funs")]

use std::ptr::NonNull;
use std::sync::{PoisonError, RwLock};

use dala_ir::abi::{Atom, ExportHead, FunHead};
use dala_ir::interp::{CodeModule, FunEntry};
use hashbrown::HashMap;

use super::export::ExportTable;
use crate::etf::CodeLookup;

/// Module, row of its fun table, MD5 of the module.
type FunIdentity = (Atom, u32, [u8; 16]);

/// Most funs of modules that are not loaded: their entries are never freed, and anybody can name new ones.
const MAX_UNLOADED: usize = 1 << 16;

/// The local funs of all loaded modules, and those that external terms named before their module was.
///
/// Two versions of a module that are the same file have the same funs: all entries of one fun lead to the code that was loaded
/// last. When code is purged, the entries that still lead there lose it, and their funs are none that can be called, until a
/// module with that fun is loaded.
#[derive(Debug, Default)]
pub struct Lookup(RwLock<Funs>);

#[derive(Debug, Default)]
struct Funs {
    loaded: HashMap<FunIdentity, &'static FunEntry>,
    /// Those of former versions, and of funs whose module was not loaded; the latter may differ in what they say of their
    /// arguments.
    others: HashMap<FunIdentity, Vec<&'static FunEntry>>,
    unloaded_count: usize,
}

impl Funs {
    fn find(&self, identity: &FunHead) -> Option<Option<&'static FunEntry>> {
        let key = key_of(identity);
        if let Some(&entry) = self.loaded.get(&key) {
            // A term that says otherwise of its arguments is no fun of that module.
            return Some(Some(entry).filter(|entry| entry.is_called_as(identity)));
        }
        self.others.get(&key)?.iter().find(|entry| entry.head() == identity).map(|&entry| Some(entry))
    }
}

fn key_of(head: &FunHead) -> FunIdentity {
    (head.module, head.index, head.uniq)
}

impl Lookup {
    /// Remembers a fun of a loaded module. Those that were made before can be called from now on.
    pub(super) fn add(&self, entry: &'static FunEntry) {
        let key = key_of(entry.head());
        let mut funs = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(former) = funs.loaded.insert(key, entry) {
            funs.others.entry(key).or_default().push(former);
        }
        for other in funs.others.get(&key).into_iter().flatten() {
            other.adopt(entry);
        }
    }

    /// Takes the funs of a module's code that is to be purged out of reach. Those that `current` has too lead there. Gives those
    /// that lead nowhere now.
    pub(super) fn withhold(&self, code: &CodeModule, current: Option<&CodeModule>) -> Vec<&'static FunEntry> {
        let mut funs = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let current: HashMap<FunIdentity, &'static FunEntry> = current
            .into_iter()
            .flat_map(CodeModule::fun_entries)
            .map(|entry| (key_of(entry.head()), entry))
            .collect();
        let mut withheld = Vec::new();
        for key in code.fun_entries().map(|entry| key_of(entry.head())) {
            if let Some(&entry) = current.get(&key)
                && let Some(former) = funs.loaded.insert(key, entry)
                && !std::ptr::eq(former, entry)
            {
                funs.others.entry(key).or_default().push(former);
            }
            let known = funs.loaded.get(&key).into_iter().chain(funs.others.get(&key).into_iter().flatten());
            for &entry in known.filter(|entry| entry.is_in(code)) {
                if !current.get(&key).is_some_and(|current| entry.adopt(current)) {
                    entry.withhold();
                    withheld.push(entry);
                }
            }
        }
        withheld
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
        let known = self.lookup.0.read().unwrap_or_else(PoisonError::into_inner).find(identity);
        let entry = match known {
            Some(entry) => entry?,
            None => {
                let mut funs = self.lookup.0.write().unwrap_or_else(PoisonError::into_inner);
                match funs.find(identity) {
                    Some(entry) => entry?,
                    None if funs.unloaded_count == MAX_UNLOADED => return None,
                    None => {
                        let entry = FunEntry::leak_unloaded(*identity);
                        funs.unloaded_count += 1;
                        funs.others.entry(key_of(identity)).or_default().push(entry);
                        entry
                    }
                }
            }
        };
        Some(NonNull::from(entry).cast())
    }
}

#[cfg(test)]
mod tests {
    use dala_ir::abi::atoms;

    use super::*;

    const HEAD: FunHead = FunHead {
        module: atoms::ERLANG,
        function: atoms::EMPTY,
        arity: 1,
        index: 7,
        free: 2,
        old_uniq: 0,
        uniq: [3; 16],
    };

    #[test]
    fn a_fun_with_other_free_variables_than_its_code_is_refused() {
        let (lookup, exports) = (Lookup::default(), ExportTable::new());
        lookup.add(FunEntry::leak_unloaded(HEAD));
        let mut code = lookup.of(&exports);
        assert!(code.fun(&HEAD).is_some());
        for other in [FunHead { free: 3, ..HEAD }, FunHead { free: 1, ..HEAD }, FunHead { arity: 2, ..HEAD }]
        {
            assert!(code.fun(&other).is_none(), "{other:?}");
        }
    }

    #[test]
    fn a_fun_that_nobody_knows_has_one_entry_and_there_is_an_end_to_them() {
        let (lookup, exports) = (Lookup::default(), ExportTable::new());
        let mut code = lookup.of(&exports);
        assert_eq!(code.fun(&HEAD), code.fun(&HEAD));
        for index in 0..MAX_UNLOADED as u32 {
            let _ = code.fun(&FunHead { index, ..HEAD });
        }
        assert!(code.fun(&FunHead { index: u32::MAX, ..HEAD }).is_none());
        assert!(code.fun(&HEAD).is_some());
    }
}
