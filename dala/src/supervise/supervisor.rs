//! Supervisors: how they are made, and what one can ask of them. What they do is in `running`.

use super::child::{ChildSpec, Restart, Shutdown};
use super::children::Children;
use super::intensity::Intensity;
use super::running::{Flags, Running};
use super::strategy::{AutoShutdown, Backoff, Strategy};
use super::tree::{self, Tree};
use crate::actor::process;
use crate::actor::{SpawnError, SpawnOptions};
use crate::message::{Call, CallLimit, ExitReason, ReplyHandle};
use crate::pid::{NOBODY, Pid};
use crate::sched::handle::Handle;
use dala_ir::abi::Atom;

/// An actor that starts others, stops them in reverse order, and starts them again when they fail.
///
/// As OTP's `supervisor` (OTP 25), with waits between restarts if one wants them ([`Supervisor::backoff`]). Children may
/// be actors of any kind.
///
/// ```
/// use dala::supervise::{ChildSpec, Strategy, Supervisor};
///
/// struct Store;
/// #[dala::actor]
/// impl Store {
///     #[message]
///     fn ping(&mut self) {}
/// }
///
/// #[dala::main]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let stores = || Supervisor::new().child(ChildSpec::actor("store", || Store));
///     let app = Supervisor::new()
///         .strategy(Strategy::RestForOne)
///         .child(ChildSpec::supervisor("stores", stores))
///         .child(ChildSpec::actor("front", || Store))
///         .start_here()
///         .await?;
///     println!("{}", app.tree().await?);
///     app.stop().await;
///     Ok(())
/// }
/// ```
#[derive(Debug, Default)]
pub struct Supervisor {
    flags: Flags,
    name: Option<Atom>,
    children: Vec<ChildSpec>,
}

/// Why a child, or a supervisor, did not start, or was not stopped.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// Its start function failed.
    #[error("child {id} did not start: {reason}")]
    Failed {
        /// The child.
        id: String,
        /// What the start function said.
        reason: ExitReason,
    },
    /// There is a child with this id.
    #[error("there is a child {0} already")]
    Exists(String),
    /// There is no child with this id.
    #[error("there is no child {0}")]
    NotFound(String),
    /// Its start function found nothing to start ([`ChildSpec::optional`]).
    #[error("child {0} had nothing to start")]
    NothingToStart(String),
    /// The child runs.
    #[error("child {0} is running")]
    Running(String),
    /// The child is being started again.
    #[error("child {0} is restarting")]
    Restarting(String),
    /// A child cannot be like this; says why.
    #[error("child {id}: {why}")]
    BadSpec {
        /// The child.
        id: String,
        /// What is wrong.
        why: &'static str,
    },
    /// As many children as [`DynamicSupervisor::max_children`](super::DynamicSupervisor::max_children) allows.
    #[error("there are {0} children already, as many as allowed")]
    TooManyChildren(usize),
    /// The supervisor is dead.
    #[error("the supervisor is dead")]
    NoSupervisor,
    /// Nothing was spawned.
    #[error(transparent)]
    Spawn(#[from] SpawnError),
}

/// What a child is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChildStatus {
    /// It lives.
    Running,
    /// It failed, and its next start is due.
    Restarting,
    /// It ended, was stopped, or there was nothing to start.
    Stopped,
}

/// A child as the supervisor sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChildInfo {
    /// Its id.
    pub id: String,
    /// Its pid, while it lives.
    pub pid: Option<Pid>,
    /// What it is doing.
    pub status: ChildStatus,
    /// When it is started again.
    pub restart: Restart,
}

impl Supervisor {
    /// A one-for-one supervisor without children.
    pub fn new() -> Supervisor {
        Supervisor::default()
    }

    /// Sets which children are started again when one fails.
    #[must_use]
    pub fn strategy(mut self, strategy: Strategy) -> Supervisor {
        self.flags.strategy = strategy;
        self
    }

    /// Sets how often children may be started again.
    #[must_use]
    pub fn intensity(mut self, intensity: Intensity) -> Supervisor {
        self.flags.intensity = intensity;
        self
    }

    /// Sets whether it ends when significant children have ended.
    #[must_use]
    pub fn auto_shutdown(mut self, auto_shutdown: AutoShutdown) -> Supervisor {
        self.flags.auto_shutdown = auto_shutdown;
        self
    }

    /// Waits before it starts a failed child again. Children of its group are stopped at once all the same.
    #[must_use]
    pub fn backoff(mut self, backoff: Backoff) -> Supervisor {
        self.flags.backoff = Some(backoff);
        self
    }

    /// Registers it under `name`.
    #[must_use]
    pub fn named(mut self, name: &str) -> Supervisor {
        self.name = Some(Atom::new(name));
        self
    }

    /// Adds a child; children are started in the order in which they were added, and stopped in the reverse one.
    #[must_use]
    pub fn child(mut self, child: ChildSpec) -> Supervisor {
        self.children.push(child);
        self
    }

    pub(super) fn dynamic() -> Supervisor {
        let mut supervisor = Supervisor::new();
        supervisor.flags.is_dynamic = true;
        supervisor
    }

    pub(super) fn limit_children(&mut self, most: usize) {
        self.flags.max_children = most;
    }

    /// Starts the supervisor and its children on `runtime`.
    ///
    /// # Errors
    /// The first child's start that failed, after those before it were stopped; or a child that cannot be.
    pub async fn start(self, runtime: &Handle) -> Result<SupervisorRef, StartError> {
        self.start_with(runtime, &SpawnOptions::default()).await
    }

    /// As [`Supervisor::start`] on the runtime of this thread.
    ///
    /// # Errors
    /// As [`Supervisor::start`], or [`SpawnError::NoRuntime`].
    pub async fn start_here(self) -> Result<SupervisorRef, StartError> {
        let runtime = Handle::current().ok_or(SpawnError::NoRuntime)?;
        self.start(&runtime).await
    }

    /// As [`Supervisor::start`], linked with the actor that runs it: a child of another supervisor.
    ///
    /// # Errors
    /// As [`Supervisor::start`].
    pub async fn start_linked(self, runtime: &Handle) -> Result<SupervisorRef, StartError> {
        self.start_with(runtime, &SpawnOptions::default().linked()).await
    }

    async fn start_with(self, runtime: &Handle, options: &SpawnOptions) -> Result<SupervisorRef, StartError> {
        let (call, reply) = Call::new(CallLimit::None);
        let mut children = Children::default();
        for spec in self.children {
            self.flags.check(&spec)?;
            if children.by_id(&spec.id).is_some() {
                return Err(StartError::Exists(spec.id));
            }
            children.add(spec);
        }
        let running = Running::new(self.flags, children, reply);
        let pid = runtime.spawn_behaviour(running, &options.clone().trapping_exits())?.pid;
        if let Some(name) = self.name
            && runtime.register(name, pid).is_err()
        {
            process::kill(pid);
            return Err(StartError::Spawn(SpawnError::NameTaken(name)));
        }
        process::wake(pid);
        match call.await {
            Ok(Ok(())) => Ok(SupervisorRef { pid }),
            Ok(Err(error)) => Err(error),
            Err(_) => Err(StartError::NoSupervisor),
        }
    }
}

/// Names a supervisor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SupervisorRef {
    pid: Pid,
}

impl From<SupervisorRef> for Pid {
    fn from(supervisor: SupervisorRef) -> Pid {
        supervisor.pid
    }
}

pub(super) enum Request {
    Children(ReplyHandle),
    Strategy(ReplyHandle),
    Start(ChildSpec, ReplyHandle),
    Restart(String, ReplyHandle),
    /// Stop it, and forget its spec if that is said.
    Stop(String, bool, ReplyHandle),
    StopPid(Pid, ReplyHandle),
    Delete(String, ReplyHandle),
    /// A wait before a restart is over: that of this number.
    TryAgain(super::children::Key, u64),
}

impl SupervisorRef {
    /// The supervisor that `pid` names, if it is one of Rust's and lives.
    pub fn of_pid(pid: Pid) -> Option<SupervisorRef> {
        let is_one = process::behaviour_of(pid) == Some(std::any::TypeId::of::<Running>());
        is_one.then_some(SupervisorRef { pid })
    }

    /// Its pid.
    pub fn pid(&self) -> Pid {
        self.pid
    }

    pub(super) async fn ask<R: Send + 'static>(
        &self,
        request: impl FnOnce(ReplyHandle) -> Request,
    ) -> Result<R, StartError> {
        let (call, reply) = Call::new(CallLimit::None);
        // A refused question drops its handle, which fails the call.
        let _ = process::ask(self.pid, Box::new(request(reply)));
        call.await.map_err(|_| StartError::NoSupervisor)
    }

    /// Its children in start order (`supervisor:which_children/1`, the other way round). Answered at once, also while it is
    /// starting or stopping something.
    ///
    /// # Errors
    /// [`StartError::NoSupervisor`].
    pub async fn children(&self) -> Result<Vec<ChildInfo>, StartError> {
        self.ask(Request::Children).await
    }

    /// The child with this id.
    ///
    /// # Errors
    /// [`StartError::NotFound`] or [`StartError::NoSupervisor`].
    pub async fn find_child(&self, id: &str) -> Result<ChildInfo, StartError> {
        let children = self.children().await?;
        children.into_iter().find(|child| child.id == id).ok_or_else(|| StartError::NotFound(id.to_owned()))
    }

    /// Adds a child and starts it. None if there was nothing to start ([`ChildSpec::optional`]).
    ///
    /// # Errors
    /// What its start said, [`StartError::Exists`], or [`StartError::BadSpec`].
    pub async fn try_start_child(&self, child: ChildSpec) -> Result<Option<Pid>, StartError> {
        self.ask(|reply| Request::Start(child, reply)).await?
    }

    /// Adds a child and starts it.
    ///
    /// # Errors
    /// As [`SupervisorRef::try_start_child`]; [`StartError::NothingToStart`] if that is so.
    pub async fn start_child(&self, child: ChildSpec) -> Result<Pid, StartError> {
        let id = child.id.clone();
        self.try_start_child(child).await?.ok_or(StartError::NothingToStart(id))
    }

    /// Stops a child and forgets it.
    ///
    /// # Errors
    /// [`StartError::NotFound`] or [`StartError::NoSupervisor`].
    pub async fn stop_child(&self, id: &str) -> Result<(), StartError> {
        self.ask(|reply| Request::Stop(id.to_owned(), true, reply)).await?
    }

    /// Stops a child; its spec stays unless it is temporary (`supervisor:terminate_child/2`).
    ///
    /// # Errors
    /// [`StartError::NotFound`] or [`StartError::NoSupervisor`].
    pub async fn terminate_child(&self, id: &str) -> Result<(), StartError> {
        self.ask(|reply| Request::Stop(id.to_owned(), false, reply)).await?
    }

    /// Starts a child that was stopped or has ended (`supervisor:restart_child/2`).
    ///
    /// # Errors
    /// What its start said, or [`StartError::NotFound`], [`StartError::Running`], [`StartError::Restarting`].
    pub async fn restart_child(&self, id: &str) -> Result<Option<Pid>, StartError> {
        self.ask(|reply| Request::Restart(id.to_owned(), reply)).await?
    }

    /// Forgets a child that does not run (`supervisor:delete_child/2`).
    ///
    /// # Errors
    /// [`StartError::NotFound`], [`StartError::Running`] or [`StartError::Restarting`].
    pub async fn delete_child(&self, id: &str) -> Result<(), StartError> {
        self.ask(|reply| Request::Delete(id.to_owned(), reply)).await?
    }

    /// The supervision tree from here on, as a value that prints itself. Supervisors below are asked too; one that ends
    /// meanwhile is shown without children.
    ///
    /// # Errors
    /// [`StartError::NoSupervisor`].
    pub async fn tree(&self) -> Result<Tree, StartError> {
        tree::of(*self).await
    }

    pub(super) async fn kind(&self) -> Result<Option<Strategy>, StartError> {
        self.ask(Request::Strategy).await
    }

    /// Tells it to end, which ends its children first. Does not wait.
    pub fn shutdown(&self) {
        process::exit(NOBODY, self.pid, ExitReason::Shutdown);
    }

    /// Waits for its end, which need not be asked for: too many failures, [`AutoShutdown`] ([`process::ended`]).
    pub fn ended(&self) -> Call<ExitReason> {
        process::ended(self.pid)
    }

    /// Ends it, its children first, and waits for that.
    pub async fn stop(&self) {
        let ended = self.ended();
        self.shutdown();
        let _ = ended.await;
    }
}

impl Flags {
    /// Whether a child may be like that (`supervisor:check_childspecs/2`).
    pub(super) fn check(&self, spec: &ChildSpec) -> Result<(), StartError> {
        let why = if !spec.is_significant {
            return Ok(());
        } else if self.auto_shutdown == AutoShutdown::Never {
            "it is significant, but its supervisor does not shut down by itself"
        } else if spec.restart == Restart::Permanent {
            "a permanent child cannot be significant: it is always started again"
        } else {
            return Ok(());
        };
        Err(StartError::BadSpec { id: spec.id.clone(), why })
    }
}

impl Shutdown {
    /// The signal that it begins with.
    pub(super) fn signal(self) -> ExitReason {
        match self {
            Shutdown::Kill => ExitReason::Kill,
            Shutdown::Within(_) | Shutdown::Forever => ExitReason::Shutdown,
        }
    }
}
