//! The suite across the border: every other actor is native, the others are BEAM processes, so that whoever links,
//! watches, ends or tells another does so to one of the other kind.

use super::interpreter::Interpreter;
use super::native::{Native, Obedient};
use super::{Command, Report, SuiteBackend};
use dala::actor::process;
use dala::message::NodeBox;
use dala::runtime::Handle;
use dala::{ActorRef, Pid};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Native actors and interpreted processes in turn.
#[derive(Debug)]
pub struct Mixed {
    processes: Interpreter,
    /// Which kind is first: 0 or 1.
    first: usize,
    spawned: AtomicUsize,
}

impl Mixed {
    /// The first actor of each case is native.
    pub fn native_first() -> Mixed {
        Mixed { processes: Interpreter::default(), first: 0, spawned: AtomicUsize::new(0) }
    }

    /// The first actor of each case is a process.
    pub fn processes_first() -> Mixed {
        Mixed { first: 1, ..Mixed::native_first() }
    }
}

/// Sends a command to an actor of either kind.
pub(super) fn tell(to: Pid, command: Command) {
    // Told to the dead: lost, as every message is.
    match ActorRef::<Obedient>::of_pid(to) {
        Some(actor) => drop(actor.tell(command)),
        None => drop(process::send(to, NodeBox::for_shape(command))),
    }
}

impl SuiteBackend for Mixed {
    fn name(&self) -> &'static str {
        match self.first {
            0 => "native actors and processes",
            _ => "processes and native actors",
        }
    }

    fn begin(&self, runtime: &Handle, report: &Report) {
        self.spawned.store(self.first, Ordering::Relaxed);
        self.processes.begin(runtime, report);
    }

    fn spawn(&self, runtime: &Handle, report: Report) -> Pid {
        match self.spawned.fetch_add(1, Ordering::Relaxed) % 2 {
            0 => Native.spawn(runtime, report),
            _ => self.processes.spawn(runtime, report),
        }
    }

    fn command(&self, to: Pid, command: Command) {
        tell(to, command);
    }
}
