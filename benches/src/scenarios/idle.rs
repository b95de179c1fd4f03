//! Many actors that handled one message each and wait for the next.

use super::counting::Adder;
use crate::{Behaviour, Flow, Peer};

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

/// Growth of resident memory, without the references to the actors.
pub(super) fn bytes_an_actor<P: Peer>(threads: usize, count: u64) -> f64 {
    P::run(threads, async move {
        let (counter, sum) = Adder::of(count + 1);
        let counter = P::spawn(counter);
        P::tell(&counter, 0);
        let mut actors = Vec::with_capacity(count as usize);
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
