//! Shapes of tuples.

use crate::abi::Atom;
use crate::ir::MessageId;

/// What is known of a tuple.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TupleShape {
    /// Nothing.
    Any,
    /// Its arity.
    Arity(u32),
    /// Its arity, at least 1, and the atom that is its first element.
    Tagged(u32, Atom),
    /// As `Tagged`, of a message whose fields have the types that the module's table says.
    Message(u32, Atom, MessageId),
}

impl TupleShape {
    /// Number of elements, if it is known.
    pub const fn arity(self) -> Option<u32> {
        match self {
            TupleShape::Any => None,
            TupleShape::Arity(arity) | TupleShape::Tagged(arity, _) | TupleShape::Message(arity, ..) => {
                Some(arity)
            }
        }
    }

    /// The atom that is its first element, if it is known.
    pub const fn tag(self) -> Option<Atom> {
        match self {
            TupleShape::Any | TupleShape::Arity(_) => None,
            TupleShape::Tagged(_, tag) | TupleShape::Message(_, tag, _) => Some(tag),
        }
    }

    /// What holds of both.
    pub fn join(self, other: TupleShape) -> TupleShape {
        if self == other {
            return self;
        }
        match (self.arity(), other.arity()) {
            (Some(a), Some(b)) if a == b => match (self.tag(), other.tag()) {
                (Some(tag), Some(same)) if tag == same => TupleShape::Tagged(a, tag),
                _ => TupleShape::Arity(a),
            },
            _ => TupleShape::Any,
        }
    }

    /// What holds when both do; `None` when they exclude each other. A tuple may be two messages at once: the answer says of
    /// it that it is the one that stands first in the table.
    pub fn meet(self, other: TupleShape) -> Option<TupleShape> {
        match (self, other) {
            (TupleShape::Any, shape) | (shape, TupleShape::Any) => Some(shape),
            (TupleShape::Arity(a), shape) | (shape, TupleShape::Arity(a)) => {
                (shape.arity() == Some(a)).then_some(shape)
            }
            (TupleShape::Tagged(..), shape) | (shape, TupleShape::Tagged(..)) => {
                let is_same = (self.arity(), self.tag()) == (other.arity(), other.tag());
                is_same.then_some(shape)
            }
            (TupleShape::Message(a, tag, one), TupleShape::Message(b, other, another)) => {
                ((a, tag) == (b, other)).then_some(TupleShape::Message(a, tag, one.min(another)))
            }
        }
    }
}
