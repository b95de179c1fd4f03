//! Rows by key in O(1), in an order that no change of other keys disturbs.
//!
//! An extendible hash table (Fagin, Nievergelt, Pippenger and Strong 1979) whose leaves are sorted: a directory is indexed
//! by the first bits of a key's hash, and a leaf holds the keys of one run of hashes by hash and, where hashes are
//! equal, by term. So keys stand in the order of their hashes however far the table has grown, a walk can go on behind
//! any key, also one that was deleted meanwhile, and what stays in the table is met exactly once, fixed or not. Growing
//! splits one leaf at a time: no insertion moves the whole table. Keys of one hash, however many somebody finds, are
//! searched by halving, as in a tree.

use std::ops::Range;

use dala_ir::abi::Word;
use dala_ir::term::compare::cmp_exact;
use dala_ir::term::hash::map_key_hash;
use dala_ir::term::{OwnedTerm, view};
use smallvec::{SmallVec, smallvec};

use super::table::Rows;

/// Most keys of a leaf that can split.
const LEAF_KEYS: usize = 16;
/// Two leaves of together as many keys become one.
const FEW_KEYS: usize = LEAF_KEYS / 4;

/// Rows of a set or a bag.
#[derive(Debug)]
pub(super) struct Hashed {
    /// Place of the key in its rows.
    place: usize,
    /// Which leaf has the hashes that begin with the `bits` bits of an index.
    directory: Vec<u32>,
    bits: u32,
    leaves: Vec<Leaf>,
    /// Leaves that no index names.
    unused: Vec<u32>,
    keys: usize,
}

/// The keys whose hashes begin with some bits.
#[derive(Debug, Default)]
struct Leaf {
    /// How many.
    bits: u32,
    /// Ascending, and as long as `rows`. In line but for keys that no split divides: a search touches one place less.
    hashes: SmallVec<[u32; LEAF_KEYS + 1]>,
    /// Never empty.
    rows: Vec<Rows>,
}

/// What a key is found by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Probe {
    key: Word,
    hash: u32,
}

impl Probe {
    /// Keys for which `=:=` holds have one hash.
    pub(super) fn new(key: Word) -> Probe {
        if key.is_pointer() {
            return Probe { key, hash: map_key_hash(key) };
        }
        // Both halves of the product, so that each bit of the key has its say in the first bits of the hash.
        let product = u128::from(key.to_bits()) * 0x9e37_79b9_7f4a_7c15;
        Probe { key, hash: (((product >> 64) as u64 ^ product as u64) >> 32) as u32 }
    }
}

/// Where a key is or would be, until the table changes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Of the directory.
    index: usize,
    leaf: usize,
    at: usize,
    pub(super) is_there: bool,
}

impl Hashed {
    /// An empty table whose rows have their key at `place`, from 0.
    pub(super) fn new(place: usize) -> Hashed {
        Hashed {
            place,
            directory: vec![0],
            bits: 0,
            leaves: vec![Leaf::default()],
            unused: Vec::new(),
            keys: 0,
        }
    }

    /// Number of keys.
    pub(super) fn len(&self) -> usize {
        self.keys
    }

    fn key(&self, rows: &Rows) -> Word {
        let row = rows.first().and_then(|row| view::tuple_elements(row.root()));
        row.and_then(|elements| elements.get(self.place)).copied().expect("a row that was inserted has a key")
    }

    fn index(&self, hash: u32) -> usize {
        (u64::from(hash) >> (32 - self.bits)) as usize
    }

    /// Where the key is or would be.
    pub(super) fn find(&self, Probe { key, hash }: Probe) -> Place {
        let index = self.index(hash);
        let leaf = self.directory[index] as usize;
        let Leaf { hashes, rows, .. } = &self.leaves[leaf];
        let start = hashes.partition_point(|&other| other < hash);
        let same = match hashes[start..] {
            [] => 0,
            [first, ..] if first != hash => 0,
            [_] => 1,
            [_, second, ..] if second != hash => 1,
            _ => hashes[start..].partition_point(|&other| other == hash),
        };
        let found = rows[start..start + same].binary_search_by(|rows| cmp_exact(self.key(rows), key));
        let (Ok(at) | Err(at)) = found;
        Place { index, leaf, at: start + at, is_there: found.is_ok() }
    }

    /// The rows of `key`.
    pub(super) fn get(&self, probe: Probe) -> Option<&Rows> {
        let place = self.find(probe);
        place.is_there.then(|| &self.leaves[place.leaf].rows[place.at])
    }

    /// The rows at a place where a key is; they may change but not go.
    pub(super) fn at(&mut self, place: Place) -> &mut Rows {
        &mut self.leaves[place.leaf].rows[place.at]
    }

    /// Adds a row under a key that has none and would be at `place`.
    pub(super) fn insert(&mut self, place: Place, probe: Probe, row: OwnedTerm) {
        debug_assert!(!place.is_there);
        let found = &mut self.leaves[place.leaf];
        found.hashes.insert(place.at, probe.hash);
        found.rows.insert(place.at, smallvec![row]);
        self.keys += 1;
        if found.rows.len() > LEAF_KEYS {
            self.split(place.index);
        }
    }

    /// Removes a key with its rows.
    pub(super) fn remove(&mut self, probe: Probe) -> Option<Rows> {
        let Place { index, leaf, at, is_there } = self.find(probe);
        if !is_there {
            return None;
        }
        let found = &mut self.leaves[leaf];
        found.hashes.remove(at);
        let rows = found.rows.remove(at);
        self.keys -= 1;
        if found.rows.len() < FEW_KEYS {
            self.merge(index);
        }
        Some(rows)
    }

    /// The rows of one key after the other: of those behind `probe`, or of all.
    pub(super) fn after(&self, probe: Option<Probe>) -> impl Iterator<Item = &Rows> {
        let (mut index, mut at) = match probe.map(|probe| self.find(probe)) {
            Some(place) => (place.index, place.at + usize::from(place.is_there)),
            None => (0, 0),
        };
        std::iter::from_fn(move || {
            loop {
                let leaf = &self.leaves[*self.directory.get(index)? as usize];
                if let Some(rows) = leaf.rows.get(at) {
                    at += 1;
                    return Some(rows);
                }
                (index, at) = (self.span(index).end, 0);
            }
        })
    }

    /// The rows of the key that has `place` others before it.
    pub(super) fn nth(&self, mut place: usize) -> Option<&Rows> {
        let mut index = 0;
        loop {
            let leaf = &self.leaves[*self.directory.get(index)? as usize];
            match leaf.rows.get(place) {
                Some(rows) => return Some(rows),
                None => place -= leaf.rows.len(),
            }
            index = self.span(index).end;
        }
    }

    /// The indices that name the same leaf as `index`.
    fn span(&self, index: usize) -> Range<usize> {
        let leaf = &self.leaves[self.directory[index] as usize];
        let len = 1 << (self.bits - leaf.bits);
        let start = index & !(len - 1);
        start..start + len
    }

    /// Splits the leaf at `index` until it has few keys, or there are too few in all for a larger directory.
    fn split(&mut self, mut index: usize) {
        loop {
            let leaf = self.directory[index] as usize;
            let Leaf { bits, hashes, rows } = &mut self.leaves[leaf];
            if rows.len() <= LEAF_KEYS || *bits == u32::BITS {
                return;
            }
            if *bits == self.bits {
                if self.directory.len() * 2 > self.keys {
                    return;
                }
                self.directory = self.directory.iter().flat_map(|&leaf| [leaf, leaf]).collect();
                self.bits += 1;
                index *= 2;
            }
            let bit = 1 << (u32::BITS - 1 - *bits);
            let middle = hashes.partition_point(|hash| hash & bit == 0);
            *bits += 1;
            let upper =
                Leaf { bits: *bits, hashes: hashes.drain(middle..).collect(), rows: rows.split_off(middle) };
            let is_upper_larger = upper.rows.len() > middle;
            let number = match self.unused.pop() {
                Some(number) => {
                    self.leaves[number as usize] = upper;
                    number
                }
                None => {
                    self.leaves.push(upper);
                    (self.leaves.len() - 1) as u32
                }
            };
            // The leaf's span is half as long now: the other half names the new one.
            let lower = self.span(index);
            let first = lower.start & !(2 * lower.len() - 1);
            let middle = first + lower.len();
            self.directory[middle..middle + lower.len()].fill(number);
            index = if is_upper_larger { middle } else { first };
        }
    }

    /// Joins the leaf at `index` with the one it was split from, as long as both have few keys.
    fn merge(&mut self, mut index: usize) {
        if self.keys == 0 {
            *self = Hashed::new(self.place);
            return;
        }
        loop {
            let span = self.span(index);
            if span.len() == self.directory.len() {
                break;
            }
            let first = span.start & !(2 * span.len() - 1);
            let [low, high] = [first, first + span.len()].map(|index| self.directory[index]);
            let [lower, upper] = [low, high].map(|leaf| &self.leaves[leaf as usize]);
            if lower.bits != upper.bits || lower.rows.len() + upper.rows.len() > FEW_KEYS {
                break;
            }
            let mut upper = std::mem::take(&mut self.leaves[high as usize]);
            self.unused.push(high);
            let lower = &mut self.leaves[low as usize];
            lower.bits -= 1;
            lower.hashes.append(&mut upper.hashes);
            lower.rows.append(&mut upper.rows);
            self.directory[first..first + 2 * span.len()].fill(low);
            index = first;
        }
        // A look at all leaves, so not too often.
        if self.keys.is_power_of_two() && self.directory.len() > 4 * self.keys {
            let deepest = self.leaves.iter().map(|leaf| leaf.bits).max().unwrap_or(0);
            self.directory = self.directory.iter().copied().step_by(1 << (self.bits - deepest)).collect();
            self.bits = deepest;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use dala_ir::term::TermWriter;
    use proptest::prelude::*;

    use super::*;

    fn row(key: i64) -> OwnedTerm {
        OwnedTerm::build(|heap| heap.tuple(&[Word::small_int(0), Word::small_int(key)]))
    }

    fn key(rows: &Rows) -> i64 {
        view::tuple_elements(rows[0].root()).and_then(|elements| elements[1].as_small()).unwrap()
    }

    /// A probe whose hash has as many bits as `bits` says, the first or the last ones: others are 0.
    fn probe(key: i64, bits: i32) -> Probe {
        let Probe { key, hash } = Probe::new(Word::small_int(key));
        let hash = match bits {
            0.. => hash.checked_shl(32 - bits as u32).unwrap_or(0),
            _ => hash.checked_shr((32 + bits) as u32).unwrap_or(0),
        };
        Probe { key, hash }
    }

    proptest! {
        #[test]
        fn keys_are_found_and_walked_in_the_order_of_their_hashes(
            bits in -32i32..=32,
            changes in prop::collection::vec((any::<bool>(), 0i64..3000), 0..3000),
            growth in 0usize..3000,
        ) {
            let mut table = Hashed::new(1);
            let mut model = BTreeMap::new();
            // It grows, changes, and shrinks to nothing.
            let rest = (0..3000).map(|key| (false, key));
            let all = (0..growth as i64).map(|key| (true, key)).chain(changes).chain(rest);
            for (step, (is_insertion, number)) in all.enumerate() {
                let probe = probe(number, bits);
                let was_there = model.contains_key(&(probe.hash, number));
                prop_assert_eq!(table.get(probe).map(key), was_there.then_some(number));
                if is_insertion && !was_there {
                    table.insert(table.find(probe), probe, row(number));
                    model.insert((probe.hash, number), ());
                } else if !is_insertion {
                    prop_assert_eq!(table.remove(probe).is_some(), was_there);
                    model.remove(&(probe.hash, number));
                }
                prop_assert_eq!(table.len(), model.len());
                if step.is_multiple_of(500) {
                    let expected: Vec<i64> = model.keys().map(|&(_, key)| key).collect();
                    prop_assert_eq!(table.after(None).map(key).collect::<Vec<_>>(), expected);
                    let behind = model.range((probe.hash, number + 1)..).map(|(&(_, key), ())| key);
                    prop_assert_eq!(table.after(Some(probe)).map(key).collect::<Vec<_>>(), behind.collect::<Vec<_>>());
                    let middle = model.len() / 2;
                    let expected = model.keys().nth(middle).map(|&(_, key)| key);
                    prop_assert_eq!(table.nth(middle).map(key), expected);
                }
            }
            prop_assert_eq!(table.directory.len(), 1);
        }
    }

    #[test]
    fn memory_follows_the_number_of_keys_up_and_down() {
        let mut table = Hashed::new(1);
        for number in 0..20_000 {
            let probe = Probe::new(Word::small_int(number));
            table.insert(table.find(probe), probe, row(number));
        }
        assert!(table.directory.len() < 10_000 && table.leaves.len() < 4_000, "{}", table.leaves.len());
        assert!(table.leaves.iter().all(|leaf| leaf.rows.len() <= LEAF_KEYS));
        for number in 0..19_968 {
            table.remove(Probe::new(Word::small_int(number)));
        }
        assert!(table.directory.len() <= 128, "{}", table.directory.len());
        assert!(table.leaves.len() - table.unused.len() <= 64);
    }
}
