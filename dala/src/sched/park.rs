//! Who sleeps, who searches, whom to wake.
//!
//! # Protocol
//! The state counts searching and sleeping workers. Work is announced after it was put where searchers look:
//! *announce* is a fence, then a load of the state: if somebody searches, or nobody sleeps, there is nothing to do; else it
//! wakes one sleeper, who is counted as searching from then on (so one announcement wakes one worker). A worker goes
//! to sleep by moving itself from searching to sleeping, then a fence, then a last look at all queues. Either the
//! announcer sees it sleep, or it sees the work. The last searcher that finds work announces what else is there.
//!
//! # Spare workers
//! A worker whose thread does something else for long is *lent*: a spare worker may be woken in its place, so that as many run
//! actors as before. Spares *rest* otherwise: they park as sleepers do, but are not among them, so nobody wakes them.
//! Lending moves one from those that rest to those that sleep, behind all others; that wakes nobody. When the lent worker is
//! back, a spare that sleeps is put to rest where it lies; if none sleeps, one is awake and there is a *surplus*, and it goes to
//! rest instead of to sleep, soon. Its last look may find work that was announced while it searched: it does not take it, but
//! announces it again.
//!
//! See tokio's `scheduler/multi_thread/idle.rs`, which counts the same two things.

use crate::sync::{AtomicU32, Mutex, Ordering, fence, lock};

const SLEEPING_ONE: u32 = 1 << 16;
const SEARCHING: u32 = SLEEPING_ONE - 1;

/// The idle workers of a scheduler.
#[derive(Debug)]
pub(crate) struct Idle {
    /// Searching in the low half, sleeping in the high one.
    state: AtomicU32,
    sleepers: Mutex<Sleepers>,
    workers: u32,
    /// Spares that are awake and not needed any more. Changed with the lock held.
    surplus: AtomicU32,
}

#[derive(Debug, Default)]
struct Sleepers {
    /// The next to be woken is the last.
    asleep: Vec<usize>,
    /// Spares.
    resting: Vec<usize>,
}

impl Idle {
    pub(crate) fn new(workers: u32) -> Idle {
        let sleepers = Mutex::new(Sleepers::default());
        Idle { state: AtomicU32::new(0), sleepers, workers, surplus: AtomicU32::new(0) }
    }

    /// The first searches, as threads do that begin. The others have none yet: they are asleep, and start when they are woken.
    pub(crate) fn beginning(workers: u32) -> Idle {
        let idle = Idle::new(workers);
        if workers > 0 {
            lock(&idle.sleepers).asleep = (1..workers as usize).rev().collect();
            idle.state.store((workers - 1) * SLEEPING_ONE + 1, Ordering::SeqCst);
        }
        idle
    }

    /// There is work where searchers look. Returns a worker to unpark.
    #[inline(always)]
    pub(crate) fn announce(&self) -> Option<usize> {
        fence(Ordering::SeqCst);
        let state = self.state.load(Ordering::Relaxed);
        if state & SEARCHING != 0 || state < SLEEPING_ONE {
            return None;
        }
        self.pick()
    }

    #[cold]
    fn pick(&self) -> Option<usize> {
        let mut sleepers = lock(&self.sleepers);
        if self.state.load(Ordering::SeqCst) & SEARCHING != 0 {
            return None;
        }
        let worker = sleepers.asleep.pop()?;
        self.state.fetch_add(1u32.wrapping_sub(SLEEPING_ONE), Ordering::SeqCst);
        Some(worker)
    }

    /// All sleepers, for the end.
    pub(crate) fn take_all(&self) -> Vec<usize> {
        let mut sleepers = lock(&self.sleepers);
        let count = sleepers.asleep.len() as u32;
        self.state.fetch_add(count.wrapping_sub(count.wrapping_mul(SLEEPING_ONE)), Ordering::SeqCst);
        std::mem::take(&mut sleepers.asleep)
    }

    fn is_spare(&self, worker: usize) -> bool {
        worker >= self.workers as usize
    }

    /// One spare more, which rests.
    pub(crate) fn add_spare(&self, worker: usize) {
        lock(&self.sleepers).resting.push(worker);
    }

    /// A worker's thread is about to do something else for long. Returns false if there is no spare for it.
    pub(crate) fn lend(&self) -> bool {
        let mut sleepers = lock(&self.sleepers);
        if self.surplus.load(Ordering::Relaxed) > 0 {
            self.surplus.fetch_sub(1, Ordering::Relaxed);
            return true;
        }
        let Some(spare) = sleepers.resting.pop() else { return false };
        sleepers.asleep.insert(0, spare);
        self.state.fetch_add(SLEEPING_ONE, Ordering::SeqCst);
        true
    }

    /// A worker that was lent is back.
    pub(crate) fn give_back(&self) {
        let mut sleepers = lock(&self.sleepers);
        match sleepers.asleep.iter().position(|&sleeper| self.is_spare(sleeper)) {
            Some(at) => {
                let spare = sleepers.asleep.remove(at);
                sleepers.resting.push(spare);
                self.state.fetch_sub(SLEEPING_ONE, Ordering::SeqCst);
            }
            None => {
                self.surplus.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// Whether that worker is a spare and there is one too many.
    pub(crate) fn is_surplus(&self, worker: usize) -> bool {
        self.is_spare(worker) && self.surplus.load(Ordering::Relaxed) > 0
    }

    /// A worker has nothing to do. Returns whether it may search: at most half of them do at a time, since searching
    /// costs the others cache misses.
    pub(crate) fn begin_search(&self) -> bool {
        let searching = self.state.load(Ordering::SeqCst) & SEARCHING;
        if 2 * searching >= self.workers {
            return false;
        }
        self.state.fetch_add(1, Ordering::SeqCst);
        true
    }

    /// A searcher found work. Returns whether it was the last one, who must announce if there is more.
    pub(crate) fn end_search(&self) -> bool {
        self.state.fetch_sub(1, Ordering::SeqCst) & SEARCHING == 1
    }

    /// Goes to sleep, or to rest. Afterwards the worker looks at all queues once more, and parks or takes it back
    /// ([`Idle::cancel_sleep`]).
    pub(crate) fn begin_sleep(&self, worker: usize, searches: bool) {
        let mut sleepers = lock(&self.sleepers);
        if self.is_surplus(worker) {
            self.surplus.fetch_sub(1, Ordering::Relaxed);
            sleepers.resting.push(worker);
            self.state.fetch_sub(u32::from(searches), Ordering::SeqCst);
        } else {
            sleepers.asleep.push(worker);
            self.state.fetch_add(SLEEPING_ONE.wrapping_sub(u32::from(searches)), Ordering::SeqCst);
        }
        drop(sleepers);
        fence(Ordering::SeqCst);
    }

    /// The last look found work: the worker searches again. Returns false when it was woken meanwhile, which leaves a
    /// token in its parker and counts it as searching already; or when it rests, and has to announce what it found.
    pub(crate) fn cancel_sleep(&self, worker: usize) -> bool {
        let mut sleepers = lock(&self.sleepers);
        let Some(index) = sleepers.asleep.iter().position(|&sleeper| sleeper == worker) else { return false };
        sleepers.asleep.swap_remove(index);
        self.state.fetch_add(1u32.wrapping_sub(SLEEPING_ONE), Ordering::SeqCst);
        true
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    /// Sleepers, and those that rest.
    fn lists(idle: &Idle) -> (Vec<usize>, Vec<usize>) {
        let sleepers = lock(&idle.sleepers);
        (sleepers.asleep.clone(), sleepers.resting.clone())
    }

    #[test]
    fn a_spare_may_be_woken_while_a_worker_is_lent_and_after_all_others() {
        let idle = Idle::new(2);
        assert!(!idle.lend(), "there is none");
        idle.add_spare(2);
        assert_eq!(idle.announce(), None, "it rests");
        idle.begin_sleep(1, false);
        assert!(idle.lend() && !idle.lend(), "one");
        assert_eq!(lists(&idle), (vec![2, 1], vec![]));
        assert_eq!(idle.announce(), Some(1));
        assert!(idle.end_search());
        assert_eq!(idle.announce(), Some(2));
        assert!(idle.end_search());
        idle.give_back();
        assert!(idle.is_surplus(2) && !idle.is_surplus(1));
        idle.begin_sleep(2, false);
        assert_eq!((lists(&idle), idle.announce()), ((vec![], vec![2]), None));
        assert!(!idle.cancel_sleep(2), "it has to announce what it found");
    }

    #[test]
    fn in_the_beginning_the_first_worker_searches_and_the_others_are_asleep_in_their_order() {
        let idle = Idle::beginning(3);
        assert_eq!(idle.announce(), None, "the first finds it");
        assert!(idle.end_search());
        assert_eq!(idle.announce(), Some(1));
        assert_eq!(idle.announce(), None, "that one finds it");
        assert!(idle.end_search());
        idle.begin_sleep(1, false);
        assert_eq!(idle.announce(), Some(1), "who has a thread goes before who has none");
        assert!(idle.end_search());
        assert_eq!(idle.announce(), Some(2));
        assert_eq!((lists(&Idle::beginning(1)), lists(&Idle::beginning(0))), Default::default());
    }

    #[test]
    fn a_spare_that_sleeps_when_the_worker_is_back_rests_where_it_lies_and_one_that_is_awake_is_lent_to_again()
     {
        let idle = Idle::new(1);
        idle.add_spare(1);
        assert!(idle.lend());
        idle.give_back();
        assert_eq!((lists(&idle), idle.announce()), ((vec![], vec![1]), None));
        assert!(idle.lend());
        assert_eq!(idle.announce(), Some(1));
        idle.give_back();
        assert!(idle.is_surplus(1));
        assert!(idle.lend(), "it is awake still");
        assert!(!idle.is_surplus(1));
        idle.begin_sleep(1, true);
        assert_eq!(lists(&idle), (vec![1], vec![]));
    }
}

#[cfg(all(test, loom))]
mod loom_models {
    use super::*;
    use crate::sync::{Arc, AtomicUsize, Parker, thread};

    #[test]
    fn announced_work_is_always_done() {
        loom::model(|| {
            let idle = Arc::new(Idle::new(2));
            let parker = Arc::new(Parker::new());
            let work = Arc::new(AtomicUsize::new(0));
            let worker = {
                let (idle, parker, work) = (idle.clone(), parker.clone(), work.clone());
                thread::spawn(move || {
                    let mut searches = idle.begin_search();
                    loop {
                        if work.load(Ordering::Acquire) > 0 {
                            if searches {
                                idle.end_search();
                            }
                            return;
                        }
                        idle.begin_sleep(0, searches);
                        if work.load(Ordering::Acquire) > 0 {
                            if !idle.cancel_sleep(0) {
                                parker.park();
                            }
                        } else {
                            parker.park();
                        }
                        searches = true;
                    }
                })
            };
            work.store(1, Ordering::Release);
            if let Some(woken) = idle.announce() {
                assert_eq!(woken, 0);
                parker.unpark();
            }
            worker.join().unwrap();
        });
    }

    #[test]
    fn work_that_is_announced_while_the_first_worker_begins_is_done_by_it_or_by_one_that_then_begins() {
        loom::model(|| {
            let pair = Arc::new(Pair {
                idle: Idle::beginning(2),
                parkers: [Parker::new(), Parker::new()],
                work: AtomicUsize::new(0),
            });
            let first = {
                let pair = pair.clone();
                thread::spawn(move || pair.work(0, true))
            };
            pair.work.store(1, Ordering::Release);
            match pair.idle.announce() {
                // Its thread begins now.
                Some(1) => pair.work(1, true),
                Some(_) => pair.parkers[0].unpark(),
                None => {}
            }
            first.join().unwrap();
        });
    }

    /// A worker and a spare, which look for work. Who finds it ends, and has the other end.
    struct Pair {
        idle: Idle,
        parkers: [Parker; 2],
        work: AtomicUsize,
    }

    impl Pair {
        fn announce(&self) {
            if let Some(woken) = self.idle.announce() {
                self.parkers[woken].unpark();
            }
        }

        fn work(&self, worker: usize, mut searches: bool) {
            loop {
                if self.work.load(Ordering::Acquire) == 1 {
                    return self.parkers.iter().for_each(Parker::unpark);
                }
                self.idle.begin_sleep(worker, searches);
                searches = true;
                if self.work.load(Ordering::Acquire) == 1 {
                    if self.idle.cancel_sleep(worker) {
                        continue;
                    }
                    self.announce();
                }
                self.parkers[worker].park();
            }
        }
    }

    #[test]
    fn work_that_is_announced_while_a_worker_is_lent_or_comes_back_is_done() {
        loom::model(|| {
            let pair = Arc::new(Pair {
                idle: Idle::new(1),
                parkers: [Parker::new(), Parker::new()],
                work: AtomicUsize::new(0),
            });
            pair.idle.add_spare(1);
            let spare = {
                let pair = pair.clone();
                thread::spawn(move || {
                    pair.parkers[1].park();
                    pair.work(1, true);
                })
            };
            assert!(pair.idle.lend());
            let other = {
                let pair = pair.clone();
                thread::spawn(move || {
                    pair.work.store(1, Ordering::Release);
                    pair.announce();
                })
            };
            pair.idle.give_back();
            pair.work(0, false);
            other.join().unwrap();
            spare.join().unwrap();
        });
    }
}
