//! Benchmarks of Dala beside its peers: the same workloads, written once, on several actor frameworks.
//!
//! A framework takes part by implementing [`Peer`]; a workload is a set of [`Behaviour`]s, one in each module of
//! [`scenarios`]. Handlers never wait, so every peer runs its shortest path. Mailboxes are unbounded where nothing else is
//! said, the allocator is the system's.

pub mod peers;
pub mod results;
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
    /// Names an actor.
    type Addr<B: Behaviour<Self>>: Clone + Send + Sync + Unpin + 'static;
    /// Names an actor whose mailbox has a bound.
    type Bounded<B: Behaviour<Self>>: Clone + Send + Sync + 'static;
    /// Names an actor that answers a number with its successor.
    type Echo: Clone + Send + Sync + 'static;

    /// Starts the framework with so many threads (actix: always one, on which it is fastest) and runs `main` to its end.
    fn run<F>(threads: usize, main: F) -> F::Output
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static;

    /// Spawns an actor; called from `main` and from handlers.
    fn spawn<B: Behaviour<Self>>(behaviour: B) -> Self::Addr<B>;

    /// Sends a message, not waiting.
    fn tell<B: Behaviour<Self>>(to: &Self::Addr<B>, message: B::Msg);

    /// Starts a task beside the actors.
    fn task<F: Future<Output = ()> + Send + 'static>(task: F);

    /// Spawns an [`Echo`](Peer::Echo).
    fn spawn_echo() -> Self::Echo;

    /// Asks it.
    fn ask(to: &Self::Echo, number: u64) -> impl Future<Output = u64> + Send;

    /// Spawns an actor whose mailbox holds `capacity` messages; `None` where no sender can wait for room.
    fn spawn_bounded<B: Behaviour<Self>>(behaviour: B, capacity: usize) -> Option<Self::Bounded<B>>;

    /// Sends a message, waiting for room.
    fn tell_wait<B: Behaviour<Self>>(
        to: &Self::Bounded<B>,
        message: B::Msg,
    ) -> impl Future<Output = ()> + Send;
}
