//! An actor that keeps what it gets, for a test to look at.

use crate::actor::Handled;
use crate::message::Message;
use crate::sched::handle::Handle;
use crate::{Actor, ActorRef, Context, Handles, Recipient, spawn};
use std::any::type_name;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// How long a message is waited for, unless said.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long nothing must come, unless said.
const SILENCE: Duration = Duration::from_millis(100);

/// Receives messages of one type, for a test to look at in their order of arrival. Times are those of the runtime's clock:
/// in a simulation waiting costs nothing.
#[derive(Debug)]
pub struct Probe<M: Message> {
    actor: ActorRef<Collector<M>>,
    // The test's, hardly ever contended.
    got: Mutex<UnboundedReceiver<M>>,
}

/// The actor behind it.
struct Collector<M>(UnboundedSender<M>);

impl<M: Message> Actor for Collector<M> {
    const NAME: &'static str = "probe";
}

impl<M: Message> Handles<M> for Collector<M> {
    type Reply = ();

    fn handle<'a>(&'a mut self, message: M, _: &'a mut Context<Self>) -> Handled<'a, ()> {
        // Its probe may be gone already.
        let _ = self.0.send(message);
        Handled::now(())
    }
}

impl<M: Message> Probe<M> {
    /// Spawns one on the runtime that this thread works for or has entered.
    ///
    /// # Panics
    /// When nothing can be spawned.
    #[track_caller]
    pub fn new() -> Probe<M> {
        let (sender, got) = unbounded_channel();
        match spawn(Collector(sender)) {
            Ok(actor) => Probe { actor, got: Mutex::new(got) },
            Err(error) => panic!("a probe cannot be spawned: {error}"),
        }
    }

    /// Where to send to.
    pub fn recipient(&self) -> Recipient<M> {
        self.actor.recipient()
    }

    /// The next message, which has come or does so within five seconds.
    ///
    /// # Panics
    /// When none does.
    pub async fn expect(&self) -> M {
        self.expect_within(PATIENCE).await
    }

    /// As [`Probe::expect`], within `time`.
    ///
    /// # Panics
    /// When none comes.
    pub async fn expect_within(&self, time: Duration) -> M {
        match self.next_within(time).await {
            Some(message) => message,
            None => panic!("no `{}` came within {time:?}", type_name::<M>()),
        }
    }

    /// Waits for a tenth of a second in which nothing comes.
    ///
    /// # Panics
    /// When something has come or does.
    pub async fn expect_nothing(&self) {
        if self.next_within(SILENCE).await.is_some() {
            panic!("a `{}` came, and nothing should", type_name::<M>());
        }
    }

    /// What has come so far.
    pub async fn taken(&self) -> Vec<M> {
        let mut got = self.got.lock().await;
        std::iter::from_fn(|| got.try_recv().ok()).collect()
    }

    async fn next_within(&self, time: Duration) -> Option<M> {
        let runtime = Handle::current().expect("a probe was spawned on a runtime, and its test runs there");
        let mut got = self.got.lock().await;
        let mut timeout = pin!(runtime.sleep(time));
        poll_fn(|context| match got.poll_recv(context) {
            Poll::Ready(message) => Poll::Ready(message),
            Poll::Pending => timeout.as_mut().poll(context).map(|()| None),
        })
        .await
    }
}

impl<M: Message> Default for Probe<M> {
    fn default() -> Probe<M> {
        Probe::new()
    }
}
