//! How often functions are called, and for how long they run (`call_count` and `call_time` of `erlang:trace_pattern/3`).
//!
//! A meter hangs on a breakpoint as a [pattern](super::call_patterns) does, and is counted where the breakpoint tells of a call.
//! Counts are of all processes; times are by process, and of those alone whose calls are traced. Time is a function's own: while
//! one that has a meter calls another, the clock of the other runs.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dala_ir::abi::Pid;
use hashbrown::HashMap;

/// What is to become of meters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MeterChange {
    /// They count, from nothing.
    Start,
    /// They are taken away.
    Stop,
    /// Those that are there count no more, and can be read.
    Pause,
    /// Those that are there count, from nothing.
    Restart,
}

/// Calls of a function, by all processes.
#[derive(Debug, Default)]
pub(crate) struct CallCount {
    calls: AtomicU64,
    is_paused: AtomicBool,
}

impl CallCount {
    /// One more.
    pub(crate) fn count(&self) {
        if !self.is_paused.load(Ordering::Relaxed) {
            self.calls.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How many there were.
    pub(crate) fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }
}

/// Calls of a function and its time, by process.
#[derive(Debug, Default)]
pub(crate) struct CallTime {
    by: Mutex<HashMap<Pid, Spent>>,
    is_paused: AtomicBool,
}

/// What calls took.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Spent {
    /// How many calls.
    pub(crate) calls: u64,
    /// Nanoseconds.
    pub(crate) time: u64,
}

impl CallTime {
    fn add(&self, of: Pid, calls: u64, time: u64) {
        if !self.is_paused.load(Ordering::Relaxed) {
            let mut by = locked(&self.by);
            let spent = by.entry(of).or_default();
            spent.calls += calls;
            spent.time += time;
        }
    }

    /// What was spent, in the order of the processes' age.
    pub(crate) fn by_process(&self) -> Vec<(Pid, Spent)> {
        let mut by: Vec<_> = locked(&self.by).iter().map(|(&pid, &spent)| (pid, spent)).collect();
        by.sort_unstable_by_key(|&(pid, _)| pid);
        by
    }
}

/// A meter that can begin anew.
pub(super) trait Meter: Default {
    fn pause(&self);
}

impl Meter for CallCount {
    fn pause(&self) {
        self.is_paused.store(true, Ordering::Relaxed);
    }
}

impl Meter for CallTime {
    fn pause(&self) {
        self.is_paused.store(true, Ordering::Relaxed);
    }
}

/// Changes the meter of a function. One that begins anew is another: who counts at this moment counts for the former.
pub(super) fn change<M: Meter>(meter: &mut Option<Arc<M>>, change: MeterChange) {
    match (change, meter.as_ref()) {
        (MeterChange::Start, _) | (MeterChange::Restart, Some(_)) => *meter = Some(Arc::default()),
        (MeterChange::Stop, _) => *meter = None,
        (MeterChange::Pause, Some(there)) => there.pause(),
        (MeterChange::Pause | MeterChange::Restart, None) => {}
    }
}

/// The functions with a clock that each process is in, innermost last. In a table of its own, so that processes do not get
/// larger for it.
#[derive(Debug, Default)]
pub(crate) struct Clocks {
    running: Mutex<HashMap<Pid, Clock>>,
    /// Whether there was ever one.
    is_used: AtomicBool,
}

#[derive(Debug, Default)]
struct Clock {
    inside: Vec<Arc<CallTime>>,
    /// Since when the innermost was not charged; `None` while the process does not run.
    since: Option<u64>,
}

impl Clock {
    fn charge(&mut self, of: Pid, now: u64) {
        if let (Some(innermost), Some(since)) = (self.inside.last(), self.since) {
            innermost.add(of, 0, now.saturating_sub(since));
        }
        self.since = Some(now);
    }
}

impl Clocks {
    /// A process calls a function, in the place of the innermost that it is in or beside it.
    pub(crate) fn enter(&self, of: Pid, meter: &Arc<CallTime>, is_in_place: bool, now: u64) {
        self.is_used.store(true, Ordering::Relaxed);
        meter.add(of, 1, 0);
        let mut running = locked(&self.running);
        let clock = running.entry(of).or_default();
        clock.charge(of, now);
        if is_in_place {
            clock.inside.pop();
        }
        clock.inside.push(meter.clone());
    }

    /// The innermost function ended.
    pub(crate) fn leave(&self, of: Pid, now: u64) {
        if let Some(clock) = locked(&self.running).get_mut(&of) {
            clock.charge(of, now);
            clock.inside.pop();
        }
    }

    /// A process goes on.
    pub(crate) fn go_on(&self, of: Pid, now: impl FnOnce() -> u64) {
        if self.is_used.load(Ordering::Relaxed)
            && let Some(clock) = locked(&self.running).get_mut(&of)
        {
            clock.since = Some(now());
        }
    }

    /// A process stops for now, or has ended.
    pub(crate) fn stop(&self, of: Pid, has_ended: bool, now: impl FnOnce() -> u64) {
        if !self.is_used.load(Ordering::Relaxed) {
            return;
        }
        let mut running = locked(&self.running);
        if let Some(clock) = running.get_mut(&of) {
            clock.charge(of, now());
            clock.since = None;
            if has_ended {
                running.remove(&of);
            }
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_of_the_innermost_and_stands_while_the_process_does() {
        let (outer, inner, clocks) =
            (Arc::new(CallTime::default()), Arc::new(CallTime::default()), Clocks::default());
        let pid = dala::pid::NOBODY;
        clocks.enter(pid, &outer, false, 100);
        clocks.enter(pid, &inner, false, 110);
        clocks.stop(pid, false, || 115);
        clocks.go_on(pid, || 200);
        clocks.leave(pid, 202);
        clocks.enter(pid, &inner, true, 230);
        clocks.stop(pid, true, || 231);
        let spent =
            |meter: &CallTime| meter.by_process().iter().map(|(_, s)| (s.calls, s.time)).collect::<Vec<_>>();
        assert_eq!(spent(&outer), [(1, 10 + 28)]);
        assert_eq!(spent(&inner), [(2, 5 + 2 + 1)]);
    }

    #[test]
    fn what_is_paused_is_read_and_begins_anew() {
        let mut meter = None;
        change::<CallCount>(&mut meter, MeterChange::Pause);
        assert!(meter.is_none());
        change(&mut meter, MeterChange::Start);
        let count =
            |meter: &Option<Arc<CallCount>>| meter.as_ref().map(|meter| (meter.count(), meter.calls()).1);
        assert_eq!((count(&meter), count(&meter)), (Some(1), Some(2)));
        change(&mut meter, MeterChange::Pause);
        assert_eq!(count(&meter), Some(2));
        change(&mut meter, MeterChange::Restart);
        assert_eq!(count(&meter), Some(1));
        change(&mut meter, MeterChange::Stop);
        assert_eq!(count(&meter), None);
    }
}
