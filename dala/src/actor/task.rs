//! Futures as actors: a task is polled on the workers like a handler, without a mailbox of its own.

use super::activation::Activation;
use super::behaviour::{Behaviour, Outcome};
use super::waker::waker;
use crate::message::ExitReason;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// A future that runs as an actor; messages to it are dead letters.
pub(crate) struct Task(Pin<Box<dyn Future<Output = ()> + Send>>);

impl Task {
    pub(crate) fn new(future: impl Future<Output = ()> + Send + 'static) -> Task {
        Task(Box::pin(future))
    }
}

impl std::fmt::Debug for Task {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Task")
    }
}

impl Behaviour for Task {
    fn run(&mut self, activation: &mut Activation<'_>) -> Outcome {
        activation.take_in();
        if activation.is_doomed() {
            return Outcome::WaitingForWake;
        }
        activation.take_wake();
        let host = activation.cell.host();
        (host.functions.enter_tokio)(host);
        let waker = waker(activation.pid());
        match self.0.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(()) => Outcome::Exited(ExitReason::Normal),
            Poll::Pending => Outcome::WaitingForWake,
        }
    }

    fn name() -> &'static str {
        "task"
    }
}
