//! Integers of any size: arithmetic, comparison with floats, text.
//!
//! Operands are small integers or big ones (limbs in place, no copy to read); results are small whenever they fit.
//! The interpreter handles small operands itself and comes here when one is big or a result overflows. Results over
//! [`MAX_LIMBS`] are `system_limit`, as in OTP.

use std::cmp::Ordering;

use dashu_int::{IBig, Sign, UBig};

use super::view::{self, BigRef};
use super::writer::TermWriter;
use crate::abi::Word;

/// Most limbs of an integer (OTP 25: 2^19 - 1 words of 64 bits).
pub const MAX_LIMBS: usize = (1 << 19) - 1;

/// Why there is no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IntegerError {
    /// An operand is no integer (`badarith`).
    #[error("operand is not an integer")]
    NotInteger,
    /// `X div 0` or `X rem 0` (`badarith`).
    #[error("division by zero")]
    DivisionByZero,
    /// The result has more than [`MAX_LIMBS`] limbs.
    #[error("integer over {MAX_LIMBS} limbs")]
    SystemLimit,
}

/// The value of an integer term, or `None` of anything else.
pub fn to_ibig(word: Word) -> Option<IBig> {
    if let Some(small) = word.as_small() {
        return Some(IBig::from(small));
    }
    view::big(word).map(big_to_ibig)
}

fn big_to_ibig(big: BigRef<'_>) -> IBig {
    let sign = if big.negative { Sign::Negative } else { Sign::Positive };
    IBig::from_parts(sign, UBig::from_words(big.limbs))
}

/// The term of `value`.
///
/// # Errors
/// [`IntegerError::SystemLimit`].
pub fn from_ibig<W: TermWriter + ?Sized>(writer: &mut W, value: &IBig) -> Result<Word, IntegerError> {
    let (sign, limbs) = value.as_sign_words();
    if limbs.len() > MAX_LIMBS {
        return Err(IntegerError::SystemLimit);
    }
    Ok(writer.big(sign == Sign::Negative, limbs))
}

fn both(a: Word, b: Word) -> Result<(IBig, IBig), IntegerError> {
    match (to_ibig(a), to_ibig(b)) {
        (Some(a), Some(b)) => Ok((a, b)),
        _ => Err(IntegerError::NotInteger),
    }
}

fn limb_count(word: Word) -> usize {
    view::big(word).map_or(1, |big| big.limbs.len())
}

macro_rules! checked_ops {
    ($($(#[$doc:meta])* $name:ident = $small:expr, $big:expr;)*) => {$(
        $(#[$doc])*
        ///
        /// # Errors
        /// When an operand is no integer or the result is over the limit.
        pub fn $name<W: TermWriter + ?Sized>(writer: &mut W, a: Word, b: Word) -> Result<Word, IntegerError> {
            if let (Some(a), Some(b)) = (a.as_small(), b.as_small()) {
                let small: fn(i128, i128) -> i128 = $small;
                return Ok(writer.integer_i128(small(i128::from(a), i128::from(b))));
            }
            let (a, b) = both(a, b)?;
            let big: fn(IBig, IBig) -> IBig = $big;
            from_ibig(writer, &big(a, b))
        }
    )*};
}

checked_ops! {
    /// `A + B`
    add = |a, b| a + b, |a, b| a + b;
    /// `A - B`
    sub = |a, b| a - b, |a, b| a - b;
    /// `A band B`
    band = |a, b| a & b, |a, b| a & b;
    /// `A bor B`
    bor = |a, b| a | b, |a, b| a | b;
    /// `A bxor B`
    bxor = |a, b| a ^ b, |a, b| a ^ b;
}

/// `A * B`
///
/// # Errors
/// When an operand is no integer or the result is over the limit.
pub fn mul<W: TermWriter + ?Sized>(writer: &mut W, a: Word, b: Word) -> Result<Word, IntegerError> {
    if let (Some(a), Some(b)) = (a.as_small(), b.as_small()) {
        return Ok(writer.integer_i128(i128::from(a) * i128::from(b)));
    }
    let (x, y) = both(a, b)?;
    // The product has at least this many limbs unless an operand is 0; don't spend time on what is refused.
    if x != IBig::ZERO && y != IBig::ZERO && limb_count(a) + limb_count(b) - 1 > MAX_LIMBS {
        return Err(IntegerError::SystemLimit);
    }
    from_ibig(writer, &(x * y))
}

/// `A div B`: towards zero.
///
/// # Errors
/// When an operand is no integer or `B` is 0.
pub fn div<W: TermWriter + ?Sized>(writer: &mut W, a: Word, b: Word) -> Result<Word, IntegerError> {
    let (a, b) = both(a, b)?;
    if b == IBig::ZERO {
        return Err(IntegerError::DivisionByZero);
    }
    from_ibig(writer, &(a / b))
}

/// `A rem B`: with the sign of `A`.
///
/// # Errors
/// When an operand is no integer or `B` is 0.
pub fn rem<W: TermWriter + ?Sized>(writer: &mut W, a: Word, b: Word) -> Result<Word, IntegerError> {
    let (a, b) = both(a, b)?;
    if b == IBig::ZERO {
        return Err(IntegerError::DivisionByZero);
    }
    from_ibig(writer, &(a % b))
}

/// `-A`
///
/// # Errors
/// When `A` is no integer.
pub fn neg<W: TermWriter + ?Sized>(writer: &mut W, a: Word) -> Result<Word, IntegerError> {
    sub(writer, Word::small_int(0), a)
}

/// `bnot A`
///
/// # Errors
/// When `A` is no integer.
pub fn bnot<W: TermWriter + ?Sized>(writer: &mut W, a: Word) -> Result<Word, IntegerError> {
    sub(writer, Word::small_int(-1), a)
}

/// `A bsl B`: a shift to the right, rounding down, when `B` is negative.
///
/// # Errors
/// When an operand is no integer or the result is over the limit.
pub fn bsl<W: TermWriter + ?Sized>(writer: &mut W, a: Word, b: Word) -> Result<Word, IntegerError> {
    shift(writer, a, b, false)
}

/// `A bsr B`: a shift to the left when `B` is negative.
///
/// # Errors
/// When an operand is no integer or the result is over the limit.
pub fn bsr<W: TermWriter + ?Sized>(writer: &mut W, a: Word, b: Word) -> Result<Word, IntegerError> {
    shift(writer, a, b, true)
}

fn shift<W: TermWriter + ?Sized>(
    writer: &mut W,
    a: Word,
    b: Word,
    right: bool,
) -> Result<Word, IntegerError> {
    let value = to_ibig(a).ok_or(IntegerError::NotInteger)?;
    let (count, count_negative) = match (b.as_small(), view::big(b)) {
        (Some(count), _) => (count.unsigned_abs(), count < 0),
        (None, Some(big)) => (u64::MAX, big.negative),
        (None, None) => return Err(IntegerError::NotInteger),
    };
    if value == IBig::ZERO {
        return Ok(Word::small_int(0));
    }
    if right != count_negative {
        if count >= 64 * limb_count(a) as u64 {
            return Ok(Word::small_int(if value.sign() == Sign::Negative { -1 } else { 0 }));
        }
        return from_ibig(writer, &(value >> count as usize));
    }
    if count > 64 * MAX_LIMBS as u64 {
        return Err(IntegerError::SystemLimit);
    }
    from_ibig(writer, &(value << count as usize))
}

/// Number of bits of the absolute value.
fn bit_len(limbs: &[u64]) -> usize {
    limbs.last().map_or(0, |last| limbs.len() * 64 - last.leading_zeros() as usize)
}

/// Orders big integers.
pub fn cmp_big(x: BigRef<'_>, y: BigRef<'_>) -> Ordering {
    if x.negative != y.negative {
        return if x.negative { Ordering::Less } else { Ordering::Greater };
    }
    let order =
        x.limbs.len().cmp(&y.limbs.len()).then_with(|| x.limbs.iter().rev().cmp(y.limbs.iter().rev()));
    if x.negative { order.reverse() } else { order }
}

/// Orders a small integer and a float by their exact values.
pub fn cmp_int_float(x: i64, y: f64) -> Ordering {
    // All smalls lie strictly within this range, where the float's whole part is exact as an `i64`.
    const BEYOND: f64 = 9_223_372_036_854_775_808.0;
    if y >= BEYOND {
        return Ordering::Less;
    }
    if y < -BEYOND {
        return Ordering::Greater;
    }
    let whole = y.trunc();
    x.cmp(&(whole as i64)).then_with(|| 0.0f64.partial_cmp(&(y - whole)).unwrap_or(Ordering::Equal))
}

/// Orders a big integer and a float by their exact values.
pub fn cmp_big_float(x: BigRef<'_>, y: f64) -> Ordering {
    if x.negative != (y < 0.0) {
        return if x.negative { Ordering::Less } else { Ordering::Greater };
    }
    let (mantissa, exponent) = decompose(y);
    let order = match bit_len(x.limbs).cmp(
        &((64 - mantissa.leading_zeros()) as i64 + exponent).max(0).unsigned_abs().try_into().unwrap_or(0),
    ) {
        // Of equal length: compare exactly. A big integer has 62 bits at least, so the float has no fraction
        // beyond what the shift drops, and dropping it leaves a tie in the integer's favour only if it was not 0.
        Ordering::Equal => {
            let float = if exponent >= 0 {
                UBig::from(mantissa) << exponent as usize
            } else {
                UBig::from(mantissa) >> exponent.unsigned_abs() as usize
            };
            let order = UBig::from_words(x.limbs).cmp(&float);
            if order.is_eq() && y != y.trunc() { Ordering::Less } else { order }
        }
        unequal => unequal,
    };
    if x.negative { order.reverse() } else { order }
}

/// `mantissa * 2^exponent`, the absolute value of a finite float.
fn decompose(value: f64) -> (u64, i64) {
    let bits = value.to_bits();
    let exponent = (bits >> 52 & 0x7ff) as i64;
    let fraction = bits & ((1 << 52) - 1);
    if exponent == 0 { (fraction, -1074) } else { (fraction | 1 << 52, exponent - 1075) }
}

/// `float(Integer)`; `None` when there is none or `word` is no integer. As OTP does, digit by digit, each step rounded:
/// up to an ulp beside the nearest float where a big integer has several.
pub fn to_f64(word: Word) -> Option<f64> {
    if let Some(small) = word.as_small() {
        return Some(small as f64);
    }
    let big = view::big(word)?;
    if bit_len(big.limbs) > 1024 {
        return None;
    }
    const BASE: f64 = 18_446_744_073_709_551_616.0;
    let value = big.limbs.iter().rev().fold(0.0, |value, &limb| value * BASE + limb as f64);
    value.is_finite().then_some(if big.negative { -value } else { value })
}

/// `trunc(Float)` as a term.
pub fn from_f64<W: TermWriter + ?Sized>(writer: &mut W, value: f64) -> Word {
    let whole = value.trunc();
    if whole.abs() < 9e18 {
        return writer.integer(whole as i64);
    }
    let (mantissa, exponent) = decompose(whole);
    let exponent = exponent.max(0) as usize;
    let mut limbs = [0u64; 17];
    let wide = u128::from(mantissa) << (exponent % 64);
    limbs[exponent / 64] = wide as u64;
    if let Some(next) = limbs.get_mut(exponent / 64 + 1) {
        *next = (wide >> 64) as u64;
    }
    writer.big(value < 0.0, &limbs)
}

/// The digits of an integer in `radix` 2 to 36, upper case, with a minus sign where negative; `None` when `word` is
/// no integer or the radix is out of range.
pub fn to_text(word: Word, radix: u32) -> Option<String> {
    if !(2..=36).contains(&radix) {
        return None;
    }
    if radix == 10
        && let Some(small) = word.as_small()
    {
        return Some(small.to_string());
    }
    let value = to_ibig(word)?;
    Some(if radix == 10 { value.to_string() } else { format!("{:#}", value.in_radix(radix as u8)) })
}

/// The integer that `text` spells in `radix` 2 to 36: an optional sign and at least one digit, nothing else.
///
/// # Errors
/// `None` inside `Ok` when it spells no integer; [`IntegerError::SystemLimit`] when it is too large.
pub fn from_text<W: TermWriter + ?Sized>(
    writer: &mut W,
    text: &[u8],
    radix: u32,
) -> Result<Option<Word>, IntegerError> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    if !(2..=36).contains(&radix) || digits.is_empty() {
        return Ok(None);
    }
    let digit = |byte: u8| char::from(byte).to_digit(radix);
    if digits.len() <= 11 {
        let value = digits
            .iter()
            .try_fold(0i64, |value, &byte| Some(value * i64::from(radix) + i64::from(digit(byte)?)));
        return Ok(value.map(|value| writer.integer(if negative { -value } else { value })));
    }
    if !digits.iter().all(|&byte| digit(byte).is_some()) {
        return Ok(None);
    }
    // A digit of base 2 is a bit at least.
    if digits.len() > 64 * MAX_LIMBS {
        return Err(IntegerError::SystemLimit);
    }
    let Ok(text) = std::str::from_utf8(digits) else { return Ok(None) };
    let Ok(magnitude) = UBig::from_str_radix(text, radix) else { return Ok(None) };
    let sign = if negative { Sign::Negative } else { Sign::Positive };
    from_ibig(writer, &IBig::from_parts(sign, magnitude)).map(Some)
}

#[cfg(test)]
mod tests;
