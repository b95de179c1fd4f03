//! Bounds: by credit, and by a limit on memory (`mailbox::meter`).
//!
//! Credit: a sender takes a credit of the lane, the owner gives credits back in batches as it takes messages.
//!
//! Waiting senders are served in the order they came, and woken only with a credit in hand. A consumer that is quick lets them in by
//! a quarter of its capacity at a time, and then lets them run first, on its own thread: producer and consumer take turns, instead of
//! going from core to core with every message.
//!
//! A mailbox that drops its *oldest* message works otherwise: messages lie in a ring of the bound's size, one for each
//! lane, and a *ticket* in the mailbox stands for one of them, whichever is the oldest when its turn comes. A sender that
//! finds the ring full takes the oldest out and puts its own in; the number of tickets stays. So the bound is exact at any
//! time, and a message never comes later than its ticket did.

#![expect(unsafe_code, reason = "makes tickets")]

use super::credit::{Taken, batch_of};
use super::meter::Meter;
use crate::message::{Lane, MemoryLimit, Node, NodeBox, NodeVtable, PayloadKind};
use crate::observe::Observed;
use crate::region::Account;
use crate::sync::{AtomicU32, Mutex, Ordering, lock};
use crossbeam_utils::CachePadded;
use std::collections::VecDeque;
use tokio::sync::Semaphore;

/// What becomes of a message for a lane that is full.
///
/// | policy | `tell` | `tell_wait` | `call` |
/// |---|---|---|---|
/// | `Wait` | fails with `Full` | waits for room | fails with `Overloaded` |
/// | `Refuse` | fails with `Full` | fails with `Full` | fails with `Overloaded` |
/// | `DropNewest` | drops the message | drops the message | fails with `Overloaded` |
/// | `DropOldest` | drops the lane's oldest | drops the lane's oldest | drops the lane's oldest |
///
/// What is dropped is a dead letter with cause `Overflow`, and a call that is dropped fails with `Overloaded`. Erlang's `!`,
/// calls of its processes, and what [`Context::tell_after`](crate::Context::tell_after) sends are never refused or dropped.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Overflow {
    /// Senders that can wait do.
    #[default]
    Wait,
    /// It comes back to its sender, always at once.
    Refuse,
    /// It is dropped.
    DropNewest,
    /// The one that waited longest is dropped for it.
    DropOldest,
}

/// A lane without a bound.
pub(crate) const UNBOUNDED: u32 = u32::MAX;

/// Messages of a batch that is worth a look at the clock, or waking a worker.
const LARGE_BATCH: u32 = 32;

/// A bound that nobody reaches: what waits is counted.
pub(crate) const COUNTED: u32 = UNBOUNDED - 1;

/// The bound of one mailbox. Lanes have separate capacities, so that full ordinary work refuses nothing urgent.
///
/// What all read, what senders write at each message and what the owner writes at each message lie in cache lines of their own:
/// else sender and owner take them from each other at every message.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Bound {
    capacities: [u32; 4],
    overflow: Overflow,
    /// Whether a lane has a capacity.
    has_capacities: bool,
    /// By rank, if the oldest are dropped.
    rings: Option<Box<[Mutex<Ring>; 4]>>,
    /// If the runtime is observed.
    pub(crate) observed: Option<Observed>,
    lanes: CachePadded<[Credits; 4]>,
    /// Credits that the owner has not given back yet. Owner only.
    taken: CachePadded<[Taken; 4]>,
    pub(crate) meter: CachePadded<Option<Meter>>,
}

/// The credits of one lane that are left.
#[derive(Debug)]
struct Credits {
    left: Semaphore,
    /// Senders that wait for one, or are about to.
    waiting: AtomicU32,
}

impl Credits {
    fn new(capacity: u32) -> Credits {
        Credits { left: Semaphore::new(capacity as usize), waiting: AtomicU32::new(0) }
    }

    /// Whether a sender waits, or waited and has not run since. One that [`give`](Credits::give) let in is seen after that: it
    /// said so before it began to wait, and the semaphore's lock lies between.
    fn waits(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0
    }

    fn give(&self, credits: u32) {
        if credits > 0 {
            self.left.add_permits(credits as usize);
        }
    }
}

/// A sender waits while this lives.
struct Waits<'a>(&'a AtomicU32);

impl Waits<'_> {
    fn begin(waiting: &AtomicU32) -> Waits<'_> {
        waiting.fetch_add(1, Ordering::Relaxed);
        Waits(waiting)
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[derive(Debug, Default)]
struct Ring {
    messages: VecDeque<NodeBox>,
    is_closed: bool,
}

/// Whether a message may go into a lane.
#[derive(Debug)]
pub(crate) enum Admission {
    /// Without more ado.
    Free,
    /// With a credit.
    Credit,
    /// It does not; the policy says that the sender keeps it.
    Refused,
    /// It does not; the policy says that it is dropped.
    Dropped,
    /// By [`Bound::put`].
    Ring,
}

/// What the owner's taking a message meant to senders that wait.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Took {
    /// Nothing to care for.
    Plain,
    /// They were given credits. Those that are actors were woken by this thread, and must not wait for what the owner does next.
    LetIn,
    /// They are given credits when the activation yields, which it should after this message.
    LetsInSoon,
}

/// What [`Bound::put`] did.
#[derive(Debug)]
pub(crate) enum Put {
    /// There was room: a ticket must be sent.
    Ticket,
    /// In the place of this one, whose ticket serves.
    Replaced(NodeBox),
    /// The actor is dead.
    Closed(NodeBox),
}

static TICKET: NodeVtable = NodeVtable::of::<()>(PayloadKind::Foreign).named("ticket");

/// A ticket for a message in the ring of `lane`.
pub(crate) fn ticket(lane: Lane) -> NodeBox {
    // SAFETY: `TICKET` is `NodeVtable::of::<()>`.
    let mut node = unsafe { NodeBox::typed(&TICKET, ()) };
    node.set_lane(lane);
    node.set_credit();
    node
}

/// Whether the node is a ticket.
pub(crate) fn is_ticket(node: &Node) -> bool {
    std::ptr::eq(node.vtable(), &TICKET)
}

impl Account for Bound {
    fn reserve(&self, bytes: u64, held: u64) -> bool {
        self.meter.as_ref().is_none_or(|meter| meter.take_scratch(bytes, held))
    }

    fn give_back(&self, bytes: u64) {
        if let Some(meter) = &*self.meter {
            meter.give_scratch_back(bytes);
        }
    }
}

impl Bound {
    /// Capacities in messages, by rank of the lane; at least 1, or [`UNBOUNDED`].
    pub(crate) fn new(
        capacities: [u32; 4],
        overflow: Overflow,
        limit: MemoryLimit,
        observed: Option<Observed>,
    ) -> Bound {
        let has_capacities = capacities.iter().any(|&capacity| capacity != UNBOUNDED);
        let capacities = capacities.map(|capacity| capacity.max(1));
        Bound {
            capacities,
            overflow,
            has_capacities,
            rings: (has_capacities && overflow == Overflow::DropOldest).then(Box::default),
            observed,
            lanes: CachePadded::new(capacities.map(Credits::new)),
            taken: CachePadded::new(std::array::from_fn(|_| Taken::new())),
            meter: CachePadded::new(limit.is_set().then(|| Meter::new(limit))),
        }
    }

    /// Takes a credit if there is one; says what else to do by the policy.
    pub(crate) fn admit(&self, lane: Lane) -> Admission {
        if !self.has_capacities {
            return Admission::Free;
        }
        if self.rings.is_some() {
            return Admission::Ring;
        }
        match self.lanes[lane.rank()].left.try_acquire() {
            Ok(credit) => {
                credit.forget();
                Admission::Credit
            }
            Err(_) if self.overflow == Overflow::DropNewest => Admission::Dropped,
            Err(_) => Admission::Refused,
        }
    }

    /// Whether a lane has a capacity.
    pub(crate) fn has_capacities(&self) -> bool {
        self.has_capacities
    }

    /// Whether a sender may wait for room.
    pub(crate) fn lets_wait(&self) -> bool {
        self.has_capacities && self.overflow == Overflow::Wait
    }

    /// Whether a message that was refused is taken later, whoever may wait for that.
    pub(crate) fn has_room_to_come(&self) -> bool {
        self.has_capacities && matches!(self.overflow, Overflow::Wait | Overflow::Refuse)
    }

    /// Waits for a credit. Returns false when the actor died.
    pub(crate) async fn take(&self, lane: Lane) -> bool {
        let lane = &self.lanes[lane.rank()];
        let _waits = Waits::begin(&lane.waiting);
        match lane.left.acquire().await {
            Ok(credit) => {
                credit.forget();
                true
            }
            Err(_closed) => false,
        }
    }

    /// Puts a message into the ring of its lane.
    pub(crate) fn put(&self, node: NodeBox) -> Put {
        let rank = node.lane().rank();
        let Some(rings) = &self.rings else { return Put::Closed(node) };
        let mut ring = lock(&rings[rank]);
        if ring.is_closed {
            return Put::Closed(node);
        }
        let is_full = ring.messages.len() >= self.capacities[rank] as usize;
        let oldest = if is_full { ring.messages.pop_front() } else { None };
        ring.messages.push_back(node);
        oldest.map_or(Put::Ticket, Put::Replaced)
    }

    /// The message that a ticket for `lane` stands for. Owner only.
    pub(crate) fn redeem(&self, lane: Lane) -> Option<NodeBox> {
        let rings = self.rings.as_ref()?;
        lock(&rings[lane.rank()]).messages.pop_front()
    }

    /// The owner took a message of the lane, in an activation that is `quick` so far or not. Owner only.
    #[inline]
    pub(crate) fn took(&self, lane: Lane, quick: impl FnOnce() -> bool) -> Took {
        let rank = lane.rank();
        match self.taken[rank].took(self.capacities[rank]) {
            false => Took::Plain,
            true => self.took_batch(rank, quick),
        }
    }

    #[inline(never)]
    fn took_batch(&self, rank: usize, quick: impl FnOnce() -> bool) -> Took {
        let (lane, taken) = (&self.lanes[rank], &self.taken[rank]);
        let is_large = batch_of(self.capacities[rank]) >= LARGE_BATCH;
        if is_large && lane.waits() && quick() {
            return Took::LetsInSoon;
        }
        lane.give(taken.rest());
        if is_large && lane.waits() { Took::LetIn } else { Took::Plain }
    }

    /// The actor parks: gives all credits back. Owner only.
    pub(crate) fn give_all_back(&self) {
        if self.has_capacities {
            self.lanes.iter().zip(self.taken.iter()).for_each(|(lane, taken)| lane.give(taken.rest()));
        }
    }

    /// The activation yields: gives all credits back, but keeps less than a batch that senders wait for if it was `quick`. Returns
    /// whether it was, and senders wait or were let in: they go first. Owner only.
    pub(crate) fn give_back(&self, quick: impl FnOnce() -> bool) -> bool {
        if !self.has_capacities {
            return false;
        }
        let is_quick = self.lanes.iter().any(Credits::waits) && quick();
        for ((lane, taken), &capacity) in self.lanes.iter().zip(self.taken.iter()).zip(&self.capacities) {
            let keeps = is_quick && lane.waits();
            lane.give(if keeps { taken.batch(capacity) } else { taken.rest() });
        }
        is_quick
    }

    /// Messages that wait, as far as another thread can tell: all that are counted or observed, else those of Rust senders,
    /// where what the running activation has taken counts too.
    pub(crate) fn load(&self) -> usize {
        if let Some(observed) = &self.observed {
            return observed.waiting();
        }
        if let Some(meter) = &*self.meter {
            return meter.load().1 as usize;
        }
        let credits = self.lanes.iter().zip(&self.capacities);
        let credits = credits
            .map(|(lane, &capacity)| (capacity as usize).saturating_sub(lane.left.available_permits()));
        let ringed = self.rings.iter().flat_map(|rings| rings.iter());
        credits.sum::<usize>() + ringed.map(|ring| lock(ring).messages.len()).sum::<usize>()
    }

    /// The actor is dead: nobody waits any longer. Returns what lies in rings.
    pub(crate) fn close(&self) -> Vec<NodeBox> {
        self.lanes.iter().for_each(|lane| lane.left.close());
        let rings = self.rings.iter().flat_map(|rings| rings.iter());
        let close = |ring: &Mutex<Ring>| {
            let mut ring = lock(ring);
            ring.is_closed = true;
            std::mem::take(&mut ring.messages)
        };
        rings.flat_map(close).collect()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    const CAPACITY: u32 = 4 * LARGE_BATCH;

    fn full(capacity: u32) -> Bound {
        let bound = Bound::new([capacity; 4], Overflow::Wait, MemoryLimit::NONE, None);
        for _ in 0..capacity {
            assert!(matches!(bound.admit(Lane::Normal), Admission::Credit));
        }
        bound
    }

    fn take(bound: &Bound, messages: u32, is_quick: bool) -> Took {
        (0..messages).map(|_| bound.took(Lane::Normal, || is_quick)).last().expect("some")
    }

    #[test]
    fn a_quick_owner_lets_senders_in_by_batches_and_then_gives_way() {
        let bound = full(CAPACITY);
        let mut waiting = pin!(bound.take(Lane::Normal));
        let mut poll = || waiting.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert_eq!(poll(), Poll::Pending);
        assert_eq!(take(&bound, LARGE_BATCH - 1, true), Took::Plain);
        assert!(bound.give_back(|| true), "somebody waits");
        assert_eq!((bound.load() as u32, poll()), (CAPACITY, Poll::Pending), "less than a batch is kept");
        assert_eq!((take(&bound, 1, true), poll()), (Took::LetsInSoon, Poll::Pending));
        assert!(bound.give_back(|| true));
        assert_eq!(poll(), Poll::Ready(true));
        assert_eq!(bound.load() as u32, CAPACITY - LARGE_BATCH + 1);
        assert!(!bound.give_back(|| true), "nobody waits");
    }

    #[test]
    fn an_owner_that_is_slow_or_parks_gives_back_what_it_has() {
        let bound = full(CAPACITY);
        let mut waiting = [(); 3].map(|()| Box::pin(bound.take(Lane::Normal)));
        let mut poll = |sender: usize| waiting[sender].as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!((0..3).all(|sender| poll(sender).is_pending()));
        take(&bound, 1, true);
        assert!(!bound.give_back(|| false));
        assert_eq!((poll(0), poll(1)), (Poll::Ready(true), Poll::Pending));
        take(&bound, 1, true);
        bound.give_all_back();
        assert_eq!((poll(1), poll(2)), (Poll::Ready(true), Poll::Pending));
        assert_eq!((take(&bound, LARGE_BATCH, false), poll(2)), (Took::LetIn, Poll::Ready(true)));
    }

    #[test]
    fn of_a_small_mailbox_each_place_is_given_at_once() {
        let bound = full(4);
        let mut waiting = pin!(bound.take(Lane::Normal));
        let mut poll = || waiting.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert_eq!(poll(), Poll::Pending);
        assert_eq!((take(&bound, 1, true), poll()), (Took::Plain, Poll::Ready(true)));
    }
}
