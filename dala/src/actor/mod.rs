//! Actors: their cells, the behaviours that run in them, references to them.
//!
//! An actor is one heap block, a `Header` with the behaviour's state behind it. The header's mailbox head
//! says who may touch what: its state, lists and relations belong to the worker that runs its activation
//! (see [`mailbox::queue`](crate::mailbox)).

pub mod activation;
pub mod behaviour;
pub(crate) mod cell;
pub mod context;
pub(crate) mod current;
pub mod handler;
pub(crate) mod host;
pub(crate) mod native;
pub mod process;
pub mod protocol;
pub mod reference;
pub(crate) mod run;
pub mod spawn;
pub mod start;
mod suspended;
pub(crate) mod task;
mod term;
pub(crate) mod waker;

pub use activation::{Activation, Incoming};
pub use behaviour::{Behaviour, Outcome};
pub use context::Context;
pub use handler::{Actor, Handled, Handles, Unhandled};
pub use protocol::{Entry, Protocol};
pub use reference::{ActorRef, SendError};
pub use spawn::{SpawnError, SpawnOptions};
pub use start::{Init, Starting};

#[cfg(test)]
mod tests;
