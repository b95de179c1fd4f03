//! How much one activation may do: messages, and for those that are slow, time.

use super::qos::{CLASSES, Qos};

/// Messages of one activation. From the prototype (facts/native.md section 5).
pub(crate) const MESSAGES: u32 = 128;

/// Nanoseconds until a worker that sleeps has been woken and has found what it was woken for, about. What those who are awake do
/// sooner is not worth a wake-up, nor the lines of memory that move to another core.
pub(crate) const WAKE_UP: u64 = 50_000;

/// What an activation may use.
#[derive(Debug)]
struct Limit {
    /// Messages before the first look at the clock. A look costs about 25 ns, so where handlers may be tiny it is at 16, 32
    /// and 64 messages only (0.6 ns a message).
    first: u32,
    /// Whether the next look is after as many again; else after each `first`.
    doubles: bool,
    /// From the first look on.
    nanoseconds: u64,
}

/// By rank of the class.
const LIMITS: [Limit; CLASSES] = [
    Limit { first: 16, doubles: true, nanoseconds: 1_000_000 },
    Limit { first: 16, doubles: true, nanoseconds: 500_000 },
    Limit { first: 4, doubles: true, nanoseconds: 200_000 },
    Limit { first: 1, doubles: false, nanoseconds: 50_000 },
];

/// What is left of it.
#[derive(Debug)]
pub(crate) struct Budget {
    /// Messages until the next look at the clock.
    left: u32,
    /// Messages at the last look; 0 before the first.
    done: u32,
    /// When that was.
    since: u64,
}

impl Budget {
    #[inline(always)]
    pub(crate) fn of(class: Qos) -> Budget {
        Budget { left: LIMITS[class as usize].first, done: 0, since: 0 }
    }

    /// So many messages, whatever their time.
    pub(crate) fn of_messages(messages: u32) -> Budget {
        Budget { left: messages, done: MESSAGES, since: 0 }
    }

    /// Takes one message off. Returns whether an activation of this class is to end. On a virtual clock only messages count.
    #[inline(always)]
    pub(crate) fn spend(&mut self, class: impl FnOnce() -> Qos, now: impl FnOnce() -> u64) -> bool {
        self.left = self.left.saturating_sub(1);
        self.left == 0 && self.is_spent(class(), now)
    }

    /// Whether the messages so far took less time, from the first look at the clock on, than it takes to wake a worker.
    pub(crate) fn is_quick(&self, now: impl FnOnce() -> u64) -> bool {
        self.since != 0 && now().saturating_sub(self.since) < WAKE_UP
    }

    /// The message in hand is the last.
    pub(crate) fn end(&mut self) {
        (self.left, self.done) = (1, MESSAGES);
    }

    #[cold]
    fn is_spent(&mut self, class: Qos, now: impl FnOnce() -> u64) -> bool {
        let limit = &LIMITS[class as usize];
        let is_first = self.done == 0;
        // Who goes on all the same is told so each time.
        if self.done < MESSAGES {
            self.done += if is_first || !limit.doubles { limit.first } else { self.done };
        }
        if self.done >= MESSAGES {
            return true;
        }
        let now = now();
        if is_first {
            self.since = now;
        } else if now.saturating_sub(self.since) >= limit.nanoseconds {
            return true;
        }
        self.left = if limit.doubles { self.done } else { limit.first };
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Messages until the activation ends when each takes so long.
    fn messages(class: Qos, nanoseconds: u64) -> u64 {
        let (mut budget, mut done) = (Budget::of(class), 0);
        loop {
            done += 1;
            budget.left -= 1;
            if budget.left == 0 && budget.is_spent(class, || 1 + done * nanoseconds) {
                return done;
            }
        }
    }

    #[test]
    fn an_activation_is_quick_by_its_time_since_the_first_look_and_ends_when_told_to() {
        let mut budget = Budget::of(Qos::UserFacing);
        assert!(!budget.is_quick(|| 1), "nobody looked yet");
        budget.left = 0;
        assert!(!budget.is_spent(Qos::UserFacing, || 1000));
        assert!(budget.is_quick(|| 1000 + WAKE_UP - 1) && !budget.is_quick(|| 1000 + WAKE_UP));
        budget.end();
        assert!(budget.spend(|| Qos::UserFacing, || 1001));
    }

    #[test]
    fn quick_messages_end_an_activation_by_their_number_and_slow_ones_by_their_time() {
        for class in Qos::ALL {
            assert_eq!(messages(class, 30), 128, "{class:?}");
        }
        // 50 us each.
        assert_eq!(Qos::ALL.map(|class| messages(class, 50_000)), [64, 32, 8, 2]);
        // One that never returns in time is the last.
        assert_eq!(messages(Qos::Background, 1_000_000), 2);
    }
}
