use proptest::prelude::*;

use super::*;
use crate::term::owned::Fragment;

fn term(writer: &mut Fragment, value: i128) -> Word {
    writer.integer_i128(value)
}

fn value(word: Word) -> i128 {
    i128::try_from(to_ibig(word).unwrap()).unwrap()
}

/// Integers that are small, big, and at the borders between.
fn integers() -> impl Strategy<Value = i128> {
    prop_oneof![
        -100..100i128,
        any::<i64>().prop_map(i128::from),
        (0..126u32, -2..=2i128, any::<bool>()).prop_map(|(bits, off, neg)| {
            let value = (1i128 << bits) + off;
            if neg { -value } else { value }
        }),
    ]
}

proptest! {
    #[test]
    fn arithmetic_agrees_with_128_bits(a in integers(), b in integers()) {
        let w = &mut Fragment::new();
        let (x, y) = (term(w, a), term(w, b));
        prop_assert_eq!(add(w, x, y).map(value), Ok(a + b));
        prop_assert_eq!(sub(w, x, y).map(value), Ok(a - b));
        prop_assert_eq!(band(w, x, y).map(value), Ok(a & b));
        prop_assert_eq!(bor(w, x, y).map(value), Ok(a | b));
        prop_assert_eq!(bxor(w, x, y).map(value), Ok(a ^ b));
        prop_assert_eq!(bnot(w, x).map(value), Ok(!a));
        prop_assert_eq!(neg(w, x).map(value), Ok(-a));
        if let Some(product) = a.checked_mul(b) {
            prop_assert_eq!(mul(w, x, y).map(value), Ok(product));
        }
        if b == 0 {
            prop_assert_eq!(div(w, x, y), Err(IntegerError::DivisionByZero));
        } else {
            prop_assert_eq!(div(w, x, y).map(value), Ok(a / b));
            prop_assert_eq!(rem(w, x, y).map(value), Ok(a % b));
        }
    }

    #[test]
    fn shifts_round_down(a in integers(), count in 0..130i64) {
        let w = &mut Fragment::new();
        let (x, right, left) = (term(w, a), Word::small_int(count), Word::small_int(-count));
        let expected = a >> count.min(127);
        prop_assert_eq!(bsr(w, x, right).map(value), Ok(expected));
        prop_assert_eq!(bsl(w, x, left).map(value), Ok(expected));
        let back = bsl(w, x, right).and_then(|shifted| bsr(w, shifted, right));
        prop_assert_eq!(back.map(value), Ok(a));
    }

    #[test]
    fn text_round_trips_in_every_radix(a in integers(), radix in 2..=36u32) {
        let w = &mut Fragment::new();
        let x = term(w, a);
        let text = to_text(x, radix).unwrap();
        let back = from_text(w, text.as_bytes(), radix).unwrap().unwrap();
        prop_assert_eq!(value(back), a);
        prop_assert_eq!(i128::from_str_radix(&text, radix), Ok(a));
    }

    #[test]
    fn floats_are_near_and_back(a in integers()) {
        let w = &mut Fragment::new();
        let x = term(w, a);
        let float = to_f64(x).unwrap();
        let nearest = a as f64;
        prop_assert!((nearest.next_down()..=nearest.next_up()).contains(&float));
        let back = from_f64(w, float);
        prop_assert_eq!(value(back), float as i128);
    }

    #[test]
    fn ints_and_floats_compare_exactly(a in integers(), off in -3..=3i32) {
        let mut float = a as f64;
        for _ in 0..off.abs() {
            float = if off < 0 { float.next_down() } else { float.next_up() };
        }
        let expected = (IBig::from(a)).cmp(&IBig::from(float.floor() as i128)).then(
            if float > float.floor() { Ordering::Less } else { Ordering::Equal },
        );
        let w = &mut Fragment::new();
        let (x, y) = (term(w, a), w.float(float));
        prop_assert_eq!(crate::term::compare::cmp(x, y), expected, "{} {}", a, float);
        prop_assert_eq!(crate::term::compare::cmp(y, x), expected.reverse());
    }
}

/// What OTP 25 gives for 2^128 + 2^75 + 2^64 - 1, which is above the middle of two floats.
#[test]
fn floats_are_summed_digit_by_digit() {
    let w = &mut Fragment::new();
    let x = w.big(false, &[u64::MAX, 1 << 11, 1]);
    assert_eq!(to_f64(x), Some(2f64.powi(128)));
}

#[test]
fn results_over_the_limit_are_refused() {
    let w = &mut Fragment::new();
    let one = Word::small_int(1);
    let most = bsl(w, one, Word::small_int(33_554_367)).unwrap();
    assert_eq!(bsl(w, one, Word::small_int(33_554_368)), Err(IntegerError::SystemLimit));
    assert_eq!(mul(w, most, most), Err(IntegerError::SystemLimit));
    let huge = bsl(w, one, Word::small_int(80)).unwrap();
    assert_eq!(bsl(w, one, huge), Err(IntegerError::SystemLimit));
    assert_eq!(bsr(w, one, huge), Ok(Word::small_int(0)));
}

#[test]
fn what_spells_no_integer_is_refused() {
    let w = &mut Fragment::new();
    for text in ["", "-", "+", "1_000", " 1", "1 ", "12345678901234567890x", "--1", "g"] {
        assert_eq!(from_text(w, text.as_bytes(), 16), Ok(None), "{text:?}");
    }
    assert_eq!(from_text(w, b"+7", 10), Ok(Some(Word::small_int(7))));
}
