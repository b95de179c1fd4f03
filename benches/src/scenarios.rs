//! The workloads. Each checks its answer.

use crate::{Behaviour, Flow, Peer};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// Names of all workloads, what they count, and whether less is better.
pub const ALL: &[(&str, &str, bool)] = &[
    ("ping-pong", "M messages/s", false),
    ("counting", "M messages/s", false),
    ("fork-join", "k actors/s", false),
    ("idle", "bytes/actor", true),
];

/// Runs one; `None` for an unknown name.
pub fn run<P: Peer>(scenario: &str) -> Option<f64> {
    Some(match scenario {
        "ping-pong" => ping_pong::<P>(1_000_000),
        "counting" => counting::<P>(4_000_000),
        "fork-join" => fork_join::<P>(400_000),
        "idle" => idle::<P>(200_000),
        _ => return None,
    })
}

fn rate(count: u64, time: Duration, unit: f64) -> f64 {
    count as f64 / time.as_secs_f64() / unit
}

/// Two actors pass one message to and fro.
struct Ping<P: Peer> {
    pong: P::Addr<Pong<P>>,
    left: u64,
    done: Option<oneshot::Sender<u64>>,
}

struct Pong<P: Peer> {
    ping: Option<P::Addr<Ping<P>>>,
    returned: u64,
}

enum ToPong<P: Peer> {
    Meet(P::Addr<Ping<P>>),
    Ball,
}

/// The ball comes back, with the number of times that it was returned.
struct Ball(u64);

impl<P: Peer> Behaviour<P> for Ping<P> {
    type Msg = Ball;
    fn on(&mut self, Ball(returned): Ball) -> Flow {
        if self.left > 0 {
            self.left -= 1;
            P::tell(&self.pong, ToPong::Ball);
        } else if let Some(done) = self.done.take() {
            let _ = done.send(returned);
        }
        Flow::Go
    }
}

impl<P: Peer> Behaviour<P> for Pong<P> {
    type Msg = ToPong<P>;
    fn on(&mut self, message: ToPong<P>) -> Flow {
        match message {
            ToPong::Meet(ping) => self.ping = Some(ping),
            ToPong::Ball => {
                self.returned += 1;
                if let Some(ping) = &self.ping {
                    P::tell(ping, Ball(self.returned));
                }
            }
        }
        Flow::Go
    }
}

fn ping_pong<P: Peer>(rounds: u64) -> f64 {
    P::run(async move {
        let (done, ended) = oneshot::channel();
        let pong = P::spawn(Pong::<P> { ping: None, returned: 0 });
        let ping = P::spawn(Ping::<P> { pong: pong.clone(), left: rounds, done: Some(done) });
        P::tell(&pong, ToPong::Meet(ping.clone()));
        let start = Instant::now();
        P::tell(&ping, Ball(0));
        assert_eq!(ended.await.expect("ping ends"), rounds);
        rate(2 * rounds, start.elapsed(), 1e6)
    })
}

/// One actor tells another numbers, which adds them up.
struct Adder {
    left: u64,
    sum: u64,
    done: Option<oneshot::Sender<u64>>,
}

struct Producer<P: Peer>(P::Addr<Adder>);

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

impl<P: Peer> Behaviour<P> for Producer<P> {
    type Msg = u64;
    fn on(&mut self, count: u64) -> Flow {
        (0..count).for_each(|number| P::tell(&self.0, number));
        Flow::Go
    }
}

fn counting<P: Peer>(count: u64) -> f64 {
    P::run(async move {
        let (done, sum) = oneshot::channel();
        let adder = P::spawn(Adder { left: count, sum: 0, done: Some(done) });
        let producer = P::spawn(Producer::<P>(adder));
        let start = Instant::now();
        P::tell(&producer, count);
        assert_eq!(sum.await.expect("the adder ends"), count * (count - 1) / 2);
        rate(count, start.elapsed(), 1e6)
    })
}

/// An actor spawns many; each answers one message and ends.
struct Root<P: Peer> {
    me: Option<P::Addr<Root<P>>>,
    left: u64,
    sum: u64,
    done: Option<oneshot::Sender<u64>>,
}

enum ToRoot<P: Peer> {
    Fork(P::Addr<Root<P>>, u64),
    Join(u64),
}

struct Leaf<P: Peer>(P::Addr<Root<P>>);

impl<P: Peer> Behaviour<P> for Leaf<P> {
    type Msg = u64;
    fn on(&mut self, number: u64) -> Flow {
        P::tell(&self.0, ToRoot::Join(number));
        Flow::Stop
    }
}

impl<P: Peer> Behaviour<P> for Root<P> {
    type Msg = ToRoot<P>;
    fn on(&mut self, message: ToRoot<P>) -> Flow {
        match message {
            ToRoot::Fork(me, count) => {
                self.left = count;
                for number in 0..count {
                    P::tell(&P::spawn(Leaf::<P>(me.clone())), number);
                }
                self.me = Some(me);
            }
            ToRoot::Join(number) => {
                self.sum += number;
                self.left -= 1;
                if self.left == 0
                    && let Some(done) = self.done.take()
                {
                    let _ = done.send(self.sum);
                }
            }
        }
        Flow::Go
    }
}

fn fork_join<P: Peer>(count: u64) -> f64 {
    P::run(async move {
        let (done, sum) = oneshot::channel();
        let root = P::spawn(Root::<P> { me: None, left: 0, sum: 0, done: Some(done) });
        let start = Instant::now();
        P::tell(&root, ToRoot::Fork(root.clone(), count));
        assert_eq!(sum.await.expect("the root ends"), count * (count - 1) / 2);
        rate(count, start.elapsed(), 1e3)
    })
}

/// Many actors that handled one message each and wait for the next.
struct Idler<P: Peer> {
    counter: P::Addr<Adder>,
}

impl<P: Peer> Behaviour<P> for Idler<P> {
    type Msg = u64;
    fn on(&mut self, number: u64) -> Flow {
        P::tell(&self.counter, number);
        Flow::Go
    }
}

fn idle<P: Peer>(count: u64) -> f64 {
    P::run(async move {
        let (done, sum) = oneshot::channel();
        let counter = P::spawn(Adder { left: count + 1, sum: 0, done: Some(done) });
        P::tell(&counter, 0);
        let mut actors = Vec::with_capacity(count as usize);
        // Touched before the first look, so that the references themselves do not count.
        let before = resident_bytes();
        for number in 0..count {
            let actor = P::spawn(Idler::<P> { counter: counter.clone() });
            P::tell(&actor, number);
            actors.push(actor);
            if number % 64 == 0 {
                // Lets them handle it, so that mailboxes do not add up.
                tokio::task::yield_now().await;
            }
        }
        assert_eq!(sum.await.expect("the counter ends"), count * (count - 1) / 2);
        let references = actors.capacity() * size_of::<P::Addr<Idler<P>>>();
        let bytes = resident_bytes().saturating_sub(before).saturating_sub(references as u64);
        drop(actors);
        bytes as f64 / count as f64
    })
}

/// Resident memory of this process in bytes (Linux).
fn resident_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib =
        line.and_then(|line| line.split_whitespace().next()).and_then(|number| number.parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}
