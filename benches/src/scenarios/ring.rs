//! A token goes round a hundred actors.

use super::rate;
use crate::{Behaviour, Flow, Peer};
use std::time::Instant;
use tokio::sync::oneshot;

const NODES: usize = 100;

struct Node<P: Peer> {
    next: Option<P::Addr<Node<P>>>,
}

enum ToNode<P: Peer> {
    Next(P::Addr<Node<P>>),
    Token { left: u64, done: oneshot::Sender<()> },
}

impl<P: Peer> Behaviour<P> for Node<P> {
    type Msg = ToNode<P>;
    fn on(&mut self, message: ToNode<P>) -> Flow {
        match (message, &self.next) {
            (ToNode::Next(next), _) => self.next = Some(next),
            (ToNode::Token { left: 0, done }, _) => drop(done.send(())),
            (ToNode::Token { left, done }, Some(next)) => {
                P::tell(next, ToNode::Token { left: left - 1, done });
            }
            (ToNode::Token { .. }, None) => panic!("a node is told its neighbour first"),
        }
        Flow::Go
    }
}

pub(super) fn hops_a_second<P: Peer>(threads: usize, hops: u64) -> f64 {
    P::run(threads, async move {
        let (done, ended) = oneshot::channel();
        let ring: Vec<_> = (0..NODES).map(|_| P::spawn(Node::<P> { next: None })).collect();
        for (node, next) in ring.iter().zip(ring.iter().cycle().skip(1)) {
            P::tell(node, ToNode::Next(next.clone()));
        }
        let start = Instant::now();
        P::tell(&ring[0], ToNode::Token { left: hops, done });
        ended.await.expect("the token stays");
        rate(hops, start.elapsed())
    })
}
