//! Pinned actors: state that is not `Send`, on one named thread.
//!
//! The thread is a scheduler of its own with one worker: references, signals and semantics are those of all actors, only
//! that nobody robs it.

use super::scheduler::{Scheduler, Services};
use crate::actor::activation::Activation;
use crate::actor::behaviour::{Behaviour, Outcome};
use crate::actor::host::Host;
use crate::actor::spawn::{SpawnError, SpawnOptions, spawn_on, spawn_pinned_on};
use crate::actor::{Actor, ActorRef};
use crate::message::{Call, CallError, CallLimit, ExitReason};
use crate::sync::{Arc, thread};

/// A named thread that runs pinned actors.
#[derive(Clone, Debug)]
pub struct PinnedThread {
    scheduler: Arc<Scheduler>,
}

type Start = Box<dyn FnOnce(&Host) + Send>;

/// Runs once, on the pinned thread.
struct Starter(Option<Start>);

impl Behaviour for Starter {
    fn run(&mut self, activation: &mut Activation<'_>) -> Outcome {
        if let Some(start) = self.0.take() {
            start(activation.cell.host());
        }
        Outcome::Exited(ExitReason::Normal)
    }
}

impl PinnedThread {
    pub(crate) fn start(
        services: Arc<Services>,
        name: &str,
    ) -> std::io::Result<(PinnedThread, thread::JoinHandle<()>)> {
        let (scheduler, mut queues) = Scheduler::new(services, 1);
        let queues = queues.pop().expect("one worker");
        let running = scheduler.clone();
        let thread = thread::Builder::new().name(name.to_owned()).spawn(move || running.work(0, queues))?;
        Ok((PinnedThread { scheduler }, thread))
    }

    pub(crate) fn scheduler(&self) -> &Arc<Scheduler> {
        &self.scheduler
    }

    /// Makes an actor on the thread and spawns it there. The returned call waits for its reference.
    pub fn spawn<A: Actor>(
        &self,
        make: impl FnOnce() -> A + Send + 'static,
        options: SpawnOptions,
    ) -> Call<Result<ActorRef<A>, SpawnError>> {
        let (call, reply) = Call::new(CallLimit::None);
        let start = move |host: &Host| {
            let spawned = spawn_pinned_on(host, make(), &options);
            reply.answer_native(spawned);
        };
        let starter = Starter(Some(Box::new(start)));
        match spawn_on(self.scheduler.host(), starter, &SpawnOptions::default().starting()) {
            Ok(_) => call,
            Err(_) => Call::failed(CallError::NoReply),
        }
    }
}
