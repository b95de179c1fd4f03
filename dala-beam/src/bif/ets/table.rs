//! One ETS table: its options and its rows.

use std::sync::RwLock;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering};

use dala_ir::abi::{Atom, Pid, Word};
use dala_ir::interp::Exception;
use dala_ir::term::compare::{eq_exact, eq_loose};
use dala_ir::term::{OwnedTerm, view};
use smallvec::SmallVec;

use super::concurrency::Concurrency;
use super::fixes::Fixes;
use super::key::Prefix;
use super::store::Store;
use crate::bif::arguments::named;

/// What a table holds for one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TableType {
    Set,
    OrderedSet,
    Bag,
    DuplicateBag,
}

/// Who may read and write a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protection {
    Public,
    Protected,
    Private,
}

impl Protection {
    pub(crate) fn named(name: &str) -> Option<Protection> {
        match name {
            "public" => Some(Protection::Public),
            "protected" => Some(Protection::Protected),
            "private" => Some(Protection::Private),
            _ => None,
        }
    }
}

/// The protection of a table, which its owner may change. Each access looks at it.
#[derive(Debug)]
pub(crate) struct Guard(AtomicU8);

impl Guard {
    pub(crate) fn new(protection: Protection) -> Guard {
        Guard(AtomicU8::new(protection as u8))
    }

    pub(crate) fn get(&self) -> Protection {
        let number = self.0.load(Ordering::Acquire);
        let all = [Protection::Public, Protection::Protected, Protection::Private];
        all.into_iter().find(|protection| *protection as u8 == number).unwrap_or(Protection::Private)
    }

    pub(crate) fn set(&self, protection: Protection) {
        self.0.store(protection as u8, Ordering::Release);
    }
}

/// Who gets a table when its owner ends, and what is sent along.
#[derive(Clone, Debug)]
pub(crate) struct Heir {
    pub(crate) pid: Pid,
    pub(crate) data: OwnedTerm,
}

/// The name of a table, which may change.
#[derive(Debug)]
pub(crate) struct Name(AtomicU32);

impl Name {
    pub(crate) fn new(name: Atom) -> Name {
        Name(AtomicU32::new(name.index()))
    }

    pub(crate) fn get(&self) -> Atom {
        Atom::from_index(self.0.load(Ordering::Acquire))
    }

    pub(crate) fn set(&self, name: Atom) {
        self.0.store(name.index(), Ordering::Release);
    }
}

/// The process that a table belongs to. Each access looks at it, so no lock is taken for that; who changes it holds the
/// lock of the heir where that matters.
#[derive(Debug)]
pub(crate) struct Owner(AtomicU64);

impl Owner {
    pub(crate) fn new(pid: Pid) -> Owner {
        Owner(AtomicU64::new(pid.to_bits()))
    }

    pub(crate) fn get(&self) -> Pid {
        Pid::from_bits(self.0.load(Ordering::Acquire))
    }

    pub(crate) fn set(&self, pid: Pid) {
        self.0.store(pid.to_bits(), Ordering::Release);
    }
}

pub(crate) type Rows = SmallVec<[OwnedTerm; 1]>;

/// A table.
#[derive(Debug)]
pub(crate) struct Table {
    /// The 128 bits of its reference.
    pub(crate) id: (u64, u64),
    pub(crate) kind: TableType,
    pub(crate) is_named: bool,
    pub(crate) guard: Guard,
    /// From 1.
    pub(crate) key_position: usize,
    pub(crate) is_compressed: bool,
    pub(crate) concurrency: Concurrency,
    pub(crate) owner: Owner,
    pub(crate) name: Name,
    pub(crate) heir: RwLock<Option<Heir>>,
    /// None once the table was deleted.
    pub(super) store: RwLock<Option<Store>>,
    pub(crate) size: AtomicUsize,
    /// Words of all rows and keys.
    pub(crate) words: AtomicUsize,
    pub(crate) fixes: Fixes,
    pub(super) is_deleted: AtomicBool,
}

impl Table {
    /// Whether `word` names the table, and it was not deleted.
    pub(super) fn is_called(&self, word: Word) -> bool {
        let is_name = match word.as_atom() {
            Some(name) => self.is_named && self.name.get() == name,
            None => view::reference(word).is_some_and(|reference| (reference.low, reference.high) == self.id),
        };
        is_name && !self.is_deleted.load(Ordering::Acquire)
    }

    /// Deletes the table with its rows. Who found it before finds nothing more in it.
    pub(super) fn end(&self) {
        self.is_deleted.store(true, Ordering::Release);
        let rows = self.store.write().unwrap_or_else(|poisoned| poisoned.into_inner()).take();
        self.size.store(0, Ordering::Relaxed);
        self.words.store(0, Ordering::Relaxed);
        drop(rows);
    }

    fn read<R>(&self, act: impl FnOnce(&Store) -> R) -> Result<R, Exception> {
        let store = self.store.read().unwrap_or_else(|poisoned| poisoned.into_inner());
        store.as_ref().map(act).ok_or_else(gone)
    }

    /// Whether the table holds one row per key.
    pub(crate) fn is_unique(&self) -> bool {
        matches!(self.kind, TableType::Set | TableType::OrderedSet)
    }

    /// The key of `row`; `None` when it is no tuple or too short.
    pub(crate) fn key_of(&self, row: Word) -> Option<Word> {
        view::tuple_elements(row)?.get(self.key_position - 1).copied()
    }

    /// Whether two keys are one for this table.
    pub(crate) fn same_key(&self, left: Word, right: Word) -> bool {
        if self.kind == TableType::OrderedSet { eq_loose(left, right) } else { eq_exact(left, right) }
    }

    /// What `act` makes of the rows of `key`, with the table locked for reading.
    ///
    /// # Errors
    /// As all functions here: `badarg` with the cause `id`, when the table was deleted since it was found.
    pub(crate) fn with_rows<R>(
        &self,
        key: Word,
        act: impl FnOnce(&[OwnedTerm]) -> R,
    ) -> Result<R, Exception> {
        self.read(|store| act(store.get(key).map_or(&[], |rows| rows)))
    }

    /// Whether there is a row with `key`.
    pub(crate) fn has(&self, key: Word) -> Result<bool, Exception> {
        self.read(|store| store.get(key).is_some())
    }

    /// Runs `change` with the table locked for writing.
    pub(crate) fn write<R>(&self, change: impl FnOnce(&mut Writer<'_>) -> R) -> Result<R, Exception> {
        let mut store = self.store.write().unwrap_or_else(|poisoned| poisoned.into_inner());
        let store = store.as_mut().ok_or_else(gone)?;
        Ok(change(&mut Writer { table: self, store }))
    }

    /// What `act` makes of the first key behind `key`, or of the last before it, or of the first or last of all. Hashed
    /// tables have one order for both directions.
    pub(crate) fn with_next<R>(
        &self,
        key: Option<Word>,
        is_reverse: bool,
        act: impl FnOnce(Word) -> R,
    ) -> Result<Option<R>, Exception> {
        self.read(|store| {
            let rows = store.next(key, is_reverse)?;
            self.key_of(rows.first()?.root()).map(act)
        })
    }

    /// The rows of up to `limit` keys behind (or before) `key`, and whether that was all. With `prefix`, which is for
    /// ordered tables, only those of keys that begin like it.
    pub(crate) fn chunk(
        &self,
        key: Option<Word>,
        is_reverse: bool,
        limit: usize,
        prefix: Option<Prefix>,
    ) -> Result<(Vec<Rows>, bool), Exception> {
        let chunk = self.read(|store| store.chunk(key, is_reverse, limit, prefix))?;
        let is_all = chunk.len() < limit;
        Ok((chunk, is_all))
    }

    /// Shows all rows, with the table locked for reading.
    pub(crate) fn for_each_row(&self, mut see: impl FnMut(&OwnedTerm)) -> Result<(), Exception> {
        self.read(|store| {
            let mut key = None;
            while let Some(rows) = store.next(key, false) {
                rows.iter().for_each(&mut see);
                key = rows.first().and_then(|row| self.key_of(row.root()));
            }
        })
    }

    /// The rows of the key at place `slot` of the iteration order.
    pub(crate) fn slot(&self, slot: usize) -> Result<Option<Rows>, Exception> {
        self.read(|store| store.nth(slot).cloned())
    }

    /// Number of keys.
    pub(crate) fn key_count(&self) -> Result<usize, Exception> {
        self.read(Store::len)
    }
}

fn gone() -> Exception {
    Exception { error_info: Some(Word::atom(named!("id"))), ..Exception::badarg() }
}

/// A table locked for writing.
pub(crate) struct Writer<'a> {
    table: &'a Table,
    store: &'a mut Store,
}

impl Writer<'_> {
    fn added(&self, words: usize, rows: usize) {
        self.table.size.fetch_add(rows, Ordering::Relaxed);
        self.table.words.fetch_add(words, Ordering::Relaxed);
    }

    fn removed(&self, rows: &[OwnedTerm], key_words: usize) {
        self.table.size.fetch_sub(rows.len(), Ordering::Relaxed);
        let words = rows.iter().map(OwnedTerm::words).sum::<usize>() + key_words;
        self.table.words.fetch_sub(words, Ordering::Relaxed);
    }

    fn replaced(&self, former: &OwnedTerm, words: usize) {
        self.table.words.fetch_add(words, Ordering::Relaxed);
        self.table.words.fetch_sub(former.words(), Ordering::Relaxed);
    }

    /// The rows of `key`.
    pub(crate) fn lookup(&self, key: Word) -> &[OwnedTerm] {
        self.store.get(key).map_or(&[], |rows| rows)
    }

    /// Adds a row under its key, replacing what a set has there.
    pub(crate) fn insert(&mut self, key: Word, row: OwnedTerm) {
        let words = row.words();
        let (row, rows) = match self.store.insert(key, row) {
            Ok(key_words) => return self.added(words + key_words, 1),
            Err(found) => found,
        };
        match self.table.kind {
            TableType::Set => {
                let former = std::mem::replace(&mut rows[0], row);
                self.replaced(&former, words);
            }
            TableType::OrderedSet => {
                // The new key may be another number (`1` for `1.0`), which then is the key.
                self.delete(key);
                self.insert(key, row);
            }
            // A row that is there already stays where it is.
            TableType::Bag if rows.iter().any(|other| eq_exact(other.root(), row.root())) => {}
            TableType::Bag | TableType::DuplicateBag => {
                rows.push(row);
                self.added(words, 1);
            }
        }
    }

    /// Removes the rows of `key` and returns them.
    pub(crate) fn delete(&mut self, key: Word) -> Rows {
        match self.store.remove(key) {
            Some((rows, key_words)) => {
                self.removed(&rows, key_words);
                rows
            }
            None => Rows::new(),
        }
    }

    /// Removes the rows with `key` for which `matches` holds; returns how many.
    pub(crate) fn delete_where(&mut self, key: Word, matches: impl Fn(Word) -> bool) -> usize {
        let Some(rows) = self.store.get_mut(key) else { return 0 };
        if rows.iter().all(|row| matches(row.root())) {
            return self.delete(key).len();
        }
        let mut gone = Rows::new();
        rows.retain(|row| {
            let goes = matches(row.root());
            if goes {
                gone.push(row.clone());
            }
            !goes
        });
        self.removed(&gone, 0);
        gone.len()
    }

    /// Replaces the one row of `key` in a set.
    pub(crate) fn replace(&mut self, key: Word, row: OwnedTerm) {
        if let Some(first) = self.store.get_mut(key).and_then(|rows| rows.first_mut()) {
            let words = row.words();
            let former = std::mem::replace(first, row);
            self.replaced(&former, words);
        }
    }

    /// Replaces a row of `key` that is equal to `former`, if there is one still; says whether there was.
    pub(crate) fn replace_if(&mut self, key: Word, former: Word, row: OwnedTerm) -> bool {
        let rows = self.store.get_mut(key);
        let Some(there) = rows.and_then(|rows| rows.iter_mut().find(|row| eq_exact(row.root(), former)))
        else {
            return false;
        };
        let words = row.words();
        let former = std::mem::replace(there, row);
        self.replaced(&former, words);
        true
    }

    /// Writes immediates over elements, from 0, of the one row of `key` in a set, where nobody else reads it and it has
    /// them; says whether it did.
    pub(crate) fn overwrite(&mut self, key: Word, elements: &[(usize, Word)]) -> bool {
        let row = self.store.get_mut(key).and_then(|rows| rows.first_mut());
        row.is_some_and(|row| row.set_elements(elements))
    }

    /// Adds to the small integer that element `place`, from 0, of the one row of `key` in a set is, and gives the sum, if
    /// that is one too and nobody else reads the row.
    pub(crate) fn add_small(&mut self, key: Word, place: usize, increment: i64) -> Option<Word> {
        let row = self.store.get_mut(key)?.first_mut()?;
        let value = view::tuple_elements(row.root())?.get(place)?.as_small()?;
        let sum = Word::small(value.checked_add(increment)?)?;
        row.set_elements(&[(place, sum)]).then_some(sum)
    }

    /// Removes everything; returns how many rows there were.
    pub(crate) fn clear(&mut self) -> usize {
        let count = self.table.size.swap(0, Ordering::Relaxed);
        self.table.words.store(0, Ordering::Relaxed);
        *self.store = Store::new(self.table.kind, self.table.key_position);
        count
    }
}
