//! Native actors: the behaviour that calls Rust handlers.
//!
//! A plain handler is called straight on the worker. An async one is polled there, inside tokio's context; while it is
//! suspended its future borrows state and context, so nothing else of the actor runs: signals act at intake, and a
//! doomed actor drops the future first. `init` is the first thing that an actor may be in the middle of.

#![expect(
    unsafe_code,
    reason = "typed payloads, futures that borrow the state beside them, state that is not there yet"
)]

use super::activation::Activation;
use super::behaviour::{Behaviour, Outcome};
use super::context::{Context, Request};
use super::current;
use super::handler::{Actor, HandledKind, Handles, Unhandled};
use super::protocol::Protocol;
use super::start::Unborn;
use super::suspended::{AnyFuture, Beginning, Handling, Suspended};
use super::waker::waker;
use crate::message::node::{class, held_by_message};
use crate::message::{
    CallError, DeadLetter, DeadLetterCause, ExitReason, Message, NodeBox, NodeVtable, OwnedTerm, PayloadKind,
    exit,
};
use crate::observe::Dropped;
use crate::pid::Pid;
use dala_ir::abi::Word;
use std::mem::MaybeUninit;

/// The state of a native actor in its cell.
pub(crate) struct Native<A: Actor> {
    // Dropped first: it borrows state and context.
    pub(super) suspended: Option<Box<dyn Suspended<A>>>,
    /// There once `has_state`.
    state: MaybeUninit<A>,
    pub(super) context: Context<A>,
    has_state: bool,
    /// Whether the actor stays on one thread.
    is_pinned: bool,
    /// A future may borrow from within, so `&mut Native` must not claim to be the only way in.
    _borrowed: std::marker::PhantomPinned,
}

// SAFETY: all fields are Send but for `suspended`: an actor whose handler or `init` gives a future that is not Send
// (`LaterHere`) ends unless it is pinned (`must_be_pinned`), and a pinned actor's host has one worker, so that future stays on
// its thread.
unsafe impl<A: Actor + Send> Send for Native<A> {}

impl<A: Actor> std::fmt::Debug for Native<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(A::NAME)
    }
}

impl<A: Actor> Drop for Native<A> {
    fn drop(&mut self) {
        self.suspended = None;
        if std::mem::take(&mut self.has_state) {
            // SAFETY: `state` is initialised while `has_state` is set, and was cleared just now, so it is dropped once. The
            // future that may borrow it is gone.
            unsafe { self.state.assume_init_drop() };
        }
    }
}

/// Replies to a call of a message whose handler returns R.
#[inline(always)]
pub(crate) fn answer<R: crate::message::Reply>(call: Option<NodeBox>, reply: R) {
    if let Some(call) = call
        && let Some(handle) = call.take_reply()
    {
        // SAFETY: `answer` and `ActorRef::call` take the type from `Handles<M>::Reply` of the same M, so the handle's slot is
        // for an R; one made elsewhere is foreign and takes any reply by its own functions.
        unsafe { handle.answer(reply, |reply, to| to.answer(reply)) };
    }
}

/// What a typed node knows beside its payload: how to handle it. The node's vtable comes first, so that its address is
/// this one's.
#[repr(C)]
pub(crate) struct TypedVtable<A: Actor> {
    node: NodeVtable,
    run: fn(&mut Native<A>, NodeBox, &Activation<'_>),
}

struct VtableOf<A, M>(std::marker::PhantomData<(A, M)>);

impl<A: Handles<M>, M: Message> VtableOf<A, M> {
    const TYPED: TypedVtable<A> = TypedVtable {
        node: NodeVtable {
            receiver: Some(std::any::TypeId::of::<Native<A>>),
            message: Some(std::any::TypeId::of::<M>),
            shapes: Some(M::SHAPES),
            held: Some(held_by_message::<M>),
            ..NodeVtable::of::<M>(PayloadKind::Typed)
        },
        run: run_typed::<A, M>,
    };
}

/// A node that carries `message` to an actor of type A.
#[inline(always)]
pub(crate) fn typed_node<A: Handles<M>, M: Message>(message: M) -> NodeBox {
    let vtable: &'static TypedVtable<A> = &VtableOf::<A, M>::TYPED;
    // SAFETY: `VtableOf::<A, M>` is `NodeVtable::of::<M>`, with only receiver and shapes set besides.
    let mut node = unsafe { NodeBox::typed(&vtable.node, message) };
    if !matches!(A::LANE, crate::message::Lane::Normal) {
        node.set_lane(A::LANE);
    }
    node
}

#[inline]
fn run_typed<A: Handles<M>, M: Message>(native: &mut Native<A>, node: NodeBox, activation: &Activation<'_>) {
    let is_call = node.is_call();
    let raises = is_call && node.raises();
    if is_call && node.is_given_up() {
        if raises {
            activation.cell.lower();
        }
        return;
    }
    // SAFETY: this function stands in `VtableOf::<A, M>` only, and is called for nodes with that vtable, whose payload
    // `typed_node` made an M. It is moved out once: `move_payload` notes in the node that it is empty.
    let message: M = unsafe { node.move_payload() };
    if is_call {
        native.context.sender = None;
        current::set_deadline(node.deadline());
        native.context.call = Some(node);
    } else {
        native.context.sender = node.sender();
        // Freed before the handler runs: what it sends takes the same, warm block.
        // SAFETY: the payload was an M, as above, and moved out; the node is no call, so it holds no reply handle to drop.
        unsafe { node.free_moved::<M>() };
    }
    // SAFETY: `run` hands messages on only while `suspended` is empty, and until `begin` has set the state the actor's start is
    // suspended, so the state is there.
    let state = unsafe { native.state.assume_init_mut() };
    let handling = exit::Handling::<M>::begins();
    let handled = state.handle(message, &mut native.context).0;
    // SAFETY: only the lifetime changes. The future borrows `state` and `context`, which lie beside `suspended` in a cell that
    // does not move; while it is there nothing else uses them (`run`), and it is dropped before them (field order).
    let handled =
        unsafe { std::mem::transmute::<HandledKind<'_, A::Reply>, HandledKind<'static, A::Reply>>(handled) };
    match handled {
        HandledKind::Now(reply) => {
            if native.context.call.is_some() {
                answer(native.context.call.take(), reply);
            }
        }
        HandledKind::Later(future) => native.go_on::<M, _>(AnyFuture::Anywhere(future), activation),
        HandledKind::LaterHere(future) => {
            native.must_be_pinned();
            native.go_on::<M, _>(AnyFuture::Here(future), activation);
        }
        // A handler that did not take the reply has dropped the call.
        HandledKind::Delegated => drop(native.context.call.take()),
        HandledKind::DelegatedLater(future) => {
            drop(native.context.call.take());
            native.go_on::<M, _>(AnyFuture::Anywhere(future), activation);
        }
        HandledKind::DelegatedLaterHere(future) => {
            native.must_be_pinned();
            drop(native.context.call.take());
            native.go_on::<M, _>(AnyFuture::Here(future), activation);
        }
        HandledKind::Concurrent(concurrent) => native.context.go_on_beside(concurrent, activation),
        HandledKind::Blocking(blocking) => native.context.go_on_blocking(blocking, activation),
    }
    handling.end();
    if is_call {
        current::set_deadline(0);
        if raises {
            native.is_handled(activation);
        }
    }
}

impl<A: Actor> Native<A> {
    pub(super) fn new(state: A) -> Native<A> {
        Native {
            suspended: None,
            state: MaybeUninit::new(state),
            context: Context::new(),
            has_state: true,
            is_pinned: false,
            _borrowed: std::marker::PhantomPinned,
        }
    }

    /// An actor whose `init` makes the state when it first runs. One that is pinned runs on a host with one worker.
    pub(super) fn unborn(unborn: Unborn<A>, is_pinned: bool) -> Native<A> {
        let mut context = Context::new();
        context.call = unborn.spawner;
        Native {
            suspended: Some(Box::new(Beginning::Init(unborn.init))),
            state: MaybeUninit::uninit(),
            context,
            has_state: false,
            is_pinned,
            _borrowed: std::marker::PhantomPinned,
        }
    }

    /// # Panics
    /// When the actor may move between threads.
    pub(super) fn must_be_pinned(&self) {
        assert!(self.is_pinned, "a future that is not Send in an actor that is not pinned");
    }

    /// `init` is over.
    pub(super) fn begin(&mut self, made: Result<A, ExitReason>) -> Result<(), ExitReason> {
        let state = made?;
        self.state.write(state);
        self.has_state = true;
        answer(self.context.call.take(), ());
        Ok(())
    }

    /// The handler of a call that raised the actor's class returned.
    #[cold]
    fn is_handled(&mut self, activation: &Activation<'_>) {
        match &mut self.suspended {
            Some(suspended) => suspended.note_raised(),
            None => activation.cell.lower(),
        }
    }

    /// Polls a handler's future for the first time, and keeps it if it waits.
    #[inline]
    fn go_on<M: Message, R: crate::message::Reply>(
        &mut self,
        mut future: AnyFuture<R>,
        activation: &Activation<'_>,
    ) {
        let host = activation.cell.host();
        (host.functions.enter_tokio)(host);
        let waker = waker(activation.pid());
        let me = activation.pid();
        match current::holding_up(me, || future.poll(&mut std::task::Context::from_waker(&waker))) {
            std::task::Poll::Pending => {
                let deadline = current::deadline();
                self.suspended = Some(Box::new(Handling::<M, R>::new(future, deadline)));
            }
            std::task::Poll::Ready(reply) => {
                drop(future);
                answer(self.context.call.take(), reply);
            }
        }
    }

    /// Polls what is suspended, if it was woken or never ran. Returns whether the actor may go on with messages.
    #[cold]
    fn resume(&mut self, is_first: bool, activation: &mut Activation<'_>) -> Result<bool, ExitReason> {
        activation.take_in();
        if activation.is_doomed() || !(activation.take_wake() || is_first) {
            return Ok(false);
        }
        let Some(mut suspended) = self.suspended.take() else { return Ok(true) };
        let host = activation.cell.host();
        (host.functions.enter_tokio)(host);
        let waker = waker(activation.pid());
        current::set_deadline(suspended.deadline());
        let polled = current::holding_up(activation.pid(), || {
            suspended.poll(&mut std::task::Context::from_waker(&waker), self)
        });
        current::set_deadline(0);
        match polled {
            std::task::Poll::Pending => {
                self.suspended = Some(suspended);
                Ok(false)
            }
            std::task::Poll::Ready(done) => {
                if suspended.is_raised() {
                    activation.cell.lower();
                }
                done.map(|()| true)
            }
        }
    }

    pub(super) fn state(&mut self) -> (&mut A, &mut Context<A>) {
        debug_assert!(self.has_state);
        // SAFETY: hooks run only while `suspended` is empty, so the state is there (see `run_typed`).
        (unsafe { self.state.assume_init_mut() }, &mut self.context)
    }

    #[cold]
    fn special(&mut self, node: NodeBox, activation: &Activation<'_>) {
        match super::activation::incoming(node) {
            super::Incoming::Exit { from, reason } => {
                let (state, context) = self.state();
                state.on_exit(from, &reason, context);
            }
            super::Incoming::Down(down) => {
                let (state, context) = self.state();
                state.on_down(&down, context);
            }
            super::Incoming::Message(node) if node.is_system_request() => self.system(node),
            super::Incoming::Message(node) => match Self::read(&node) {
                Some(message) => self.typed(message, activation),
                None => self.foreign(node),
            },
        }
    }

    /// Handles a message of this actor's own.
    #[inline(always)]
    fn typed(&mut self, node: NodeBox, activation: &Activation<'_>) {
        // SAFETY: who sends a node of kind `Typed` has an `ActorRef<A>` of this very actor, or was held back by
        // `process::send`, which compares `NodeVtable::receiver`; so its vtable is the first field of a
        // `TypedVtable<A>`.
        let typed = unsafe { &*(&raw const *node.vtable()).cast::<TypedVtable<A>>() };
        (typed.run)(self, node, activation);
    }

    /// A message that was made for whoever reads it by its shape, if it is one that this actor takes: sent by an alias that
    /// was a term on its way.
    fn read(node: &NodeBox) -> Option<NodeBox> {
        let protocol = A::protocol()?.downcast_ref::<Protocol>()?;
        if node.is_call() || node.vtable().write_term.is_none() {
            return None;
        }
        let term = OwnedTerm::build(|writer| node.write_term(writer).unwrap_or(Word::NIL));
        let mut message = protocol.convert(term.root()).ok()?;
        if let Some(sender) = node.sender() {
            message.set_sender(sender);
        }
        Some(message)
    }

    fn foreign(&mut self, node: NodeBox) {
        self.context.sender = node.sender();
        let taken = match node.as_misfit() {
            Some(misfit) => Err(misfit.reason.clone()).map_err(|reason| (node, reason)),
            None => {
                let (state, context) = self.state();
                state.receive_foreign(node, context)
            }
        };
        if let Err((node, reason)) = taken {
            let pid = self.context.pid();
            node.fail_call(|| CallError::NotUnderstood(reason.as_str().into()));
            let mut message = Unhandled { node, reason };
            let (state, context) = self.state();
            state.unhandled(&mut message, context);
            if let Some(observed) = self.context.observed() {
                observed.dropped(Dropped::Misfit);
            }
            let letters = self.context.dead_letters();
            letters.record(|| DeadLetter {
                to: pid,
                message: message.text(),
                cause: DeadLetterCause::NotConverted(message.reason.clone()),
            });
        }
    }

    /// The mailbox is empty: calls the idle hook when that has lasted long enough, else sees to it that the actor wakes up
    /// then. Returns whether the hook ran.
    #[cold]
    fn idle(&mut self, activation: &mut Activation<'_>) -> bool {
        let Some(after) = A::IDLE_AFTER else { return false };
        let now = activation.now();
        let idle = &mut self.context.extras().idle;
        if std::mem::take(&mut idle.was_active) {
            idle.since = now;
            idle.is_over = false;
        }
        if idle.is_over {
            return false;
        }
        let due = idle.since.saturating_add(u64::try_from(after.as_nanos()).unwrap_or(u64::MAX));
        if now >= due {
            idle.is_over = true;
            let (state, context) = self.state();
            state.idle(context);
            return true;
        }
        // One timer at a time: an earlier one wakes, finds that there was activity, and is armed for the rest.
        if idle.wakes_at <= now {
            idle.wakes_at = due;
            activation.wake_after(std::time::Duration::from_nanos(due - now));
        }
        false
    }
}

impl<A: Actor> Behaviour for Native<A> {
    const ORDERLY_SHUTDOWN: bool = A::TERMINATES || A::TRAPS_EXITS;
    const TAKES_SYSTEM_REQUESTS: bool = true;

    #[inline]
    fn run(&mut self, activation: &mut Activation<'_>) -> Outcome {
        let is_first = self.context.set_cell(activation.cell);
        if self.suspended.is_some() {
            match self.resume(is_first, activation) {
                Ok(true) => {}
                Ok(false) => return Outcome::WaitingForWake,
                Err(reason) => {
                    // `init` says why there is no actor: its spawner learns it.
                    activation.doom.get_or_insert(reason);
                    return Outcome::WaitingForWake;
                }
            }
        }
        if is_first && A::IDLE_AFTER.is_some() {
            self.context.extras().idle.was_active = true;
        }
        loop {
            let node = if self.context.has_requests {
                match self.context.take_request() {
                    Request::Stop(reason) => return Outcome::Exited(reason),
                    Request::Yield => return Outcome::GaveWay,
                    Request::Continue(node) => node,
                    Request::Held(node) => match activation.settle(node) {
                        Some(node) => node,
                        None => continue,
                    },
                    Request::Wait => match self.next_system_request(activation) {
                        Ok(node) => node,
                        Err(outcome) => return outcome,
                    },
                    Request::None => continue,
                }
            } else {
                match activation.next_node() {
                    Some(node) => node,
                    None if A::IDLE_AFTER.is_some() && !activation.is_doomed() && self.idle(activation) => {
                        continue;
                    }
                    None => return Outcome::Waiting,
                }
            };
            let vtable = node.vtable();
            if let Some(beat) = activation.beat {
                beat.message(vtable);
            }
            if vtable.kind as u8 == PayloadKind::Typed as u8 && node.class.get() & class::SYSTEM == 0 {
                self.typed(node, activation);
            } else {
                if node.raises() {
                    activation.cell.lower();
                }
                self.special(node, activation);
            }
            if A::IDLE_AFTER.is_some() {
                self.context.extras().idle.was_active = true;
            }
            if self.suspended.is_some() {
                return Outcome::WaitingForWake;
            }
            if activation.spend() {
                return match self.context.take_stop() {
                    Some(reason) => Outcome::Exited(reason),
                    None => Outcome::Yielded,
                };
            }
        }
    }

    fn exiting(&mut self, reason: &ExitReason, activation: &mut Activation<'_>) {
        // The future goes first: it borrows the state. What is to be done at the end is done though its destructor panics.
        let suspended = self.suspended.take();
        exit::contain("the destructor of a handler's future", || drop(suspended));
        self.context.set_cell(activation.cell);
        activation.unanswered = self.context.call.take();
        // With what else is in the mailbox: callers learn of the end.
        self.context.take_held().into_iter().for_each(|node| activation.cell.queue.push(node));
        self.context.end_tasks();
        if self.has_state {
            let (state, context) = self.state();
            state.terminate(reason, context);
        }
    }

    fn name() -> &'static str {
        A::NAME
    }

    fn protocol() -> Option<&'static (dyn std::any::Any + Send + Sync)> {
        A::protocol()
    }
}

/// Whether `pid` names a native actor of type A.
pub(crate) fn is_native<A: Actor>(pid: Pid) -> bool {
    super::process::behaviour_of(pid) == Some(std::any::TypeId::of::<Native<A>>())
}
