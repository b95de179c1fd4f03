//! Typed references to native actors.

#![expect(unsafe_code, reason = "a reference vouches for the type of the actor it names")]

use super::cell::{self, Header};
use super::handler::{Actor, Handles};
use super::native::{is_native, typed_node};
use super::{current, process};
use crate::message::{Call, CallError, ExitReason, Message, NodeBox};
use crate::pid::{Pid, epoch};
use std::marker::PhantomData;
use std::time::Duration;

/// How long a call waits unless told otherwise.
pub const DEFAULT_DEADLINE: Duration = Duration::from_secs(5);

/// Names one incarnation of a native actor of type `A`. Eight bytes; copying is free, and keeps nothing alive.
#[repr(transparent)]
pub struct ActorRef<A: Actor> {
    pid: Pid,
    _actor: PhantomData<fn(A)>,
}

impl<A: Actor> Clone for ActorRef<A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A: Actor> Copy for ActorRef<A> {}

impl<A: Actor> PartialEq for ActorRef<A> {
    fn eq(&self, other: &Self) -> bool {
        self.pid == other.pid
    }
}

impl<A: Actor> Eq for ActorRef<A> {}

impl<A: Actor> std::hash::Hash for ActorRef<A> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.pid.hash(state);
    }
}

impl<A: Actor> std::fmt::Debug for ActorRef<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", A::NAME, self.pid)
    }
}

impl<A: Actor> From<ActorRef<A>> for Pid {
    fn from(reference: ActorRef<A>) -> Pid {
        reference.pid
    }
}

impl<A: Actor> From<&ActorRef<A>> for Pid {
    fn from(reference: &ActorRef<A>) -> Pid {
        reference.pid
    }
}

/// A message that could not be sent; it comes back.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError<M> {
    /// The actor is dead.
    #[error("the actor is dead")]
    Dead(M),
    /// Its mailbox is full.
    #[error("the mailbox is full")]
    Full(M),
}

impl<M> std::fmt::Debug for SendError<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            SendError::Dead(_) => "Dead(..)",
            SendError::Full(_) => "Full(..)",
        })
    }
}

impl<M> SendError<M> {
    /// The message.
    pub fn into_message(self) -> M {
        match self {
            SendError::Dead(message) | SendError::Full(message) => message,
        }
    }
}

impl<A: Actor> ActorRef<A> {
    /// # Safety
    /// `pid` names, or named, a native actor of type A.
    #[inline]
    pub(crate) unsafe fn from_pid(pid: Pid) -> ActorRef<A> {
        ActorRef { pid, _actor: PhantomData }
    }

    /// The typed reference to `pid`, if that is a live native actor of type A.
    pub fn of_pid(pid: Pid) -> Option<ActorRef<A>> {
        // SAFETY: just checked; a pid never names another actor later.
        is_native::<A>(pid).then(|| unsafe { ActorRef::from_pid(pid) })
    }

    /// The actor's pid.
    #[inline]
    pub fn pid(&self) -> Pid {
        self.pid
    }

    /// Whether it lives.
    pub fn is_alive(&self) -> bool {
        process::is_alive(self.pid)
    }

    /// Sends a message. Never waits; one allocation, which most often is a block from the thread's free list.
    ///
    /// # Errors
    /// [`SendError::Dead`], or [`SendError::Full`] when the mailbox is bounded and its lane is full. Both give the message
    /// back.
    #[inline(always)]
    pub fn tell<M: Message>(&self, message: M) -> Result<(), SendError<M>>
    where
        A: Handles<M>,
    {
        let pin = epoch::pin();
        let Some(cell) = cell::lookup(self.pid, &pin) else { return Err(SendError::Dead(message)) };
        if cell.bound.is_some() {
            return Self::tell_bounded(cell, message);
        }
        push(cell, typed_node::<A, M>(message))
    }

    fn tell_bounded<M: Message>(cell: &Header, message: M) -> Result<(), SendError<M>>
    where
        A: Handles<M>,
    {
        let bound = cell.bound.as_ref().expect("the caller looked");
        if !bound.try_take(A::LANE) {
            return Err(if cell.head.is_closed() {
                SendError::Dead(message)
            } else {
                SendError::Full(message)
            });
        }
        let mut node = typed_node::<A, M>(message);
        node.set_credit();
        push(cell, node)
    }

    /// As [`ActorRef::tell`]: the name says that it fails at once when the mailbox is full.
    ///
    /// # Errors
    /// As [`ActorRef::tell`].
    pub fn try_tell<M: Message>(&self, message: M) -> Result<(), SendError<M>>
    where
        A: Handles<M>,
    {
        self.tell(message)
    }

    /// Sends a message; waits while the mailbox is full. Waiting senders are served in order, and woken only with room
    /// for their message.
    ///
    /// # Errors
    /// [`SendError::Dead`] with the message, also when the actor dies while this waits.
    pub async fn tell_wait<M: Message>(&self, message: M) -> Result<(), SendError<M>>
    where
        A: Handles<M>,
    {
        let bound = {
            let pin = epoch::pin();
            let Some(cell) = cell::lookup(self.pid, &pin) else { return Err(SendError::Dead(message)) };
            match &cell.bound {
                None => return push(cell, typed_node::<A, M>(message)),
                Some(bound) if bound.try_take(A::LANE) => {
                    let mut node = typed_node::<A, M>(message);
                    node.set_credit();
                    return push(cell, node);
                }
                Some(bound) => bound.clone(),
            }
        };
        if !bound.take(A::LANE).await {
            return Err(SendError::Dead(message));
        }
        let pin = epoch::pin();
        let Some(cell) = cell::lookup(self.pid, &pin) else { return Err(SendError::Dead(message)) };
        let mut node = typed_node::<A, M>(message);
        node.set_credit();
        push(cell, node)
    }

    /// Sends a message and waits for the reply, for at most [`DEFAULT_DEADLINE`]. The message is sent at once, not when the
    /// future is first polled. Dropping the future cancels the call, see [`Call`].
    ///
    /// A call made while handling a call fails at the latest when that one's deadline passes: nobody waits any longer
    /// then. (Not if the two actors' runtimes go by different clocks.)
    ///
    /// # Errors
    /// The future's output is a [`CallError`]: at once when the actor is dead or dies, its mailbox is full, or the
    /// deadline passes.
    #[inline]
    pub fn call<M: Message>(&self, message: M) -> Call<A::Reply>
    where
        A: Handles<M>,
    {
        self.call_limited(message, Some(DEFAULT_DEADLINE), false)
    }

    /// As [`ActorRef::call`] with another deadline.
    ///
    /// # Errors
    /// As [`ActorRef::call`].
    pub fn call_timeout<M: Message>(&self, message: M, limit: Duration) -> Call<A::Reply>
    where
        A: Handles<M>,
    {
        self.call_limited(message, Some(limit), true)
    }

    /// As [`ActorRef::call`], waiting for ever.
    ///
    /// # Errors
    /// As [`ActorRef::call`].
    pub fn call_forever<M: Message>(&self, message: M) -> Call<A::Reply>
    where
        A: Handles<M>,
    {
        self.call_limited(message, None, false)
    }

    #[inline]
    fn call_limited<M: Message>(&self, message: M, limit: Option<Duration>, is_told: bool) -> Call<A::Reply>
    where
        A: Handles<M>,
    {
        let pin = epoch::pin();
        let Some(cell) = cell::lookup(self.pid, &pin) else { return Call::failed(CallError::NoProc) };
        let credit = match &cell.bound {
            Some(bound) if !bound.try_take(A::LANE) => return Call::failed(CallError::Overloaded),
            Some(_) => true,
            None => false,
        };
        let timers = cell.host().timers;
        let (call, reply) = if is_told || current::deadline() != 0 {
            let deadline = current::nested_deadline(timers, limit);
            let (mut call, reply) = Call::new(deadline.map(|_| (Duration::ZERO, timers)));
            call.set_deadline(deadline.unwrap_or(0));
            (call, reply)
        } else {
            // The clock is read only if the caller gets to wait: 20 ns.
            Call::new(limit.map(|limit| (limit, timers)))
        };
        let mut node = typed_node::<A, M>(message);
        node.set_reply(reply);
        if credit {
            node.set_credit();
        }
        current::count_send();
        if let Err(node) = cell.send(node, false) {
            node.fail_call(|| CallError::NoProc);
        }
        call
    }

    /// Sends an exit signal: the actor ends with `reason` unless it traps exits.
    pub fn exit(&self, reason: ExitReason) {
        process::exit(current::pid(), self.pid, reason);
    }

    /// Kills the actor, also while a handler of it is suspended.
    pub fn kill(&self) {
        process::kill(self.pid);
    }
}

#[inline(always)]
fn push<M: Message>(cell: &Header, mut node: NodeBox) -> Result<(), SendError<M>> {
    node.set_sender(current::pid());
    current::count_send();
    // SAFETY: a typed node whose payload is the message that the caller put in.
    cell.send(node, false).map_err(|node| SendError::Dead(unsafe { node.into_payload() }))
}
