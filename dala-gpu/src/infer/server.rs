//! Starting a model's actors.
use std::sync::{Arc, Mutex, PoisonError};

use dala::supervise::{ChildSpec, Intensity, Supervisor};
use dala::{ActorRef, ExitReason, Handle, Pid, SpawnOptions};

use super::ModelActor;
use super::desk::{Desk, DeskState, Model};
use super::executor::Executor;
use super::options::{InferError, ServeOptions};
use super::runner::Runner;
use crate::model::{Backend, ModelError};
use crate::oneshot::oneshot;

/// A model that can be served: checked, not started. Cloning shares it.
#[derive(Clone)]
pub struct Server {
    inner: Arc<Inner>,
}

struct Inner {
    backend: Arc<dyn Backend>,
    model: Arc<[u8]>,
    /// That of the check, for the first session.
    checked: Mutex<Option<Runner>>,
    options: ServeOptions,
    desk: Arc<Desk>,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("backend", &self.inner.backend).finish_non_exhaustive()
    }
}

impl Server {
    /// Loads the model once, to see that it can be. Takes milliseconds to seconds.
    ///
    /// # Errors
    /// [`InferError::Model`], [`InferError::Mismatch`] for constants and states that it does not have.
    pub fn new(
        backend: Arc<dyn Backend>,
        model: impl Into<Arc<[u8]>>,
        options: ServeOptions,
    ) -> Result<Server, InferError> {
        let model = model.into();
        let runner = Runner::new(backend.load(&model, &options.session)?, &options)?;
        let max_batch = if runner.plan.is_batched { options.max_batch.max(1) } else { 1 };
        let desk = Arc::new(Desk {
            backend: backend.name().to_owned(),
            placement: runner.placement(),
            ports: runner.plan.request_ports.clone(),
            outputs: runner.replies(),
            queue: options.queue,
            throttle: options.throttle,
            states: options.states.len(),
            state: Mutex::new(DeskState::new(options.sessions, max_batch)),
        });
        let checked = Mutex::new(Some(runner));
        Ok(Server { inner: Arc::new(Inner { backend, model, checked, options, desk }) })
    }

    /// How to ask it, once it runs.
    pub fn model(&self) -> Model {
        Model { desk: self.inner.desk.clone() }
    }

    /// Loads the model, warms it up and spawns its actors, one a session. Blocks for that long.
    ///
    /// # Errors
    /// [`InferError::Model`]; [`InferError::Down`] when the runtime ended.
    pub fn start(&self, runtime: &Handle) -> Result<Model, InferError> {
        let sessions = 0..self.inner.options.sessions;
        let actors = sessions.map(|_| self.inner.prepare()).collect::<Result<Vec<_>, _>>()?;
        for actor in actors {
            let incarnation = actor.incarnation;
            let actor = runtime.spawn(actor).map_err(|_| InferError::Down)?;
            self.inner.open(actor, incarnation, runtime);
        }
        Ok(self.model())
    }

    /// A child for a supervisor, which loads the model on a thread and warms it up: its actor, or, where there are more
    /// sessions than one, a supervisor of one actor for each. When an actor ends, the requests of its batch are
    /// answered [`InferError::Down`], and if it was the only one so are those that wait; the next one serves the same
    /// [`Model`]s.
    pub fn child(&self, id: impl Into<String>) -> ChildSpec {
        if self.inner.options.sessions == 1 {
            return self.session(id.into());
        }
        let server = self.clone();
        ChildSpec::supervisor(id, move || server.supervisor(|session| session))
    }

    /// A supervisor of one actor a session, whose specs `adapt` may change.
    pub(super) fn supervisor(&self, adapt: fn(ChildSpec) -> ChildSpec) -> Supervisor {
        let sessions = self.inner.options.sessions;
        let usual = Intensity::default();
        // As often as if each had a supervisor of its own.
        let intensity = Intensity { restarts: usual.restarts.saturating_mul(sessions as u32), ..usual };
        let children = (1..=sessions).map(|number| adapt(self.session(format!("session {number}"))));
        children.fold(Supervisor::new().intensity(intensity), Supervisor::child)
    }

    fn session(&self, id: String) -> ChildSpec {
        let inner = self.inner.clone();
        ChildSpec::starting(id, move || {
            let inner = inner.clone();
            async move { inner.start().await.map_err(|error| ExitReason::custom(error.to_string())) }
        })
    }
}

impl Inner {
    fn prepare(&self) -> Result<ModelActor, InferError> {
        let checked = self.checked.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut runner = match checked {
            Some(runner) => runner,
            None => Runner::new(self.backend.load(&self.model, &self.options.session)?, &self.options)?,
        };
        if let Some(took) = runner.warm_up()? {
            self.desk.lock().stats.costs.note(1, took);
        }
        let incarnation = self.desk.next_incarnation(runner.canceller());
        let max_wait = self.options.max_wait;
        let desk = self.desk.clone();
        let executor =
            Executor { desk, incarnation, runner, batch: Vec::new(), seen: 0, max_wait, ended: None };
        Ok(ModelActor {
            desk: self.desk.clone(),
            incarnation,
            executor: Some(executor),
            inline_below: self.options.inline_below,
            lend_below: self.options.lend_below,
        })
    }

    async fn start(self: Arc<Self>) -> Result<Pid, InferError> {
        let (sender, receiver) = oneshot();
        let inner = self.clone();
        let thread = std::thread::Builder::new().name("dala-model-load".to_owned());
        let loading = thread.spawn(move || sender.send(inner.prepare()));
        loading.map_err(|error| ModelError::Failed(error.to_string().into()))?;
        let panicked = || Err(ModelError::Failed("the backend panicked".into()).into());
        let actor = receiver.await.unwrap_or_else(panicked)?;
        let incarnation = actor.incarnation;
        let actor =
            dala::spawn_with(actor, &SpawnOptions::default().linked()).map_err(|_| InferError::Down)?;
        self.open(actor, incarnation, &Handle::current().ok_or(InferError::Down)?);
        Ok(actor.pid())
    }

    /// The actor works from now on, as heat and power let it.
    fn open(&self, actor: ActorRef<ModelActor>, incarnation: u64, runtime: &Handle) {
        runtime.thermal_changes().subscribe(actor);
        runtime.power_changes().subscribe(actor);
        // After it subscribed: so no change is missed.
        self.desk.adapt(runtime);
        self.desk.open(actor, incarnation, runtime);
    }
}
