//! `receive`: the mailbox as terms.
//!
//! EXIT and DOWN messages, and those that Rust sent by their shape, become terms when the cursor first reaches them,
//! and stay that way.

use std::time::Duration;

use dala::actor::Incoming;
use dala::mailbox::index::Key;
use dala::mailbox::receive::{Mark, Received};
use dala::message::{ExitReason, Node, NodeBox};
use dala::pid::Ref;
use dala_ir::abi::{Pid, Word, atoms};
use dala_ir::term::{Fragment, TermWriter, copy_term, view};
use smallvec::SmallVec;

use super::message;
use super::process::Process;
use crate::trace::TraceFlags;

/// A receive's timer.
#[derive(Debug, Default)]
pub(super) enum Timeout {
    /// None was set by this receive.
    #[default]
    Unset,
    /// It waits.
    Armed(dala::actor::process::Timer),
    /// It fired.
    Passed,
}

/// The receive markers of a process.
#[derive(Debug, Default)]
pub(super) struct Markers {
    all: Vec<Marker>,
    /// The number of the last one.
    last: i64,
}

/// A receive marker.
#[derive(Debug)]
struct Marker {
    id: i64,
    /// Low bits of the reference it is tied to.
    reference: Option<u64>,
    mark: Mark,
}

impl Process {
    /// The message to try next; `None` when there is none and the process must wait.
    ///
    /// The word is valid until the next safepoint, and after it as long as the message stays in the mailbox.
    pub(crate) fn receive_next(&mut self) -> Option<Word> {
        let message = self.look_at_message();
        self.learn_tracing(|_| 0);
        if self.tracing.has(TraceFlags::RECEIVE) && self.has_untold() {
            self.tell_arrivals();
            return self.look_at_message();
        }
        message
    }

    /// The receive that goes on, if any, starts at the front again.
    pub(crate) fn restart_receive(&mut self) {
        self.mailbox().reset();
    }

    /// As [`receive_next`](Process::receive_next), without telling anybody.
    #[inline]
    pub(crate) fn look_at_message(&mut self) -> Option<Word> {
        match self.mailbox().peek()? {
            Received::Message(node) if message::is_term(node) => Some(message::term_in(node)),
            _ => self.make_term(),
        }
    }

    /// As [`look_at_message`](Process::look_at_message), of messages that become terms first.
    fn make_term(&mut self) -> Option<Word> {
        enum Found {
            Term(Word),
            Exit(Pid, ExitReason),
            Down(Ref, Pid, ExitReason),
            Rust(NodeBox),
            Other,
        }
        loop {
            let mut scratch = Fragment::new();
            let found = match self.mailbox().peek()? {
                Received::Message(node) if message::is_term(node) => Found::Term(message::term_in(node)),
                Received::Message(node) => {
                    message::node_written(|writer| node.write_term(writer)).map_or(Found::Other, Found::Rust)
                }
                Received::Exit { from, reason } => Found::Exit(from, reason.clone()),
                Received::Down { monitor, pid, reason } => Found::Down(monitor, pid, reason.clone()),
            };
            let term = match found {
                Found::Term(term) => return Some(term),
                Found::Rust(node) => {
                    self.mailbox().replace(node);
                    continue;
                }
                // A message of a kind that no Erlang code can read.
                Found::Other => {
                    drop(self.mailbox().take());
                    self.count_told_off();
                    continue;
                }
                Found::Exit(from, reason) => {
                    let reason = reason.write(&mut scratch);
                    scratch.tuple(&[Word::atom(atoms::EXIT_UPPER), self.identity(from), reason])
                }
                Found::Down(monitor, pid, reason) => self.down_message(&mut scratch, monitor, pid, &reason),
            };
            self.mailbox().replace(message::node_of(term));
        }
    }

    /// `{Tag, Ref, process, Object, Reason}`.
    fn down_message(&mut self, scratch: &mut Fragment, monitor: Ref, pid: Pid, reason: &ExitReason) -> Word {
        let shown =
            self.monitors.get_mut().and_then(|monitors| monitors.remove(&monitor)).unwrap_or_default();
        let tag = match &shown.tag {
            Some(tag) => copy_term(tag.root(), scratch, crate::heap::is_literal),
            None => Word::atom(atoms::DOWN),
        };
        let is_port = shown.of_port || self.system.builtins.ports.is_port(pid);
        let object = match shown.name {
            Some(name) => scratch.tuple(&[Word::atom(name), Word::atom(atoms::NONODE)]),
            None if is_port => crate::port::port_word(pid),
            None => Word::pid(pid),
        };
        let kind = Word::atom(if is_port { atoms::PORT } else { atoms::PROCESS });
        let reference = scratch.reference(monitor.to_bits(), shown.alias_of.map_or(0, Pid::to_bits));
        let reason = reason.write(scratch);
        scratch.tuple(&[tag, reference, kind, object, reason])
    }

    /// Takes the current message out of the mailbox; its term becomes part of the heap. The receive is over.
    pub(crate) fn receive_accept(&mut self) {
        self.end_timeout();
        self.count_told_off();
        if let Some(Incoming::Message(node)) = self.mailbox().take()
            && message::is_term(&node)
        {
            if node.is_call() {
                self.hold_call(&node, message::term_in(&node));
            }
            message::adopt(node, &mut self.heap);
        }
    }

    /// The current message does not match: goes on to the next. Says whether so many were skipped that
    /// [`receive_seek`](Process::receive_seek) pays.
    #[inline]
    pub(crate) fn receive_skip(&mut self) -> bool {
        self.mailbox().skip()
    }

    /// Goes past messages that neither are one of `keys` nor begin with one.
    #[cold]
    pub(crate) fn receive_seek(&mut self, keys: &[Word]) {
        // A key of another kind may be that of any message.
        let keys: Option<SmallVec<[Key; 8]>> = keys.iter().map(|&word| key(word)).collect();
        if let Some(keys) = keys {
            self.mailbox().seek(&keys, key_of);
        }
    }

    /// The receive timed out: the next one starts at the front, with a timeout of its own.
    pub(crate) fn receive_timed_out(&mut self) {
        self.end_timeout();
        self.mailbox().reset();
    }

    fn end_timeout(&mut self) {
        if let Timeout::Armed(timer) = std::mem::take(&mut self.timeout) {
            timer.cancel();
        }
    }

    /// Says whether a receive that found nothing has waited for `after`; arms a timer the first time it asks.
    /// `None` when `after` is neither `infinity` nor an integer of 32 bits.
    pub(crate) fn receive_timeout(&mut self, after: Word) -> Option<bool> {
        if after == Word::atom(atoms::INFINITY) {
            return Some(false);
        }
        let Some(millis) = after.as_small().and_then(|millis| u32::try_from(millis).ok()) else {
            // The error ends the receive.
            self.receive_timed_out();
            return None;
        };
        match self.timeout {
            Timeout::Passed => return Some(true),
            // A wake-up that is not the timer's finds time left on it.
            Timeout::Armed(timer) => {
                if timer.remaining().is_some() {
                    return Some(false);
                }
                self.timeout = Timeout::Passed;
                return Some(true);
            }
            Timeout::Unset => {}
        }
        if millis == 0 {
            return Some(true);
        }
        let timer = self.activation().wake_after(Duration::from_millis(millis.into()));
        self.timeout = Timeout::Armed(timer);
        Some(false)
    }

    /// Whether the timer of the receive that goes on has fired.
    pub(crate) fn is_receive_timeout_up(&self) -> bool {
        match &self.timeout {
            Timeout::Unset => false,
            Timeout::Armed(timer) => timer.remaining().is_none(),
            Timeout::Passed => true,
        }
    }

    /// A marker at the end of the mailbox, as a term.
    pub(crate) fn receive_mark(&mut self) -> Word {
        // A bound on what code leaves behind: the oldest go, and cost a scan from the front.
        let markers = &mut self.markers.make().all;
        if markers.len() >= MAX_MARKERS {
            let oldest = markers.remove(0);
            self.mailbox().forget(oldest.mark);
        }
        let mark = self.mailbox().mark();
        let markers = self.markers.make();
        markers.last += 1;
        markers.all.push(Marker { id: markers.last, reference: None, mark });
        Word::small_int(markers.last)
    }

    /// Ties a marker to a reference, so that a receive for it starts there. With none the marker is dropped.
    pub(crate) fn receive_bind(&mut self, marker: Word, reference: Option<u64>) {
        let markers = &mut self.markers.make().all;
        let Some(place) = markers.iter().position(|known| Word::small(known.id) == Some(marker)) else {
            return;
        };
        if reference.is_some() {
            markers[place].reference = reference;
        } else {
            let marker = markers.remove(place);
            self.mailbox().forget(marker.mark);
        }
    }

    /// Starts the receive at the marker of `reference`, if there is one.
    pub(crate) fn receive_use(&mut self, reference: Word) {
        if let Some(place) = self.marker_of(reference) {
            let mark = self.markers.make().all[place].mark;
            self.mailbox().reset_to(mark);
        }
    }

    /// Forgets the marker of `reference`.
    pub(crate) fn receive_forget(&mut self, reference: Word) {
        if let Some(place) = self.marker_of(reference) {
            let marker = self.markers.make().all.remove(place);
            self.mailbox().forget(marker.mark);
        }
    }

    fn marker_of(&self, reference: Word) -> Option<usize> {
        let low = view::reference(reference)?.low;
        self.markers.get()?.all.iter().rposition(|marker| marker.reference == Some(low))
    }

    /// Removes the DOWN message of a monitor, if it is in the mailbox; says whether it was.
    pub fn flush_down(&mut self, monitor: Ref) -> bool {
        let is_flushed = self.mailbox().remove_if(|received| match received {
            Received::Down { monitor: found, .. } => *found == monitor,
            Received::Message(node) if message::is_term(node) => {
                match view::tuple_elements(message::term_in(node)) {
                    Some(&[_, found, kind, _, _]) => {
                        (kind == Word::atom(atoms::PROCESS) || kind == Word::atom(atoms::PORT))
                            && view::reference(found).is_some_and(|found| found.low == monitor.to_bits())
                    }
                    _ => false,
                }
            }
            _ => false,
        });
        if is_flushed {
            self.count_told_off();
        }
        is_flushed
    }

    /// Copies of the messages in the mailbox, oldest first. The receive that goes on, if any, starts at the front again.
    pub fn messages(&mut self) -> Vec<Word> {
        self.mailbox().reset();
        let mut all = Vec::new();
        while let Some(message) = self.look_at_message() {
            all.push(self.heap.copy(message));
            self.mailbox().advance();
        }
        self.mailbox().reset();
        all
    }

    /// Bytes that the process holds beside its mailbox and itself: its heap, and what it finds messages by.
    pub(crate) fn held_bytes(&self) -> usize {
        self.heap.held_words() * size_of::<Word>() + self.receive.index_bytes()
    }

    /// Messages that it has taken in.
    pub(crate) fn taken_in(&mut self) -> usize {
        if self.is_in_activation() { self.mailbox().taken_in() } else { 0 }
    }

    /// Messages in the mailbox.
    pub fn message_queue_length(&mut self) -> usize {
        self.mailbox().queue_length()
    }
}

/// What a message is found by whose first element, or which itself, is `word`; `None`: that says nothing.
fn key(word: Word) -> Option<Key> {
    match word.as_atom() {
        Some(atom) => Some(Key::Atom(atom)),
        None => view::reference(word).map(|reference| Key::Reference(reference.low)),
    }
}

/// What a message is found by. EXIT, DOWN and what Rust sent are looked at by every receive, and are terms then.
fn key_of(node: &Node) -> Option<Key> {
    if !message::is_term(node) {
        return None;
    }
    let term = message::term_in(node);
    // What is neither atom nor reference begins with a key that no receive asks for.
    let first = view::tuple_elements(term).map_or(Some(term), |elements| elements.first().copied());
    Some(first.and_then(key).unwrap_or(Key::Shape(0)))
}

/// Markers a process may have at a time.
const MAX_MARKERS: usize = 8;
