//! Ranges of integers.
//!
//! Bounds are exact or absent; arithmetic on them is done in 128 bits and gives up a bound that would not fit 64.

/// Integers from a lower to an upper bound, both included; a missing bound is unbounded. Never empty.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct IntRange {
    lower: Option<i64>,
    upper: Option<i64>,
}

impl IntRange {
    /// All integers.
    pub const ANY: IntRange = IntRange { lower: None, upper: None };

    /// From `lower` to `upper`; `None` when that is empty.
    pub const fn new(lower: Option<i64>, upper: Option<i64>) -> Option<IntRange> {
        match (lower, upper) {
            (Some(low), Some(high)) if low > high => None,
            _ => Some(IntRange { lower, upper }),
        }
    }

    /// Only `value`.
    pub const fn exactly(value: i64) -> IntRange {
        IntRange { lower: Some(value), upper: Some(value) }
    }

    /// Least integer, if there is one.
    pub const fn lower(self) -> Option<i64> {
        self.lower
    }

    /// Greatest integer, if there is one.
    pub const fn upper(self) -> Option<i64> {
        self.upper
    }

    /// The only integer in it.
    pub const fn single(self) -> Option<i64> {
        match (self.lower, self.upper) {
            (Some(low), Some(high)) if low == high => Some(low),
            _ => None,
        }
    }

    /// Whether every integer in it is a small one (63 bits), so that its word is no pointer.
    pub fn is_small(self) -> bool {
        let fits = |bound: Option<i64>| bound.is_some_and(|value| crate::abi::Word::small(value).is_some());
        fits(self.lower) && fits(self.upper)
    }

    /// The least range with both.
    pub fn join(self, other: IntRange) -> IntRange {
        IntRange {
            lower: self.lower.zip(other.lower).map(|(a, b)| a.min(b)),
            upper: self.upper.zip(other.upper).map(|(a, b)| a.max(b)),
        }
    }

    /// What is in both; `None` when nothing is.
    pub fn meet(self, other: IntRange) -> Option<IntRange> {
        let tighter = |a: Option<i64>, b: Option<i64>, pick: fn(i64, i64) -> i64| match (a, b) {
            (Some(a), Some(b)) => Some(pick(a, b)),
            (bound, None) | (None, bound) => bound,
        };
        IntRange::new(tighter(self.lower, other.lower, i64::max), tighter(self.upper, other.upper, i64::min))
    }

    /// `self` after it grew to `next`: a bound that moved is given up, so that a loop's ranges settle.
    pub fn widen(self, next: IntRange) -> IntRange {
        let kept = |before: Option<i64>, after: Option<i64>| before.filter(|_| before == after);
        IntRange { lower: kept(self.lower, next.lower), upper: kept(self.upper, next.upper) }
    }

    /// Of sums.
    pub fn plus(self, other: IntRange) -> IntRange {
        let sum = |a: Option<i64>, b: Option<i64>| a?.checked_add(b?);
        IntRange { lower: sum(self.lower, other.lower), upper: sum(self.upper, other.upper) }
    }

    /// Of differences.
    pub fn minus(self, other: IntRange) -> IntRange {
        let difference = |a: Option<i64>, b: Option<i64>| a?.checked_sub(b?);
        IntRange { lower: difference(self.lower, other.upper), upper: difference(self.upper, other.lower) }
    }

    /// Of products; known only when all four bounds are.
    pub fn times(self, other: IntRange) -> IntRange {
        let (Some(a), Some(b), Some(c), Some(d)) = (self.lower, self.upper, other.lower, other.upper) else {
            return IntRange::ANY;
        };
        let products = [(a, c), (a, d), (b, c), (b, d)].map(|(x, y)| i128::from(x) * i128::from(y));
        let bound = |value: Option<&i128>| value.and_then(|&value| i64::try_from(value).ok());
        IntRange { lower: bound(products.iter().min()), upper: bound(products.iter().max()) }
    }

    /// Of `band`: between 0 and the lesser upper bound of the operands that are never negative.
    pub fn bit_and(self, other: IntRange) -> IntRange {
        let natural = |range: IntRange| range.lower.is_some_and(|low| low >= 0);
        let upper = match (natural(self), natural(other)) {
            (true, true) => match (self.upper, other.upper) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (bound, None) | (None, bound) => bound,
            },
            (true, false) => self.upper,
            (false, true) => other.upper,
            (false, false) => return IntRange::ANY,
        };
        IntRange { lower: Some(0), upper }
    }

    /// Of remainders by a divisor of this range: nearer to zero than the divisor, and of the dividend's sign.
    pub fn remainder_by(self, divisor: IntRange) -> IntRange {
        let largest = match (divisor.lower, divisor.upper) {
            (Some(low), Some(high)) => {
                low.checked_abs().zip(high.checked_abs()).map(|(a, b)| a.max(b).max(1) - 1)
            }
            _ => None,
        };
        IntRange {
            lower: if self.lower.is_some_and(|low| low >= 0) { Some(0) } else { largest.map(|most| -most) },
            upper: if self.upper.is_some_and(|high| high <= 0) { Some(0) } else { largest },
        }
    }

    /// Of quotients, cut off towards zero: no further from zero than the dividend.
    pub fn divided_by(self, divisor: IntRange) -> IntRange {
        let (Some(low), Some(high)) = (self.lower, self.upper) else {
            let is_natural =
                self.lower.is_some_and(|low| low >= 0) && divisor.lower.is_some_and(|low| low >= 0);
            return IntRange { lower: is_natural.then_some(0), upper: None };
        };
        if low >= 0 && divisor.lower.is_some_and(|least| least >= 0) {
            return IntRange { lower: Some(0), upper: Some(high) };
        }
        let most = low.checked_abs().zip(high.checked_abs()).map(|(a, b)| a.max(b));
        IntRange { lower: most.map(|most| -most), upper: most }
    }

    /// Of `bnot`.
    pub fn bit_not(self) -> IntRange {
        IntRange { lower: self.upper.map(|high| !high), upper: self.lower.map(|low| !low) }
    }

    /// Of `bor` and `bxor`: of naturals, no bit above the highest of either.
    pub fn bit_or(self, other: IntRange) -> IntRange {
        if !self.is_natural() || !other.is_natural() {
            return IntRange::ANY;
        }
        let all_ones = |high: i64| if high == 0 { 0 } else { i64::MAX >> (high.leading_zeros() - 1) };
        let upper = self.upper.zip(other.upper).map(|(a, b)| all_ones(a.max(b)));
        IntRange { lower: Some(0), upper }
    }

    /// Of `bsr` by an amount of this range.
    pub fn shift_right(self, amount: IntRange) -> IntRange {
        if self.is_natural() && amount.is_natural() {
            IntRange { lower: Some(0), upper: self.upper }
        } else {
            IntRange::ANY
        }
    }

    fn is_natural(self) -> bool {
        self.lower.is_some_and(|low| low >= 0)
    }

    /// The integers less than some integer of `other`.
    pub fn below(self, other: IntRange) -> Option<IntRange> {
        let upper = match other.upper {
            Some(bound) => Some(bound.checked_sub(1)?),
            None => None,
        };
        self.meet(IntRange { lower: None, upper })
    }

    /// The integers not less than some integer of `other`.
    pub fn not_below(self, other: IntRange) -> Option<IntRange> {
        self.meet(IntRange { lower: other.lower, upper: None })
    }

    /// The integers greater than some integer of `other`.
    pub fn above(self, other: IntRange) -> Option<IntRange> {
        let lower = match other.lower {
            Some(bound) => Some(bound.checked_add(1)?),
            None => None,
        };
        self.meet(IntRange { lower, upper: None })
    }

    /// The integers not greater than some integer of `other`.
    pub fn not_above(self, other: IntRange) -> Option<IntRange> {
        self.meet(IntRange { lower: None, upper: other.upper })
    }

    /// Whether each integer is less (`Some(true)`) or none is (`Some(false)`) than each of `other`.
    pub fn is_less(self, other: IntRange) -> Option<bool> {
        if self.upper.zip(other.lower).is_some_and(|(high, low)| high < low) {
            return Some(true);
        }
        self.lower.zip(other.upper).is_some_and(|(low, high)| low >= high).then_some(false)
    }
}

impl std::fmt::Debug for IntRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(value) = self.single() {
            return write!(f, "{value}");
        }
        if let Some(low) = self.lower {
            write!(f, "{low}")?;
        }
        f.write_str("..")?;
        if let Some(high) = self.upper {
            write!(f, "{high}")?;
        }
        Ok(())
    }
}
