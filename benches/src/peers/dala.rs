//! Dala: plain handlers, all features on. `main` runs as a task on the workers, as with tokio.

use crate::{Behaviour, Flow, Peer};
use dala::actor::{Actor, ActorRef, Context, Handled, Handles};
use dala::message::{ConvertError, Source};
use dala::{ExitReason, Message, Runtime, SpawnOptions};
use dala_ir::abi::Word;
use dala_ir::abi::layout::Laid;
use dala_ir::abi::shape::{Description, Shape, Shapes};
use dala_ir::term::TermWriter;
use std::future::Future;

/// Dala.
#[derive(Debug)]
pub struct Dala;

/// A behaviour as a Dala actor.
#[derive(Debug)]
pub struct Host<B>(B);

/// A message of any type. The macro takes no generic types, so this one says by hand what Erlang would see: an atom.
#[derive(Debug)]
pub struct Told<M>(M);

#[dala::message]
struct Opaque;

impl<M: Send + 'static> Message for Told<M> {
    const DESCRIPTIONS: &'static [Description] = Opaque::DESCRIPTIONS;
    const LAID: Laid = Opaque::LAID;
    const SHAPES: &'static Shapes = Opaque::SHAPES;
    fn shape(&self) -> &'static Shape {
        Opaque.shape()
    }
    fn to_term(&self, writer: &mut dyn TermWriter) -> Word {
        Opaque.to_term(writer)
    }
    fn from_term(source: Source<'_>) -> Result<Self, ConvertError> {
        match Opaque::from_term(source) {
            Err(error) => Err(error),
            Ok(_) => unreachable!("nobody sends the benchmark a term"),
        }
    }
}

impl<B: Behaviour<Dala>> Actor for Host<B> {
    const NAME: &'static str = "host";
}

impl<B: Behaviour<Dala>> Handles<Told<B::Msg>> for Host<B> {
    type Reply = ();
    #[inline]
    fn handle<'a>(
        &'a mut self,
        Told(message): Told<B::Msg>,
        context: &'a mut Context<Self>,
    ) -> Handled<'a, ()> {
        if self.0.on(message) == Flow::Stop {
            context.stop(ExitReason::Normal);
        }
        Handled::now(())
    }
}

/// Answers a number with its successor.
#[derive(Debug)]
pub struct Echo;

#[dala::actor]
impl Echo {
    #[message]
    fn ask(&mut self, number: u64) -> u64 {
        number + 1
    }
}

impl Peer for Dala {
    type Addr<B: Behaviour<Self>> = ActorRef<Host<B>>;
    type Bounded<B: Behaviour<Self>> = ActorRef<Host<B>>;
    type Echo = EchoRef;

    fn run<F>(threads: usize, main: F) -> F::Output
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let runtime = Runtime::builder().workers(threads).build().expect("dala starts");
        let (send, output) = std::sync::mpsc::channel();
        let task = runtime.spawn_task(async move { drop(send.send(main.await)) });
        task.expect("pids are left");
        let output = output.recv().expect("main does not panic");
        // What a runtime does at its end is not measured.
        std::mem::forget(runtime);
        output
    }

    fn spawn<B: Behaviour<Self>>(behaviour: B) -> Self::Addr<B> {
        dala::spawn(Host(behaviour)).expect("pids are left")
    }

    fn tell<B: Behaviour<Self>>(to: &Self::Addr<B>, message: B::Msg) {
        let _ = to.tell(Told(message));
    }

    fn task<F: Future<Output = ()> + Send + 'static>(task: F) {
        dala::runtime::Handle::current().expect("on a worker").spawn_task(task).expect("pids are left");
    }

    fn spawn_echo() -> Self::Echo {
        dala::spawn(Echo).expect("pids are left").into()
    }

    async fn ask(to: &Self::Echo, number: u64) -> u64 {
        to.ask(number).await.expect("it answers")
    }

    fn spawn_bounded<B: Behaviour<Self>>(behaviour: B, capacity: usize) -> Option<Self::Bounded<B>> {
        let capacity = u32::try_from(capacity).expect("a small mailbox");
        let options = SpawnOptions::default().mailbox(capacity);
        Some(dala::spawn_with(Host(behaviour), &options).expect("pids are left"))
    }

    async fn tell_wait<B: Behaviour<Self>>(to: &Self::Bounded<B>, message: B::Msg) {
        let _ = to.tell_wait(Told(message)).await;
    }
}
