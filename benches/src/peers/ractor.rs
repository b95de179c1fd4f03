//! ractor, spawned with `spawn_instant`, its cheapest way.

use crate::{Behaviour, Flow, Peer};
use ractor::{Actor, ActorProcessingErr, ActorRef, ActorRuntime};
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

impl Peer for Ractor {
    const NAME: &'static str = "ractor";
    type Addr<B: Behaviour<Self>> = ActorRef<B::Msg>;

    fn run<F>(main: F) -> F::Output
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        super::run_on_tokio(main)
    }

    fn spawn<B: Behaviour<Self>>(behaviour: B) -> Self::Addr<B> {
        ActorRuntime::spawn_instant(None, Host(PhantomData), behaviour).expect("no name, no clash").0
    }

    fn tell<B: Behaviour<Self>>(to: &Self::Addr<B>, message: B::Msg) {
        let _ = to.cast(message);
    }
}
