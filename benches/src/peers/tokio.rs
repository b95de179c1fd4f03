//! Hand-written: a task with an unbounded channel.

use crate::{Behaviour, Flow, Peer};
use std::future::Future;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

/// tokio tasks.
#[derive(Debug)]
pub struct Tokio;

impl Peer for Tokio {
    const NAME: &'static str = "tokio";
    type Addr<B: Behaviour<Self>> = UnboundedSender<B::Msg>;

    fn run<F>(main: F) -> F::Output
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        super::run_on_tokio(main)
    }

    fn spawn<B: Behaviour<Self>>(mut behaviour: B) -> Self::Addr<B> {
        let (sender, mut messages) = unbounded_channel();
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
}
