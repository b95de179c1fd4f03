//! A way into a runtime from anywhere.

use super::end_watch::EndWatch;
use super::pinned::PinnedThread;
use super::scheduler::Scheduler;
use super::worker;
use crate::actor::behaviour::Behaviour;
use crate::actor::cell::{Header, TABLE};
use crate::actor::recipient::Recipient;
use crate::actor::spawn::{self, SpawnError, SpawnOptions, Spawned};
use crate::actor::task::Task;
use crate::actor::{Actor, ActorRef, process};
use crate::energy::{EnergyState, POWER_CHANGES, PowerChanged, THERMAL_CHANGES, ThermalChanged};
use crate::message::report::Reports;
use crate::message::{Call, CallLimit, DeadLetters, Message};
use crate::pid::{Pid, Ref, epoch};
use crate::registry::{GroupChange, Keys, NameError, Registry, Topic};
use crate::sync::offload::Work;
use crate::sync::{Arc, Ordering, lock};
use crate::timer::{Moment, Sleep, Timers, block_on};
use dala_ir::abi::Atom;
use std::cell::RefCell;
use std::future::Future;
use std::hash::Hash;
use std::time::{Duration, SystemTime};

/// A way into a runtime from anywhere; cloning is cheap.
#[derive(Clone, Debug)]
pub struct Handle {
    pub(crate) scheduler: Arc<Scheduler>,
}

thread_local! {
    static ENTERED: RefCell<Vec<Handle>> = const { RefCell::new(Vec::new()) };
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
    pub(crate) fn new(scheduler: Arc<Scheduler>) -> Handle {
        Handle { scheduler }
    }

    /// The runtime that this thread works for or has entered.
    pub fn current() -> Option<Handle> {
        let entered = ENTERED.with(|entered| entered.borrow().last().cloned());
        entered.or_else(|| {
            let scheduler = worker::with(|worker| worker.map(|worker| worker.scheduler().clone()))?;
            Some(Handle::new(scheduler))
        })
    }

    /// Makes it the runtime of this thread while the guard lives.
    #[must_use]
    pub fn enter(&self) -> Entered {
        ENTERED.with(|entered| entered.borrow_mut().push(self.clone()));
        Entered(std::marker::PhantomData)
    }

    /// Has the runtime of this thread do work that blocks; gives it back where there is none.
    pub(super) fn offload(work: Work) -> Result<(), Work> {
        let Some(runtime) = Handle::current() else { return Err(work) };
        let host = runtime.scheduler.host();
        (host.functions.run_blocking)(host, work);
        Ok(())
    }

    pub(super) fn running(&self) -> Result<(), SpawnError> {
        let is_ending = self.scheduler.is_ending.load(Ordering::Relaxed);
        if is_ending { Err(SpawnError::NoRuntime) } else { Ok(()) }
    }

    /// Spawns a native actor. No activation, no wake-up: it runs when its first message comes.
    ///
    /// # Errors
    /// [`SpawnError::TooManyActors`], or [`SpawnError::NoRuntime`] after the runtime's end.
    pub fn spawn<A: Actor + Send>(&self, actor: A) -> Result<ActorRef<A>, SpawnError> {
        self.spawn_with(actor, &SpawnOptions::default())
    }

    /// As [`Handle::spawn`] with options.
    ///
    /// # Errors
    /// [`SpawnError::TooManyActors`], or [`SpawnError::NoRuntime`] after the runtime's end.
    pub fn spawn_with<A: Actor + Send>(
        &self,
        actor: A,
        options: &SpawnOptions,
    ) -> Result<ActorRef<A>, SpawnError> {
        self.running()?;
        spawn::spawn_native_on(self.scheduler.host(), actor, options)
    }

    /// Spawns an actor with another behaviour.
    ///
    /// # Errors
    /// [`SpawnError::TooManyActors`], or [`SpawnError::NoRuntime`] after the runtime's end.
    pub fn spawn_behaviour<B: Behaviour + Send>(
        &self,
        behaviour: B,
        options: &SpawnOptions,
    ) -> Result<Spawned, SpawnError> {
        self.running()?;
        spawn::spawn_on(self.scheduler.host(), behaviour, options)
    }

    /// Runs a future as an actor. Its panic is that actor's exit.
    ///
    /// # Errors
    /// [`SpawnError::TooManyActors`], or [`SpawnError::NoRuntime`] after the runtime's end.
    pub fn spawn_task(&self, future: impl Future<Output = ()> + Send + 'static) -> Result<Pid, SpawnError> {
        let spawned = self.spawn_behaviour(Task::new(future), &SpawnOptions::default().starting())?;
        Ok(spawned.pid)
    }

    /// The tokio runtime on which `async` handlers wait: the one that the builder was given, or the runtime's own, which
    /// this starts if nothing needed it before.
    pub fn tokio(&self) -> &tokio::runtime::Handle {
        self.scheduler.services.background.handle()
    }

    /// Starts a named thread for pinned actors.
    ///
    /// # Errors
    /// When the system gives no more threads, and in a [simulation](crate::sim).
    pub fn pinned_thread(&self, name: &str) -> std::io::Result<PinnedThread> {
        if self.scheduler.simulated.is_some() {
            return Err(std::io::Error::new(std::io::ErrorKind::Unsupported, "a simulation has one thread"));
        }
        let (pinned, thread) = PinnedThread::start(self.scheduler.services.clone(), name)?;
        let mut all = lock(&self.scheduler.services.pinned);
        // With the lock, which suspending and resuming take too.
        if self.is_suspended() {
            pinned.scheduler().suspend();
        }
        all.push((pinned.clone(), thread));
        drop(all);
        Ok(pinned)
    }

    /// Names an actor (`register/2`). It may be one of another runtime; the name goes with it all the same.
    ///
    /// # Errors
    /// When the name is taken, or the actor has one or is dead.
    pub fn register(&self, name: Atom, pid: impl Into<Pid>) -> Result<(), NameError> {
        let (services, pid) = (&self.scheduler.services, pid.into());
        services.names.register(name, pid)?;
        services.strangers.note(pid);
        Ok(())
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

    /// The topic of this name and message type, made when it is first asked for; it stays for the runtime's life.
    pub fn topic<M: Message + Clone>(&self, name: &str) -> Topic<M> {
        self.scheduler.services.topics.find(Atom::new(name))
    }

    /// Where changes of the machine's heat are published, if the runtime was built with [`Energy`](crate::energy::Energy).
    pub fn thermal_changes(&self) -> Topic<ThermalChanged> {
        self.topic(THERMAL_CHANGES)
    }

    /// Where changes of the machine's power are published, as [`Handle::thermal_changes`].
    pub fn power_changes(&self) -> Topic<PowerChanged> {
        self.topic(POWER_CHANGES)
    }

    /// Reads heat and power now, on this thread, and does what follows. Workers do so now and then by themselves.
    pub fn read_sensors(&self) {
        if let Some(governor) = &self.scheduler.services.governor {
            governor.read();
        }
    }

    /// Heat and power as they were read last; none without [`Energy`](crate::energy::Energy).
    pub fn energy_state(&self) -> Option<EnergyState> {
        self.scheduler.services.governor.as_ref().map(|governor| governor.state())
    }

    /// A new registry whose keys are of type `K`.
    pub fn keys<K: Eq + Hash + Send + Sync + 'static>(&self) -> Keys<K> {
        Keys::new(&self.scheduler.services.departures, self.scheduler.services.strangers.clone())
    }

    /// Adds an actor to a group once more (`pg:join/2`). It leaves all its groups when it ends.
    ///
    /// # Errors
    /// [`NameError::NoProc`].
    pub fn join_group(&self, group: Atom, pid: impl Into<Pid>) -> Result<(), NameError> {
        let (services, pid) = (&self.scheduler.services, pid.into());
        services.groups.join(group, pid)?;
        services.strangers.note(pid);
        Ok(())
    }

    /// Takes an actor out of a group, as often as it joined (`pg:leave/2`). Returns whether it was in it.
    pub fn leave_group(&self, group: Atom, pid: impl Into<Pid>) -> bool {
        self.scheduler.services.groups.leave(group, pid.into())
    }

    /// The members of a group in the order in which they joined, each as often as it did (`pg:get_members/1`).
    pub fn group_members(&self, group: Atom) -> Vec<Pid> {
        self.scheduler.services.groups.members(group)
    }

    /// The groups with members (`pg:which_groups/0`).
    pub fn groups(&self) -> Vec<Atom> {
        self.scheduler.services.groups.all()
    }

    /// Tells `watcher` of all changes of a group from now on, until it is dead (`pg:monitor/1`). Returns the members now: no
    /// change is missed or told twice. A full mailbox takes them too: they are exempt from its bound, as signals are.
    pub fn monitor_group(&self, group: Atom, watcher: impl Into<Recipient<GroupChange>>) -> (Ref, Vec<Pid>) {
        self.scheduler.services.groups.monitor(Some(group), watcher.into())
    }

    /// As [`Handle::monitor_group`] for all groups (`pg:monitor_scope/0`).
    pub fn monitor_groups(&self, watcher: impl Into<Recipient<GroupChange>>) -> (Ref, Vec<Pid>) {
        self.scheduler.services.groups.monitor(None, watcher.into())
    }

    /// Ends a monitor of groups (`pg:demonitor/1`). Returns whether there was one.
    pub fn demonitor_group(&self, monitor: Ref) -> bool {
        self.scheduler.services.groups.demonitor(monitor)
    }

    /// The time on this runtime's clock, which never goes back: what its timers and deadlines go by.
    pub fn now(&self) -> Moment {
        Moment(self.scheduler.services.timers.now())
    }

    /// Waits, on this runtime's clock.
    pub fn sleep(&self, time: Duration) -> Sleep {
        let timers = self.scheduler.services.timers;
        Sleep::until(timers, timers.deadline(time))
    }

    /// A random number: in a [simulation](crate::sim) one that its seed decides. Not for secrets.
    pub fn random(&self) -> u64 {
        let host = self.scheduler.host();
        (host.functions.random)(host)
    }

    /// The date by this runtime's clock. The machine's date may be set, and so go back.
    pub fn wall_time(&self) -> SystemTime {
        self.scheduler.services.timers.wall_time()
    }

    /// Messages that reached nobody.
    pub fn dead_letters(&self) -> &DeadLetters {
        &self.scheduler.services.dead_letters
    }

    /// Where what went wrong is told.
    pub fn reports(&self) -> &Reports {
        &self.scheduler.services.reports
    }

    /// Worker threads.
    pub fn workers(&self) -> usize {
        self.scheduler.workers
    }

    /// How often a worker went to sleep; an idle runtime's number stands still.
    pub fn sleeps(&self) -> u64 {
        self.scheduler.sleeps.load(Ordering::Relaxed)
    }

    /// The pids of all live actors of this runtime (`processes/0`). Linear in the pid table.
    pub fn actors(&self) -> Vec<Pid> {
        let mut pids = Vec::new();
        self.for_each(|cell| pids.push(cell.pid()));
        pids
    }

    pub(crate) fn for_each(&self, mut each: impl FnMut(&Header)) {
        let pin = epoch::pin();
        let services = &self.scheduler.services;
        TABLE.for_each(&pin, |cell| {
            if Arc::ptr_eq(&cell.host().dead_letters, &services.dead_letters) && !cell.head.is_closed() {
                each(cell);
            }
        });
    }

    /// Waits until `pids` are dead. Returns false when the limit passed first.
    pub(crate) fn wait_for(&self, pids: Vec<Pid>, limit: Duration) -> bool {
        let (call, reply) = Call::<()>::new(CallLimit::After(Timers::real(), limit));
        let watch = EndWatch::new(pids, reply);
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

/// The runtime's names.
impl Registry<Atom> for Handle {
    fn register(&self, key: Atom, pid: Pid) -> Result<(), NameError> {
        Handle::register(self, key, pid)
    }

    fn unregister(&self, key: &Atom) -> Option<Pid> {
        Handle::unregister(self, *key)
    }

    fn whereis(&self, key: &Atom) -> Option<Pid> {
        Handle::whereis(self, *key)
    }
}
