//! Keys of table rows, in the order the table keeps them in.

use std::borrow::Borrow;
use std::cmp::Ordering;

use dala_ir::abi::Word;
use dala_ir::term::OwnedTerm;
use dala_ir::term::compare::{cmp, cmp_exact};
use dala_ir::term::hash::phash2;
use dala_ir::term::view;

/// What a key is found by: its hash (0 in ordered tables) and the term.
///
/// Hashed tables are kept in the order of hash and then term, so that iteration can go on after any key, also one
/// that was deleted meanwhile. Ordered tables compare keys with `==`, others with `=:=`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Probe {
    hash: u32,
    is_ordered: bool,
    word: Word,
    edge: Option<Edge>,
}

/// Tuples that begin alike, as a place in an ordered table: before all of them, or behind.
#[derive(Clone, Copy, Debug)]
struct Edge {
    /// Elements that are compared.
    len: usize,
    /// How the place compares with a key of those tuples.
    side: Ordering,
}

/// The start of the tuples that may match a pattern of keys.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Prefix {
    /// A tuple of their size.
    pub(crate) tuple: Word,
    /// How many elements of it theirs begin with.
    pub(crate) len: usize,
}

impl Prefix {
    /// The places before and behind the keys of ordered tables that begin like this.
    pub(crate) fn bounds(self) -> [Probe; 2] {
        [Ordering::Less, Ordering::Greater].map(|side| Probe {
            hash: 0,
            is_ordered: true,
            word: self.tuple,
            edge: Some(Edge { len: self.len, side }),
        })
    }
}

impl Probe {
    pub(crate) fn new(word: Word, is_ordered: bool) -> Probe {
        Probe { hash: if is_ordered { 0 } else { phash2(word) }, is_ordered, word, edge: None }
    }

    /// How the two compare in the order of their table.
    pub(crate) fn order(&self, other: &Probe) -> Ordering {
        if let Some(edge) = self.edge {
            return edge.order(self.word, other);
        }
        if let Some(edge) = other.edge {
            return edge.order(other.word, self).reverse();
        }
        if self.is_ordered {
            cmp(self.word, other.word)
        } else {
            self.hash.cmp(&other.hash).then_with(|| cmp_exact(self.word, other.word))
        }
    }
}

impl Edge {
    fn order(self, tuple: Word, other: &Probe) -> Ordering {
        let (Some(mine), Some(theirs)) = (view::tuple_elements(tuple), view::tuple_elements(other.word))
        else {
            return cmp(tuple, other.word);
        };
        if mine.len() != theirs.len() {
            return mine.len().cmp(&theirs.len());
        }
        let alike = mine.iter().zip(theirs).take(self.len);
        let order = alike.map(|(&mine, &theirs)| cmp(mine, theirs)).find(|order| order.is_ne());
        let other_side = other.edge.map_or(Ordering::Equal, |edge| edge.side);
        order.unwrap_or_else(|| self.side.cmp(&other_side))
    }
}

/// A key that a table owns.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    hash: u32,
    is_ordered: bool,
    term: OwnedTerm,
}

impl Key {
    pub(crate) fn new(probe: Probe) -> Key {
        Key { hash: probe.hash, is_ordered: probe.is_ordered, term: OwnedTerm::copy_of(probe.word) }
    }

    /// The key itself.
    pub(crate) fn term(&self) -> &OwnedTerm {
        &self.term
    }

    /// Words of memory beyond the row's own.
    pub(crate) fn words(&self) -> usize {
        self.term.words()
    }
}

/// What can stand for a key in a search.
pub(crate) trait AsProbe {
    /// The key as a probe.
    fn probe(&self) -> Probe;
}

impl AsProbe for Probe {
    fn probe(&self) -> Probe {
        *self
    }
}

impl AsProbe for Key {
    fn probe(&self) -> Probe {
        Probe { hash: self.hash, is_ordered: self.is_ordered, word: self.term.root(), edge: None }
    }
}

impl<'a> Borrow<dyn AsProbe + 'a> for Key {
    fn borrow(&self) -> &(dyn AsProbe + 'a) {
        self
    }
}

impl PartialEq for dyn AsProbe + '_ {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for dyn AsProbe + '_ {}

impl PartialOrd for dyn AsProbe + '_ {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for dyn AsProbe + '_ {
    fn cmp(&self, other: &Self) -> Ordering {
        self.probe().order(&other.probe())
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Key) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Key {}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Key) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Key) -> Ordering {
        self.probe().order(&other.probe())
    }
}
