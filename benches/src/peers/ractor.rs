//! ractor, spawned with `spawn_instant`, its cheapest way.

use crate::{Behaviour, Flow, Peer};
use ractor::{Actor, ActorProcessingErr, ActorRef, ActorRuntime, RpcReplyPort};
use std::convert::Infallible;
use std::future::Future;
use std::marker::PhantomData;

/// ractor.
#[derive(Debug)]
pub struct Ractor;

/// A behaviour as a ractor actor.
#[derive(Debug)]
pub struct Host<B>(PhantomData<fn() -> B>);

impl<B: Behaviour<Ractor>> Actor for Host<B> {
    type Msg = B::Msg;
    type State = B;
    type Arguments = B;

    async fn pre_start(&self, _: ActorRef<B::Msg>, behaviour: B) -> Result<B, ActorProcessingErr> {
        Ok(behaviour)
    }

    async fn handle(
        &self,
        me: ActorRef<B::Msg>,
        message: B::Msg,
        state: &mut B,
    ) -> Result<(), ActorProcessingErr> {
        if state.on(message) == Flow::Stop {
            me.stop(None);
        }
        Ok(())
    }
}

/// Answers a number with its successor.
#[derive(Debug)]
pub struct Echo;

/// What it is asked.
#[derive(Debug)]
pub struct Question(u64, RpcReplyPort<u64>);

impl Actor for Echo {
    type Msg = Question;
    type State = ();
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<Question>, (): ()) -> Result<(), ActorProcessingErr> {
        Ok(())
    }

    async fn handle(
        &self,
        _: ActorRef<Question>,
        Question(number, reply): Question,
        (): &mut (),
    ) -> Result<(), ActorProcessingErr> {
        Ok(reply.send(number + 1)?)
    }
}

impl Peer for Ractor {
    type Addr<B: Behaviour<Self>> = ActorRef<B::Msg>;
    type Bounded<B: Behaviour<Self>> = Infallible;
    type Echo = ActorRef<Question>;

    fn run<F>(threads: usize, main: F) -> F::Output
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        super::run_on_tokio(threads, main)
    }

    fn spawn<B: Behaviour<Self>>(behaviour: B) -> Self::Addr<B> {
        ActorRuntime::spawn_instant(None, Host(PhantomData), behaviour).expect("no name, no clash").0
    }

    fn tell<B: Behaviour<Self>>(to: &Self::Addr<B>, message: B::Msg) {
        let _ = to.cast(message);
    }

    fn task<F: Future<Output = ()> + Send + 'static>(task: F) {
        tokio::spawn(task);
    }

    fn spawn_echo() -> Self::Echo {
        ActorRuntime::spawn_instant(None, Echo, ()).expect("no name, no clash").0
    }

    async fn ask(to: &Self::Echo, number: u64) -> u64 {
        to.call(|reply| Question(number, reply), None).await.expect("it lives").unwrap()
    }

    fn spawn_bounded<B: Behaviour<Self>>(_: B, _: usize) -> Option<Infallible> {
        None
    }

    async fn tell_wait<B: Behaviour<Self>>(to: &Infallible, _: B::Msg) {
        match *to {}
    }
}
