//! Calls: their two ends, and what can go wrong.
//!
//! The protocol between the ends is that of `sync::Rendezvous`, the memory that they share is in `message::slot`.

#![expect(unsafe_code, reason = "the slot's cells are guarded by its state word")]

use super::exit::ExitReason;
use super::slot::{ForeignSlot, Head, Share, Slot, release_native};
use crate::pid::Pid;
use crate::sync::Ordering;
use crate::timer::{Timers, nursery};
use dala_ir::abi::Word;
use dala_ir::term::{OwnedTerm, TermWriter};
use std::any::TypeId;
use std::future::Future;
use std::pin::Pin;
use std::ptr::NonNull;
use std::task::{Context, Poll};
use std::time::Duration;

/// Why a call has no reply.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The deadline passed.
    #[error("no reply before the deadline")]
    Timeout,
    /// The callee ended before it replied.
    #[error("the callee exited: {0}")]
    Exited(ExitReason),
    /// There is no such actor.
    #[error("no such actor")]
    NoProc,
    /// The callee let go of the request without a reply.
    #[error("the callee dropped the request")]
    NoReply,
    /// The callee's mailbox was full.
    #[error("the callee's mailbox is full")]
    Overloaded,
    /// In debug builds: the caller would wait for itself. Names who waits for whom.
    #[error("call cycle: {0}")]
    Cycle(std::sync::Arc<str>),
    /// The callee does not understand the request; says why.
    #[error("not understood: {0}")]
    NotUnderstood(std::sync::Arc<str>),
}

/// Waits outside of the runtime's own kind of calls: how a reply reaches a caller that is not Rust.
pub trait ForeignReply: Send {
    /// The callee answered.
    fn answer(self: Box<Self>, value: &dyn ReplyValue);
    /// There will be no answer.
    fn fail(self: Box<Self>, failure: CallError);
    /// Who waits, if that is an actor.
    fn caller(&self) -> Option<Pid> {
        None
    }
}

/// A reply as a term.
pub trait ReplyValue {
    /// Writes the term.
    fn write(&self, writer: &mut dyn TermWriter) -> Word;
}

impl<R: super::StableLayout> ReplyValue for R {
    fn write(&self, writer: &mut dyn TermWriter) -> Word {
        self.write_term(writer)
    }
}

/// The callee's end of a call. Dropping it unanswered fails the call with [`CallError::NoReply`].
pub struct ReplyHandle(NonNull<Head>);

// SAFETY: a handle is a share of a slot, which is Sync, or owns a foreign reply, which is Send.
unsafe impl Send for ReplyHandle {}
// SAFETY: a shared handle gives access to nothing.
unsafe impl Sync for ReplyHandle {}

impl std::fmt::Debug for ReplyHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ReplyHandle")
    }
}

impl ReplyHandle {
    /// A handle whose reply goes to `reply`.
    pub fn foreign(reply: Box<dyn ForeignReply>) -> ReplyHandle {
        ReplyHandle(NonNull::from(Box::leak(ForeignSlot::new(reply))).cast())
    }

    pub(crate) fn into_bits(self) -> u64 {
        std::mem::ManuallyDrop::new(self).0.as_ptr() as u64
    }

    /// # Safety
    /// `bits` came from [`ReplyHandle::into_bits`], once.
    pub(crate) unsafe fn from_bits(bits: u64) -> ReplyHandle {
        // SAFETY: the address of a slot, which is none of zero.
        ReplyHandle(unsafe { NonNull::new_unchecked(bits as *mut Head) })
    }

    #[inline(always)]
    fn head(&self) -> &Head {
        // SAFETY: the handle keeps its slot alive.
        unsafe { self.0.as_ref() }
    }

    /// Who waits, where that is known.
    pub(crate) fn caller(&self) -> Option<Pid> {
        if !self.head().vtable.foreign {
            return None;
        }
        // SAFETY: a foreign head is the first field of a ForeignSlot, which the handle owns.
        unsafe { self.0.cast::<ForeignSlot>().as_ref() }.reply.caller()
    }

    /// Whether an answer would reach nobody: the caller gave up, or its deadline passed.
    #[inline]
    pub fn is_done(&self) -> bool {
        self.head().meeting.is_done()
    }

    /// When the caller gives up, nanoseconds; 0 if never, or not known (yet).
    #[inline]
    pub(crate) fn deadline(&self) -> u64 {
        self.head().deadline.load(Ordering::Relaxed)
    }

    /// Answers.
    ///
    /// # Safety
    /// The call was made for replies of type `R`, or is foreign.
    #[inline]
    pub(crate) unsafe fn answer<R: Send + 'static>(
        self,
        value: R,
        write: impl FnOnce(&R, Box<dyn ForeignReply>),
    ) {
        if self.head().vtable.foreign {
            let head = std::mem::ManuallyDrop::new(self).0;
            // SAFETY: a foreign head is the first field of the ForeignSlot that we own.
            let slot = unsafe { Box::from_raw(head.cast::<ForeignSlot>().as_ptr()) };
            return write(&value, slot.reply);
        }
        // SAFETY: a native slot of a call for R (caller).
        let slot = unsafe { self.0.cast::<Slot<R>>().as_ref() };
        if let Some(completing) = slot.head.meeting.begin() {
            // SAFETY: whoever completes stores the result, before the caller looks (`Rendezvous`).
            unsafe { *slot.value.get() = Some(value) };
            slot.head.meeting.finish(completing, true);
        }
        let this = std::mem::ManuallyDrop::new(self);
        // SAFETY: our share, let go of once.
        unsafe { release_native::<R>(this.0) };
    }

    /// Whether it is that of a wait which is not a call in Rust.
    pub(crate) fn is_foreign(&self) -> bool {
        self.head().vtable.foreign
    }

    /// Whether it takes replies of type `R`: a native call made for them, or a foreign one.
    pub(crate) fn is_for<R: 'static>(&self) -> bool {
        let vtable = self.head().vtable;
        vtable.foreign || vtable.made_for.is_some_and(|made_for| made_for() == TypeId::of::<R>())
    }

    /// Answers.
    ///
    /// # Panics
    /// When the call was made for replies of another type.
    #[track_caller]
    pub(crate) fn answer_checked<R: super::StableLayout + Send>(self, value: R) {
        assert!(self.is_for::<R>(), "a reply of another type");
        // SAFETY: the call was made for R: just checked.
        unsafe { self.answer(value, |value, to| to.answer(value)) };
    }

    /// Answers a call of ours that is not foreign.
    pub(crate) fn answer_native<R: Send + 'static>(self, value: R) {
        let made_for = self.head().vtable.made_for;
        assert!(made_for.is_some_and(|made_for| made_for() == TypeId::of::<R>()), "a reply of another type");
        // SAFETY: the call was made for R: just checked.
        unsafe { self.answer(value, |_, _| ()) };
    }

    /// Answers a call whose reply is a term ([`process::call`](crate::actor::process::call)).
    ///
    /// # Panics
    /// When it is one of another type.
    #[track_caller]
    pub fn answer_term(self, reply: OwnedTerm) {
        self.answer_checked(reply);
    }

    /// Lets the call fail.
    pub fn fail(self, failure: CallError) {
        let this = std::mem::ManuallyDrop::new(self);
        let head = this.head();
        if head.vtable.foreign {
            // SAFETY: a foreign head is the first field of the ForeignSlot that we own.
            let slot = unsafe { Box::from_raw(this.0.cast::<ForeignSlot>().as_ptr()) };
            return slot.reply.fail(failure);
        }
        head.fail(failure);
        // SAFETY: our share, let go of once.
        unsafe { (head.vtable.release)(this.0) };
    }
}

impl Drop for ReplyHandle {
    fn drop(&mut self) {
        ReplyHandle(self.0).fail_without_drop(CallError::NoReply);
    }
}

impl ReplyHandle {
    fn fail_without_drop(self, failure: CallError) {
        // `fail` forgets self, so this does not come back to `drop`.
        self.fail(failure);
    }
}

/// The caller's end of a call: a future of the reply.
///
/// Dropping it cancels the call: a request that the callee has not begun to handle is never handled; one that it has
/// begun is handled to the end, and its reply dropped. The same happens when the deadline passes.
#[must_use = "dropping a call cancels it; use `tell` to send without waiting"]
pub struct Call<R: Send + 'static> {
    slot: Result<Share<R>, Option<CallError>>,
    limit: CallLimit,
    #[cfg(debug_assertions)]
    watch: Option<Watch>,
}

/// What is told of waits for replies, in debug builds.
#[cfg(debug_assertions)]
#[derive(Debug)]
pub(crate) struct Waits {
    /// Somebody begins to wait for an actor, by this call. Returns who, or why it must not.
    pub(crate) begin: fn(Pid, Waited) -> Result<Pid, CallError>,
    /// It waits no longer: the call is about to go.
    pub(crate) end: fn(Pid, Waited),
}

/// A call that somebody waits for. Whoever was given one by [`Waits::begin`] must let it go in [`Waits::end`].
#[cfg(debug_assertions)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Waited(NonNull<Head>);

// SAFETY: what it points to is shared, and only its state word is read.
#[cfg(debug_assertions)]
unsafe impl Send for Waited {}

#[cfg(debug_assertions)]
impl Waited {
    /// Whether the call has its result, or is given up.
    pub(crate) fn is_over(self) -> bool {
        // SAFETY: the call, which has a share of its slot, is there until `Waits::end` returns, and nobody has a copy after.
        unsafe { self.0.as_ref() }.meeting.is_done()
    }
}

#[cfg(debug_assertions)]
#[derive(Clone, Copy)]
struct Watch {
    waits: &'static Waits,
    callee: Pid,
    /// Who waits, once somebody does.
    caller: Option<Pid>,
}

/// When a call fails by itself.
#[derive(Clone, Copy, Debug)]
pub(crate) enum CallLimit {
    /// Never.
    None,
    /// So long after its caller began to wait.
    After(&'static Timers, Duration),
    /// At this moment. The callee knows it from the beginning.
    At(&'static Timers, u64),
    /// The caller waits, with a timer.
    Armed(&'static Timers),
}

impl<R: Send + 'static> std::fmt::Debug for Call<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Call")
    }
}

impl<R: Send + 'static> Call<R> {
    /// A new call: the caller's and the callee's end.
    #[inline(always)]
    pub(crate) fn new(limit: CallLimit) -> (Call<R>, ReplyHandle) {
        let deadline = if let CallLimit::At(_, deadline) = limit { deadline } else { 0 };
        let (slot, callee) = Share::new(deadline);
        let call = Call {
            slot: Ok(slot),
            limit,
            #[cfg(debug_assertions)]
            watch: None,
        };
        (call, ReplyHandle(callee))
    }

    /// Tells `waits` when somebody waits for `callee`.
    #[cfg(debug_assertions)]
    pub(crate) fn watched(mut self, waits: &'static Waits, callee: Pid) -> Call<R> {
        self.watch = Some(Watch { waits, callee, caller: None });
        self
    }

    /// It as one that somebody waits for.
    #[cfg(all(debug_assertions, test))]
    pub(crate) fn waited(&self) -> Option<Waited> {
        self.slot.as_ref().ok().map(|slot| Waited(slot.head()))
    }

    /// A call that failed before it was sent.
    pub(crate) fn failed(failure: CallError) -> Call<R> {
        Call {
            slot: Err(Some(failure)),
            limit: CallLimit::None,
            #[cfg(debug_assertions)]
            watch: None,
        }
    }

    fn result(slot: &Slot<R>) -> Result<R, CallError> {
        if slot.head.meeting.is_value() {
            // SAFETY: completed: from then on only the caller touches the value (`Rendezvous`).
            let value = unsafe { (*slot.value.get()).take() };
            value.ok_or(CallError::NoReply)
        } else {
            // SAFETY: as above.
            let failure = unsafe { (*slot.head.failure.get()).take() };
            Err(failure.unwrap_or(CallError::NoReply))
        }
    }
}

impl<R: Send + 'static> Future for Call<R> {
    type Output = Result<R, CallError>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let slot = match &mut this.slot {
            Ok(slot) => slot,
            Err(failure) => return Poll::Ready(Err(failure.take().unwrap_or(CallError::NoReply))),
        };
        if slot.head.meeting.poll(context.waker()) {
            return Poll::Ready(Self::result(slot));
        }
        #[cfg(debug_assertions)]
        if let Some(watch) = &mut this.watch
            && watch.caller.is_none()
        {
            match (watch.waits.begin)(watch.callee, Waited(slot.head())) {
                Ok(caller) => watch.caller = Some(caller),
                Err(cycle) => return Poll::Ready(Err(cycle)),
            }
        }
        match this.limit {
            CallLimit::None | CallLimit::Armed(_) => {}
            CallLimit::After(timers, limit) => {
                this.limit = CallLimit::Armed(timers);
                let deadline = nursery::expire_after(timers, limit, slot.waiting());
                slot.head.deadline.store(deadline, Ordering::Relaxed);
            }
            CallLimit::At(timers, deadline) => {
                this.limit = CallLimit::Armed(timers);
                nursery::expire_at(timers, deadline, slot.waiting());
            }
        }
        Poll::Pending
    }
}

impl<R: Send + 'static> Unpin for Call<R> {}

impl<R: Send + 'static> Drop for Call<R> {
    #[inline]
    fn drop(&mut self) {
        #[cfg(debug_assertions)]
        if let (Some(Watch { waits, caller: Some(caller), .. }), Ok(slot)) = (self.watch, &self.slot) {
            (waits.end)(caller, Waited(slot.head()));
        }
        let Ok(slot) = &self.slot else { return };
        if !slot.head.meeting.is_done() {
            slot.head.meeting.abandon();
        }
        if let CallLimit::Armed(timers) = self.limit
            && let Some(key) = slot.head.timer()
        {
            timers.cancel(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::Arc;
    use std::task::Waker;

    fn now<R: Send + 'static>(call: Call<R>) -> Option<Result<R, CallError>> {
        let mut call = call;
        match Pin::new(&mut call).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(result) => Some(result),
            Poll::Pending => None,
        }
    }

    #[test]
    fn a_reply_reaches_the_caller_once() {
        let (call, handle) = Call::<String>::new(CallLimit::None);
        // SAFETY: the call is for strings.
        unsafe { handle.answer("yes".to_owned(), |_, _| ()) };
        assert_eq!(now(call), Some(Ok("yes".to_owned())));
    }

    #[test]
    fn a_dropped_handle_fails_the_call() {
        let (call, handle) = Call::<u8>::new(CallLimit::None);
        drop(handle);
        assert_eq!(now(call), Some(Err(CallError::NoReply)));
    }

    #[test]
    fn the_callee_sees_that_the_caller_gave_up() {
        let (call, handle) = Call::<u8>::new(CallLimit::None);
        assert!(!handle.is_done());
        drop(call);
        assert!(handle.is_done());
    }

    #[test]
    fn a_reply_after_the_deadline_is_dropped() {
        let (call, handle) = Call::<Arc<u8>>::new(CallLimit::None);
        let value = Arc::new(1);
        call.slot.as_ref().expect("sent").head.fail(CallError::Timeout);
        // SAFETY: the call is for these.
        unsafe { handle.answer(value.clone(), |_, _| ()) };
        assert_eq!(now(call), Some(Err(CallError::Timeout)));
        assert_eq!(Arc::strong_count(&value), 1);
    }
}
