//! What a native actor is, and which messages it handles. `#[dala::actor]` implements these traits.

use super::blocking::Blocking;
use super::context::Context;
use super::qos::Qos;
use crate::mailbox::bounded::Overflow;
use crate::message::{ExitReason, Lane, MemoryLimit, Reply};
use crate::pid::Pid;
use crate::signal::Down;
use std::future::Future;
use std::pin::Pin;

/// A native actor: Rust state with handlers.
pub trait Actor: Sized + 'static {
    /// For people.
    const NAME: &'static str;
    /// Whether ends of linked actors reach [`Actor::on_exit`] instead of ending this one.
    const TRAPS_EXITS: bool = false;
    /// Whether [`Actor::terminate`] does something: shutdown then waits for it.
    const TERMINATES: bool = false;
    /// Capacity of each lane for Rust senders, unless the spawner says otherwise.
    const MAILBOX: Option<u32> = None;
    /// What becomes of messages for a full lane, unless the spawner says otherwise.
    const OVERFLOW: Overflow = Overflow::Wait;
    /// Most memory that it may hold, unless the spawner says otherwise.
    const MEMORY: MemoryLimit = MemoryLimit::NONE;
    /// Which share of the workers it gets, unless the spawner says otherwise.
    const QOS: Qos = Qos::UserFacing;
    /// By when it is to be done each time that it has something to do, unless the spawner says otherwise: see [`Qos`].
    const DEADLINE: Option<std::time::Duration> = None;
    /// How long its mailbox is empty before [`Actor::idle`] is called; never if none.
    const IDLE_AFTER: Option<std::time::Duration> = None;

    /// A linked actor ended, or somebody told this one to end, and it traps exits.
    fn on_exit(&mut self, from: Pid, reason: &ExitReason, context: &mut Context<Self>) {
        let _ = (from, reason, context);
    }

    /// A watched actor ended.
    fn on_down(&mut self, down: &Down, context: &mut Context<Self>) {
        let _ = (down, context);
    }

    /// A message that is none of this actor's. What is left in `message` afterwards is a dead letter.
    fn unhandled(&mut self, message: &mut Unhandled, context: &mut Context<Self>) {
        let _ = (message, context);
    }

    /// Nothing has come for [`Actor::IDLE_AFTER`]: time to give memory back, or to stop. Called once until something comes
    /// again. Costs a look at the clock an activation, and a wake-up for each such time.
    fn idle(&mut self, context: &mut Context<Self>) {
        let _ = context;
    }

    /// The actor ends. Links and monitors learn of it afterwards. Also called after a panic and a kill, but not when `init`
    /// failed: then there is no state.
    fn terminate(&mut self, reason: &ExitReason, context: &mut Context<Self>) {
        let _ = (reason, context);
    }

    /// The state as a term, for `sys:get_state/1` and its like. `#[dala::actor]` writes it: a state with
    /// [`#[derive(dala::Term)]`](macro@crate::Term) (or `#[dala::message]`) as it says, else its `Debug` text as a binary, else
    /// none.
    fn state_term(&self, writer: &mut dyn dala_ir::term::TermWriter) -> Option<dala_ir::abi::Word> {
        let _ = writer;
        None
    }

    /// Takes a state that somebody made of [`Actor::state_term`] (`sys:replace_state/2`). `#[dala::actor]` writes it, for
    /// states that can be read from terms.
    ///
    /// # Errors
    /// When the term is no such state, or no term is.
    fn set_state_term(
        &mut self,
        source: crate::message::Source<'_>,
    ) -> Result<(), crate::message::ConvertError> {
        Err(source.misfit("nothing: this actor's state is not made of terms"))
    }

    /// Takes a message that is not typed (a term): converts and handles it, or gives it back with a reason. The runtime
    /// answers a call whose message comes back with [`NotUnderstood`](crate::CallError::NotUnderstood).
    fn receive_foreign(
        &mut self,
        message: crate::message::NodeBox,
        context: &mut Context<Self>,
    ) -> Result<(), (crate::message::NodeBox, String)> {
        let _ = context;
        Err((message, format!("{} takes no terms", Self::NAME)))
    }

    /// The table by which frontends convert messages for this actor.
    fn protocol() -> Option<&'static (dyn std::any::Any + Send + Sync)> {
        None
    }
}

/// An actor that handles messages of type `M`.
#[diagnostic::on_unimplemented(
    message = "actor `{Self}` does not handle `{M}`",
    label = "no handler takes this message",
    note = "to handle it, add `#[handler] fn name(&mut self, message: {M})` to the actor's `#[dala::actor]` impl"
)]
pub trait Handles<M>: Actor {
    /// What a call with this message returns.
    type Reply: Reply;
    /// The lane that `tell` and `call` use.
    const LANE: Lane = Lane::Normal;

    /// Handles one message.
    fn handle<'a>(&'a mut self, message: M, context: &'a mut Context<Self>) -> Handled<'a, Self::Reply>;
}

/// A message that nobody can send.
///
/// Every actor handles it, so that none handles one message only: for such an actor the compiler would take `M` of
/// `A: Handles<M>` for known, and a message of another type would be a mismatch of types that names no actor.
#[derive(Debug)]
pub enum Unsendable {}

#[diagnostic::do_not_recommend]
impl<A: Actor> Handles<Unsendable> for A {
    type Reply = ();

    fn handle<'a>(&'a mut self, message: Unsendable, _context: &'a mut Context<Self>) -> Handled<'a, ()> {
        match message {}
    }
}

/// What a handler gives: its reply, or a future of it.
pub struct Handled<'a, R>(pub(crate) HandledKind<'a, R>);

pub(crate) enum HandledKind<'a, R> {
    Now(R),
    Later(Pin<Box<dyn Future<Output = R> + Send + 'a>>),
    LaterHere(Pin<Box<dyn Future<Output = R> + 'a>>),
    Delegated,
    DelegatedLater(Pin<Box<dyn Future<Output = ()> + Send + 'a>>),
    DelegatedLaterHere(Pin<Box<dyn Future<Output = ()> + 'a>>),
    Concurrent(Concurrent<R>),
    Blocking(Blocking<R>),
}

/// What a handler returns to go on beside the actor: a future that borrows nothing of it. The actor takes the next message
/// at once; the reply is the future's output. Any number may go on at a time.
///
/// The future runs as an actor of its own: its panic ends this one, also if it traps exits, and the end of this one ends it. Its
/// caller is told. Costs a spawn.
///
/// ```
/// use dala::Concurrent;
///
/// struct Fetcher { delay: std::time::Duration }
///
/// #[dala::actor]
/// impl Fetcher {
///     #[message]
///     fn fetch(&mut self, url: String) -> Concurrent<usize> {
///         let delay = self.delay;
///         Concurrent::new(async move {
///             tokio::time::sleep(delay).await;
///             url.len()
///         })
///     }
/// }
///
/// #[dala::main]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let fetcher = Fetcher { delay: std::time::Duration::from_millis(5) }.spawn()?;
///     let both = dala::join([fetcher.fetch("a".to_owned()), fetcher.fetch("bc".to_owned())]).await;
///     assert_eq!(both, [Ok(1), Ok(2)]);
///     Ok(())
/// }
/// ```
pub struct Concurrent<R>(pub(crate) Pin<Box<dyn Future<Output = R> + Send>>);

impl<R> Concurrent<R> {
    /// Goes on with `future`.
    pub fn new(future: impl Future<Output = R> + Send + 'static) -> Concurrent<R> {
        Concurrent(Box::pin(future))
    }
}

impl<R> std::fmt::Debug for Concurrent<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Concurrent")
    }
}

impl<R> std::fmt::Debug for Handled<'_, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match &self.0 {
            HandledKind::Now(_) => "Handled::now",
            HandledKind::Later(_) => "Handled::later",
            HandledKind::LaterHere(_) => "Handled::later_here",
            HandledKind::Delegated => "Handled::delegated",
            HandledKind::DelegatedLater(_) => "Handled::delegated_later",
            HandledKind::DelegatedLaterHere(_) => "Handled::delegated_later_here",
            HandledKind::Concurrent(_) => "Handled::concurrent",
            HandledKind::Blocking(_) => "Handled::blocking",
        })
    }
}

impl<'a, R> Handled<'a, R> {
    /// A plain handler's reply.
    #[inline(always)]
    pub fn now(reply: R) -> Handled<'a, R> {
        Handled(HandledKind::Now(reply))
    }

    /// An async handler's future.
    #[inline(always)]
    pub fn later(future: impl Future<Output = R> + Send + 'a) -> Handled<'a, R> {
        Handled(HandledKind::Later(Box::pin(future)))
    }

    /// The reply comes through the [`ReplyTo`](crate::ReplyTo) that the handler took
    /// ([`Context::reply_to`](super::Context::reply_to)).
    #[inline(always)]
    pub fn delegated(_handled: ()) -> Handled<'a, R> {
        Handled(HandledKind::Delegated)
    }

    /// As [`Handled::delegated`] of an async handler.
    pub fn delegated_later(future: impl Future<Output = ()> + Send + 'a) -> Handled<'a, R> {
        Handled(HandledKind::DelegatedLater(Box::pin(future)))
    }

    /// As [`Handled::delegated_later`] for pinned actors.
    pub fn delegated_later_here(future: impl Future<Output = ()> + 'a) -> Handled<'a, R> {
        Handled(HandledKind::DelegatedLaterHere(Box::pin(future)))
    }

    /// What goes on beside the actor.
    pub fn concurrent(concurrent: Concurrent<R>) -> Handled<'a, R> {
        Handled(HandledKind::Concurrent(concurrent))
    }

    /// What goes on on the blocking pool.
    pub fn blocking(blocking: Blocking<R>) -> Handled<'a, R> {
        Handled(HandledKind::Blocking(blocking))
    }

    /// As [`Handled::later`] for pinned actors, whose futures never leave their thread. In any other actor it is that
    /// actor's exit.
    #[inline(always)]
    pub fn later_here(future: impl Future<Output = R> + 'a) -> Handled<'a, R> {
        Handled(HandledKind::LaterHere(Box::pin(future)))
    }
}

/// A message that an actor does not handle.
#[derive(Debug)]
pub struct Unhandled {
    /// The node.
    pub node: crate::message::NodeBox,
    /// Why it is not handled.
    pub reason: String,
}

impl Unhandled {
    /// The term, if a term it is that does not convert into a message of this actor.
    pub fn term(&self) -> Option<&dala_ir::term::OwnedTerm> {
        self.node.as_misfit().map(|misfit| &misfit.term)
    }

    /// The message for people: the term in Erlang's syntax, or the name of its type.
    pub fn text(&self) -> String {
        match self.node.as_misfit() {
            Some(misfit) => misfit.text(),
            None => self.node.vtable().type_name().to_owned(),
        }
    }
}
