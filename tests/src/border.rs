//! A stage on which Rust actors and Elixir processes meet: `tests/beam/border.ex` is the other half.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use dala::actor::Context;
use dala::{Atom, Down, ExitReason, Pid, Runtime, StableLayout, Unhandled};
use dala_beam::interop::{Server, ServerSpec};
use dala_beam::process::{Ended, Entry, System};
use dala_ir::abi::Word;
use dala_ir::term::{Fragment, OwnedTerm, Style, TermWriter as _, print};

use crate::beam;

/// Longest wait for what must come.
const PATIENCE: Duration = Duration::from_secs(30);

/// A runtime with BEAM code on it.
#[derive(Debug)]
pub struct Stage {
    /// Where all actors live.
    pub runtime: Runtime,
    /// What the processes share.
    pub system: Arc<System>,
}

impl Default for Stage {
    fn default() -> Stage {
        Stage::new()
    }
}

impl Stage {
    /// A stage with two workers.
    pub fn new() -> Stage {
        let runtime = Runtime::builder().workers(2).build().expect("the runtime starts");
        let system = beam::system(runtime.handle());
        Stage { runtime, system }
    }

    /// A process that runs `Border.FUNCTION(argument)`.
    pub fn spawn(&self, function: &str, argument: &impl StableLayout) -> Pid {
        self.start("Elixir.Border", function, argument, None)
    }

    fn start(
        &self,
        module: &str,
        function: &str,
        argument: &impl StableLayout,
        watcher: Option<Sender<Ended>>,
    ) -> Pid {
        let mut scratch = Fragment::new();
        let argument = argument.write_term(&mut scratch);
        let arguments = scratch.list(&[argument], Word::NIL);
        let entry = Entry::Function(Atom::new(module), Atom::new(function), arguments);
        self.system.start_process(entry, None, watcher).expect("pids are left")
    }

    /// Runs `Border.FUNCTION(argument)` to its end; what it returned, in Erlang's syntax.
    ///
    /// # Panics
    /// When it raises, or takes too long.
    pub fn run(&self, function: &str, argument: &impl StableLayout) -> String {
        self.run_in("Elixir.Border", function, argument)
    }

    /// As [`run`](Stage::run) in another module of `tests/beam`, by its name in Erlang.
    ///
    /// # Panics
    /// When it raises, or takes too long.
    pub fn run_in(&self, module: &str, function: &str, argument: &impl StableLayout) -> String {
        text(&self.begin_in(module, function, argument).value())
    }

    /// Begins what [`run_in`](Stage::run_in) runs.
    pub fn begin_in(&self, module: &str, function: &str, argument: &impl StableLayout) -> Running {
        let (sender, ended) = channel();
        let pid = self.start(module, function, argument, Some(sender));
        Running { pid, ended, name: format!("{module}:{function}/1") }
    }

    /// A new observer, and what it notes.
    pub fn peer(&self) -> (PeerRef, Notes) {
        let (sender, notes) = channel();
        let gate = Arc::new(tokio::sync::Notify::new());
        let peer = self.runtime.spawn(Peer { notes: sender, gate: gate.clone() }).expect("pids are left");
        // The first call of a native actor goes through OTP's own `gen:call`, all later ones do not.
        let first = (peer.pid(), term(&(Atom::new("add"), 1_i64, 1_i64)), atom("infinity"));
        assert_eq!(self.run("call", &first), "{{replied,2},{messages,[]}}");
        (peer.into(), Notes { notes, gate })
    }

    /// How a `Border.Server` that tells `observer` of its life is started.
    pub fn server_spec(&self, observer: PeerRef) -> ServerSpec {
        ServerSpec::new(&self.system, "Elixir.Border.Server", &Pid::from(observer))
    }

    /// A `Border.Server`, started by nobody.
    pub fn server(&self, observer: PeerRef) -> Server {
        let _entered = self.runtime.enter();
        let spec = self.server_spec(observer);
        let pid = spec.start().expect("pids are left");
        Server::of_pid(&self.system, pid)
    }
}

/// A process that runs a function.
#[derive(Debug)]
pub struct Running {
    /// The process.
    pub pid: Pid,
    ended: Receiver<Ended>,
    name: String,
}

impl Running {
    /// What it returned.
    ///
    /// # Panics
    /// When it raises, or takes too long.
    #[track_caller]
    pub fn value(&self) -> OwnedTerm {
        match self.ended.recv_timeout(PATIENCE) {
            Ok(Ended::Value(value)) => value,
            Ok(Ended::Raised { class, reason, trace }) => {
                panic!("{} raised {class:?} {}\n{}", self.name, text(&reason), text(&trace))
            }
            other => panic!("{} ended otherwise: {other:?}", self.name),
        }
    }

    /// Why it ended, if it did not return or raise.
    ///
    /// # Panics
    /// When it did, or takes too long.
    #[track_caller]
    pub fn exit(&self) -> ExitReason {
        match self.ended.recv_timeout(PATIENCE) {
            Ok(Ended::Exit(reason)) => reason,
            other => panic!("{} ended otherwise: {other:?}", self.name),
        }
    }
}

/// A term in Erlang's syntax.
pub fn text(term: &OwnedTerm) -> String {
    print(term.root(), Style::Readable).to_string()
}

/// The atom of this text, as a term.
pub fn atom(text: &str) -> OwnedTerm {
    OwnedTerm::from(Atom::new(text))
}

/// The term that a value is.
pub fn term(value: &impl StableLayout) -> OwnedTerm {
    OwnedTerm::build(|scratch| value.write_term(scratch))
}

/// What a peer saw.
#[derive(Clone, Debug, PartialEq)]
pub enum Note {
    /// Somebody told it this term.
    Told(String),
    /// A linked actor ended.
    Exit(Pid, ExitReason),
    /// A watched actor ended.
    Down(Pid, ExitReason),
    /// A message it has no handler for, and why not.
    Unhandled(String, String),
    /// It ended.
    Ended(ExitReason),
}

/// The notes of one peer, in order.
#[derive(Debug)]
pub struct Notes {
    notes: Receiver<Note>,
    gate: Arc<tokio::sync::Notify>,
}

impl Notes {
    /// The next note.
    ///
    /// # Panics
    /// When none comes.
    #[track_caller]
    pub fn next(&self) -> Note {
        self.notes.recv_timeout(PATIENCE).expect("the peer notes something")
    }

    /// The next note, which is that it was told something.
    ///
    /// # Panics
    /// When none or another comes.
    #[track_caller]
    pub fn told(&self) -> String {
        match self.next() {
            Note::Told(what) => what,
            other => panic!("told nothing, but {other:?}"),
        }
    }

    /// Lets one `hold` of the peer go on.
    pub fn open(&self) {
        self.gate.notify_one();
    }

    /// Whether nothing was noted that was not asked for.
    pub fn is_empty(&self) -> bool {
        self.notes.try_recv().is_err()
    }
}

/// `{told, What}`.
#[dala::message]
#[derive(Debug)]
pub struct Told {
    /// Whatever.
    pub what: OwnedTerm,
}

/// A Rust actor that does what it is told, from Rust or Elixir, and notes what it sees.
#[derive(Debug)]
pub struct Peer {
    notes: Sender<Note>,
    /// What `hold` waits for.
    gate: Arc<tokio::sync::Notify>,
}

impl Peer {
    fn note(&self, note: Note) {
        // The test may be over.
        let _ = self.notes.send(note);
    }
}

#[dala::actor]
impl Peer {
    #[handler]
    fn told(&mut self, Told { what }: Told) {
        self.note(Note::Told(text(&what)));
    }

    /// The sum.
    #[message]
    fn add(&mut self, a: i64, b: i64) -> i64 {
        a + b
    }

    /// The term back.
    #[message]
    fn echo(&mut self, what: OwnedTerm) -> OwnedTerm {
        what
    }

    /// The sum, after a turn of tokio's timer.
    #[message]
    async fn add_later(&mut self, a: i64, b: i64) -> i64 {
        tokio::time::sleep(Duration::from_millis(1)).await;
        a + b
    }

    /// Never answers.
    #[message]
    async fn never(&mut self) -> i64 {
        self.note(Note::Told("asked".to_owned()));
        std::future::pending().await
    }

    /// Answers when the test opens the gate ([`Notes::open`]).
    #[message]
    async fn hold(&mut self) -> i64 {
        self.note(Note::Told("held".to_owned()));
        self.gate.notified().await;
        1
    }

    /// Panics.
    #[message]
    fn crash(&mut self, text: String) -> i64 {
        panic!("{text}")
    }

    /// Ends with this reason.
    #[message]
    fn stop(&mut self, context: &mut Context<Self>, reason: OwnedTerm) {
        context.stop(ExitReason::from_term(reason.root()));
    }

    /// Sets whether it traps exits; it does at first.
    #[message]
    fn trap(&mut self, context: &mut Context<Self>, on: bool) -> bool {
        context.trap_exits(on)
    }

    /// Links.
    #[message]
    fn link_with(&mut self, context: &mut Context<Self>, peer: Pid) {
        context.link(peer);
    }

    /// Watches.
    #[message]
    fn watch(&mut self, context: &mut Context<Self>, peer: Pid) {
        context.monitor(peer);
    }

    /// Sends an exit signal.
    #[message]
    fn end_other(&mut self, context: &mut Context<Self>, peer: Pid, reason: OwnedTerm) {
        context.exit(peer, ExitReason::from_term(reason.root()));
    }

    /// Another peer that notes to the same place, and does not trap exits: from before its pid is known, as an exit signal does
    /// not wait for messages that came first.
    #[message]
    async fn make(&mut self) -> Pid {
        let peer = Peer { notes: self.notes.clone(), gate: self.gate.clone() };
        let peer = dala::spawn(peer).expect("pids are left");
        peer.call(Trap { on: false }).await.expect("it lives");
        peer.pid()
    }

    #[on_exit]
    fn exited(&mut self, from: Pid, reason: &ExitReason) {
        self.note(Note::Exit(from, reason.clone()));
    }

    #[on_down]
    fn down(&mut self, down: &Down) {
        self.note(Note::Down(down.pid, down.reason.clone()));
    }

    #[unhandled]
    fn other(&mut self, message: &mut Unhandled) {
        self.note(Note::Unhandled(message.text(), message.reason.clone()));
    }

    #[terminate]
    fn ended(&mut self, reason: &ExitReason) {
        self.note(Note::Ended(reason.clone()));
    }
}
