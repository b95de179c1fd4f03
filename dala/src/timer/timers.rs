//! Armed timers in order of their deadlines, and the thread that fires them.

use super::wheel::{Due, TimerKey, Wheel};
use super::{Clock, Waiting};
use crate::sync::{Condvar, Mutex, lock, thread};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, SystemTime};

/// What a timer does when its time has come. Runs on the timer thread: must be short. A panic in it, or in the destructor of
/// what it owns, ends nothing but that: it has been shown by the panic hook then.
pub(crate) enum Action {
    /// A deadline of something that waits.
    Expire(Waiting),
    /// Anything else.
    Run(Box<dyn FnOnce() + Send>),
}

impl Action {
    fn fire(self) {
        // The other timers of the process are nobody's whose code panics here.
        let _ = catch_unwind(AssertUnwindSafe(|| match self {
            Action::Expire(waiting) => waiting.expire(),
            Action::Run(run) => run(),
        }));
    }
}

/// Timers that are taken off at a time to be fired: they count as fired from then on.
const AT_ONCE: usize = 64;

/// Timers that go by one clock.
pub(crate) struct Timers {
    clock: Clock,
    state: Mutex<State>,
    earlier: Condvar,
}

struct State {
    armed: Wheel<Action>,
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
        let state = State { armed: Wheel::new(), thread_runs: false, sleeps_until: u64::MAX };
        Timers { clock, state: Mutex::new(state), earlier: Condvar::new() }
    }

    /// The timers of the machine's clock.
    pub(crate) fn real() -> &'static Timers {
        static REAL: Timers = Timers::new(Clock::Real);
        &REAL
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
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
        if matches!(self.clock, Clock::Virtual(_))
            && deadline <= self.now()
            && matches!(action, Action::Expire(_))
        {
            // Its key names nothing, as if it had fired.
            let key = state.armed.add(deadline, action);
            let removed = state.armed.remove(key);
            drop(state);
            if let Some((_, action)) = removed {
                action.fire();
            }
            return key;
        }
        let key = state.armed.add(deadline, action);
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
        // The action is dropped after the lock: that may cancel timers of its own.
        let removed = lock(&self.state).armed.remove(key);
        removed.map(|(deadline, _)| self.left(deadline))
    }

    /// The time that is left, or nothing when it fired already.
    pub(crate) fn remaining(&self, key: TimerKey) -> Option<Duration> {
        let deadline = lock(&self.state).armed.deadline(key);
        deadline.map(|deadline| self.left(deadline))
    }

    fn left(&self, deadline: u64) -> Duration {
        Duration::from_nanos(deadline.saturating_sub(self.now()))
    }

    pub(crate) fn armed_count(&self) -> usize {
        lock(&self.state).armed.len()
    }

    /// Fires what is due. `due` is room that is empty before and after.
    fn fire_due(&self, due: &mut Vec<Action>) {
        loop {
            let now = self.now();
            let mut state = lock(&self.state);
            let is_over = loop {
                match state.armed.take_due(now) {
                    Due::Now(action) => due.push(action),
                    Due::Later => break due.is_empty(),
                    // Others may have the lock first.
                    Due::Moving => break false,
                }
                if due.len() == AT_ONCE {
                    break false;
                }
            };
            drop(state);
            if is_over {
                return;
            }
            due.drain(..).for_each(Action::fire);
        }
    }

    fn keep_time(&self) {
        let mut due = Vec::with_capacity(AT_ONCE);
        loop {
            self.fire_due(&mut due);
            let mut state = lock(&self.state);
            // What was armed between the two locks counts too.
            let next = state.armed.not_before();
            state.sleeps_until = next.unwrap_or(u64::MAX);
            match next {
                None => drop(self.earlier.wait(state)),
                Some(deadline) => {
                    let left = self.left(deadline);
                    if !left.is_zero() {
                        drop(self.earlier.wait_timeout(state, left));
                    }
                }
            }
        }
    }

    /// Turns a virtual clock to the next deadline, and fires what is due then. Returns false when nothing is armed.
    pub(crate) fn jump(&self) -> bool {
        let Clock::Virtual(clock) = &self.clock else { return false };
        let Some(deadline) = lock(&self.state).armed.first_until(u64::MAX) else { return false };
        clock.set(deadline);
        self.fire_due(&mut Vec::new());
        true
    }

    /// Takes all timers off.
    pub(crate) fn forget_all(&self) {
        let armed = lock(&self.state).armed.take_all();
        // After the lock: what is dropped may cancel timers of its own.
        drop(armed);
    }

    /// Turns a virtual clock by `by`, firing timers at their moments on this thread. Does nothing to the real one.
    pub(crate) fn advance(&self, by: Duration) {
        let Clock::Virtual(clock) = &self.clock else { return };
        let (end, mut due) = (self.deadline(by), Vec::new());
        loop {
            let first = lock(&self.state).armed.first_until(end);
            let Some(deadline) = first else { break };
            clock.set(deadline);
            self.fire_due(&mut due);
        }
        clock.set(end);
        // What was armed meanwhile.
        self.fire_due(&mut due);
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
    fn a_panic_in_a_timer_stops_no_other() {
        let (sender, fired) = mpsc::channel();
        let timers = Timers::real();
        let soon = timers.deadline(Duration::from_millis(1));
        timers.arm(soon, Action::Run(Box::new(|| panic!("on purpose, in a timer"))));
        timers.arm(soon, note(&sender, 1));
        timers.arm(timers.deadline(Duration::from_millis(2)), note(&sender, 2));
        assert_eq!(fired.recv_timeout(Duration::from_secs(20)), Ok(1));
        assert_eq!(fired.recv_timeout(Duration::from_secs(20)), Ok(2));
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
