//! What terms stand for that are no data themselves: actors, tensors, capabilities.
//!
//! Each kind of handle is of one kind of terms: an actor is named by a pid, a tensor by the map that is its handle
//! (`%Dala.Tensor{}`), a capability by a reference. Their terms are made by Rust alone and say what they stand for as
//! long as they live, so such a type comes from who made the term: the signature of a native function, a field of a message.

use smallvec::SmallVec;

use super::kinds::Kinds;
use crate::abi::Atom;
use crate::ir::ProtocolId;

/// The types exclude each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Disjoint;

/// A flat lattice: one value, or `None` for any.
fn join_flat<T: PartialEq + Copy>(a: Option<T>, b: Option<T>) -> Option<T> {
    if a == b { a } else { None }
}

fn meet_flat<T: PartialEq + Copy>(a: Option<T>, b: Option<T>) -> Result<Option<T>, Disjoint> {
    match (a, b) {
        (None, known) | (known, None) => Ok(known),
        _ if a == b => Ok(a),
        _ => Err(Disjoint),
    }
}

/// What is known of an actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ActorType {
    /// What it takes.
    pub protocol: ProtocolId,
    /// Where it is in its life.
    pub life: Life,
}

/// Where an actor is in its life. Only what never changes back can be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Life {
    /// It lives, or has ended.
    Any,
    /// It has ended: pids are not used twice.
    Ended,
}

/// What is known of a tensor.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TensorType {
    /// Type of its elements.
    pub dtype: Option<Atom>,
    /// Size of each axis.
    pub shape: Option<Sizes>,
}

/// Sizes of the axes of a tensor, those that are known.
pub type Sizes = SmallVec<[Option<u64>; 4]>;

/// What is known of a capability.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CapabilityType {
    /// Rust's name of the type of the resource.
    pub resource: Atom,
    /// What its holder may do.
    pub rights: Option<Rights>,
}

/// What a capability lets its holder do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rights {
    /// What leaves the resource as it is.
    ReadOnly,
    /// All that the resource can do.
    ReadWrite,
}

/// What a type says of its terms of one kind.
pub(super) trait Referent: Clone {
    /// The kind.
    const KIND: Kinds;

    /// What may be either; `None` when nothing is left to say.
    fn join(&self, other: &Self) -> Option<Self>;

    /// What is both.
    fn meet(&self, other: &Self) -> Result<Self, Disjoint>;

    /// Joins what two types say. One without terms of that kind does not weaken what the other says.
    fn join_known(a: (Kinds, Option<&Self>), b: (Kinds, Option<&Self>)) -> Option<Self> {
        match (a.0.meets(Self::KIND), b.0.meets(Self::KIND)) {
            (true, false) => a.1.cloned(),
            (false, true) => b.1.cloned(),
            _ => a.1.zip(b.1).and_then(|(a, b)| a.join(b)),
        }
    }

    /// Meets what two types say that both have terms of that kind.
    fn meet_known(a: Option<&Self>, b: Option<&Self>) -> Result<Option<Self>, Disjoint> {
        match (a, b) {
            (None, known) | (known, None) => Ok(known.cloned()),
            (Some(a), Some(b)) => a.meet(b).map(Some),
        }
    }
}

impl Referent for ActorType {
    const KIND: Kinds = Kinds::PID;

    fn join(&self, other: &ActorType) -> Option<ActorType> {
        let life = if self.life == other.life { self.life } else { Life::Any };
        (self.protocol == other.protocol).then_some(ActorType { life, ..*self })
    }

    fn meet(&self, other: &ActorType) -> Result<ActorType, Disjoint> {
        let life = if self.life == Life::Any { other.life } else { self.life };
        if self.protocol == other.protocol { Ok(ActorType { life, ..*self }) } else { Err(Disjoint) }
    }
}

impl Referent for TensorType {
    const KIND: Kinds = Kinds::MAP;

    fn join(&self, other: &TensorType) -> Option<TensorType> {
        let shape = match (&self.shape, &other.shape) {
            (Some(a), Some(b)) if a.len() == b.len() => {
                Some(a.iter().zip(b).map(|(&a, &b)| join_flat(a, b)).collect())
            }
            _ => None,
        };
        Some(TensorType { dtype: join_flat(self.dtype, other.dtype), shape })
    }

    fn meet(&self, other: &TensorType) -> Result<TensorType, Disjoint> {
        let shape = match (&self.shape, &other.shape) {
            (None, known) | (known, None) => known.clone(),
            (Some(a), Some(b)) if a.len() == b.len() => {
                Some(a.iter().zip(b).map(|(&a, &b)| meet_flat(a, b)).collect::<Result<_, _>>()?)
            }
            _ => return Err(Disjoint),
        };
        Ok(TensorType { dtype: meet_flat(self.dtype, other.dtype)?, shape })
    }
}

impl Referent for CapabilityType {
    const KIND: Kinds = Kinds::REFERENCE;

    fn join(&self, other: &CapabilityType) -> Option<CapabilityType> {
        let rights = join_flat(self.rights, other.rights);
        (self.resource == other.resource).then_some(CapabilityType { rights, ..*self })
    }

    fn meet(&self, other: &CapabilityType) -> Result<CapabilityType, Disjoint> {
        if self.resource != other.resource {
            return Err(Disjoint);
        }
        Ok(CapabilityType { rights: meet_flat(self.rights, other.rights)?, ..*self })
    }
}

/// What a type says of its pids, maps and references: `None` of those it says nothing of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Referents {
    pub(super) actor: Option<ActorType>,
    pub(super) tensor: Option<TensorType>,
    pub(super) capability: Option<CapabilityType>,
}

impl Referents {
    /// As a type keeps it: nothing where nothing is said, so that equal types are equal values.
    pub(super) fn kept(self) -> Option<Box<Referents>> {
        (self != Referents::default()).then(|| Box::new(self))
    }
}
