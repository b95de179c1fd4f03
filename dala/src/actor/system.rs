//! How a native actor answers system messages (OTP manual, `sys`), and what it does while it is suspended.
//!
//! A suspended actor takes what comes and keeps it back, in order, until it is resumed; what a bounded mailbox lent is not
//! given back meanwhile, so its senders wait or are refused as if nothing had been taken. Signals act as always: a kill ends
//! it, and so does its parent's end, which is a message to an actor that traps exits.

use super::activation::Activation;
use super::behaviour::Outcome;
use super::handler::Actor;
use super::native::{Native, answer};
use super::process;
use super::suspended::Suspended;
use crate::message::{ExitReason, NodeBox, ReplaceState, Source, SystemRequest, exit};
use crate::signal::signal::Signal;
use dala_ir::abi::{Atom, Word, atoms};
use dala_ir::term::{OwnedTerm, TermWriter};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// The module that native actors are said to be of: Elixir's name for them.
const MODULE: &str = "Elixir.Dala.Actor";

impl<A: Actor> Native<A> {
    /// Handles a system message.
    #[cold]
    pub(super) fn system(&mut self, mut node: NodeBox) {
        let Some(request) = node.take_system_request() else { return };
        let reply = match request {
            SystemRequest::State => self.shown_state(),
            SystemRequest::Status => self.status(),
            SystemRequest::Suspend => {
                self.context.set_suspended(true);
                atoms::OK.into()
            }
            SystemRequest::Resume => {
                self.context.set_suspended(false);
                atoms::OK.into()
            }
            SystemRequest::Terminate(reason) => {
                self.context.stop(reason);
                atoms::OK.into()
            }
            SystemRequest::ReplaceState(replace) => return self.replace_state(node, replace),
            SystemRequest::Unknown(term) => failed(|writer| {
                let term = term.copy_to(writer);
                writer.tuple(&[Word::atom(Atom::new("unknown_system_msg")), term])
            }),
        };
        answer(Some(node), reply);
    }

    fn shown_state(&mut self) -> OwnedTerm {
        self.state_as_term().unwrap_or_else(|why| failed(|writer| why.write(writer)))
    }

    /// The state's term. Showing it is the user's code: its panic is no reason to end.
    fn state_as_term(&mut self) -> Result<OwnedTerm, ExitReason> {
        let (state, _) = self.state();
        let mut is_there = true;
        let term = exit::catch(|| {
            OwnedTerm::build(|writer| {
                let term = state.state_term(writer);
                is_there = term.is_some();
                term.unwrap_or(Word::NIL)
            })
        })?;
        match is_there {
            true => Ok(term),
            false => Err(ExitReason::custom(format!(
                "the state of {} has neither `derive(dala::Term)` nor `Debug`",
                A::NAME
            ))),
        }
    }

    /// As OTP's `gen_server` answers `sys:get_status/1`.
    fn status(&mut self) -> OwnedTerm {
        let state = self.state_as_term().unwrap_or_else(|_| Atom::new("unknown").into());
        let pid = self.context.pid();
        let parent = process::parent_of(pid).unwrap_or(crate::pid::NOBODY);
        let mode = Atom::new(if self.context.is_suspended() { "suspended" } else { "running" });
        let named = |writer: &mut dyn TermWriter, name: &str, value: Word| {
            let name = writer.charlist(name);
            writer.tuple(&[name, value])
        };
        OwnedTerm::build(|writer| {
            let [parent, mode, data] = [Word::pid(parent), Word::atom(mode), Word::atom(Atom::new("data"))];
            let module = writer.tuple(&[Word::atom(Atom::new("module")), Word::atom(Atom::new(MODULE))]);
            let title = writer.charlist(&format!("Status for native actor {}", A::NAME));
            let header = writer.tuple(&[Word::atom(Atom::new("header")), title]);
            let facts = [named(writer, "Status", mode), named(writer, "Parent", parent)];
            let facts = writer.list(&facts, Word::NIL);
            let facts = writer.tuple(&[data, facts]);
            let state = state.copy_to(writer);
            let state = [named(writer, "State", state)];
            let state = writer.list(&state, Word::NIL);
            let state = writer.tuple(&[data, state]);
            let misc = writer.list(&[header, facts, state], Word::NIL);
            let items = writer.list(&[Word::NIL, mode, parent, Word::NIL, misc], Word::NIL);
            writer.tuple(&[Word::atom(Atom::new("status")), Word::pid(pid), module, items])
        })
    }

    /// Begins to replace the state; until that is done the actor is in the middle of it.
    fn replace_state(&mut self, call: NodeBox, replace: ReplaceState) {
        let state = match self.state_as_term() {
            Ok(state) => state,
            Err(why) => return answer(Some(call), failed(|writer| why.write(writer))),
        };
        self.context.call = Some(call);
        self.suspended = Some(Box::new(Replacing(replace(state))));
        process::wake(self.context.pid());
    }

    /// The next system message; what else is there is kept back.
    ///
    /// # Errors
    /// How the activation ends when there is none.
    #[cold]
    pub(super) fn next_system_request(
        &mut self,
        activation: &mut Activation<'_>,
    ) -> Result<NodeBox, Outcome> {
        while let Some(node) = activation.next_unsettled() {
            if node.is_system_request() {
                match activation.settle(node) {
                    Some(node) => return Ok(node),
                    None => continue,
                }
            }
            if let Some(Signal::Exit { from, reason, .. }) = Signal::of(&node)
                && *from == activation.parent()
            {
                return Err(Outcome::Exited(reason.clone()));
            }
            self.context.extras().held.push_back(node);
            if activation.spend() {
                return Err(Outcome::Yielded);
            }
        }
        Err(Outcome::Waiting)
    }
}

/// `{error, Reason}`.
fn failed(reason: impl FnOnce(&mut dyn TermWriter) -> Word) -> OwnedTerm {
    OwnedTerm::build(|writer| {
        let reason = reason(writer);
        writer.tuple(&[Word::atom(atoms::ERROR), reason])
    })
}

/// A new state is being made, elsewhere.
struct Replacing(Pin<Box<dyn Future<Output = Result<OwnedTerm, OwnedTerm>> + Send>>);

impl<A: Actor> Suspended<A> for Replacing {
    fn poll(&mut self, task: &mut Context<'_>, native: &mut Native<A>) -> Poll<Result<(), ExitReason>> {
        let Poll::Ready(made) = self.0.as_mut().poll(task) else { return Poll::Pending };
        // `resume` took this off, so the state is nobody's.
        let (state, _) = native.state();
        let reply = match made {
            Ok(new) => match state.set_state_term(Source::new(new.root())) {
                Ok(()) => new,
                Err(misfit) => failed(|writer| writer.binary(misfit.to_string().as_bytes())),
            },
            Err(reason) => failed(|writer| reason.copy_to(writer)),
        };
        answer(native.context.call.take(), reply);
        Poll::Ready(Ok(()))
    }
}
