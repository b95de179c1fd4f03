//! Two actors pass one message to and fro.

use super::rate;
use crate::{Behaviour, Flow, Peer};
use std::time::Instant;
use tokio::sync::oneshot;

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

pub(super) fn messages_a_second<P: Peer>(threads: usize, rounds: u64) -> f64 {
    P::run(threads, async move {
        let (done, ended) = oneshot::channel();
        let pong = P::spawn(Pong::<P> { ping: None, returned: 0 });
        let ping = P::spawn(Ping::<P> { pong: pong.clone(), left: rounds, done: Some(done) });
        P::tell(&pong, ToPong::Meet(ping.clone()));
        let start = Instant::now();
        P::tell(&ping, Ball(0));
        assert_eq!(ended.await.expect("ping ends"), rounds);
        rate(2 * rounds, start.elapsed())
    })
}
