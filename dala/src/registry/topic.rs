//! Topics: one publishes, all subscribers get it.

use crate::actor::SendError;
use crate::actor::recipient::Recipient;
use crate::message::Message;
use crate::pid::Pid;
use crate::sync::{Arc, Mutex, lock};
use dala_ir::abi::Atom;
use std::any::{Any, TypeId};
use std::collections::HashMap;

/// A topic with messages of type `M`. Cloning gives another handle of the same topic.
///
/// Messages of one publisher arrive in order. A subscriber whose mailbox is full misses what its
/// [`Overflow`](crate::Overflow) policy says; that is counted as a dead letter. Those that have died are forgotten when
/// something is published, and when subscribers are many.
///
/// ```
/// use dala::registry::Topic;
///
/// #[dala::message]
/// #[derive(Clone)]
/// struct Price { cents: u64 }
///
/// struct Watcher { seen: u64 }
/// #[dala::actor]
/// impl Watcher {
///     #[handler]
///     fn price(&mut self, price: Price) { self.seen += price.cents; }
///     #[message]
///     fn seen(&mut self) -> u64 { self.seen }
/// }
///
/// #[dala::main]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let (prices, watcher) = (Topic::new(), Watcher { seen: 0 }.spawn()?);
///     prices.subscribe(*watcher);
///     assert_eq!(prices.publish(Price { cents: 250 }), 1);
///     assert_eq!(watcher.seen().await?, 250);
///     Ok(())
/// }
/// ```
pub struct Topic<M: Message + Clone>(Arc<Mutex<Subscribers<M>>>);

struct Subscribers<M: Message> {
    all: Vec<Recipient<M>>,
    /// Length at which the dead are looked for.
    prune_at: usize,
}

const FIRST_PRUNE: usize = 64;

impl<M: Message + Clone> Clone for Topic<M> {
    fn clone(&self) -> Self {
        Topic(self.0.clone())
    }
}

impl<M: Message + Clone> Default for Topic<M> {
    fn default() -> Self {
        Topic::new()
    }
}

impl<M: Message + Clone> std::fmt::Debug for Topic<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Topic").field("subscribers", &lock(&self.0).all.len()).finish()
    }
}

impl<M: Message + Clone> Topic<M> {
    /// A topic without subscribers.
    pub fn new() -> Topic<M> {
        Topic(Arc::new(Mutex::new(Subscribers { all: Vec::new(), prune_at: FIRST_PRUNE })))
    }

    /// From now on the actor gets what is published. Returns whether it did not before. Linear in the subscribers.
    pub fn subscribe(&self, subscriber: impl Into<Recipient<M>>) -> bool {
        let subscriber = subscriber.into();
        let mut subscribers = lock(&self.0);
        if subscribers.all.contains(&subscriber) {
            return false;
        }
        if subscribers.all.len() >= subscribers.prune_at {
            subscribers.all.retain(Recipient::is_alive);
            subscribers.prune_at = FIRST_PRUNE.max(2 * subscribers.all.len());
        }
        subscribers.all.push(subscriber);
        true
    }

    /// From now on it does not. Returns whether it did before.
    pub fn unsubscribe(&self, subscriber: impl Into<Pid>) -> bool {
        let pid = subscriber.into();
        let mut subscribers = lock(&self.0);
        let before = subscribers.all.len();
        subscribers.all.retain(|found| found.pid() != pid);
        subscribers.all.len() < before
    }

    /// Sends `message` to all subscribers. Returns how many took it.
    pub fn publish(&self, message: M) -> usize {
        // No lock is held while sending.
        let all = lock(&self.0).all.clone();
        let (mut taken, mut dead) = (0, Vec::new());
        for subscriber in all {
            match subscriber.tell(message.clone()) {
                Ok(()) => taken += 1,
                Err(SendError::Dead(_)) => dead.push(subscriber),
                Err(SendError::Full(_)) => {
                    crate::actor::process::missed(subscriber.pid(), M::SHAPES.type_name())
                }
            }
        }
        if !dead.is_empty() {
            lock(&self.0).all.retain(|subscriber| !dead.contains(subscriber));
        }
        taken
    }

    /// Who is subscribed, the dead perhaps among them.
    pub fn subscribers(&self) -> Vec<Pid> {
        lock(&self.0).all.iter().map(Recipient::pid).collect()
    }
}

/// The named topics of a runtime.
#[derive(Default)]
pub(crate) struct Topics(Mutex<HashMap<(TypeId, Atom), Box<dyn Any + Send + Sync>>>);

impl std::fmt::Debug for Topics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Topics").field("count", &lock(&self.0).len()).finish()
    }
}

impl Topics {
    /// The topic of this name and message type, made when it is first asked for.
    pub(crate) fn find<M: Message + Clone>(&self, name: Atom) -> Topic<M> {
        let mut topics = lock(&self.0);
        let topic = topics.entry((TypeId::of::<M>(), name)).or_insert_with(|| Box::new(Topic::<M>::new()));
        topic.downcast_ref::<Topic<M>>().cloned().unwrap_or_default()
    }
}
