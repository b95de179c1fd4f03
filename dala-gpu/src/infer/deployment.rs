//! A model whose version changes while it is served.
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use dala::Handle;
use dala::supervise::{AutoShutdown, ChildSpec, DynamicRef, DynamicSupervisor, Restart};

use super::desk::Model;
use super::options::{Ask, InferError};
use super::plan::mismatch;
use super::server::Server;
use super::stats::ServeStats;
use super::stream::Stream;
use crate::TensorRef;
use crate::model::{ModelError, Placement};

/// Which requests a version gets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Role {
    /// All that no other gets.
    Current,
    /// This share of the new requests and streams, from 0 to 1.
    Canary(f64),
    /// All that are new, while heat or power ask for it ([`Limits::cheaper`](super::Limits::cheaper)).
    Cheaper,
    /// None that are new: it ends when its last request and stream did.
    Draining,
}

/// A version that is served.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct VersionStats {
    /// Its name.
    pub version: String,
    /// Which requests it gets.
    pub role: Role,
    /// Where it runs.
    pub placement: Placement,
    /// What it did so far.
    pub stats: ServeStats,
}

#[derive(Clone)]
struct Version {
    name: String,
    model: Model,
}

impl Version {
    /// What a server serves that was never started: one that drained would end at once.
    fn of(name: String, server: &Server) -> Result<Version, InferError> {
        let model = server.model();
        if model.desk.was_served() {
            return Err(mismatch(format!("version {name} has a server that was started before")));
        }
        Ok(Version { name, model })
    }
}

struct Routes {
    current: Version,
    canary: Option<(Version, f64)>,
    cheaper: Option<Version>,
    draining: Vec<Version>,
    /// Adds up the canary's shares, for all clients together.
    turn: Mutex<f64>,
}

impl Routes {
    /// Not by chance: of a hundred requests, a share of 0.1 gets ten.
    fn is_canarys_turn(&self, share: f64) -> bool {
        let mut turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        *turn += share;
        let is_its = *turn >= 1.0 - 1e-9;
        if is_its {
            *turn -= 1.0;
        }
        is_its
    }
}

/// A model served in one version after the other, each by actors of its own under a supervisor of its own, which
/// starts them again when they crash: one that crashes too often takes no other version with it.
///
/// - [`swap`](Deployment::swap) makes another version the current one. Requests that came before are answered by the
///   version that they came to; streams stay with the version that they began with, for their state is its own.
///   Then the old version ends and gives its memory back.
/// - [`canary`](Deployment::canary) gives another version a share of the requests, until it is
///   [promoted](Deployment::promote) or [withdrawn](Deployment::withdraw).
/// - [`cheaper`](Deployment::cheaper) has another version ready for when the machine is hot or short of power.
/// - A model that is corrupt, or has other inputs or outputs, is an error, and what served goes on.
///
/// ```
/// use std::sync::Arc;
/// use dala_gpu::infer::{Deployment, ServeOptions, Server};
/// use dala_gpu::model::Builtin;
/// use dala_gpu::{Region, Shape};
///
/// let runtime = dala::Runtime::new()?;
/// let region = Region::with_limit(1 << 20);
/// let server = |model: &str| {
///     Server::new(Arc::new(Builtin), model.as_bytes(), ServeOptions::in_region(&region))
/// };
/// runtime.block_on(async {
///     let deployment = Deployment::start(&runtime, "1", server("mlp 4 8 2")?).await?;
///     let client = deployment.client();
///     let x = region.tensor(Shape::new(&[1, 4])?, &[0.1f32, 0.2, 0.3, 0.4])?;
///     assert_eq!(client.infer(vec![x.clone().into()]).await?[0].shape().sizes(), [1, 2]);
///     deployment.swap("2", server("mlp 4 16 2")?).await?;
///     client.infer(vec![x.into()]).await?;
///     assert!(deployment.swap("3", server("mlp 5 8 2")?).await.is_err());
///     assert_eq!(deployment.versions()[0].version, "2");
///     Ok::<(), Box<dyn std::error::Error>>(())
/// })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Deployment {
    routes: Arc<RwLock<Routes>>,
    supervisor: DynamicRef<Server>,
}

impl std::fmt::Debug for Routes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Routes")
            .field("current", &self.current.name)
            .field("canary", &self.canary.as_ref().map(|(version, share)| (&version.name, share)))
            .finish_non_exhaustive()
    }
}

impl Deployment {
    /// Serves a first version.
    ///
    /// # Errors
    /// [`InferError::Mismatch`] for a server that was started before, and what [`Server::start`] gives.
    pub async fn start(
        runtime: &Handle,
        version: impl Into<String>,
        server: Server,
    ) -> Result<Deployment, InferError> {
        let current = Version::of(version.into(), &server)?;
        let supervisor = DynamicSupervisor::new(supervised).start(runtime).await.map_err(failed)?;
        supervisor.start_child(server).await.map_err(failed)?;
        let routes =
            Routes { current, canary: None, cheaper: None, draining: Vec::new(), turn: Mutex::default() };
        Ok(Deployment { routes: Arc::new(RwLock::new(routes)), supervisor })
    }

    /// How to ask it, whatever version serves.
    pub fn client(&self) -> Client {
        Client { routes: self.routes.clone() }
    }

    /// Loads another version, warms it up, and then makes it the current one; a canary of that name or another is
    /// withdrawn.
    ///
    /// # Errors
    /// [`InferError::Mismatch`] for other inputs or outputs than the current version has, and for a server that was
    /// started before: to go back to a version, make another [`Server`] of it. What [`Server::start`] gives. Then
    /// nothing changed.
    pub async fn swap(&self, version: impl Into<String>, server: Server) -> Result<(), InferError> {
        let next = self.begin(version.into(), server).await?;
        let mut routes = self.write();
        let old = std::mem::replace(&mut routes.current, next);
        let canary = routes.canary.take().map(|(canary, _)| canary);
        for ended in [Some(old), canary].into_iter().flatten() {
            drain(&mut routes, ended);
        }
        Ok(())
    }

    /// Loads another version and gives it this share, from 0 to 1, of the new requests and streams. One that was the
    /// canary before is withdrawn.
    ///
    /// # Errors
    /// As [`Deployment::swap`].
    pub async fn canary(
        &self,
        version: impl Into<String>,
        server: Server,
        share: f64,
    ) -> Result<(), InferError> {
        if !(0.0..=1.0).contains(&share) {
            return Err(mismatch(format!("a share of {share}")));
        }
        let canary = self.begin(version.into(), server).await?;
        let mut routes = self.write();
        if let Some((old, _)) = routes.canary.replace((canary, share)) {
            drain(&mut routes, old);
        }
        Ok(())
    }

    /// Loads another version that gets the new requests and streams while heat or power ask for it: see
    /// [`Limits::cheaper`](super::Limits::cheaper). It stays when the current version is swapped.
    ///
    /// # Errors
    /// As [`Deployment::swap`].
    pub async fn cheaper(&self, version: impl Into<String>, server: Server) -> Result<(), InferError> {
        let cheaper = self.begin(version.into(), server).await?;
        let mut routes = self.write();
        if let Some(old) = routes.cheaper.replace(cheaper) {
            drain(&mut routes, old);
        }
        Ok(())
    }

    /// Makes the canary the current version. Returns whether there was one.
    pub fn promote(&self) -> bool {
        let mut routes = self.write();
        let Some((canary, _)) = routes.canary.take() else { return false };
        let old = std::mem::replace(&mut routes.current, canary);
        drain(&mut routes, old);
        true
    }

    /// Ends the canary. Returns whether there was one.
    pub fn withdraw(&self) -> bool {
        let mut routes = self.write();
        let Some((canary, _)) = routes.canary.take() else { return false };
        drain(&mut routes, canary);
        true
    }

    /// The versions that are served: the current one first, those that drain last.
    pub fn versions(&self) -> Vec<VersionStats> {
        let mut routes = self.write();
        routes.draining.retain(|version| version.model.desk.is_served());
        let of = |version: &Version, role| VersionStats {
            version: version.name.clone(),
            role,
            placement: version.model.placement().clone(),
            stats: version.model.stats(),
        };
        let current = [of(&routes.current, Role::Current)];
        let canary = routes.canary.iter().map(|(version, share)| of(version, Role::Canary(*share)));
        let cheaper = routes.cheaper.iter().map(|version| of(version, Role::Cheaper));
        let draining = routes.draining.iter().map(|version| of(version, Role::Draining));
        current.into_iter().chain(canary).chain(cheaper).chain(draining).collect()
    }

    /// Unloads all versions; requests that wait are answered [`InferError::Down`].
    pub async fn stop(self) {
        self.supervisor.stop().await;
    }

    async fn begin(&self, name: String, server: Server) -> Result<Version, InferError> {
        let version = Version::of(name, &server)?;
        {
            let routes = self.read();
            let (old, new) = (&routes.current.model.desk, &version.model.desk);
            let differs = |old: &[_], new: &[_]| (old != new).then(|| format!("{new:?}, not {old:?}"));
            let what = differs(&old.ports, &new.ports).or_else(|| differs(&old.outputs, &new.outputs));
            if let Some(what) = what {
                return Err(mismatch(format!("version {} has {what}", version.name)));
            }
        }
        self.supervisor.start_child(server).await.map_err(failed)?;
        Ok(version)
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Routes> {
        self.routes.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, Routes> {
        self.routes.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends with its version's actors, when those drained or crashed too often.
fn supervised(server: Server) -> ChildSpec {
    let version = move || {
        let sessions = server.supervisor(|session| session.restart(Restart::Transient).significant());
        sessions.auto_shutdown(AutoShutdown::AllSignificant)
    };
    ChildSpec::supervisor("version", version).restart(Restart::Temporary)
}

fn failed(error: impl std::fmt::Display) -> InferError {
    ModelError::Failed(error.to_string().into()).into()
}

/// Whoever asks under the routes' lock has asked before: so nobody asks a version after it was told to drain.
fn drain(routes: &mut Routes, version: Version) {
    version.model.desk.drain();
    routes.draining.retain(|version| version.model.desk.is_served());
    routes.draining.push(version);
}

/// A way to ask a [`Deployment`]. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Client {
    routes: Arc<RwLock<Routes>>,
}

impl Client {
    /// As [`Model::infer`].
    ///
    /// # Errors
    /// As [`Model::infer`].
    pub async fn infer(&self, inputs: Vec<TensorRef>) -> Result<Vec<TensorRef>, InferError> {
        self.ask(inputs, Ask::default()).await
    }

    /// As [`Model::ask`].
    ///
    /// # Errors
    /// As [`Model::ask`].
    pub async fn ask(&self, inputs: Vec<TensorRef>, ask: Ask) -> Result<Vec<TensorRef>, InferError> {
        let (desk, asked) = self.routed(|model| (model.desk.clone(), model.desk.ask(inputs, &mut None, ask)));
        desk.answer(asked?).await.map(|(outputs, _)| outputs)
    }

    /// A stream, which stays with the version that it begins with.
    pub fn stream(&self) -> Stream {
        self.routed(Model::stream)
    }

    fn routed<R>(&self, use_it: impl FnOnce(&Model) -> R) -> R {
        let routes = self.routes.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(cheaper) = &routes.cheaper
            && routes.current.model.desk.limits().cheaper
            && cheaper.model.desk.is_served()
        {
            return use_it(&cheaper.model);
        }
        match &routes.canary {
            Some((canary, share)) if routes.is_canarys_turn(*share) && canary.model.desk.is_served() => {
                use_it(&canary.model)
            }
            _ => use_it(&routes.current.model),
        }
    }
}
