//! The actor that a port is: takes commands and exit signals.

use std::sync::Arc;

use dala::actor::{Activation, Behaviour, Incoming, Outcome, process};
use dala::mailbox::receive::Receive;
use dala::message::ExitReason;
use dala_ir::abi::{Atom, Pid, Word};
use dala_ir::term::{Fragment, TermWriter, view};

use super::port_word;
use super::table::Entry;
use crate::bif::iodata_bytes;
use crate::process::{System, message};

/// What others tell a port beside messages.
#[derive(Debug)]
pub(super) enum Told {
    /// The program is at its end, or cannot be written to.
    Ended(ExitReason),
    /// Somebody connected this process.
    Link(Pid),
}

/// A port.
#[derive(Debug)]
pub(super) struct Port {
    entry: Option<Arc<Entry>>,
    system: Arc<System>,
    receive: Receive,
}

impl Port {
    pub(super) fn new(system: Arc<System>) -> Port {
        Port { entry: None, system, receive: Receive::default() }
    }

    /// What a message asks for; some reason when the port is to end.
    fn command(&self, entry: &Entry, term: Word, activation: &mut Activation<'_>) -> Option<ExitReason> {
        let &[from, request] = view::tuple_elements(term)? else { return None };
        let owner = entry.connected();
        // Only the connected process may command.
        if from.as_pid() != Some(owner) {
            return None;
        }
        if request == Word::atom(Atom::new("close")) {
            entry.close();
            tell(owner, entry.pid, "closed");
            return Some(ExitReason::Normal);
        }
        match view::tuple_elements(request) {
            Some(&[what, data]) if what == Word::atom(Atom::new("command")) => {
                let written = iodata_bytes(data).is_some_and(|bytes| entry.write(bytes));
                if !written {
                    let reason = ExitReason::from(Atom::new("badsig"));
                    process::exit(entry.pid, owner, reason);
                }
            }
            Some(&[what, new]) if what == Word::atom(Atom::new("connect")) => {
                if let Some(new) = new.as_pid() {
                    activation.link(new);
                    entry.connect(new);
                    tell(owner, entry.pid, "connected");
                }
            }
            _ => {}
        }
        None
    }
}

/// Sends `{Port, What}`.
fn tell(to: Pid, port: Pid, what: &str) {
    let mut scratch = Fragment::new();
    let told = scratch.tuple(&[port_word(port), Word::atom(Atom::new(what))]);
    // A process that is gone learns nothing.
    drop(process::send(to, message::node_of(told)));
}

impl Behaviour for Port {
    const ARRIVAL_ORDER: bool = true;

    fn run(&mut self, activation: &mut Activation<'_>) -> Outcome {
        activation.take_wake();
        let entry = match &self.entry {
            Some(entry) => Arc::clone(entry),
            None => match self.system.builtins.ports.get(activation.pid()) {
                Some(entry) => Arc::clone(self.entry.insert(entry)),
                // Closed before it ran.
                None => return Outcome::Exited(ExitReason::Normal),
            },
        };
        while let Some(told) = activation.take_question() {
            match told.downcast::<Told>().map(|told| *told) {
                Ok(Told::Ended(reason)) => return Outcome::Exited(reason),
                Ok(Told::Link(pid)) => activation.link(pid),
                Err(_) => {}
            }
        }
        loop {
            let mut cursor = activation.receive(&mut self.receive);
            if cursor.peek().is_none() {
                break;
            }
            match cursor.take() {
                Some(Incoming::Message(node)) if message::is_term(&node) => {
                    if let Some(reason) = self.command(&entry, message::term_in(&node), activation) {
                        return Outcome::Exited(reason);
                    }
                }
                // It ends with its owner, whatever the reason.
                Some(Incoming::Exit { from, reason })
                    if from == entry.connected() || reason != ExitReason::Normal =>
                {
                    return Outcome::Exited(reason);
                }
                Some(_) => {}
                None => break,
            }
        }
        *entry.links.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = activation.links();
        Outcome::Waiting
    }

    fn exiting(&mut self, _reason: &ExitReason, activation: &mut Activation<'_>) {
        if let Some(entry) = self.system.builtins.ports.remove(activation.pid()).or(self.entry.take()) {
            entry.close();
        }
    }

    fn name() -> &'static str {
        "port"
    }
}

/// Has the port end.
pub(super) fn ended(port: Pid, reason: ExitReason) {
    // A port that is gone needs no telling.
    if process::ask(port, Box::new(Told::Ended(reason))).is_ok() {
        process::wake(port);
    }
}

/// Has the port link itself with a process.
pub(crate) fn link(port: Pid, with: Pid) {
    if process::ask(port, Box::new(Told::Link(with))).is_ok() {
        process::wake(port);
    }
}
