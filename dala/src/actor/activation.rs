//! One activation of one actor: what a behaviour sees of its cell.

#![expect(unsafe_code, reason = "acts as the cell's owner, which it is by construction")]

use super::beat::Beat;
use super::budget::Budget;
use super::cell::Header;
use super::host::Host;
use super::qos::Qos;
use crate::mailbox::bounded::{Bound, Took, is_ticket};
use crate::mailbox::receive::{Cursor, Receive};
use crate::message::{ExitReason, NodeBox, node::class};
use crate::observe::{Follow, Handled, Observed};
use crate::pid::Pid;
use crate::signal::deliver;
use crate::signal::monitor::Down;
use crate::signal::relations::Relations;
use crate::signal::signal::{Question, Signal};
use crate::sync::Ordering;
use crate::timer::Clock;
use std::collections::VecDeque;

/// While lanes are in use: messages after which an activation looks at the mailbox head again, so that a normal message
/// does not wait for a batch of low ones. A guess between latency and the cost of reading a line that senders write; not
/// measured. Urgent messages and signals are seen at once ([`Header::take_urgent`]).
const MESSAGES_BETWEEN_LOOKS: u32 = 16;

/// What arrives at a behaviour.
#[derive(Debug)]
pub enum Incoming {
    /// A message.
    Message(NodeBox),
    /// A linked actor ended, or somebody told this one to, and it traps exits.
    Exit {
        /// Whose end it was, or who sent the signal.
        from: Pid,
        /// Why.
        reason: ExitReason,
    },
    /// A watched actor ended.
    Down(Down),
}

/// Questions that were not taken yet, in the order in which they came.
#[derive(Debug, Default)]
struct Questions(VecDeque<Question>);

/// The running activation. Behaviours get it from the worker; it cannot leave the call.
#[derive(Debug)]
pub struct Activation<'a> {
    pub(crate) cell: &'a Header,
    /// The cell's, as the next. Read once: in the cell they lie beside the word that senders write, and a look at each message
    /// takes the line from them.
    host: &'a Host,
    bound: Option<&'a Bound>,
    budget: Budget,
    until_look: u32,
    /// Why the actor must end, once a signal said so.
    pub(crate) doom: Option<ExitReason>,
    /// Whether that is its own doing, and something to tell people of.
    pub(crate) has_crashed: bool,
    pub(crate) woken: bool,
    /// Boxed when there is one: an activation is made at each hop, and a queue is made of more words than are worth clearing.
    questions: Option<Box<Questions>>,
    /// Where what is handled is noted, if a watchdog looks.
    pub(crate) beat: Option<&'a Beat>,
    /// The call that a failing handler left; answered when the actor is seen to be dead.
    pub(crate) unanswered: Option<NodeBox>,
    _on_this_thread: std::marker::PhantomData<*const ()>,
}

impl<'a> Activation<'a> {
    /// # Safety
    /// The caller owns the cell until the activation is dropped.
    #[inline(always)]
    pub(crate) unsafe fn new(cell: &'a Header, budget: Budget) -> Activation<'a> {
        Activation {
            cell,
            host: cell.host(),
            bound: cell.bound.as_deref(),
            budget,
            until_look: MESSAGES_BETWEEN_LOOKS,
            doom: None,
            has_crashed: false,
            woken: false,
            questions: None,
            beat: None,
            unanswered: None,
            _on_this_thread: std::marker::PhantomData,
        }
    }

    /// The actor's pid.
    #[inline]
    pub fn pid(&self) -> Pid {
        self.cell.pid()
    }

    /// Who spawned it, or [`NOBODY`](crate::pid::NOBODY).
    pub fn parent(&self) -> Pid {
        self.cell.parent
    }

    /// Takes one message off the budget. Returns whether the activation should yield: the budget is spent, or a more urgent
    /// actor waits.
    #[inline(always)]
    pub fn spend(&mut self) -> bool {
        self.budget.spend(|| self.cell.class(), || self.host.timers.now()) || self.is_pressed()
    }

    /// Whether what it did so far took less time than it takes to wake a worker. Never by a virtual clock, which stands still
    /// meanwhile.
    pub(crate) fn is_quick(&self) -> bool {
        let timers = self.host.timers;
        !matches!(timers.clock(), Clock::Virtual(_)) && self.budget.is_quick(|| timers.now())
    }

    /// Whether an actor waits that should not wait for the whole activation.
    #[inline(always)]
    pub fn is_pressed(&self) -> bool {
        // Of Realtime actors each has its turn.
        self.host.pressing.load(Ordering::Relaxed) != 0 && self.cell.class() != Qos::Realtime
    }

    /// Takes in what arrived: signals act, messages are sorted. Cheap when nothing came.
    #[inline]
    pub fn take_in(&mut self) {
        if self.cell.head.has_news() {
            deliver::take_in(self);
        }
    }

    /// Whether a signal ended the actor: the behaviour should return (any outcome) without doing more.
    #[inline(always)]
    pub fn is_doomed(&self) -> bool {
        self.doom.is_some()
    }

    /// Whether there was a wake-up since the last time. Takes in what arrived: whoever waits afterwards looks at messages
    /// behind this, not before it.
    #[inline(always)]
    pub fn take_wake(&mut self) -> bool {
        self.take_in();
        std::mem::take(&mut self.woken)
    }

    /// A question from another actor, to be answered at once. Those that are not taken reach
    /// [`Behaviour::asked`](super::Behaviour::asked) after the activation.
    pub fn take_question(&mut self) -> Option<Question> {
        self.questions.as_mut()?.0.pop_front()
    }

    /// Keeps a question until it is taken.
    pub(crate) fn ask(&mut self, question: Question) {
        self.questions.get_or_insert_default().0.push_back(question);
    }

    /// Whether questions may be left.
    #[inline(always)]
    pub(crate) fn has_questions(&self) -> bool {
        self.questions.is_some()
    }

    /// The next message whose turn it is; `None` when there is none or the actor is doomed.
    #[inline(always)]
    pub(crate) fn next_node(&mut self) -> Option<NodeBox> {
        let sorts = self.cell.sorts.get();
        if self.cell.queue.is_empty() || self.cell.take_urgent() || (sorts && self.is_time_to_look()) {
            self.take_in();
            if self.doom.is_some() {
                return None;
            }
        }
        loop {
            let node = if self.cell.sorts.get() { self.take_sorted() } else { self.cell.queue.pop() };
            let node = node?;
            if !node.is_accounted() {
                return Some(node);
            }
            if let Some(node) = self.settle(node) {
                return Some(node);
            }
        }
    }

    /// As [`next_node`](Activation::next_node), of an actor that only looks at the message: it is not counted off yet
    /// ([`settle`](Activation::settle)).
    #[cold]
    pub(super) fn next_unsettled(&mut self) -> Option<NodeBox> {
        self.take_in();
        match self.is_doomed() {
            true => None,
            false if self.cell.sorts.get() => self.take_sorted(),
            false => self.cell.queue.pop(),
        }
    }

    fn is_time_to_look(&mut self) -> bool {
        self.until_look = self.until_look.checked_sub(1).unwrap_or(MESSAGES_BETWEEN_LOOKS);
        self.until_look == 0
    }

    #[cold]
    fn take_sorted(&mut self) -> Option<NodeBox> {
        // SAFETY: we own the cell; the borrow ends here.
        let relations = unsafe { self.cell.relations() };
        relations
            .and_then(|relations| relations.lanes.as_ref())
            .and_then(|lanes| lanes.take(&self.cell.queue))
    }

    /// Gives back the message's credit and counts it off. Returns the message: itself, or what the ticket stands for.
    pub(super) fn settle(&mut self, node: NodeBox) -> Option<NodeBox> {
        let Some(bound) = self.bound else { return Some(node) };
        let mut message = node;
        if message.has_credit() {
            message.drop_credit();
            if is_ticket(&message) {
                message = bound.redeem(message.lane())?;
            } else {
                match bound.took(message.lane(), || self.is_quick()) {
                    Took::Plain => {}
                    Took::LetIn => (self.host.functions.share_work)(self.host, false),
                    Took::LetsInSoon => self.budget.end(),
                }
            }
        }
        self.cell.count_off(&message);
        self.begin(&message);
        Some(message)
    }

    /// The actor as the runtime's observer sees it, if there is one.
    fn observed(&self) -> Option<&'a Observed> {
        self.bound?.observed.as_ref()
    }

    /// The turn of a message has come.
    #[inline]
    pub(crate) fn begin(&self, node: &NodeBox) {
        if let Some(observed) = self.observed() {
            let handled = Handled {
                node: node.address(),
                pid: self.pid().to_bits(),
                message: node.vtable().type_name(),
                is_call: node.is_call(),
            };
            observed.begin(handled, self.now());
        }
    }

    /// An activation ends; what was being handled is done with if it `is_over`.
    pub(crate) fn pause(&self, is_over: bool) {
        match self.observed() {
            None => {}
            Some(observed) if is_over => observed.finish(self.now(), None),
            Some(observed) => observed.pause(self.now()),
        }
    }

    /// What ran panicked.
    #[cold]
    pub(crate) fn crash(&mut self, reason: ExitReason) {
        if self.doom.is_none() {
            self.has_crashed = self.cell.vtable.reports_crashes && !reason.is_orderly();
            self.doom = Some(reason);
        }
    }

    /// The actor ends, in the middle of what was being handled if anything was.
    pub(crate) fn fail(&self, reason: &ExitReason) {
        if let Some(observed) = self.observed() {
            let failure: &dyn std::fmt::Display = reason;
            observed.finish(self.now(), (!reason.is_orderly()).then_some(failure));
        }
    }

    /// Goes on with what was being handled, if anything was.
    pub(crate) fn go_on(&self) {
        if let Some(observed) = self.observed() {
            observed.go_on(self.now());
        }
    }

    /// What is begun now and goes on elsewhere belongs to what is being handled.
    pub(crate) fn follow(&self) -> Follow {
        self.observed().map(|_| Follow::current()).unwrap_or_default()
    }

    /// Says how many bytes the behaviour holds beside its state: snapshots show it, and it counts for the actor's
    /// [`MemoryLimit`](crate::MemoryLimit).
    pub fn set_held(&mut self, bytes: u64) {
        self.cell.set_held(bytes);
    }

    /// The limit on the actor's memory.
    pub fn memory_limit(&self) -> crate::MemoryLimit {
        self.cell.meter().map_or(crate::MemoryLimit::NONE, |meter| meter.limit())
    }

    /// The next thing whose turn it is, in lane order; `None` when there is none or the actor is doomed.
    #[inline]
    pub fn next_incoming(&mut self) -> Option<Incoming> {
        let node = self.next_node()?;
        if node.raises() {
            self.cell.lower();
        }
        self.cell.removals.set(self.cell.removals.get().wrapping_add(1));
        Some(incoming(node))
    }

    /// A cursor over the messages in arrival order; for behaviours with [`ARRIVAL_ORDER`](super::Behaviour::ARRIVAL_ORDER).
    /// `place` keeps where the last one stood. It starts at the front, without marks, when `place` is another actor's, or
    /// messages were taken in another way meanwhile.
    pub fn receive<'r>(&'r mut self, place: &'r mut Receive) -> Cursor<'r, 'a> {
        Cursor::new(self, place)
    }

    /// Whether exits of linked actors become messages.
    pub fn traps_exits(&self) -> bool {
        self.cell.traps_exits_now()
    }

    /// Sets it (`process_flag(trap_exit, _)`). Returns what it was.
    pub fn set_traps_exits(&mut self, traps: bool) -> bool {
        self.cell.traps_exits.swap(traps, Ordering::Relaxed)
    }

    /// The class by which the actor is scheduled: its own, or one that it inherits from a call.
    pub fn qos(&self) -> Qos {
        self.cell.class()
    }

    /// Sets its own class, from the next time on that the actor is scheduled.
    pub fn set_qos(&mut self, class: Qos) {
        self.cell.urgency.set_own(class as u8);
    }

    pub(crate) fn relations_mut(&mut self) -> &mut Relations {
        // SAFETY: we own the cell; the borrow of self keeps a second one from beginning.
        unsafe { self.cell.relations_mut() }
    }
}

/// What a node is to a behaviour.
#[inline(always)]
pub(crate) fn incoming(node: NodeBox) -> Incoming {
    if node.class.get() & class::SYSTEM == 0 { Incoming::Message(node) } else { system(node) }
}

#[cold]
fn system(node: NodeBox) -> Incoming {
    match Signal::from_node(node) {
        Ok(Signal::Exit { from, reason, .. }) => Incoming::Exit { from, reason },
        Ok(Signal::Down { from, reference, reason }) => {
            Incoming::Down(Down { monitor: reference, pid: from, reason })
        }
        Ok(other) => unreachable!("{other:?} is never released as a message"),
        Err(node) => Incoming::Message(node),
    }
}
