//! A BEAM process: an actor of Dala whose behaviour is compiled Erlang code.
//!
//! # Invariants
//! - Words that live across a safepoint stand in the process's roots (`Process::roots`): nothing else is updated
//!   by a collection.
//! - Whoever runs a process owns it alone; other actors reach it only through its mailbox and its pid.

mod current;
pub mod dictionary;
pub mod ended;
mod log;
mod machine;
pub(crate) mod message;
#[expect(clippy::module_inception, reason = "the process itself, beside its parts")]
pub mod process;
mod reason;
mod receive;
mod run;
pub mod sandbox;
pub mod signals;
mod spawn;
pub mod stack_trace;
pub mod system;
#[cfg(test)]
mod tests;

pub use dictionary::Dictionary;
pub use ended::Ended;
pub use process::{MaxHeap, Mfa, Priority, Process, Settings};
pub use sandbox::{Grant, Grants, Sandbox};
pub use signals::{Entry, MonitorOptions, SpawnRequest};
pub use system::{System, SystemOptions, jit_from_environment, workers_from_environment};
