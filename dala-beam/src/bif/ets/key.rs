//! Keys of ordered sets, in the order that the table keeps them in.

use std::borrow::Borrow;
use std::cmp::Ordering;

use dala_ir::abi::Word;
use dala_ir::term::OwnedTerm;
use dala_ir::term::compare::cmp;
use dala_ir::term::view;

/// A place in the order of keys (`==`): that of a term, or an edge of terms that begin alike.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
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
    pub(crate) fn bounds(self) -> [Place; 2] {
        [Ordering::Less, Ordering::Greater]
            .map(|side| Place { word: self.tuple, edge: Some(Edge { len: self.len, side }) })
    }
}

impl Place {
    /// That of a key.
    pub(crate) fn of(word: Word) -> Place {
        Place { word, edge: None }
    }

    #[cold]
    fn order_edges(&self, other: &Place) -> Ordering {
        match (self.edge, other.edge) {
            (Some(edge), _) => edge.order(self.word, other),
            (None, Some(edge)) => edge.order(other.word, self).reverse(),
            (None, None) => cmp(self.word, other.word),
        }
    }
}

impl Edge {
    fn order(self, tuple: Word, other: &Place) -> Ordering {
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

impl Ord for Place {
    #[inline]
    fn cmp(&self, other: &Place) -> Ordering {
        if self.edge.is_some() || other.edge.is_some() {
            return self.order_edges(other);
        }
        cmp(self.word, other.word)
    }
}

impl PartialOrd for Place {
    #[inline]
    fn partial_cmp(&self, other: &Place) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Place {
    fn eq(&self, other: &Place) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Place {}

/// A key that a table owns, and compares as a [`Place`].
#[derive(Debug)]
pub(crate) struct Key {
    /// Its word is the root of `term`.
    place: Place,
    term: OwnedTerm,
}

impl Key {
    pub(crate) fn new(word: Word) -> Key {
        let term = OwnedTerm::copy_of(word);
        Key { place: Place::of(term.root()), term }
    }

    /// Words of memory beyond the row's own.
    pub(crate) fn words(&self) -> usize {
        self.term.words()
    }
}

impl Borrow<Place> for Key {
    fn borrow(&self) -> &Place {
        &self.place
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Key) -> bool {
        self.place == other.place
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
        self.place.cmp(&other.place)
    }
}
