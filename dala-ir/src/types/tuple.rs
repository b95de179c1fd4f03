//! Shapes of tuples.

use crate::abi::Atom;

/// What is known of a tuple.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TupleShape {
    /// Nothing.
    Any,
    /// Its arity.
    Arity(u32),
    /// Its arity, at least 1, and the atom that is its first element.
    Tagged(u32, Atom),
}

impl TupleShape {
    /// Number of elements, if it is known.
    pub const fn arity(self) -> Option<u32> {
        match self {
            TupleShape::Any => None,
            TupleShape::Arity(arity) | TupleShape::Tagged(arity, _) => Some(arity),
        }
    }

    /// What holds of both.
    pub fn join(self, other: TupleShape) -> TupleShape {
        if self == other {
            return self;
        }
        match (self.arity(), other.arity()) {
            (Some(a), Some(b)) if a == b => TupleShape::Arity(a),
            _ => TupleShape::Any,
        }
    }

    /// What holds when both do; `None` when they exclude each other.
    pub fn meet(self, other: TupleShape) -> Option<TupleShape> {
        match (self, other) {
            (TupleShape::Any, shape) | (shape, TupleShape::Any) => Some(shape),
            (TupleShape::Arity(a), shape) | (shape, TupleShape::Arity(a)) => {
                (shape.arity() == Some(a)).then_some(shape)
            }
            (a, b) => (a == b).then_some(a),
        }
    }
}
