//! Actors of other runtimes of this OS process in a runtime's registries.
//!
//! An actor's own runtime tells its registries when it ends (`signal::ending`). Those of another one, where it was registered too,
//! wait for its end as anybody does who is no actor (`signal::end_waits`). So its names there are gone a moment after its end is
//! known, not before.

use crate::actor::cell;
use crate::message::{CallError, DeadLetters, ForeignReply, ReplyHandle, ReplyValue};
use crate::pid::{Pid, epoch};
use crate::signal::deliver;
use crate::signal::ending;
use crate::signal::signal::Signal;
use crate::sync::{Arc, Mutex, lock};
use std::collections::HashSet;
use std::sync::OnceLock;

/// Forgets an actor in all registries of a runtime.
type Forget = Box<dyn Fn(Pid) + Send + Sync>;

/// The actors of other runtimes that registries of this one know.
pub(crate) struct Strangers {
    /// What all actors of this runtime have in common.
    own: Arc<DeadLetters>,
    known: Mutex<HashSet<Pid>>,
    forget: OnceLock<Forget>,
}

impl std::fmt::Debug for Strangers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Strangers").field("known", &lock(&self.known).len()).finish()
    }
}

/// Waits for the end of one of them.
struct End {
    strangers: Arc<Strangers>,
    pid: Pid,
}

impl ForeignReply for End {
    // Nobody answers a wait for an end that is not Rust's with a value.
    fn answer(self: Box<Self>, _value: &dyn ReplyValue) {}

    fn fail(self: Box<Self>, _failure: CallError) {
        lock(&self.strangers.known).remove(&self.pid);
        if let Some(forget) = self.strangers.forget.get() {
            forget(self.pid);
        }
    }
}

impl Strangers {
    /// Of the runtime with these dead letters.
    pub(crate) fn new(own: Arc<DeadLetters>) -> Arc<Strangers> {
        Arc::new(Strangers { own, known: Mutex::default(), forget: OnceLock::new() })
    }

    /// Sets what is to be done at the end of one; once, before there are any.
    pub(crate) fn forget_by(&self, forget: impl Fn(Pid) + Send + Sync + 'static) {
        // A second one would do the same.
        let _ = self.forget.set(Box::new(forget));
    }

    /// An actor was put into a registry of this runtime.
    pub(crate) fn note(self: &Arc<Self>, pid: Pid) {
        let is_ours = {
            let pin = epoch::pin();
            // One that is dead already counts as a stranger: it is forgotten at once.
            cell::lookup(pid, &pin).is_some_and(|cell| Arc::ptr_eq(&cell.host().dead_letters, &self.own))
        };
        if is_ours || !lock(&self.known).insert(pid) {
            return;
        }
        let reply = ReplyHandle::foreign(Box::new(End { strangers: self.clone(), pid }));
        if let Err(signal) = deliver::send(pid, Signal::TellEnd(reply)) {
            ending::gone(pid, signal);
        }
    }

    #[cfg(test)]
    pub(crate) fn known(&self) -> usize {
        lock(&self.known).len()
    }
}
