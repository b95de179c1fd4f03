//! What the interpreter asks of whoever embeds it: a process with heap, mailbox and built-in functions.

#![expect(unsafe_code, reason = "the trait is a promise about raw memory")]

use super::breakpoint::{ReturnTrace, TracedCall, TracedFrame};
use super::export::ExportEntry;
use super::outcome::{BifIndex, BifResult, Class, Exception};
use crate::abi::{ActorContext, Atom, Word};
use crate::term::TermWriter;

/// A process as the interpreter sees it.
///
/// Only [`collect`](Machine::collect) moves terms. Everything else may allocate, without moving anything, so words
/// that a method was given or that it returned stay valid until the next `collect`.
///
/// # Safety
/// The interpreter reads and writes raw memory on these promises:
/// - the context's block is real: the words `base..hp` and `sp..top` are initialised, `hp..sp` are free, and nobody
///   else uses them while the interpreter is at work;
/// - `collect` keeps every word of `sp..top` and of `live`, updated to where its object went, and leaves `need`
///   words free at least when it returns `Ok`;
/// - no other method moves or frees a term, or changes words of `sp..top`, except where it says so;
/// - [`export`](Machine::export) and [`call_bif`](Machine::call_bif) follow their docs.
pub unsafe trait Machine: 'static {
    /// Where terms are built that need no heap check: the block while it has room, else a fragment.
    type Heap: TermWriter;

    /// Registers of the block.
    fn context(&mut self) -> &mut ActorContext;

    /// The heap.
    fn heap(&mut self) -> &mut Self::Heap;

    /// Collects, or grows the block, so that `need` words are free between heap and stack. `live` are roots besides
    /// the stack and the process's own; they are updated in place.
    ///
    /// # Errors
    /// With the exit reason, when the heap has reached its limit: the actor ends.
    fn collect(&mut self, need: usize, live: &mut [Word]) -> Result<(), Word>;

    /// Calls a built-in function; `args` are as many as its arity.
    fn call_bif(&mut self, bif: BifIndex, args: &[Word]) -> BifResult;

    /// The export entry of a function, made when it does not exist yet.
    fn export(&mut self, module: Atom, function: Atom, arity: u32) -> &'static ExportEntry;

    /// What happens instead of a call of an entry that has no code: `error_handler:undefined_function/3`, the same
    /// call again when the module was just loaded, or `undef`.
    fn undefined_function(&mut self, entry: &'static ExportEntry, args: &[Word]) -> BifResult;

    /// What is called with module, fun and arguments for a fun of `module` that has no code
    /// (`error_handler:undefined_lambda/3`, or what waits for the end of a purge); `None` when the module is there, and the fun is
    /// not: `badfun`.
    fn undefined_fun(&mut self, module: Atom) -> Option<&'static ExportEntry>;

    /// `Destination ! Message`.
    ///
    /// # Errors
    /// `badarg` when the destination is none.
    fn send(&mut self, destination: Word, message: Word) -> Result<(), Exception>;

    /// Sends a message of this logical id, its name and fields, to a native actor. False, with nothing done, when the
    /// destination is none that takes the message, or a field does not convert: the message is then sent as a term.
    fn send_message(&mut self, destination: Word, id: u64, message: &[Word]) -> bool {
        let _ = (destination, id, message);
        false
    }

    /// The message under the save pointer.
    fn receive_next(&mut self) -> Option<Word>;

    /// Takes the message under the save pointer out of the mailbox, resets the save pointer and disarms the timeout.
    /// The message's memory lives on as part of the heap.
    fn receive_accept(&mut self);

    /// Moves the save pointer past the current message. Says whether so many were skipped that
    /// [`receive_seek`](Machine::receive_seek) pays.
    fn receive_skip(&mut self) -> bool;

    /// The receive matches no messages but those that are one of `keys`, or tuples that begin with one: may move the save
    /// pointer past others. A key that is neither atom nor reference says nothing.
    fn receive_seek(&mut self, keys: &[Word]) {
        let _ = keys;
    }

    /// The `after` part begins: disarms the timeout and resets the save pointer.
    fn receive_timed_out(&mut self);

    /// Asked when no message is left to look at. Arms the timeout when this receive gets here for the first time.
    ///
    /// # Errors
    /// `timeout_value` when `time` is no timeout.
    fn receive_wait(&mut self, time: Word) -> Result<WaitFor, Exception>;

    /// Whether the timeout that was armed is up; asked when the process runs again after waiting. When a message has
    /// arrived as well, the message goes first: the answer is then `false`.
    fn is_timeout_up(&mut self) -> bool;

    /// A marker for the end of the mailbox as it is now: a term.
    fn marker_reserve(&mut self) -> Word;

    /// Ties a marker to a reference.
    fn marker_bind(&mut self, marker: Word, reference: Word);

    /// Drops the marker of a reference.
    fn marker_clear(&mut self, reference: Word);

    /// Sets the save pointer to where the marker of a reference stands, if it has one.
    fn marker_use(&mut self, reference: Word);

    /// A function with a breakpoint is called with `args`. The answer says what is to be told of its end.
    fn traced_call(&mut self, call: TracedCall, args: &[Word]) -> ReturnTrace {
        let _ = (call, args);
        ReturnTrace::NOTHING
    }

    /// A call that was to be told of returned `value`, to the function `to`, if that is said.
    fn traced_return(&mut self, frame: TracedFrame, value: Word, to: Option<TracedCall>) {
        let _ = (frame, value, to);
    }

    /// A call that was to be told of raised; the exception is caught in the function `to`, if that is said.
    fn traced_exception(&mut self, frame: TracedFrame, class: Word, reason: Word, to: Option<TracedCall>) {
        let _ = (frame, class, reason, to);
    }
}

/// How a receive that found nothing goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitFor {
    /// The process waits for a message, or for the timeout if one was armed.
    Message,
    /// No time is left (`after 0`, or the timeout is up already).
    Nothing,
}

/// Why the interpreter returned.
#[derive(Clone, Copy, Debug)]
pub enum Suspend {
    /// The budget is used up.
    Yielded,
    /// Nothing to do until a message, the timeout, or whatever a built-in function waits for.
    Waiting,
    /// The process is done. Its words are valid until the next collection.
    Exited(Outcome),
}

/// How a process ended.
#[derive(Clone, Copy, Debug)]
pub enum Outcome {
    /// Its first function returned this.
    Returned(Word),
    /// An exception met no handler.
    Raised {
        /// Class.
        class: Class,
        /// Reason.
        reason: Word,
        /// Raw trace.
        trace: Word,
    },
    /// It ends with this reason, handlers or not: heap limit, `BifResult::Exit`.
    Exit(Word),
}
