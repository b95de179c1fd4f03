//! Hand-written: a task with an unbounded channel.

use crate::{Behaviour, Flow, Peer};
use std::future::Future;
use tokio::sync::{mpsc, oneshot};

/// tokio tasks.
#[derive(Debug)]
pub struct Tokio;

impl Peer for Tokio {
    type Addr<B: Behaviour<Self>> = mpsc::UnboundedSender<B::Msg>;
    type Bounded<B: Behaviour<Self>> = mpsc::Sender<B::Msg>;
    type Echo = mpsc::UnboundedSender<(u64, oneshot::Sender<u64>)>;

    fn run<F>(threads: usize, main: F) -> F::Output
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        super::run_on_tokio(threads, main)
    }

    fn spawn<B: Behaviour<Self>>(mut behaviour: B) -> Self::Addr<B> {
        let (sender, mut messages) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Some(message) = messages.recv().await {
                if behaviour.on(message) == Flow::Stop {
                    break;
                }
            }
        });
        sender
    }

    fn tell<B: Behaviour<Self>>(to: &Self::Addr<B>, message: B::Msg) {
        let _ = to.send(message);
    }

    fn task<F: Future<Output = ()> + Send + 'static>(task: F) {
        tokio::spawn(task);
    }

    fn spawn_echo() -> Self::Echo {
        let (sender, mut questions) = mpsc::unbounded_channel::<(u64, oneshot::Sender<u64>)>();
        tokio::spawn(async move {
            while let Some((number, reply)) = questions.recv().await {
                let _ = reply.send(number + 1);
            }
        });
        sender
    }

    async fn ask(to: &Self::Echo, number: u64) -> u64 {
        let (reply, answer) = oneshot::channel();
        to.send((number, reply)).expect("it lives");
        answer.await.expect("it answers")
    }

    fn spawn_bounded<B: Behaviour<Self>>(mut behaviour: B, capacity: usize) -> Option<Self::Bounded<B>> {
        let (sender, mut messages) = mpsc::channel(capacity);
        tokio::spawn(async move {
            while let Some(message) = messages.recv().await {
                if behaviour.on(message) == Flow::Stop {
                    break;
                }
            }
        });
        Some(sender)
    }

    async fn tell_wait<B: Behaviour<Self>>(to: &Self::Bounded<B>, message: B::Msg) {
        let _ = to.send(message).await;
    }
}
