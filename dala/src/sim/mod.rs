//! Deterministic simulation: the same actors, on one thread, in virtual time, in an order that a seed decides.
//!
//! A test in a [`Simulation`] runs once for each seed. Which of the actors that have something to do goes next, and how
//! much of it, is drawn at random; time stands still while anybody has something to do, then jumps to the next timer. So
//! an hour passes at once, orders come up that a quiet machine shows once a year, and a seed that fails, fails again: it
//! is printed, and `DALA_SIM_SEED=17 cargo test NAME` runs it alone.
//!
//! ```
//! use dala::sim::Simulation;
//! use std::time::Duration;
//!
//! struct Account { balance: i64 }
//!
//! #[dala::actor]
//! impl Account {
//!     #[message]
//!     fn balance(&mut self) -> i64 { self.balance }
//!     #[message]
//!     fn set(&mut self, balance: i64) { self.balance = balance; }
//! }
//!
//! /// Reads, thinks, writes: two of them at once lose money.
//! async fn deposit(account: AccountRef, amount: i64) {
//!     let before = account.balance().await.unwrap();
//!     dala::sleep(Duration::from_millis(5)).await;
//!     account.set(before + amount).await.unwrap();
//! }
//!
//! let failure = Simulation::new().seeds(20).find_failure(|| async {
//!     let account = Account { balance: 0 }.spawn().unwrap();
//!     let handle = dala::Handle::current().unwrap();
//!     let other = handle.spawn_task(deposit(account, 10)).unwrap();
//!     deposit(account, 5).await;
//!     dala::actor::process::ended(other).await.unwrap();
//!     assert_eq!(account.balance().await, Ok(15));
//! });
//! assert!(failure.is_some_and(|failure| failure.to_string().contains("left: Ok(")));
//! ```
//!
//! # What is simulated
//! Actors, messages, calls, signals, supervision, timers (`tell_after`, [`sleep`](crate::sleep()), deadlines),
//! [`Context::random`](crate::Context::random), channels between actors; with [`Faults`]: actors that are late, crashes, and
//! a disk that takes time: [`Blocking`](crate::Blocking) work, [`Cap<File>`](crate::cap::File).
//!
//! # What is not
//! - Anything another thread or the system does: tokio's timers and sockets (they panic where they are awaited, and the
//!   simulation says so), threads that wake an actor, pinned threads. Work that blocks is an error too, unless
//!   [`Faults::disk`] says how long it takes. Each is reported with the actor.
//! - Data races inside the runtime: that is loom's part. All happens on one thread here, so memory orders never matter.
//! - The machine's clock and other randomness (`Instant::now`, the order of a std `HashMap`): a test that depends on them
//!   does not repeat. [`Report::trace`] shows it: it is the same for the same seed, or something went past the simulation.

mod explore;
mod failure;
mod faults;
mod world;

pub use explore::Simulation;
pub use failure::{Cause, Failure, Report};
pub use faults::Faults;

#[cfg(test)]
mod tests;
