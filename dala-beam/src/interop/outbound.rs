//! Rust to Erlang processes: casts, messages and calls of a `gen_server`.

use std::sync::Arc;
use std::time::Duration;

use dala::actor::{Activation, Behaviour, Incoming, Outcome, SpawnOptions, process};
use dala::message::NodeBox;
use dala::server::{GenServer, ReplyMisfit, ServerError, Waiting};
use dala::{ExitReason, Message, Ref, StableLayout};
use dala_ir::abi::{Atom, Pid, Word, atoms};
use dala_ir::term::{Fragment, OwnedTerm, TermWriter, tuple_elements, view};
use tokio::sync::oneshot;

use crate::heap::own;
use crate::process::{System, message};

/// How long a call waits unless told otherwise, as `GenServer.call/2`.
pub(super) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);

/// A `gen_server` (Elixir: `GenServer`) process, seen from Rust: by pid, or by name, which holds across restarts.
#[derive(Clone, Debug)]
pub struct Server {
    system: Arc<System>,
    target: Target,
}

#[derive(Clone, Copy, Debug)]
enum Target {
    Pid(Pid),
    Name(Atom),
    /// A name that nothing can have: it is no atom, being too long.
    NoName,
}

impl Server {
    /// The server that is registered as `name` whenever something is sent. Nothing ever is under a name of more than
    /// 255 characters.
    pub fn named(system: &Arc<System>, name: &str) -> Server {
        let target = Atom::try_new(name).map_or(Target::NoName, Target::Name);
        Server { system: system.clone(), target }
    }

    /// The server with this pid.
    pub fn of_pid(system: &Arc<System>, pid: Pid) -> Server {
        Server { system: system.clone(), target: Target::Pid(pid) }
    }

    /// The process, if it lives.
    pub fn pid(&self) -> Option<Pid> {
        match self.target {
            Target::Pid(pid) => process::is_alive(pid).then_some(pid),
            Target::Name(name) => self.system.whereis(name),
            Target::NoName => None,
        }
    }

    fn live(&self) -> Result<Pid, ServerError> {
        self.pid().ok_or_else(|| {
            ServerError::NoProcess(match self.target {
                Target::Pid(pid) => format!("{pid} is dead"),
                Target::Name(name) => format!("nothing is registered as {name}"),
                Target::NoName => "no name has more than 255 characters".to_owned(),
            })
        })
    }

    /// Sends a message that reaches `handle_info/2`. It travels in place: no copy, one allocation.
    ///
    /// # Errors
    /// [`ServerError::NoProcess`].
    pub fn tell<M: Message>(&self, message: M) -> Result<(), ServerError> {
        let pid = self.live()?;
        process::send(pid, NodeBox::for_shape(message))
            .map_err(|_| ServerError::NoProcess(format!("{pid} is dead")))
    }

    /// As [`Server::tell`]; waits while the mailbox is full, if the server was started with a bound
    /// ([`ServerSpec::mailbox`](super::ServerSpec::mailbox)).
    ///
    /// # Errors
    /// [`ServerError::NoProcess`], also when it ends while this waits.
    pub async fn tell_wait<M: Message>(&self, message: M) -> Result<(), ServerError> {
        let pid = self.live()?;
        let sent = process::send_wait(pid, NodeBox::for_shape(message)).await;
        sent.map_err(|_| ServerError::NoProcess(format!("{pid} is dead")))
    }

    /// Sends a message that reaches `handle_cast/2`.
    ///
    /// # Errors
    /// [`ServerError::NoProcess`].
    pub fn cast<M: Message>(&self, message: M) -> Result<(), ServerError> {
        self.cast_term(|scratch| message.to_term(scratch))
    }

    fn cast_term(&self, request: impl FnOnce(&mut Fragment) -> Word) -> Result<(), ServerError> {
        let pid = self.live()?;
        let mut scratch = Fragment::new();
        let request = request(&mut scratch);
        let term = scratch.tuple(&[Word::atom(atoms::DOLLAR_GEN_CAST), request]);
        send(pid, term)
    }

    /// Calls `handle_call/3` and waits for the reply, for at most 5 seconds.
    ///
    /// # Errors
    /// See [`ServerError`].
    pub async fn call<M: Message, R: StableLayout + Send>(&self, request: M) -> Result<R, ServerError> {
        self.call_timeout(request, DEFAULT_TIMEOUT).await
    }

    /// As [`Server::call`] with another limit.
    ///
    /// # Errors
    /// See [`ServerError`].
    pub async fn call_timeout<M: Message, R: StableLayout + Send>(
        &self,
        request: M,
        limit: Duration,
    ) -> Result<R, ServerError> {
        let mut scratch = Fragment::new();
        let request = own(request.to_term(&mut scratch));
        let reply = self.ask(Ask::Call(request), limit).await?;
        Ok(ReplyMisfit::read(reply)?)
    }

    async fn ask(&self, ask: Ask, limit: Duration) -> Result<OwnedTerm, ServerError> {
        let pid = self.live()?;
        let (sender, receiver) = oneshot::channel();
        let client =
            Client { server: pid, limit, ask: Some(ask), end: None, done: Some(sender), monitor: None };
        self.system.runtime.spawn_behaviour(client, &SpawnOptions::default().starting())?;
        receiver.await.unwrap_or(Err(ServerError::Exited(ExitReason::Killed)))
    }
}

fn send(pid: Pid, term: Word) -> Result<(), ServerError> {
    process::send(pid, message::node_of(term)).map_err(|_| ServerError::NoProcess(format!("{pid} is dead")))
}

/// What a [typed client](macro@dala::beam) sends through.
impl GenServer for Server {
    fn pid(&self) -> Option<Pid> {
        Server::pid(self)
    }

    fn request(&self, request: OwnedTerm, limit: Duration) -> Waiting<OwnedTerm> {
        let server = self.clone();
        Box::pin(async move { server.ask(Ask::Call(request), limit).await })
    }

    fn cast(&self, request: &OwnedTerm) -> Result<(), ServerError> {
        self.cast_term(|scratch| request.copy_to(scratch))
    }

    fn info(&self, message: &OwnedTerm) -> Result<(), ServerError> {
        send(self.live()?, message.root())
    }

    fn stop(&self, reason: ExitReason, limit: Duration) -> Waiting<()> {
        let server = self.clone();
        Box::pin(async move { server.ask(Ask::Stop(reason), limit).await.map(drop) })
    }
}

/// What a [`Client`] wants of the server.
enum Ask {
    /// A reply.
    Call(OwnedTerm),
    /// Its end (`sys:terminate/2`).
    Stop(ExitReason),
}

type Done = oneshot::Sender<Result<OwnedTerm, ServerError>>;

/// The caller's side of one call: `gen:call` needs a process that monitors the server and that the reply is sent to.
struct Client {
    server: Pid,
    limit: Duration,
    /// Until it was sent.
    ask: Option<Ask>,
    /// The end that is no failure.
    end: Option<ExitReason>,
    done: Option<Done>,
    monitor: Option<Ref>,
}

impl Client {
    fn finish(&mut self, result: Result<OwnedTerm, ServerError>) -> Outcome {
        if let Some(done) = self.done.take() {
            // Whoever called may have given up.
            let _ = done.send(result);
        }
        Outcome::Exited(ExitReason::Normal)
    }

    /// Whether `tag` is what the reply was asked to be tagged with.
    fn is_tag(&self, tag: Word) -> bool {
        view::reference(tag).is_some_and(|tag| Some(Ref::from_bits(tag.low)) == self.monitor)
    }

    fn begin(&mut self, ask: Ask, activation: &mut Activation<'_>) {
        let monitor = activation.monitor(self.server, None);
        self.monitor = Some(monitor);
        let mut scratch = Fragment::new();
        let tag = scratch.reference(monitor.to_bits(), 0);
        let from = scratch.tuple(&[Word::pid(activation.pid()), tag]);
        let (kind, request) = match ask {
            Ask::Call(term) => (atoms::DOLLAR_GEN_CALL, term.copy_to(&mut scratch)),
            Ask::Stop(reason) => {
                let why = reason.write(&mut scratch);
                self.end = Some(reason);
                (Atom::new("system"), scratch.tuple(&[Word::atom(Atom::new("terminate")), why]))
            }
        };
        let term = scratch.tuple(&[Word::atom(kind), from, request]);
        // If it ended meanwhile, the monitor tells.
        drop(process::send(self.server, message::node_of(term)));
        activation.wake_after(self.limit);
    }
}

impl Behaviour for Client {
    fn run(&mut self, activation: &mut Activation<'_>) -> Outcome {
        activation.take_in();
        if let Some(ask) = self.ask.take() {
            self.begin(ask, activation);
        }
        while let Some(incoming) = activation.next_incoming() {
            match incoming {
                Incoming::Message(node) if message::is_term(&node) => {
                    // `{Tag, Reply}`; whatever else comes is not for this call. One that stops answers before it ends.
                    if let Some(&[tag, reply]) = tuple_elements(message::term_in(&node))
                        && self.is_tag(tag)
                        && self.end.is_none()
                    {
                        return self.finish(Ok(own(reply)));
                    }
                }
                Incoming::Down(down) if Some(down.monitor) == self.monitor => {
                    return self.finish(match self.end.as_ref() == Some(&down.reason) {
                        true => Ok(OwnedTerm::from(atoms::OK)),
                        false => Err(ServerError::Exited(down.reason)),
                    });
                }
                _ => {}
            }
        }
        if activation.take_wake() {
            return self.finish(Err(ServerError::Timeout(self.limit)));
        }
        Outcome::Waiting
    }

    fn name() -> &'static str {
        "call of an Erlang process"
    }
}
