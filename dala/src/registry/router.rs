//! Routers: one of several actors of a type, by turn, load or key; or all of them.

use crate::actor::{Actor, ActorRef, Handles, process};
use crate::message::{Join, Message, join};
use crate::sync::{Arc, AtomicUsize, Ordering, RwLock};
use std::hash::{BuildHasher, Hash};

/// Chooses among actors of type `A`. Cloning gives another handle of the same router.
///
/// Members have places, numbered from 0; a [`Pool`](crate::supervise::Pool) puts the next incarnation of a worker into its
/// place. Places whose actor is dead are passed over. Choosing costs a read lock, and a look at each place for
/// [`Router::least_loaded`] and [`Router::by_key`].
///
/// ```
/// use dala::registry::Router;
///
/// struct Worker { number: u64 }
/// #[dala::actor]
/// impl Worker {
///     #[message]
///     fn number(&mut self) -> u64 { self.number }
/// }
///
/// #[dala::main]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let router = Router::new();
///     for number in 0..3 {
///         router.add(*Worker { number }.spawn()?);
///     }
///     let mut turns = Vec::new();
///     for _ in 0..4 {
///         turns.push(router.next().ok_or("nobody")?.call(Number {}).await?);
///     }
///     assert_eq!(turns, [0, 1, 2, 0]);
///     assert_eq!(router.by_key("alice"), router.by_key("alice"));
///     assert_eq!(router.ask_all(|| Number {}).await, [Ok(0), Ok(1), Ok(2)]);
///     Ok(())
/// }
/// ```
pub struct Router<A: Actor>(Arc<Inner<A>>);

struct Inner<A: Actor> {
    places: RwLock<Vec<Option<ActorRef<A>>>>,
    turn: AtomicUsize,
}

impl<A: Actor> Clone for Router<A> {
    fn clone(&self) -> Self {
        Router(self.0.clone())
    }
}

impl<A: Actor> Default for Router<A> {
    fn default() -> Self {
        Router::new()
    }
}

impl<A: Actor> std::fmt::Debug for Router<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Router").field("members", &self.members()).finish()
    }
}

impl<A: Actor> Router<A> {
    /// A router without members.
    pub fn new() -> Router<A> {
        Router(Arc::new(Inner { places: RwLock::new(Vec::new()), turn: AtomicUsize::new(0) }))
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, Vec<Option<ActorRef<A>>>> {
        self.0.places.write().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn places(&self) -> std::sync::RwLockReadGuard<'_, Vec<Option<ActorRef<A>>>> {
        self.0.places.read().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Adds a member in a place of its own. Returns its number.
    pub fn add(&self, actor: ActorRef<A>) -> usize {
        let mut places = self.write();
        places.push(Some(actor));
        places.len() - 1
    }

    /// Puts a member into a place, which is made if there is none.
    pub fn put(&self, place: usize, actor: ActorRef<A>) {
        let mut places = self.write();
        if places.len() <= place {
            places.resize(place + 1, None);
        }
        places[place] = Some(actor);
    }

    /// Takes a member away. Its place stays, empty, so that keys of the others keep their owners.
    pub fn remove(&self, actor: ActorRef<A>) {
        self.write().iter_mut().filter(|place| **place == Some(actor)).for_each(|place| *place = None);
    }

    /// The members that live.
    pub fn members(&self) -> Vec<ActorRef<A>> {
        self.places().iter().flatten().filter(|actor| actor.is_alive()).copied().collect()
    }

    /// The member whose turn it is.
    pub fn next(&self) -> Option<ActorRef<A>> {
        let places = self.places();
        if places.is_empty() {
            return None;
        }
        let first = self.0.turn.fetch_add(1, Ordering::Relaxed);
        // Its own way around, whatever others do meanwhile: who lives is found.
        let mut turns =
            (0..places.len()).map(|offset| (offset, places[first.wrapping_add(offset) % places.len()]));
        let (passed, actor) =
            turns.find_map(|(offset, actor)| Some((offset, actor.filter(ActorRef::is_alive)?)))?;
        if passed > 0 {
            // The next one's turn is that of the next place.
            self.0.turn.fetch_add(passed, Ordering::Relaxed);
        }
        Some(actor)
    }

    /// The member with the fewest messages to do ([`process::load`]); by turns among equals. Members without a bound on
    /// their mailbox count as free or busy only.
    pub fn least_loaded(&self) -> Option<ActorRef<A>> {
        let places = self.places();
        let first = self.0.turn.fetch_add(1, Ordering::Relaxed);
        let turns = (0..places.len()).filter_map(|offset| places[first.wrapping_add(offset) % places.len()]);
        turns
            .filter_map(|actor| Some((process::load(actor.pid())?, actor)))
            .min_by_key(|&(load, _)| load)
            .map(|(_, actor)| actor)
    }

    /// The member that owns `key`: always the same, and when members come and go only their own keys move (rendezvous
    /// hashing, Thaler and Ravishankar 1998). While an owner is dead the next best has its keys.
    pub fn by_key<K: Hash + ?Sized>(&self, key: &K) -> Option<ActorRef<A>> {
        // Fixed keys: the same in every process and for every router.
        let hasher = std::hash::BuildHasherDefault::<std::hash::DefaultHasher>::default();
        let places = self.places();
        let live = places.iter().enumerate().filter_map(|(place, actor)| Some((place, (*actor)?)));
        let live = live.filter(|(_, actor)| actor.is_alive());
        live.max_by_key(|(place, _)| hasher.hash_one((place, key))).map(|(_, actor)| actor)
    }

    /// Tells all members. Returns how many took it.
    pub fn broadcast<M: Message>(&self, mut message: impl FnMut() -> M) -> usize
    where
        A: Handles<M>,
    {
        self.members().into_iter().filter(|actor| actor.tell(message()).is_ok()).count()
    }

    /// Calls all members; their replies come in order of their places.
    pub fn ask_all<M: Message>(&self, mut message: impl FnMut() -> M) -> Join<A::Reply>
    where
        A: Handles<M>,
    {
        join(self.members().into_iter().map(|actor| actor.call(message())))
    }
}
