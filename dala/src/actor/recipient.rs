//! References to whoever takes one type of message.

use super::admission::{self, NotSent};
use super::cell;
use super::current;
use super::handler::{Actor, Handles};
use super::native::typed_node;
use super::process;
use super::reference::{ActorRef, DEFAULT_DEADLINE, SendError, asking, call_node};
use crate::message::{Call, Message, NodeBox, Reply};
use crate::pid::{Pid, epoch};
use std::marker::PhantomData;
use std::time::Duration;

/// Names an actor of any type that handles `M`, or a process that reads it as a term. Sixteen bytes, and free to copy; a
/// send costs an indirect call more than one by [`ActorRef`].
///
/// ```
/// use dala::Recipient;
///
/// #[dala::message]
/// struct Notice { number: u64 }
///
/// struct Log;
/// #[dala::actor]
/// impl Log {
///     #[handler]
///     fn notice(&mut self, _notice: Notice) {}
/// }
///
/// #[dala::main]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let log = Log.spawn()?;
///     let anybody: Recipient<Notice> = log.recipient();
///     anybody.tell(Notice { number: 1 })?;
///     Ok(())
/// }
/// ```
pub struct Recipient<M: Message> {
    pid: Pid,
    make: fn(M) -> NodeBox,
}

impl<M: Message> Clone for Recipient<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M: Message> Copy for Recipient<M> {}

impl<M: Message> PartialEq for Recipient<M> {
    fn eq(&self, other: &Self) -> bool {
        self.pid == other.pid
    }
}

impl<M: Message> Eq for Recipient<M> {}

impl<M: Message> std::fmt::Debug for Recipient<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Recipient{}", self.pid)
    }
}

impl<A: Handles<M>, M: Message> From<ActorRef<A>> for Recipient<M> {
    fn from(actor: ActorRef<A>) -> Recipient<M> {
        Recipient { pid: actor.pid(), make: typed_node::<A, M> }
    }
}

impl<M: Message> From<Recipient<M>> for Pid {
    fn from(recipient: Recipient<M>) -> Pid {
        recipient.pid
    }
}

impl<A: Actor> ActorRef<A> {
    /// This actor as one that takes messages of type `M`.
    pub fn recipient<M: Message>(&self) -> Recipient<M>
    where
        A: Handles<M>,
    {
        Recipient::from(*self)
    }
}

impl<M: Message> Recipient<M> {
    /// A process that is not of Rust and reads the message as a term.
    pub fn process(pid: Pid) -> Recipient<M> {
        Recipient { pid, make: NodeBox::for_shape }
    }

    /// Its pid.
    pub fn pid(&self) -> Pid {
        self.pid
    }

    /// Whether it lives.
    pub fn is_alive(&self) -> bool {
        process::is_alive(self.pid)
    }

    /// As [`ActorRef::tell`].
    ///
    /// # Errors
    /// As [`ActorRef::tell`].
    pub fn tell(&self, message: M) -> Result<(), SendError<M>> {
        let pin = epoch::pin();
        let Some(cell) = cell::lookup(self.pid, &pin) else { return Err(SendError::Dead(message)) };
        let mut node = (self.make)(message);
        node.set_sender(current::pid());
        admission::send(cell, node).map_err(SendError::of)
    }

    /// As [`Recipient::tell`], exempt from the bound of the mailbox as signals and replies are: for what the runtime tells an
    /// actor that asked to be told. Who misses one such message has a wrong picture from then on.
    ///
    /// # Errors
    /// [`SendError::Dead`].
    pub(crate) fn inform(&self, message: M) -> Result<(), SendError<M>> {
        let pin = epoch::pin();
        let Some(cell) = cell::lookup(self.pid, &pin) else { return Err(SendError::Dead(message)) };
        let mut node = (self.make)(message);
        node.set_sender(current::pid());
        current::count_send();
        cell.send(node).map_err(|node| SendError::of(NotSent::Dead(node)))
    }

    /// As [`ActorRef::tell_wait`].
    ///
    /// # Errors
    /// As [`ActorRef::tell_wait`].
    pub async fn tell_wait(&self, message: M) -> Result<(), SendError<M>> {
        let mut node = (self.make)(message);
        node.set_sender(current::pid());
        admission::send_wait(self.pid, node).await.map_err(SendError::of)
    }
}

/// As [`Recipient`], for those who want the reply: names an actor of any type that answers an `M` with an `R`.
pub struct Callee<M: Message, R: Reply> {
    recipient: Recipient<M>,
    _reply: PhantomData<fn() -> R>,
}

impl<M: Message, R: Reply> Clone for Callee<M, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M: Message, R: Reply> Copy for Callee<M, R> {}

impl<M: Message, R: Reply> std::fmt::Debug for Callee<M, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Callee{}", self.recipient.pid)
    }
}

impl<A: Handles<M, Reply = R>, M: Message, R: Reply> From<ActorRef<A>> for Callee<M, R> {
    fn from(actor: ActorRef<A>) -> Callee<M, R> {
        Callee { recipient: Recipient::from(actor), _reply: PhantomData }
    }
}

impl<M: Message, R: Reply> From<Callee<M, R>> for Recipient<M> {
    fn from(callee: Callee<M, R>) -> Recipient<M> {
        callee.recipient
    }
}

impl<A: Actor> ActorRef<A> {
    /// This actor as one that answers messages of type `M`.
    pub fn callee<M: Message>(&self) -> Callee<M, A::Reply>
    where
        A: Handles<M>,
    {
        Callee::from(*self)
    }
}

impl<M: Message, R: Reply> std::ops::Deref for Callee<M, R> {
    type Target = Recipient<M>;
    fn deref(&self) -> &Recipient<M> {
        &self.recipient
    }
}

impl<M: Message, R: Reply> Callee<M, R> {
    fn call_limited(&self, message: M, limit: Option<Duration>, is_told: bool) -> Call<R> {
        // The node's handler replies with an R: `make` is of an actor that does (`From`).
        call_node(self.recipient.pid, limit, is_told, |reply| asking((self.recipient.make)(message), reply))
    }

    /// As [`ActorRef::call`].
    ///
    /// # Errors
    /// As [`ActorRef::call`].
    pub fn call(&self, message: M) -> Call<R> {
        self.call_limited(message, Some(DEFAULT_DEADLINE), false)
    }

    /// As [`ActorRef::call_timeout`].
    ///
    /// # Errors
    /// As [`ActorRef::call`].
    pub fn call_timeout(&self, message: M, limit: Duration) -> Call<R> {
        self.call_limited(message, Some(limit), true)
    }

    /// As [`ActorRef::call_forever`].
    ///
    /// # Errors
    /// As [`ActorRef::call`].
    pub fn call_forever(&self, message: M) -> Call<R> {
        self.call_limited(message, None, false)
    }
}

/// A reference made by `#[dala::protocol]` through which messages of type `M` can be sent.
#[diagnostic::on_unimplemented(
    message = "the protocol of `{Self}` has no `{M}`",
    label = "no method of the protocol takes this message",
    note = "add a method that takes it to the `#[dala::protocol]` trait"
)]
pub trait Takes<M: Message> {
    /// What a call with this message returns.
    type Reply: Reply;

    /// The actor as one that answers this message.
    fn callee(&self) -> Callee<M, Self::Reply>;
}
