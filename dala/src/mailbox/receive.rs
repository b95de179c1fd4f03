//! Selective receive: a place in the queue of messages in arrival order, and marks.
//!
//! Erlang reference manual, "Expressions", section "Receive": messages are tried in arrival order; those that match no clause
//! stay. A [`Receive`] is the save pointer: what stands before it was tried already by the receive that is going on. A *mark*
//! (OTP's receive marker) remembers where the queue ended when a reference was made, since no earlier message can
//! hold it.
//!
//! Cost: peek, advance, take and reset are constant; taking costs a look at each live mark. A receive that says which keys it can
//! match ([`Cursor::seek`]) does not walk a long queue: there is an [index](super::index) of it then, and taking is logarithmic (`seek`).
//!
//! # Invariant
//! **Places.** `tried` and the places of marks are null or nodes of the queue of the actor that a [`Cursor`] walks. Nodes
//! leave that queue through a cursor, which moves its places off them ([`Cursor::take`], [`Cursor::replace`]), or through
//! [`Activation::next_incoming`]. The index leads to nodes of that queue, too, and the cursor tells it of those that leave. Both
//! count it in the cell (`Header::removals`), so that a [`Receive`] that missed one, or was another actor's, forgets its places
//! before it is used (`Receive::catch_up`). The count wraps: whoever mixes two places on one mailbox, and nobody should, must use
//! each more often than every 2^32 messages.

#![expect(unsafe_code, reason = "walks a list that only the owner changes, and only through this type")]

use super::index::Index;
use super::queue::Linked;
use crate::actor::activation::{Activation, Incoming, incoming};
use crate::actor::cell::Header;
use crate::message::{ExitReason, Node, NodeBox, node::class};
use crate::pid::{NOBODY, Pid, Ref};
use crate::signal::signal::Signal;
use std::ptr::{NonNull, null_mut};

/// The save pointer and the marks of one actor. The behaviour keeps it; it belongs to that actor's mailbox only.
#[derive(Debug)]
pub struct Receive {
    /// The last node that was tried, or null: the next to try is the first.
    tried: *mut Node,
    marks: Vec<(Mark, *mut Node)>,
    next_mark: u32,
    /// Messages that [`Cursor::skip`] went past since the front.
    skipped: u32,
    /// Once they were many.
    index: Option<Box<Index>>,
    /// Whose queue the places are in, and how much had left it.
    seen: (Pid, u32),
}

// SAFETY: places are followed by a `Cursor` only, which the one thread that runs the actor has.
unsafe impl Send for Receive {}

impl Default for Receive {
    fn default() -> Receive {
        Receive {
            tried: null_mut(),
            marks: Vec::new(),
            next_mark: 0,
            skipped: 0,
            index: None,
            seen: (NOBODY, 0),
        }
    }
}

impl Receive {
    /// Forgets its places if they may be no nodes of this cell's queue any more.
    #[inline]
    fn catch_up(&mut self, cell: &Header) {
        let now = (cell.pid(), cell.removals.get());
        if self.seen != now {
            self.seen = now;
            self.tried = null_mut();
            self.marks.clear();
            self.index = None;
            self.skipped = 0;
        }
    }

    /// Bytes that the index takes, about, if there is one.
    pub fn index_bytes(&self) -> usize {
        self.index.as_ref().map_or(0, |index| index.bytes())
    }
}

/// A remembered place of the queue.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mark(u32);

/// A message as the cursor shows it.
#[derive(Debug)]
pub enum Received<'n> {
    /// A message.
    Message(&'n Node),
    /// An EXIT message (`{'EXIT', From, Reason}`).
    Exit {
        /// Who.
        from: Pid,
        /// Why.
        reason: &'n ExitReason,
    },
    /// A DOWN message (`{'DOWN', Monitor, process, Pid, Reason}`).
    Down {
        /// What the monitor was set up with.
        monitor: Ref,
        /// Whom it watched.
        pid: Pid,
        /// Why it ended.
        reason: &'n ExitReason,
    },
}

/// A walk over the messages of the running actor.
#[derive(Debug)]
pub struct Cursor<'r, 'a> {
    activation: &'r mut Activation<'a>,
    place: &'r mut Receive,
}

impl<'r, 'a> Cursor<'r, 'a> {
    pub(crate) fn new(activation: &'r mut Activation<'a>, place: &'r mut Receive) -> Cursor<'r, 'a> {
        place.catch_up(activation.cell);
        Cursor { activation, place }
    }

    /// Notes that this cursor takes a node out of the queue.
    fn count_removal(&mut self) {
        let count = self.activation.cell.removals.get().wrapping_add(1);
        self.activation.cell.removals.set(count);
        self.place.seen.1 = count;
    }

    fn next_node(&self) -> *mut Node {
        match NonNull::new(self.place.tried) {
            None => self.activation.cell.queue.first.get(),
            // SAFETY: `tried` is a node of the queue ("Places"), and nodes are valid while they are in it (`List`).
            Some(tried) => unsafe { tried.as_ref() }.next(),
        }
    }

    /// The message to try next; takes in what arrived when all were tried. `None`: wait (or the actor is doomed).
    pub fn peek(&mut self) -> Option<Received<'_>> {
        if self.next_node().is_null() {
            self.activation.take_in();
            if self.activation.is_doomed() {
                return None;
            }
        }
        let node = NonNull::new(self.next_node())?;
        // SAFETY: a node of the queue ("Places"); what takes it out needs the borrow of self that the result holds.
        let node = unsafe { node.as_ref() };
        Some(shown(node))
    }

    /// The message at the cursor does not match: goes on to the next.
    pub fn advance(&mut self) {
        let node = self.next_node();
        if !node.is_null() {
            self.place.tried = node;
        }
    }

    /// Takes the message at the cursor out of the queue. The next receive starts at the front.
    pub fn take(&mut self) -> Option<Incoming> {
        let node = self.unlink()?;
        self.activation.begin(&node);
        self.reset();
        Some(incoming(node))
    }

    /// Starts at the front again.
    #[inline]
    pub fn reset(&mut self) {
        self.place.tried = null_mut();
        self.place.skipped = 0;
    }

    fn unlink(&mut self) -> Option<NodeBox> {
        let node = NonNull::new(self.next_node())?;
        let list = &self.activation.cell.queue;
        // SAFETY: `next_node` is in the queue ("Places"), and what is in it is valid until it is taken off (`List`), which
        // only this cursor does while it lives.
        let after = unsafe { node.as_ref() }.next();
        match NonNull::new(self.place.tried) {
            None => list.first.set(after),
            // SAFETY: `tried` is in the queue ("Places"), so valid as above.
            Some(before) => unsafe { before.as_ref() }.set_next(after),
        }
        if after.is_null() {
            list.last.set(self.place.tried);
        }
        self.count_removal();
        for (_, place) in &mut self.place.marks {
            if *place == node.as_ptr() {
                *place = self.place.tried;
            }
        }
        self.note_unlinked(node);
        // SAFETY: no node, end of the list or place leads to it any more, so the box is its only owner.
        let node = unsafe { NodeBox::from_raw(node) };
        if node.has_credit() {
            node.drop_credit();
            if let Some(bound) = &self.activation.cell.bound {
                // Who is let in has a turn when the process waits or yields, which is soon.
                let _ = bound.took(node.lane(), || false);
            }
        }
        self.activation.cell.count_off(&node);
        if node.raises() {
            self.activation.cell.lower();
        }
        Some(node)
    }

    /// Remembers the end of the queue as it is now: everything that is sent from now on comes after it.
    pub fn mark(&mut self) -> Mark {
        self.activation.take_in();
        let mark = Mark(self.place.next_mark);
        self.place.next_mark = self.place.next_mark.wrapping_add(1);
        self.place.marks.push((mark, self.activation.cell.queue.last.get()));
        mark
    }

    /// Starts behind what was there when `mark` was made; at the front when there is no such mark.
    pub fn reset_to(&mut self, mark: Mark) {
        let place = self.place.marks.iter().find(|(known, _)| *known == mark).map(|(_, place)| *place);
        self.place.tried = place.unwrap_or(null_mut());
        self.place.skipped = 0;
    }

    /// Forgets a mark.
    pub fn forget(&mut self, mark: Mark) {
        self.place.marks.retain(|(known, _)| *known != mark);
    }

    /// Removes the DOWN message of `monitor` if it is in the queue (`demonitor(Ref, [flush])`). The cursor goes to the front.
    pub fn flush_down(&mut self, monitor: Ref) -> bool {
        self.remove_if(
            |received| matches!(received, Received::Down { monitor: found, .. } if *found == monitor),
        )
    }

    /// Removes the first message that `is_it`. The cursor goes to the front.
    pub fn remove_if(&mut self, mut is_it: impl FnMut(&Received<'_>) -> bool) -> bool {
        self.activation.take_in();
        self.reset();
        loop {
            let Some(node) = NonNull::new(self.next_node()) else {
                self.reset();
                return false;
            };
            // SAFETY: a node of the queue ("Places"); only this cursor takes it off, below, after the look at it.
            if is_it(&shown(unsafe { node.as_ref() })) {
                if let Some(node) = self.unlink() {
                    self.activation.cell.count_out(&node);
                }
                self.reset();
                return true;
            }
            self.advance();
        }
    }

    /// Puts `message` in the place of the one at the cursor, which is dropped. For a frontend that made a term of it.
    /// The old one's lane and credit pass to it: the mailbox is as full as before.
    pub fn replace(&mut self, mut message: NodeBox) {
        let Some(old) = NonNull::new(self.next_node()) else { return };
        let (lane, has_credit, after) = {
            // SAFETY: a node of the queue ("Places"), which only this cursor takes off, below, after this borrow.
            let old = unsafe { old.as_ref() };
            if old.raises() {
                message.set_raises();
            }
            (old.lane(), old.has_credit(), old.next())
        };
        message.set_lane(lane);
        if has_credit {
            message.set_credit();
        }
        // SAFETY: as above.
        self.activation.cell.count_instead(unsafe { old.as_ref() }, &mut message);
        let new = message.into_raw();
        // SAFETY: out of its box and not yet in the queue, so valid and nobody else's.
        unsafe { new.as_ref() }.set_next(after);
        let list = &self.activation.cell.queue;
        match NonNull::new(self.place.tried) {
            None => list.first.set(new.as_ptr()),
            // SAFETY: `tried` is a node of the queue ("Places"); `old` is the one behind it.
            Some(before) => unsafe { before.as_ref() }.set_next(new.as_ptr()),
        }
        if after.is_null() {
            list.last.set(new.as_ptr());
        }
        for (_, place) in &mut self.place.marks {
            if *place == old.as_ptr() {
                *place = new.as_ptr();
            }
        }
        if let Some(index) = &mut self.place.index {
            index.replace(old, new);
        }
        self.count_removal();
        // SAFETY: the node before it, the end of the list and all places lead to `new` now, so the box is its only owner.
        drop(unsafe { NodeBox::from_raw(old) });
    }

    /// Messages in the queue, tried or not (`process_info(_, message_queue_len)`). Linear.
    pub fn queue_length(&mut self) -> usize {
        self.activation.take_in();
        self.taken_in()
    }

    /// Messages in the queue, without those that arrived since the last look. Linear.
    pub fn taken_in(&self) -> usize {
        let mut length = 0;
        let mut next = self.activation.cell.queue.first.get();
        while let Some(node) = NonNull::new(next) {
            length += 1;
            // SAFETY: reached from the queue's first node, so in the queue, and valid while it is (`List`).
            next = unsafe { node.as_ref() }.next();
        }
        length
    }
}

fn shown(node: &Node) -> Received<'_> {
    if node.class.get() & class::SYSTEM != 0 {
        match Signal::of(node) {
            Some(Signal::Exit { from, reason, .. }) => return Received::Exit { from: *from, reason },
            Some(Signal::Down { from, reference, reason }) => {
                return Received::Down { monitor: *reference, pid: *from, reason };
            }
            _ => {}
        }
    }
    Received::Message(node)
}

mod seek;
#[cfg(test)]
mod tests;
