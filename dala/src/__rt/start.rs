//! How generated code starts actors and the runtime.

use crate::actor::{Actor, ActorRef, Context, Init, Starting};
use crate::message::ExitReason;
use crate::sched::spawning::Spawning;
use crate::{PinnedThread, Runtime};
use std::future::Future;
use std::time::Duration;

/// What a fallible constructor made.
///
/// # Errors
/// The reason that the actor ends with: what the error says.
pub fn initialised<A, E: std::fmt::Display>(made: Result<A, E>) -> Result<A, ExitReason> {
    made.map_err(|error| ExitReason::custom(error.to_string()))
}

/// The closure as it is stored. One allocation, freed when `init` begins.
pub fn init<A: Actor>(
    init: impl for<'a> FnOnce(&'a mut Context<A>) -> Starting<'a, A> + Send + 'static,
) -> Init<A> {
    Box::new(init)
}

/// As [`PinnedThread::spawn`](crate::PinnedThread::spawn).
pub fn spawn_pinned<A: Actor, R: From<ActorRef<A>>>(
    thread: &PinnedThread,
    make: impl FnOnce() -> A + Send + 'static,
) -> Spawning<A, R> {
    thread.spawning(Box::new(move |_| Starting::now(Ok(make()))))
}

/// Runs `main` on a runtime with this many workers, or one a core; afterwards its actors are ended in order.
///
/// # Panics
/// When the system gives no more threads.
pub fn run_main<F: Future>(workers: Option<usize>, main: F) -> F::Output {
    let builder = Runtime::builder();
    let builder = match workers {
        Some(workers) => builder.workers(workers),
        None => builder,
    };
    let runtime = builder.build().expect("the system can start the runtime's threads");
    let output = runtime.block_on(main);
    runtime.shutdown(SHUTDOWN_LIMIT);
    output
}

/// How long actors have to end after `main`.
const SHUTDOWN_LIMIT: Duration = Duration::from_secs(10);
