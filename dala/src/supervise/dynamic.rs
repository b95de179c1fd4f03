//! Supervisors of many children of one kind that come and go.

use super::child::ChildSpec;
use super::intensity::Intensity;
use super::strategy::{AutoShutdown, Backoff};
use super::supervisor::{ChildInfo, Request, StartError, Supervisor, SupervisorRef};
use crate::pid::Pid;
use crate::sched::handle::Handle;
use std::marker::PhantomData;
use std::sync::Arc;

/// A supervisor whose children are all made by one template, from the arguments of
/// [`DynamicRef::start_child`] (OTP's `simple_one_for_one`, Elixir's `DynamicSupervisor`). It is one-for-one; when it
/// ends all children are told at once and have the longest of their times together. A child is forgotten when it ends and
/// is not started again. Finding a child costs the same however many there are.
///
/// ```
/// use dala::supervise::{ChildSpec, DynamicSupervisor, Restart};
///
/// struct Session { user: u64 }
/// #[dala::actor]
/// impl Session {
///     #[message]
///     fn user(&mut self) -> u64 { self.user }
/// }
///
/// #[dala::main]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let sessions = DynamicSupervisor::new(|user: u64| {
///         ChildSpec::actor("session", move || Session { user }).restart(Restart::Transient)
///     });
///     let sessions = sessions.max_children(1000).start_here().await?;
///     let session = SessionRef::of_pid(sessions.start_child(7).await?).ok_or("it ended")?;
///     assert_eq!(session.user().await?, 7);
///     sessions.stop_child(session).await?;
///     assert_eq!(sessions.children().await?.len(), 0);
///     Ok(())
/// }
/// ```
pub struct DynamicSupervisor<T> {
    template: Template<T>,
    supervisor: Supervisor,
}

type Template<T> = Arc<dyn Fn(T) -> ChildSpec + Send + Sync>;

impl<T> std::fmt::Debug for DynamicSupervisor<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DynamicSupervisor").field("flags", &self.supervisor).finish_non_exhaustive()
    }
}

impl<T> DynamicSupervisor<T> {
    /// A supervisor of what `template` describes. The ids need not differ.
    pub fn new(template: impl Fn(T) -> ChildSpec + Send + Sync + 'static) -> DynamicSupervisor<T> {
        DynamicSupervisor { template: Arc::new(template), supervisor: Supervisor::dynamic() }
    }

    /// Sets how many children there may be at a time; any number otherwise.
    #[must_use]
    pub fn max_children(mut self, most: usize) -> Self {
        self.supervisor.limit_children(most);
        self
    }

    fn change(mut self, change: impl FnOnce(Supervisor) -> Supervisor) -> Self {
        self.supervisor = change(self.supervisor);
        self
    }

    /// As [`Supervisor::intensity`].
    #[must_use]
    pub fn intensity(self, intensity: Intensity) -> Self {
        self.change(|supervisor| supervisor.intensity(intensity))
    }

    /// As [`Supervisor::auto_shutdown`].
    #[must_use]
    pub fn auto_shutdown(self, auto_shutdown: AutoShutdown) -> Self {
        self.change(|supervisor| supervisor.auto_shutdown(auto_shutdown))
    }

    /// As [`Supervisor::backoff`].
    #[must_use]
    pub fn backoff(self, backoff: Backoff) -> Self {
        self.change(|supervisor| supervisor.backoff(backoff))
    }

    /// As [`Supervisor::named`].
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        self.change(|supervisor| supervisor.named(name))
    }

    /// Starts it, without children.
    ///
    /// # Errors
    /// [`StartError::Spawn`].
    pub async fn start(self, runtime: &Handle) -> Result<DynamicRef<T>, StartError> {
        let (template, supervisor) = (self.template, self.supervisor);
        let supervisor = supervisor.start(runtime).await?;
        Ok(DynamicRef { supervisor, template, _arguments: PhantomData })
    }

    /// As [`DynamicSupervisor::start`] on the runtime of this thread.
    ///
    /// # Errors
    /// [`StartError::Spawn`].
    pub async fn start_here(self) -> Result<DynamicRef<T>, StartError> {
        let (template, supervisor) = (self.template, self.supervisor);
        let supervisor = supervisor.start_here().await?;
        Ok(DynamicRef { supervisor, template, _arguments: PhantomData })
    }

    /// As [`DynamicSupervisor::start`], linked with the actor that runs it: a child of another supervisor.
    ///
    /// # Errors
    /// [`StartError::Spawn`].
    pub async fn start_linked(self, runtime: &Handle) -> Result<DynamicRef<T>, StartError> {
        let (template, supervisor) = (self.template, self.supervisor);
        let supervisor = supervisor.start_linked(runtime).await?;
        Ok(DynamicRef { supervisor, template, _arguments: PhantomData })
    }
}

/// Names a dynamic supervisor.
pub struct DynamicRef<T> {
    supervisor: SupervisorRef,
    template: Template<T>,
    _arguments: PhantomData<fn(T)>,
}

impl<T> Clone for DynamicRef<T> {
    fn clone(&self) -> Self {
        DynamicRef { supervisor: self.supervisor, template: self.template.clone(), _arguments: PhantomData }
    }
}

impl<T> std::fmt::Debug for DynamicRef<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.supervisor.fmt(f)
    }
}

impl<T> From<&DynamicRef<T>> for Pid {
    fn from(supervisor: &DynamicRef<T>) -> Pid {
        supervisor.supervisor.pid()
    }
}

impl<T> DynamicRef<T> {
    /// What it shares with other supervisors.
    pub fn supervisor(&self) -> SupervisorRef {
        self.supervisor
    }

    /// Starts a child from these arguments.
    ///
    /// # Errors
    /// What its start said, or [`StartError::TooManyChildren`].
    pub async fn start_child(&self, arguments: T) -> Result<Pid, StartError> {
        self.supervisor.start_child((self.template)(arguments)).await
    }

    /// Stops a child.
    ///
    /// # Errors
    /// [`StartError::NotFound`] or [`StartError::NoSupervisor`].
    pub async fn stop_child(&self, child: impl Into<Pid>) -> Result<(), StartError> {
        let pid = child.into();
        self.supervisor.ask(|reply| Request::StopPid(pid, reply)).await?
    }

    /// Its children in start order.
    ///
    /// # Errors
    /// [`StartError::NoSupervisor`].
    pub async fn children(&self) -> Result<Vec<ChildInfo>, StartError> {
        self.supervisor.children().await
    }

    /// Ends it with its children, and waits for that.
    pub async fn stop(&self) {
        self.supervisor.stop().await;
    }
}
