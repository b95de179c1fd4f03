//! Time: clocks, deadlines, and the timers of runtimes.
//!
//! Timers sleep on one thread of the OS process, started when the first timer is armed. It wakes at the earliest
//! deadline or when an earlier one is armed, and at no other time: no timer, no wake-up. (A deadline that was cancelled since may wake
//! it once.)
//!
//! A worker does not arm the deadlines of its calls at once: it keeps them in its `nursery`, and arms only those that
//! are still waiting when it has nothing else to do or some activations later. Most calls are answered by then. A thread that blocks
//! on a future waits for a moment before it arms them.

mod block_on;
pub mod clock;
mod moment;
pub(crate) mod nursery;
mod sleep;
mod timers;
mod waiting;
mod wheel;

pub(crate) use block_on::block_on;
pub use clock::{Clock, VirtualClock};
pub use moment::{Missed, Moment};
pub use sleep::Sleep;
pub(crate) use timers::{Action, Timers};
pub(crate) use waiting::{Waiting, WaitingFunctions};
pub use wheel::TimerKey;
