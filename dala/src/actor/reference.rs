//! Typed references to native actors.

#![expect(unsafe_code, reason = "a reference vouches for the type of the actor it names")]

use super::admission::{self, NotSent};
use super::cell::{self, Header};
use super::handler::{Actor, Handles};
use super::native::{is_native, typed_node};
use super::qos::Qos;
use super::{current, process};
use crate::mailbox::bounded::Bound;
use crate::message::{Call, CallError, CallLimit, ExitReason, Message, NodeBox, ReplyHandle, ReplyTo};
use crate::pid::{NOBODY, Pid, epoch};
use crate::timer::block_on;
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
    #[cold]
    pub(super) fn of(not_sent: NotSent) -> SendError<M> {
        let (node, error): (NodeBox, fn(M) -> SendError<M>) = match not_sent {
            NotSent::Dead(node) => (node, SendError::Dead),
            NotSent::Full(node) => (node, SendError::Full),
        };
        // SAFETY: callers sent a node that they had put an M into, and what is not sent comes back as it was.
        error(unsafe { node.into_payload() })
    }

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
    /// [`SendError::Dead`], or [`SendError::Full`] when the mailbox is bounded, its lane is full, and its
    /// [`Overflow`](crate::Overflow) policy does not drop. Both give the message back.
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

    #[cold]
    fn tell_bounded<M: Message>(cell: &Header, message: M) -> Result<(), SendError<M>>
    where
        A: Handles<M>,
    {
        let mut node = typed_node::<A, M>(message);
        node.set_sender(current::pid());
        admission::send(cell, node).map_err(SendError::of)
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
    /// for their message. Under another [`Overflow`](crate::Overflow) policy than `Wait` it does as [`ActorRef::tell`].
    ///
    /// # Errors
    /// [`SendError::Dead`] with the message, also when the actor dies while this waits; [`SendError::Full`] if the policy is to
    /// refuse.
    pub async fn tell_wait<M: Message>(&self, message: M) -> Result<(), SendError<M>>
    where
        A: Handles<M>,
    {
        self.tell_in_turn(message, Bound::lets_wait).await
    }

    /// As [`ActorRef::tell_wait`], waiting if `waits`.
    pub(super) async fn tell_in_turn<M: Message>(
        &self,
        message: M,
        waits: impl Fn(&Bound) -> bool,
    ) -> Result<(), SendError<M>>
    where
        A: Handles<M>,
    {
        let bound = {
            let pin = epoch::pin();
            let Some(cell) = cell::lookup(self.pid, &pin) else { return Err(SendError::Dead(message)) };
            let Some(bound) = &cell.bound else { return push(cell, typed_node::<A, M>(message)) };
            let refused = match Self::tell_bounded(cell, message) {
                Err(SendError::Full(message)) if waits(bound) => message,
                done => return done,
            };
            (bound.clone(), refused)
        };
        let (bound, message) = bound;
        if !bound.take(A::LANE).await {
            return Err(SendError::Dead(message));
        }
        let pin = epoch::pin();
        let Some(cell) = cell::lookup(self.pid, &pin) else { return Err(SendError::Dead(message)) };
        let mut node = typed_node::<A, M>(message);
        node.set_credit();
        node.set_sender(current::pid());
        current::count_send_by_credit();
        // SAFETY: a typed node whose payload is the message.
        cell.send(node).map_err(|node| SendError::Dead(unsafe { node.into_payload() }))
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

    /// As [`ActorRef::call`], and gives the message back if it was not sent: for one with something in it that the caller wants to
    /// keep then, a [`Cap`](crate::cap::Cap) say. (A message that was sent is the callee's, whatever becomes of the call.)
    ///
    /// ```
    /// use dala::SendError;
    /// use dala::cap::Cap;
    ///
    /// struct Shelf;
    /// #[dala::actor]
    /// impl Shelf {
    ///     #[message]
    ///     fn keep(&mut self, book: Cap<String>) -> Result<String, String> {
    ///         Ok(book.get().map_err(|error| error.to_string())?.to_uppercase())
    ///     }
    /// }
    ///
    /// #[dala::main]
    /// async fn main() -> Result<(), Box<dyn std::error::Error>> {
    ///     let (full, empty) = (Shelf.spawn()?, Shelf.spawn()?);
    ///     full.kill();
    ///     full.ended().await?;
    ///     let book = Cap::new("moby dick".to_owned());
    ///     let Err(SendError::Dead(Keep { book })) = full.try_call(Keep { book }) else { panic!("it is dead") };
    ///     assert_eq!(empty.try_call(Keep { book }).map_err(|_| "not sent")?.await?, Ok("MOBY DICK".to_owned()));
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    /// [`SendError::Dead`], or [`SendError::Full`] where [`ActorRef::call`] fails with [`CallError::Overloaded`] for that; both with the
    /// message. A message that the callee's [`Overflow`](crate::Overflow) policy drops is dropped: that call fails.
    pub fn try_call<M: Message>(&self, message: M) -> Result<Call<A::Reply>, SendError<M>>
    where
        A: Handles<M>,
    {
        let pin = epoch::pin();
        let Some(cell) = cell::lookup(self.pid, &pin) else { return Err(SendError::Dead(message)) };
        let make = |reply| asking(typed_node::<A, M>(message), reply);
        let (call, sent) = begin_call(cell, Some(DEFAULT_DEADLINE), false, make);
        sent.map(|()| call).map_err(SendError::of)
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

    /// As [`ActorRef::call`], from a thread that is no actor and no tokio task: it blocks until the reply comes.
    ///
    /// ```
    /// # struct Counter { n: u64 }
    /// # #[dala::actor]
    /// # impl Counter {
    /// #     #[message]
    /// #     fn add(&mut self, by: u64) -> u64 { self.n += by; self.n }
    /// # }
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let runtime = dala::Runtime::new()?;
    /// let counter = runtime.spawn(Counter { n: 1 })?;
    /// let total = std::thread::spawn(move || counter.blocking_call(Add { by: 2 })).join().expect("no panic")?;
    /// assert_eq!(total, 3);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`ActorRef::call`].
    ///
    /// # Panics
    /// Inside an actor: it would hold its worker, and might wait for itself.
    #[track_caller]
    pub fn blocking_call<M: Message>(&self, message: M) -> Result<A::Reply, CallError>
    where
        A: Handles<M>,
    {
        refuse_in_actor();
        block_on(self.call(message))
    }

    /// As [`ActorRef::blocking_call`] with another deadline.
    ///
    /// # Errors
    /// As [`ActorRef::call`].
    ///
    /// # Panics
    /// As [`ActorRef::blocking_call`].
    #[track_caller]
    pub fn blocking_call_timeout<M: Message>(
        &self,
        message: M,
        limit: Duration,
    ) -> Result<A::Reply, CallError>
    where
        A: Handles<M>,
    {
        refuse_in_actor();
        block_on(self.call_timeout(message, limit))
    }

    #[inline]
    fn call_limited<M: Message>(&self, message: M, limit: Option<Duration>, is_told: bool) -> Call<A::Reply>
    where
        A: Handles<M>,
    {
        call_node(self.pid, limit, is_told, |reply| asking(typed_node::<A, M>(message), reply))
    }

    /// Sends a message whose handler is to answer `reply`, which somebody else waits for: the caller of the handler that
    /// forwards it. Nothing of it comes back here.
    ///
    /// ```
    /// # use dala::ReplyTo;
    /// struct Worker;
    /// #[dala::actor]
    /// impl Worker {
    ///     #[message]
    ///     fn work(&mut self, n: u64) -> u64 { n + 1 }
    /// }
    ///
    /// struct Front { worker: WorkerRef }
    /// #[dala::actor]
    /// impl Front {
    ///     #[message]
    ///     fn serve(&mut self, n: u64, reply: ReplyTo<u64>) {
    ///         self.worker.forward(Work { n }, reply);
    ///     }
    /// }
    ///
    /// #[dala::main]
    /// async fn main() -> Result<(), Box<dyn std::error::Error>> {
    ///     let front = Front { worker: Worker.spawn()? }.spawn()?;
    ///     assert_eq!(front.serve(1).await?, 2);
    ///     Ok(())
    /// }
    /// ```
    pub fn forward<M: Message>(&self, message: M, reply: ReplyTo<A::Reply>)
    where
        A: Handles<M>,
    {
        let mut node = typed_node::<A, M>(message);
        match reply.into_handle() {
            Some(reply) => node.set_reply(reply),
            None => node.set_sender(current::pid()),
        }
        let pin = epoch::pin();
        let Some(cell) = cell::lookup(self.pid, &pin) else {
            return node.fail_call(|| CallError::NoProc);
        };
        match admission::send(cell, node) {
            Ok(()) => {}
            Err(NotSent::Dead(node)) => node.fail_call(|| CallError::NoProc),
            Err(NotSent::Full(node)) => node.fail_call(|| CallError::Overloaded),
        }
    }

    /// Waits until the actor is dead ([`process::ended`]).
    pub fn ended(&self) -> Call<ExitReason> {
        process::ended(self.pid)
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

#[track_caller]
fn refuse_in_actor() {
    assert!(current::pid() == NOBODY, "a blocking call inside an actor: await `call` instead");
}

/// Sends to an actor without bounds.
#[inline(always)]
fn push<M: Message>(cell: &Header, mut node: NodeBox) -> Result<(), SendError<M>> {
    node.set_sender(current::pid());
    current::count_send();
    // SAFETY: a typed node whose payload is the message that the caller put in.
    cell.push(node, false).map_err(|node| SendError::Dead(unsafe { node.into_payload() }))
}

/// A node that `reply` waits for.
#[inline(always)]
pub(super) fn asking(mut node: NodeBox, reply: ReplyHandle) -> NodeBox {
    node.set_reply(reply);
    node
}

/// Calls with the node that `make` gives for a reply handle, to which an `R` must be replied. `is_told` when the limit is not the default:
/// the callee then learns of the deadline in any case.
#[inline(always)]
pub(super) fn call_node<R: Send + 'static>(
    pid: Pid,
    limit: Option<Duration>,
    is_told: bool,
    make: impl FnOnce(ReplyHandle) -> NodeBox,
) -> Call<R> {
    let pin = epoch::pin();
    let Some(cell) = cell::lookup(pid, &pin) else { return Call::failed(CallError::NoProc) };
    let (call, sent) = begin_call(cell, limit, is_told, make);
    match sent {
        Ok(()) => {}
        Err(NotSent::Dead(node)) => node.fail_call(|| CallError::NoProc),
        Err(NotSent::Full(node)) => node.fail_call(|| CallError::Overloaded),
    }
    call
}

/// As [`call_node`], and says what became of the node.
#[inline(always)]
fn begin_call<R: Send + 'static>(
    cell: &Header,
    limit: Option<Duration>,
    is_told: bool,
    make: impl FnOnce(ReplyHandle) -> NodeBox,
) -> (Call<R>, Result<(), NotSent>) {
    let timers = cell.host().timers;
    let (limit, deadline) = if is_told || current::deadline() != 0 {
        match current::nested_deadline(timers, limit) {
            Some(deadline) => (CallLimit::At(timers, deadline), deadline),
            None => (CallLimit::None, 0),
        }
    } else {
        // The clock is not read: see `timer::nursery`.
        (limit.map_or(CallLimit::None, |limit| CallLimit::After(timers, limit)), 0)
    };
    let (call, reply) = Call::new(limit);
    #[cfg(debug_assertions)]
    let call = call.watched(&super::cycles::WAITS, cell.pid());
    let node = make(reply);
    let (caller, caller_hurries) =
        current::with_cell(|caller| caller.map_or((Qos::Background, false), Header::look));
    let (class, hurries) = cell.look();
    let counts = deadline != 0 && (hurries || caller.min(class) == Qos::Realtime);
    let sent = if caller < class || counts || caller_hurries {
        send_raising(cell, node, caller.min(class), if counts || caller_hurries { deadline } else { 0 })
    } else {
        admission::send(cell, node)
    };
    (call, sent)
}

/// Lets the callee inherit class and deadline of who is about to wait for it. `deadline` is that of the call, if it counts, and else 0.
#[cold]
fn send_raising(callee: &Header, mut node: NodeBox, class: Qos, deadline: u64) -> Result<(), NotSent> {
    let host = callee.host();
    let of_caller = current::with_cell(|caller| match caller {
        Some(caller) if caller.urgency.hurries() && std::ptr::eq(caller.host().timers, host.timers) => {
            (caller.host().functions.deadline_of)(caller.host(), caller)
        }
        _ => 0,
    });
    let deadline = match (deadline, of_caller) {
        (0, other) | (other, 0) => other,
        (call, caller) => call.min(caller),
    };
    if (host.functions.raise)(host, callee, class, deadline) {
        node.set_raises();
    }
    let sent = admission::send(callee, node);
    match &sent {
        Err(NotSent::Full(node)) if node.raises() => callee.lower(),
        // It may have been raised after its end forgot what it had to be done by.
        Err(NotSent::Dead(_)) => callee.forget_deadline(),
        _ => {}
    }
    sent
}
