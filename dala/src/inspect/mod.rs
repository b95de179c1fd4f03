//! Looking at a runtime from outside, while it runs.

mod snapshot;

pub use snapshot::{ActorInfo, Snapshot};

#[cfg(test)]
mod tests;
