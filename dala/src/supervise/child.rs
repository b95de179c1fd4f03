//! How a child is started, restarted and stopped.

use super::Supervisor;
use crate::actor::{Actor, ActorRef, SpawnError, SpawnOptions};
use crate::message::ExitReason;
use crate::pid::Pid;
use crate::sched::handle::Handle;
use crate::sched::spawning::Spawning;
use std::future::{Future, IntoFuture};
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

impl std::fmt::Display for Restart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Restart::Permanent => "permanent",
            Restart::Transient => "transient",
            Restart::Temporary => "temporary",
        })
    }
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

/// The pid of what was started; none when there was nothing to start (OTP's `ignore`).
pub(super) type StartFuture = Pin<Box<dyn Future<Output = Result<Option<Pid>, ExitReason>> + Send>>;

/// A child of a supervisor.
pub struct ChildSpec {
    pub(super) id: String,
    pub(super) start: Box<dyn FnMut() -> StartFuture + Send>,
    pub(super) restart: Restart,
    pub(super) shutdown: Shutdown,
    pub(super) is_significant: bool,
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

    /// A child whose start takes time; the supervisor starts and stops nothing else meanwhile.
    pub fn starting<F>(id: impl Into<String>, mut start: impl FnMut() -> F + Send + 'static) -> ChildSpec
    where
        F: Future<Output = Result<Pid, ExitReason>> + Send + 'static,
    {
        ChildSpec::optional(id, move || {
            let started = start();
            async move { started.await.map(Some) }
        })
    }

    /// As [`ChildSpec::starting`]; `None` when there is nothing to start, which is no failure (OTP: `ignore`). The
    /// child counts as stopped then; a temporary one is forgotten.
    pub fn optional<F>(id: impl Into<String>, mut start: impl FnMut() -> F + Send + 'static) -> ChildSpec
    where
        F: Future<Output = Result<Option<Pid>, ExitReason>> + Send + 'static,
    {
        ChildSpec {
            id: id.into(),
            start: Box::new(move || Box::pin(start())),
            restart: Restart::default(),
            shutdown: Shutdown::Within(Duration::from_secs(5)),
            is_significant: false,
        }
    }

    /// A native actor with an `#[init]`, which the supervisor waits for; it is linked with the supervisor before that. So are pinned
    /// actors supervised: `ChildSpec::spawning("window", move || Window::spawn_on(&thread, "title"))`.
    ///
    /// ```
    /// # use dala::supervise::{ChildSpec, Supervisor};
    /// # struct Counter { n: u64 }
    /// # #[dala::actor]
    /// # impl Counter {
    /// #   #[init]
    /// #   fn new(n: u64) -> Self { Counter { n } }
    /// #   #[message]
    /// #   fn get(&mut self) -> u64 { self.n }
    /// # }
    /// # #[dala::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let spec = ChildSpec::spawning("counter", || Counter::spawn(1).named("counter"));
    /// let supervisor = Supervisor::new().child(spec).start_here().await?;
    /// assert_eq!(supervisor.children().await?.len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn spawning<A: Actor, R: From<ActorRef<A>> + Into<Pid> + Send + 'static>(
        id: impl Into<String>,
        spawn: impl FnMut() -> Spawning<A, R> + Send + 'static,
    ) -> ChildSpec {
        ChildSpec::spawned(id, spawn, |_| ())
    }

    /// As [`ChildSpec::spawning`]; whoever is started is `seen` when its init is done.
    pub(super) fn spawned<A: Actor, R: From<ActorRef<A>> + Into<Pid> + Send + 'static>(
        id: impl Into<String>,
        mut spawn: impl FnMut() -> Spawning<A, R> + Send + 'static,
        seen: impl Fn(&R) + Clone + Send + 'static,
    ) -> ChildSpec {
        ChildSpec::starting(id, move || {
            let (spawned, seen) = (spawn().linked().into_future(), seen.clone());
            async move {
                match spawned.await {
                    Ok(actor) => {
                        seen(&actor);
                        Ok(actor.into())
                    }
                    Err(SpawnError::Init(reason)) => Err(reason),
                    Err(error) => Err(ExitReason::custom(error.to_string())),
                }
            }
        })
    }

    /// A supervisor, made anew by `make` at each start. It has all the time it wants to stop its children.
    pub fn supervisor(
        id: impl Into<String>,
        mut make: impl FnMut() -> Supervisor + Send + 'static,
    ) -> ChildSpec {
        let start = move || {
            let supervisor = make();
            async move {
                let runtime =
                    Handle::current().ok_or_else(|| ExitReason::custom(SpawnError::NoRuntime.to_string()))?;
                match supervisor.start_linked(&runtime).await {
                    Ok(supervisor) => Ok(supervisor.pid()),
                    Err(error) => Err(ExitReason::custom(error.to_string())),
                }
            }
        };
        ChildSpec::starting(id, start).shutdown(Shutdown::Forever)
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

    /// Its end counts for the supervisor's [`AutoShutdown`](super::AutoShutdown). Not for permanent children: those do not
    /// end by themselves.
    #[must_use]
    pub fn significant(mut self) -> ChildSpec {
        self.is_significant = true;
        self
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
