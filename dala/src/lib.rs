//! Actor runtime: scheduler, actors, mailboxes, signals, supervision.

// Generated code names `::dala`, in this crate's own tests too.
extern crate self as dala;

#[doc(hidden)]
pub mod __rt;
pub mod message;

pub use dala_ir::abi::{Atom, Pid};
pub use dala_macros::message;
pub use message::{Bytes, ConvertError, Message, StableLayout};
