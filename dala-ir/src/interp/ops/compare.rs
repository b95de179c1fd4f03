//! Comparisons, of two terms or of a term and a word in the instruction.

#![expect(unsafe_code, reason = "handlers keep the contract of `state`")]

use super::moves::word_of_code;
use crate::abi::Word;
use crate::interp::state::handler;
use crate::term::compare as terms;

/// A test of two terms: at once where they are small integers or the same word, else by comparing them.
pub(in crate::interp) trait Comparison {
    /// The answer where the words alone tell.
    fn quick(left: Word, right: Word) -> Option<bool>;
    /// The answer of any terms.
    fn full(left: Word, right: Word) -> bool;
}

macro_rules! comparisons {
    ($($name:ident |$left:ident, $right:ident| $quick:expr, $full:expr;)*) => {
        $(
            #[derive(Debug)]
            pub(in crate::interp) struct $name;

            impl Comparison for $name {
                #[inline(always)]
                fn quick($left: Word, $right: Word) -> Option<bool> {
                    $quick
                }

                #[cold]
                #[inline(never)]
                fn full($left: Word, $right: Word) -> bool {
                    $full
                }
            }
        )*
    };
}

/// Whether the words are exactly equal, where one of them is immediate.
#[inline(always)]
fn exactly(left: Word, right: Word) -> Option<bool> {
    if left == right {
        Some(true)
    } else if left.is_pointer() && right.is_pointer() {
        None
    } else {
        Some(false)
    }
}

/// Whether the words are equal as numbers, where neither is behind a pointer.
#[inline(always)]
fn loosely(left: Word, right: Word) -> Option<bool> {
    if left == right {
        Some(true)
    } else if left.is_pointer() || right.is_pointer() {
        None
    } else {
        Some(false)
    }
}

#[inline(always)]
fn signed(word: Word) -> i64 {
    word.to_bits() as i64
}

comparisons! {
    EqExact |left, right| exactly(left, right), terms::eq_exact(left, right);
    NeExact |left, right| exactly(left, right).map(|equal| !equal), !terms::eq_exact(left, right);
    Eq |left, right| loosely(left, right), terms::eq_loose(left, right);
    Ne |left, right| loosely(left, right).map(|equal| !equal), !terms::eq_loose(left, right);
    Lt |left, right| left.both_small(right).then(|| signed(left) < signed(right)), terms::cmp(left, right).is_lt();
    Ge |left, right| left.both_small(right).then(|| signed(left) >= signed(right)), terms::cmp(left, right).is_ge();
    LtSmall |left, right| left.is_small().then(|| signed(left) < signed(right)), terms::cmp(left, right).is_lt();
    GeSmall |left, right| left.is_small().then(|| signed(left) >= signed(right)), terms::cmp(left, right).is_ge();
    EqWord |left, right| Some(left == right), left == right;
    NeWord |left, right| Some(left != right), left != right;
}

handler! {
    fn test[T: Comparison](s) {
        let (left, right) = (s.get(s.a()), s.get(s.b()));
        let holds = match T::quick(left, right) {
            Some(holds) => holds,
            None => T::full(left, right),
        };
        if holds { s.next_len() } else { s.jump(s.w(1)) }
    }
}

handler! {
    fn quick_test[T: Comparison, const A: bool, const B: bool](s) {
        match T::quick(s.read::<A>(s.a()), s.read::<B>(s.b())) {
            Some(true) => s.next(2),
            Some(false) => s.jump(s.w(1)),
            None => s.general(),
        }
    }
}

handler! {
    fn test_word[T: Comparison](s) {
        let (left, right) = (s.get(s.a()), word_of_code(s.w(2)));
        let holds = match T::quick(left, right) {
            Some(holds) => holds,
            None => T::full(left, right),
        };
        if holds { s.next_len() } else { s.jump(s.w(1)) }
    }
}

handler! {
    fn quick_test_word[T: Comparison, const A: bool](s) {
        match T::quick(s.read::<A>(s.a()), word_of_code(s.w(2))) {
            Some(true) => s.next(3),
            Some(false) => s.jump(s.w(1)),
            None => s.general(),
        }
    }
}
