//! An actor spawns many; each answers one message and ends.

use super::rate;
use crate::{Behaviour, Flow, Peer};
use std::time::Instant;
use tokio::sync::oneshot;

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

pub(super) fn actors_a_second<P: Peer>(threads: usize, count: u64) -> f64 {
    P::run(threads, async move {
        let (done, sum) = oneshot::channel();
        let root = P::spawn(Root::<P> { me: None, left: 0, sum: 0, done: Some(done) });
        let start = Instant::now();
        P::tell(&root, ToRoot::Fork(root.clone(), count));
        assert_eq!(sum.await.expect("the root ends"), count * (count - 1) / 2);
        rate(count, start.elapsed())
    })
}
