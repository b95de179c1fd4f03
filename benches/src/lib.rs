//! Benchmarks of Dala beside its peers: the same workloads, written once, on several actor frameworks.
//!
//! A framework takes part by implementing [`Peer`]; a workload is a set of [`Behaviour`]s in [`scenarios`]. Handlers never
//! wait, so every peer runs its shortest path. Mailboxes are unbounded, the allocator is the system's.

pub mod peers;
pub mod scenarios;

use std::future::Future;

/// What an actor does after a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Waits for the next.
    Go,
    /// Ends.
    Stop,
}

/// The state and handler of one actor, whatever runs it.
pub trait Behaviour<P: Peer>: Sized + Send + Unpin + 'static {
    /// What it is sent.
    type Msg: Send + 'static;
    /// Handles a message.
    fn on(&mut self, message: Self::Msg) -> Flow;
}

/// An actor framework.
pub trait Peer: Sized + Send + Sync + Unpin + 'static {
    /// Its name in the table.
    const NAME: &'static str;
    /// Names an actor.
    type Addr<B: Behaviour<Self>>: Clone + Send + Sync + Unpin + 'static;

    /// Starts the framework with two threads (actix: one, on which it is fastest) and runs `main` to its end.
    fn run<F>(main: F) -> F::Output
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static;

    /// Spawns an actor; called from `main` and from handlers.
    fn spawn<B: Behaviour<Self>>(behaviour: B) -> Self::Addr<B>;

    /// Sends a message, not waiting.
    fn tell<B: Behaviour<Self>>(to: &Self::Addr<B>, message: B::Msg);
}
