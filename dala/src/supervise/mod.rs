//! Supervision: actors that start others, and start them again when they fail.
//!
//! OTP design principles, "Supervision Principles". A [`Supervisor`] is an actor with a behaviour of its own; its children
//! may be any actors, native or a frontend's: a [`ChildSpec`]'s start function only gives a pid.

mod child;
mod intensity;
mod supervisor;
#[cfg(test)]
mod tests;

pub use child::{ChildSpec, Restart, Shutdown};
pub use intensity::Intensity;
pub use supervisor::{ChildInfo, StartError, Supervisor, SupervisorRef};
