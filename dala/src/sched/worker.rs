//! A worker thread: what to run next, where to look for more, when to sleep.

#![expect(unsafe_code, reason = "a thread-local pointer to the running worker; runs jobs it owns")]

use super::background::Background;
use super::fair::{COSTS, Classes, FairShare};
use super::run_queue::{Job, RunQueues};
use super::scheduler::{Remote, Scheduler, Watch};
use super::urgent::SUSPENDED;
use crate::actor::budget::{Budget, WAKE_UP};
use crate::actor::qos::{CLASSES, Qos};
use crate::actor::run::{self, After, Watched};
use crate::mailbox::urgency::Claim;
use crate::message::exit;
use crate::pid::epoch;
use crate::region;
use crate::sync::{Arc, Ordering, Random, spin_loop, thread};
use crate::timer::{Clock, nursery};
use std::cell::{Cell, OnceCell};
use std::ptr::null;
use tokio::runtime::{EnterGuard, Handle};

/// Activations from the LIFO slot in a row before the run queues get a turn.
const LIFO_STREAK: u32 = 128;
/// The same in nanoseconds, from the first look at the clock on. A power of two lies between looks.
const LIFO_TIME: u64 = 500_000;
const LIFO_BETWEEN_LOOKS: u32 = 16;
/// Activations between looks at timers, the injector and the sensors.
const ACTIVATIONS_BETWEEN_LOOKS: u32 = 64;
/// Rounds of robbing before sleep, and the spins between them. From the prototype.
const SEARCH_ROUNDS: u32 = 40;
const SPINS: u32 = 20;

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
    fair: FairShare,
    /// The class of the actor that runs.
    running: Cell<Qos>,
    /// Activations from the LIFO slot in a row.
    streak: Cell<u32>,
    streak_since: Cell<u64>,
    /// When the running activation was first seen to send a lot to bounded mailboxes; 0 until then.
    sends_since: Cell<u64>,
    random: Random,
    searches: Cell<bool>,
    /// A spare may run in this one's place.
    is_lent: Cell<bool>,
}

/// Takes a lent worker back, also from a panic.
struct Loan<'a> {
    worker: &'a Worker,
    /// The class of the actor that runs.
    running: Qos,
}

impl Drop for Loan<'_> {
    fn drop(&mut self) {
        self.worker.is_lent.set(false);
        self.worker.running.set(self.running);
        self.worker.scheduler.idle.give_back();
    }
}

impl Worker {
    pub(super) fn new(scheduler: Arc<Scheduler>, index: usize, queues: RunQueues) -> Worker {
        Worker {
            tokio_context: OnceCell::new(),
            tokio: OnceCell::new(),
            scheduler,
            index,
            queues,
            fair: FairShare::default(),
            running: Cell::new(Qos::UserFacing),
            streak: Cell::new(0),
            streak_since: Cell::new(0),
            sends_since: Cell::new(0),
            random: Random::new(index as u64 + 1),
            // Who has work announced counts on a thread that begins.
            searches: Cell::new(true),
            is_lent: Cell::new(false),
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
    pub(crate) fn schedule(&self, job: Job, class: Qos) {
        if class != self.running.get() {
            return self.share_other(job);
        }
        if let Some(former) = self.remote().put_lifo(job) {
            self.share(former);
        }
    }

    /// An actor of another class than the one that runs became due.
    #[cold]
    fn share_other(&self, job: Job) {
        self.share(job);
    }

    /// Puts an actor where others find it, and tells them.
    #[inline]
    fn share(&self, job: Job) {
        let class = job.class();
        self.put(job);
        if class == Qos::Realtime || !self.scheduler.stays_suspended() {
            self.scheduler.announce();
        }
    }

    /// Puts one entry more for an actor whose class was raised.
    pub(crate) fn put_again(&self, job: Job) {
        self.put(job);
        self.scheduler.announce();
    }

    /// Moves an entry into a queue. It keeps its mark, or has none: who may schedule the actor marked it, and somebody else may
    /// have run the actor since, by another entry.
    #[inline]
    fn put(&self, job: Job) {
        match job.look() {
            (Qos::Realtime, hurries) => self.scheduler.put_urgent(job, hurries),
            (class, true) if self.scheduler.put_hurried(job, class) => {}
            (class, _) => self.queues.push(job, class),
        }
    }

    /// The running activation has sent a lot to bounded mailboxes. If it has been doing so for longer than it takes to wake a worker,
    /// others may take what it scheduled.
    pub(crate) fn share_in_time(&self) {
        let now = Clock::Real.now();
        match self.sends_since.get() {
            0 => self.sends_since.set(now),
            since if now.saturating_sub(since) >= WAKE_UP => self.share_lifo(),
            _ => {}
        }
    }

    /// The running activation goes on for long: others may take what it scheduled, if there are others. If not it stays the next,
    /// behind which all that wait get their turn ([`LIFO_STREAK`]): who is told a lot then takes it in while it is in the caches,
    /// and its messages do not pile up behind all other senders.
    pub(crate) fn share_lifo(&self) {
        if self.scheduler.remotes().len() > 1 {
            self.offer_lifo();
        }
    }

    fn offer_lifo(&self) {
        if let Some(job) = self.remote().take_lifo() {
            self.share(job);
        } else if self.queues.has_work() && !self.scheduler.stays_suspended() {
            // Who let the running one go first was announced to nobody.
            self.scheduler.announce();
        }
    }

    /// Whether work of the first class is due. Offers what the running activation scheduled to others.
    pub(crate) fn has_realtime_work(&self) -> bool {
        self.offer_lifo();
        self.scheduler.pressing() != 0
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

    /// Runs until the scheduler ends, as a spare: rests first.
    pub(super) fn run_spare(self) {
        self.remote().parker.park();
        self.run();
    }

    pub(super) fn run(self) {
        WORKER.with(|worker| worker.set(&raw const self));
        nursery::open();
        exit::catch_on_this_thread();
        let _observed = self.scheduler.services.observer.as_ref().map(|observer| observer.enter());
        epoch::with_participant(|participant| {
            let pin = participant.pin();
            self.work(participant);
            drop(pin);
        });
        WORKER.with(|worker| worker.set(null()));
    }

    fn work(&self, participant: &epoch::Participant<'static>) {
        let mut tick = 0u32;
        let Some(first) = self.find(participant) else { return };
        let mut kept = Some(first);
        loop {
            tick = tick.wrapping_add(1);
            if tick.is_multiple_of(ACTIVATIONS_BETWEEN_LOOKS) {
                nursery::arm_waiting();
                self.take_injected(None);
                region::trim_if_asked();
                self.scheduler.look_at_sensors();
                if self.is_surplus() {
                    self.step_down(kept.take(), participant);
                }
            }
            let job = match kept.take().or_else(|| self.next()) {
                Some(job) => job,
                None => match self.find(participant) {
                    Some(job) => job,
                    None => return,
                },
            };
            let urgency = &job.cell().urgency;
            let seen = urgency.look();
            match urgency.claim(seen) {
                Claim::Run => {}
                Claim::Stale => continue,
                Claim::Dead => {
                    job.cell().free_when_unseen();
                    continue;
                }
            }
            participant.quiescent();
            let class = Qos::of_rank(seen.rank());
            self.running.set(class);
            self.sends_since.set(0);
            // SAFETY: the job was in one place, and is ours now.
            let after = unsafe { self.activate(job, class) };
            if after != After::Gone {
                let is_same_class = self.scheduler.note_due(job) == class;
                let alone = !self.has_work();
                // Alone, it is one of two at most: the other lies in the LIFO slot. Who gave way waits for it; who did not may go
                // on elsewhere.
                kept = if alone && !self.remote().has_lifo() {
                    Some(job)
                } else if alone && is_same_class && after == After::GaveWay {
                    self.change_places(job)
                } else {
                    self.put(job);
                    self.scheduler.announce();
                    continue;
                };
                // In a queue it would be robbed by a worker that searches, and its memory would follow it from core to core.
                self.streak.set(0);
                self.fair.forget();
            }
        }
    }

    /// What waits in the LIFO slot is to run next, and this one after it. If another worker was quicker this one is next.
    fn change_places(&self, job: Job) -> Option<Job> {
        let Some(next) = self.remote().take_lifo() else { return Some(job) };
        // Nobody else fills the slot.
        if let Some(former) = self.remote().put_lifo(job) {
            self.share(former);
        }
        Some(next)
    }

    /// The classes that have work here, or for any worker.
    #[inline(always)]
    fn waiting(&self) -> Classes {
        let pressing = self.scheduler.pressing();
        // While the runtime is suspended as if a Realtime actor waited: nothing else goes on.
        let others = if pressing & SUSPENDED == 0 {
            self.queues.filled() | self.scheduler.deadlines.filled() & !(1 << Qos::Realtime as u8)
        } else {
            0
        };
        others | u8::from(pressing != 0) << Qos::Realtime as u8
    }

    /// Whether something waits here, or for any worker. [`Worker::waiting`] says so too after the last one was taken, until
    /// somebody looks for another.
    fn has_work(&self) -> bool {
        let scheduler = &self.scheduler;
        scheduler.pressing() != 0 || scheduler.deadlines.filled() != 0 || self.queues.has_work()
    }

    /// What to run next of what is here.
    #[inline(always)]
    fn next(&self) -> Option<Job> {
        let waiting = self.waiting();
        let lifo = self.remote().take_lifo();
        if let Some(job) = lifo {
            let streak = self.streak.get() + 1;
            self.streak.set(streak);
            // What the last activation woke is of its class.
            let more_urgent = waiting & ((1 << self.running.get() as u8) - 1);
            if more_urgent == 0 && (!streak.is_multiple_of(LIFO_BETWEEN_LOOKS) || self.is_turn_of_lifo()) {
                return Some(job);
            }
            self.put(job);
        }
        self.streak.set(0);
        self.queued()
    }

    /// Whether the LIFO slot, which was served for a while, goes on before the queues.
    #[cold]
    fn is_turn_of_lifo(&self) -> bool {
        let streak = self.streak.get();
        if !self.has_work() {
            self.streak.set(0);
            return true;
        }
        let now = Clock::Real.now();
        if streak == LIFO_BETWEEN_LOOKS {
            self.streak_since.set(now);
        }
        streak < LIFO_STREAK && now.saturating_sub(self.streak_since.get()) < LIFO_TIME
    }

    /// The next actor by the shares of the classes.
    fn queued(&self) -> Option<Job> {
        let mut gone: Classes = 0;
        let mut has_looked = false;
        loop {
            let waiting = self.waiting() & !gone;
            if waiting == 0 {
                return None;
            }
            let class = self.turn(waiting);
            if class > Qos::UserFacing && !has_looked {
                has_looked = true;
                if self.fetch_more_urgent(class) {
                    continue;
                }
            }
            let job = match class {
                Qos::Realtime => self.scheduler.take_urgent(),
                class => self.scheduler.deadlines.take(class, || self.queues.pop(class)),
            };
            if job.is_some() {
                return job;
            }
            // Another worker was quicker.
            gone |= 1 << class as u8;
        }
    }

    #[inline(always)]
    fn turn(&self, waiting: Classes) -> Qos {
        if waiting.is_power_of_two() {
            self.fair.forget();
            return Qos::ALL[waiting.trailing_zeros() as usize];
        }
        self.fair.pick(waiting, &self.costs(), Clock::Real.now())
    }

    /// What time costs the classes now.
    fn costs(&self) -> [u64; CLASSES] {
        match &self.scheduler.services.governor {
            None => COSTS,
            Some(governor) => Qos::ALL.map(|class| COSTS[class as usize] * 100 / governor.percent(class)),
        }
    }

    /// Gets actors more urgent than `class` from the injector or another worker. Returns whether there are some here now.
    fn fetch_more_urgent(&self, class: Qos) -> bool {
        self.take_injected(Some(class));
        let remotes = self.scheduler.remotes();
        if remotes.len() > 1 {
            let other = (self.index + 1 + self.random.below(remotes.len() - 1)) % remotes.len();
            if let Some(job) = self.queues.rob(&remotes[other].robbed, Some(class)) {
                self.put(job);
            }
        }
        self.queues.filled() & ((1 << class as u8) - 1) != 0
    }

    /// # Safety
    /// The job is ours.
    #[inline(always)]
    unsafe fn activate(&self, job: Job, class: Qos) -> After {
        match &self.scheduler.watch {
            // SAFETY: the job is ours (caller).
            None => unsafe { run::activate(job.0, Budget::of(class), Watched::No) },
            // SAFETY: as above.
            Some(watch) => unsafe { self.activate_watched(job, class, watch) },
        }
    }

    /// # Safety
    /// As [`Worker::activate`].
    #[cold]
    #[inline(never)]
    unsafe fn activate_watched(&self, job: Job, class: Qos, watch: &Watch) -> After {
        let beat = watch.dog.as_ref().map(|dog| {
            dog.begin(self.index, job.cell().pid());
            dog.beat(self.index)
        });
        // SAFETY: the job is ours (caller).
        let after = unsafe { run::activate(job.0, Budget::of(class), Watched::By(beat)) };
        if let Some(beat) = beat {
            beat.end();
        }
        after
    }

    /// Moves some of the injected actors here: all, or those more urgent than a class.
    fn take_injected(&self, more_urgent_than: Option<Qos>) {
        if self.scheduler.is_suspended() {
            return;
        }
        self.scheduler.injector.move_to(&self.queues, self.scheduler.workers, more_urgent_than);
    }

    /// Nothing to do here: searches, then sleeps. `None`: the scheduler ends.
    #[cold]
    #[inline(never)]
    fn find(&self, participant: &epoch::Participant<'static>) -> Option<Job> {
        nursery::arm_waiting();
        participant.quiescent();
        loop {
            if self.is_surplus() {
                self.sleep(participant);
                continue;
            }
            if !self.searches.get() {
                // Injected work is there for anybody; only robbing is limited.
                self.take_injected(None);
                if let Some(job) = self.queued() {
                    return Some(job);
                }
                self.searches.set(self.scheduler.idle.begin_search());
            }
            if self.searches.get()
                && let Some(job) = self.search()
            {
                self.searches.set(false);
                if self.scheduler.idle.end_search()
                    && (self.queues.has_work() || self.scheduler.has_work_for_any())
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
            self.take_injected(None);
            if let Some(job) = self.queued() {
                return Some(job);
            }
            let remotes = self.scheduler.remotes();
            let first = self.random.below(remotes.len());
            for offset in 0..remotes.len() {
                let index = (first + offset) % remotes.len();
                if index != self.index
                    && !self.scheduler.is_suspended()
                    && let Some(job) = self.queues.rob(&remotes[index].robbed, None)
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
        if self.scheduler.is_suspended() {
            return None;
        }
        // Last resort: what another worker wanted to run next.
        let others = self.scheduler.remotes().iter().enumerate().filter(|(index, _)| *index != self.index);
        others.map(|(_, remote)| remote).find_map(Remote::take_lifo)
    }

    fn sleep(&self, participant: &epoch::Participant<'static>) {
        let idle = &self.scheduler.idle;
        idle.begin_sleep(self.index, self.searches.get());
        self.searches.set(true);
        let wanted = self.scheduler.is_ending.load(Ordering::SeqCst) || self.sees_work();
        if wanted {
            if idle.cancel_sleep(self.index) {
                return;
            }
            // A spare that is not needed leaves it to others.
            self.scheduler.announce();
        }
        participant.leave_behind();
        self.scheduler.sleeps.fetch_add(1, Ordering::Relaxed);
        self.remote().parker.park();
        participant.come_back();
        region::trim_if_asked();
        self.scheduler.look_at_sensors();
    }

    fn is_surplus(&self) -> bool {
        // Who ends sleeps no more: it was woken for that once.
        self.scheduler.idle.is_surplus(self.index) && !self.scheduler.is_ending.load(Ordering::SeqCst)
    }

    /// A spare that is not needed any more leaves what it has to others.
    #[cold]
    #[inline(never)]
    fn step_down(&self, kept: Option<Job>, participant: &epoch::Participant<'static>) {
        let give = |job: Job| self.scheduler.put_again(job);
        kept.into_iter().for_each(give);
        self.remote().take_lifo().into_iter().for_each(give);
        for class in Qos::ALL.into_iter().skip(1) {
            std::iter::from_fn(|| self.queues.pop(class)).for_each(give);
        }
        self.sleep(participant);
    }

    /// Does something that takes long, while a spare worker may run in this one's place. None, and nothing done, if there is
    /// none, or one does already.
    pub(super) fn lend(&self, work: &mut dyn FnMut()) -> Option<()> {
        if self.is_lent.get() || !self.scheduler.lend() {
            return None;
        }
        // What the work wakes is shared at once, as if it were of another class than what runs: that of the least urgent class
        // alone waits for the end.
        let _loan = Loan { worker: self, running: self.running.replace(Qos::Background) };
        self.is_lent.set(true);
        self.share_lifo();
        work();
        Some(())
    }

    /// What an announcement may have been about. Others' LIFO slots do not count: their owners run them next, and
    /// announce when that takes long.
    fn sees_work(&self) -> bool {
        if self.scheduler.is_suspended() {
            return self.scheduler.has_work_for_any();
        }
        let others = self.scheduler.remotes().iter().enumerate().filter(|(index, _)| *index != self.index);
        // Work of its own is left when the runtime was suspended just now.
        self.scheduler.has_work_for_any()
            || self.queues.has_work()
            || others.map(|(_, remote)| remote).any(|remote| remote.robbed.has_work())
    }
}
