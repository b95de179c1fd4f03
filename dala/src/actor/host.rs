//! What an actor's runtime does for it, as a function table: actors know no scheduler.

use super::cell::Header;
use super::qos::Qos;
use super::suspension::Suspension;
use crate::message::{DeadLetters, Report};
use crate::observe::Observer;
use crate::sync::{Arc, AtomicU32};
use crate::timer::Timers;
use crossbeam_utils::CachePadded;
use std::ptr::NonNull;

/// The services of one scheduler of one runtime. First field of the scheduler, so that the functions find the rest.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Host {
    pub(crate) functions: &'static HostFunctions,
    pub(crate) timers: &'static Timers,
    pub(crate) dead_letters: Arc<DeadLetters>,
    pub(crate) suspension: Arc<Suspension>,
    /// If actors are observed.
    pub(crate) observer: Option<Arc<Observer>>,
    /// Realtime actors that wait for a worker, and whether only those may run: whoever runs another ends its activation after
    /// the message in hand.
    pub(crate) pressing: CachePadded<AtomicU32>,
}

/// How to call up into the scheduler and the runtime.
#[derive(Debug)]
pub(crate) struct HostFunctions {
    /// Puts an actor on a run queue.
    pub(crate) schedule: fn(&Host, NonNull<Header>),
    /// The actor is about to get a call that gives it this class and, if it is not 0, this deadline. Returns whether that is to be
    /// taken back when the call was handled.
    pub(crate) raise: fn(&Host, &Header, Qos, u64) -> bool,
    /// All calls that raised the actor were handled; or it is dead.
    pub(crate) calm: fn(&Host, &Header, bool),
    /// By when the actor that runs, one with a deadline, is to be done; 0 if it has none any more.
    pub(crate) deadline_of: fn(&Host, &Header) -> u64,
    /// A new actor is to be done so many nanoseconds after each time that it becomes due.
    pub(crate) give_deadline: fn(&Host, &Header, u64),
    /// The current activation has sent a lot: lets others run what it scheduled. If that has a bounded mailbox, not before it has
    /// gone on for a while.
    pub(crate) share_work: fn(&Host, bool),
    /// An actor that may have names ended.
    pub(crate) ended: fn(&Host, &Header),
    /// Something went wrong that people are told of. The name of an actor that crashed is added.
    pub(crate) report: fn(&Host, Report),
    /// Enters tokio's context on this thread, if that has not been done.
    pub(crate) enter_tokio: fn(&Host),
    /// The current activation asks to hold its worker for long.
    pub(crate) try_hold: fn(&Host) -> bool,
    /// One that was given leave to is done.
    pub(crate) end_hold: fn(&Host),
    /// Does something that takes long while another thread may run actors in this worker's place. Returns false, and has done
    /// nothing, if there is none.
    pub(crate) lend: fn(&Host, &mut dyn FnMut()) -> bool,
    /// Runs something that blocks, on a thread of tokio's pool for that.
    pub(crate) run_blocking: fn(&Host, Box<dyn FnOnce() + Send>),
    /// A random number: of the system, or of a simulation's seed.
    pub(crate) random: fn(&Host) -> u64,
}

impl Host {
    #[inline(always)]
    pub(crate) fn schedule(&self, cell: NonNull<Header>) {
        (self.functions.schedule)(self, cell);
    }
}
