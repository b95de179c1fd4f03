//! Spawning actors with an `init`: `Counter::spawn(5).await`, and how to say more about it.

use super::handle::Handle;
use crate::actor::Qos;
use crate::actor::process;
use crate::actor::spawn::{self, SpawnError, SpawnOptions};
use crate::actor::start::{Init, Starting, Unborn};
use crate::actor::{Actor, ActorRef};
use crate::message::{Call, CallError, ExitReason, MemoryLimit, ReplyHandle};
use crate::pid::Pid;
use dala_ir::abi::Atom;
use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

/// An actor that is about to be spawned, from `T::spawn(..)` of a `#[dala::actor]` with `#[init]`.
///
/// Awaiting it spawns the actor, runs `init` in it, and waits for that. [`Spawning::now`] spawns it and does not wait: what
/// is sent to it is handled after `init`, and is lost if that fails.
///
/// ```
/// struct Server { port: u16 }
///
/// #[dala::actor]
/// impl Server {
///     #[init]
///     async fn new(port: u16) -> Result<Self, String> {
///         if port == 0 { Err("no port".to_owned()) } else { Ok(Server { port }) }
///     }
///     #[message]
///     fn port(&mut self) -> u16 {
///         self.port
///     }
/// }
///
/// #[dala::main]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let server = Server::spawn(80).mailbox(16).named("web").await?;
///     assert_eq!(server.port().await?, 80);
///     let error = Server::spawn(0).await.unwrap_err();
///     assert_eq!(error.to_string(), "init failed: no port");
///     let unseen = Server::spawn(0).now()?;
///     assert!(unseen.port().await.is_err());
///     Ok(())
/// }
/// ```
#[must_use = "nothing is spawned until this is awaited, or told `now()`"]
pub struct Spawning<A: Actor, R = ActorRef<A>> {
    init: Init<A>,
    options: SpawnOptions,
    name: Option<Atom>,
    runtime: Option<Handle>,
    /// Whether the runtime is that of a pinned thread, for an actor that stays there.
    is_pinned: bool,
    _reference: PhantomData<fn() -> R>,
}

impl<A: Actor, R> std::fmt::Debug for Spawning<A, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Spawning").field("actor", &A::NAME).field("name", &self.name).finish_non_exhaustive()
    }
}

impl<A: Actor + Send, R: From<ActorRef<A>>> Spawning<A, R> {
    /// An actor whose state `init` makes.
    pub fn new(init: Init<A>) -> Spawning<A, R> {
        Spawning {
            init,
            options: SpawnOptions::default(),
            name: None,
            runtime: None,
            is_pinned: false,
            _reference: PhantomData,
        }
    }

    /// Spawns it on `runtime`, instead of that of this thread.
    pub fn on(mut self, runtime: &Handle) -> Self {
        self.runtime = Some(runtime.clone());
        self.is_pinned = false;
        self
    }
}

impl<A: Actor, R: From<ActorRef<A>>> Spawning<A, R> {
    /// An actor that stays on the one thread of `runtime`.
    pub(super) fn pinned(init: Init<A>, runtime: Handle) -> Spawning<A, R> {
        Spawning {
            init,
            options: SpawnOptions::default(),
            name: None,
            runtime: Some(runtime),
            is_pinned: true,
            _reference: PhantomData,
        }
    }

    /// Links it with the actor that spawns it, before `init` runs.
    pub fn linked(mut self) -> Self {
        self.options.link = true;
        self
    }

    /// Lets the actor that spawns it watch it, before `init` runs.
    pub fn monitored(mut self) -> Self {
        self.options.monitor = true;
        self
    }

    /// Bounds each lane for Rust senders, instead of what the actor says.
    pub fn mailbox(mut self, capacity: u32) -> Self {
        self.options.mailbox = Some(capacity);
        self
    }

    /// Ends it when it holds more memory than this, instead of what the actor says.
    pub fn memory(mut self, limit: MemoryLimit) -> Self {
        self.options.memory = Some(limit);
        self
    }

    /// Sets its share of the workers.
    pub fn qos(mut self, qos: Qos) -> Self {
        self.options.qos = Some(qos);
        self
    }

    /// Bounds each lane by `capacity` unless the actor, or who spawns it, says how.
    pub(crate) fn mailbox_or(mut self, capacity: u32) -> Self {
        self.options.mailbox = self.options.mailbox.or(A::MAILBOX).or(Some(capacity));
        self
    }

    /// Sets all options at once, in place of those set before.
    pub fn with(mut self, options: SpawnOptions) -> Self {
        self.options = options;
        self
    }

    /// Registers it under `name` before `init` runs; when the name is taken nothing is spawned.
    pub fn named(mut self, name: &str) -> Self {
        self.name = Some(Atom::new(name));
        self
    }

    /// Spawns it and does not wait for its `init`.
    ///
    /// # Errors
    /// [`SpawnError::TooManyActors`], [`SpawnError::NoRuntime`] or [`SpawnError::NameTaken`].
    pub fn now(self) -> Result<R, SpawnError> {
        let Spawning { init, options, name, runtime, is_pinned, .. } = self;
        begin(Unborn::new(init), &options, name, runtime, is_pinned).map(R::from)
    }
}

fn begin<A: Actor>(
    unborn: Unborn<A>,
    options: &SpawnOptions,
    name: Option<Atom>,
    runtime: Option<Handle>,
    is_pinned: bool,
) -> Result<ActorRef<A>, SpawnError> {
    let runtime = runtime.or_else(Handle::current).ok_or(SpawnError::NoRuntime)?;
    runtime.running()?;
    let actor = spawn::spawn_unborn_on(runtime.scheduler.host(), unborn, is_pinned, options)?;
    if let Some(name) = name
        && runtime.register(name, actor).is_err()
    {
        process::kill(actor.pid());
        return Err(SpawnError::NameTaken(name));
    }
    process::wake(actor.pid());
    Ok(actor)
}

impl<A: Actor, R: From<ActorRef<A>>> IntoFuture for Spawning<A, R> {
    type Output = Result<R, SpawnError>;
    type IntoFuture = Spawned<A, R>;

    fn into_future(self) -> Spawned<A, R> {
        let Spawning { init, options, name, runtime, is_pinned, .. } = self;
        let mut unborn = Unborn::new(init);
        let init = unborn.waited_for();
        let actor = begin(unborn, &options, name, runtime, is_pinned);
        Spawned { init, actor, _reference: PhantomData }
    }
}

/// What an actor can be started from by somebody who does not know its type: a state, or a [`Spawning`].
pub trait Startable: Sized {
    /// The actor's type.
    type Actor: Actor;

    /// An actor of that state, or that one.
    fn into_spawning(self) -> Spawning<Self::Actor>;

    /// Spawns the actor on `runtime`, or on its thread if it is pinned, asleep: it begins when it is woken ([`process::wake`]). `reply` is answered when it has
    /// begun; when its `init` fails first it exits. Of `options` it takes links and monitors; it has no name.
    ///
    /// # Errors
    /// [`SpawnError::TooManyActors`] or [`SpawnError::NoRuntime`].
    fn start_asleep(
        self,
        runtime: &Handle,
        options: SpawnOptions,
        reply: ReplyHandle,
    ) -> Result<Pid, SpawnError> {
        let Spawning { init, options: own, runtime: own_runtime, is_pinned, .. } = self.into_spawning();
        let runtime = own_runtime.as_ref().filter(|_| is_pinned).unwrap_or(runtime);
        let options = SpawnOptions { link: options.link, monitor: options.monitor, ..own };
        runtime.running()?;
        let unborn = Unborn::answering(init, reply);
        Ok(spawn::spawn_unborn_on(runtime.scheduler.host(), unborn, is_pinned, &options)?.pid())
    }
}

impl<A: Actor + Send> Startable for A {
    type Actor = A;

    fn into_spawning(self) -> Spawning<A> {
        Spawning::new(Box::new(move |_| Starting::now(Ok(self))))
    }
}

impl<A: Actor, R> Startable for Spawning<A, R> {
    type Actor = A;

    fn into_spawning(self) -> Spawning<A> {
        let Spawning { init, options, name, runtime, is_pinned, .. } = self;
        Spawning { init, options, name, runtime, is_pinned, _reference: PhantomData }
    }
}

/// Waits for the `init` of an actor that was spawned. Dropping it waits no longer; the actor lives on.
#[must_use = "nobody learns whether `init` failed unless this is awaited"]
pub struct Spawned<A: Actor, R> {
    init: Call<()>,
    actor: Result<ActorRef<A>, SpawnError>,
    _reference: PhantomData<fn() -> R>,
}

impl<A: Actor, R> std::fmt::Debug for Spawned<A, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Spawned").field("actor", &self.actor).finish_non_exhaustive()
    }
}

impl<A: Actor, R: From<ActorRef<A>>> Future for Spawned<A, R> {
    type Output = Result<R, SpawnError>;

    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let actor = match &this.actor {
            Ok(actor) => *actor,
            Err(error) => return Poll::Ready(Err(error.clone())),
        };
        Pin::new(&mut this.init).poll(task).map(|done| match done {
            Ok(()) => Ok(R::from(actor)),
            Err(CallError::Exited(reason)) => Err(SpawnError::Init(reason)),
            // Nobody else answers; the runtime went down.
            Err(_) => Err(SpawnError::Init(ExitReason::Killed)),
        })
    }
}
