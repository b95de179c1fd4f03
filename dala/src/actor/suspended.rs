//! What a native actor is in the middle of: an async handler that waits, or its `init`.
//!
//! The future borrows state and context of the [`Native`] beside it. While there is one nothing else of the actor runs;
//! it is dropped before state or context is used again or dropped.

#![expect(unsafe_code, reason = "futures that borrow the state beside them")]

use super::handler::Actor;
use super::native::{Native, answer};
use super::start::{Init, Starting, StartingKind};
use crate::message::{ExitReason, Message, Reply, exit};
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Something that an actor is in the middle of.
pub(super) trait Suspended<A: Actor> {
    /// Polls on; when it is ready it has done what was to be done, or says why the actor must end.
    fn poll(&mut self, task: &mut Context<'_>, native: &mut Native<A>) -> Poll<Result<(), ExitReason>>;

    /// The deadline of the call that is being handled, or 0.
    fn deadline(&self) -> u64 {
        0
    }

    /// Whether the call that is being handled raised the actor's class.
    fn is_raised(&self) -> bool {
        false
    }

    /// It did.
    fn note_raised(&mut self) {}
}

/// A handler's future, that may or may not move between threads.
pub(super) enum AnyFuture<R> {
    Anywhere(Pin<Box<dyn Future<Output = R> + Send>>),
    Here(Pin<Box<dyn Future<Output = R>>>),
}

impl<R> AnyFuture<R> {
    pub(super) fn poll(&mut self, task: &mut Context<'_>) -> Poll<R> {
        match self {
            AnyFuture::Anywhere(future) => future.as_mut().poll(task),
            AnyFuture::Here(future) => future.as_mut().poll(task),
        }
    }
}

/// An async handler of messages of type M that waits.
pub(super) struct Handling<M, R> {
    future: Option<AnyFuture<R>>,
    deadline: u64,
    is_raised: bool,
    _message: PhantomData<fn(M)>,
}

impl<M, R> Handling<M, R> {
    pub(super) fn new(future: AnyFuture<R>, deadline: u64) -> Handling<M, R> {
        Handling { future: Some(future), deadline, is_raised: false, _message: PhantomData }
    }
}

impl<A: Actor, M: Message, R: Reply> Suspended<A> for Handling<M, R> {
    fn poll(&mut self, task: &mut Context<'_>, native: &mut Native<A>) -> Poll<Result<(), ExitReason>> {
        let Some(future) = &mut self.future else { return Poll::Ready(Ok(())) };
        let handling = exit::Handling::<M>::begins();
        let polled = future.poll(task);
        handling.end();
        let Poll::Ready(reply) = polled else { return Poll::Pending };
        // It borrowed the context.
        self.future = None;
        answer(native.context.call.take(), reply);
        Poll::Ready(Ok(()))
    }

    fn deadline(&self) -> u64 {
        self.deadline
    }

    fn is_raised(&self) -> bool {
        self.is_raised
    }

    fn note_raised(&mut self) {
        self.is_raised = true;
    }
}

/// The start of an actor that has no state yet.
pub(super) enum Beginning<A: Actor> {
    Init(Init<A>),
    Waits(AnyFuture<Result<A, ExitReason>>),
    Over,
}

impl<A: Actor> Suspended<A> for Beginning<A> {
    fn poll(&mut self, task: &mut Context<'_>, native: &mut Native<A>) -> Poll<Result<(), ExitReason>> {
        if let Beginning::Init(_) = self
            && let Beginning::Init(init) = std::mem::replace(self, Beginning::Over)
        {
            let Starting(kind) = init(&mut native.context);
            // SAFETY: only the lifetime changes. The future borrows the context beside it in a cell that does not move, and
            // is dropped before the context is used again (below) or dropped (`Native`'s field order).
            match unsafe { std::mem::transmute::<StartingKind<'_, A>, StartingKind<'static, A>>(kind) } {
                StartingKind::Now(made) => return Poll::Ready(native.begin(made)),
                StartingKind::Later(future) => *self = Beginning::Waits(AnyFuture::Anywhere(future)),
                StartingKind::LaterHere(future) => {
                    native.must_be_pinned();
                    *self = Beginning::Waits(AnyFuture::Here(future));
                }
            }
        }
        let Beginning::Waits(future) = self else { return Poll::Ready(Ok(())) };
        let Poll::Ready(made) = future.poll(task) else { return Poll::Pending };
        // It borrowed the context.
        *self = Beginning::Over;
        Poll::Ready(native.begin(made))
    }
}
