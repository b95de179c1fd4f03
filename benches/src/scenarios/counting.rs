//! Producers tell one actor numbers, which adds them up.

use super::rate;
use crate::{Behaviour, Flow, Peer};
use std::time::Instant;
use tokio::sync::oneshot;

/// Messages that a bounded mailbox holds.
const CAPACITY: usize = 1024;

/// Adds up, and says the sum after so many numbers.
pub(super) struct Adder {
    left: u64,
    sum: u64,
    done: Option<oneshot::Sender<u64>>,
}

impl Adder {
    pub(super) fn of(count: u64) -> (Adder, oneshot::Receiver<u64>) {
        let (done, sum) = oneshot::channel();
        (Adder { left: count, sum: 0, done: Some(done) }, sum)
    }
}

impl<P: Peer> Behaviour<P> for Adder {
    type Msg = u64;
    fn on(&mut self, by: u64) -> Flow {
        self.sum += by;
        self.left -= 1;
        if self.left == 0
            && let Some(done) = self.done.take()
        {
            let _ = done.send(self.sum);
        }
        Flow::Go
    }
}

struct Producer<P: Peer>(P::Addr<Adder>);

impl<P: Peer> Behaviour<P> for Producer<P> {
    type Msg = u64;
    fn on(&mut self, count: u64) -> Flow {
        (0..count).for_each(|number| P::tell(&self.0, number));
        Flow::Go
    }
}

/// What `producers` that tell the numbers below `each` add up to.
fn expected(producers: u64, each: u64) -> u64 {
    producers * (each * (each - 1) / 2)
}

/// Producers are actors, mailboxes unbounded.
pub(super) fn messages_a_second<P: Peer>(threads: usize, producers: u64, count: u64) -> f64 {
    let each = count / producers;
    P::run(threads, async move {
        let (adder, sum) = Adder::of(each * producers);
        let adder = P::spawn(adder);
        let producers: Vec<_> = (0..producers).map(|_| P::spawn(Producer::<P>(adder.clone()))).collect();
        let start = Instant::now();
        producers.iter().for_each(|producer| P::tell(producer, each));
        let sum = sum.await.expect("the adder ends");
        let time = start.elapsed();
        assert_eq!(sum, expected(producers.len() as u64, each));
        rate(each * producers.len() as u64, time)
    })
}

/// Producers are tasks that wait for room in the adder's mailbox.
pub(super) fn bounded_a_second<P: Peer>(threads: usize, producers: u64, count: u64) -> Option<f64> {
    let each = count / producers;
    P::run(threads, async move {
        let (adder, sum) = Adder::of(each * producers);
        let adder = P::spawn_bounded(adder, CAPACITY)?;
        let start = Instant::now();
        for _ in 0..producers {
            let adder = adder.clone();
            P::task(async move {
                for number in 0..each {
                    P::tell_wait(&adder, number).await;
                }
            });
        }
        let sum = sum.await.expect("the adder ends");
        let time = start.elapsed();
        assert_eq!(sum, expected(producers, each));
        Some(rate(each * producers, time))
    })
}
