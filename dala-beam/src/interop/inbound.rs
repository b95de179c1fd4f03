//! Terms to native actors: messages of their protocols, and OTP's system messages, which any of them answers.

use std::sync::Arc;

use dala::actor::{Protocol, process};
use dala::message::{ForeignReply, Misfit, NodeBox, ReplyHandle, ReplyValue, SystemRequest};
use dala::pid::Ref;
use dala::{CallError, ExitReason};
use dala_ir::abi::{Atom, Pid, Word, atoms};
use dala_ir::interp::Class;
use dala_ir::term::{Fragment, OwnedTerm, TermWriter, copy_term, tuple_elements, view};

use tokio::sync::oneshot;

use super::reply;
use crate::bif::arguments::named;
use crate::heap::{is_literal, own};
use crate::process::{Ended, Entry, System, message};

/// The node that carries `term` to `to`: a message of its protocol where it has one, else the term.
pub(crate) fn node_for(system: &Arc<System>, to: Pid, term: Word) -> NodeBox {
    let protocol = process::protocol_of(to).and_then(|protocol| protocol.downcast_ref::<Protocol>());
    match protocol {
        Some(protocol) => typed(system, protocol, to, term),
        None => message::node_of(term),
    }
}

fn typed(system: &Arc<System>, protocol: &'static Protocol, to: Pid, term: Word) -> NodeBox {
    let (request, caller) = match tuple_elements(term) {
        Some(&[tag, from, request]) if tag == Word::atom(named!("system")) => {
            if let Some(caller) = Caller::from_term(to, from) {
                let mut node = NodeBox::system(system_request(system, request));
                node.set_foreign_reply(Box::new(caller));
                return node;
            }
            (term, None)
        }
        Some(&[tag, from, request]) if tag == Word::atom(atoms::DOLLAR_GEN_CALL) => {
            system.builtins.gen_calls.note(system);
            (request, Caller::from_term(to, from))
        }
        Some(&[tag, request]) if tag == Word::atom(atoms::DOLLAR_GEN_CAST) => (request, None),
        _ => (term, None),
    };
    let mut node = converted(protocol, request);
    if let Some(caller) = caller {
        node.set_foreign_reply(Box::new(caller));
    }
    node
}

/// A request as a message of `protocol`.
fn converted(protocol: &'static Protocol, request: Word) -> NodeBox {
    match protocol.convert(request) {
        Ok(node) => node,
        Err(error) => NodeBox::misfit(Misfit { term: own(request), reason: error.to_string() }),
    }
}

/// A request to a native actor; `None` when `to` is none.
pub(super) fn request_to_native(to: Pid, request: Word) -> Option<NodeBox> {
    let protocol = process::protocol_of(to)?.downcast_ref::<Protocol>()?;
    Some(converted(protocol, request))
}

/// What `sys` asks (OTP 25, `sys.erl`, do_cmd/6).
#[cold]
fn system_request(system: &Arc<System>, request: Word) -> SystemRequest {
    let name = |word: Word| word.as_atom().map_or("", Atom::text);
    match (name(request), tuple_elements(request)) {
        ("get_state", _) => SystemRequest::State,
        ("get_status", _) => SystemRequest::Status,
        ("suspend", _) => SystemRequest::Suspend,
        ("resume", _) => SystemRequest::Resume,
        (_, Some(&[what, reason])) if name(what) == "terminate" => {
            SystemRequest::Terminate(ExitReason::from_term(reason))
        }
        (_, Some(&[what, function])) if name(what) == "replace_state" => {
            let (system, function) = (system.clone(), own(function));
            SystemRequest::ReplaceState(Box::new(move |state| Box::pin(replaced(system, function, state))))
        }
        _ => SystemRequest::Unknown(own(request)),
    }
}

/// The state that an Erlang function makes of another one, in a process of its own. When it fails, what OTP's servers answer
/// then.
async fn replaced(
    system: Arc<System>,
    function: OwnedTerm,
    state: OwnedTerm,
) -> Result<OwnedTerm, OwnedTerm> {
    let (sender, receiver) = oneshot::channel();
    // Who asked may have given up.
    let watch = move |ended| drop(sender.send(ended));
    let arguments = [state.root()];
    let started = system.start_watched_by(Entry::Fun(function.root(), &arguments), watch, None);
    let ended = match started {
        Ok(_) => receiver.await.unwrap_or(Ended::Exit(ExitReason::Killed)),
        Err(_) => Ended::Exit(ExitReason::custom("no process could be started")),
    };
    let (class, reason) = match ended {
        Ended::Value(new) => return Ok(new),
        Ended::Raised { class, reason, .. } => (class, reason),
        Ended::Exit(reason) => (Class::Exit, OwnedTerm::build(|writer| reason.write(writer))),
        Ended::Halted(_) => (Class::Exit, named!("halt").into()),
    };
    Err(OwnedTerm::build(|writer| {
        let reason = reason.copy_to(writer);
        let why = writer.tuple(&[Word::atom(class.atom()), reason]);
        let callback = [Word::atom(named!("Elixir.Dala.Actor")), Word::atom(named!("system_replace_state"))];
        let callback = writer.tuple(&callback);
        writer.tuple(&[Word::atom(named!("callback_failed")), callback, why])
    }))
}

/// A process that waits in `gen:call` (`{Pid, Tag}`).
#[derive(Debug)]
struct Caller {
    pid: Pid,
    /// What the reply is tagged with: a reference, or `[alias | Reference]` from OTP 24 on.
    tag: OwnedTerm,
    callee: Pid,
}

/// A reply that goes to `pid` as `{Tag, Reply}`; if there is none, nothing goes.
pub(crate) fn told_to(pid: Pid, tag: Word) -> ReplyHandle {
    ReplyHandle::foreign(Box::new(Told(Caller { pid, tag: own(tag), callee: dala::pid::NOBODY })))
}

/// A process that watches whom it waits for by itself.
#[derive(Debug)]
struct Told(Caller);

impl ForeignReply for Told {
    fn answer(self: Box<Self>, value: &dyn ReplyValue) {
        Box::new(self.0).answer(value);
    }

    fn fail(self: Box<Self>, _: CallError) {}
}

impl Caller {
    /// Reads `From`; `None` when that is nobody of this node.
    fn from_term(callee: Pid, from: Word) -> Option<Caller> {
        match tuple_elements(from) {
            Some(&[pid, tag]) => Some(Caller { pid: pid.as_pid()?, tag: own(tag), callee }),
            _ => None,
        }
    }

    /// The reference in the tag, and whether it is an alias.
    fn reference(&self) -> Option<(Word, bool)> {
        let tag = self.tag.root();
        match view::cons(tag) {
            Some((head, reference)) => Some((reference, head == Word::atom(atoms::ALIAS))),
            None => view::reference(tag).map(|_| (tag, false)),
        }
    }

    fn send(&self, term: Word) {
        // It is a call of Rust, which somebody handed on.
        if let Some(call) = reply::call_of(self.tag.root()) {
            return call.answer_elsewhere(term);
        }
        let mut node = message::node_of(term);
        if let Some((reference, true)) = self.reference()
            && let Some(reference) = view::reference(reference)
        {
            node.set_alias(Ref::from_bits(reference.low));
        } else {
            node.set_sender(self.callee);
        }
        // A caller that ended meanwhile wants no reply.
        drop(process::send(self.pid, node));
    }
}

impl ForeignReply for Caller {
    fn answer(self: Box<Self>, value: &dyn ReplyValue) {
        let mut scratch = Fragment::new();
        let reply = value.write(&mut scratch);
        let tag = copy_term(self.tag.root(), &mut scratch, is_literal);
        let term = scratch.tuple(&[tag, reply]);
        self.send(term);
    }

    fn caller(&self) -> Option<Pid> {
        Some(self.pid)
    }

    /// `gen:call` learns of a failure by a DOWN message, as if the callee had ended with that reason. Sent by alias it
    /// also ends the caller's monitor, so no second one follows.
    fn fail(self: Box<Self>, failure: CallError) {
        let Some((reference, _)) = self.reference() else { return };
        // Of a callee that ends the monitor tells, with the true reason.
        let CallError::NotUnderstood(why) = failure else {
            return self.fail_unless_exited(reference, failure);
        };
        let mut scratch = Fragment::new();
        let text = scratch.binary(why.as_bytes());
        let reason = scratch.tuple(&[Word::atom(Atom::new("not_understood")), text]);
        self.down(&mut scratch, reference, reason);
    }
}

impl Caller {
    fn fail_unless_exited(&self, reference: Word, failure: CallError) {
        if matches!(failure, CallError::Exited(_) | CallError::NoProc) {
            return;
        }
        let mut scratch = Fragment::new();
        let text = scratch.binary(failure.to_string().as_bytes());
        let reason = scratch.tuple(&[Word::atom(atoms::NOREPLY), text]);
        self.down(&mut scratch, reference, reason);
    }

    fn down(&self, scratch: &mut Fragment, reference: Word, reason: Word) {
        let reference = copy_term(reference, scratch, is_literal);
        let (down, kind) = (Word::atom(atoms::DOWN), Word::atom(atoms::PROCESS));
        let term = scratch.tuple(&[down, reference, kind, Word::pid(self.callee), reason]);
        self.send(term);
    }
}
