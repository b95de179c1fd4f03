//! Repeated timers.

use super::suspension::Suspension;
use crate::sync::{Arc, Mutex, lock};
use crate::timer::{Action, Missed, TimerKey, Timers};
use std::time::Duration;

/// A repeated timer of an actor ([`Context::tell_every`](super::Context::tell_every)). Dropping it changes nothing: it ends when
/// it is cancelled, or with the actor.
#[derive(Clone, Debug)]
pub struct Ticker(Arc<Ticking>);

#[derive(Debug)]
struct Ticking {
    timers: &'static Timers,
    suspension: Arc<Suspension>,
    period: u64,
    missed: Missed,
    /// The timer that is armed; none once it was cancelled.
    armed: Mutex<Option<TimerKey>>,
}

impl Ticker {
    /// Calls `tick` at `first` and every `period` (at least a microsecond) from then on, until it returns false.
    pub(super) fn start(
        timers: &'static Timers,
        suspension: Arc<Suspension>,
        first: u64,
        period: Duration,
        missed: Missed,
        tick: impl FnMut() -> bool + Send + 'static,
    ) -> Ticker {
        let period = u64::try_from(period.as_nanos()).unwrap_or(u64::MAX).max(1_000);
        let ticking = Arc::new(Ticking { timers, suspension, period, missed, armed: Mutex::new(None) });
        let mut armed = lock(&ticking.armed);
        *armed = Some(ticking.clone().arm(first, Box::new(tick)));
        drop(armed);
        Ticker(ticking)
    }

    /// Ends it. Returns whether it was still ticking.
    pub fn cancel(&self) -> bool {
        let armed = lock(&self.0.armed).take();
        armed.is_some_and(|key| {
            self.0.timers.cancel(key);
            true
        })
    }

    /// Whether it goes on.
    pub(crate) fn is_ticking(&self) -> bool {
        lock(&self.0.armed).is_some()
    }

    /// The time to the next tick; none after the end.
    pub fn remaining(&self) -> Option<Duration> {
        let armed = (*lock(&self.0.armed))?;
        // While it fires it is not armed: that is no time.
        Some(self.0.timers.remaining(armed).unwrap_or_default())
    }
}

impl Ticking {
    fn arm(self: Arc<Self>, due: u64, tick: Box<dyn FnMut() -> bool + Send>) -> TimerKey {
        let timers = self.timers;
        let suspension = self.suspension.clone();
        timers.arm(due, Action::Run(Box::new(move || suspension.tick(move || self.fire(due, tick)))))
    }

    fn fire(self: Arc<Self>, due: u64, mut tick: Box<dyn FnMut() -> bool + Send>) {
        if lock(&self.armed).is_none() {
            return;
        }
        let goes_on = tick();
        let ticking = self.clone();
        let mut armed = lock(&self.armed);
        if !goes_on {
            *armed = None;
        } else if armed.is_some() {
            let next = self.missed.next(due, self.timers.now(), self.period);
            *armed = Some(ticking.arm(next, tick));
        }
    }
}
