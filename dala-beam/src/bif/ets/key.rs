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
    #[inline]
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

impl Ord for Probe {
    #[inline]
    fn cmp(&self, other: &Probe) -> Ordering {
        self.order(other)
    }
}

impl PartialOrd for Probe {
    #[inline]
    fn partial_cmp(&self, other: &Probe) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Probe {
    fn eq(&self, other: &Probe) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Probe {}

/// A key that a table owns, and compares as a [`Probe`].
#[derive(Debug)]
pub(crate) struct Key {
    /// Its word is the root of `term`.
    probe: Probe,
    term: OwnedTerm,
}

impl Key {
    pub(crate) fn new(probe: Probe) -> Key {
        let term = OwnedTerm::copy_of(probe.word);
        Key { probe: Probe { word: term.root(), edge: None, ..probe }, term }
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

impl Clone for Key {
    fn clone(&self) -> Key {
        let term = self.term.clone();
        Key { probe: Probe { word: term.root(), ..self.probe }, term }
    }
}

impl Borrow<Probe> for Key {
    fn borrow(&self) -> &Probe {
        &self.probe
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Key) -> bool {
        self.probe == other.probe
    }
}

impl Eq for Key {}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Key) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    #[inline]
    fn cmp(&self, other: &Key) -> Ordering {
        self.probe.cmp(&other.probe)
    }
}
