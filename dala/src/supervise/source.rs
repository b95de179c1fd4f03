//! Resources that a supervisor opens, and opens again when they break.

use super::child::ChildSpec;
use crate::actor::behaviour::{Behaviour, Outcome};
use crate::actor::{Activation, SpawnError, SpawnOptions, process};
use crate::cap::{Cap, CapError, Limits, Revoker};
use crate::message::ExitReason;
use crate::pid::Pid;
use crate::sched::handle::Handle;
use crate::sync::{Arc, Mutex, lock};
use std::fmt::Display;
use std::future::Future;

/// Where actors borrow a supervised resource.
///
/// Its [child](Source::child) opens the resource when it is started and closes it when it ends. A borrower that finds the
/// resource broken says so with [`Cap::fail`]: the child then ends with that reason, all that was lent is dead, and the
/// supervisor starts the child again, which opens the resource again. Borrow for one piece of work, or again when you
/// get [`CapError::Revoked`].
///
/// ```
/// use dala::cap::{Command, Limits};
/// use dala::supervise::{Source, Supervisor};
///
/// #[dala::main]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let source = Source::new();
///     let child = source.child("true", || async { Ok::<_, std::io::Error>(Command::new("true")) });
///     let supervisor = Supervisor::new().child(child).start_here().await?;
///
///     let (command, _) = source.lend(Limits::new())?;
///     assert!(command.run([""; 0]).await?.status.success());
///     supervisor.stop().await;
///     assert!(source.lend(Limits::new()).is_err());
///     Ok(())
/// }
/// ```
pub struct Source<T: Send + Sync + 'static> {
    newest: Arc<Mutex<Option<Arc<Opened<T>>>>>,
}

/// A resource as it was opened once; shared by the source and the child that has it.
struct Opened<T: Send + Sync + 'static> {
    /// None once the child has ended.
    cap: Mutex<Option<Cap<T>>>,
}

impl<T: Send + Sync + 'static> Source<T> {
    /// A source of a resource that is not open yet.
    pub fn new() -> Source<T> {
        Source { newest: Arc::default() }
    }

    /// Lends the resource as it is open now.
    ///
    /// # Errors
    /// [`CapError::NotOpen`] before its child was started, and after it ended.
    pub fn lend(&self, limits: Limits) -> Result<(Cap<T>, Revoker), CapError> {
        let newest = lock(&self.newest).clone().ok_or(CapError::NotOpen)?;
        lock(&newest.cap).as_ref().map(|cap| cap.lend(limits)).ok_or(CapError::NotOpen)
    }

    /// Whether it is open now.
    pub fn is_open(&self) -> bool {
        lock(&self.newest).as_ref().is_some_and(|newest| lock(&newest.cap).is_some())
    }

    /// The child that has the resource while it lives. A start waits for `open`; its error is the reason why the start
    /// failed.
    pub fn child<F, E>(
        &self,
        id: impl Into<String>,
        mut open: impl FnMut() -> F + Send + 'static,
    ) -> ChildSpec
    where
        F: Future<Output = Result<T, E>> + Send + 'static,
        E: Display,
    {
        let source = self.clone();
        ChildSpec::starting(id, move || {
            let source = source.clone();
            let opening = open();
            async move {
                let resource = opening.await.map_err(|error| ExitReason::custom(error.to_string()))?;
                source.start_keeper(resource).map_err(|error| ExitReason::custom(error.to_string()))
            }
        })
    }

    /// Starts the actor that has `resource`, linked with who runs this, and lends from it from now on.
    fn start_keeper(&self, resource: T) -> Result<Pid, SpawnError> {
        let runtime = Handle::current().ok_or(SpawnError::NoRuntime)?;
        let opened = Arc::new(Opened { cap: Mutex::new(Some(Cap::new(resource))) });
        let keeper = Keeper { opened: opened.clone() };
        let pid = runtime.spawn_behaviour(keeper, &SpawnOptions::default().linked())?.pid;
        if let Some(cap) = &*lock(&opened.cap) {
            cap.on_failure(move |reason| process::exit(pid, pid, ExitReason::custom(reason)));
        }
        *lock(&self.newest) = Some(opened);
        Ok(pid)
    }
}

impl<T: Send + Sync + 'static> Clone for Source<T> {
    fn clone(&self) -> Source<T> {
        Source { newest: self.newest.clone() }
    }
}

impl<T: Send + Sync + 'static> Default for Source<T> {
    fn default() -> Source<T> {
        Source::new()
    }
}

impl<T: Send + Sync + 'static> std::fmt::Debug for Source<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Source").field("is_open", &self.is_open()).finish_non_exhaustive()
    }
}

/// The child of a [`Source`]. It does nothing but end when it is told to, by its supervisor or by [`Cap::fail`].
struct Keeper<T: Send + Sync + 'static> {
    opened: Arc<Opened<T>>,
}

impl<T: Send + Sync + 'static> Behaviour for Keeper<T> {
    fn run(&mut self, activation: &mut Activation<'_>) -> Outcome {
        while activation.next_incoming().is_some() {}
        Outcome::Waiting
    }

    fn name() -> &'static str {
        std::any::type_name::<T>()
    }
}

impl<T: Send + Sync + 'static> Drop for Keeper<T> {
    /// Before anybody learns of the end: who does finds the resource closed.
    fn drop(&mut self) {
        let cap = lock(&self.opened.cap).take();
        drop(cap);
    }
}
