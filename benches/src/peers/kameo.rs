//! kameo: unbounded mailbox and `try_send`, its shortest path.

use crate::{Behaviour, Flow, Peer};
use kameo::actor::{Actor, ActorRef, Spawn};
use kameo::mailbox;
use kameo::message::{Context, Message};
use std::convert::Infallible;
use std::future::Future;

/// kameo.
#[derive(Debug)]
pub struct Kameo;

/// A behaviour as a kameo actor.
#[derive(Debug)]
pub struct Host<B>(B);

impl<B: Behaviour<Kameo>> Actor for Host<B> {
    type Args = Self;
    type Error = Infallible;
    async fn on_start(args: Self, _: ActorRef<Self>) -> Result<Self, Infallible> {
        Ok(args)
    }
}

impl<B: Behaviour<Kameo>> Message<B::Msg> for Host<B> {
    type Reply = ();
    async fn handle(&mut self, message: B::Msg, context: &mut Context<Self, ()>) {
        if self.0.on(message) == Flow::Stop {
            context.stop();
        }
    }
}

/// Answers a number with its successor.
#[derive(Debug)]
pub struct Echo;

impl Actor for Echo {
    type Args = Self;
    type Error = Infallible;
    async fn on_start(args: Self, _: ActorRef<Self>) -> Result<Self, Infallible> {
        Ok(args)
    }
}

impl Message<u64> for Echo {
    type Reply = u64;
    async fn handle(&mut self, number: u64, _: &mut Context<Self, u64>) -> u64 {
        number + 1
    }
}

impl Peer for Kameo {
    type Addr<B: Behaviour<Self>> = ActorRef<Host<B>>;
    type Bounded<B: Behaviour<Self>> = ActorRef<Host<B>>;
    type Echo = ActorRef<Echo>;

    fn run<F>(threads: usize, main: F) -> F::Output
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        super::run_on_tokio(threads, main)
    }

    fn spawn<B: Behaviour<Self>>(behaviour: B) -> Self::Addr<B> {
        Host::spawn_with_mailbox(Host(behaviour), mailbox::unbounded())
    }

    fn tell<B: Behaviour<Self>>(to: &Self::Addr<B>, message: B::Msg) {
        let _ = to.tell(message).try_send();
    }

    fn task<F: Future<Output = ()> + Send + 'static>(task: F) {
        tokio::spawn(task);
    }

    fn spawn_echo() -> Self::Echo {
        Echo::spawn_with_mailbox(Echo, mailbox::unbounded())
    }

    async fn ask(to: &Self::Echo, number: u64) -> u64 {
        to.ask(number).await.expect("it answers")
    }

    fn spawn_bounded<B: Behaviour<Self>>(behaviour: B, capacity: usize) -> Option<Self::Bounded<B>> {
        Some(Host::spawn_with_mailbox(Host(behaviour), mailbox::bounded(capacity)))
    }

    async fn tell_wait<B: Behaviour<Self>>(to: &Self::Bounded<B>, message: B::Msg) {
        let _ = to.tell(message).await;
    }
}
