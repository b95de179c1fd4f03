//! actix on one arbiter: across arbiters each hop wakes a thread and costs a hundred times as much.

use crate::{Behaviour, Flow, Peer};
use actix::{Actor, ActorContext, Addr, Context, Handler, Message, System};
use std::future::Future;

/// actix.
#[derive(Debug)]
pub struct Actix;

/// A behaviour as an actix actor.
#[derive(Debug)]
pub struct Host<B>(B);

/// A message as an actix message.
#[derive(Debug)]
pub struct Told<M>(M);

impl<M> Message for Told<M> {
    type Result = ();
}

impl<B: Behaviour<Actix>> Actor for Host<B> {
    type Context = Context<Self>;
}

impl<B: Behaviour<Actix>> Handler<Told<B::Msg>> for Host<B> {
    type Result = ();
    fn handle(&mut self, Told(message): Told<B::Msg>, context: &mut Context<Self>) {
        if self.0.on(message) == Flow::Stop {
            context.stop();
        }
    }
}

impl Peer for Actix {
    const NAME: &'static str = "actix";
    type Addr<B: Behaviour<Self>> = Addr<Host<B>>;

    fn run<F>(main: F) -> F::Output
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        System::new().block_on(main)
    }

    fn spawn<B: Behaviour<Self>>(behaviour: B) -> Self::Addr<B> {
        Host(behaviour).start()
    }

    fn tell<B: Behaviour<Self>>(to: &Self::Addr<B>, message: B::Msg) {
        to.do_send(Told(message));
    }
}
