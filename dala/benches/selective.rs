//! A selective receive behind messages that it does not match, in an actor that takes them in order of arrival:
//! `cargo bench -p dala --bench selective`. The Erlang side is `benches/beam/selective.erl`.
//!
//! The mailbox holds 100,000 messages of one type. In each round the actor sends itself one of another and receives that: by a
//! walk, as a receive must that says nothing of what it wants, and by its key.

use dala::actor::{Activation, Behaviour, Outcome, SpawnOptions, process};
use dala::mailbox::index::Key;
use dala::mailbox::receive::{Receive, Received};
use dala::message::{Message, NodeBox};
use dala::{ExitReason, Runtime};
use std::sync::mpsc;
use std::time::{Duration, Instant};

const BEFORE: u64 = 100_000;

#[dala::message]
struct Other {
    number: u64,
}

#[dala::message]
struct Wanted {
    number: u64,
}

struct Receiver {
    rounds: u32,
    by_key: bool,
    done: mpsc::Sender<Duration>,
}

impl Receiver {
    fn round(&self, activation: &mut Activation<'_>, place: &mut Receive) {
        let wanted = [Key::of_type::<Wanted>().expect("it has a shape")];
        send(activation, Wanted { number: 0 });
        let mut cursor = activation.receive(place);
        loop {
            match cursor.peek() {
                Some(Received::Message(node)) if Key::of_rust(node) == Some(wanted[0]) => break,
                found => assert!(found.is_some(), "it was sent"),
            }
            if cursor.skip() && self.by_key {
                cursor.seek(&wanted, Key::of_rust);
            }
        }
        assert!(cursor.take().is_some());
    }
}

fn send<M: Message>(activation: &Activation<'_>, message: M) {
    assert!(process::send(activation.pid(), NodeBox::for_shape(message)).is_ok(), "it lives");
}

impl Behaviour for Receiver {
    const ARRIVAL_ORDER: bool = true;
    fn run(&mut self, activation: &mut Activation<'_>) -> Outcome {
        (0..BEFORE).for_each(|number| send(activation, Other { number }));
        let mut place = Receive::default();
        (0..10).for_each(|_| self.round(activation, &mut place));
        let began = Instant::now();
        (0..self.rounds).for_each(|_| self.round(activation, &mut place));
        let _ = self.done.send(began.elapsed() / self.rounds);
        Outcome::Exited(ExitReason::Normal)
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = Runtime::builder().workers(1).build()?;
    for (name, by_key, rounds) in [("walk", false, 200), ("by key", true, 100_000)] {
        let (done, took) = mpsc::channel();
        runtime.spawn_behaviour(Receiver { rounds, by_key, done }, &SpawnOptions::default().starting())?;
        println!("{name}: {:?} a receive behind {BEFORE} messages", took.recv()?);
    }
    Ok(())
}
