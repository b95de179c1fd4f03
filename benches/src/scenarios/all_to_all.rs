//! Ten thousand actors; as many tokens hop between them by chance.

use super::rate;
use crate::{Behaviour, Flow, Peer};
use std::sync::{Arc, OnceLock};
use std::time::Instant;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

const ACTORS: u64 = 10_000;

/// Everybody's address, once all are there.
type Everybody<P> = Arc<OnceLock<Vec<<P as Peer>::Addr<Node<P>>>>>;

struct Node<P: Peer> {
    all: Everybody<P>,
    random: u64,
    done: UnboundedSender<()>,
}

impl<P: Peer> Node<P> {
    /// Xorshift (Marsaglia 2003).
    fn random(&mut self) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random
    }
}

impl<P: Peer> Behaviour<P> for Node<P> {
    /// Hops that the token has left.
    type Msg = u64;
    fn on(&mut self, left: u64) -> Flow {
        if left == 0 {
            let _ = self.done.send(());
            return Flow::Go;
        }
        let next = self.random() % ACTORS;
        let all = self.all.get().expect("set before the first token");
        P::tell(&all[next as usize], left - 1);
        Flow::Go
    }
}

pub(super) fn messages_a_second<P: Peer>(threads: usize, count: u64) -> f64 {
    P::run(threads, async move {
        let (done, mut ended) = unbounded_channel();
        let all = Everybody::<P>::default();
        let node = |seed: u64| Node::<P> {
            all: all.clone(),
            random: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1,
            done: done.clone(),
        };
        let nodes = all.get_or_init(|| (1..=ACTORS).map(|seed| P::spawn(node(seed))).collect());
        let start = Instant::now();
        nodes.iter().for_each(|node| P::tell(node, count / ACTORS));
        for _ in 0..ACTORS {
            ended.recv().await.expect("every token ends");
        }
        rate(count, start.elapsed())
    })
}
