//! Bounds by credit: a sender takes a credit of the lane, the owner gives credits back in batches as it takes messages.
//!
//! Waiting senders are served in the order they came, and woken only with a credit in hand.

#![expect(unsafe_code, reason = "the owner's counters stand beside the shared semaphores")]

use crate::message::Lane;
use std::cell::Cell;
use tokio::sync::Semaphore;

/// The bound of one mailbox. Lanes have separate capacities, so that full ordinary work refuses nothing urgent.
#[derive(Debug)]
pub(crate) struct Bound {
    lanes: [Semaphore; 4],
    /// Credits that the owner has not given back yet. Owner only.
    taken: [Cell<u32>; 4],
    batch: u32,
}

// SAFETY: `taken` is touched by `took` and `give_back` only, which the actor's owner calls; owners follow one another
// with a happens-before edge (the mailbox head's protocol).
unsafe impl Sync for Bound {}

impl Bound {
    /// Capacity in messages for each lane; at least 1.
    pub(crate) fn new(capacity: u32) -> Bound {
        let capacity = capacity.max(1);
        Bound {
            lanes: std::array::from_fn(|_| Semaphore::new(capacity as usize)),
            taken: [const { Cell::new(0) }; 4],
            // A quarter: rare enough to cost little, often enough that senders rarely find the mailbox full.
            batch: (capacity / 4).max(1),
        }
    }

    /// Takes a credit if there is one.
    pub(crate) fn try_take(&self, lane: Lane) -> bool {
        match self.lanes[lane.rank()].try_acquire() {
            Ok(credit) => {
                credit.forget();
                true
            }
            Err(_) => false,
        }
    }

    /// Waits for a credit. Returns false when the actor died.
    pub(crate) async fn take(&self, lane: Lane) -> bool {
        match self.lanes[lane.rank()].acquire().await {
            Ok(credit) => {
                credit.forget();
                true
            }
            Err(_closed) => false,
        }
    }

    /// The owner took a message of the lane. Owner only.
    pub(crate) fn took(&self, lane: Lane) {
        let rank = lane.rank();
        let taken = self.taken[rank].get() + 1;
        if taken >= self.batch {
            self.taken[rank].set(0);
            self.lanes[rank].add_permits(taken as usize);
        } else {
            self.taken[rank].set(taken);
        }
    }

    /// End of an activation: gives all credits back. Owner only.
    pub(crate) fn give_back(&self) {
        for (lane, taken) in self.lanes.iter().zip(&self.taken) {
            let taken = taken.replace(0);
            if taken > 0 {
                lane.add_permits(taken as usize);
            }
        }
    }

    /// The actor is dead: nobody waits any longer.
    pub(crate) fn close(&self) {
        self.lanes.iter().for_each(Semaphore::close);
    }
}
