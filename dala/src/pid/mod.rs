//! Names of actors: pids, the table that finds an actor by its pid, references, and the reclamation of what the
//! table no longer names.
//!
//! # Invariants
//! - A pid names one incarnation for ever; a slot is retired when its generation would wrap (`dala_ir::abi::Pid`).
//! - What `Table::lookup` returns stays allocated while the thread is pinned (`epoch`).

pub(crate) mod epoch;
#[cfg(not(loom))]
mod reference;
pub(crate) mod table;

pub use dala_ir::abi::Pid;
#[cfg(not(loom))]
pub use reference::Ref;

/// The pid of nobody: slot 0 is never given out.
pub const NOBODY: Pid = Pid::from_bits(0);
