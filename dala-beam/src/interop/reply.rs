//! Replies to calls that Rust makes to `gen_server` processes.
//!
//! # Protocol
//! The message `{'$gen_call', {Caller, [alias | Ref]}, Request}` carries the caller's reply slot in its node
//! ([`process::call`]). A process that takes it out of its mailbox keeps the slot under `Ref`
//! ([`Activation::hold_call`](dala::actor::Activation::hold_call)), and answers it when `{[alias | Ref], Reply}` is sent to `Ref`,
//! as `gen:reply/2` does (OTP 25), or to any pid. Nothing is sent then, and no actor runs between the two.
//!
//! `Ref` holds the pid of the process that got the call, so another one that was handed `From` (`gen_server:reply/2`) has that
//! process answer. Bit 63 of a reference's number, which counting never reaches, sets it apart from aliases.
//!
//! The call fails when that process ends. A reply whose call failed, was given up or has been answered goes nowhere.

use dala::actor::process;
use dala::pid::Ref;
use dala_ir::abi::{Pid, Word, atoms};
use dala_ir::term::view::{self, ReferenceRef};
use dala_ir::term::{Fragment, OwnedTerm, TermWriter as _, tuple_elements};

use crate::heap::own;
use crate::process::Process;

/// Set in the numbers of references that calls are answered by.
const CALL: u64 = 1 << 63;

/// A call, as the reference in the tag of its reply names it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallName {
    reference: Ref,
    callee: Pid,
}

/// A new call of `callee`: what its reply is tagged with.
pub(super) fn new_tag(callee: Pid, scratch: &mut Fragment) -> Word {
    let reference = scratch.reference(Ref::fresh().to_bits() | CALL, callee.to_bits());
    scratch.cons(Word::atom(atoms::ALIAS), reference)
}

/// The call that is answered by sending to this reference.
pub(crate) fn call_by(reference: ReferenceRef) -> Option<CallName> {
    (reference.low & CALL != 0).then(|| CallName {
        reference: Ref::from_bits(reference.low),
        callee: Pid::from_bits(reference.high),
    })
}

/// The call whose reply is tagged with this.
#[inline]
pub(crate) fn call_of(tag: Word) -> Option<CallName> {
    let (head, reference) = view::cons(tag)?;
    if head == Word::atom(atoms::ALIAS) { call_by(view::reference(reference)?) } else { None }
}

/// A reply that another process sent.
#[derive(Debug)]
pub(crate) struct Reply {
    call: Ref,
    reply: OwnedTerm,
}

impl CallName {
    /// What `{Tag, Reply}` says, if the tag is this call's. Other messages by its reference are for nobody.
    fn reply_in(self, message: Word) -> Option<Word> {
        match tuple_elements(message) {
            Some(&[tag, reply]) if call_of(tag).is_some_and(|call| call.reference == self.reference) => {
                Some(reply)
            }
            _ => None,
        }
    }

    /// Has the process that got the call answer it.
    pub(super) fn answer_elsewhere(self, message: Word) {
        if let Some(reply) = self.reply_in(message) {
            let reply = Reply { call: self.reference, reply: own(reply) };
            // The call failed when the callee ended.
            drop(process::ask(self.callee, Box::new(reply)));
        }
    }
}

impl Process {
    /// Keeps the call that came with a message which was just taken out of the mailbox.
    #[inline]
    pub(crate) fn hold_call(&mut self, node: &dala::message::Node, message: Word) {
        let Some(reply) = node.take_reply() else { return };
        let tag = match tuple_elements(message) {
            Some(&[_, from, _]) => tuple_elements(from).and_then(|from| from.get(1)),
            _ => None,
        };
        // A call without a name could not be answered: dropping it fails it.
        if let Some(call) = tag.and_then(|&tag| call_of(tag)) {
            self.activation().hold_call(call.reference, reply);
        }
    }

    /// Answers a call of Rust with a message to its reference.
    pub(crate) fn answer_call(&mut self, call: CallName, message: Word) {
        if call.callee != self.pid {
            return call.answer_elsewhere(message);
        }
        if let Some(reply) = call.reply_in(message)
            && let Some(call) = self.activation().take_call(call.reference)
        {
            call.answer_term(own(reply));
        }
    }

    /// Answers a call of Rust for another process.
    pub(crate) fn answer_for_another(&mut self, Reply { call, reply }: Reply) {
        if let Some(call) = self.activation().take_call(call) {
            call.answer_term(reply);
        }
    }
}
