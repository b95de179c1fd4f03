//! Mailboxes: the lock-free head that senders push to, the lanes that the owner sorts into, the bounds.
//!
//! # Order (DESIGN.md, "Mailbox")
//! FIFO for each sender, receiver and lane. Signals act in arrival order at intake. A DOWN or EXIT *message* is
//! released only after everything that arrived before it, in whatever lane.

#[cfg(not(loom))]
pub mod bounded;
pub(crate) mod credit;
#[cfg(not(loom))]
pub mod index;
#[cfg(not(loom))]
pub(crate) mod lanes;
#[cfg(not(loom))]
pub(crate) mod list;
#[cfg(not(loom))]
pub(crate) mod meter;
pub(crate) mod queue;
#[cfg(not(loom))]
pub mod receive;
pub(crate) mod urgency;
