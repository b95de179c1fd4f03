//! A hierarchical timing wheel (Varghese and Lauck, 1987) that keeps the order of deadlines to the nanosecond.
//!
//! # Where an entry lies
//! Time is cut into ticks of 2^[`GRAIN`] ns. A tick is a number of [`LEVELS`] digits to the base of [`SLOTS`]. The wheel has a
//! *position*, a tick that never goes back. An entry whose tick is after it lies in a bucket of the level of the highest digit in
//! which the two differ, in the slot that its own digit there names. So all entries of a level are due before those of the
//! levels above, in the order of their slots. Entries up to the position are *near*: they lie in the exact order of
//! their deadlines, and of their numbers where these are the same.
//!
//! The wheel moves on to the next bucket when nothing is near and that one's earliest entry is due: its entries are then
//! near, or go down to lower levels. Nothing else moves, and nobody need wake up for a move. A bucket is moved in steps of so many
//! entries, between which whoever has the wheel may let others have it; nothing is taken out before the last step.
//!
//! # Cost
//! Adding and removing are constant and touch the entry, its neighbours and its bucket: buckets are lists through a slab. Each
//! entry goes down at most one level after the other, and is sorted once among those of its tick. An ordered map instead costs
//! a walk through memory that is in no cache, 0.5 us with a million entries (`benches/RESULTS.md`, "timers").
//!
//! A near entry that is removed leaves its place in the order behind, until that is reached or there are as many of them as
//! others. The earliest entry of a bucket is a lower bound: it may have been removed.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A tick is 2^20 ns, about a millisecond: a guess at how many entries are worth sorting at a time.
const GRAIN: u32 = 20;
const SLOTS: usize = 64;
const DIGIT: u32 = SLOTS.trailing_zeros();
/// Digits of the last tick.
const LEVELS: usize = (u64::BITS - GRAIN).div_ceil(DIGIT) as usize;

/// No entry.
const NONE: u32 = u32::MAX;
/// The bucket of entries that are near.
const NEAR: u16 = u16::MAX;
/// Entries that are moved at a time: some ten microseconds.
const STEP: usize = if cfg!(test) { 3 } else { 1024 };
/// Room that is kept when there is nothing in it.
const KEPT: usize = 4096;

/// Names an entry. Never used for another.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct TimerKey {
    /// Not 0.
    pub(crate) id: u64,
    pub(crate) index: u32,
}

#[derive(Debug)]
struct Entry<T> {
    deadline: u64,
    /// Ascending; 0 of a place that is free.
    id: u64,
    value: Option<T>,
    previous: u32,
    /// Of free places: the next free one.
    next: u32,
    bucket: u16,
}

#[derive(Debug)]
struct Bucket {
    first: u32,
    last: u32,
    /// No later than the earliest deadline.
    earliest: u64,
}

#[derive(Debug)]
struct Level {
    /// Slots with entries, by bit.
    filled: u64,
    buckets: [Bucket; SLOTS],
}

/// The place of a near entry: exact order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Place {
    deadline: u64,
    id: u64,
    index: u32,
}

/// Entries by their deadlines.
#[derive(Debug)]
pub(super) struct Wheel<T> {
    entries: Vec<Entry<T>>,
    free: u32,
    live: usize,
    last_id: u64,
    position: u64,
    levels: [Level; LEVELS],
    /// What is left of the bucket that the wheel moved on to.
    moving: Bucket,
    /// The number of that bucket, which its entries keep: nothing else gets it before all are moved, since the position then has that
    /// digit.
    moving_from: u16,
    /// Near entries that came from a bucket, the first at the end.
    sorted: Vec<Place>,
    /// Those that came when their tick was near already, or with a later step.
    late: BinaryHeap<Reverse<Place>>,
    /// Places whose entries were removed.
    stale: usize,
}

/// What there is by some moment.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Due<T> {
    /// This.
    Now(T),
    /// Nothing.
    Later,
    /// A bucket is being moved: ask again.
    Moving,
}

impl Level {
    const EMPTY: Level = Level { filled: 0, buckets: [const { Bucket::EMPTY }; SLOTS] };
}

impl Bucket {
    const EMPTY: Bucket = Bucket { first: NONE, last: NONE, earliest: u64::MAX };
}

impl<T> Wheel<T> {
    pub(super) const fn new() -> Wheel<T> {
        Wheel {
            entries: Vec::new(),
            free: NONE,
            live: 0,
            last_id: 0,
            position: 0,
            levels: [const { Level::EMPTY }; LEVELS],
            moving: Bucket::EMPTY,
            moving_from: NEAR,
            sorted: Vec::new(),
            late: BinaryHeap::new(),
            stale: 0,
        }
    }

    /// Entries.
    pub(super) fn len(&self) -> usize {
        self.live
    }

    /// Adds an entry.
    pub(super) fn add(&mut self, deadline: u64, value: T) -> TimerKey {
        self.last_id += 1;
        let entry = Entry {
            deadline,
            id: self.last_id,
            value: Some(value),
            previous: NONE,
            next: NONE,
            bucket: NEAR,
        };
        let index = match self.entries.get_mut(self.free as usize) {
            Some(place) => {
                let index = std::mem::replace(&mut self.free, place.next);
                *place = entry;
                index
            }
            None => {
                let index = u32::try_from(self.entries.len()).ok().filter(|&index| index < NONE);
                self.entries.push(entry);
                index.expect("fewer than 2^32 timers fit in memory")
            }
        };
        self.live += 1;
        if self.is_near(deadline) {
            self.late.push(Reverse(self.place(index)));
        } else {
            self.link(index);
        }
        TimerKey { id: self.last_id, index }
    }

    /// Takes an entry out: its deadline and value, if it is there still.
    pub(super) fn remove(&mut self, key: TimerKey) -> Option<(u64, T)> {
        let entry = self.entries.get(key.index as usize).filter(|entry| entry.id == key.id)?;
        let deadline = entry.deadline;
        if entry.bucket == NEAR {
            self.stale += 1;
        } else {
            self.unlink(key.index);
        }
        let value = self.release(key.index);
        if self.stale > 64 + (self.sorted.len() + self.late.len()) / 2 {
            self.forget_stale();
        }
        value.map(|value| (deadline, value))
    }

    /// The deadline of an entry that is there.
    pub(super) fn deadline(&self, key: TimerKey) -> Option<u64> {
        self.entries.get(key.index as usize).filter(|entry| entry.id == key.id).map(|entry| entry.deadline)
    }

    /// Takes out the first entry that is due by `now`. Bounded work.
    pub(super) fn take_due(&mut self, now: u64) -> Due<T> {
        match self.look(now) {
            Due::Now(_) => self.take_near().map_or(Due::Later, Due::Now),
            Due::Later => Due::Later,
            Due::Moving => Due::Moving,
        }
    }

    /// A moment no later than the first deadline.
    pub(super) fn not_before(&mut self) -> Option<u64> {
        let moving = (self.moving.first != NONE).then_some(self.moving.earliest);
        if let Some(place) = self.near() {
            return Some(moving.map_or(place.deadline, |moving| moving.min(place.deadline)));
        }
        moving.or_else(|| {
            let (level, slot) = self.next_bucket()?;
            Some(self.levels[level].buckets[slot].earliest)
        })
    }

    /// The first deadline, if it is no later than `limit`. Moves on as far as that, however many entries there are.
    pub(super) fn first_until(&mut self, limit: u64) -> Option<u64> {
        loop {
            match self.look(limit) {
                Due::Now(deadline) => return Some(deadline),
                Due::Later => return None,
                Due::Moving => {}
            }
        }
    }

    /// The first deadline, if it is no later than `limit`. Moves on towards that, one step of a bucket at most.
    fn look(&mut self, limit: u64) -> Due<u64> {
        if self.moving.first == NONE {
            if let Some(place) = self.near() {
                return if place.deadline <= limit { Due::Now(place.deadline) } else { Due::Later };
            }
            let Some((level, slot)) = self.next_bucket() else { return Due::Later };
            if self.levels[level].buckets[slot].earliest > limit {
                return Due::Later;
            }
            self.begin_move(level, slot);
        }
        self.step();
        Due::Moving
    }

    /// Takes all entries out.
    pub(super) fn take_all(&mut self) -> Vec<T> {
        let entries = std::mem::take(&mut self.entries);
        let (last_id, position) = (self.last_id, self.position);
        *self = Wheel { last_id, position, ..Wheel::new() };
        entries.into_iter().filter_map(|entry| entry.value).collect()
    }

    fn is_near(&self, deadline: u64) -> bool {
        deadline >> GRAIN <= self.position
    }

    fn place(&self, index: u32) -> Place {
        let Entry { deadline, id, .. } = self.entries[index as usize];
        Place { deadline, id, index }
    }

    /// Puts an entry that is not near into its bucket, behind those that are there.
    fn link(&mut self, index: u32) {
        let deadline = self.entries[index as usize].deadline;
        let tick = deadline >> GRAIN;
        let level = ((u64::BITS - 1 - (tick ^ self.position).leading_zeros()) / DIGIT) as usize;
        let slot = (tick >> (level as u32 * DIGIT)) as usize % SLOTS;
        self.levels[level].filled |= 1 << slot;
        let bucket = &mut self.levels[level].buckets[slot];
        bucket.earliest = bucket.earliest.min(deadline);
        let previous = std::mem::replace(&mut bucket.last, index);
        if previous == NONE {
            bucket.first = index;
        } else {
            self.entries[previous as usize].next = index;
        }
        let entry = &mut self.entries[index as usize];
        (entry.previous, entry.next) = (previous, NONE);
        entry.bucket = (level * SLOTS + slot) as u16;
    }

    fn unlink(&mut self, index: u32) {
        let Entry { previous, next, bucket: number, .. } = self.entries[index as usize];
        let (level, slot) = (number as usize / SLOTS, number as usize % SLOTS);
        let moves = number == self.moving_from && self.moving.first != NONE;
        let bucket = if moves { &mut self.moving } else { &mut self.levels[level].buckets[slot] };
        match self.entries.get_mut(previous as usize) {
            Some(previous) => previous.next = next,
            None => bucket.first = next,
        }
        match self.entries.get_mut(next as usize) {
            Some(next) => next.previous = previous,
            None => bucket.last = previous,
        }
        if bucket.first == NONE {
            bucket.earliest = u64::MAX;
            if !moves {
                self.levels[level].filled &= !(1 << slot);
            }
        }
    }

    /// Gives the place of an entry back that lies nowhere any more.
    fn release(&mut self, index: u32) -> Option<T> {
        let entry = &mut self.entries[index as usize];
        entry.id = 0;
        let value = entry.value.take();
        entry.next = std::mem::replace(&mut self.free, index);
        self.live -= 1;
        if self.live == 0 && self.entries.len() > KEPT {
            self.entries = Vec::new();
            self.free = NONE;
            (self.sorted, self.late, self.stale) = (Vec::new(), BinaryHeap::new(), 0);
        }
        value
    }

    fn is_stale(&self, place: Place) -> bool {
        self.entries.get(place.index as usize).is_none_or(|entry| entry.id != place.id)
    }

    #[cold]
    fn forget_stale(&mut self) {
        let entries = &self.entries;
        let is_there =
            |place: &Place| entries.get(place.index as usize).is_some_and(|entry| entry.id == place.id);
        self.sorted.retain(is_there);
        self.late.retain(|Reverse(place)| is_there(place));
        self.stale = 0;
    }

    /// The first near entry, and whether it is a late one.
    fn near_place(&mut self) -> Option<(Place, bool)> {
        loop {
            let (sorted, late) = (self.sorted.last().copied(), self.late.peek().map(|&Reverse(place)| place));
            let (place, is_late) = match (sorted, late) {
                (Some(sorted), Some(late)) if late < sorted => (late, true),
                (Some(sorted), _) => (sorted, false),
                (None, late) => (late?, true),
            };
            if !self.is_stale(place) {
                return Some((place, is_late));
            }
            self.stale -= 1;
            self.pop_place(is_late);
        }
    }

    fn near(&mut self) -> Option<Place> {
        self.near_place().map(|(place, _)| place)
    }

    fn pop_place(&mut self, is_late: bool) {
        if is_late {
            self.late.pop();
        } else {
            self.sorted.pop();
            if self.sorted.is_empty() && self.sorted.capacity() > KEPT {
                self.sorted = Vec::new();
            }
        }
    }

    fn take_near(&mut self) -> Option<T> {
        let (place, is_late) = self.near_place()?;
        self.pop_place(is_late);
        self.release(place.index)
    }

    /// The bucket with the first entries that are not near.
    fn next_bucket(&self) -> Option<(usize, usize)> {
        let level = self.levels.iter().position(|level| level.filled != 0)?;
        Some((level, self.levels[level].filled.trailing_zeros() as usize))
    }

    /// Moves on to the earliest deadline of the next bucket, whose entries are to be moved then. Nothing may be near.
    #[cold]
    fn begin_move(&mut self, level: usize, slot: usize) {
        self.levels[level].filled &= !(1 << slot);
        self.moving = std::mem::replace(&mut self.levels[level].buckets[slot], Bucket::EMPTY);
        self.moving_from = (level * SLOTS + slot) as u16;
        self.position = self.moving.earliest >> GRAIN;
    }

    /// Moves some entries of that bucket.
    #[cold]
    fn step(&mut self) {
        // The order is made by sorting where that is bounded, else entry by entry.
        let sorts = self.sorted.is_empty() && self.late.is_empty();
        for _ in 0..STEP {
            let index = self.moving.first;
            if index == NONE {
                break;
            }
            let Entry { deadline, .. } = self.entries[index as usize];
            self.unlink(index);
            if !self.is_near(deadline) {
                self.link(index);
                continue;
            }
            self.entries[index as usize].bucket = NEAR;
            let place = self.place(index);
            if sorts {
                self.sorted.push(place);
            } else {
                self.late.push(Reverse(place));
            }
        }
        if sorts {
            // Buckets are in the order of their arming, which often is that of their deadlines: sorting such runs is quick.
            self.sorted.sort_unstable();
            self.sorted.reverse();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    #[derive(Clone, Debug)]
    enum Step {
        /// Adds an entry so long after the time that was reached, or before it.
        Add(i64),
        /// Removes one of those that are there, or were.
        Remove(usize),
        /// Takes what is due after so much more time.
        Turn(u64),
        /// Takes one that is due after so much more time, or moves some.
        Begin(u64),
        /// Takes the first, whenever it is due.
        Jump,
    }

    fn step() -> impl Strategy<Value = Step> {
        // Of every magnitude.
        let span = (0u32..62, any::<u64>()).prop_map(|(bits, value)| value >> (63 - bits.min(61)));
        prop_oneof![
            4 => span.clone().prop_map(|span| Step::Add(span as i64)),
            1 => span.clone().prop_map(|span| Step::Add(-((span >> 20) as i64))),
            2 => any::<usize>().prop_map(Step::Remove),
            2 => span.clone().prop_map(|span| Step::Turn(span >> 8)),
            2 => span.prop_map(|span| Step::Begin(span >> 8)),
            1 => Just(Step::Jump),
        ]
    }

    proptest! {
        #[test]
        fn a_wheel_does_what_an_ordered_map_does(steps in prop::collection::vec(step(), 1..400)) {
            let (mut wheel, mut model) = (Wheel::new(), BTreeMap::new());
            let (mut keys, mut now) = (Vec::new(), 1u64 << 40);
            for (number, step) in steps.into_iter().enumerate() {
                match step {
                    Step::Add(after) => {
                        let deadline = now.saturating_add_signed(after);
                        let key = wheel.add(deadline, number);
                        model.insert((deadline, key.id), number);
                        keys.push((deadline, key));
                    }
                    Step::Remove(which) if !keys.is_empty() => {
                        let (deadline, key) = keys[which % keys.len()];
                        let expected = model.remove(&(deadline, key.id)).map(|number| (deadline, number));
                        prop_assert_eq!(wheel.deadline(key), expected.map(|(deadline, _)| deadline));
                        prop_assert_eq!(wheel.remove(key), expected);
                    }
                    Step::Remove(_) => {}
                    Step::Turn(by) => {
                        now = now.saturating_add(by);
                        loop {
                            match wheel.take_due(now) {
                                Due::Now(number) => {
                                    let ((deadline, _), expected) = model.pop_first().expect("it has one more");
                                    prop_assert!(deadline <= now);
                                    prop_assert_eq!(number, expected);
                                }
                                Due::Moving => {}
                                Due::Later => break,
                            }
                        }
                        prop_assert!(model.first_key_value().is_none_or(|(key, _)| key.0 > now));
                    }
                    Step::Begin(by) => {
                        now = now.saturating_add(by);
                        if let Due::Now(number) = wheel.take_due(now) {
                            let ((deadline, _), expected) = model.pop_first().expect("it has one more");
                            prop_assert!(deadline <= now);
                            prop_assert_eq!(number, expected);
                        }
                    }
                    Step::Jump => {
                        let first = model.first_key_value().map(|(key, _)| key.0);
                        prop_assert_eq!(wheel.first_until(u64::MAX), first);
                        now = now.max(first.unwrap_or(0));
                    }
                }
                prop_assert_eq!(wheel.len(), model.len());
                let first = model.first_key_value().map(|(key, _)| key.0);
                let bound = wheel.not_before();
                prop_assert!(bound.is_some() == first.is_some() && bound <= first, "{:?} {:?}", bound, first);
            }
            prop_assert_eq!(wheel.take_all().len(), model.len());
            prop_assert_eq!((wheel.len(), wheel.not_before()), (0, None));
        }
    }

    #[test]
    fn near_entries_that_are_removed_do_not_pile_up_while_time_stands_still() {
        let mut wheel = Wheel::new();
        wheel.add(5, ());
        for _ in 0..100_000 {
            let key = wheel.add(7, ());
            wheel.remove(key);
        }
        assert!(wheel.late.len() < 1000 && wheel.entries.len() < 10, "{}", wheel.late.len());
        assert_eq!((wheel.len(), wheel.first_until(6)), (1, Some(5)));
    }

    #[test]
    fn a_bucket_is_moved_a_few_entries_at_a_time_while_others_come_and_go() {
        let mut wheel = Wheel::new();
        // Two hours ahead, within an hour: one bucket or few.
        let deadline = |number: u64| (2 << 42) + (number * 7919 % 1000) * (1 << 31);
        let keys: Vec<_> = (0..1000).map(|number| wheel.add(deadline(number), number)).collect();
        let (mut steps, mut taken, mut others) = (0, Vec::new(), 0);
        loop {
            match wheel.take_due(u64::MAX - 1) {
                Due::Moving => {
                    steps += 1;
                    // One that lies where it was, and one that comes.
                    let number = steps * 13 % 1000;
                    if !taken.contains(&number) && wheel.remove(keys[number as usize]).is_some() {
                        taken.push(number);
                        others += 1;
                    }
                }
                Due::Now(number) => taken.push(number),
                Due::Later => break,
            }
        }
        assert!(steps >= 1000 / STEP as u64 && others > 100, "{steps} {others}");
        taken.sort_unstable();
        assert_eq!(taken, (0..1000).collect::<Vec<_>>());
        assert_eq!((wheel.len(), wheel.not_before()), (0, None));
    }

    #[test]
    fn memory_of_many_entries_is_given_back_with_the_last() {
        let mut wheel = Wheel::new();
        let keys: Vec<_> = (0..100_000).map(|number| wheel.add(number << 32, number)).collect();
        let (last, others) = keys.split_last().expect("some");
        others.iter().for_each(|&key| assert!(wheel.remove(key).is_some()));
        assert_eq!(wheel.remove(*last), Some((99_999 << 32, 99_999)));
        assert_eq!((wheel.entries.capacity(), wheel.not_before()), (0, None));
        // Keys of before name nothing new.
        let key = wheel.add(1, 7);
        assert!(keys.iter().all(|&old| wheel.remove(old).is_none()));
        assert_eq!(wheel.remove(key), Some((1, 7)));
    }
}
