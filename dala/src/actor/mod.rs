//! Actors: their cells, the behaviours that run in them, references to them.
//!
//! An actor is one heap block, a `Header` with the behaviour's state behind it. The header's mailbox head
//! says who may touch what: its state, lists and relations belong to the worker that runs its activation
//! (see [`mailbox::queue`](crate::mailbox)).

pub mod activation;
pub(crate) mod admission;
pub mod alias;
pub(crate) mod beat;
pub mod behaviour;
mod beside;
mod blocking;
pub(crate) mod budget;
pub(crate) mod cell;
pub mod context;
pub(crate) mod current;
#[cfg(debug_assertions)]
mod cycles;
pub mod handler;
pub(crate) mod host;
pub(crate) mod native;
pub mod process;
pub mod protocol;
pub mod qos;
pub mod recipient;
pub mod reference;
pub(crate) mod run;
pub mod spawn;
pub mod start;
pub mod stream;
mod suspended;
pub(crate) mod suspension;
mod system;
pub(crate) mod task;
mod term;
mod ticker;
pub(crate) mod waker;

pub use activation::{Activation, Incoming};
pub use alias::Alias;
pub use behaviour::{Behaviour, Outcome};
pub use blocking::{Blocking, BlockingWork};
pub use context::{Context, WorkerHold};
pub use handler::{Actor, Concurrent, Handled, Handles, Unhandled};
pub use protocol::{Entry, Protocol};
pub use qos::Qos;
pub use recipient::{Callee, Recipient, Takes};
pub use reference::{ActorRef, SendError};
pub use spawn::{SpawnError, SpawnOptions};
pub use start::{Init, Starting};
pub use ticker::Ticker;

#[cfg(test)]
mod tests;
