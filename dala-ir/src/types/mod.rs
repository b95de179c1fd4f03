//! What is known of a term: the lattice that passes and code generation reason with.
//!
//! A [`TermType`] is a set of terms, described by the kinds it may have and, for some kinds, more: the range of an
//! integer, the set of an atom, arity and tag of a tuple, the message that a tuple is, and what a term stands for ([`referent`]:
//! an actor, a tensor, a capability). The order is inclusion; *join* is for values that meet at a
//! block, *meet* for what a test adds. Everything is sound and finite: a type may say more terms than there can be, never
//! fewer.
//!
//! Three functions say what ops have to do with types: [`result_type`] what an op makes of its operands, [`decide`]
//! which way a test goes, [`learn`] what its outcome says of its operands.
//!
//! Nothing here trusts a `.beam` file: types come from constants, tests and constructions in verified IR, and from what the
//! host says of its native functions and actors ([`Typing`](crate::ir::Typing)).

#![warn(clippy::wildcard_enum_match_arm)]

pub mod atoms;
pub mod constants;
pub mod guard_bifs;
pub mod kinds;
pub mod outcomes;
pub mod range;
pub mod referent;
pub mod results;
pub mod term_type;
pub mod tuple;

pub use atoms::AtomSet;
pub use kinds::Kinds;
pub use outcomes::{Facts, compares_exactly, decide, learn, learn_from_success};
pub use range::IntRange;
pub use referent::{ActorType, CapabilityType, Life, Rights, Sizes, TensorType};
pub use results::result_type;
pub use term_type::TermType;
pub use tuple::TupleShape;

#[cfg(test)]
mod tests;
