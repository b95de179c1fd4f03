//! Which actor this thread runs right now.

use super::cell::Header;
use super::host::Host;
use crate::pid::{NOBODY, Pid};
use crate::timer::{Clock, Timers};
use std::cell::Cell;
use std::ptr::null;
use std::time::Duration;

/// Messages an activation sends before what it scheduled is offered to other workers.
///
/// From the prototype (facts/native.md section 5): a producer and its consumer then run in parallel, while ping-pong stays
/// on one worker.
const SENDS_BEFORE_SHARING: u32 = 32;

struct Current {
    cell: Cell<*const Header>,
    sends: Cell<u32>,
    /// The actor whose handler holds it up while it waits, or [`NOBODY`]. Kept in debug builds only.
    #[cfg(debug_assertions)]
    suspending: Cell<u64>,
    /// Of the call that is being handled, on the runtime's clock; 0 for none.
    deadline: Cell<u64>,
    /// What the activation spawned last is said to have been started at; 0 if it spawned nothing yet.
    started: Cell<u64>,
}

thread_local! {
    static CURRENT: Current = const { Current {
        cell: Cell::new(null()),
        sends: Cell::new(0),
        #[cfg(debug_assertions)]
        suspending: Cell::new(0),
        deadline: Cell::new(0),
        started: Cell::new(0),
    } };
}

/// The pid of the actor that runs on this thread, or [`NOBODY`].
#[inline(always)]
pub(crate) fn pid() -> Pid {
    with_cell(|cell| cell.map_or(NOBODY, Header::pid))
}

/// Calls `look` with the actor that runs on this thread.
#[inline(always)]
#[expect(unsafe_code, reason = "reads the cell that the running worker noted")]
pub(crate) fn with_cell<R>(look: impl FnOnce(Option<&Header>) -> R) -> R {
    CURRENT.with(|current| {
        // SAFETY: `enter` was given a cell that lives until `Entered` is dropped, which sets it to null.
        look(unsafe { current.cell.get().as_ref() })
    })
}

/// The deadline of the call that is being handled on this thread, on its actor's clock; 0 for none.
#[inline(always)]
pub(crate) fn deadline() -> u64 {
    CURRENT.with(|current| current.deadline.get())
}

/// The deadline of a call with this limit that is made now to an actor whose clock is `timers`: no later than that of the
/// call that is being handled.
#[cold]
pub(crate) fn nested_deadline(timers: &'static Timers, limit: Option<Duration>) -> Option<u64> {
    let own = limit.map(|limit| timers.deadline(limit));
    let inherited = deadline();
    let is_same_clock =
        || with_cell(|cell| cell.is_some_and(|cell| std::ptr::eq(cell.host().timers, timers)));
    if inherited == 0 || !is_same_clock() {
        return own;
    }
    Some(own.map_or(inherited, |own| own.min(inherited)))
}

/// Notes the deadline of the call that is handled next; 0 for none.
#[inline(always)]
pub(crate) fn set_deadline(deadline: u64) {
    CURRENT.with(|current| current.deadline.set(deadline));
}

/// When an actor that is spawned now is said to be started. An activation reads the clock once for what it took out of its mailbox at
/// a time (a look takes 20 ns, a spawn not much more); what it spawns after that comes a nanosecond later each, so that they are in
/// their order, also among those of others. A virtual clock, which may stand still, keeps them in their order itself.
#[inline(always)]
pub(crate) fn start_time(timers: &Timers) -> u64 {
    if let Clock::Virtual(clock) = timers.clock() {
        return clock.start_time();
    }
    CURRENT.with(|current| {
        let last = current.started.get();
        let time = if last == 0 || current.cell.get().is_null() { timers.now() } else { last + 1 };
        current.started.set(time);
        time
    })
}

/// The activation took in what had arrived since it last did.
#[inline(always)]
pub(crate) fn read_start_time_again() {
    CURRENT.with(|current| current.started.set(0));
}

/// The actor that the code on this thread holds up when it waits, or [`NOBODY`].
#[cfg(debug_assertions)]
pub(crate) fn suspending() -> Pid {
    CURRENT.with(|current| Pid::from_bits(current.suspending.get()))
}

/// Says that waiting holds up the actor that runs on this thread, while `poll` runs.
#[inline(always)]
pub(crate) fn holding_up<R>(actor: Pid, poll: impl FnOnce() -> R) -> R {
    #[cfg(debug_assertions)]
    {
        let before = CURRENT.with(|current| current.suspending.replace(actor.to_bits()));
        let done = poll();
        CURRENT.with(|current| current.suspending.set(before));
        done
    }
    #[cfg(not(debug_assertions))]
    {
        let _ = actor;
        poll()
    }
}

/// Notes one message sent by the current activation.
#[inline(always)]
pub(crate) fn count_send() {
    if is_time_to_share() {
        share_work(false);
    }
}

/// As [`count_send`], of a message for which there must be room: its receiver, which may wait for its turn here, has it soon, when
/// there is none left.
#[inline(always)]
pub(crate) fn count_send_by_credit() {
    if is_time_to_share() {
        share_work(true);
    }
}

#[inline(always)]
fn is_time_to_share() -> bool {
    CURRENT.with(|current| {
        let sends = current.sends.get() + 1;
        current.sends.set(sends);
        sends == SENDS_BEFORE_SHARING
    })
}

#[cold]
#[inline(never)]
fn share_work(by_credit: bool) {
    CURRENT.with(|current| current.sends.set(0));
    with_cell(|cell| {
        if let Some(cell) = cell {
            let host: &Host = cell.host();
            (host.functions.share_work)(host, by_credit);
        }
    });
}

/// While it lives, `cell` is the current actor.
pub(crate) struct Entered(*const Header);

/// Notes that this thread runs `cell`.
#[inline(always)]
pub(crate) fn enter(cell: &Header) -> Entered {
    CURRENT.with(|current| {
        current.sends.set(0);
        // A handler that panicked may have left one.
        current.deadline.set(0);
        current.started.set(0);
        #[cfg(debug_assertions)]
        current.suspending.set(0);
        Entered(current.cell.replace(cell))
    })
}

impl Drop for Entered {
    #[inline(always)]
    fn drop(&mut self) {
        CURRENT.with(|current| current.cell.set(self.0));
    }
}
