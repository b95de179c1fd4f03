//! Changed modules that run: what a changed file makes of a module may be refused, may raise, may never end, but breaks
//! nothing else. `change` makes such files; `bench` loads what passes the verifier and runs it, bounded.

mod bench;
mod change;
mod random;

pub use bench::{Bench, Tally};
pub use change::Seed;
pub use random::Random;
