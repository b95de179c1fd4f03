//! Models served by actors, seen from outside: requests and batches, versions, heat, and what goes wrong.
mod backend;
mod faults;
mod heat;
mod lifecycle;
mod pool;
mod requests;

/// What a test gives.
type Outcome = Result<(), Box<dyn std::error::Error>>;
