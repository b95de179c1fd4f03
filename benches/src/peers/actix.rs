//! actix on one arbiter: across arbiters each hop wakes a thread and costs a hundred times as much.

use crate::{Behaviour, Flow, Peer};
use actix::{Actor, ActorContext, Addr, Context, Handler, Message, System};
use std::convert::Infallible;
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

/// Answers a number with its successor.
#[derive(Debug)]
pub struct Echo;

/// What it is asked.
#[derive(Debug)]
pub struct Question(u64);

impl Message for Question {
    type Result = u64;
}

impl Actor for Echo {
    type Context = Context<Self>;
}

impl Handler<Question> for Echo {
    type Result = u64;
    fn handle(&mut self, Question(number): Question, _: &mut Context<Self>) -> u64 {
        number + 1
    }
}

impl Peer for Actix {
    type Addr<B: Behaviour<Self>> = Addr<Host<B>>;
    type Bounded<B: Behaviour<Self>> = Infallible;
    type Echo = Addr<Echo>;

    fn run<F>(_: usize, main: F) -> F::Output
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

    fn task<F: Future<Output = ()> + Send + 'static>(task: F) {
        actix::spawn(task);
    }

    fn spawn_echo() -> Self::Echo {
        Echo.start()
    }

    async fn ask(to: &Self::Echo, number: u64) -> u64 {
        to.send(Question(number)).await.expect("it answers")
    }

    fn spawn_bounded<B: Behaviour<Self>>(_: B, _: usize) -> Option<Infallible> {
        None
    }

    async fn tell_wait<B: Behaviour<Self>>(to: &Infallible, _: B::Msg) {
        match *to {}
    }
}
