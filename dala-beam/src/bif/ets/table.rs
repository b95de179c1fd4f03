//! One ETS table: its options and its rows.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::RwLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use dala_ir::abi::{Atom, Pid, Word};
use dala_ir::term::compare::{eq_exact, eq_loose};
use dala_ir::term::{OwnedTerm, view};
use smallvec::{SmallVec, smallvec};

use super::concurrency::Concurrency;
use super::fixes::Fixes;
use super::key::{Key, Prefix, Probe};

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

/// Who gets a table when its owner ends, and what is sent along.
#[derive(Clone, Debug)]
pub(crate) struct Heir {
    pub(crate) pid: Pid,
    pub(crate) data: OwnedTerm,
}

/// What may change about a table while it is in use.
#[derive(Debug)]
pub(crate) struct Holder {
    pub(crate) name: Atom,
    pub(crate) owner: Pid,
    pub(crate) heir: Option<Heir>,
}

pub(crate) type Rows = SmallVec<[OwnedTerm; 1]>;

/// A table.
#[derive(Debug)]
pub(crate) struct Table {
    /// The 128 bits of its reference.
    pub(crate) id: (u64, u64),
    pub(crate) kind: TableType,
    pub(crate) is_named: bool,
    pub(crate) protection: Protection,
    /// From 1.
    pub(crate) key_position: usize,
    pub(crate) is_compressed: bool,
    pub(crate) concurrency: Concurrency,
    pub(crate) holder: RwLock<Holder>,
    pub(crate) rows: RwLock<BTreeMap<Key, Rows>>,
    pub(crate) size: AtomicUsize,
    /// Words of all rows and keys.
    pub(crate) words: AtomicUsize,
    pub(crate) fixes: Fixes,
}

impl Table {
    fn probe(&self, key: Word) -> Probe {
        Probe::new(key, self.kind == TableType::OrderedSet)
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

    /// The rows of `key`.
    pub(crate) fn lookup(&self, key: Word) -> Rows {
        let rows = read(&self.rows);
        rows.get(&self.probe(key)).cloned().unwrap_or_default()
    }

    /// Whether there is a row with `key`.
    pub(crate) fn has(&self, key: Word) -> bool {
        read(&self.rows).contains_key(&self.probe(key))
    }

    /// Runs `change` with the table locked for writing.
    pub(crate) fn write<R>(&self, change: impl FnOnce(&mut Writer<'_>) -> R) -> R {
        let mut rows = self.rows.write().unwrap_or_else(|poisoned| poisoned.into_inner());
        change(&mut Writer { table: self, rows: &mut rows })
    }

    /// The first key behind `key`, or the first of all.
    pub(crate) fn key_after(&self, key: Option<Word>) -> Option<OwnedTerm> {
        self.after(key, false).map(|(key, _)| key)
    }

    /// The last key before `key`, or the last of all. Hashed tables have one order for both directions.
    pub(crate) fn key_before(&self, key: Option<Word>) -> Option<OwnedTerm> {
        self.after(key, true).map(|(key, _)| key)
    }

    fn after(&self, key: Option<Word>, is_reverse: bool) -> Option<(OwnedTerm, Rows)> {
        let rows = read(&self.rows);
        let entry = match (key.map(|key| self.probe(key)), is_reverse) {
            (None, false) => rows.first_key_value(),
            (None, true) => rows.last_key_value(),
            (Some(probe), false) => {
                rows.range::<Probe, _>((Bound::Excluded(&probe), Bound::Unbounded)).next()
            }
            (Some(probe), true) => {
                rows.range::<Probe, _>((Bound::Unbounded, Bound::Excluded(&probe))).next_back()
            }
        };
        entry.map(|(key, rows)| (key.term().clone(), rows.clone()))
    }

    /// Up to `limit` keys with their rows behind (or before) `key`, and whether that was all. With `prefix`, which is for
    /// ordered tables, only keys that begin like it.
    pub(crate) fn chunk(
        &self,
        key: Option<Word>,
        is_reverse: bool,
        limit: usize,
        prefix: Option<Prefix>,
    ) -> (Vec<(OwnedTerm, Rows)>, bool) {
        let rows = read(&self.rows);
        let [mut low, mut high] = match prefix.map(Prefix::bounds) {
            Some(bounds) => bounds.map(Some),
            None => [None, None],
        };
        if let Some(key) = key {
            *(if is_reverse { &mut high } else { &mut low }) = Some(self.probe(key));
        }
        // Nothing is between them where a continuation names a key that its pattern never gave.
        if let (Some(low), Some(high)) = (&low, &high)
            && low.order(high).is_ge()
        {
            return (Vec::new(), true);
        }
        fn bound(place: &Option<Probe>) -> Bound<&Probe> {
            place.as_ref().map_or(Bound::Unbounded, Bound::Excluded)
        }
        let between = rows.range::<Probe, _>((bound(&low), bound(&high)));
        let copy = |(key, rows): (&Key, &Rows)| (key.term().clone(), rows.clone());
        let chunk: Vec<_> = if is_reverse {
            between.rev().take(limit).map(copy).collect()
        } else {
            between.take(limit).map(copy).collect()
        };
        let is_all = chunk.len() < limit;
        (chunk, is_all)
    }

    /// The row at place `slot` of the iteration order.
    pub(crate) fn slot(&self, slot: usize) -> Option<Rows> {
        read(&self.rows).values().nth(slot).cloned()
    }

    /// Number of keys.
    pub(crate) fn key_count(&self) -> usize {
        read(&self.rows).len()
    }
}

fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// A table locked for writing.
pub(crate) struct Writer<'a> {
    table: &'a Table,
    rows: &'a mut BTreeMap<Key, Rows>,
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

    /// The rows of `key`.
    pub(crate) fn lookup(&self, key: Word) -> &[OwnedTerm] {
        self.rows.get(&self.table.probe(key)).map_or(&[], |rows| rows)
    }

    /// Adds a row under its key, replacing what a set has there.
    pub(crate) fn insert(&mut self, key: Word, row: OwnedTerm) {
        let probe = self.table.probe(key);
        let words = row.words();
        match self.rows.get_mut(&probe) {
            None => {
                let key = Key::new(probe);
                self.added(words + key.words(), 1);
                self.rows.insert(key, smallvec![row]);
            }
            Some(rows) => match self.table.kind {
                TableType::Set => {
                    let former = std::mem::replace(&mut rows[0], row);
                    self.table.words.fetch_add(words, Ordering::Relaxed);
                    self.table.words.fetch_sub(former.words(), Ordering::Relaxed);
                }
                TableType::OrderedSet => {
                    // The new key may be another number (`1` for `1.0`), which then is the key.
                    self.delete(key);
                    let key = Key::new(probe);
                    self.added(words + key.words(), 1);
                    self.rows.insert(key, smallvec![row]);
                }
                TableType::Bag => {
                    // A row that is there already moves to the end? No: it stays where it is.
                    if !rows.iter().any(|other| eq_exact(other.root(), row.root())) {
                        rows.push(row);
                        self.added(words, 1);
                    }
                }
                TableType::DuplicateBag => {
                    rows.push(row);
                    self.added(words, 1);
                }
            },
        }
    }

    /// Removes the rows of `key` and returns them.
    pub(crate) fn delete(&mut self, key: Word) -> Rows {
        match self.rows.remove_entry(&self.table.probe(key)) {
            Some((key, rows)) => {
                self.removed(&rows, key.words());
                rows
            }
            None => Rows::new(),
        }
    }

    /// Removes the rows with `key` for which `matches` holds; returns how many.
    pub(crate) fn delete_where(&mut self, key: Word, mut matches: impl FnMut(Word) -> bool) -> usize {
        let probe = self.table.probe(key);
        let Some(rows) = self.rows.get_mut(&probe) else { return 0 };
        let mut gone = Rows::new();
        rows.retain(|row| {
            let goes = matches(row.root());
            if goes {
                gone.push(row.clone());
            }
            !goes
        });
        let is_empty = rows.is_empty();
        self.removed(&gone, 0);
        if is_empty {
            self.delete(key);
        }
        gone.len()
    }

    /// Replaces the one row of `key` in a set.
    pub(crate) fn replace(&mut self, key: Word, row: OwnedTerm) {
        let probe = self.table.probe(key);
        if let Some(rows) = self.rows.get_mut(&probe)
            && let Some(first) = rows.first_mut()
        {
            self.table.words.fetch_add(row.words(), Ordering::Relaxed);
            self.table.words.fetch_sub(first.words(), Ordering::Relaxed);
            *first = row;
        }
    }

    /// Removes everything; returns how many rows there were.
    pub(crate) fn clear(&mut self) -> usize {
        let count = self.table.size.swap(0, Ordering::Relaxed);
        self.table.words.store(0, Ordering::Relaxed);
        *self.rows = BTreeMap::new();
        count
    }
}
