//! Weighted fair share of one worker's time between the classes.
//!
//! # The rule
//! While several classes have work, each activation's time is charged to its class, divided by the class's weight, and the
//! class that has been charged least goes next; of equals the more urgent one. A class that gets work again after it had none
//! starts from the charge at which the last one was picked, unless its own is higher: it saves nothing up, and goes first at
//! once unless it has had more than its share. When only one class has work all charges are forgotten, and no clock is read:
//! nobody waits.
//!
//! # The bound
//! Between two turns of a class, of which the first took time `t`, every other class gets at most
//! `t * its weight / the class's weight`, and one activation. With the weights of [`WEIGHTS`] Background waits for at most 15
//! times what it had last, and three activations. `t` counts as [`LONGEST`] at most, so no class waits for longer than
//! 150 ms and three activations, whatever its last handler did. The governor may lower the weight of Background and Utility
//! (`energy`), which lengthens the bound for them in proportion.
//!
//! This is stride scheduling (Waldspurger and Weihl, 1995) with the time used in place of a quantum.

use crate::actor::qos::{CLASSES, Qos};
use std::cell::Cell;

/// Shares by rank.
pub(crate) const WEIGHTS: [u64; CLASSES] = [8, 4, 3, 1];

/// What a nanosecond costs a class: over its weight.
pub(crate) const COSTS: [u64; CLASSES] = [24 / WEIGHTS[0], 24 / WEIGHTS[1], 24 / WEIGHTS[2], 24 / WEIGHTS[3]];

/// Time of one activation that is charged at most.
pub(crate) const LONGEST: u64 = 10_000_000;

/// A set of classes: bit `1 << rank`.
pub(crate) type Classes = u8;

/// What the classes of one worker were charged.
#[derive(Debug, Default)]
pub(crate) struct FairShare {
    charged: [Cell<u64>; CLASSES],
    /// The charge at which a class was picked last.
    reached: Cell<u64>,
    /// Which classes had work then.
    waiting: Cell<Classes>,
    /// Who runs since when, while others wait.
    running: Cell<Option<(Qos, u64)>>,
}

impl FairShare {
    /// Only one class has work.
    #[inline(always)]
    pub(crate) fn forget(&self) {
        if self.running.get().is_some() {
            self.clear();
        }
    }

    #[cold]
    fn clear(&self) {
        self.running.set(None);
        self.reached.set(0);
        self.charged.iter().for_each(|charged| charged.set(0));
    }

    /// Whose turn it is of those that have work: at least one.
    pub(crate) fn pick(&self, waiting: Classes, costs: &[u64; CLASSES], now: u64) -> Qos {
        self.settle(now, costs);
        let before = self.waiting.replace(waiting);
        for class in Qos::ALL.into_iter().filter(|&class| waiting & !before & 1 << class as u8 != 0) {
            let charged = &self.charged[class as usize];
            charged.set(charged.get().max(self.reached.get()));
        }
        let waiting = Qos::ALL.into_iter().filter(|&class| waiting & 1 << class as u8 != 0);
        let class = waiting.min_by_key(|&class| self.charged[class as usize].get()).unwrap_or_default();
        self.reached.set(self.charged[class as usize].get());
        self.running.set(Some((class, now)));
        class
    }

    /// Charges what ran last.
    fn settle(&self, now: u64, costs: &[u64; CLASSES]) {
        if let Some((class, since)) = self.running.take() {
            let charged = &self.charged[class as usize];
            let cost = now.saturating_sub(since).min(LONGEST) * costs[class as usize];
            charged.set(charged.get().saturating_add(cost));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: Classes = 0b1111;

    #[test]
    fn time_is_shared_by_weight_while_all_have_work() {
        let (fair, mut now, mut had) = (FairShare::default(), 0, [0; CLASSES]);
        // Activations of very different lengths.
        let length = [700, 31_000, 90, 250_000];
        for _ in 0..1_000_000 {
            let class = fair.pick(ALL, &COSTS, now) as usize;
            now += length[class];
            had[class] += length[class];
        }
        for (had, weight) in had.iter().zip(WEIGHTS) {
            let share = *had as f64 / now as f64;
            assert!((share - weight as f64 / 16.0).abs() < 0.01, "{share} of weight {weight}");
        }
    }

    #[test]
    fn who_seldom_has_work_goes_first_at_once() {
        let (fair, mut now) = (FairShare::default(), 0);
        for round in 0..1000u64 {
            if round % 7 == 0 {
                assert_eq!(fair.pick(0b1001, &COSTS, now), Qos::Realtime);
                now += 20_000;
            }
            fair.forget();
            now += 50_000;
        }
    }

    proptest! {
        #[test]
        fn a_class_waits_for_the_shares_of_the_others_and_one_activation_each(
            steps in prop::collection::vec((1u8..16, 1u64..2 * LONGEST), 1..300),
        ) {
            let (fair, mut now) = (FairShare::default(), 0);
            // Of each class: what it had last (from its pick to the next), and what others had since it has been waiting.
            let mut last = [0u64; CLASSES];
            let mut others = [[0u64; CLASSES]; CLASSES];
            let mut longest = [[0u64; CLASSES]; CLASSES];
            for (waiting, length) in steps {
                let picked = if waiting.is_power_of_two() {
                    fair.forget();
                    waiting.trailing_zeros() as usize
                } else {
                    fair.pick(waiting, &COSTS, now) as usize
                };
                prop_assert!(waiting & 1 << picked != 0);
                now += length;
                let length = length.min(LONGEST);
                for class in 0..CLASSES {
                    if class == picked || waiting & 1 << class == 0 {
                        // It ran, or waits for nothing.
                        others[class] = [0; CLASSES];
                        longest[class] = [0; CLASSES];
                        continue;
                    }
                    others[class][picked] += length;
                    longest[class][picked] = longest[class][picked].max(length);
                    let share = last[class] * COSTS[class] / COSTS[picked];
                    prop_assert!(
                        others[class][picked] <= share + longest[class][picked],
                        "{class} waits for {picked}: {others:?}, had {last:?}"
                    );
                }
                last[picked] = last[picked].max(length);
            }
        }
    }
}
