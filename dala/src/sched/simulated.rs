//! What takes the place of workers in a simulation: due actors go to the injector, from which the simulation takes them
//! one by one, on its one thread.

use super::run_queue::Job;
use super::scheduler::{self, of};
use crate::actor::Qos;
use crate::actor::cell::Header;
use crate::actor::current;
use crate::actor::host::{Host, HostFunctions};
use crate::sync::{Mutex, Random, lock};
use crate::timer::Action;
use std::ops::Range;
use std::ptr::NonNull;
use std::thread::ThreadId;
use std::time::Duration;

/// The state of a simulation that actors reach through their host.
#[derive(Debug)]
pub(crate) struct Simulated {
    /// The only thread that anything may happen on.
    thread: ThreadId,
    random: Mutex<Random>,
    /// How long work takes that blocks; an error where there is none.
    disk: Option<Range<Duration>>,
    /// The first thing that happened and cannot be repeated.
    escape: Mutex<Option<String>>,
}

impl Simulated {
    pub(crate) fn new(seed: u64, disk: Option<Range<Duration>>) -> Simulated {
        Simulated {
            thread: std::thread::current().id(),
            random: Mutex::new(Random::new(seed)),
            disk,
            escape: Mutex::default(),
        }
    }

    /// A number below `bound`.
    pub(crate) fn below(&self, bound: usize) -> usize {
        lock(&self.random).below(bound)
    }

    /// Yes, so many times in a million.
    pub(crate) fn chance(&self, per_million: u32) -> bool {
        per_million > 0 && self.below(1_000_000) < per_million as usize
    }

    /// Some time within the range.
    pub(crate) fn time_within(&self, range: &Range<Duration>) -> Duration {
        let spread = range.end.saturating_sub(range.start).as_nanos();
        let spread = usize::try_from(spread).unwrap_or(usize::MAX);
        range.start + Duration::from_nanos(self.below(spread.saturating_add(1)) as u64)
    }

    pub(crate) fn note_escape(&self, what: impl FnOnce() -> String) {
        lock(&self.escape).get_or_insert_with(what);
    }

    pub(crate) fn take_escape(&self) -> Option<String> {
        lock(&self.escape).take()
    }
}

pub(super) static FUNCTIONS: HostFunctions = HostFunctions {
    schedule,
    raise,
    calm,
    deadline_of,
    give_deadline,
    share_work,
    ended: scheduler::ended,
    report: scheduler::report,
    enter_tokio,
    try_hold,
    end_hold,
    lend,
    run_blocking,
    random,
};

fn simulated(host: &Host) -> &Simulated {
    of(host).simulated.as_ref().expect("only simulated schedulers have these functions")
}

/// What runs on this thread, for people.
fn running() -> &'static str {
    current::with_cell(|cell| cell.map_or("no actor", |cell| (cell.vtable.name)()))
}

fn schedule(host: &Host, cell: NonNull<Header>) {
    let (scheduler, simulated) = (of(host), simulated(host));
    if std::thread::current().id() != simulated.thread {
        simulated.note_escape(|| {
            let name = (Job(cell).cell().vtable.name)();
            format!("`{name}` was woken by another thread: what it waits for is not simulated")
        });
    }
    // Its order is drawn by lot; classes mean nothing in it.
    scheduler.injector.push(Job(cell), Qos::default());
}

/// Classes mean nothing in it.
fn raise(_host: &Host, _cell: &Header, _class: Qos, _deadline: u64) -> bool {
    false
}

/// Nor do deadlines.
fn give_deadline(_host: &Host, _cell: &Header, _nanoseconds: u64) {}

fn calm(_host: &Host, _cell: &Header, _is_dead: bool) {}

fn deadline_of(_host: &Host, _cell: &Header) -> u64 {
    0
}

fn share_work(_host: &Host, _by_credit: bool) {}

/// Not entered: what asks for tokio's timers or sockets panics, at its place.
fn enter_tokio(_host: &Host) {}

/// There is nobody whom it keeps from working.
fn try_hold(_host: &Host) -> bool {
    true
}

fn end_hold(_host: &Host) {}

/// As above: the simulation is one thread.
fn lend(_host: &Host, work: &mut dyn FnMut()) -> bool {
    work();
    true
}

fn run_blocking(host: &Host, work: Box<dyn FnOnce() + Send>) {
    let simulated = simulated(host);
    match &simulated.disk {
        Some(disk) => {
            let deadline = host.timers.deadline(simulated.time_within(disk));
            host.timers.arm(deadline, Action::Run(work));
        }
        None => simulated.note_escape(|| {
            format!("`{}` runs work that blocks; `Faults::disk` says how long that takes", running())
        }),
    }
}

fn random(host: &Host) -> u64 {
    simulated(host).below(usize::MAX) as u64
}
