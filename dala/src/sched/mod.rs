//! The scheduler: workers, their run queues, how work moves between them, how they sleep.
//!
//! # Protocol
//! A scheduled actor is in exactly one place: a worker's LIFO slot, one of its run queues (one a QoS class), or the
//! injector; or a worker runs it. Who clears an actor's parked state puts it into one of them:
//! - from an activation of the same scheduler: into the worker's LIFO slot, the slot's former actor goes to a run
//!   queue. Ping-pong between two actors so stays on one worker and wakes nobody;
//! - from elsewhere: into the injector.
//!
//! A worker wakes another only when work appears that it will not do next itself: an actor put into a run queue or the
//! injector while nobody searches ([`park::Idle`]). A worker without work searches (robs the others) for a moment, then
//! sleeps without a timeout.

#[cfg(not(loom))]
pub(crate) mod background;
#[cfg(not(loom))]
mod end_watch;
#[cfg(not(loom))]
pub(crate) mod handle;
pub(crate) mod park;
#[cfg(not(loom))]
pub(crate) mod pinned;
#[cfg(not(loom))]
pub(crate) mod run_queue;
#[cfg(not(loom))]
pub(crate) mod scheduler;
#[cfg(not(loom))]
pub(crate) mod simulated;
#[cfg(not(loom))]
pub(crate) mod spawning;
#[cfg(not(loom))]
pub(crate) mod watchdog;
#[cfg(not(loom))]
pub(crate) mod worker;
