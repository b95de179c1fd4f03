//! What an actor with a limit on its memory has in its mailbox, counted by senders.
//!
//! A sender counts its message before it pushes it; the owner counts it off when its turn comes, or it is dropped. A
//! message that would be over the limit is not pushed: its sender finds the actor dead, and the one that was first makes it so
//! (`Signal::OverLimit`). So what is counted never grows beyond the limit, whatever the actor is doing meanwhile.
//!
//! Nobody counts for actors without a limit: a sender sees that there is none where it looks for a bound.

use crate::message::{MemoryLimit, Node, NodeBox, OverLimit};
use crate::sync::{AtomicBool, AtomicU64, Ordering};

/// What became of a message that was to be counted.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Counted {
    /// It may be sent.
    Yes,
    /// It must not be sent: the actor is over its limit, and was told so.
    Refused,
    /// The same; the caller must tell it.
    Over(OverLimit),
}

/// The count of one mailbox.
#[derive(Debug)]
pub(crate) struct Meter {
    limit: MemoryLimit,
    bytes: AtomicU64,
    messages: AtomicU64,
    /// Bytes that handlers have in arenas.
    scratch: AtomicU64,
    is_over: AtomicBool,
}

impl Meter {
    pub(crate) fn new(limit: MemoryLimit) -> Meter {
        Meter {
            limit,
            bytes: AtomicU64::new(0),
            messages: AtomicU64::new(0),
            scratch: AtomicU64::new(0),
            is_over: AtomicBool::new(false),
        }
    }

    pub(crate) fn limit(&self) -> MemoryLimit {
        self.limit
    }

    /// Bytes and messages that wait.
    pub(crate) fn load(&self) -> (u64, u64) {
        (self.bytes.load(Ordering::Relaxed), self.messages.load(Ordering::Relaxed))
    }

    /// Counts a message that is about to be sent to an actor that holds `held` bytes beside its mailbox.
    // Relaxed: counts guard no memory. What one thread takes off it found in the mailbox, so its sender counted it before.
    pub(crate) fn count(&self, node: &mut NodeBox, held: u64) -> Counted {
        if self.is_over.load(Ordering::Relaxed) {
            return Counted::Refused;
        }
        let bytes = node.bytes();
        let all = self.bytes.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        let messages = self.messages.fetch_add(1, Ordering::Relaxed) + 1;
        let beside = held.saturating_add(self.scratch());
        let Some(over) = self.limit.exceeded_by(all.saturating_add(beside), messages) else {
            node.set_counted();
            return Counted::Yes;
        };
        self.bytes.fetch_sub(bytes, Ordering::Relaxed);
        self.messages.fetch_sub(1, Ordering::Relaxed);
        if self.is_over.swap(true, Ordering::Relaxed) { Counted::Refused } else { Counted::Over(over) }
    }

    /// What the actor holds beside its mailbox changed. Returns the limit that it is over now, once.
    pub(crate) fn holds(&self, held: u64) -> Option<OverLimit> {
        let (bytes, messages) = self.load();
        let beside = held.saturating_add(self.scratch());
        let over = self.limit.exceeded_by(bytes.saturating_add(beside), messages)?;
        (!self.is_over.swap(true, Ordering::Relaxed)).then_some(over)
    }

    /// Bytes that handlers have in arenas.
    pub(crate) fn scratch(&self) -> u64 {
        self.scratch.load(Ordering::Relaxed)
    }

    /// Counts bytes of an arena, of an actor that holds `held` bytes beside. Returns false, and counts nothing, if that is too much.
    pub(crate) fn take_scratch(&self, bytes: u64, held: u64) -> bool {
        let scratch = self.scratch.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        let all = scratch.saturating_add(held).saturating_add(self.load().0);
        let fits = self.limit.bytes.is_none_or(|limit| all <= limit);
        if !fits {
            self.give_scratch_back(bytes);
        }
        fits
    }

    pub(crate) fn give_scratch_back(&self, bytes: u64) {
        self.scratch.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// A message takes the place of another that was counted.
    pub(crate) fn count_instead(&self, old: &Node, new: &Node) {
        self.bytes.fetch_add(new.bytes(), Ordering::Relaxed);
        self.bytes.fetch_sub(old.bytes(), Ordering::Relaxed);
    }

    /// A message that was counted left the mailbox.
    pub(crate) fn count_off(&self, node: &Node) {
        self.bytes.fetch_sub(node.bytes(), Ordering::Relaxed);
        self.messages.fetch_sub(1, Ordering::Relaxed);
    }
}
