//! How a child is started, restarted and stopped.

use crate::actor::{Actor, SpawnOptions};
use crate::message::ExitReason;
use crate::pid::Pid;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// When a child is started again after its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Restart {
    /// Always.
    #[default]
    Permanent,
    /// When it ended abnormally: neither `normal` nor `shutdown` nor `{shutdown, _}`.
    Transient,
    /// Never; its spec goes with it.
    Temporary,
}

/// How a child is told to end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shutdown {
    /// By an exit signal `shutdown`; killed if it still lives after this time.
    Within(Duration),
    /// By `kill` at once (`brutal_kill`).
    Kill,
    /// By an exit signal `shutdown`, and all the time it wants; for supervisors.
    Forever,
}

pub(super) type StartFuture = Pin<Box<dyn Future<Output = Result<Pid, ExitReason>> + Send>>;

/// A child of a supervisor.
pub struct ChildSpec {
    pub(super) id: String,
    pub(super) start: Box<dyn FnMut() -> StartFuture + Send>,
    pub(super) restart: Restart,
    pub(super) shutdown: Shutdown,
}

impl std::fmt::Debug for ChildSpec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut debug = f.debug_struct("ChildSpec");
        debug.field("id", &self.id).field("restart", &self.restart).field("shutdown", &self.shutdown);
        debug.finish_non_exhaustive()
    }
}

impl ChildSpec {
    /// A child that `start` starts, on the supervisor's worker: it must not block. It gives the pid of an actor that it
    /// spawned, of any kind; the supervisor links with it. Best spawned linked ([`SpawnOptions::linked`]): the reason of an
    /// end before the supervisor's own link is not seen, and counts as a failure.
    pub fn new(
        id: impl Into<String>,
        mut start: impl FnMut() -> Result<Pid, ExitReason> + Send + 'static,
    ) -> ChildSpec {
        ChildSpec::starting(id, move || std::future::ready(start()))
    }

    /// A child whose start takes time; the supervisor does nothing else meanwhile but serves signals.
    pub fn starting<F>(id: impl Into<String>, mut start: impl FnMut() -> F + Send + 'static) -> ChildSpec
    where
        F: Future<Output = Result<Pid, ExitReason>> + Send + 'static,
    {
        ChildSpec {
            id: id.into(),
            start: Box::new(move || Box::pin(start())),
            restart: Restart::default(),
            shutdown: Shutdown::Within(Duration::from_secs(5)),
        }
    }

    /// A native actor, made anew by `make` at each start.
    pub fn actor<A: Actor + Send>(
        id: impl Into<String>,
        mut make: impl FnMut() -> A + Send + 'static,
    ) -> ChildSpec {
        ChildSpec::new(id, move || {
            let spawned = crate::spawn_with(make(), &SpawnOptions::default().linked());
            spawned.map(|actor| actor.pid()).map_err(|error| ExitReason::custom(error.to_string()))
        })
    }

    /// Sets when it is started again; [`Restart::Permanent`] otherwise.
    #[must_use]
    pub fn restart(mut self, restart: Restart) -> ChildSpec {
        self.restart = restart;
        self
    }

    /// Sets how it is told to end; within five seconds otherwise.
    #[must_use]
    pub fn shutdown(mut self, shutdown: Shutdown) -> ChildSpec {
        self.shutdown = shutdown;
        self
    }
}
