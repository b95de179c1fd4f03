//! The actor that a port is: takes commands and exit signals.

use std::sync::Arc;
use std::sync::mpsc::Sender;

use dala::actor::{Activation, Behaviour, Incoming, Outcome, process};
use dala::mailbox::receive::Receive;
use dala::message::ExitReason;
use dala::pid::Ref;
use dala_ir::abi::{Atom, Pid, Word, atoms};
use dala_ir::term::{Fragment, TermWriter, view};

use super::port_word;
use super::ram_file::{Answer, RamFile};
use super::table::Entry;
use crate::bif::iodata_bytes;
use crate::process::{System, message};

/// The program is at its end, or cannot be written to.
#[derive(Debug)]
struct Ended(ExitReason);

/// A port.
#[derive(Debug)]
pub(super) struct Port {
    entry: Option<Arc<Entry>>,
    system: Arc<System>,
    /// The connected process, as of the messages so far.
    owner: Pid,
    served: Served,
    receive: Receive,
    /// Who is told of its end.
    closing: Vec<Closing>,
}

/// What takes what is written to a port.
#[derive(Debug)]
pub(super) enum Served {
    /// The thread that writes to the program or file.
    Writer(Sender<Vec<u8>>),
    /// A file in memory, which answers.
    RamFile {
        file: RamFile,
        is_binary: bool,
    },
    Nothing,
}

impl Port {
    pub(super) fn new(system: Arc<System>, owner: Pid, served: Served) -> Port {
        Port { entry: None, system, owner, served, receive: Receive::default(), closing: Vec::new() }
    }

    /// Writes to the program, later, or has a file in memory do what the bytes say.
    fn write(&mut self, entry: &Entry, bytes: Vec<u8>) {
        match &mut self.served {
            // A program that closed its input reads nothing; its port ends by that.
            Served::Writer(writer) => drop(writer.send(bytes)),
            Served::RamFile { file, is_binary } => {
                if let Some(answer) = file.command(&bytes) {
                    tell_answer(entry, answer, *is_binary);
                }
            }
            Served::Nothing => {}
        }
    }

    fn connect(&mut self, entry: &Entry, owner: Pid, activation: &mut Activation<'_>) {
        activation.link(owner);
        entry.connect(owner);
        self.owner = owner;
    }

    /// What a built-in function asks for, which checked it; some reason when the port is to end.
    fn checked(
        &mut self,
        entry: &Entry,
        request: Word,
        activation: &mut Activation<'_>,
    ) -> Option<ExitReason> {
        match view::tuple_elements(request) {
            None => {
                self.part(entry, activation);
                return Some(ExitReason::Normal);
            }
            Some(&[_, data]) => match data.as_pid() {
                Some(owner) => self.connect(entry, owner, activation),
                None => self.write(entry, iodata_bytes(data)?),
            },
            Some(_) => {}
        }
        None
    }

    /// Those that are linked with it learn of its end, then who closes it.
    fn part(&mut self, entry: &Entry, activation: &mut Activation<'_>) {
        for linked in activation.links() {
            activation.unlink(linked);
            process::exit(entry.pid, linked, ExitReason::Normal);
        }
        self.closing.clear();
    }

    /// What a message asks for; some reason when the port is to end.
    fn command(&mut self, entry: &Entry, term: Word, activation: &mut Activation<'_>) -> Option<ExitReason> {
        let &[from, request] = view::tuple_elements(term)? else { return None };
        let owner = self.owner;
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
                match iodata_bytes(data).and_then(|bytes| entry.frame(bytes)) {
                    Some(bytes) => self.write(entry, bytes),
                    None => process::exit(entry.pid, owner, ExitReason::from(Atom::new("badsig"))),
                }
            }
            Some(&[what, new]) if what == Word::atom(Atom::new("connect")) => {
                if let Some(new) = new.as_pid() {
                    self.connect(entry, new, activation);
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

/// Sends `{Port, {data, Answer}}`: a list, whose tail is a binary where data is and ports have binaries.
fn tell_answer(entry: &Entry, answer: Answer, is_binary: bool) {
    let mut scratch = Fragment::new();
    let list = |scratch: &mut Fragment, bytes: &[u8], tail| {
        let bytes: Vec<Word> = bytes.iter().map(|&byte| Word::small_int(byte.into())).collect();
        scratch.list(&bytes, tail)
    };
    let head = answer.head();
    let tail = match answer {
        Answer::Data(data) if is_binary => scratch.binary(&data),
        Answer::Data(data) => list(&mut scratch, &data, Word::NIL),
        Answer::Done | Answer::Failed(_) | Answer::Number(_) => Word::NIL,
    };
    let answer = list(&mut scratch, &head, tail);
    let data = scratch.tuple(&[Word::atom(Atom::new("data")), answer]);
    let told = scratch.tuple(&[port_word(entry.pid), data]);
    // Its owner's end is the port's, too.
    drop(process::send(entry.connected(), message::node_of(told)));
}

impl Behaviour for Port {
    const ARRIVAL_ORDER: bool = true;
    // It ends with what its program, or its owner, says.
    const REPORTS_CRASHES: bool = false;

    fn run(&mut self, activation: &mut Activation<'_>) -> Outcome {
        activation.take_wake();
        let entry = match &self.entry {
            Some(entry) => Arc::clone(entry),
            None => match self.system.builtins.ports.entry(activation.pid()) {
                Some(entry) => Arc::clone(self.entry.insert(entry)),
                // Whoever opens it wakes it when it is on the table.
                None => return Outcome::Waiting,
            },
        };
        while let Some(told) = activation.take_question() {
            match told.downcast::<Ended>() {
                Ok(ended) => return Outcome::Exited(ended.0),
                Err(told) => self.closing.extend(told.downcast::<Closing>().map(|closing| *closing)),
            }
        }
        loop {
            let mut cursor = activation.receive(&mut self.receive);
            if cursor.peek().is_none() {
                break;
            }
            match cursor.take() {
                Some(Incoming::Message(node)) if message::is_term(&node) => {
                    let term = message::term_in(&node);
                    let end = match node.sender() == Some(entry.pid) {
                        true => self.checked(&entry, term, activation),
                        false => self.command(&entry, term, activation),
                    };
                    if let Some(reason) = end {
                        return Outcome::Exited(reason);
                    }
                }
                // It ends with its owner, whatever the reason.
                Some(Incoming::Exit { from, reason })
                    if from == self.owner || reason != ExitReason::Normal =>
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
        // The program's input ends when all that was sent is written.
        self.served = Served::Nothing;
    }

    fn name() -> &'static str {
        "port"
    }
}

/// Has the port end.
pub(super) fn ended(port: Pid, reason: ExitReason) {
    // A port that is gone needs no telling.
    if process::ask(port, Box::new(Ended(reason))).is_ok() {
        process::wake(port);
    }
}

/// A process that waits for a port's end: `{Reference, true}` goes there when this is dropped.
#[derive(Debug)]
struct Closing {
    asker: Pid,
    reference: Ref,
}

impl Drop for Closing {
    fn drop(&mut self) {
        let mut scratch = Fragment::new();
        let reference = scratch.reference(self.reference.to_bits(), 0);
        let told = scratch.tuple(&[reference, Word::atom(atoms::TRUE)]);
        // It may be gone.
        drop(process::send(self.asker, message::node_of(told)));
    }
}

/// Has a port end when it has done what it was told before. `{Reference, true}` goes to `asker` then, whatever ends it.
pub(crate) fn close(port: Pid, asker: Pid, reference: Ref) {
    drop(process::ask(port, Box::new(Closing { asker, reference })));
    request(port, Request::Close);
}

/// What a built-in function has a port do. It comes behind what was sent to the port before, and may come from any
/// process, so it says that it is from the port itself, which no program can.
#[derive(Debug)]
pub(crate) enum Request {
    /// To write these bytes, which are framed.
    Write(Vec<u8>),
    /// To take commands of this process from now on.
    Connect(Pid),
    /// To end.
    Close,
}

/// Puts a request into the port's mailbox.
pub(crate) fn request(port: Pid, request: Request) {
    let mut scratch = Fragment::new();
    let pair =
        |scratch: &mut Fragment, what: &str, value| scratch.tuple(&[Word::atom(Atom::new(what)), value]);
    let term = match request {
        Request::Write(bytes) => {
            let bytes = scratch.binary(&bytes);
            pair(&mut scratch, "command", bytes)
        }
        Request::Connect(owner) => pair(&mut scratch, "connect", Word::pid(owner)),
        Request::Close => Word::atom(Atom::new("close")),
    };
    let mut node = message::node_of(term);
    node.set_sender(port);
    // A port that is gone has nothing to do.
    drop(process::send(port, node));
}
