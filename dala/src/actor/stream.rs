//! Streams into an actor and out of it.

use super::budget::MESSAGES;
use super::cell;
use super::handler::{Actor, Handles};
use super::reference::{ActorRef, SendError};
use super::spawn::{SpawnError, SpawnOptions, spawn_on};
use super::task::Task;
use crate::mailbox::bounded::Bound;
use crate::message::{ConvertError, Message, Source, StableLayout};
use crate::pid::{Pid, epoch};
use dala_ir::abi::shape::FieldType;
use dala_ir::abi::{Atom, Word};
use dala_ir::term::TermWriter;
use futures_core::Stream;
use futures_sink::Sink;
use std::future::{Future, poll_fn};
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::mpsc;

/// Items that a task which consumes a stream takes before others have their turn, as an actor its messages.
const ITEMS_AT_ONCE: u32 = MESSAGES;

impl<A: Actor> ActorRef<A> {
    /// Sends everything that `stream` gives to the actor, waiting for room where its mailbox is bounded, also where its policy is
    /// to refuse. Returns the pid of the task that does it: its end, `normal`, tells that of the stream; killing it stops it. It
    /// ends with the actor. A stream that always has more gives others their turn now and then.
    ///
    /// # Errors
    /// [`SpawnError::TooManyActors`], or [`SpawnError::NoActor`] when the actor is dead.
    pub fn consume<S>(&self, stream: S) -> Result<Pid, SpawnError>
    where
        S: Stream + Send + 'static,
        S::Item: Message,
        A: Handles<S::Item>,
    {
        let pin = epoch::pin();
        let cell = cell::lookup(self.pid(), &pin).filter(|cell| !cell.head.is_closed());
        let cell = cell.ok_or(SpawnError::NoActor)?;
        let actor = *self;
        let task = async move {
            let mut stream = Box::pin(stream);
            let mut ended = actor.ended();
            let mut at_once = 0;
            let mut next = |task: &mut Context<'_>| {
                if Pin::new(&mut ended).poll(task).is_ready() {
                    return Poll::Ready(None);
                }
                if at_once == ITEMS_AT_ONCE {
                    at_once = 0;
                    task.waker().wake_by_ref();
                    return Poll::Pending;
                }
                let item = stream.as_mut().poll_next(task);
                at_once = if item.is_ready() { at_once + 1 } else { 0 };
                item
            };
            while let Some(item) = poll_fn(&mut next).await {
                if actor.tell_in_turn(item, Bound::has_room_to_come).await.is_err() {
                    break;
                }
            }
        };
        Ok(spawn_on(cell.host(), Task::new(task), &SpawnOptions::default().starting())?.pid)
    }

    /// A sink of messages to the actor: ready when there is room in its mailbox.
    pub fn sink<M: Message>(&self) -> ActorSink<A, M>
    where
        A: Handles<M>,
    {
        ActorSink { actor: *self, sending: None, _message: PhantomData }
    }
}

/// Sends messages to an actor, by [`ActorRef::sink`]. Ready when the message before is in the mailbox.
pub struct ActorSink<A: Actor, M> {
    actor: ActorRef<A>,
    sending: Option<Sending<M>>,
    _message: PhantomData<fn(M)>,
}

type Sending<M> = Pin<Box<dyn Future<Output = Result<(), SendError<M>>> + Send>>;

impl<A: Actor, M> std::fmt::Debug for ActorSink<A, M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ActorSink").field("actor", &self.actor).finish_non_exhaustive()
    }
}

impl<A: Actor, M> Unpin for ActorSink<A, M> {}

impl<A: Handles<M>, M: Message> Sink<M> for ActorSink<A, M> {
    type Error = SendError<M>;

    fn poll_ready(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Result<(), SendError<M>>> {
        let Some(sending) = &mut self.sending else { return Poll::Ready(Ok(())) };
        let sent = sending.as_mut().poll(task);
        if sent.is_ready() {
            self.sending = None;
        }
        sent
    }

    fn start_send(mut self: Pin<&mut Self>, message: M) -> Result<(), SendError<M>> {
        match self.actor.tell(message) {
            Err(SendError::Full(message)) => {
                let actor = self.actor;
                self.sending = Some(Box::pin(async move { actor.tell_wait(message).await }));
                Ok(())
            }
            sent => sent,
        }
    }

    fn poll_flush(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Result<(), SendError<M>>> {
        self.poll_ready(task)
    }

    fn poll_close(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Result<(), SendError<M>>> {
        self.poll_ready(task)
    }
}

/// A stream out of an actor: the actor keeps the [`Outlet`] and replies with the [`Items`]. At most `capacity` items lie in
/// between (at least one).
///
/// ```
/// use dala::{Items, Outlet};
///
/// struct Ticker { watchers: Vec<Outlet<u64>> }
///
/// #[dala::actor]
/// impl Ticker {
///     #[message]
///     fn watch(&mut self) -> Items<u64> {
///         let (outlet, items) = dala::outlet(8);
///         self.watchers.push(outlet);
///         items
///     }
///     #[message]
///     fn tick(&mut self, number: u64) {
///         self.watchers.retain(|watcher| !watcher.is_closed());
///         self.watchers.iter().for_each(|watcher| drop(watcher.try_send(number)));
///     }
/// }
///
/// #[dala::main]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let ticker = Ticker { watchers: Vec::new() }.spawn()?;
///     let mut ticks = ticker.watch().await?;
///     ticker.tell(Tick { number: 5 })?;
///     assert_eq!(ticks.next().await, Some(5));
///     Ok(())
/// }
/// ```
pub fn outlet<T: Send>(capacity: usize) -> (Outlet<T>, Items<T>) {
    let (sender, receiver) = mpsc::channel(capacity.max(1));
    (Outlet(sender), Items(receiver))
}

/// Where a stream's items go in. See [`outlet`].
#[derive(Debug)]
pub struct Outlet<T>(mpsc::Sender<T>);

impl<T> Clone for Outlet<T> {
    fn clone(&self) -> Self {
        Outlet(self.0.clone())
    }
}

impl<T: Send> Outlet<T> {
    /// Puts an item in; waits while the stream is full.
    ///
    /// # Errors
    /// The item, when nobody listens any more.
    pub async fn send(&self, item: T) -> Result<(), T> {
        self.0.send(item).await.map_err(|error| error.0)
    }

    /// Puts an item in, if there is room.
    ///
    /// # Errors
    /// The item.
    pub fn try_send(&self, item: T) -> Result<(), T> {
        self.0.try_send(item).map_err(mpsc::error::TrySendError::into_inner)
    }

    /// Whether nobody listens any more.
    pub fn is_closed(&self) -> bool {
        self.0.is_closed()
    }
}

/// Where a stream's items come out; ends when all its outlets are gone. See [`outlet`].
#[derive(Debug)]
pub struct Items<T>(mpsc::Receiver<T>);

impl<T> Items<T> {
    /// The next item.
    pub async fn next(&mut self) -> Option<T> {
        self.0.recv().await
    }
}

impl<T> Stream for Items<T> {
    type Item = T;
    fn poll_next(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Option<T>> {
        self.0.poll_recv(task)
    }
}

/// A reply, and a field of messages, between Rust actors; Erlang sees the atom `items`.
impl<T: 'static> StableLayout for Items<T> {
    const FIELD: FieldType = FieldType::Term;

    fn write_term(&self, _: &mut dyn TermWriter) -> Word {
        Word::atom(Atom::new("items"))
    }

    fn read_term(source: Source<'_>) -> Result<Self, ConvertError> {
        Err(source.misfit("a stream that only Rust actors can hand on"))
    }
}
