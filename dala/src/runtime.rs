//! Runtimes: workers, names, timers and the actors on them. Several may live in one OS process.

#![expect(unsafe_code, reason = "retires the scheduler after its last actor")]

use crate::actor::process;
use crate::config::Builder;
use crate::energy::{Energy, Governor, POWER_CHANGES, THERMAL_CHANGES};
use crate::message::report::Reports;
use crate::message::{DeadLetters, ExitReason};
use crate::observe::Observer;
use crate::pid::epoch::{self, Retired};
use crate::pid::{NOBODY, Pid};
use crate::registry::name::Names;
use crate::registry::strangers::Strangers;
use crate::registry::topic::Topics;
use crate::sched::background::Background;
use crate::sched::scheduler::{Scheduler, Services};
use crate::sched::simulated::Simulated;
use crate::sched::watchdog::WatchOptions;
use crate::sched::worker;
use crate::sync::{Arc, Mutex, lock, thread};
use crate::timer::{Clock, Timers, block_on};
use dala_ir::abi::Atom;
use std::collections::HashSet;
use std::future::IntoFuture;
use std::num::NonZeroUsize;
use std::time::Duration;

pub use crate::sched::handle::{Entered, Handle};

/// How long dropping a runtime waits for its actors to die.
const DROP_LIMIT: Duration = Duration::from_secs(2);

/// A running runtime. Dropping it kills its actors; [`Runtime::shutdown`] ends them in order.
#[derive(Debug)]
pub struct Runtime {
    handle: Handle,
    is_down: bool,
}

impl Runtime {
    /// A runtime with a worker a core.
    ///
    /// # Errors
    /// When the system gives no more threads.
    pub fn new() -> std::io::Result<Runtime> {
        Builder::default().build()
    }

    /// To set up a runtime.
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(crate) fn start(builder: Builder) -> std::io::Result<Runtime> {
        let timers = match &builder.clock {
            Clock::Real => Timers::real(),
            // One a test; timers are referred to from anywhere and so live for ever.
            virtual_clock => Box::leak(Box::new(Timers::new(virtual_clock.clone()))),
        };
        let background = builder.tokio.map_or_else(|| Background::Own(Default::default()), Background::Given);
        let observer = Observer::new(builder.observe);
        let reports = Reports::to_app(builder.reports.0);
        let services = services(timers, background, builder.watch, builder.energy, observer, reports);
        let a_core_each = || thread::available_parallelism().map_or(1, NonZeroUsize::get);
        // Asking the system takes as long as starting a thread.
        let workers = builder.workers.unwrap_or_else(a_core_each);
        let scheduler = Scheduler::new(services, workers, &builder.name);
        let handle = Handle::new(scheduler.clone());
        handle.scheduler.services.main.get_or_init(|| Arc::downgrade(&scheduler));
        let runtime = Runtime { handle, is_down: false };
        scheduler.start_thread(0)?;
        Ok(runtime)
    }

    /// A runtime without threads of its own: whoever has it takes what is due from the injector.
    pub(crate) fn simulated(simulated: Simulated) -> Runtime {
        let clock = Clock::Virtual(Default::default());
        let timers = Box::leak(Box::new(Timers::new(clock)));
        let background = Background::Own(Default::default());
        // What happens there is the simulation's to tell.
        let services = services(timers, background, None, None, None, Reports::nowhere());
        let handle = Handle::new(Scheduler::simulated(services, simulated));
        Runtime { handle, is_down: false }
    }

    /// The end of a simulated runtime, after that of its actors.
    pub(crate) fn end_simulated(mut self) {
        self.is_down = true;
        self.end_threads();
    }

    /// A way in that can be passed around.
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Runs `future` on this thread, inside the runtime and tokio's context, to its end.
    pub fn block_on<F: IntoFuture>(&self, future: F) -> F::Output {
        let _entered = self.handle.enter();
        let _tokio = self.handle.scheduler.services.background.handle().enter();
        block_on(future.into_future())
    }

    /// Ends all actors: those that nobody supervises get an exit signal with reason `shutdown`, last started first; those
    /// that trap exits, supervise or have something to do at the end are waited for before the next. Then those that these had
    /// spawned and not linked, and so on. What still lives at `limit` is killed.
    pub fn shutdown(mut self, limit: Duration) {
        self.end_actors(limit);
        self.end_threads();
    }

    fn end_actors(&mut self, limit: Duration) {
        self.handle.resume();
        let clock = Timers::real();
        let deadline = clock.deadline(limit);
        let left = || Duration::from_nanos(deadline.saturating_sub(clock.now()));
        let mut told = HashSet::new();
        while !left().is_zero() {
            let mut roots: Vec<(u64, Pid, bool)> = Vec::new();
            self.handle.for_each(|cell| {
                let pid = cell.pid();
                if !process::is_alive(cell.parent) && !told.contains(&pid) {
                    roots.push((cell.started, pid, cell.vtable.orderly_shutdown || cell.traps_exits_now()));
                }
            });
            if roots.is_empty() {
                break;
            }
            roots.sort_by_key(|&(started, pid, _)| std::cmp::Reverse((started, pid.to_bits())));
            for &(_, pid, waits) in &roots {
                process::exit(NOBODY, pid, ExitReason::Shutdown);
                if waits && !self.handle.wait_for(vec![pid], left()) {
                    process::kill(pid);
                }
            }
            // Nobody's parent lives when its children are looked for.
            let ending: Vec<Pid> = roots.into_iter().map(|(_, pid, _)| pid).collect();
            told.extend(ending.iter().copied());
            self.handle.wait_for(ending, left());
        }
        self.kill_all(left().max(DROP_LIMIT));
    }

    /// Kills what lives. Returns whether all of it died in time.
    fn kill_all(&mut self, limit: Duration) -> bool {
        self.is_down = true;
        self.handle.resume();
        let deadline = Timers::real().deadline(limit);
        loop {
            let mut pids = Vec::new();
            self.handle.for_each(|cell| pids.push(cell.pid()));
            if pids.is_empty() {
                return true;
            }
            pids.iter().for_each(|&pid| process::kill(pid));
            let left = Duration::from_nanos(deadline.saturating_sub(Timers::real().now()));
            if left.is_zero() || !self.handle.wait_for(pids, left) {
                return false;
            }
        }
    }

    fn end_threads(&mut self) {
        let all_dead = {
            let mut any = false;
            self.handle.for_each(|_| any = true);
            !any
        };
        let pinned = std::mem::take(&mut *lock(&self.handle.scheduler.services.pinned));
        self.handle.scheduler.end();
        let mut threads = self.handle.scheduler.threads.end();
        threads.extend(self.handle.scheduler.spares.end());
        pinned.iter().for_each(|(pinned, _)| pinned.scheduler().end());
        let keep = (
            self.handle.scheduler.clone(),
            pinned.iter().map(|(p, _)| p.scheduler().clone()).collect::<Vec<_>>(),
        );
        let on_worker = worker::with(|worker| worker.is_some());
        if all_dead && !on_worker {
            for thread in threads.into_iter().chain(pinned.into_iter().map(|(_, thread)| thread)) {
                // A worker that panicked has nothing left to say here.
                let _ = thread.join();
            }
            // Another thread may still look at a cell, and by it at its host.
            retire(keep);
        } else {
            // A handler that never returns keeps its thread, which keeps its scheduler.
            std::mem::forget(keep);
        }
    }

    /// Turns a virtual clock: timers and deadlines up to then fire on this thread. Does nothing to the machine's clock.
    pub fn advance(&self, by: Duration) {
        self.handle.scheduler.services.timers.advance(by);
    }
}

fn services(
    timers: &'static Timers,
    background: Background,
    watch: Option<WatchOptions>,
    energy: Option<Energy>,
    observer: Option<Arc<Observer>>,
    reports: Reports,
) -> Arc<Services> {
    let topics = Topics::default();
    let governor = energy.map(|energy| {
        let heat = topics.find(Atom::new(THERMAL_CHANGES));
        Arc::new(Governor::new(energy, heat, topics.find(Atom::new(POWER_CHANGES))))
    });
    let dead_letters = Arc::new(DeadLetters::default());
    let services = Arc::new(Services {
        timers,
        strangers: Strangers::new(dead_letters.clone()),
        dead_letters,
        reports,
        names: Names::default(),
        groups: Default::default(),
        topics,
        departures: Default::default(),
        background,
        watch,
        observer,
        governor,
        main: Default::default(),
        suspension: Default::default(),
        pinned: Mutex::default(),
    });
    let all = Arc::downgrade(&services);
    services.strangers.forget_by(move |pid| {
        if let Some(services) = all.upgrade() {
            services.forget(pid);
        }
    });
    services
}

fn retire<T: Send + 'static>(value: T) {
    unsafe fn free<T>(address: *mut ()) {
        // SAFETY: made by `Box::into_raw` below, freed once.
        drop(unsafe { Box::from_raw(address.cast::<T>()) });
    }
    let address = Box::into_raw(Box::new(value));
    epoch::with_participant(|participant| {
        // SAFETY: freed once, on any thread (T is Send).
        participant.retire(unsafe { Retired::new(address.cast(), free::<T>) });
    });
}

impl Drop for Runtime {
    fn drop(&mut self) {
        if !self.is_down {
            self.kill_all(DROP_LIMIT);
            self.end_threads();
        }
    }
}

impl std::ops::Deref for Runtime {
    type Target = Handle;
    fn deref(&self) -> &Handle {
        &self.handle
    }
}
