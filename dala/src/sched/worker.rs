//! A worker thread: what to run next, where to look for more, when to sleep.

#![expect(unsafe_code, reason = "a thread-local pointer to the running worker; runs jobs it owns")]

use super::background::Background;
use super::run_queue::{Job, RunQueues};
use super::scheduler::{Remote, Scheduler};
use crate::actor::run::{self, After};
use crate::message::exit;
use crate::pid::epoch;
use crate::sync::{Arc, Ordering, Random, spin_loop, thread};
use crate::timer::nursery;
use std::cell::{Cell, OnceCell};
use std::ptr::null;
use tokio::runtime::{EnterGuard, Handle};

/// Messages of one activation. From the prototype (facts/native.md section 5).
const MESSAGES_PER_ACTIVATION: u32 = 128;
/// Activations from the LIFO slot in a row before the run queues get a turn.
const LIFO_STREAK: u32 = 128;
/// Activations between looks at the injector and at deadlines.
const ACTIVATIONS_BETWEEN_LOOKS: u32 = 64;
/// Rounds of robbing before sleep, and the spins between them. From the prototype.
const SEARCH_ROUNDS: u32 = 40;
const SPINS: u32 = 20;
/// Jobs moved from the injector at a time.
const INJECTED_AT_ONCE: usize = 32;

thread_local! {
    static WORKER: Cell<*const Worker> = const { Cell::new(null()) };
}

/// Calls `use_it` with the worker that this thread is.
#[inline(always)]
pub(crate) fn with<R>(use_it: impl FnOnce(Option<&Worker>) -> R) -> R {
    // SAFETY: `Worker::run` sets it to itself and clears it before it goes.
    use_it(unsafe { WORKER.with(Cell::get).as_ref() })
}

pub(crate) struct Worker {
    // Before the handle that it borrows from.
    tokio_context: OnceCell<EnterGuard<'static>>,
    tokio: OnceCell<Box<Handle>>,
    scheduler: Arc<Scheduler>,
    index: usize,
    queues: RunQueues,
    random: Random,
    searches: Cell<bool>,
}

impl Worker {
    pub(super) fn new(scheduler: Arc<Scheduler>, index: usize, queues: RunQueues) -> Worker {
        Worker {
            tokio_context: OnceCell::new(),
            tokio: OnceCell::new(),
            scheduler,
            index,
            queues,
            random: Random::new(index as u64 + 1),
            searches: Cell::new(false),
        }
    }

    #[inline(always)]
    pub(crate) fn is_of(&self, scheduler: &Scheduler) -> bool {
        std::ptr::eq(&raw const *self.scheduler, scheduler)
    }

    pub(crate) fn scheduler(&self) -> &Arc<Scheduler> {
        &self.scheduler
    }

    #[inline(always)]
    fn remote(&self) -> &Remote {
        &self.scheduler.remotes[self.index]
    }

    /// An actor became due while this worker runs another.
    #[inline(always)]
    pub(crate) fn schedule(&self, job: Job) {
        if let Some(former) = self.remote().put_lifo(job) {
            self.share(former);
        }
    }

    /// Puts an actor where others find it, and tells them.
    #[inline]
    fn share(&self, job: Job) {
        self.push(job);
        self.scheduler.announce();
    }

    #[inline]
    fn push(&self, job: Job) {
        // SAFETY: a scheduled actor is alive.
        let qos = unsafe { job.0.as_ref() }.qos;
        self.queues.push(job, qos);
    }

    /// The running activation goes on for long: others may take what it scheduled.
    pub(crate) fn share_lifo(&self) {
        if let Some(job) = self.remote().take_lifo() {
            self.share(job);
        }
    }

    /// Whether work of the first class is due here, or waits for any worker. Offers what the running activation
    /// scheduled to others.
    pub(crate) fn has_realtime_work(&self) -> bool {
        self.share_lifo();
        self.take_injected();
        self.queues.has_realtime_work()
    }

    /// Enters tokio's context on this thread, once.
    #[inline(always)]
    pub(crate) fn enter_tokio(&self, background: &Background) {
        if self.tokio_context.get().is_none() {
            self.enter_tokio_now(background);
        }
    }

    #[cold]
    fn enter_tokio_now(&self, background: &Background) {
        let handle: *const Handle =
            &raw const **self.tokio.get_or_init(|| Box::new(background.handle().clone()));
        // SAFETY: the handle is boxed in this worker, set once, and dropped after the guard (field order).
        let handle: &'static Handle = unsafe { &*handle };
        let _ = self.tokio_context.set(handle.enter());
    }

    pub(super) fn run(self) {
        WORKER.with(|worker| worker.set(&raw const self));
        nursery::open();
        exit::catch_on_this_thread();
        epoch::with_participant(|participant| {
            let pin = participant.pin();
            self.work(participant);
            drop(pin);
        });
        WORKER.with(|worker| worker.set(null()));
    }

    fn work(&self, participant: &epoch::Participant<'static>) {
        let mut tick = 0u32;
        let mut streak = 0u32;
        loop {
            tick = tick.wrapping_add(1);
            if tick.is_multiple_of(ACTIVATIONS_BETWEEN_LOOKS) {
                nursery::arm_waiting();
                self.take_injected();
            }
            let mut job = None;
            if streak < LIFO_STREAK || !self.queues.may_have_work() {
                job = self.remote().take_lifo();
                streak += 1;
            }
            if job.is_none() {
                streak = 0;
                job = self.queues.pop().or_else(|| self.remote().take_lifo());
            }
            let job = match job {
                Some(job) => job,
                None => match self.find(participant) {
                    Some(job) => job,
                    None => return,
                },
            };
            participant.quiescent();
            // SAFETY: the job was in one place, and is ours now.
            if unsafe { self.activate(job) } == After::Again {
                let alone = !self.queues.may_have_work();
                self.push(job);
                if !alone {
                    self.scheduler.announce();
                }
            }
        }
    }

    /// # Safety
    /// The job is ours.
    #[inline(always)]
    unsafe fn activate(&self, job: Job) -> After {
        let Some(dog) = &self.scheduler.watchdog else {
            // SAFETY: the job is ours (caller).
            return unsafe { run::activate(job.0, MESSAGES_PER_ACTIVATION, None) };
        };
        // SAFETY: a scheduled actor is alive.
        dog.begin(self.index, unsafe { job.0.as_ref() }.pid());
        let beat = dog.beat(self.index);
        // SAFETY: the job is ours (caller).
        let after = unsafe { run::activate(job.0, MESSAGES_PER_ACTIVATION, Some(beat)) };
        beat.end();
        after
    }

    /// Moves some of the injected actors here.
    fn take_injected(&self) {
        let injector = &self.scheduler.injector;
        if injector.is_empty() {
            return;
        }
        let share = injector.len() / self.scheduler.remotes.len() + 1;
        for _ in 0..share.min(INJECTED_AT_ONCE) {
            match injector.pop() {
                Some(job) => self.push(job),
                None => break,
            }
        }
    }

    /// Nothing to do here: searches, then sleeps. `None`: the scheduler ends.
    #[cold]
    #[inline(never)]
    fn find(&self, participant: &epoch::Participant<'static>) -> Option<Job> {
        nursery::arm_waiting();
        participant.quiescent();
        loop {
            if !self.searches.get() {
                // Injected work is there for anybody; only robbing is limited.
                self.take_injected();
                if let Some(job) = self.queues.pop() {
                    return Some(job);
                }
                self.searches.set(self.scheduler.idle.begin_search());
            }
            if self.searches.get()
                && let Some(job) = self.search()
            {
                self.searches.set(false);
                if self.scheduler.idle.end_search()
                    && (self.queues.has_work() || !self.scheduler.injector.is_empty())
                {
                    self.scheduler.announce();
                }
                return Some(job);
            }
            if self.scheduler.is_ending.load(Ordering::SeqCst) {
                return None;
            }
            self.sleep(participant);
        }
    }

    fn search(&self) -> Option<Job> {
        for round in 0..SEARCH_ROUNDS {
            self.take_injected();
            if let Some(job) = self.queues.pop() {
                return Some(job);
            }
            let remotes = &self.scheduler.remotes;
            let first = self.random.below(remotes.len());
            for offset in 0..remotes.len() {
                let index = (first + offset) % remotes.len();
                if index != self.index
                    && let Some(job) = self.queues.rob(&remotes[index].robbed)
                {
                    return Some(job);
                }
            }
            if round < SEARCH_ROUNDS - 10 {
                (0..SPINS).for_each(|_| spin_loop());
            } else {
                thread::yield_now();
            }
        }
        // Last resort: what another worker wanted to run next.
        let others = self.scheduler.remotes.iter().enumerate().filter(|(index, _)| *index != self.index);
        others.map(|(_, remote)| remote).find_map(Remote::take_lifo)
    }

    fn sleep(&self, participant: &epoch::Participant<'static>) {
        let idle = &self.scheduler.idle;
        idle.begin_sleep(self.index, self.searches.get());
        self.searches.set(true);
        let wanted = self.scheduler.is_ending.load(Ordering::SeqCst) || self.sees_work();
        if wanted && idle.cancel_sleep(self.index) {
            return;
        }
        participant.leave_behind();
        self.scheduler.sleeps.fetch_add(1, Ordering::Relaxed);
        self.remote().parker.park();
        participant.come_back();
    }

    /// What an announcement may have been about. Others' LIFO slots do not count: their owners run them next, and
    /// announce when that takes long.
    fn sees_work(&self) -> bool {
        let others = self.scheduler.remotes.iter().enumerate().filter(|(index, _)| *index != self.index);
        !self.scheduler.injector.is_empty()
            || others.map(|(_, remote)| remote).any(|remote| remote.robbed.has_work())
    }
}
