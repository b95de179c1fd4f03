//! A consumer that stalls: an actor with a bounded mailbox that handles an item each time the test says so.

use std::sync::mpsc::{Receiver, Sender, channel};

use dala::{Runtime, SpawnOptions};

/// Handles an item each time the test says so.
#[derive(Debug)]
pub struct Consumer {
    go: Receiver<()>,
    handled: Sender<u64>,
}

#[dala::actor]
impl Consumer {
    /// To be handled.
    #[message]
    pub fn item(&mut self, number: u64) {
        // Nobody says so any more: the test is over.
        let _ = self.go.recv();
        let _ = self.handled.send(number);
    }
}

/// A consumer, and what the test has of it.
#[derive(Debug)]
pub struct Line {
    /// Where the consumer runs.
    pub runtime: Runtime,
    /// The consumer.
    pub consumer: ConsumerRef,
    /// Has it handle one more item.
    pub go: Sender<()>,
    /// Numbers of those that it has handled.
    pub handled: Receiver<u64>,
}

impl Line {
    /// A consumer with room for `capacity` items, on a runtime with so many workers. It holds one of them.
    pub fn new(workers: usize, capacity: u32) -> Line {
        let runtime = Runtime::builder().workers(workers).build().expect("a runtime");
        let (go, wait) = channel();
        let (done, handled) = channel();
        let options = SpawnOptions::default().mailbox(capacity);
        let consumer = runtime.spawn_with(Consumer { go: wait, handled: done }, &options).expect("an actor");
        Line { runtime, consumer: consumer.into(), go, handled }
    }
}
