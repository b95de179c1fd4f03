//! One actor, observed: what waits in its mailbox since when, and what it is handling.

use super::metrics::{Dropped, End, TypeMetrics};
use super::trace::{Follow, HandlingSpan};
use crate::sync::{Arc, Mutex, lock};
use std::collections::HashMap;

/// What was noted of a message when it was sent.
#[derive(Debug)]
struct Note {
    sent: u64,
    sender: Follow,
}

/// The message that the actor is handling.
#[derive(Debug)]
struct Handling {
    span: HandlingSpan,
    /// Nanoseconds on a worker before `since`.
    ran: u64,
    /// Since when it has been on a worker; none while it stands still.
    since: Option<u64>,
}

/// What a span shows of a message whose turn has come.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Handled {
    /// The message's address while it was in the mailbox.
    pub(crate) node: usize,
    /// The actor's pid, as a number.
    pub(crate) pid: u64,
    /// The message's type.
    pub(crate) message: &'static str,
    /// Whether somebody waits for the reply.
    pub(crate) is_call: bool,
}

/// See the module's docs. `sent`, `forget` and `dropped` may be called by anybody, the others by the actor's owner.
#[derive(Debug)]
pub(crate) struct Observed {
    name: &'static str,
    metrics: Option<Arc<TypeMetrics>>,
    is_traced: bool,
    notes: Mutex<HashMap<usize, Note>>,
    // The owner's alone, so never waited for.
    handling: Mutex<Option<Handling>>,
}

impl Observed {
    pub(super) fn new(name: &'static str, metrics: Option<Arc<TypeMetrics>>, is_traced: bool) -> Observed {
        if let Some(metrics) = &metrics {
            metrics.spawned();
        }
        Observed { name, metrics, is_traced, notes: Mutex::default(), handling: Mutex::default() }
    }

    /// The message at this address is about to be put into the mailbox.
    pub(crate) fn sent(&self, node: usize, now: u64) {
        let sender = if self.is_traced { Follow::current() } else { Follow::default() };
        let depth = {
            let mut notes = lock(&self.notes);
            notes.insert(node, Note { sent: now, sender });
            notes.len()
        };
        if let Some(metrics) = &self.metrics {
            metrics.sent(depth);
        }
    }

    /// The message leaves the mailbox and is not handled.
    pub(crate) fn forget(&self, node: usize) {
        // Dropped after the lock: that may close a span.
        let _note = lock(&self.notes).remove(&node);
    }

    /// Another message stands in the place of one that waits.
    pub(crate) fn replace(&self, old: usize, new: usize) {
        let mut notes = lock(&self.notes);
        if let Some(note) = notes.remove(&old) {
            notes.insert(new, note);
        }
    }

    /// Messages that wait.
    pub(crate) fn waiting(&self) -> usize {
        lock(&self.notes).len()
    }

    /// The message's turn has come. That of the one before it is over.
    pub(crate) fn begin(&self, handled: Handled, now: u64) {
        self.finish(now, None);
        let note = lock(&self.notes).remove(&handled.node);
        let waited = note.as_ref().map_or(0, |note| now.saturating_sub(note.sent));
        if let Some(metrics) = &self.metrics {
            metrics.begun(waited);
        }
        let span = match note.filter(|_| self.is_traced) {
            Some(note) => HandlingSpan::new(&note.sender, self.name, handled, waited),
            None => HandlingSpan::default(),
        };
        span.enter();
        *lock(&self.handling) = Some(Handling { span, ran: 0, since: Some(now) });
    }

    /// The activation ends, handling does not.
    pub(crate) fn pause(&self, now: u64) {
        if let Some(handling) = &mut *lock(&self.handling) {
            handling.pause(now);
        }
    }

    /// An activation begins in the middle of handling a message, if it does.
    pub(crate) fn go_on(&self, now: u64) {
        if let Some(handling) = &mut *lock(&self.handling)
            && handling.since.is_none()
        {
            handling.since = Some(now);
            handling.span.enter();
        }
    }

    /// The message that was being handled, if any, is done with; `failure` if the actor ended over it.
    pub(crate) fn finish(&self, now: u64, failure: Option<&dyn std::fmt::Display>) {
        let Some(mut handling) = lock(&self.handling).take() else { return };
        handling.pause(now);
        if let Some(failure) = failure {
            handling.span.fail(failure);
        }
        if let Some(metrics) = &self.metrics {
            metrics.finished(handling.ran);
        }
    }

    /// The actor ended.
    pub(crate) fn ended(&self, end: End) {
        if let Some(metrics) = &self.metrics {
            metrics.ended(end);
        }
    }

    /// A message to the actor was dropped.
    pub(crate) fn dropped(&self, why: Dropped) {
        if let Some(metrics) = &self.metrics {
            metrics.dropped(why);
        }
    }
}

impl Handling {
    fn pause(&mut self, now: u64) {
        if let Some(since) = self.since.take() {
            self.ran += now.saturating_sub(since);
            self.span.exit();
        }
    }
}
