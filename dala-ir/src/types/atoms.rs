//! Sets of atoms.

use crate::abi::{Atom, atoms};
use smallvec::SmallVec;

/// Sets of more atoms than this are not told apart from all atoms: no test of a program names so many one by one.
const MOST: usize = 8;

/// A set of atoms, never empty: all of them, or a few.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum AtomSet {
    /// All atoms.
    Any,
    /// These, ascending by their indices.
    Few(SmallVec<[Atom; 2]>),
}

impl AtomSet {
    /// One atom.
    pub fn exactly(atom: Atom) -> AtomSet {
        AtomSet::Few(SmallVec::from_slice(&[atom]))
    }

    /// `true` and `false`.
    pub fn booleans() -> AtomSet {
        AtomSet::exactly(atoms::TRUE).join(&AtomSet::exactly(atoms::FALSE))
    }

    /// The only atom in it.
    pub fn single(&self) -> Option<Atom> {
        match self {
            AtomSet::Few(few) if few.len() == 1 => Some(few[0]),
            AtomSet::Few(_) | AtomSet::Any => None,
        }
    }

    /// Whether the atom is in it.
    pub fn contains(&self, atom: Atom) -> bool {
        match self {
            AtomSet::Any => true,
            AtomSet::Few(few) => few.contains(&atom),
        }
    }

    /// Whether all of it is in `other`.
    pub fn is_within(&self, other: &AtomSet) -> bool {
        match (self, other) {
            (_, AtomSet::Any) => true,
            (AtomSet::Any, AtomSet::Few(_)) => false,
            (AtomSet::Few(few), other) => few.iter().all(|&atom| other.contains(atom)),
        }
    }

    /// What is in either.
    pub fn join(&self, other: &AtomSet) -> AtomSet {
        match (self, other) {
            (AtomSet::Few(a), AtomSet::Few(b)) => {
                let mut all: SmallVec<[Atom; 2]> = a.iter().chain(b).copied().collect();
                all.sort_unstable_by_key(|atom| atom.index());
                all.dedup();
                if all.len() > MOST { AtomSet::Any } else { AtomSet::Few(all) }
            }
            _ => AtomSet::Any,
        }
    }

    /// What is in both; `None` when nothing is.
    pub fn meet(&self, other: &AtomSet) -> Option<AtomSet> {
        match (self, other) {
            (AtomSet::Any, set) | (set, AtomSet::Any) => Some(set.clone()),
            (AtomSet::Few(a), AtomSet::Few(_)) => {
                AtomSet::of_some(a.iter().copied().filter(|&atom| other.contains(atom)).collect())
            }
        }
    }

    /// What is left without one atom; `None` when nothing is.
    pub fn without(&self, atom: Atom) -> Option<AtomSet> {
        match self {
            AtomSet::Any => Some(AtomSet::Any),
            AtomSet::Few(few) => {
                AtomSet::of_some(few.iter().copied().filter(|&other| other != atom).collect())
            }
        }
    }

    fn of_some(few: SmallVec<[Atom; 2]>) -> Option<AtomSet> {
        (!few.is_empty()).then_some(AtomSet::Few(few))
    }
}

impl std::fmt::Debug for AtomSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            AtomSet::Any => f.write_str("any"),
            AtomSet::Few(few) => {
                let mut names: Vec<&str> = few.iter().map(|atom| atom.text()).collect();
                names.sort_unstable();
                f.write_str(&names.join(" | "))
            }
        }
    }
}
