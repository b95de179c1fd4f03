//! Spawning.

#![expect(unsafe_code, reason = "acts as the owner of the cell that runs, to link it with its child")]

use super::behaviour::Behaviour;
use super::cell::{self, Header, NewCell};
use super::current;
use super::handler::Actor;
use super::host::Host;
use super::native::Native;
use super::qos::Qos;
use super::reference::ActorRef;
use super::start::Unborn;
use crate::mailbox::bounded::{Bound, Overflow, UNBOUNDED};
use crate::message::{ExitReason, Lane, MemoryLimit};
use crate::observe::Observed;
use crate::pid::{NOBODY, Pid, Ref};
use crate::signal::alias::AliasMode;
use crate::signal::relations::Relations;
use crate::sync::Arc;
use dala_ir::abi::Atom;
use std::time::Duration;

/// Why nothing was spawned.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SpawnError {
    /// All pids are taken.
    #[error("no pid is left: 2^28 actors live")]
    TooManyActors,
    /// The actor that it was to serve is dead.
    #[error("the actor is dead")]
    NoActor,
    /// Outside of a runtime.
    #[error("spawned outside of a runtime; use Runtime::spawn or call this from an actor")]
    NoRuntime,
    /// The actor ended before its `init` was done: by its error, a panic in it, or an exit signal.
    #[error("init failed: {0}")]
    Init(ExitReason),
    /// The name that it was to have is taken.
    #[error("the name {0} is taken")]
    NameTaken(Atom),
}

/// How an actor is spawned.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct SpawnOptions {
    /// Link it with the actor that spawns it, before it runs.
    pub link: bool,
    /// Let the actor that spawns it watch it, before it runs.
    pub monitor: bool,
    /// With `monitor`: the reference is an alias too.
    pub alias: Option<AliasMode>,
    /// Capacity of each lane for Rust senders; unbounded if none.
    pub mailbox: Option<u32>,
    /// Capacities of single lanes, in place of `mailbox`.
    pub lanes: Vec<(Lane, u32)>,
    /// What becomes of messages for a full lane; what the actor says if none.
    pub overflow: Option<Overflow>,
    /// Most memory that it may hold; what the actor says if none.
    pub memory: Option<MemoryLimit>,
    /// Which share of the workers it gets; what the actor says if none, else [`Qos::UserFacing`].
    pub qos: Option<Qos>,
    /// By when it is to be done each time that it has something to do; what the actor says if none, else whenever its class has its
    /// turn.
    pub deadline: Option<Duration>,
    /// Whether it traps exits from the start.
    pub traps_exits: bool,
    /// Give it an activation at once, before anything arrives.
    pub starts: bool,
}

impl SpawnOptions {
    /// Link it with the spawner.
    #[must_use]
    pub fn linked(mut self) -> SpawnOptions {
        self.link = true;
        self
    }

    /// Let the spawner watch it.
    #[must_use]
    pub fn monitored(mut self) -> SpawnOptions {
        self.monitor = true;
        self
    }

    /// Bounds each lane for Rust senders.
    #[must_use]
    pub fn mailbox(mut self, capacity: u32) -> SpawnOptions {
        self.mailbox = Some(capacity);
        self
    }

    /// Bounds one lane for Rust senders, in place of what [`SpawnOptions::mailbox`] says of all.
    #[must_use]
    pub fn lane(mut self, lane: Lane, capacity: u32) -> SpawnOptions {
        self.lanes.push((lane, capacity));
        self
    }

    /// Sets what becomes of messages for a full lane. Behaviours that take messages in arrival order, as Erlang's processes do,
    /// drop the newest where [`Overflow::DropOldest`] is asked for.
    #[must_use]
    pub fn overflow(mut self, overflow: Overflow) -> SpawnOptions {
        self.overflow = Some(overflow);
        self
    }

    /// Ends it when it holds more memory than this.
    #[must_use]
    pub fn memory(mut self, limit: MemoryLimit) -> SpawnOptions {
        self.memory = Some(limit);
        self
    }

    fn bound(&self, arrival_order: bool, observed: Option<Observed>) -> Option<Arc<Bound>> {
        let limit = self.memory.unwrap_or_default();
        if self.mailbox.is_none() && self.lanes.is_empty() && !limit.is_set() && observed.is_none() {
            return None;
        }
        let mut capacities = [self.mailbox.unwrap_or(UNBOUNDED); 4];
        self.lanes.iter().for_each(|&(lane, capacity)| capacities[lane.rank()] = capacity);
        let overflow = match self.overflow.unwrap_or_default() {
            Overflow::DropOldest if arrival_order => Overflow::DropNewest,
            overflow => overflow,
        };
        Some(Arc::new(Bound::new(capacities, overflow, limit, observed)))
    }

    /// What is not said is as the actor wants it.
    fn for_actor<A: Actor>(&self) -> SpawnOptions {
        let mut options = self.clone();
        options.mailbox = options.mailbox.or(A::MAILBOX);
        options.overflow = options.overflow.or(Some(A::OVERFLOW));
        options.memory = options.memory.or(Some(A::MEMORY));
        options.qos = options.qos.or(Some(A::QOS));
        options.deadline = options.deadline.or(A::DEADLINE);
        options.traps_exits |= A::TRAPS_EXITS;
        options
    }

    /// Sets its share of the workers.
    #[must_use]
    pub fn qos(mut self, qos: Qos) -> SpawnOptions {
        self.qos = Some(qos);
        self
    }

    /// Lets it be done so long after each time that it has something to do, if that can be: among the actors of its class that are
    /// due, those with deadlines go before others, the nearest one first ([`Qos`]).
    #[must_use]
    pub fn deadline(mut self, time: Duration) -> SpawnOptions {
        self.deadline = Some(time);
        self
    }

    /// Gives it an activation at once.
    #[must_use]
    pub fn starting(mut self) -> SpawnOptions {
        self.starts = true;
        self
    }

    /// Lets it trap exits from the start.
    #[must_use]
    pub fn trapping_exits(mut self) -> SpawnOptions {
        self.traps_exits = true;
        self
    }
}

/// A new actor, and the monitor that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spawned {
    /// Its pid.
    pub pid: Pid,
    /// The monitor, if [`SpawnOptions::monitor`] was set and an actor spawned it.
    pub monitor: Option<Ref>,
}

/// Spawns an actor with `behaviour` on `host`. What runs on this thread, if anything, is its parent.
pub(crate) fn spawn_on<B: Behaviour>(
    host: &Host,
    behaviour: B,
    options: &SpawnOptions,
) -> Result<Spawned, SpawnError> {
    current::with_cell(|parent| spawn_under(host, parent, behaviour, options))
}

#[inline(always)]
fn spawn_under<B: Behaviour>(
    host: &Host,
    parent: Option<&Header>,
    behaviour: B,
    options: &SpawnOptions,
) -> Result<Spawned, SpawnError> {
    let mut relations: Option<Box<Relations>> = None;
    let mut monitor = None;
    let mut link = 0;
    if let Some(parent) = parent {
        if options.link {
            // SAFETY: the parent runs on this thread, so we act as its owner; no borrow is held.
            link = unsafe { parent.relations_mut() }.links.next_id();
            relations.get_or_insert_default().links.told(parent.pid(), link);
        }
        if options.monitor {
            let reference = Ref::fresh();
            relations.get_or_insert_default().monitors.watchers.insert(reference, parent.pid());
            monitor = Some(reference);
        }
    }
    let new = NewCell {
        bound: options
            .bound(B::ARRIVAL_ORDER, host.observer.as_ref().map(|observer| observer.actor(B::name()))),
        parent: parent.map_or(NOBODY, Header::pid),
        started: current::start_time(host.timers),
        qos: options.qos.unwrap_or_default(),
        traps_exits: options.traps_exits,
        relations,
        starts: options.starts,
    };
    let cell = cell::create(host, new, behaviour).map_err(|_| SpawnError::TooManyActors)?;
    // SAFETY: the child cannot end before it is scheduled, and pids are known to nobody; we are pinned or its owner.
    let pid = unsafe { cell.as_ref() }.pid();
    if let Some(deadline) = options.deadline {
        let nanoseconds = u64::try_from(deadline.as_nanos()).unwrap_or(u64::MAX);
        // SAFETY: as above.
        (host.functions.give_deadline)(host, unsafe { cell.as_ref() }, nanoseconds);
    }
    if let Some(parent) = parent {
        if options.link {
            // SAFETY: the parent runs on this thread, so we act as its owner; no borrow is held.
            unsafe { parent.relations_mut() }.links.made(pid, link);
        }
        if let Some(reference) = monitor {
            // SAFETY: as above.
            let relations = unsafe { parent.relations_mut() };
            relations.monitors.watched.insert(reference, pid);
            if let Some(mode) = options.alias {
                relations.aliases.activate(reference, mode);
            }
        }
    }
    if options.starts {
        host.schedule(cell);
    }
    Ok(Spawned { pid, monitor })
}

/// Spawns a native actor on `host`.
pub(crate) fn spawn_native_on<A: Actor + Send>(
    host: &Host,
    actor: A,
    options: &SpawnOptions,
) -> Result<ActorRef<A>, SpawnError> {
    let mut options = options.for_actor::<A>();
    options.starts |= A::IDLE_AFTER.is_some();
    let spawned = spawn_on(host, Native::new(actor), &options)?;
    // SAFETY: the cell of this pid was made for a `Native<A>` just now, and pids are not used twice.
    Ok(unsafe { ActorRef::from_pid(spawned.pid) })
}

/// Spawns a native actor that has no state yet. It does nothing until it is woken. One that is not `Send` must be pinned; then
/// `host` must have one worker.
pub(crate) fn spawn_unborn_on<A: Actor>(
    host: &Host,
    unborn: Unborn<A>,
    is_pinned: bool,
    options: &SpawnOptions,
) -> Result<ActorRef<A>, SpawnError> {
    let spawned = spawn_on(host, Native::unborn(unborn, is_pinned), &options.for_actor::<A>())?;
    // SAFETY: the cell of this pid was made for a `Native<A>` just now, and pids are not used twice.
    Ok(unsafe { ActorRef::from_pid(spawned.pid) })
}
