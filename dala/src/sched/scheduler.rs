//! One scheduler: the part that all its workers share.

#![expect(unsafe_code, reason = "finds the scheduler behind its host table, and holds jobs in atomic slots")]

use super::background::Background;
use super::deadline::Deadlines;
use super::handle::Handle;
use super::injector::Injector;
use super::lifo::Lifo;
use super::park::Idle;
use super::pinned::PinnedThread;
use super::run_queue::{Job, Robbed, RunQueues};
use super::simulated::{self, Simulated};
use super::spare::Spares;
use super::threads::Threads;
use super::urgent::{SUSPENDED, Urgent};
use super::watchdog::{WatchOptions, Watchdog};
use super::worker::{self, Worker};
use crate::actor::Qos;
use crate::actor::cell::Header;
use crate::actor::host::{Host, HostFunctions};
use crate::actor::suspension::Suspension;
use crate::energy::Governor;
use crate::mailbox::urgency::Raised;
use crate::message::report::Reports;
use crate::message::{DeadLetters, Report, exit};
use crate::observe::Observer;
use crate::pid::Pid;
use crate::registry::group::Groups;
use crate::registry::name::Names;
use crate::registry::strangers::Strangers;
use crate::registry::topic::Topics;
use crate::registry::via::Departures;
use crate::sync::offload;
use crate::sync::{
    Arc, AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Mutex, Ordering, Parker, Random, fence, thread,
};
use crate::timer::Timers;
use crossbeam_utils::CachePadded;
use std::hash::{BuildHasher, RandomState};
use std::ptr::NonNull;
use std::sync::{OnceLock, Weak};

/// What all schedulers of one runtime share.
#[derive(Debug)]
pub(crate) struct Services {
    pub(crate) timers: &'static Timers,
    pub(crate) dead_letters: Arc<DeadLetters>,
    pub(crate) reports: Reports,
    pub(crate) names: Names,
    pub(crate) groups: Groups,
    pub(crate) topics: Topics,
    /// Registries of other kinds.
    pub(crate) departures: Departures,
    /// Actors of other runtimes that registries of this one know.
    pub(crate) strangers: Arc<Strangers>,
    pub(crate) background: Background,
    pub(crate) watch: Option<WatchOptions>,
    pub(crate) observer: Option<Arc<Observer>>,
    pub(crate) governor: Option<Arc<Governor>>,
    /// The scheduler of the runtime's workers.
    pub(crate) main: OnceLock<Weak<Scheduler>>,
    pub(crate) suspension: Arc<Suspension>,
    /// The runtime's threads for pinned actors.
    pub(crate) pinned: Mutex<Vec<(PinnedThread, thread::JoinHandle<()>)>>,
}

impl Services {
    /// An actor ended: no registry knows it any more.
    pub(crate) fn forget(&self, pid: Pid) {
        self.names.forget(pid);
        self.groups.forget(pid);
        self.departures.note(pid);
    }
}

/// A worker as others see it.
#[derive(Debug)]
pub(crate) struct Remote {
    /// The actor that the worker runs next.
    lifo: CachePadded<Lifo<Header>>,
    pub(crate) robbed: Robbed,
    pub(crate) parker: Parker,
}

/// Who looks at activations: the watchdog, if there is one, and the runtime's observer.
#[derive(Debug)]
pub(crate) struct Watch {
    pub(crate) dog: Option<Arc<Watchdog>>,
}

/// Workers that share work.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Scheduler {
    host: Host,
    pub(crate) services: Arc<Services>,
    pub(crate) injector: Injector,
    pub(crate) urgent: Urgent,
    pub(crate) deadlines: Deadlines,
    /// Workers that are no spares: the first of `remotes`.
    pub(crate) workers: usize,
    pub(crate) remotes: Box<[Remote]>,
    pub(crate) threads: Threads,
    pub(crate) spares: Spares,
    pub(crate) idle: Idle,
    pub(crate) is_ending: AtomicBool,
    /// Whether entries in queues are marked, so that a call can raise their actors: since one first raised any.
    pub(crate) marks_entries: AtomicBool,
    /// Looks at activations, if anybody does.
    pub(crate) watch: Option<Watch>,
    /// Times that a worker went to sleep.
    pub(crate) sleeps: AtomicU64,
    /// Workers that an activation holds for long.
    held: AtomicUsize,
    /// What stands for the workers of a simulation.
    pub(crate) simulated: Option<Simulated>,
}

static FUNCTIONS: HostFunctions = HostFunctions {
    schedule,
    raise,
    calm,
    deadline_of,
    give_deadline,
    share_work,
    ended,
    report,
    enter_tokio,
    try_hold,
    end_hold,
    lend,
    run_blocking,
    random,
};

/// The scheduler of a host.
pub(super) fn of(host: &Host) -> &Scheduler {
    // SAFETY: every host is the first field of a scheduler: `Scheduler::new` makes the only ones.
    unsafe { &*(&raw const *host).cast::<Scheduler>() }
}

#[inline]
fn schedule(host: &Host, cell: NonNull<Header>) {
    let (scheduler, job) = (of(host), Job(cell));
    let class = scheduler.note_due(job);
    worker::with(|worker| match worker {
        Some(worker) if worker.is_of(scheduler) => worker.schedule(job, class),
        // From another thread: any worker may take it.
        _ => scheduler.put_again(job),
    });
}

fn raise(host: &Host, cell: &Header, class: Qos, deadline: u64) -> bool {
    let scheduler = of(host);
    // Relaxed: an entry that is not marked because somebody did not see this yet is not raised, that is all.
    if !scheduler.marks_entries.load(Ordering::Relaxed) {
        scheduler.marks_entries.store(true, Ordering::Relaxed);
    }
    let raised = match deadline {
        0 => cell.urgency.raise(class as u8, false),
        deadline => scheduler.deadlines.raise(cell, class, deadline),
    };
    match raised {
        Raised::No => false,
        Raised::Counted => true,
        Raised::PutEntry => {
            let job = Job(NonNull::from(cell));
            worker::with(|worker| match worker {
                Some(worker) if worker.is_of(scheduler) => worker.put_again(job),
                _ => scheduler.put_again(job),
            });
            true
        }
    }
}

fn calm(host: &Host, cell: &Header, is_dead: bool) {
    let deadlines = &of(host).deadlines;
    if is_dead { deadlines.forget(cell) } else { deadlines.calm(cell) }
}

fn deadline_of(host: &Host, cell: &Header) -> u64 {
    of(host).deadlines.of(cell)
}

fn give_deadline(host: &Host, cell: &Header, nanoseconds: u64) {
    of(host).deadlines.set_own(cell, nanoseconds);
}

fn share_work(_host: &Host, by_credit: bool) {
    worker::with(|worker| match worker {
        Some(worker) if by_credit => worker.share_in_time(),
        Some(worker) => worker.share_lifo(),
        None => {}
    });
}

pub(super) fn ended(host: &Host, cell: &Header) {
    of(host).services.forget(cell.pid());
}

pub(super) fn report(host: &Host, mut report: Report) {
    let services = &of(host).services;
    if let Report::Crash(crash) = &mut report {
        crash.name = services.names.name_of(crash.pid);
    }
    // Hooks are others' code.
    exit::contain("a hook for reports", || services.reports.tell(&report));
}

#[inline]
fn enter_tokio(host: &Host) {
    worker::with(|worker| {
        if let Some(worker) = worker {
            worker.enter_tokio(&of(host).services.background);
        }
    });
}

fn try_hold(host: &Host) -> bool {
    let scheduler = of(host);
    let has_urgent = worker::with(|worker| worker.is_some_and(Worker::has_realtime_work));
    // Relaxed: a count that guards no memory.
    let most = (scheduler.workers - 1).max(1);
    let one_more = |held| (held < most).then_some(held + 1);
    !has_urgent && scheduler.held.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more).is_ok()
}

fn end_hold(host: &Host) {
    of(host).held.fetch_sub(1, Ordering::Relaxed);
}

fn lend(host: &Host, work: &mut dyn FnMut()) -> bool {
    let scheduler = of(host);
    worker::with(|worker| worker.filter(|worker| worker.is_of(scheduler))?.lend(work)).is_some()
}

fn run_blocking(host: &Host, work: Box<dyn FnOnce() + Send>) {
    of(host).services.background.handle().spawn_blocking(work);
}

fn random(_host: &Host) -> u64 {
    thread_local! {
        // The system's randomness, by way of the keys that hash maps get.
        static RANDOM: Random = Random::new(RandomState::new().hash_one(std::thread::current().id()));
    }
    RANDOM.with(|random| random.below(usize::MAX) as u64)
}

impl Scheduler {
    /// A scheduler whose workers are not running yet, with a prefix for the names of their threads. As many spares may run in
    /// their places.
    pub(crate) fn new(services: Arc<Services>, workers: usize, name: &str) -> Arc<Scheduler> {
        Scheduler::with(services, workers, workers, |queues| Threads::new(name, queues), None)
    }

    /// A scheduler of one thread, whose actors run on no other.
    pub(crate) fn alone(services: Arc<Services>) -> (Arc<Scheduler>, RunQueues) {
        let mut own = None;
        let no_threads = |mut queues: Vec<RunQueues>| {
            own = queues.pop();
            Threads::new("", queues)
        };
        let scheduler = Scheduler::with(services, 1, 0, no_threads, None);
        (scheduler, own.expect("one worker"))
    }

    /// A scheduler without workers.
    pub(crate) fn simulated(services: Arc<Services>, simulated: Simulated) -> Arc<Scheduler> {
        Scheduler::with(services, 0, 0, |queues| Threads::new("", queues), Some(simulated))
    }

    fn with(
        services: Arc<Services>,
        workers: usize,
        spares: usize,
        threads: impl FnOnce(Vec<RunQueues>) -> Threads,
        simulated: Option<Simulated>,
    ) -> Arc<Scheduler> {
        offload::by(Handle::offload);
        let (mut queues, remotes): (Vec<_>, Vec<_>) = (0..workers + spares)
            .map(|_| {
                let (queues, robbed) = RunQueues::new();
                let lifo = CachePadded::new(Lifo::new());
                (queues, Remote { lifo, robbed, parker: Parker::new() })
            })
            .unzip();
        let unborn = (workers..).zip(queues.split_off(workers)).collect();
        let dog = services.watch.clone().map(|watch| Watchdog::new(watch, workers + spares));
        let watch = (dog.is_some() || services.observer.is_some()).then_some(Watch { dog });
        let host = Host {
            functions: if simulated.is_some() { &simulated::FUNCTIONS } else { &FUNCTIONS },
            timers: services.timers,
            dead_letters: services.dead_letters.clone(),
            suspension: services.suspension.clone(),
            observer: services.observer.clone(),
            pressing: CachePadded::new(AtomicU32::new(0)),
        };
        let scheduler = Scheduler {
            host,
            services,
            injector: Injector::default(),
            urgent: Urgent::default(),
            deadlines: Deadlines::default(),
            workers,
            remotes: remotes.into(),
            threads: threads(queues),
            spares: Spares::new(unborn),
            idle: Idle::beginning(workers as u32),
            is_ending: AtomicBool::new(false),
            marks_entries: AtomicBool::new(false),
            watch,
            sleeps: AtomicU64::new(0),
            held: AtomicUsize::new(0),
            simulated,
        };
        Arc::new(scheduler)
    }

    pub(crate) fn host(&self) -> &Host {
        &self.host
    }

    /// An actor became due, or has more to do, and is about to be put into a queue: from now on it has the time of its own
    /// deadline, if it has one, and its entry is marked. Returns its class.
    #[inline(always)]
    pub(crate) fn note_due(&self, job: Job) -> Qos {
        let urgency = &job.cell().urgency;
        let seen = urgency.look();
        if seen.hurries() {
            self.deadlines.note_due(job.cell().pid(), || self.host.timers.now());
        }
        Qos::of_rank(urgency.mark(seen, self.marks_entries.load(Ordering::Relaxed)).rank())
    }

    /// Puts an entry into a queue where any worker finds it: one that is due, or one more for an actor whose class was raised.
    pub(super) fn put_again(&self, job: Job) {
        match job.look() {
            (Qos::Realtime, hurries) => self.put_urgent(job, hurries),
            (class, hurries) => {
                if !(hurries && self.put_hurried(job, class)) {
                    self.injector.push(job, class);
                }
                if self.stays_suspended() {
                    return;
                }
            }
        }
        self.announce();
    }

    /// Realtime actors that are due, as far as one can tell, and [`SUSPENDED`].
    #[inline(always)]
    pub(crate) fn pressing(&self) -> u32 {
        self.host.pressing.load(Ordering::Relaxed)
    }

    /// Whether only Realtime actors run.
    #[inline(always)]
    pub(crate) fn is_suspended(&self) -> bool {
        self.pressing() & SUSPENDED != 0
    }

    /// Whether nobody need be woken for work of another class that was put somewhere: who resumes finds it.
    #[inline(always)]
    pub(crate) fn stays_suspended(&self) -> bool {
        self.is_suspended() && {
            fence(Ordering::SeqCst);
            self.is_suspended()
        }
    }

    /// Takes an actor that goes before what workers have in their own queues.
    pub(crate) fn take_urgent(&self) -> Option<Job> {
        self.urgent.pop(&self.host.pressing, &self.deadlines)
    }

    /// Puts one there, which may have a deadline if it `hurries`. The caller announces it.
    pub(crate) fn put_urgent(&self, job: Job, hurries: bool) {
        let has_deadline = hurries && self.put_hurried(job, Qos::Realtime);
        self.urgent.push(&self.host.pressing, job, has_deadline);
    }

    /// Puts an actor among those with deadlines, for any worker. Returns false if it has none any more.
    pub(crate) fn put_hurried(&self, job: Job, class: Qos) -> bool {
        self.deadlines.put(job, class, || self.host.timers.now())
    }

    /// Whether there is work in no worker's hands.
    pub(crate) fn has_work_for_any(&self) -> bool {
        let pressing = self.pressing();
        let has_others = || self.deadlines.filled() != 0 || !self.injector.is_empty();
        pressing & !SUSPENDED != 0 || (pressing & SUSPENDED == 0 && has_others())
    }

    /// Lets the governor read its sources, if there is one and it is time.
    #[inline(always)]
    pub(crate) fn look_at_sensors(&self) {
        if let Some(governor) = &self.services.governor
            && governor.is_due()
        {
            let governor = governor.clone();
            // They may block.
            self.services.background.handle().spawn_blocking(move || governor.read());
        }
    }

    /// Wakes a worker if that is of use.
    #[inline(always)]
    pub(crate) fn announce(&self) {
        if let Some(worker) = self.idle.announce() {
            self.wake(worker);
        }
    }

    /// Wakes that worker, who was chosen for it: its thread may have to start.
    #[cold]
    fn wake(&self, worker: usize) {
        let is_starting = if self.threads.are_complete() { Ok(false) } else { self.start_thread(worker) };
        match is_starting {
            Ok(true) => {}
            Ok(false) => self.remotes[worker].parker.unpark(),
            Err(_) => {
                // Nobody searches in its place: another is to.
                self.idle.end_search();
                self.announce();
            }
        }
    }

    /// Starts the thread of a worker of the runtime. Returns false if it had one.
    ///
    /// # Errors
    /// When the system gives no more threads.
    pub(crate) fn start_thread(&self, worker: usize) -> std::io::Result<bool> {
        let Some(scheduler) = self.services.main.get().and_then(Weak::upgrade) else { return Ok(false) };
        self.threads.start(worker, move |queues| scheduler.work(worker, queues))
    }

    /// The workers among which there may be work.
    #[inline(always)]
    pub(crate) fn remotes(&self) -> &[Remote] {
        if self.spares.are_there() { &self.remotes } else { &self.remotes[..self.workers] }
    }

    /// A worker's thread is about to do something else for long. Returns whether a spare stands for it.
    pub(super) fn lend(self: &Arc<Self>) -> bool {
        self.idle.lend() || {
            let of = std::thread::current();
            let spare = self.spares.make(|index, queues| {
                let scheduler = self.clone();
                let name = format!("{}-spare", of.name().unwrap_or("dala"));
                let run = move || Worker::new(scheduler, index, queues).run_spare();
                thread::Builder::new().name(name).spawn(run)
            });
            spare.is_some_and(|spare| {
                self.idle.add_spare(spare);
                self.idle.lend()
            })
        }
    }

    /// Lets all workers end when they have nothing to do.
    pub(crate) fn end(&self) {
        self.is_ending.store(true, Ordering::SeqCst);
        for worker in self.idle.take_all() {
            self.remotes[worker].parker.unpark();
        }
        // One that was about to sleep finds the token.
        self.remotes.iter().for_each(|remote| remote.parker.unpark());
    }

    /// Runs worker `index` on this thread until the scheduler ends.
    pub(crate) fn work(self: &Arc<Self>, index: usize, queues: RunQueues) {
        Worker::new(self.clone(), index, queues).run();
    }
}

impl Remote {
    /// Worker only. Returns what was there before.
    #[inline(always)]
    pub(crate) fn put_lifo(&self, job: Job) -> Option<Job> {
        self.lifo.put(job.0).map(Job)
    }

    /// Anyone.
    #[inline(always)]
    pub(crate) fn has_lifo(&self) -> bool {
        self.lifo.is_filled()
    }

    /// Anyone.
    #[inline(always)]
    pub(crate) fn take_lifo(&self) -> Option<Job> {
        self.lifo.take().map(Job)
    }
}
