//! What the tests across crates share: the differential harness.
pub mod diff;
pub mod semantic;
