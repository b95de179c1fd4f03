//! Registries other than that of names, and typed references that go through one (`{via, Module, Name}`).

use super::name::{NameError, note_registered};
use super::strangers::Strangers;
use crate::actor::{Actor, ActorRef, Handles, SendError};
use crate::message::{Call, CallError, Message};
use crate::pid::{NOBODY, Pid};
use crate::sync::{Arc, AtomicU64, Mutex, Ordering, lock};
use dala_ir::abi::Atom;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::marker::PhantomData;
use std::time::Duration;

/// Something that knows actors by keys. The runtime's names are one ([`Handle`](crate::Handle)), [`Keys`] is another, and
/// you can write your own: a directory of several machines, say.
pub trait Registry<K>: Send + Sync {
    /// Gives an actor a key.
    ///
    /// # Errors
    /// When the key is taken, or the actor is dead.
    fn register(&self, key: K, pid: Pid) -> Result<(), NameError>;

    /// Takes a key away. Returns whose it was.
    fn unregister(&self, key: &K) -> Option<Pid>;

    /// The actor with this key.
    fn whereis(&self, key: &K) -> Option<Pid>;
}

/// A registry with keys of any type, each of one actor; an actor may have several. What has ended is forgotten.
/// Made by [`Handle::keys`](crate::Handle::keys). Cloning gives another handle of the same registry. The end of an actor costs what
/// its own keys cost, however many others there are.
pub struct Keys<K> {
    both: Arc<Mutex<Both<K>>>,
    strangers: Arc<Strangers>,
}

/// Keys and actors, each by the other.
struct Both<K> {
    pids: HashMap<Arc<K>, Pid>,
    keys: HashMap<Pid, HashSet<Arc<K>>>,
}

impl<K: Eq + Hash> Both<K> {
    fn remove(&mut self, key: &K) -> Option<Pid> {
        let pid = self.pids.remove(key)?;
        if let Some(keys) = self.keys.get_mut(&pid) {
            keys.remove(key);
            if keys.is_empty() {
                self.keys.remove(&pid);
            }
        }
        Some(pid)
    }

    fn forget(&mut self, pid: Pid) {
        for key in self.keys.remove(&pid).into_iter().flatten() {
            self.pids.remove(&key);
        }
    }
}

impl<K> Clone for Keys<K> {
    fn clone(&self) -> Self {
        Keys { both: self.both.clone(), strangers: self.strangers.clone() }
    }
}

impl<K> std::fmt::Debug for Keys<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys").field("count", &lock(&self.both).pids.len()).finish()
    }
}

impl<K: Eq + Hash + Send + Sync + 'static> Keys<K> {
    pub(crate) fn new(departures: &Departures, strangers: Arc<Strangers>) -> Keys<K> {
        let both = Arc::new(Mutex::new(Both { pids: HashMap::new(), keys: HashMap::new() }));
        let weak = Arc::downgrade(&both);
        departures.tell(move |pid| match weak.upgrade() {
            Some(both) => {
                lock(&both).forget(pid);
                true
            }
            None => false,
        });
        Keys { both, strangers }
    }
}

impl<K: Clone> Keys<K> {
    /// All keys with their actors.
    pub fn all(&self) -> Vec<(K, Pid)> {
        lock(&self.both).pids.iter().map(|(key, &pid)| (K::clone(key), pid)).collect()
    }
}

impl<K: Eq + Hash + Send + Sync + 'static> Registry<K> for Keys<K> {
    fn register(&self, key: K, pid: Pid) -> Result<(), NameError> {
        let mut both = lock(&self.both);
        if both.pids.contains_key(&key) {
            return Err(NameError::Taken);
        }
        note_registered(pid)?;
        let key = Arc::new(key);
        both.keys.entry(pid).or_default().insert(key.clone());
        both.pids.insert(key, pid);
        drop(both);
        self.strangers.note(pid);
        Ok(())
    }

    fn unregister(&self, key: &K) -> Option<Pid> {
        lock(&self.both).remove(key)
    }

    fn whereis(&self, key: &K) -> Option<Pid> {
        lock(&self.both).pids.get(key).copied()
    }
}

type Departed = Box<dyn FnMut(Pid) -> bool + Send>;

/// Who is told when actors end that are registered somewhere.
#[derive(Default)]
pub(crate) struct Departures(Mutex<Vec<Departed>>);

impl std::fmt::Debug for Departures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Departures")
    }
}

impl Departures {
    /// Calls `departed` for each, until it returns false.
    fn tell(&self, departed: impl FnMut(Pid) -> bool + Send + 'static) {
        lock(&self.0).push(Box::new(departed));
    }

    pub(crate) fn note(&self, pid: Pid) {
        lock(&self.0).retain_mut(|departed| departed(pid));
    }
}

/// Names whichever actor of type `A` has the key when something is sent: it survives restarts, in which an [`ActorRef`] goes
/// stale.
///
/// What is sent goes to the incarnation that has the key at that moment. What an incarnation leaves in its mailbox when it
/// dies is lost to the next one: messages become dead letters, calls fail with its exit reason. Between two incarnations sends
/// fail with [`SendError::Dead`] and calls with [`CallError::NoProc`].
///
/// ```
/// # use dala::registry::Named;
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
/// let runtime = dala::Handle::current().ok_or("no runtime")?;
/// let first = Counter::spawn(1).named("counter").await?;
/// let counter = Named::<Counter>::new(runtime, dala::Atom::new("counter"));
/// assert_eq!(counter.call(Get {}).await?, 1);
/// first.kill();
/// first.ended().await?;
/// assert!(counter.call(Get {}).await.is_err());
/// Counter::spawn(2).named("counter").await?;
/// assert_eq!(counter.call(Get {}).await?, 2);
/// # Ok(())
/// # }
/// ```
pub struct Named<A: Actor, K = Atom> {
    registry: Arc<dyn Registry<K>>,
    key: K,
    /// Who had it last: as long as that one lives it is not looked up.
    last: Arc<AtomicU64>,
    _actor: PhantomData<fn(A)>,
}

impl<A: Actor, K: Clone> Clone for Named<A, K> {
    fn clone(&self) -> Self {
        let (registry, last) = (self.registry.clone(), self.last.clone());
        Named { registry, key: self.key.clone(), last, _actor: PhantomData }
    }
}

impl<A: Actor, K: std::fmt::Debug> std::fmt::Debug for Named<A, K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Named").field("actor", &A::NAME).field("key", &self.key).finish_non_exhaustive()
    }
}

impl<A: Actor, K> Named<A, K> {
    /// Whoever has `key` in `registry`.
    pub fn new(registry: impl Registry<K> + 'static, key: K) -> Named<A, K> {
        let last = Arc::new(AtomicU64::new(NOBODY.to_bits()));
        Named { registry: Arc::new(registry), key, last, _actor: PhantomData }
    }

    /// The incarnation that has the key now, if it is one of type `A`.
    ///
    /// A key that was given to another while its former owner lives on is noticed when that ends.
    pub fn find(&self) -> Option<ActorRef<A>> {
        let last = Pid::from_bits(self.last.load(Ordering::Relaxed));
        if last != NOBODY
            && crate::actor::process::is_alive(last)
            && let Some(actor) = ActorRef::of_pid(last)
        {
            return Some(actor);
        }
        let actor = self.registry.whereis(&self.key).and_then(ActorRef::<A>::of_pid)?;
        self.last.store(actor.pid().to_bits(), Ordering::Relaxed);
        Some(actor)
    }

    /// As [`ActorRef::tell`].
    ///
    /// # Errors
    /// As [`ActorRef::tell`].
    pub fn tell<M: Message>(&self, message: M) -> Result<(), SendError<M>>
    where
        A: Handles<M>,
    {
        match self.find() {
            Some(actor) => actor.tell(message),
            None => Err(SendError::Dead(message)),
        }
    }

    /// As [`ActorRef::tell_wait`].
    ///
    /// # Errors
    /// As [`ActorRef::tell_wait`].
    pub async fn tell_wait<M: Message>(&self, message: M) -> Result<(), SendError<M>>
    where
        A: Handles<M>,
    {
        match self.find() {
            Some(actor) => actor.tell_wait(message).await,
            None => Err(SendError::Dead(message)),
        }
    }

    /// As [`ActorRef::call`].
    ///
    /// # Errors
    /// As [`ActorRef::call`].
    pub fn call<M: Message>(&self, message: M) -> Call<A::Reply>
    where
        A: Handles<M>,
    {
        match self.find() {
            Some(actor) => actor.call(message),
            None => Call::failed(CallError::NoProc),
        }
    }

    /// As [`ActorRef::call_timeout`].
    ///
    /// # Errors
    /// As [`ActorRef::call`].
    pub fn call_timeout<M: Message>(&self, message: M, limit: Duration) -> Call<A::Reply>
    where
        A: Handles<M>,
    {
        match self.find() {
            Some(actor) => actor.call_timeout(message, limit),
            None => Call::failed(CallError::NoProc),
        }
    }

    /// As [`ActorRef::call_forever`].
    ///
    /// # Errors
    /// As [`ActorRef::call`].
    pub fn call_forever<M: Message>(&self, message: M) -> Call<A::Reply>
    where
        A: Handles<M>,
    {
        match self.find() {
            Some(actor) => actor.call_forever(message),
            None => Call::failed(CallError::NoProc),
        }
    }
}
