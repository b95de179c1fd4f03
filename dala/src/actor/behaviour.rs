//! The seam between actors and what runs in them.
//!
//! The core owns mailbox, signals, links, monitors, names and lifecycle for every actor alike; a [`Behaviour`] only says
//! what happens in an activation. Native Rust actors (`native`), futures (`task`), supervisors,
//! the BEAM frontend's processes and scripted ones in tests are behaviours.
//!
//! # For frontends: everything an Erlang process needs
//! - **Spawn**: `spawn` with [`SpawnOptions`](super::spawn::SpawnOptions): parent link and monitor are set up before the
//!   child runs.
//! - **Send**: build a [`NodeBox`](crate::message::NodeBox) with a static [`NodeVtable`](crate::message::NodeVtable) of your own and
//!   [`process::send`](super::process::send) it to a pid (or by alias).
//! - **Receive**: [`ARRIVAL_ORDER`](Behaviour::ARRIVAL_ORDER)` = true`, then [`Activation::receive`]: a cursor over the messages in
//!   arrival order (peek, advance, take, marks). EXIT and DOWN messages appear in it as [`Received`](crate::mailbox::receive::Received).
//! - **Wait**: return [`Outcome::Waiting`]; any message schedules the actor again. `receive ... after`: arm a timer with
//!   [`Activation::wake_after`]; [`Activation::take_wake`] tells a wake-up from a message.
//! - **Signals**: [`process`](super::process) has exit, link, unlink, monitor, demonitor, aliases, names for the running actor, and questions
//!   to other actors ([`process::ask`](super::process::ask)), which reach [`Behaviour::asked`].
//! - **Preemption**: return [`Outcome::Yielded`] when the budget is spent; call [`Activation::take_in`] at safepoints where signals
//!   must act, and give up with [`Outcome::Waiting`] when [`Activation::is_doomed`].

#![expect(unsafe_code, reason = "casts a cell's state to the behaviour that the vtable was made for")]

use super::activation::Activation;
use super::cell::{self, Header};
use crate::message::ExitReason;
use crate::signal::signal::Question;
use std::alloc::Layout;
use std::any::TypeId;

/// How an activation ended.
#[derive(Debug)]
#[must_use]
pub enum Outcome {
    /// The budget is spent, there is more to do.
    Yielded,
    /// There may be more to do, but what the activation woke goes first.
    GaveWay,
    /// There is nothing to do until something arrives.
    Waiting,
    /// Something was begun that only a wake-up continues; messages do not schedule the actor meanwhile, signals act.
    WaitingForWake,
    /// The actor is done.
    Exited(ExitReason),
}

/// What runs in an actor.
pub trait Behaviour: Sized + 'static {
    /// Messages are taken in arrival order through [`Activation::receive`], whatever their lanes.
    const ARRIVAL_ORDER: bool = false;
    /// Shutdown waits for the end of this actor before it goes on to the one started before.
    const ORDERLY_SHUTDOWN: bool = false;

    /// Whether it answers [`SystemRequest`](crate::message::SystemRequest)s.
    const TAKES_SYSTEM_REQUESTS: bool = false;

    /// Whether it answers calls whose messages are terms: takes their replies ([`Node::take_reply`](crate::message::Node::take_reply)),
    /// and answers them, at once or by reference ([`Activation::hold_call`]), with terms only.
    const ANSWERS_TERMS: bool = false;

    /// Whether people are told when it ends by itself, with a reason that is no orderly one.
    const REPORTS_CRASHES: bool = true;

    /// One activation. A panic in it is the actor's exit.
    fn run(&mut self, activation: &mut Activation<'_>) -> Outcome;

    /// The actor ends with `reason`; nobody knows yet. Called once, also after a panic. Its state is dropped next.
    fn exiting(&mut self, reason: &ExitReason, activation: &mut Activation<'_>) {
        let _ = (reason, activation);
    }

    /// Another actor asked something that is not a message ([`process::ask`](super::process::ask)). Called between activations.
    fn asked(&mut self, question: Question, activation: &mut Activation<'_>) {
        let _ = (question, activation);
    }

    /// The behaviour that others take it for: typed messages for that one reach it.
    #[doc(hidden)]
    fn stands_for() -> TypeId {
        TypeId::of::<Self>()
    }

    /// For people: what it is.
    fn name() -> &'static str {
        std::any::type_name::<Self>()
    }

    /// The protocol table by which foreign senders convert messages, if it has one; the frontend knows the type.
    fn protocol() -> Option<&'static (dyn std::any::Any + Send + Sync)> {
        None
    }
}

/// An [`Outcome`] as the worker gets it: in a register. That the actor is done is in the activation's `doom`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Verdict {
    Yielded,
    GaveWay,
    Waiting,
    WaitingForWake,
}

/// What a cell knows of its behaviour.
pub(crate) struct CellVtable {
    pub(crate) run: unsafe fn(&Header, &mut Activation<'_>) -> Verdict,
    pub(crate) exiting: unsafe fn(&Header, &ExitReason, &mut Activation<'_>),
    pub(crate) asked: unsafe fn(&Header, Question, &mut Activation<'_>),
    /// Drops the state in place.
    pub(crate) drop_state: unsafe fn(&Header),
    pub(crate) state_offset: usize,
    pub(crate) layout: Layout,
    pub(crate) arrival_order: bool,
    pub(crate) orderly_shutdown: bool,
    pub(crate) takes_system_requests: bool,
    pub(crate) answers_terms: bool,
    pub(crate) reports_crashes: bool,
    pub(crate) type_id: fn() -> TypeId,
    pub(crate) name: fn() -> &'static str,
    pub(crate) protocol: fn() -> Option<&'static (dyn std::any::Any + Send + Sync)>,
}

impl std::fmt::Debug for CellVtable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str((self.name)())
    }
}

unsafe fn run<B: Behaviour>(cell: &Header, activation: &mut Activation<'_>) -> Verdict {
    // SAFETY: the caller owns the cell, whose vtable was made for B.
    let state = unsafe { &mut *cell.state().cast::<B>() };
    match state.run(activation) {
        Outcome::Yielded => Verdict::Yielded,
        Outcome::GaveWay => Verdict::GaveWay,
        Outcome::Waiting => Verdict::Waiting,
        Outcome::WaitingForWake => Verdict::WaitingForWake,
        Outcome::Exited(reason) => {
            activation.has_crashed = B::REPORTS_CRASHES && !reason.is_orderly();
            activation.doom.get_or_insert(reason);
            Verdict::Waiting
        }
    }
}

unsafe fn exiting<B: Behaviour>(cell: &Header, reason: &ExitReason, activation: &mut Activation<'_>) {
    // SAFETY: as in `run`.
    let state = unsafe { &mut *cell.state().cast::<B>() };
    state.exiting(reason, activation);
}

unsafe fn asked<B: Behaviour>(cell: &Header, question: Question, activation: &mut Activation<'_>) {
    // SAFETY: as in `run`.
    let state = unsafe { &mut *cell.state().cast::<B>() };
    state.asked(question, activation);
}

unsafe fn drop_state<B>(cell: &Header) {
    // SAFETY: as in `run`; called once, at the end.
    unsafe { cell.state().cast::<B>().drop_in_place() }
}

struct VtableOf<B>(std::marker::PhantomData<B>);

impl<B: Behaviour> VtableOf<B> {
    const VTABLE: CellVtable = CellVtable {
        run: run::<B>,
        exiting: exiting::<B>,
        asked: asked::<B>,
        drop_state: drop_state::<B>,
        state_offset: cell::state_offset::<B>(),
        layout: cell::layout_of::<B>(),
        arrival_order: B::ARRIVAL_ORDER,
        orderly_shutdown: B::ORDERLY_SHUTDOWN,
        takes_system_requests: B::TAKES_SYSTEM_REQUESTS,
        answers_terms: B::ANSWERS_TERMS,
        reports_crashes: B::REPORTS_CRASHES,
        type_id: B::stands_for,
        name: B::name,
        protocol: B::protocol,
    };
}

impl CellVtable {
    pub(crate) fn of<B: Behaviour>() -> &'static CellVtable {
        &VtableOf::<B>::VTABLE
    }
}
