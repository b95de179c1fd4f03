//! Who is traced, and by whom.
//!
//! Anybody may set anybody's flags, but only who runs a process reads its [`Tracing`], at every event. So flags are set in
//! a table, and its *epoch* is counted up. A process that runs compares the epoch with the one that it knows, before each
//! slice of its activation and after it took messages in, and looks itself up when they differ. Therefore what a process
//! does after it got a message is traced as flags were when the message was sent; who runs already on another worker
//! learns of them within a slice.
//!
//! A child inherits before it runs: it is made with its flags, and enters them in the table itself, or its parent does,
//! whoever comes first. Flags that were taken away stay in the table as none until the process ends, so that neither of
//! them brings them back.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use dala::actor::process as actor;
use dala_ir::abi::Pid;
use hashbrown::HashMap;

use super::flags::TraceFlags;

/// What of a process is traced, and who is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tracee {
    pub(crate) flags: TraceFlags,
    pub(crate) tracer: Pid,
}

impl Default for Tracee {
    fn default() -> Tracee {
        Tracee { flags: TraceFlags::NONE, tracer: dala::pid::NOBODY }
    }
}

impl Tracee {
    /// The same, as long as it says anything and there is somebody to tell.
    fn if_live(self) -> Option<Tracee> {
        (!self.flags.is_empty() && actor::is_alive(self.tracer)).then_some(self)
    }
}

/// The table of all processes that are traced.
#[derive(Debug, Default)]
pub(crate) struct Tracees {
    epoch: AtomicU64,
    has_default: AtomicBool,
    /// `system_flag(trace_control_word, _)`
    pub(crate) control_word: AtomicI64,
    table: Mutex<Table>,
}

#[derive(Debug, Default)]
struct Table {
    tracees: HashMap<Pid, Tracee>,
    /// Of processes that nobody spawned who passes flags on.
    default: Tracee,
}

impl Tracees {
    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes with the table.
    #[inline]
    pub(super) fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Acquire)
    }

    /// What of `pid` is traced.
    pub(crate) fn of(&self, pid: Pid) -> Tracee {
        let tracee = self.table().tracees.get(&pid).copied();
        tracee.and_then(Tracee::if_live).unwrap_or_default()
    }

    /// What of new processes is traced.
    pub(crate) fn of_new(&self) -> Tracee {
        if !self.has_default.load(Ordering::Acquire) {
            return Tracee::default();
        }
        self.table().default.if_live().unwrap_or_default()
    }

    /// Sets or takes away flags of `pid`. Says whether it could: only a process's own tracer may, while it lives, or who
    /// takes flags away and names none.
    pub(crate) fn set(&self, pid: Pid, is_on: bool, change: Tracee) -> bool {
        let mut table = self.table();
        let entry = table.tracees.entry(pid).or_default();
        let could = update(entry, is_on, change);
        drop(table);
        self.epoch.fetch_add(1, Ordering::Release);
        self.forget_dead(pid);
        could
    }

    /// As [`set`](Tracees::set), of new processes.
    pub(crate) fn set_default(&self, is_on: bool, change: Tracee) -> bool {
        let mut table = self.table();
        let could = update(&mut table.default, is_on, change);
        self.has_default.store(!table.default.flags.is_empty(), Ordering::Release);
        drop(table);
        self.epoch.fetch_add(1, Ordering::Release);
        could
    }

    /// What `pid` was made with, unless the table knows it already.
    pub(super) fn inherit(&self, pid: Pid, tracee: Tracee) {
        self.table().tracees.entry(pid).or_insert(tracee);
        self.forget_dead(pid);
    }

    /// A process that ended before it was entered forgets itself no more.
    fn forget_dead(&self, pid: Pid) {
        if !actor::is_alive(pid) {
            self.forget(pid);
        }
    }

    /// A process sets its own flags.
    pub(super) fn replace(&self, pid: Pid, tracee: Tracee) {
        self.table().tracees.insert(pid, tracee);
    }

    /// A process ended.
    pub(super) fn forget(&self, pid: Pid) {
        self.table().tracees.remove(&pid);
    }

    /// Whether no process was ever traced.
    #[inline]
    pub(super) fn is_unused(&self) -> bool {
        self.epoch() == 0
    }
}

fn update(entry: &mut Tracee, is_on: bool, change: Tracee) -> bool {
    let names_tracer = change.tracer != dala::pid::NOBODY;
    if let Some(live) = entry.if_live()
        && names_tracer
        && live.tracer != change.tracer
    {
        return false;
    }
    let tracer = if names_tracer { change.tracer } else { entry.tracer };
    let flags = entry.if_live().map_or(TraceFlags::NONE, |live| live.flags);
    let flags = if is_on { flags.with(change.flags) } else { flags.without(change.flags) };
    *entry = if flags.is_empty() { Tracee::default() } else { Tracee { flags, tracer } };
    true
}
