//! The rows of one table by key: a tree for an ordered set, a hash table for all others.

use std::collections::BTreeMap;
use std::ops::Bound;

use dala_ir::abi::Word;
use dala_ir::term::OwnedTerm;
use smallvec::smallvec;

use super::hashed::{Hashed, Probe};
use super::key::{Key, Place, Prefix};
use super::table::{Rows, TableType};

#[derive(Debug)]
pub(super) enum Store {
    Ordered(BTreeMap<Key, Rows>),
    Hashed(Hashed),
}

impl Store {
    /// No rows; the key of each stands at `key_position`, from 1.
    pub(super) fn new(kind: TableType, key_position: usize) -> Store {
        match kind {
            TableType::OrderedSet => Store::Ordered(BTreeMap::new()),
            TableType::Set | TableType::Bag | TableType::DuplicateBag => {
                Store::Hashed(Hashed::new(key_position - 1))
            }
        }
    }

    /// Number of keys.
    pub(super) fn len(&self) -> usize {
        match self {
            Store::Ordered(rows) => rows.len(),
            Store::Hashed(rows) => rows.len(),
        }
    }

    /// The rows of `key`.
    #[inline]
    pub(super) fn get(&self, key: Word) -> Option<&Rows> {
        match self {
            Store::Ordered(rows) => rows.get(&Place::of(key)),
            Store::Hashed(rows) => rows.get(Probe::new(key)),
        }
    }

    /// The rows of `key`, which may change but not go.
    #[inline]
    pub(super) fn get_mut(&mut self, key: Word) -> Option<&mut Rows> {
        match self {
            Store::Ordered(rows) => rows.get_mut(&Place::of(key)),
            Store::Hashed(rows) => {
                let place = rows.find(Probe::new(key));
                place.is_there.then(|| rows.at(place))
            }
        }
    }

    /// Adds a row under a key that has none, and returns the words that the key takes beside it; or else gives the row
    /// back with those that the key has.
    pub(super) fn insert(&mut self, key: Word, row: OwnedTerm) -> Result<usize, (OwnedTerm, &mut Rows)> {
        match self {
            // A tree's own entries would copy each key first.
            Store::Ordered(rows) => match rows.contains_key(&Place::of(key)) {
                true => Err((row, rows.get_mut(&Place::of(key)).expect("it was just found"))),
                false => {
                    let key = Key::new(key);
                    let words = key.words();
                    rows.insert(key, smallvec![row]);
                    Ok(words)
                }
            },
            Store::Hashed(rows) => {
                let probe = Probe::new(key);
                let place = rows.find(probe);
                match place.is_there {
                    true => Err((row, rows.at(place))),
                    false => {
                        rows.insert(place, probe, row);
                        Ok(0)
                    }
                }
            }
        }
    }

    /// Removes a key: its rows, and the words that it took beside them.
    pub(super) fn remove(&mut self, key: Word) -> Option<(Rows, usize)> {
        match self {
            Store::Ordered(rows) => rows.remove_entry(&Place::of(key)).map(|(key, rows)| (rows, key.words())),
            Store::Hashed(rows) => rows.remove(Probe::new(key)).map(|rows| (rows, 0)),
        }
    }

    /// The rows of the first key behind `key`, or of the last before it, or of the first or last of all.
    pub(super) fn next(&self, key: Option<Word>, is_reverse: bool) -> Option<&Rows> {
        match self {
            Store::Hashed(rows) => rows.after(key.map(Probe::new)).next(),
            Store::Ordered(rows) => {
                let place = key.map(Place::of);
                let bound = place.as_ref().map_or(Bound::Unbounded, Bound::Excluded);
                let entry = if is_reverse {
                    rows.range::<Place, _>((Bound::Unbounded, bound)).next_back()
                } else {
                    rows.range::<Place, _>((bound, Bound::Unbounded)).next()
                };
                entry.map(|(_, rows)| rows)
            }
        }
    }

    /// The rows of up to `limit` keys behind (or before) `key`; with `prefix`, of an ordered set only those of keys that
    /// begin like it.
    pub(super) fn chunk(
        &self,
        key: Option<Word>,
        is_reverse: bool,
        limit: usize,
        prefix: Option<Prefix>,
    ) -> Vec<Rows> {
        let rows = match self {
            Store::Hashed(rows) => return rows.after(key.map(Probe::new)).take(limit).cloned().collect(),
            Store::Ordered(rows) => rows,
        };
        let [mut low, mut high] = match prefix.map(Prefix::bounds) {
            Some(bounds) => bounds.map(Some),
            None => [None, None],
        };
        if let Some(key) = key {
            *(if is_reverse { &mut high } else { &mut low }) = Some(Place::of(key));
        }
        // Nothing is between them where a continuation names a key that its pattern never gave.
        if let (Some(low), Some(high)) = (&low, &high)
            && low >= high
        {
            return Vec::new();
        }
        fn bound(place: &Option<Place>) -> Bound<&Place> {
            place.as_ref().map_or(Bound::Unbounded, Bound::Excluded)
        }
        let between = rows.range::<Place, _>((bound(&low), bound(&high))).map(|(_, rows)| rows.clone());
        if is_reverse { between.rev().take(limit).collect() } else { between.take(limit).collect() }
    }

    /// The rows of the key that has `place` others before it.
    pub(super) fn nth(&self, place: usize) -> Option<&Rows> {
        match self {
            Store::Ordered(rows) => rows.values().nth(place),
            Store::Hashed(rows) => rows.nth(place),
        }
    }
}
