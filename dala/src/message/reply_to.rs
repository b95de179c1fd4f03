//! Who waits for a reply, as a value: answered later, elsewhere, or not at all.

use super::call::{CallError, ReplyHandle};
use super::convert::{ConvertError, Source};
use super::message::{Reply, StableLayout};
use dala_ir::abi::shape::FieldType;
use dala_ir::abi::{Atom, Word};
use dala_ir::term::TermWriter;
use std::marker::PhantomData;

/// The right, and the duty, to answer one call with an `R` (OTP's `From` of `handle_call/3`).
///
/// A handler that takes one replies through it: now, from another handler, from a task or thread, or by
/// [`forward`](crate::ActorRef::forward)ing it to another actor. Its own return value is `()`. Dropping it unanswered fails the
/// call with [`CallError::NoReply`]. When the message was told, nobody waits, and answers go nowhere.
///
/// ```
/// use dala::ReplyTo;
///
/// /// Answers all who asked, once it knows.
/// struct Oracle { waiting: Vec<ReplyTo<u64>> }
///
/// #[dala::actor]
/// impl Oracle {
///     #[message]
///     fn ask(&mut self, reply: ReplyTo<u64>) {
///         self.waiting.push(reply);
///     }
///     #[message]
///     fn learn(&mut self, answer: u64) {
///         self.waiting.drain(..).for_each(|waiting| waiting.answer(answer));
///     }
/// }
///
/// #[dala::main]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let oracle = OracleRef::from(dala::spawn(Oracle { waiting: Vec::new() })?);
///     let asked = oracle.ask();
///     oracle.tell(Learn { answer: 42 })?;
///     assert_eq!(asked.await?, 42);
///     Ok(())
/// }
/// ```
#[must_use = "dropping it fails the call"]
pub struct ReplyTo<R> {
    handle: Option<ReplyHandle>,
    _reply: PhantomData<fn(R)>,
}

impl<R> std::fmt::Debug for ReplyTo<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReplyTo").field("is_awaited", &self.is_awaited()).finish()
    }
}

impl<R> ReplyTo<R> {
    /// Whether somebody waits: not after the caller gave up or its deadline passed, and not for a message that was told.
    pub fn is_awaited(&self) -> bool {
        self.handle.as_ref().is_some_and(|handle| !handle.is_done())
    }

    /// Lets the call fail.
    pub fn fail(self, failure: CallError) {
        if let Some(handle) = self.handle {
            handle.fail(failure);
        }
    }
}

impl<R: Reply> ReplyTo<R> {
    /// # Panics
    /// When the handle is of a call for another type: the broken promise of a handler.
    #[track_caller]
    pub(crate) fn new(handle: Option<ReplyHandle>) -> ReplyTo<R> {
        assert!(handle.as_ref().is_none_or(ReplyHandle::is_for::<R>), "a reply of another type");
        ReplyTo { handle, _reply: PhantomData }
    }

    /// Answers.
    pub fn answer(self, reply: R) {
        if let Some(handle) = self.handle {
            handle.answer_checked(reply);
        }
    }

    /// What it is made of.
    pub(crate) fn into_handle(self) -> Option<ReplyHandle> {
        self.handle
    }
}

/// A field of messages between Rust actors; Erlang sees the atom `reply_to`.
impl<R: 'static> StableLayout for ReplyTo<R> {
    const FIELD: FieldType = FieldType::Term;

    fn write_term(&self, _: &mut dyn TermWriter) -> Word {
        Word::atom(Atom::new("reply_to"))
    }

    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        Err(source.misfit("a reply that only Rust actors can hand on"))
    }
}
