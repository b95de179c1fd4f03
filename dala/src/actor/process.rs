//! What one can do to actors by pid, from anywhere; and what the running actor can do for itself, through its
//! [`Activation`].
//!
//! Names follow the Erlang functions they implement.

use super::activation::Activation;
use super::cell::{self, Header};
use super::reference::{DEFAULT_DEADLINE, asking, call_node};
use super::waker::wake_actor;
use crate::message::{
    Call, CallError, CallLimit, DeadLetterCause, ExitReason, ForeignReply, NodeBox, PayloadKind, ReplyHandle,
    ReplyValue, SystemRequest,
};
use crate::pid::{Pid, Ref, epoch};
use crate::signal::alias::AliasMode;
use crate::signal::deliver;
use crate::signal::ending;
pub use crate::signal::signal::Seen;
use crate::signal::signal::{Look, Question, Signal};
use crate::timer::{Action, TimerKey, Timers};
use dala_ir::term::OwnedTerm;
use std::task::Waker;
use std::time::Duration;

/// Sends a node. A bounded receiver takes it all the same (`!`).
///
/// # Errors
/// The node, when there is no such actor, or when it is a typed message for another type of actor.
#[inline]
pub fn send(to: Pid, node: NodeBox) -> Result<(), NodeBox> {
    let pin = epoch::pin();
    let Some(cell) = cell::lookup(to, &pin) else { return Err(node) };
    if !takes(cell, &node) {
        return Err(node);
    }
    super::current::count_send();
    cell.send(node)
}

/// Whether an actor may be sent this: a term, or a message that was made for its type.
fn takes(cell: &Header, node: &NodeBox) -> bool {
    let vtable = node.vtable();
    match vtable.kind {
        PayloadKind::Typed => vtable.receiver.is_some_and(|receiver| receiver() == (cell.vtable.type_id)()),
        PayloadKind::Foreign => true,
        PayloadKind::Signal => false,
    }
}

/// Sends a node; waits while the receiver's mailbox is full, as [`ActorRef::tell_wait`](super::ActorRef::tell_wait)
/// does.
///
/// # Errors
/// As [`send`], also when the receiver dies while this waits.
pub async fn send_wait(to: Pid, mut node: NodeBox) -> Result<(), NodeBox> {
    let bound = {
        let pin = epoch::pin();
        let Some(cell) = cell::lookup(to, &pin) else { return Err(node) };
        cell.bound.clone()
    };
    if let Some(bound) = bound.filter(|bound| bound.lets_wait()) {
        if !bound.take(node.lane()).await {
            return Err(node);
        }
        node.set_credit();
    }
    send(to, node)
}

/// The pid of the actor that runs on this thread (`self/0`), or [`NOBODY`](crate::pid::NOBODY).
pub fn running() -> Pid {
    super::current::pid()
}

/// Whether the actor lives.
pub fn is_alive(pid: Pid) -> bool {
    let pin = epoch::pin();
    cell::lookup(pid, &pin).is_some_and(|cell| !cell.head.is_closed())
}

/// The type id of an actor's behaviour.
pub fn behaviour_of(pid: Pid) -> Option<std::any::TypeId> {
    let pin = epoch::pin();
    cell::lookup(pid, &pin).map(|cell| (cell.vtable.type_id)())
}

/// The name of an actor's type, for people.
pub fn name_of_type(pid: Pid) -> Option<&'static str> {
    let pin = epoch::pin();
    cell::lookup(pid, &pin).map(|cell| (cell.vtable.name)())
}

/// Waits until an actor is dead, and gives the reason of its end; [`ExitReason::NoProc`] when it was dead before. For those
/// that are no actor; others have monitors. The call fails when the actor's runtime goes down first.
pub fn ended(pid: Pid) -> Call<ExitReason> {
    let (call, reply) = Call::new(CallLimit::None);
    if let Err(signal) = deliver::send(pid, Signal::TellEnd(reply)) {
        ending::gone(pid, signal);
    }
    call
}

/// The protocol table of an actor's behaviour ([`Behaviour::protocol`](super::Behaviour::protocol)).
pub fn protocol_of(pid: Pid) -> Option<&'static (dyn std::any::Any + Send + Sync)> {
    let pin = epoch::pin();
    cell::lookup(pid, &pin).and_then(|cell| (cell.vtable.protocol)())
}

/// The parent of an actor, or [`NOBODY`](crate::pid::NOBODY).
pub fn parent_of(pid: Pid) -> Option<Pid> {
    let pin = epoch::pin();
    cell::lookup(pid, &pin).map(|cell| cell.parent)
}

/// Sends an exit signal (`exit/2`). `from` is who is said to send it.
pub fn exit(from: Pid, to: Pid, reason: ExitReason) {
    deliver::send_or_forget(to, Signal::Exit { from, reason, by_link: false });
}

/// Links two actors, neither of which need be the one that runs: `of` does it as soon as it takes signals in.
///
/// # Errors
/// When there is no `of`.
pub fn link(of: Pid, with: Pid) -> Result<(), NoActor> {
    deliver::send(of, Signal::LinkWith { peer: with }).map_err(|_| NoActor)
}

/// How much an actor has to do, as far as one can tell from outside: messages of Rust senders that wait, if its mailbox is
/// bounded, and one if it is doing something. None if it is dead.
pub fn load(pid: Pid) -> Option<usize> {
    let pin = epoch::pin();
    let cell = cell::lookup(pid, &pin)?;
    let waiting = cell.bound.as_ref().map_or(0, |bound| bound.load());
    (!cell.head.is_closed()).then(|| waiting + usize::from(!cell.head.is_at_rest()))
}

/// Notes a message that an actor did not get because its mailbox was full.
pub(crate) fn missed(pid: Pid, message: &'static str) {
    let pin = epoch::pin();
    if let Some(cell) = cell::lookup(pid, &pin) {
        cell.bury(message, DeadLetterCause::Overflow);
    }
}

/// Kills an actor, whatever it does at the moment, unless its handler never returns.
pub fn kill(pid: Pid) {
    exit(super::current::pid(), pid, ExitReason::Kill);
}

/// Ends an actor for what panicked elsewhere on its behalf: as a panic of its own, which it cannot trap.
pub(crate) fn fail(pid: Pid, reason: ExitReason) {
    deliver::send_or_forget(pid, Signal::Failed(reason));
}

/// Puts a question to an actor's behaviour; it is answered between two messages. Returns the question when the actor does
/// not exist.
///
/// # Errors
/// The question, when there is no such actor.
pub fn ask(to: Pid, question: Question) -> Result<(), Question> {
    deliver::send(to, Signal::Ask(question)).map_err(|signal| match signal {
        Signal::Ask(question) => question,
        _ => unreachable!("what was sent comes back"),
    })
}

/// Has an actor show what only it knows, between two messages; `show` runs in it, so it must be short. It is dropped, not
/// run, when the actor ends first.
///
/// # Errors
/// When there is no such actor.
pub fn look(at: Pid, show: impl FnOnce(Seen) + Send + 'static) -> Result<(), NoActor> {
    deliver::send(at, Signal::Look(Look(Box::new(show)))).map_err(|_| NoActor)
}

/// There is no actor with this pid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such actor")]
pub struct NoActor;

/// Asks a native actor something that is not one of its own messages: its state, to wait, to end. The reply is a term as
/// OTP's `sys` gets it ([`SystemRequest`]). Other actors are asked nothing: the call fails.
///
/// ```
/// use dala::actor::process;
/// use dala::message::SystemRequest;
///
/// #[derive(Debug)]
/// struct Counter { total: i64 }
///
/// #[dala::actor]
/// impl Counter {
///     #[message]
///     fn add(&mut self, by: i64) {
///         self.total += by;
///     }
/// }
///
/// #[dala::main]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let counter = Counter { total: 1 }.spawn()?;
///     process::request(counter.pid(), SystemRequest::Suspend).await?;
///     counter.tell(Add { by: 41 })?;
///     let state = process::request(counter.pid(), SystemRequest::State).await?;
///     assert!(format!("{state:?}").contains("Counter { total: 1 }"));
///     process::request(counter.pid(), SystemRequest::Resume).await?;
///     let state = process::request(counter.pid(), SystemRequest::State).await?;
///     assert!(format!("{state:?}").contains("Counter { total: 42 }"));
///     Ok(())
/// }
/// ```
pub fn request(of: Pid, request: SystemRequest) -> Call<OwnedTerm> {
    let pin = epoch::pin();
    let Some(cell) = cell::lookup(of, &pin) else { return Call::failed(CallError::NoProc) };
    if !cell.vtable.takes_system_requests {
        let why = format!("a {} takes no system messages", (cell.vtable.name)());
        return Call::failed(CallError::NotUnderstood(why.into()));
    }
    let (call, reply) = Call::new(CallLimit::None);
    let mut node = NodeBox::system(request);
    node.set_reply(reply);
    match cell.send(node) {
        Ok(()) => call,
        Err(_) => Call::failed(CallError::NoProc),
    }
}

/// Calls an actor with a message that a frontend made, for a reply that is a term. As with
/// [`ActorRef::call_timeout`](super::ActorRef::call_timeout) the message is sent at once, the callee's end and the
/// deadline (if there is a limit) fail the call, and so does a full mailbox of a native actor; deadline and class of whoever calls
/// are inherited.
///
/// A native actor gets `message` as a call that is not Rust's; one that neither is native nor
/// [answers terms](super::Behaviour::ANSWERS_TERMS) is sent it, and the call fails when it lets go of it.
pub fn call(to: Pid, message: NodeBox, limit: Option<Duration>) -> Call<OwnedTerm> {
    let pin = epoch::pin();
    let Some(cell) = cell::lookup(to, &pin) else { return Call::failed(CallError::NoProc) };
    if !takes(cell, &message) {
        return Call::failed(CallError::NotUnderstood("a message for another type of actor".into()));
    }
    let is_plain = cell.vtable.answers_terms;
    call_node(to, limit, limit.is_some_and(|limit| limit != DEFAULT_DEADLINE), |reply| {
        asking(
            message,
            if is_plain {
                reply
            } else {
                ReplyHandle::foreign(Box::new(AsTerm { reply, caller: super::current::pid() }))
            },
        )
    })
}

/// Makes a term of whatever a native actor replies.
struct AsTerm {
    reply: ReplyHandle,
    caller: Pid,
}

impl ForeignReply for AsTerm {
    fn answer(self: Box<Self>, value: &dyn ReplyValue) {
        self.reply.answer_term(OwnedTerm::build(|writer| value.write(writer)));
    }

    fn fail(self: Box<Self>, failure: CallError) {
        self.reply.fail(failure);
    }

    fn caller(&self) -> Option<Pid> {
        (self.caller != crate::pid::NOBODY).then_some(self.caller)
    }
}

/// Whether the actor has a mailbox of limited capacity.
pub fn is_bounded(pid: Pid) -> bool {
    let pin = epoch::pin();
    cell::lookup(pid, &pin).is_some_and(Header::is_bounded)
}

/// A waker that wakes an actor's behaviour. It costs nothing to make.
pub fn waker(pid: Pid) -> Waker {
    super::waker::waker(pid)
}

/// Wakes an actor's behaviour ([`Activation::take_wake`]).
pub fn wake(pid: Pid) {
    wake_actor(pid);
}

/// A timer of some actor's runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timer {
    timers: &'static Timers,
    key: TimerKey,
}

impl PartialEq for Timers {
    fn eq(&self, other: &Timers) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Timers {}

impl Timer {
    pub(crate) fn arm(
        timers: &'static Timers,
        after: Duration,
        run: impl FnOnce() + Send + 'static,
    ) -> Timer {
        let key = timers.arm(timers.deadline(after), Action::Run(Box::new(run)));
        Timer { timers, key }
    }

    /// Takes the timer off. Returns the time that was left, or nothing when it fired already.
    pub fn cancel(self) -> Option<Duration> {
        self.timers.cancel(self.key)
    }

    /// The time that is left, or nothing when it fired already.
    pub fn remaining(self) -> Option<Duration> {
        self.timers.remaining(self.key)
    }
}

impl Activation<'_> {
    /// Links this actor with `peer` (`link/1`). If `peer` does not exist, an exit signal with reason `noproc` comes back.
    pub fn link(&mut self, peer: Pid) {
        if let Err(signal) = self.ask_for_link(peer) {
            ending::gone(peer, signal);
        }
    }

    /// As [`link`](Activation::link), for those who want to know at once: when `peer` does not exist there is no link, and no
    /// signal comes.
    ///
    /// # Errors
    /// When there is no `peer`.
    pub fn try_link(&mut self, peer: Pid) -> Result<(), NoActor> {
        self.ask_for_link(peer).map_err(|_| {
            self.relations_mut().links.forget(peer);
            NoActor
        })
    }

    /// Gives back the signal that `peer` cannot get.
    fn ask_for_link(&mut self, peer: Pid) -> Result<(), Signal> {
        let from = self.pid();
        if peer == from {
            return Ok(());
        }
        match self.relations_mut().links.ask(peer) {
            Some(id) => deliver::send(peer, Signal::Link { from, id }),
            None => Ok(()),
        }
    }

    /// Ends the link with `peer` (`unlink/1`): from now on its end is nothing to this actor. An EXIT message that
    /// arrived already stays.
    pub fn unlink(&mut self, peer: Pid) {
        let from = self.pid();
        if peer == from {
            return;
        }
        // An exit signal that arrived already acts before.
        self.take_in();
        if let Some(ids) = self.relations_mut().links.forget(peer) {
            deliver::send_or_forget(peer, Signal::Unlink { from, made: ids.made, told: ids.told });
        }
    }

    /// Whether this actor is linked with `peer`, as far as it knows.
    pub fn is_linked(&mut self, peer: Pid) -> bool {
        self.relations_mut().links.contains(peer)
    }

    /// The linked actors (`process_info(_, links)`).
    pub fn links(&mut self) -> Vec<Pid> {
        self.relations_mut().links.peers().collect()
    }

    /// Watches `pid` (`monitor/2`): a DOWN message comes when it ends, at once if it does not exist. With `alias` the
    /// returned reference is also an alias.
    pub fn monitor(&mut self, pid: Pid, alias: Option<AliasMode>) -> Ref {
        let reference = Ref::fresh();
        let from = self.pid();
        let relations = self.relations_mut();
        if let Some(mode) = alias {
            relations.aliases.activate(reference, mode);
        }
        if pid == from {
            return reference;
        }
        relations.monitors.watched.insert(reference, pid);
        if let Err(signal) = deliver::send(pid, Signal::Monitor { from, reference }) {
            ending::gone(pid, signal);
        }
        reference
    }

    /// Stops watching. Returns whether it was watching; a DOWN message may be in the mailbox already
    /// ([`Cursor::flush_down`](crate::mailbox::receive::Cursor::flush_down)).
    pub fn demonitor(&mut self, monitor: Ref) -> bool {
        let relations = self.relations_mut();
        relations.aliases.monitor_ended(monitor);
        let watched = relations.monitors.watched.remove(&monitor);
        if let Some(pid) = watched {
            deliver::send_or_forget(pid, Signal::Demonitor { reference: monitor });
        }
        watched.is_some()
    }

    /// Keeps a call that was taken out of the mailbox, to be answered by `reference`. It fails when this actor ends; those whose
    /// callers gave up are forgotten in time.
    pub fn hold_call(&mut self, reference: Ref, reply: ReplyHandle) {
        self.relations_mut().calls.hold(reference, reply);
    }

    /// The call that [`hold_call`](Activation::hold_call) kept under `reference`, unless it was taken or given up.
    pub fn take_call(&mut self, reference: Ref) -> Option<ReplyHandle> {
        self.relations_mut().calls.take(reference)
    }

    /// Whom this actor watches, and by which monitors (`process_info(_, monitors)`).
    pub fn monitors(&mut self) -> Vec<(Ref, Pid)> {
        self.relations_mut().monitors.watched.iter().map(|(&reference, &pid)| (reference, pid)).collect()
    }

    /// Who watches this actor (`process_info(_, monitored_by)`).
    pub fn monitored_by(&mut self) -> Vec<Pid> {
        self.relations_mut().monitors.watchers.values().copied().collect()
    }

    /// A new alias of this actor (`alias/1`). [`AliasMode::Demonitor`] is as `Explicit` here.
    pub fn alias(&mut self, mode: AliasMode) -> Ref {
        let alias = Ref::fresh();
        self.relations_mut().aliases.activate(alias, mode);
        alias
    }

    /// Deactivates an alias (`unalias/1`). Returns whether it was active.
    pub fn unalias(&mut self, alias: Ref) -> bool {
        self.relations_mut().aliases.deactivate(alias)
    }

    /// Wakes this actor after some time ([`Activation::take_wake`]): for `receive ... after`.
    pub fn wake_after(&mut self, after: Duration) -> Timer {
        let pid = self.pid();
        Timer::arm(self.cell.host().timers, after, move || wake_actor(pid))
    }

    /// Sends `node` to `to` after some time (`erlang:send_after/3`).
    ///
    /// Cancelled when this actor ends, if it is `to`.
    pub fn send_after(&mut self, after: Duration, to: Pid, node: NodeBox) -> Timer {
        let timer = Timer::arm(self.cell.host().timers, after, move || drop(send(to, node)));
        if to == self.pid() {
            self.relations_mut().timers.add(timer.timers, timer.key);
        }
        timer
    }

    /// Runs something short on the timer thread after some time.
    pub fn run_after(&mut self, after: Duration, run: impl FnOnce() + Send + 'static) -> Timer {
        Timer::arm(self.cell.host().timers, after, run)
    }

    /// Messages that reached nobody, of this actor's runtime.
    pub fn dead_letters(&self) -> &crate::message::DeadLetters {
        &self.cell.host().dead_letters
    }

    /// Nanoseconds on the clock of this actor's runtime.
    pub fn now(&self) -> u64 {
        self.cell.host().timers.now()
    }
}
