//! Native actors: the behaviour that calls Rust handlers.
//!
//! A plain handler is called straight on the worker. An async one is polled there, inside tokio's context; while it is
//! suspended its future borrows state and context, so nothing else of the actor runs: signals act at intake, and a
//! doomed actor drops the future first.

#![expect(unsafe_code, reason = "typed payloads, and futures that borrow the state beside them")]

use super::activation::Activation;
use super::behaviour::{Behaviour, Outcome};
use super::context::Context;
use super::handler::{Actor, HandledKind, Handles, Unhandled};
use super::waker::waker;
use crate::message::node::class;
use crate::message::{
    CallError, DeadLetter, DeadLetterCause, ExitReason, Message, NodeBox, NodeVtable, PayloadKind,
};
use crate::pid::Pid;
use std::future::Future;
use std::pin::Pin;
use std::task::Poll;

/// The state of a native actor in its cell.
pub(crate) struct Native<A: Actor> {
    // Dropped first: it borrows state and context.
    suspended: Option<Box<dyn Suspended>>,
    /// The call that is being handled.
    call: Option<NodeBox>,
    pub(super) state: A,
    pub(super) context: Context<A>,
    /// Whether the actor stays on one thread.
    is_pinned: bool,
    /// A future may borrow from within, so `&mut Native` must not claim to be the only way in.
    _borrowed: std::marker::PhantomPinned,
}

// SAFETY: a suspended future is Send unless the actor is pinned (`run_typed` refuses others), and a pinned actor's host
// has one worker.
unsafe impl<A: Actor + Send> Send for Native<A> {}

impl<A: Actor> std::fmt::Debug for Native<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(A::NAME)
    }
}

/// A handler's future that waits.
trait Suspended {
    /// Polls on; when it is ready, replies to `call`.
    fn poll(&mut self, context: &mut std::task::Context<'_>, call: &mut Option<NodeBox>) -> Poll<()>;
}

enum AnyFuture<R> {
    Anywhere(Pin<Box<dyn Future<Output = R> + Send>>),
    Here(Pin<Box<dyn Future<Output = R>>>),
}

impl<R: crate::message::Reply> Suspended for AnyFuture<R> {
    fn poll(&mut self, context: &mut std::task::Context<'_>, call: &mut Option<NodeBox>) -> Poll<()> {
        let reply = match self {
            AnyFuture::Anywhere(future) => future.as_mut().poll(context),
            AnyFuture::Here(future) => future.as_mut().poll(context),
        };
        reply.map(|reply| answer(call.take(), reply))
    }
}

/// Replies to a call of a message whose handler returns R.
#[inline(always)]
fn answer<R: crate::message::Reply>(call: Option<NodeBox>, reply: R) {
    if let Some(call) = call
        && let Some(handle) = call.take_reply()
    {
        // SAFETY: `ActorRef::call` made the handle for the reply type of the same handler, or it is foreign.
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
            shapes: Some(M::SHAPES),
            ..NodeVtable::of::<M>(PayloadKind::Typed)
        },
        run: run_typed::<A, M>,
    };
}

/// A node that carries `message` to an actor of type A.
#[inline(always)]
pub(crate) fn typed_node<A: Handles<M>, M: Message>(message: M) -> NodeBox {
    let vtable: &'static TypedVtable<A> = &VtableOf::<A, M>::TYPED;
    // SAFETY: the vtable of M.
    let mut node = unsafe { NodeBox::typed(&vtable.node, message) };
    if !matches!(A::LANE, crate::message::Lane::Normal) {
        node.set_lane(A::LANE);
    }
    node
}

#[inline]
fn run_typed<A: Handles<M>, M: Message>(native: &mut Native<A>, node: NodeBox, activation: &Activation<'_>) {
    // SAFETY: the vtable of this node has this function for payloads of type M.
    let message: M = unsafe { node.move_payload() };
    if node.is_call() {
        native.context.sender = None;
        native.call = Some(node);
    } else {
        native.context.sender = node.sender();
        // Freed before the handler runs: what it sends takes the same, warm block.
        // SAFETY: this function is of the vtable for M, the payload was moved out above, and it is no call.
        unsafe { node.free_moved::<M>() };
    }
    let handled = native.state.handle(message, &mut native.context);
    let mut future = match handled.0 {
        HandledKind::Now(reply) => {
            if native.call.is_some() {
                answer(native.call.take(), reply);
            }
            return;
        }
        // SAFETY: see `Native`: the future is dropped before state and context are used again or dropped.
        HandledKind::Later(future) => AnyFuture::Anywhere(unsafe { unbound(future) }),
        HandledKind::LaterHere(future) => {
            assert!(native.is_pinned, "a future that is not Send in an actor that is not pinned");
            // SAFETY: as above.
            AnyFuture::Here(unsafe { unbound_here(future) })
        }
    };
    let host = activation.cell.host();
    (host.functions.enter_tokio)(host);
    let waker = waker(activation.pid());
    if future.poll(&mut std::task::Context::from_waker(&waker), &mut native.call).is_pending() {
        native.suspended = Some(Box::new(future));
    }
}

type Unbound<R> = Pin<Box<dyn Future<Output = R> + Send>>;

/// # Safety
/// The result is dropped before what it borrows.
unsafe fn unbound<R>(future: Pin<Box<dyn Future<Output = R> + Send + '_>>) -> Unbound<R> {
    // SAFETY: only the lifetime changes (caller).
    unsafe { std::mem::transmute(future) }
}

/// # Safety
/// The result is dropped before what it borrows.
unsafe fn unbound_here<R>(future: Pin<Box<dyn Future<Output = R> + '_>>) -> Pin<Box<dyn Future<Output = R>>> {
    // SAFETY: only the lifetime changes (caller).
    unsafe { std::mem::transmute(future) }
}

impl<A: Actor> Native<A> {
    pub(super) fn new(state: A, is_pinned: bool) -> Native<A> {
        let context = Context::new();
        Native {
            suspended: None,
            call: None,
            state,
            context,
            is_pinned,
            _borrowed: std::marker::PhantomPinned,
        }
    }

    /// Polls the suspended handler if it was woken. Returns whether the actor may go on with messages.
    fn resume(&mut self, activation: &mut Activation<'_>) -> bool {
        let Some(suspended) = &mut self.suspended else { return true };
        activation.take_in();
        if activation.is_doomed() || !activation.take_wake() {
            return false;
        }
        let host = activation.cell.host();
        (host.functions.enter_tokio)(host);
        let waker = waker(activation.pid());
        if suspended.poll(&mut std::task::Context::from_waker(&waker), &mut self.call).is_pending() {
            return false;
        }
        self.suspended = None;
        true
    }

    #[cold]
    fn special(&mut self, node: NodeBox) {
        match super::activation::incoming(node) {
            super::Incoming::Exit { from, reason } => self.state.on_exit(from, &reason, &mut self.context),
            super::Incoming::Down(down) => self.state.on_down(&down, &mut self.context),
            super::Incoming::Message(node) => self.foreign(node),
        }
    }

    fn foreign(&mut self, node: NodeBox) {
        self.context.sender = node.sender();
        let taken = match node.as_misfit() {
            Some(misfit) => Err(misfit.reason.clone()).map_err(|reason| (node, reason)),
            None => self.state.receive_foreign(node, &mut self.context),
        };
        if let Err((node, reason)) = taken {
            let pid = self.context.pid();
            node.fail_call(|| CallError::NotUnderstood(reason.as_str().into()));
            let mut message = Unhandled { node, reason };
            self.state.unhandled(&mut message, &mut self.context);
            let letters = self.context.dead_letters();
            letters.record(|| DeadLetter {
                to: pid,
                message: message.text(),
                cause: DeadLetterCause::NotConverted(message.reason.clone()),
            });
        }
    }
}

impl<A: Actor> Behaviour for Native<A> {
    const ORDERLY_SHUTDOWN: bool = A::TERMINATES || A::TRAPS_EXITS;

    #[inline]
    fn run(&mut self, activation: &mut Activation<'_>) -> Outcome {
        if self.suspended.is_none() {
            self.context.set_cell(activation.cell);
        } else if !self.resume(activation) {
            return Outcome::WaitingForWake;
        }
        loop {
            if let Some(reason) = self.context.stop.take() {
                return Outcome::Exited(reason);
            }
            let Some(node) = activation.next_node() else { return Outcome::Waiting };
            let vtable = node.vtable();
            if vtable.kind as u8 == PayloadKind::Typed as u8 && node.class.get() & class::SYSTEM == 0 {
                // SAFETY: typed nodes in this mailbox have the vtable of an actor of type A (`ActorRef<A>`, `process::send`).
                let typed = unsafe { &*(&raw const *vtable).cast::<TypedVtable<A>>() };
                (typed.run)(self, node, activation);
            } else {
                self.special(node);
            }
            if self.suspended.is_some() {
                return Outcome::WaitingForWake;
            }
            if activation.spend() {
                return match self.context.stop.take() {
                    Some(reason) => Outcome::Exited(reason),
                    None => Outcome::Yielded,
                };
            }
        }
    }

    fn exiting(&mut self, reason: &ExitReason, activation: &mut Activation<'_>) {
        // The future goes first: it borrows the state.
        self.suspended = None;
        self.context.set_cell(activation.cell);
        activation.unanswered = self.call.take();
        self.state.terminate(reason);
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
