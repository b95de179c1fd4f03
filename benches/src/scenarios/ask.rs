//! A task asks an actor, one request at a time.

use crate::Peer;
use std::time::Instant;

/// How long a request takes from asking to having the answer, in nanoseconds: the quantile over all.
pub(super) fn quantile<P: Peer>(threads: usize, count: u64, quantile: f64) -> f64 {
    P::run(threads, async move {
        let echo = P::spawn_echo();
        for number in 0..count / 10 {
            assert_eq!(P::ask(&echo, number).await, number + 1);
        }
        let mut times = Vec::with_capacity(count as usize);
        let mut last = Instant::now();
        for number in 0..count {
            assert_eq!(P::ask(&echo, number).await, number + 1);
            let now = Instant::now();
            times.push((now - last).as_nanos() as u64);
            last = now;
        }
        times.sort_unstable();
        times[((count - 1) as f64 * quantile) as usize] as f64
    })
}

/// Milliseconds from having no framework to the first answer of an actor.
pub(super) fn first_answer<P: Peer>(threads: usize) -> f64 {
    let start = Instant::now();
    P::run(threads, async move {
        let echo = P::spawn_echo();
        assert_eq!(P::ask(&echo, 1).await, 2);
        start.elapsed().as_secs_f64() * 1e3
    })
}
