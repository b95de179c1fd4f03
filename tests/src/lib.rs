//! What the tests across crates share: the differential harness, the semantic suite, and a stage for Rust and BEAM actors
//! together.
pub mod allocations;
pub mod beam;
pub mod border;
pub mod diff;
pub mod fuzz;
pub mod mutated;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
pub mod release;
pub mod semantic;
pub mod soak;
pub mod stalled;
