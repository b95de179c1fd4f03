//! The workloads, after the Savina suite and after what users of actor libraries measure. Each checks its answer.

mod all_to_all;
mod ask;
mod chameneos;
mod counting;
mod fork_join;
mod idle;
mod ping_pong;
mod ring;

use crate::Peer;
use std::time::Duration;

/// A workload on one peer.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    /// Its name in the table.
    pub name: &'static str,
    /// What the figure counts.
    pub unit: &'static str,
    /// Whether a smaller figure is the better one.
    pub less_is_better: bool,
    /// Runs it on so many threads. `None` where the peer has no such thing.
    pub run: fn(usize) -> Option<f64>,
}

const MILLION: f64 = 1e6;

/// All of them.
pub fn all<P: Peer>() -> [Scenario; 13] {
    let more = |name, unit, run| Scenario { name, unit, less_is_better: false, run };
    let less = |name, unit, run| Scenario { name, unit, less_is_better: true, run };
    [
        more("ping-pong", "M messages/s", |threads| {
            Some(ping_pong::messages_a_second::<P>(threads, 1_000_000) / MILLION)
        }),
        more("ring", "M hops/s", |threads| Some(ring::hops_a_second::<P>(threads, 2_000_000) / MILLION)),
        less("ask p50", "ns", |threads| Some(ask::quantile::<P>(threads, 200_000, 0.5))),
        less("ask p99", "ns", |threads| Some(ask::quantile::<P>(threads, 200_000, 0.99))),
        more("counting", "M messages/s", |threads| {
            Some(counting::messages_a_second::<P>(threads, 1, 4_000_000) / MILLION)
        }),
        more("counting 1024", "M messages/s", |threads| {
            counting::bounded_a_second::<P>(threads, 1, 4_000_000).map(|rate| rate / MILLION)
        }),
        more("fan-in", "M messages/s", |threads| {
            Some(counting::messages_a_second::<P>(threads, 64, 3_200_000) / MILLION)
        }),
        more("fan-in 1024", "M messages/s", |threads| {
            counting::bounded_a_second::<P>(threads, 64, 3_200_000).map(|rate| rate / MILLION)
        }),
        more("chameneos", "M meetings/s", |threads| {
            Some(chameneos::meetings_a_second::<P>(threads, 500_000) / MILLION)
        }),
        more("all-to-all", "M messages/s", |threads| {
            Some(all_to_all::messages_a_second::<P>(threads, 5_000_000) / MILLION)
        }),
        more("fork-join", "k actors/s", |threads| {
            Some(fork_join::actors_a_second::<P>(threads, 1_000_000) / 1e3)
        }),
        less("idle", "bytes/actor", |threads| Some(idle::bytes_an_actor::<P>(threads, 1_000_000))),
        less("first message", "ms", |threads| Some(ask::first_answer::<P>(threads))),
    ]
}

/// How many a second.
fn rate(count: u64, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}
