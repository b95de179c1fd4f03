//! Senders that waited for room, and were let in.

use crate::{Runtime, SpawnOptions};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

const CAPACITY: u32 = 128;
/// Of the second batch: whoever waited was let in by the first.
const LONG: u32 = CAPACITY / 4 + 8;

/// Waits at its first message until the mailbox is full, and at a later one until the sender that waited has sent again.
struct Consumer {
    is_full: Receiver<()>,
    was_let_in: Receiver<()>,
    done: Sender<bool>,
}

#[dala::actor]
impl Consumer {
    #[message]
    fn item(&mut self, number: u32) {
        let limit = Duration::from_secs(20);
        if number == 0 {
            self.is_full.recv_timeout(limit).unwrap();
        } else if number == LONG {
            self.done.send(self.was_let_in.recv_timeout(limit).is_ok()).unwrap();
        }
    }
}

struct Producer {
    consumer: ConsumerRef,
    is_full: Sender<()>,
    was_let_in: Sender<()>,
}

#[dala::actor]
impl Producer {
    #[message]
    async fn produce(&mut self) {
        let mut has_waited = false;
        for number in 0..3 * CAPACITY {
            let mut sending = pin!(self.consumer.tell_wait(Item { number }));
            let sent = poll_fn(|context| {
                let polled = sending.as_mut().poll(context);
                if polled.is_pending() && !has_waited {
                    has_waited = true;
                    self.is_full.send(()).unwrap();
                }
                polled
            });
            sent.await.unwrap();
            if has_waited {
                // Nobody listens after the first time.
                let _ = self.was_let_in.send(());
            }
        }
    }
}

#[test]
fn who_was_let_in_does_not_wait_for_what_the_owner_handles_next() {
    let runtime = Runtime::builder().workers(2).build().unwrap();
    let ((is_full, full), (was_let_in, let_in), (done, result)) = (channel(), channel(), channel());
    let options = SpawnOptions::default().mailbox(CAPACITY);
    let consumer = Consumer { is_full: full, was_let_in: let_in, done };
    let consumer = runtime.spawn_with(consumer, &options).unwrap().into();
    let producer: ProducerRef = runtime.spawn(Producer { consumer, is_full, was_let_in }).unwrap().into();
    producer.tell(Produce).unwrap();
    assert_eq!(result.recv_timeout(Duration::from_secs(60)), Ok(true), "the sender lay where nobody took it");
}
