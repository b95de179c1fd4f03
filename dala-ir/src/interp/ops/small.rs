//! Arithmetic, in line where all operands and the result are small integers.

#![expect(unsafe_code, reason = "handlers keep the contract of `state`")]

use super::arith;
use super::floats::push_float;
use super::moves::word_of_code;
use crate::abi::Word;
use crate::interp::opcode::{Opcode, op_of};
use crate::interp::state::{Next, State, handler};
use crate::term::view;

/// An operator, of one operand or two.
pub(in crate::interp) trait Operator {
    /// Which it is.
    const OP: Arithmetic;
    /// Its value, where operands and value are small integers.
    fn small(left: Word, right: Word) -> Option<Word>;
    /// Its value where one operand at least is a float, and neither is big.
    fn float(_left: f64, _right: f64) -> Option<f64> {
        None
    }
}

/// The integer that a small word is, twice.
#[inline(always)]
fn twice(word: Word) -> i64 {
    word.to_bits() as i64
}

/// The integer that a small word is.
#[inline(always)]
fn once(word: Word) -> i64 {
    word.to_bits() as i64 >> 1
}

/// The small word that is `bits`, which are even.
#[inline(always)]
fn even(bits: i64) -> Word {
    word_of_code(bits as u64)
}

macro_rules! operators {
    ($($name:ident |$left:ident, $right:ident| $small:expr $(, $float:tt)?;)*) => {
        /// The operators.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(in crate::interp) enum Arithmetic { $($name,)* }

        $(
            #[derive(Debug)]
            pub(in crate::interp) struct $name;

            impl Operator for $name {
                const OP: Arithmetic = Arithmetic::$name;

                #[inline(always)]
                fn small($left: Word, $right: Word) -> Option<Word> {
                    if !$left.both_small($right) {
                        return None;
                    }
                    $small
                }

                $(
                    #[inline(always)]
                    fn float(left: f64, right: f64) -> Option<f64> {
                        Some(left $float right)
                    }
                )?
            }
        )*

        /// The value of the arithmetic instruction of number `op` on any operands; `None` with an exception stored where no
        /// label is.
        unsafe fn of_instruction(op: u16, s: &mut State, left: Word, right: Word) -> Option<Word> {
            // SAFETY: the contract of handlers.
            unsafe {
                $(
                    if op == Opcode::$name as u16 {
                        return match on_floats::<$name>(s, left, right) {
                            Some(value) => Some(value),
                            None => of_any::<$name>(s, (left, right)),
                        };
                    }
                )*
                unreachable!("op {op} is no arithmetic");
            }
        }
    };
}

operators! {
    Add |left, right| twice(left).checked_add(twice(right)).map(even), +;
    Sub |left, right| twice(left).checked_sub(twice(right)).map(even), -;
    AddSmall |left, right| twice(left).checked_add(twice(right)).map(even), +;
    SubSmall |left, right| twice(left).checked_sub(twice(right)).map(even), -;
    Mul |left, right| once(left).checked_mul(twice(right)).map(even), *;
    IntDiv |left, right| once(left).checked_div(once(right)).and_then(Word::small);
    IntRem |left, right| once(left).checked_rem(once(right)).map(|rest| even(rest << 1));
    Divide |_left, _right| None, /;
    BitAnd |left, right| Some(even(twice(left) & twice(right)));
    BitOr |left, right| Some(even(twice(left) | twice(right)));
    BitXor |left, right| Some(even(twice(left) ^ twice(right)));
    ShiftLeft |left, right| shift_left(left, once(right));
    ShiftRight |left, right| {
        let by = once(right);
        (by >= 0).then(|| even(twice(left) >> by.min(63) & !1))
    };
    Negate |left, _right| 0i64.checked_sub(twice(left)).map(even);
    BitNot |left, _right| Some(even(!twice(left) & !1));
}

/// The small integer shifted left, where none of its bits is lost.
#[inline(always)]
fn shift_left(word: Word, by: i64) -> Option<Word> {
    let value = twice(word);
    ((0..62).contains(&by) && value << by >> by == value).then(|| even(value << by))
}

/// The value of an operator on floats, on the block's heap, where there is room.
#[inline(always)]
unsafe fn on_floats<T: Operator>(s: &mut State, left: Word, right: Word) -> Option<Word> {
    let number = |word: Word| match word.as_small() {
        Some(value) => Some(value as f64),
        None => view::float(word),
    };
    // Two small integers give a float only by `/`.
    if left.both_small(right) && T::OP != Arithmetic::Divide {
        return None;
    }
    let value = T::float(number(left)?, number(right)?).filter(|value| value.is_finite())?;
    // SAFETY: the contract of handlers, and there is room.
    unsafe { s.has_room(2).then(|| push_float(s, value)) }
}

/// Goes on with the operator's value; `operands` reads its operands.
#[inline(always)]
unsafe fn compute<T: Operator>(mut s: State, operands: impl Fn(&State) -> (Word, Word) + Copy) -> Next {
    let (left, right) = operands(&s);
    // SAFETY: the contract of handlers.
    unsafe {
        let mut value = match T::small(left, right) {
            Some(value) => Some(value),
            None => on_floats::<T>(&mut s, left, right),
        };
        if value.is_none() {
            value = s.aside(move |s| of_any::<T>(s, operands(s)));
        }
        match value {
            Some(value) => {
                s.set(s.a(), value);
                s.next_len()
            }
            None => s.fail_stored(1),
        }
    }
}

/// The value of an operator on any operands; `None` with an exception stored where no label is.
unsafe fn of_any<T: Operator>(s: &mut State, (left, right): (Word, Word)) -> Option<Word> {
    // SAFETY: the contract of handlers.
    unsafe {
        match s.ask(|host| arith::binary(host.heap(), T::OP, left, right)) {
            Ok(value) => Some(value),
            Err(reason) => {
                if s.w(1) as u32 == 0 {
                    let raised = s.ask(|host| arith::failure(host.heap(), T::OP, reason, left, right));
                    s.store(raised);
                }
                None
            }
        }
    }
}

/// As [`of_instruction`], for machine code: of the operands that the instruction names.
///
/// # Safety
/// The contract of handlers; the instruction is arithmetic.
pub(in crate::interp) unsafe fn work(s: &mut State) -> Option<Word> {
    // SAFETY: as the caller says.
    unsafe {
        let left = s.get(s.b());
        let op = op_of(s.word);
        let is_one_of = |ops: [Opcode; 2]| ops.iter().any(|&other| other as u16 == op);
        let right = if is_one_of([Opcode::AddSmall, Opcode::SubSmall]) {
            word_of_code(s.w(2))
        } else if is_one_of([Opcode::Negate, Opcode::BitNot]) {
            left
        } else {
            s.get(s.c())
        };
        of_instruction(op, s, left, right)
    }
}

handler! {
    fn binary[T: Operator](s) {
        compute::<T>(s, |s| (s.get(s.b()), s.get(s.c())))
    }
}

handler! {
    fn quick_binary[T: Operator, const A: bool, const B: bool, const C: bool](s) {
        match T::small(s.read::<B>(s.b()), s.read::<C>(s.c())) {
            Some(value) => {
                s.write::<A>(s.a(), value);
                s.next(2)
            }
            None => s.general(),
        }
    }
}

handler! {
    fn with_word[T: Operator](s) {
        compute::<T>(s, |s| (s.get(s.b()), word_of_code(s.w(2))))
    }
}

handler! {
    fn quick_with_word[T: Operator, const A: bool, const B: bool](s) {
        match T::small(s.read::<B>(s.b()), word_of_code(s.w(2))) {
            Some(value) => {
                s.write::<A>(s.a(), value);
                s.next(3)
            }
            None => s.general(),
        }
    }
}

handler! {
    fn unary[T: Operator](s) {
        compute::<T>(s, |s| (s.get(s.b()), s.get(s.b())))
    }
}
