//! Armed timers in order of their deadlines, and the thread that fires them.

use super::{Clock, Expire};
use crate::sync::{Arc, Condvar, Mutex, lock, thread};
use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

/// Names an armed timer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TimerKey {
    pub(crate) deadline: u64,
    pub(crate) id: u64,
}

/// What a timer does when its time has come. Runs on the timer thread: must be short.
pub(crate) enum Action {
    /// A deadline of something that waits.
    Expire(Arc<dyn Expire>),
    /// Anything else.
    Run(Box<dyn FnOnce() + Send>),
}

impl Action {
    fn fire(self) {
        match self {
            Action::Expire(waiting) => waiting.expire(),
            Action::Run(run) => run(),
        }
    }
}

/// Timers that go by one clock.
pub(crate) struct Timers {
    clock: Clock,
    state: Mutex<State>,
    earlier: Condvar,
}

struct State {
    // Ordered map. Measured against a wheel of buckets by 67 ms, each a linked list in a slab, with a map for the nearest:
    // with 1e6 armed the wheel arms 1.2 to 1.7 times as fast, arms and cancels at once (calls, `receive .. after`) 1.2 to 1.5
    // times, cancels any of them 8 to 12 times, and fires half as fast. Not worth it until somebody cancels old timers
    // in bulk. `cargo bench -p dala --bench timers` says what one costs.
    armed: BTreeMap<TimerKey, Action>,
    next_id: u64,
    thread_runs: bool,
    /// When the thread wakes by itself; `u64::MAX` for never.
    sleeps_until: u64,
}

impl std::fmt::Debug for Timers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Timers")
            .field("clock", &self.clock)
            .field("armed", &self.armed_count())
            .finish_non_exhaustive()
    }
}

impl Timers {
    pub(crate) const fn new(clock: Clock) -> Timers {
        let state = State { armed: BTreeMap::new(), next_id: 1, thread_runs: false, sleeps_until: u64::MAX };
        Timers { clock, state: Mutex::new(state), earlier: Condvar::new() }
    }

    /// The timers of the machine's clock.
    pub(crate) fn real() -> &'static Timers {
        static REAL: Timers = Timers::new(Clock::Real);
        &REAL
    }

    /// Nanoseconds on this clock.
    #[inline]
    pub(crate) fn now(&self) -> u64 {
        self.clock.now()
    }

    /// The date by this clock.
    pub(crate) fn wall_time(&self) -> SystemTime {
        self.clock.wall_time()
    }

    /// The moment `after` from now.
    pub(crate) fn deadline(&self, after: Duration) -> u64 {
        self.now().saturating_add(u64::try_from(after.as_nanos()).unwrap_or(u64::MAX))
    }

    /// Arms a timer. It never fires before its deadline. On a virtual clock a deadline of something that
    /// waits ([`Action::Expire`]) that has passed expires here: nobody else would see to it before the clock is turned again.
    pub(crate) fn arm(&'static self, deadline: u64, action: Action) -> TimerKey {
        let mut state = lock(&self.state);
        let key = TimerKey { deadline, id: state.next_id };
        state.next_id += 1;
        if let (Clock::Virtual(_), Action::Expire(waiting)) = (&self.clock, &action)
            && deadline <= self.now()
        {
            drop(state);
            waiting.expire();
            return key;
        }
        state.armed.insert(key, action);
        if matches!(self.clock, Clock::Real) {
            if !state.thread_runs {
                state.thread_runs = true;
                let spawned =
                    thread::Builder::new().name("dala-timers".to_owned()).spawn(|| self.keep_time());
                spawned.expect("the system can start one more thread");
            } else if deadline < state.sleeps_until {
                state.sleeps_until = deadline;
                self.earlier.notify_one();
            }
        }
        key
    }

    /// Takes a timer off. Returns the time that was left, or nothing when it fired already.
    pub(crate) fn cancel(&self, key: TimerKey) -> Option<Duration> {
        let removed = lock(&self.state).armed.remove(&key);
        removed.map(|_| self.left(key))
    }

    /// The time that is left, or nothing when it fired already.
    pub(crate) fn remaining(&self, key: TimerKey) -> Option<Duration> {
        lock(&self.state).armed.contains_key(&key).then(|| self.left(key))
    }

    fn left(&self, key: TimerKey) -> Duration {
        Duration::from_nanos(key.deadline.saturating_sub(self.now()))
    }

    pub(crate) fn armed_count(&self) -> usize {
        lock(&self.state).armed.len()
    }

    /// Fires what is due.
    fn fire_due(&self) {
        loop {
            let mut state = lock(&self.state);
            let Some((&key, _)) = state.armed.first_key_value() else { return };
            if key.deadline > self.now() {
                return;
            }
            let action = state.armed.remove(&key);
            drop(state);
            if let Some(action) = action {
                action.fire();
            }
        }
    }

    fn keep_time(&self) {
        loop {
            self.fire_due();
            let mut state = lock(&self.state);
            // What was armed between the two locks counts too.
            let next = state.armed.first_key_value().map(|(key, _)| key.deadline);
            state.sleeps_until = next.unwrap_or(u64::MAX);
            match next {
                None => drop(self.earlier.wait(state)),
                Some(deadline) => {
                    let left = Duration::from_nanos(deadline.saturating_sub(self.now()));
                    if !left.is_zero() {
                        drop(self.earlier.wait_timeout(state, left));
                    }
                }
            }
        }
    }

    /// Turns a virtual clock to the next deadline, and fires what is due then. Returns false when nothing is armed.
    pub(crate) fn jump(&self) -> bool {
        let first = lock(&self.state).armed.first_key_value().map(|(key, _)| key.deadline);
        let (Some(deadline), Clock::Virtual(clock)) = (first, &self.clock) else { return false };
        clock.set(deadline);
        self.fire_due();
        true
    }

    /// Takes all timers off.
    pub(crate) fn forget_all(&self) {
        let armed = std::mem::take(&mut lock(&self.state).armed);
        // After the lock: what is dropped may cancel timers of its own.
        drop(armed);
    }

    /// Turns a virtual clock by `by`, firing timers at their moments on this thread. Does nothing to the real one.
    pub(crate) fn advance(&self, by: Duration) {
        let Clock::Virtual(clock) = &self.clock else { return };
        let end = self.deadline(by);
        loop {
            let first = lock(&self.state).armed.first_key_value().map(|(key, _)| key.deadline);
            match first {
                Some(deadline) if deadline <= end => {
                    clock.set(deadline);
                    self.fire_due();
                }
                _ => break,
            }
        }
        clock.set(end);
        // What was armed meanwhile.
        self.fire_due();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timer::VirtualClock;
    use std::sync::mpsc;

    fn turned() -> &'static Timers {
        Box::leak(Box::new(Timers::new(Clock::Virtual(VirtualClock::default()))))
    }

    fn note(to: &mpsc::Sender<u32>, what: u32) -> Action {
        let to = to.clone();
        Action::Run(Box::new(move || to.send(what).expect("the test listens")))
    }

    #[test]
    fn timers_fire_in_order_of_their_deadlines_and_not_before() {
        let (sender, fired) = mpsc::channel();
        let timers = turned();
        timers.arm(timers.deadline(Duration::from_millis(20)), note(&sender, 2));
        timers.arm(timers.deadline(Duration::from_millis(10)), note(&sender, 1));
        timers.advance(Duration::from_micros(9_999));
        assert!(fired.try_recv().is_err());
        timers.advance(Duration::from_millis(100));
        assert_eq!(fired.try_iter().collect::<Vec<_>>(), [1, 2]);
    }

    #[test]
    fn a_cancelled_timer_tells_the_time_left_and_does_not_fire() {
        let (sender, fired) = mpsc::channel();
        let timers = turned();
        let key = timers.arm(timers.deadline(Duration::from_millis(20)), note(&sender, 2));
        timers.advance(Duration::from_millis(5));
        assert_eq!(timers.remaining(key), Some(Duration::from_millis(15)));
        assert_eq!(timers.cancel(key), Some(Duration::from_millis(15)));
        assert_eq!(timers.cancel(key), None);
        timers.advance(Duration::from_millis(50));
        assert!(fired.try_recv().is_err());
    }

    #[test]
    fn the_real_clock_fires_an_earlier_timer_first() {
        let (sender, fired) = mpsc::channel();
        let timers = Timers::real();
        let late = timers.arm(timers.deadline(Duration::from_secs(3600)), note(&sender, 2));
        timers.arm(timers.deadline(Duration::from_millis(1)), note(&sender, 1));
        assert_eq!(fired.recv_timeout(Duration::from_secs(20)), Ok(1));
        assert!(timers.cancel(late).is_some());
    }
}
