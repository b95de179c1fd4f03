//! Pinned actors: state that is not `Send`, on one named thread.
//!
//! The thread is a scheduler of its own with one worker: references, signals and semantics are those of all actors, only
//! that nobody robs it.

use super::handle::Handle;
use super::scheduler::{Scheduler, Services};
use super::spawning::Spawning;
use crate::actor::start::{Init, Starting};
use crate::actor::{Actor, ActorRef};
use crate::sync::{Arc, thread};

/// A named thread that runs pinned actors.
#[derive(Clone, Debug)]
pub struct PinnedThread {
    scheduler: Arc<Scheduler>,
}

impl PinnedThread {
    pub(crate) fn start(
        services: Arc<Services>,
        name: &str,
    ) -> std::io::Result<(PinnedThread, thread::JoinHandle<()>)> {
        let (scheduler, queues) = Scheduler::alone(services);
        let running = scheduler.clone();
        let thread = thread::Builder::new().name(name.to_owned()).spawn(move || running.work(0, queues))?;
        Ok((PinnedThread { scheduler }, thread))
    }

    pub(crate) fn scheduler(&self) -> &Arc<Scheduler> {
        &self.scheduler
    }

    /// An actor that `make` makes on the thread, where it stays: an `#[init]` without arguments. It is spawned when that is awaited, and
    /// may be linked, named and so on like any other ([`Spawning`]).
    ///
    /// ```
    /// use std::cell::Cell;
    /// use std::rc::Rc;
    ///
    /// struct Window { shown: Rc<Cell<u64>> } // not `Send`
    ///
    /// #[dala::actor(pinned)]
    /// impl Window {
    ///     #[message]
    ///     fn show(&mut self) -> u64 {
    ///         self.shown.set(self.shown.get() + 1);
    ///         self.shown.get()
    ///     }
    /// }
    ///
    /// #[dala::main]
    /// async fn main() -> Result<(), Box<dyn std::error::Error>> {
    ///     let runtime = dala::Handle::current().ok_or("no runtime")?;
    ///     let thread = runtime.pinned_thread("ui")?;
    ///     let window = thread.spawn(|| Window { shown: Rc::default() }).named("window").await?;
    ///     assert_eq!(window.call(Show {}).await?, 1);
    ///     assert_eq!(runtime.whereis(dala::Atom::new("window")), Some(window.pid()));
    ///     Ok(())
    /// }
    /// ```
    pub fn spawn<A: Actor>(&self, make: impl FnOnce() -> A + Send + 'static) -> Spawning<A> {
        self.spawning(Box::new(move |_| Starting::now(Ok(make()))))
    }

    /// An actor whose state `init` makes on the thread, where it stays. What `T::spawn_on` of a `#[dala::actor(pinned)]` calls.
    pub fn spawning<A: Actor, R: From<ActorRef<A>>>(&self, init: Init<A>) -> Spawning<A, R> {
        Spawning::pinned(init, Handle::new(self.scheduler.clone()))
    }
}
