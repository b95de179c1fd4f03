//! The type of a term.

use super::atoms::AtomSet;
use super::kinds::Kinds;
use super::range::IntRange;
use super::tuple::TupleShape;
use crate::abi::Atom;
use crate::ir::Constant;

/// A set of terms. What it says of integers, atoms and tuples means something only where the kinds allow such terms; where
/// they do not, it is the part's top, so that equal sets are equal values.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct TermType {
    kinds: Kinds,
    range: IntRange,
    atoms: AtomSet,
    tuple: TupleShape,
}

impl TermType {
    /// All terms.
    pub const ANY: TermType = TermType::of(Kinds::ANY);
    /// No term.
    pub const NONE: TermType = TermType::of(Kinds::NONE);

    /// All terms of these kinds.
    pub const fn of(kinds: Kinds) -> TermType {
        TermType { kinds, range: IntRange::ANY, atoms: AtomSet::Any, tuple: TupleShape::Any }
    }

    /// Integers of a range.
    pub fn integer(range: IntRange) -> TermType {
        TermType { range, ..TermType::of(Kinds::INTEGER) }
    }

    /// Atoms of a set.
    pub fn atoms_of(atoms: AtomSet) -> TermType {
        TermType { atoms, ..TermType::of(Kinds::ATOM) }
    }

    /// One atom.
    pub fn atom(atom: Atom) -> TermType {
        TermType::atoms_of(AtomSet::exactly(atom))
    }

    /// Tuples of a shape.
    pub fn tuple(shape: TupleShape) -> TermType {
        TermType { tuple: shape, ..TermType::of(Kinds::TUPLE) }
    }

    /// Kinds that its terms may have.
    pub fn kinds(&self) -> Kinds {
        self.kinds
    }

    /// Range of its integers.
    pub fn range(&self) -> IntRange {
        self.range
    }

    /// Its atoms.
    pub fn atoms(&self) -> &AtomSet {
        &self.atoms
    }

    /// Shape of its tuples.
    pub fn shape(&self) -> TupleShape {
        self.tuple
    }

    /// Whether there is no such term.
    pub fn is_none(&self) -> bool {
        self.kinds.is_empty()
    }

    /// The only term in it, when that is an immediate constant.
    pub fn single(&self) -> Option<Constant> {
        match self.kinds {
            Kinds::INTEGER => {
                let constant = Constant::Int(self.range.single()?);
                constant.word().map(|_| constant)
            }
            Kinds::ATOM => self.atoms.single().map(Constant::Atom),
            Kinds::NIL => Some(Constant::Nil),
            _ => None,
        }
    }

    /// What may be either.
    pub fn join(&self, other: &TermType) -> TermType {
        // A part that one side does not have does not weaken what the other says of it.
        fn part<T: Clone>(
            kind: Kinds,
            a: &TermType,
            b: &TermType,
            of: fn(&TermType) -> &T,
            join: impl Fn(&T, &T) -> T,
        ) -> T {
            match (a.kinds.meets(kind), b.kinds.meets(kind)) {
                (true, false) => of(a).clone(),
                (false, true) => of(b).clone(),
                _ => join(of(a), of(b)),
            }
        }
        TermType {
            kinds: self.kinds.or(other.kinds),
            range: part(Kinds::INTEGER, self, other, |ty| &ty.range, |a, b| a.join(*b)),
            atoms: part(Kinds::ATOM, self, other, |ty| &ty.atoms, AtomSet::join),
            tuple: part(Kinds::TUPLE, self, other, |ty| &ty.tuple, |a, b| a.join(*b)),
        }
    }

    /// What is both.
    pub fn meet(&self, other: &TermType) -> TermType {
        let mut kinds = self.kinds.and(other.kinds);
        let range = self.range.meet(other.range);
        let atoms = self.atoms.meet(&other.atoms);
        let tuple = self.tuple.meet(other.tuple);
        if range.is_none() {
            kinds = kinds.without(Kinds::INTEGER);
        }
        if atoms.is_none() {
            kinds = kinds.without(Kinds::ATOM);
        }
        if tuple.is_none() {
            kinds = kinds.without(Kinds::TUPLE);
        }
        TermType {
            kinds,
            range: range.unwrap_or(IntRange::ANY),
            atoms: atoms.unwrap_or(AtomSet::Any),
            tuple: tuple.unwrap_or(TupleShape::Any),
        }
        .normal()
    }

    /// Its terms that have other kinds.
    pub fn without(&self, kinds: Kinds) -> TermType {
        TermType { kinds: self.kinds.without(kinds), ..self.clone() }.normal()
    }

    /// Its terms besides this constant.
    pub fn without_constant(&self, constant: Constant) -> TermType {
        match constant {
            Constant::Nil => self.without(Kinds::NIL),
            Constant::Atom(atom) => match self.atoms.without(atom) {
                Some(atoms) => TermType { atoms, ..self.clone() }.normal(),
                None => self.without(Kinds::ATOM),
            },
            Constant::Int(value) => {
                let (low, high) = (self.range.lower(), self.range.upper());
                let range = if low == Some(value) {
                    value.checked_add(1).and_then(|next| IntRange::new(Some(next), high))
                } else if high == Some(value) {
                    value.checked_sub(1).and_then(|last| IntRange::new(low, Some(last)))
                } else {
                    Some(self.range)
                };
                match range {
                    Some(range) => TermType { range, ..self.clone() }.normal(),
                    None => self.without(Kinds::INTEGER),
                }
            }
            Constant::Literal(_) => self.clone(),
        }
    }

    /// `self` after it grew to `next`: ranges whose bounds moved are given up, so that loops settle. The other parts
    /// have few steps to grow by.
    pub fn widen(&self, next: &TermType) -> TermType {
        let range = if self.kinds.meets(Kinds::INTEGER) { self.range.widen(next.range) } else { next.range };
        TermType { range, ..next.clone() }
    }

    /// Whether all its terms are in `other`.
    pub fn is_within(&self, other: &TermType) -> bool {
        self.join(other) == *other
    }

    fn normal(mut self) -> TermType {
        if !self.kinds.meets(Kinds::INTEGER) {
            self.range = IntRange::ANY;
        }
        if !self.kinds.meets(Kinds::ATOM) {
            self.atoms = AtomSet::Any;
        }
        if !self.kinds.meets(Kinds::TUPLE) {
            self.tuple = TupleShape::Any;
        }
        self
    }
}

impl std::fmt::Debug for TermType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.kinds)?;
        if self.range != IntRange::ANY {
            write!(f, " [{:?}]", self.range)?;
        }
        if self.atoms != AtomSet::Any {
            write!(f, " ({:?})", self.atoms)?;
        }
        match self.tuple {
            TupleShape::Any => Ok(()),
            TupleShape::Arity(arity) => write!(f, " {{{arity}}}"),
            TupleShape::Tagged(arity, tag) => write!(f, " {{{arity}, {}}}", tag.text()),
        }
    }
}
