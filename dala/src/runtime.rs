//! Runtimes: workers, names, timers and the actors on them. Several may live in one OS process.

#![expect(unsafe_code, reason = "retires the scheduler after its last actor")]

use crate::actor::behaviour::{Behaviour, Outcome};
use crate::actor::cell::{Header, TABLE};
use crate::actor::spawn::{self, SpawnError, SpawnOptions, Spawned};
use crate::actor::task::Task;
use crate::actor::{Activation, Actor, ActorRef, Incoming, process};
use crate::config::Builder;
use crate::message::{Call, CallError, DeadLetters, ExitReason, ReplyHandle};
use crate::pid::epoch::{self, Retired};
use crate::pid::{NOBODY, Pid};
use crate::registry::NameError;
use crate::registry::name::Names;
use crate::sched::background::Background;
use crate::sched::pinned::PinnedThread;
use crate::sched::scheduler::{Scheduler, Services};
use crate::sched::worker;
use crate::sync::{Arc, Mutex, block_on, lock, thread};
use crate::timer::{Clock, Timers};
use dala_ir::abi::Atom;
use std::cell::RefCell;
use std::future::Future;
use std::time::Duration;

/// How long dropping a runtime waits for its actors to die.
const DROP_LIMIT: Duration = Duration::from_secs(2);

/// A running runtime. Dropping it kills its actors; [`Runtime::shutdown`] ends them in order.
#[derive(Debug)]
pub struct Runtime {
    handle: Handle,
    threads: Vec<thread::JoinHandle<()>>,
    is_down: bool,
}

/// A way into a runtime from anywhere; cloning is cheap.
#[derive(Clone, Debug)]
pub struct Handle {
    scheduler: Arc<Scheduler>,
    pinned: Arc<Mutex<Vec<(PinnedThread, Option<thread::JoinHandle<()>>)>>>,
}

thread_local! {
    static ENTERED: RefCell<Vec<Handle>> = const { RefCell::new(Vec::new()) };
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
        let dead_letters = Arc::new(DeadLetters::default());
        let services = Arc::new(Services { timers, dead_letters, names: Names::default(), background });
        let (scheduler, queues) = Scheduler::new(services, builder.workers);
        let handle = Handle { scheduler: scheduler.clone(), pinned: Arc::default() };
        let mut runtime = Runtime { handle, threads: Vec::new(), is_down: false };
        for (index, queues) in queues.into_iter().enumerate() {
            let scheduler = scheduler.clone();
            let name = format!("{}-{index}", builder.name);
            runtime
                .threads
                .push(thread::Builder::new().name(name).spawn(move || scheduler.work(index, queues))?);
        }
        Ok(runtime)
    }

    /// A way in that can be passed around.
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Runs `future` on this thread, inside the runtime and tokio's context, to its end.
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        let _entered = self.handle.enter();
        let _tokio = self.handle.scheduler.services.background.handle().enter();
        block_on(future)
    }

    /// Ends all actors: those that nobody supervises get an exit signal with reason `shutdown`, last started first; those
    /// that trap exits, supervise or have something to do at the end are waited for before the next. What still lives at
    /// `limit` is killed.
    pub fn shutdown(mut self, limit: Duration) {
        self.end_actors(limit);
        self.end_threads();
    }

    fn end_actors(&mut self, limit: Duration) {
        let clock = Timers::real();
        let deadline = clock.deadline(limit);
        let left = || Duration::from_nanos(deadline.saturating_sub(clock.now()));
        let mut roots: Vec<(u64, Pid, bool)> = Vec::new();
        self.handle.for_each(|cell| {
            if !process::is_alive(cell.parent) {
                roots.push((
                    cell.started,
                    cell.pid(),
                    cell.vtable.orderly_shutdown || cell.traps_exits_now(),
                ));
            }
        });
        roots.sort_by_key(|&(started, pid, _)| std::cmp::Reverse((started, pid.to_bits())));
        for (_, pid, waits) in roots {
            process::exit(NOBODY, pid, ExitReason::Shutdown);
            if waits && !self.handle.wait_for(vec![pid], left()) {
                process::kill(pid);
            }
        }
        self.kill_all(left().max(DROP_LIMIT));
    }

    /// Kills what lives. Returns whether all of it died in time.
    fn kill_all(&mut self, limit: Duration) -> bool {
        self.is_down = true;
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
        let pinned = std::mem::take(&mut *lock(&self.handle.pinned));
        let threads = std::mem::take(&mut self.threads);
        self.handle.scheduler.end();
        pinned.iter().for_each(|(pinned, _)| pinned.scheduler().end());
        let keep = (
            self.handle.scheduler.clone(),
            pinned.iter().map(|(p, _)| p.scheduler().clone()).collect::<Vec<_>>(),
        );
        let on_worker = worker::with(|worker| worker.is_some());
        if all_dead && !on_worker {
            for thread in threads.into_iter().chain(pinned.into_iter().filter_map(|(_, thread)| thread)) {
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

/// While it lives, [`spawn`](crate::spawn()) on this thread spawns on the runtime that was entered.
#[derive(Debug)]
pub struct Entered(std::marker::PhantomData<*const ()>);

impl Drop for Entered {
    fn drop(&mut self) {
        ENTERED.with(|entered| entered.borrow_mut().pop());
    }
}

impl Handle {
    /// The runtime that this thread works for or has entered.
    pub fn current() -> Option<Handle> {
        let entered = ENTERED.with(|entered| entered.borrow().last().cloned());
        entered.or_else(|| {
            let scheduler = worker::with(|worker| worker.map(|worker| worker.scheduler().clone()))?;
            Some(Handle { scheduler, pinned: Arc::default() })
        })
    }

    /// Makes it the runtime of this thread while the guard lives.
    #[must_use]
    pub fn enter(&self) -> Entered {
        ENTERED.with(|entered| entered.borrow_mut().push(self.clone()));
        Entered(std::marker::PhantomData)
    }

    /// Spawns a native actor. No activation, no wake-up: it runs when its first message comes.
    ///
    /// # Errors
    /// [`SpawnError::TooManyActors`].
    pub fn spawn<A: Actor + Send>(&self, actor: A) -> Result<ActorRef<A>, SpawnError> {
        self.spawn_with(actor, &SpawnOptions::default())
    }

    /// As [`Handle::spawn`] with options.
    ///
    /// # Errors
    /// [`SpawnError::TooManyActors`].
    pub fn spawn_with<A: Actor + Send>(
        &self,
        actor: A,
        options: &SpawnOptions,
    ) -> Result<ActorRef<A>, SpawnError> {
        spawn::spawn_native_on(self.scheduler.host(), actor, options)
    }

    /// Spawns an actor with another behaviour.
    ///
    /// # Errors
    /// [`SpawnError::TooManyActors`].
    pub fn spawn_behaviour<B: Behaviour + Send>(
        &self,
        behaviour: B,
        options: &SpawnOptions,
    ) -> Result<Spawned, SpawnError> {
        spawn::spawn_on(self.scheduler.host(), behaviour, options)
    }

    /// Runs a future as an actor. Its panic is that actor's exit.
    ///
    /// # Errors
    /// [`SpawnError::TooManyActors`].
    pub fn spawn_task(&self, future: impl Future<Output = ()> + Send + 'static) -> Result<Pid, SpawnError> {
        let spawned = self.spawn_behaviour(Task::new(future), &SpawnOptions::default().starting())?;
        Ok(spawned.pid)
    }

    /// Starts a named thread for pinned actors.
    ///
    /// # Errors
    /// When the system gives no more threads.
    pub fn pinned_thread(&self, name: &str) -> std::io::Result<PinnedThread> {
        let (pinned, thread) = PinnedThread::start(self.scheduler.services.clone(), name)?;
        lock(&self.pinned).push((pinned.clone(), Some(thread)));
        Ok(pinned)
    }

    /// Names an actor (`register/2`).
    ///
    /// # Errors
    /// When the name is taken, or the actor has one or is dead.
    pub fn register(&self, name: Atom, pid: impl Into<Pid>) -> Result<(), NameError> {
        self.scheduler.services.names.register(name, pid.into())
    }

    /// Takes a name away. Returns whose it was.
    pub fn unregister(&self, name: Atom) -> Option<Pid> {
        self.scheduler.services.names.unregister(name)
    }

    /// The actor with this name (`whereis/1`).
    pub fn whereis(&self, name: Atom) -> Option<Pid> {
        self.scheduler.services.names.find(name)
    }

    /// The name of an actor.
    pub fn name_of(&self, pid: Pid) -> Option<Atom> {
        self.scheduler.services.names.name_of(pid)
    }

    /// All names (`registered/0`).
    pub fn names(&self) -> Vec<Atom> {
        self.scheduler.services.names.all()
    }

    /// Messages that reached nobody.
    pub fn dead_letters(&self) -> &DeadLetters {
        &self.scheduler.services.dead_letters
    }

    /// Worker threads.
    pub fn workers(&self) -> usize {
        self.scheduler.remotes.len()
    }

    /// How often a worker went to sleep; an idle runtime's number stands still.
    pub fn sleeps(&self) -> u64 {
        self.scheduler.sleeps.load(crate::sync::Ordering::Relaxed)
    }

    /// The pids of all live actors of this runtime (`processes/0`). Linear in the pid table.
    pub fn actors(&self) -> Vec<Pid> {
        let mut pids = Vec::new();
        self.for_each(|cell| pids.push(cell.pid()));
        pids
    }

    fn for_each(&self, mut each: impl FnMut(&Header)) {
        let pin = epoch::pin();
        let services = &self.scheduler.services;
        TABLE.for_each(&pin, |cell| {
            if Arc::ptr_eq(&cell.host().dead_letters, &services.dead_letters) && !cell.head.is_closed() {
                each(cell);
            }
        });
    }

    /// Waits until `pids` are dead. Returns false when the limit passed first.
    fn wait_for(&self, pids: Vec<Pid>, limit: Duration) -> bool {
        let (call, reply) = Call::<()>::new(Some((limit, Timers::real())));
        let watch = EndWatch { pids, left: 0, reply: Some(reply) };
        match self.spawn_behaviour(watch, &SpawnOptions::default().starting()) {
            Ok(watch) => {
                let ended = block_on(call).is_ok();
                process::kill(watch.pid);
                // It may live on for a moment; the next round of the caller kills it otherwise.
                ended
            }
            Err(_) => false,
        }
    }
}

/// Replies when all of some actors are dead.
struct EndWatch {
    pids: Vec<Pid>,
    left: usize,
    reply: Option<ReplyHandle>,
}

impl Behaviour for EndWatch {
    fn run(&mut self, activation: &mut Activation<'_>) -> Outcome {
        for pid in std::mem::take(&mut self.pids) {
            activation.monitor(pid, None);
            self.left += 1;
        }
        while let Some(incoming) = activation.next_incoming() {
            if let Incoming::Down(_) = incoming {
                self.left -= 1;
            }
        }
        if self.left > 0 {
            return Outcome::Waiting;
        }
        Outcome::Exited(ExitReason::Normal)
    }

    fn exiting(&mut self, _reason: &ExitReason, _activation: &mut Activation<'_>) {
        if let Some(reply) = self.reply.take() {
            if self.left == 0 {
                reply.answer_native(());
            } else {
                reply.fail(CallError::NoReply);
            }
        }
    }
}

/// Runs `main` inside a new runtime on this thread: what `#[dala::main]` expands to. Afterwards the runtime shuts down in
/// order.
///
/// # Panics
/// When the system gives no more threads.
pub fn main<F: Future>(main: F) -> F::Output {
    let runtime = Runtime::new().expect("the system can start the runtime's threads");
    let output = runtime.block_on(main);
    runtime.shutdown(Duration::from_secs(10));
    output
}
