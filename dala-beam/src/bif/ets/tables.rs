//! All tables of a runtime, by reference and by name.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock};

use dala_ir::abi::{Atom, Pid, Word, atoms};
use dala_ir::interp::Exception;
use dala_ir::term::view;
use hashbrown::HashMap;

use super::table::{Heir, Protection, Table};
use crate::bif::arguments::named;

/// What a function is about to do to a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
    /// Only its owner may do that.
    Own,
}

/// All tables.
#[derive(Debug)]
pub struct Tables {
    /// Which registry of this program it is.
    number: u64,
    all: RwLock<All>,
    created: AtomicU64,
}

impl Default for Tables {
    fn default() -> Tables {
        static MADE: AtomicU64 = AtomicU64::new(0);
        Tables {
            number: MADE.fetch_add(1, Ordering::Relaxed),
            all: RwLock::default(),
            created: AtomicU64::new(0),
        }
    }
}

#[derive(Debug, Default)]
struct All {
    by_id: HashMap<(u64, u64), Arc<Table>>,
    by_name: HashMap<Atom, Arc<Table>>,
}

/// A table that went to its heir when its owner ended.
#[derive(Debug)]
pub struct Transfer {
    /// The heir.
    pub heir: Pid,
    /// The table, as a name or as the bits of its reference.
    pub table: TableName,
    /// What the owner had set as heir data.
    pub data: dala_ir::term::OwnedTerm,
}

/// How programs name a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableName {
    /// By its name.
    Name(Atom),
    /// By its reference.
    Reference(u64, u64),
}

impl TableName {
    /// As a term.
    pub fn to_word<W: dala_ir::term::TermWriter>(self, writer: &mut W) -> Word {
        match self {
            TableName::Name(name) => Word::atom(name),
            TableName::Reference(low, high) => writer.reference(low, high),
        }
    }
}

/// High half of a table's reference; those of aliases have a pid there, others 0.
const TABLE_REFERENCE: u64 = 1 << 63;

impl Tables {
    /// No other registry of this program has it.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// The reference of a new table.
    pub(crate) fn next_id(&self) -> (u64, u64) {
        (self.created.fetch_add(1, Ordering::Relaxed) + 1, TABLE_REFERENCE)
    }

    fn find(&self, table: Word) -> Option<Arc<Table>> {
        let all = self.all.read().unwrap_or_else(|poisoned| poisoned.into_inner());
        match table.as_atom() {
            Some(name) => all.by_name.get(&name).cloned(),
            None => {
                let reference = view::reference(table)?;
                all.by_id.get(&(reference.low, reference.high)).cloned()
            }
        }
    }

    /// The table that `word` names, for `access` by `pid`.
    ///
    /// # Errors
    /// `badarg`, with the cause `id` when there is none, `type` when it names none, and `access` when it may not.
    pub(crate) fn get(&self, word: Word, pid: Pid, access: Access) -> Result<Arc<Table>, Exception> {
        let Some(table) = self.find(word) else {
            let is_name = word.is_atom() || view::reference(word).is_some();
            return Err(because(if is_name { named!("id") } else { named!("type") }));
        };
        Tables::check(&table, pid, access)?;
        Ok(table)
    }

    /// Whether `pid` may do that to `table`.
    ///
    /// # Errors
    /// `badarg` with the cause `access`, when it may not.
    pub(super) fn check(table: &Table, pid: Pid, access: Access) -> Result<(), Exception> {
        let is_allowed = table.owner.get() == pid
            || match access {
                Access::Read => table.guard.get() != Protection::Private,
                Access::Write => table.guard.get() == Protection::Public,
                Access::Own => false,
            };
        if is_allowed { Ok(()) } else { Err(because(named!("access"))) }
    }

    /// The table that `word` names, if it exists.
    pub(crate) fn existing(&self, word: Word) -> Option<Arc<Table>> {
        self.find(word)
    }

    /// Adds a table; `false` when its name is taken.
    pub(crate) fn add(&self, table: Arc<Table>) -> bool {
        let mut all = self.all.write().unwrap_or_else(|poisoned| poisoned.into_inner());
        if table.is_named {
            let name = table.name.get();
            if all.by_name.contains_key(&name) {
                return false;
            }
            all.by_name.insert(name, Arc::clone(&table));
        }
        all.by_id.insert(table.id, table);
        true
    }

    /// Forgets a table, and gives its rows back.
    pub(crate) fn remove(&self, table: &Table) {
        let mut all = self.all.write().unwrap_or_else(|poisoned| poisoned.into_inner());
        if all.by_id.remove(&table.id).is_some() && table.is_named {
            all.by_name.remove(&table.name.get());
        }
        drop(all);
        table.end();
    }

    /// Gives a table another name; `false` when that is taken.
    pub(crate) fn rename(&self, table: &Arc<Table>, name: Atom) -> bool {
        let mut all = self.all.write().unwrap_or_else(|poisoned| poisoned.into_inner());
        if table.is_named {
            if all.by_name.contains_key(&name) {
                return false;
            }
            all.by_name.remove(&table.name.get());
            all.by_name.insert(name, Arc::clone(table));
        }
        table.name.set(name);
        true
    }

    /// How programs name `table`.
    pub(crate) fn name_of(table: &Table) -> TableName {
        if table.is_named {
            TableName::Name(table.name.get())
        } else {
            TableName::Reference(table.id.0, table.id.1)
        }
    }

    /// All tables.
    pub(crate) fn list(&self) -> Vec<Arc<Table>> {
        let all = self.all.read().unwrap_or_else(|poisoned| poisoned.into_inner());
        all.by_id.values().cloned().collect()
    }

    /// Tables that a process may have left something in: nearly always none, so that is found without taking anything.
    fn concerning(&self, pid: Pid) -> Vec<Arc<Table>> {
        let all = self.all.read().unwrap_or_else(|poisoned| poisoned.into_inner());
        let concerned = |table: &&Arc<Table>| table.owner.get() == pid || table.fixes.is_fixed();
        all.by_id.values().filter(concerned).cloned().collect()
    }

    /// Number of tables.
    pub fn count(&self) -> usize {
        self.all.read().unwrap_or_else(|poisoned| poisoned.into_inner()).by_id.len()
    }

    /// Words of all rows.
    pub fn words(&self) -> usize {
        self.list().iter().map(|table| table.words.load(Ordering::Relaxed)).sum()
    }

    /// Deletes the tables of a process that ended, and hands those with a living heir over. The caller sends each
    /// heir `{'ETS-TRANSFER', Table, Owner, Data}`.
    pub fn release(&self, owner: Pid, is_alive: impl Fn(Pid) -> bool) -> Vec<Transfer> {
        let mut transfers = Vec::new();
        for table in self.concerning(owner) {
            let heir = table.heir.write().unwrap_or_else(|poisoned| poisoned.into_inner());
            table.fixes.forget(owner);
            if table.owner.get() != owner {
                continue;
            }
            match heir.clone() {
                Some(Heir { pid, data }) if pid != owner && is_alive(pid) => {
                    table.owner.set(pid);
                    drop(heir);
                    transfers.push(Transfer { heir: pid, table: Tables::name_of(&table), data });
                }
                _ => {
                    drop(heir);
                    self.remove(&table);
                }
            }
        }
        transfers
    }
}

fn because(cause: Atom) -> Exception {
    Exception { error_info: Some(Word::atom(cause)), ..Exception::badarg() }
}

/// `true` for the atoms that mean no heir.
pub(crate) fn is_no_heir(word: Word) -> bool {
    word == Word::atom(named!("none")) || word == Word::atom(atoms::UNDEFINED)
}
