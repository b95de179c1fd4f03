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

impl Peer for Kameo {
    const NAME: &'static str = "kameo";
    type Addr<B: Behaviour<Self>> = ActorRef<Host<B>>;

    fn run<F>(main: F) -> F::Output
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        super::run_on_tokio(main)
    }

    fn spawn<B: Behaviour<Self>>(behaviour: B) -> Self::Addr<B> {
        Host::spawn_with_mailbox(Host(behaviour), mailbox::unbounded())
    }

    fn tell<B: Behaviour<Self>>(to: &Self::Addr<B>, message: B::Msg) {
        let _ = to.tell(message).try_send();
    }
}
