//! Rust to Erlang processes: casts, messages and calls of a `gen_server`.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use dala::actor::process;
use dala::message::{Call, CallError, NodeBox};
use dala::server::{GenServer, ReplyMisfit, ServerError, Waiting};
use dala::{ExitReason, Message, StableLayout};
use dala_ir::abi::{Atom, Pid, Word, atoms};
use dala_ir::term::{Fragment, OwnedTerm, TermWriter};

use super::{inbound, reply};
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

    /// Calls `handle_call/3` and waits for the reply, for at most 5 seconds. The request is sent at once, not when the future is
    /// first polled; when that is dropped, the server does what it was asked, and the reply goes nowhere.
    ///
    /// A call made while handling a call fails at the latest when that one's deadline passes, and lends the server the
    /// caller's class until the server has taken it up, as [`ActorRef::call`](dala::ActorRef::call). The server sees the actor
    /// that calls as its caller, so that it may watch it; for code that is no actor, one actor stands that lives as long as
    /// the runtime.
    ///
    /// # Errors
    /// See [`ServerError`].
    pub fn call<M: Message, R: StableLayout + Send>(
        &self,
        request: M,
    ) -> impl Future<Output = Result<R, ServerError>> + Send + use<M, R> {
        self.call_timeout(request, DEFAULT_TIMEOUT)
    }

    /// As [`Server::call`] with another limit.
    ///
    /// # Errors
    /// See [`ServerError`].
    pub fn call_timeout<M: Message, R: StableLayout + Send>(
        &self,
        request: M,
        limit: Duration,
    ) -> impl Future<Output = Result<R, ServerError>> + Send + use<M, R> {
        let asked = self.ask(|scratch| request.to_term(scratch), limit);
        async move { Ok(ReplyMisfit::read(replied(asked, limit).await?)?) }
    }

    fn ask(
        &self,
        request: impl FnOnce(&mut Fragment) -> Word,
        limit: Duration,
    ) -> Result<Call<OwnedTerm>, ServerError> {
        let pid = self.live()?;
        let mut scratch = Fragment::new();
        let request = request(&mut scratch);
        let node = inbound::request_to_native(pid, request).unwrap_or_else(|| {
            let from = self.from(pid, &mut scratch);
            message::node_of(scratch.tuple(&[Word::atom(atoms::DOLLAR_GEN_CALL), from, request]))
        });
        Ok(process::call(pid, node, Some(limit)))
    }

    /// `From` of a new call of `pid`.
    fn from(&self, pid: Pid, scratch: &mut Fragment) -> Word {
        let caller = self.system.builtins.outside.caller(&self.system.runtime);
        let tag = reply::new_tag(pid, scratch);
        scratch.tuple(&[Word::pid(caller), tag])
    }

    /// Tells it to end (`sys:terminate/2`); the call is answered when it has.
    fn terminate(&self, reason: &ExitReason) -> Result<Call<ExitReason>, ServerError> {
        let pid = self.live()?;
        let ended = process::ended(pid);
        let mut scratch = Fragment::new();
        // It answers before it ends; no call has that name.
        let from = self.from(pid, &mut scratch);
        let reason = reason.write(&mut scratch);
        let request = scratch.tuple(&[Word::atom(Atom::new("terminate")), reason]);
        let term = scratch.tuple(&[Word::atom(Atom::new("system")), from, request]);
        // If it ended meanwhile, `ended` tells.
        drop(process::send(pid, inbound::node_for(&self.system, pid, term)));
        Ok(ended)
    }
}

/// Waits for the reply of a call that was made within `limit`.
async fn replied(
    asked: Result<Call<OwnedTerm>, ServerError>,
    limit: Duration,
) -> Result<OwnedTerm, ServerError> {
    asked?.await.map_err(|error| ServerError::of_call(error, limit))
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
        Box::pin(replied(self.ask(|scratch| request.copy_to(scratch), limit), limit))
    }

    fn cast(&self, request: &OwnedTerm) -> Result<(), ServerError> {
        self.cast_term(|scratch| request.copy_to(scratch))
    }

    fn info(&self, message: &OwnedTerm) -> Result<(), ServerError> {
        send(self.live()?, message.root())
    }

    fn stop(&self, reason: ExitReason, limit: Duration) -> Waiting<()> {
        let ended = self.terminate(&reason);
        let mut late = self.system.runtime.sleep(limit);
        Box::pin(async move {
            let mut ended = ended?;
            let ended = poll_fn(|context| match Pin::new(&mut ended).poll(context) {
                Poll::Ready(ended) => Poll::Ready(ended),
                Poll::Pending => Pin::new(&mut late).poll(context).map(|()| Err(CallError::Timeout)),
            });
            match ended.await {
                Ok(as_told) if as_told == reason => Ok(()),
                Ok(other) => Err(ServerError::Exited(other)),
                Err(error) => Err(ServerError::of_call(error, limit)),
            }
        })
    }
}
