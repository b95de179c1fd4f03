//! What actors note, and what the driver compares when all has settled.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use dala::Pid;

use super::walker::WalkerRef;

/// How much was done, so that an idle soak shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Numbered messages that a mailbox took.
    pub told: u64,
    /// Those that were handled.
    pub handled: u64,
    /// Those that are dead letters.
    pub lost: u64,
    /// Sends that found a mailbox full.
    pub refused: u64,
    /// Calls that were answered.
    pub answered: u64,
    /// Calls that failed.
    pub unanswered: u64,
    /// Timers that fired.
    pub fired: u64,
    /// Timers that were cancelled in time.
    pub cancelled: u64,
    /// Ends that monitors told of.
    pub downs: u64,
    /// Ends that links told of.
    pub exits: u64,
    /// Actors that ended.
    pub ended: u64,
    /// Starts of supervised actors.
    pub starts: u64,
}

/// One number of the totals.
#[derive(Debug, Default)]
pub(super) struct Count(AtomicU64);

impl Count {
    pub(super) fn add(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    pub(super) fn get(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// Shared by all actors of a soak.
#[derive(Debug, Default)]
pub struct Books {
    pub(super) told: Count,
    pub(super) handled: Count,
    pub(super) lost: Count,
    pub(super) refused: Count,
    pub(super) answered: Count,
    pub(super) unanswered: Count,
    pub(super) fired: Count,
    pub(super) cancelled: Count,
    pub(super) downs: Count,
    pub(super) exits: Count,
    pub(super) ended: Count,
    pub(super) starts: Count,
    faults: Mutex<Vec<String>>,
    /// Walkers that live.
    walkers: Mutex<Vec<WalkerRef>>,
    /// One-for-all groups so far: each time that the group's supervisor is started there is another.
    groups: AtomicU32,
    group: Mutex<GroupBooks>,
    /// Next message that each receiver expects of each sender, and next that each sender would send: by sender and receiver.
    received: Mutex<HashMap<(Pid, Pid), u64>>,
    sent: Mutex<HashMap<(Pid, Pid), u64>>,
}

/// A place in a one-for-all group.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member {
    pub(super) group: u32,
    pub(super) place: u32,
}

/// What is known of the last group.
#[derive(Debug, Default)]
struct GroupBooks {
    group: u32,
    /// When each child was last started.
    starts: HashMap<u32, Instant>,
    /// When it last lost one.
    end: Option<Instant>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Books {
    /// Notes that something did not hold.
    pub(super) fn fault(&self, fault: String) {
        lock(&self.faults).push(fault);
    }

    /// What did not hold.
    pub(super) fn faults(&self) -> Vec<String> {
        lock(&self.faults).clone()
    }

    pub(super) fn totals(&self) -> Totals {
        Totals {
            told: self.told.get(),
            handled: self.handled.get(),
            lost: self.lost.get(),
            refused: self.refused.get(),
            answered: self.answered.get(),
            unanswered: self.unanswered.get(),
            fired: self.fired.get(),
            cancelled: self.cancelled.get(),
            downs: self.downs.get(),
            exits: self.exits.get(),
            ended: self.ended.get(),
            starts: self.starts.get(),
        }
    }

    pub(super) fn walker_came(&self, walker: WalkerRef) {
        lock(&self.walkers).push(walker);
    }

    pub(super) fn walker_went(&self, pid: Pid) {
        self.ended.add();
        lock(&self.walkers).retain(|walker| walker.pid() != pid);
    }

    pub(super) fn walkers(&self) -> Vec<WalkerRef> {
        lock(&self.walkers).clone()
    }

    /// A walker that lives, or lived a moment ago; which one `number` says.
    pub(super) fn some_walker(&self, number: u64) -> Option<WalkerRef> {
        let walkers = lock(&self.walkers);
        walkers.get(number as usize % walkers.len().max(1)).copied()
    }

    /// The number of another group.
    pub(super) fn next_group(&self) -> u32 {
        self.groups.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub(super) fn group_member_started(&self, Member { group, place }: Member) {
        let mut books = lock(&self.group);
        if group > books.group {
            *books = GroupBooks { group, ..GroupBooks::default() };
        }
        books.starts.insert(place, Instant::now());
    }

    /// Members of a group whose supervisor was killed may end when there is another already.
    pub(super) fn group_member_ended(&self, Member { group, .. }: Member) {
        let mut books = lock(&self.group);
        if group == books.group {
            books.end = Some(Instant::now());
        }
    }

    /// Forgets what the epoch left, and gives its memory back.
    pub(super) fn clear(&self) {
        *lock(&self.received) = HashMap::new();
        *lock(&self.sent) = HashMap::new();
        lock(&self.group).starts = HashMap::new();
        lock(&self.group).end = None;
        lock(&self.walkers).shrink_to_fit();
    }

    /// Notes what a receiver expects next of each of its senders.
    pub(super) fn note_received(&self, receiver: Pid, next: &HashMap<Pid, u64>) {
        lock(&self.received).extend(next.iter().map(|(&sender, &number)| ((sender, receiver), number)));
    }

    /// Notes what a sender has sent to each of its receivers.
    pub(super) fn note_sent(&self, sender: Pid, sent: &HashMap<Pid, u64>) {
        lock(&self.sent).extend(sent.iter().map(|(&receiver, &number)| ((sender, receiver), number)));
    }

    /// Compares what living senders sent with what living receivers got.
    pub(super) fn compare(&self, lives: impl Fn(Pid) -> bool) {
        let received = lock(&self.received);
        for (&(sender, receiver), &sent) in lock(&self.sent).iter() {
            let got = received.get(&(sender, receiver)).copied().unwrap_or(0);
            if got != sent && lives(sender) && lives(receiver) {
                self.fault(format!("{receiver} was told {sent} messages by {sender}, and has had {got}"));
            }
        }
        let group = lock(&self.group);
        let places = 0..group.starts.len() as u32;
        let times: Vec<Instant> = places.filter_map(|place| group.starts.get(&place).copied()).collect();
        if !times.is_sorted() {
            self.fault("a one-for-all group was started out of order".into());
        }
        if let (Some(first), Some(end)) = (times.first(), group.end)
            && end > *first
        {
            self.fault("a member of a one-for-all group ended, and the others were not started again".into());
        }
    }
}

/// What one receiver expects of its senders.
#[derive(Debug, Default)]
pub(super) struct Inbox(HashMap<Pid, u64>);

impl Inbox {
    /// Takes message `number` of a sender, which must be the next.
    pub(super) fn take(&mut self, books: &Books, me: Pid, from: Pid, number: u64) {
        books.handled.add();
        let next = self.0.entry(from).or_default();
        if *next != number {
            books.fault(format!("{me} got message {number} of {from}, and expected {next}"));
        }
        *next = number + 1;
    }

    pub(super) fn next(&self) -> &HashMap<Pid, u64> {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pids() -> [Pid; 2] {
        [Pid::from_parts(1, 1), Pid::from_parts(2, 1)]
    }

    #[test]
    fn a_message_that_is_lost_or_comes_twice_is_a_fault() {
        for (numbers, faults) in [(&[0, 1, 2][..], 0), (&[0, 2], 1), (&[0, 0], 1), (&[1, 0], 2)] {
            let (books, [me, from]) = (Books::default(), pids());
            let mut inbox = Inbox::default();
            numbers.iter().for_each(|&number| inbox.take(&books, me, from, number));
            assert_eq!(books.faults().len(), faults, "{numbers:?}");
        }
    }

    #[test]
    fn a_last_message_that_is_lost_is_a_fault_while_both_live() {
        let [sender, receiver] = pids();
        for (got, lives, faults) in [(3, true, 0), (2, true, 1), (2, false, 0)] {
            let books = Books::default();
            books.note_sent(sender, &HashMap::from([(receiver, 3)]));
            books.note_received(receiver, &HashMap::from([(sender, got)]));
            books.compare(|_| lives);
            assert_eq!(books.faults().len(), faults, "{got} of 3");
        }
    }

    #[test]
    fn a_group_that_was_not_started_again_as_a_whole_is_a_fault() {
        let books = Books::default();
        let member = |group, place| Member { group, place };
        books.group_member_ended(member(1, 0));
        (0..3).for_each(|place| books.group_member_started(member(1, place)));
        books.compare(|_| true);
        assert!(books.faults().is_empty());
        (0..3).for_each(|place| books.group_member_started(member(2, place)));
        books.group_member_ended(member(1, 2));
        books.compare(|_| true);
        assert!(books.faults().is_empty(), "one of a group whose supervisor is gone");
        books.group_member_ended(member(2, 0));
        books.group_member_started(member(2, 1));
        books.compare(|_| true);
        assert_eq!(books.faults().len(), 2, "out of order, and not all: {:?}", books.faults());
    }
}
