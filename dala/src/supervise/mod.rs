//! Supervision: actors that start others, and start them again when they fail.
//!
//! OTP design principles, "Supervision Principles". A [`Supervisor`] is an actor with a behaviour of its own; its children
//! may be any actors, native or a frontend's: a [`ChildSpec`]'s start function only gives a pid. [`DynamicSupervisor`] is for
//! many children of one kind.
//!
//! # Differences from OTP 25
//! - The default intensity is three restarts in five seconds, as Elixir's.
//! - A supervisor that is told to end while a child starts goes on to wait for that start, then stops the child. It answers
//!   questions about its children meanwhile.
//! - Its own exit reason is `shutdown` whatever made it give up.

mod child;
mod children;
mod dynamic;
mod intensity;
mod pool;
mod running;
mod source;
mod strategy;
mod supervisor;
#[cfg(test)]
mod tests;
mod tree;

pub use child::{ChildSpec, Restart, Shutdown};
pub use dynamic::{DynamicRef, DynamicSupervisor};
pub use intensity::Intensity;
pub use pool::Pool;
pub use source::Source;
pub use strategy::{AutoShutdown, Backoff, Strategy};
pub use supervisor::{ChildInfo, ChildStatus, StartError, Supervisor, SupervisorRef};
pub use tree::{Branch, Tree};
