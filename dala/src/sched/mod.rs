//! The scheduler: workers, their run queues, how work moves between them, how they sleep.
//!
//! # Protocol
//! A scheduled actor is in exactly one place, or two if a call raised its class (`mailbox::urgency`; then the first entry that
//! is taken counts): a worker's LIFO slot, one of its run queues (one a QoS class), the scheduler's
//! urgent queue, or its injector (one queue a class); or a worker runs it. Who clears an actor's parked state puts it into
//! one of them:
//! - an actor with a deadline: among those of its class, for any worker ([`deadline`]), unless it goes into a LIFO slot;
//! - another Realtime actor: into the urgent queue ([`urgent`]), from which the next worker takes it that ends a message;
//! - from an activation of the same scheduler, an actor of the class that runs: into the worker's LIFO slot, the slot's former
//!   actor goes to a run queue. Ping-pong between two actors so stays on one worker and wakes nobody. A Realtime actor that
//!   wakes another does this too. An actor of another class goes to its run queue;
//! - from elsewhere: into the injector.
//!
//! # Who goes next
//! The LIFO slot, unless a more urgent class has work or the slot was served [`worker`]'s limit of times; then, of the
//! classes with work here or in the urgent queue, the one whose turn it is by [`fair`]. Before it runs an actor of Utility or
//! Background, a worker looks in the injector and at one other worker for more urgent ones.
//!
//! While the runtime is suspended only the urgent queue counts ([`lifecycle`]).
//!
//! A worker wakes another only when work appears that it will not do next itself: an actor put into a run queue or the
//! injector while nobody searches ([`park::Idle`]). A worker without work searches (robs the others) for a moment, then
//! sleeps without a timeout. While a worker's own thread does something else for long, one more may be woken ([`spare`]). The thread
//! of a worker starts when it is first woken ([`threads`]).

#[cfg(not(loom))]
pub(crate) mod background;
#[cfg(not(loom))]
pub(crate) mod deadline;
#[cfg(not(loom))]
mod end_watch;
#[cfg(not(loom))]
pub(crate) mod fair;
#[cfg(not(loom))]
pub(crate) mod handle;
#[cfg(not(loom))]
pub(crate) mod injector;
#[cfg(not(loom))]
mod job_queue;
#[cfg(not(loom))]
pub(crate) mod lifecycle;
pub(crate) mod lifo;
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
pub(crate) mod spare;
#[cfg(not(loom))]
pub(crate) mod spawning;
#[cfg(all(test, not(loom)))]
mod tests;
#[cfg(not(loom))]
pub(crate) mod threads;
#[cfg(not(loom))]
pub(crate) mod urgent;
#[cfg(not(loom))]
pub(crate) mod watchdog;
#[cfg(not(loom))]
pub(crate) mod worker;
