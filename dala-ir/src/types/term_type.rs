//! The type of a term.

use super::atoms::AtomSet;
use super::kinds::Kinds;
use super::range::IntRange;
use super::referent::{ActorType, CapabilityType, Disjoint, Referent, Referents, TensorType};
use super::tuple::TupleShape;
use crate::abi::Atom;
use crate::ir::Constant;

/// A set of terms. What it says of integers, atoms, tuples, and of what terms stand for, means something only where the kinds
/// allow such terms; where they do not, it is the part's top, so that equal sets are equal values.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct TermType {
    kinds: Kinds,
    range: IntRange,
    atoms: AtomSet,
    tuple: TupleShape,
    /// Most types have none.
    referents: Option<Box<Referents>>,
}

impl TermType {
    /// All terms.
    pub const ANY: TermType = TermType::of(Kinds::ANY);
    /// No term.
    pub const NONE: TermType = TermType::of(Kinds::NONE);

    /// All terms of these kinds.
    pub const fn of(kinds: Kinds) -> TermType {
        let (range, atoms, tuple) = (IntRange::ANY, AtomSet::Any, TupleShape::Any);
        TermType { kinds, range, atoms, tuple, referents: None }
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

    /// Pids of actors.
    pub fn actor(actor: ActorType) -> TermType {
        TermType::standing_for(Kinds::PID, Referents { actor: Some(actor), ..Referents::default() })
    }

    /// Handles of tensors.
    pub fn tensor(tensor: TensorType) -> TermType {
        TermType::standing_for(Kinds::MAP, Referents { tensor: Some(tensor), ..Referents::default() })
    }

    /// Names of capabilities.
    pub fn capability(capability: CapabilityType) -> TermType {
        let referents = Referents { capability: Some(capability), ..Referents::default() };
        TermType::standing_for(Kinds::REFERENCE, referents)
    }

    fn standing_for(kinds: Kinds, referents: Referents) -> TermType {
        TermType { referents: referents.kept(), ..TermType::of(kinds) }
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

    /// Actors that its pids stand for, if that is known.
    pub fn as_actor(&self) -> Option<&ActorType> {
        self.referents.as_ref()?.actor.as_ref()
    }

    /// Tensors that its maps stand for, if that is known.
    pub fn as_tensor(&self) -> Option<&TensorType> {
        self.referents.as_ref()?.tensor.as_ref()
    }

    /// Capabilities that its references stand for, if that is known.
    pub fn as_capability(&self) -> Option<&CapabilityType> {
        self.referents.as_ref()?.capability.as_ref()
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
            referents: self.join_referents(other),
        }
    }

    fn join_referents(&self, other: &TermType) -> Option<Box<Referents>> {
        if self.referents.is_none() && other.referents.is_none() {
            return None;
        }
        fn known<'a, T: Referent>(
            a: &'a TermType,
            b: &'a TermType,
            of: fn(&'a TermType) -> Option<&'a T>,
        ) -> Option<T> {
            T::join_known((a.kinds, of(a)), (b.kinds, of(b)))
        }
        Referents {
            actor: known(self, other, TermType::as_actor),
            tensor: known(self, other, TermType::as_tensor),
            capability: known(self, other, TermType::as_capability),
        }
        .kept()
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
        let mut referents = None;
        if self.referents.is_some() || other.referents.is_some() {
            fn known<T: Referent>(kinds: &mut Kinds, part: Result<Option<T>, Disjoint>) -> Option<T> {
                part.unwrap_or_else(|Disjoint| {
                    *kinds = kinds.without(T::KIND);
                    None
                })
            }
            let meet = Referents {
                actor: known(&mut kinds, Referent::meet_known(self.as_actor(), other.as_actor())),
                tensor: known(&mut kinds, Referent::meet_known(self.as_tensor(), other.as_tensor())),
                capability: known(
                    &mut kinds,
                    Referent::meet_known(self.as_capability(), other.as_capability()),
                ),
            };
            referents = meet.kept();
        }
        TermType {
            kinds,
            range: range.unwrap_or(IntRange::ANY),
            atoms: atoms.unwrap_or(AtomSet::Any),
            tuple: tuple.unwrap_or(TupleShape::Any),
            referents,
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
        if let Some(referents) = &mut self.referents {
            let kinds = self.kinds;
            referents.actor.take_if(|_| !kinds.meets(Kinds::PID));
            referents.tensor.take_if(|_| !kinds.meets(Kinds::MAP));
            referents.capability.take_if(|_| !kinds.meets(Kinds::REFERENCE));
            if **referents == Referents::default() {
                self.referents = None;
            }
        }
        self
    }
}

impl std::fmt::Debug for TermType {
    /// As the text form of the IR has it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}
