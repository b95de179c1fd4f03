//! Models served by actors, seen from outside: requests and batches, versions, and what goes wrong.
mod backend;
mod faults;
mod lifecycle;
mod requests;

/// What a test gives.
type Outcome = Result<(), Box<dyn std::error::Error>>;
