//! Timers by which an actor sends messages to itself: they end with it.
//!
//! OTP manual, `erlang:send_after/4`: a timer whose receiver is a pid is cancelled when that one ends.

use crate::actor::Ticker;
use crate::message::exit;
use crate::timer::{TimerKey, Timers};

/// The timers of one actor.
#[derive(Debug, Default)]
pub(crate) struct OwnTimers {
    once: Vec<TimerKey>,
    repeated: Vec<Ticker>,
}

impl OwnTimers {
    /// A timer that fires once.
    pub(crate) fn add(&mut self, timers: &Timers, key: TimerKey) {
        // Forgets those that fired, whenever the list would grow: each is looked at a constant number of times, on average.
        if self.once.len() == self.once.capacity() {
            self.once.retain(|&key| timers.remaining(key).is_some());
        }
        self.once.push(key);
    }

    pub(crate) fn add_repeated(&mut self, ticker: Ticker) {
        if self.repeated.len() == self.repeated.capacity() {
            self.repeated.retain(Ticker::is_ticking);
        }
        self.repeated.push(ticker);
    }

    /// The actor is dead. What the timers would have sent is dropped.
    pub(crate) fn cancel_all(&mut self, timers: &Timers) {
        const WHAT: &str = "the destructor of what an actor sends itself later";
        for key in self.once.drain(..) {
            exit::contain(WHAT, || _ = timers.cancel(key));
        }
        for ticker in self.repeated.drain(..) {
            exit::contain(WHAT, || _ = ticker.cancel());
        }
    }
}
