//! Who sleeps, who searches, whom to wake.
//!
//! # Protocol
//! The state counts searching and sleeping workers. Work is announced after it was put where searchers look:
//! *announce* is a fence, then a load of the state: if somebody searches, or nobody sleeps, there is nothing to do; else it
//! wakes one sleeper, who is counted as searching from then on (so one announcement wakes one worker). A worker goes
//! to sleep by moving itself from searching to sleeping, then a fence, then a last look at all queues. Either the
//! announcer sees it sleep, or it sees the work. The last searcher that finds work announces what else is there.
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
    sleepers: Mutex<Vec<usize>>,
    workers: u32,
}

impl Idle {
    pub(crate) fn new(workers: u32) -> Idle {
        Idle { state: AtomicU32::new(0), sleepers: Mutex::new(Vec::new()), workers }
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
        let worker = sleepers.pop()?;
        self.state.fetch_add(1u32.wrapping_sub(SLEEPING_ONE), Ordering::SeqCst);
        Some(worker)
    }

    /// All sleepers, for the end.
    pub(crate) fn take_all(&self) -> Vec<usize> {
        let mut sleepers = lock(&self.sleepers);
        let count = sleepers.len() as u32;
        self.state.fetch_add(count.wrapping_sub(count.wrapping_mul(SLEEPING_ONE)), Ordering::SeqCst);
        std::mem::take(&mut *sleepers)
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

    /// Goes to sleep. Afterwards the worker looks at all queues once more, and parks or takes it back
    /// ([`Idle::cancel_sleep`]).
    pub(crate) fn begin_sleep(&self, worker: usize, searches: bool) {
        let mut sleepers = lock(&self.sleepers);
        sleepers.push(worker);
        self.state.fetch_add(SLEEPING_ONE.wrapping_sub(u32::from(searches)), Ordering::SeqCst);
        drop(sleepers);
        fence(Ordering::SeqCst);
    }

    /// The last look found work: the worker searches again. Returns false when it was woken meanwhile, which leaves a
    /// token in its parker and counts it as searching already.
    pub(crate) fn cancel_sleep(&self, worker: usize) -> bool {
        let mut sleepers = lock(&self.sleepers);
        let Some(index) = sleepers.iter().position(|&sleeper| sleeper == worker) else { return false };
        sleepers.swap_remove(index);
        self.state.fetch_add(1u32.wrapping_sub(SLEEPING_ONE), Ordering::SeqCst);
        true
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
}
