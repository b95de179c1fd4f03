//! Kinds of native actors that Erlang and Elixir code starts, through `Dala.Actor` (`otp/erlang/Elixir.Dala.Actor.erl`).

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError, RwLock};

use dala::actor::SpawnOptions;
use dala::message::ReplyHandle;
use dala::native::Arguments;
use dala::{Handle, SpawnError, Startable};
use dala_ir::abi::atom::AtomError;
use dala_ir::abi::{Atom, Pid, Word};
use hashbrown::HashMap;

use crate::process::System;

type Start = dyn Fn(&[Word], &Handle, SpawnOptions, ReplyHandle) -> Result<Pid, KindError> + Send + Sync;

/// A kind of native actor, under the name by which `Dala.Actor` starts it.
///
/// ```
/// use dala_beam::interop::ActorKind;
///
/// struct Counter { total: i64 }
///
/// #[dala::actor]
/// impl Counter {
///     #[init]
///     fn new(total: i64) -> Self {
///         Counter { total }
///     }
///     #[message]
///     fn add(&mut self, by: i64) -> i64 {
///         self.total += by;
///         self.total
///     }
/// }
///
/// // With `system.add_actors([kind])`, an Elixir supervisor takes the child `{Dala.Actor, actor: :counter, args: [5]}`.
/// let kind = ActorKind::new("counter", |(total,): (i64,)| Counter::spawn(total));
/// ```
#[derive(Clone)]
pub struct ActorKind {
    name: String,
    start: Arc<Start>,
    /// Notes what its actors take.
    add_protocol: fn(&System),
}

impl fmt::Debug for ActorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ActorKind").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Why no actor was started.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KindError {
    /// What it was to be started with does not fit; the text says what.
    #[error("{0}")]
    Arguments(String),
    #[error(transparent)]
    Spawn(#[from] SpawnError),
    /// Rust's side of it panicked.
    #[error("panicked before it was an actor")]
    Panicked,
}

impl ActorKind {
    /// The kind `name`: `make` gives a state, or what `T::spawn(..)` of an actor with `#[init]` gives, of the arguments.
    /// It runs in the process that starts the actor, so it should do no more; `#[init]` runs in the actor.
    pub fn new<A: Arguments, S: Startable>(
        name: &str,
        make: impl Fn(A) -> S + Send + Sync + 'static,
    ) -> ActorKind {
        let start = move |words: &[Word], runtime: &Handle, options, reply| {
            if words.len() != usize::from(A::ARITY) {
                let text = format!("{} arguments are needed, {} given", A::ARITY, words.len());
                return Err(KindError::Arguments(text));
            }
            let arguments = A::read(words).map_err(|error| KindError::Arguments(error.to_string()))?;
            let made = catch_unwind(AssertUnwindSafe(|| make(arguments)));
            Ok(made.map_err(|_| KindError::Panicked)?.start_asleep(runtime, options, reply)?)
        };
        ActorKind {
            name: name.to_owned(),
            start: Arc::new(start),
            add_protocol: System::add_protocol::<S::Actor>,
        }
    }

    pub(crate) fn start(
        &self,
        arguments: &[Word],
        runtime: &Handle,
        options: SpawnOptions,
        reply: ReplyHandle,
    ) -> Result<Pid, KindError> {
        (self.start)(arguments, runtime, options, reply)
    }
}

/// The kinds of one system.
#[derive(Debug, Default)]
pub struct ActorKinds(RwLock<HashMap<Atom, ActorKind>>);

impl ActorKinds {
    pub(crate) fn get(&self, name: Atom) -> Option<ActorKind> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(&name).cloned()
    }
}

impl System {
    /// Lets Erlang and Elixir code start native actors of these kinds, from now on: `{Dala.Actor, actor: :name, ...}` in a
    /// supervisor's children. A later kind takes the place of one with its name, for actors that are started later.
    ///
    /// # Errors
    /// When a name is no atom; those before it were added.
    pub fn add_actors(&self, kinds: impl IntoIterator<Item = ActorKind>) -> Result<(), AtomError> {
        for kind in kinds {
            let name = Atom::try_new(&kind.name)?;
            (kind.add_protocol)(self);
            self.builtins.kinds.0.write().unwrap_or_else(PoisonError::into_inner).insert(name, kind);
        }
        Ok(())
    }
}
