//! The table of export entries: `M:F/A` to the one place that every call of it goes through.

use dala_ir::abi::Atom;
use dala_ir::interp::{ExportEntry, Target};

use crate::bif;

/// All export entries of one runtime. Entries are made when somebody first names the function, and never freed.
#[derive(Debug)]
pub struct ExportTable {
    entries: papaya::HashMap<(Atom, Atom, u32), &'static ExportEntry>,
}

impl Default for ExportTable {
    fn default() -> ExportTable {
        ExportTable::new()
    }
}

impl ExportTable {
    /// A table of the built-in functions.
    pub fn new() -> ExportTable {
        let table = ExportTable { entries: papaya::HashMap::new() };
        for (module, function, arity, index) in bif::table::all() {
            table.entry(module, function, arity).set_target(Target::Bif(index));
        }
        table
    }

    /// The entry of a function, made when there is none.
    pub fn entry(&self, module: Atom, function: Atom, arity: u32) -> &'static ExportEntry {
        let entries = self.entries.pin();
        let key = (module, function, arity);
        if let Some(&entry) = entries.get(&key) {
            return entry;
        }
        // A racing thread may make one too; the loser's is leaked and never seen.
        entries.get_or_insert_with(key, || ExportEntry::leak(module, function, arity))
    }

    /// Whether a function is the runtime's: built in, or native. A module's own of that name is not called.
    pub(super) fn is_ours(&self, module: Atom, function: Atom, arity: u32) -> bool {
        self.find(module, function, arity).is_some_and(|entry| matches!(entry.target(), Target::Bif(_)))
    }

    /// All entries.
    pub(super) fn all(&self) -> Vec<&'static ExportEntry> {
        self.entries.pin().values().copied().collect()
    }

    /// The entry of a function, if there is one.
    pub fn find(&self, module: Atom, function: Atom, arity: u32) -> Option<&'static ExportEntry> {
        self.entries.pin().get(&(module, function, arity)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_function_has_one_entry_and_built_ins_are_there() {
        let table = ExportTable::new();
        let module = Atom::new("a module");
        let entry = table.entry(module, module, 3);
        assert!(std::ptr::eq(entry, table.entry(module, module, 3)));
        assert_eq!(entry.target(), Target::Undefined);
        let element = table.find(Atom::new("erlang"), Atom::new("element"), 2).unwrap();
        assert!(matches!(element.target(), Target::Bif(_)));
    }
}
