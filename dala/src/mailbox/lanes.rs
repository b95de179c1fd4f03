//! The lanes beside the normal one, allocated when their first message comes.

use super::list::List;
use crate::message::node::class;
use crate::message::{Lane, Node, NodeBox};
use std::cell::Cell;

/// Messages that may overtake a waiting lane before one of that lane goes first.
///
/// A guess between latency of the urgent and progress of the rest; not measured.
pub(crate) const STARVATION_BOUND: u32 = 32;

/// Critical, high and low lane; the normal lane is the cell's own list.
#[derive(Debug)]
pub(crate) struct Lanes {
    critical: List,
    high: List,
    low: List,
    /// By rank: messages that overtook the lane while it had some.
    overtaken: [Cell<u32>; 4],
    arrivals: Cell<u32>,
}

fn is_before(one: &Node, two: &Node) -> bool {
    (one.arrival.get().wrapping_sub(two.arrival.get()) as i32) < 0
}

impl Lanes {
    pub(crate) fn new() -> Lanes {
        // What came to the normal lane before counts as arrival 0.
        Lanes {
            critical: List::new(),
            high: List::new(),
            low: List::new(),
            overtaken: [const { Cell::new(0) }; 4],
            arrivals: Cell::new(1),
        }
    }

    fn list<'a>(&'a self, normal: &'a List, rank: usize) -> &'a List {
        match rank {
            0 => &self.critical,
            1 => &self.high,
            2 => normal,
            _ => &self.low,
        }
    }

    /// Sorts in what came next.
    pub(crate) fn insert(&self, normal: &List, node: NodeBox) {
        let arrival = self.arrivals.get();
        self.arrivals.set(arrival.wrapping_add(1));
        node.arrival.set(arrival);
        let rank =
            if node.class.get() & class::SYSTEM != 0 { Lane::Normal.rank() } else { node.lane().rank() };
        self.list(normal, rank).push(node);
    }

    /// Takes the message whose turn it is.
    ///
    /// The most urgent lane goes first, unless a lower one was overtaken [`STARVATION_BOUND`] times. An EXIT or DOWN
    /// message at the head of the normal lane waits until nothing that arrived before it is left.
    pub(crate) fn take(&self, normal: &List) -> Option<NodeBox> {
        let starved = (0..4).find(|&rank| {
            self.overtaken[rank].get() >= STARVATION_BOUND && !self.list(normal, rank).is_empty()
        });
        let turn = starved.or_else(|| (0..4).find(|&rank| !self.list(normal, rank).is_empty()))?;
        let turn = self.earlier_than_system(normal, turn).unwrap_or(turn);
        self.overtaken[turn].set(0);
        for rank in turn + 1..4 {
            if !self.list(normal, rank).is_empty() {
                self.overtaken[rank].set(self.overtaken[rank].get() + 1);
            }
        }
        self.list(normal, turn).pop()
    }

    /// If the turn is that of an EXIT or DOWN message: the lane with the earliest message before it.
    fn earlier_than_system(&self, normal: &List, turn: usize) -> Option<usize> {
        let system = normal.first().filter(|node| turn == 2 && node.class.get() & class::SYSTEM != 0)?;
        let mut earliest: Option<(usize, &Node)> = None;
        for rank in [0, 1, 3] {
            if let Some(node) = self.list(normal, rank).first()
                && is_before(node, earliest.map_or(system, |(_, node)| node))
            {
                earliest = Some((rank, node));
            }
        }
        earliest.map(|(rank, _)| rank)
    }

    /// Messages in the other lanes. Linear.
    pub(crate) fn len_beside_normal(&self) -> usize {
        self.critical.len() + self.high.len() + self.low.len()
    }

    /// Takes everything but the normal lane.
    pub(crate) fn drain(&self) -> impl Iterator<Item = NodeBox> + '_ {
        self.critical.drain().chain(self.high.drain()).chain(self.low.drain())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{ExitReason, Lane};
    use crate::pid::{NOBODY, Ref};
    use crate::signal::signal::Signal;
    use proptest::prelude::*;
    use std::collections::VecDeque;

    /// A node that carries its number of arrival as a reference.
    fn node(number: u64, lane: Option<Lane>) -> NodeBox {
        let down =
            Signal::Down { from: NOBODY, reference: Ref::from_bits(number), reason: ExitReason::Normal };
        let mut node = down.into_node();
        node.class.set(0);
        match lane {
            Some(lane) => node.set_lane(lane),
            None => node.mark(class::SYSTEM),
        }
        node
    }

    fn number(node: NodeBox) -> u64 {
        match Signal::from_node(node) {
            Ok(Signal::Down { reference, .. }) => reference.to_bits(),
            other => unreachable!("{other:?}"),
        }
    }

    #[derive(Clone, Debug)]
    enum Step {
        /// A message of a lane, or an EXIT or DOWN message.
        Arrive(Option<Lane>),
        Take,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            3 => prop::sample::select(Lane::BY_URGENCY.to_vec()).prop_map(|lane| Step::Arrive(Some(lane))),
            1 => Just(Step::Arrive(None)),
            3 => Just(Step::Take),
        ]
    }

    proptest! {
        #[test]
        fn lanes_keep_the_order_rules(steps in prop::collection::vec(step(), 0..400)) {
            let (lanes, normal) = (Lanes::new(), List::new());
            // What waits, in arrival order.
            let mut waiting: VecDeque<(u64, Option<Lane>)> = VecDeque::new();
            for (arrival, step) in steps.into_iter().enumerate() {
                let Step::Arrive(lane) = step else {
                    let Some(taken) = lanes.take(&normal).map(number) else {
                        prop_assert!(waiting.is_empty());
                        continue;
                    };
                    let place = waiting.iter().position(|&(number, _)| number == taken);
                    let place = place.expect("what is taken arrived, and was not taken before");
                    let (_, lane) = waiting[place];
                    let mut earlier = waiting.iter().take(place);
                    match lane {
                        // EXIT and DOWN: after everything that arrived before.
                        None => prop_assert_eq!(place, 0),
                        Some(lane) => prop_assert!(earlier.all(|&(_, other)| other != Some(lane)), "FIFO in a lane"),
                    }
                    waiting.remove(place);
                    continue;
                };
                let number = arrival as u64 + 1;
                lanes.insert(&normal, node(number, lane));
                waiting.push_back((number, lane));
            }
            normal.drain().chain(lanes.drain()).for_each(drop);
        }
    }

    #[test]
    fn a_low_message_is_overtaken_by_a_bounded_number() {
        let (lanes, normal) = (Lanes::new(), List::new());
        lanes.insert(&normal, node(1, Some(Lane::Low)));
        let mut taken = 0;
        loop {
            lanes.insert(&normal, node(2, Some(Lane::Critical)));
            if number(lanes.take(&normal).unwrap()) == 1 {
                break;
            }
            taken += 1;
        }
        assert_eq!(taken, STARVATION_BOUND);
        normal.drain().chain(lanes.drain()).for_each(drop);
    }
}
