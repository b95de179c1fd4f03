//! Floats to and from text, as `float_to_list/2` and `list_to_float/1` have it.

/// Digits after the point, then an exponent of two digits at least: `%.*e` of C.
pub(crate) fn scientific(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, exponent) = match exponent.strip_prefix('-') {
        Some(exponent) => ('-', exponent),
        None => ('+', exponent),
    };
    format!("{mantissa}e{sign}{exponent:0>2}")
}

/// Fixed point with `digits` decimals, of two as near the one away from zero; with `compact`, without zeros at the end
/// (one stays behind the point).
pub(crate) fn decimals(value: f64, digits: usize, compact: bool) -> String {
    let mut text = rounded(value.abs(), digits);
    if value.is_sign_negative() {
        text.insert(0, '-');
    }
    if compact && text.contains('.') {
        let kept = text.trim_end_matches('0').len();
        text.truncate(kept);
        if text.ends_with('.') {
            text.push('0');
        }
    }
    text
}

fn rounded(magnitude: f64, digits: usize) -> String {
    // A float above 2^-60 has no more decimals than this, the smallest has 1074: so what is cut off here is exact.
    let exact = if magnitude > 1.0e-18 || magnitude == 0.0 { 113 } else { 1075 };
    if digits >= exact {
        return format!("{magnitude:.digits$}");
    }
    let all = format!("{magnitude:.exact$}");
    let point = all.find('.').unwrap_or(all.len());
    let kept = &all[..if digits == 0 { point } else { point + 1 + digits }];
    let next = all.as_bytes()[point + 1 + digits];
    if next < b'5' {
        return kept.to_owned();
    }
    // Adds one to the last digit.
    let mut bytes = kept.as_bytes().to_vec();
    for byte in bytes.iter_mut().rev().filter(|byte| **byte != b'.') {
        if *byte == b'9' {
            *byte = b'0';
        } else {
            *byte += 1;
            return String::from_utf8_lossy(&bytes).into_owned();
        }
    }
    format!("1{}", String::from_utf8_lossy(&bytes))
}

/// The fewest digits that read back as `value`: with an exponent where that is shorter, or from 2^53 on.
pub(crate) fn short(value: f64) -> String {
    let text = format!("{:e}", value.abs());
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let digits: String = mantissa.chars().filter(|&digit| digit != '.').collect();
    let digits = even_of_a_tie(value.abs(), exponent, &digits).unwrap_or(digits);
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let with_exponent = {
        let (first, rest) = digits.split_at(1);
        format!("{first}.{}e{exponent}", if rest.is_empty() { "0" } else { rest })
    };
    let fixed = {
        let point = exponent + 1;
        let len = digits.len() as i32;
        if point <= 0 {
            format!("0.{}{digits}", "0".repeat(-point as usize))
        } else if point >= len {
            format!("{digits}{}.0", "0".repeat((point - len) as usize))
        } else {
            let (whole, rest) = digits.split_at(point as usize);
            format!("{whole}.{rest}")
        }
    };
    let is_large = value.abs() >= 9_007_199_254_740_992.0;
    let shown =
        if is_large || (with_exponent.len() < fixed.len() && value != 0.0) { with_exponent } else { fixed };
    if value.is_sign_negative() { format!("-{shown}") } else { shown }
}

/// Where `value` lies exactly between two numbers of so few digits, the one that ends even, as OTP's algorithm (Ryu)
/// has it; Rust's takes the larger.
fn even_of_a_tie(value: f64, exponent: &str, digits: &str) -> Option<String> {
    let bits = value.to_bits();
    let fraction = bits & ((1 << 52) - 1) | 1 << 52;
    let places = 1075 - (bits >> 52 & 0x7ff) as i64 - i64::from(fraction.trailing_zeros());
    // Fewer digits name a number far from the middle of two. One in the middle has one digit more than those, so at most
    // 18; with more than 25 binary places it has more (5^26 > 10^18).
    if digits.len() < 15 || places > 25 {
        return None;
    }
    // A float in the middle has one digit more; 40 tell it from all others.
    let exact = format!("{value:.40e}");
    let exact: String = exact.split_once('e')?.0.chars().filter(|&digit| digit != '.').collect();
    let (lower, rest) = exact.split_at(digits.len());
    let is_tie = rest.starts_with('5') && rest[1..].bytes().all(|digit| digit == b'0');
    let is_even = lower.bytes().last().is_some_and(|digit| (digit - b'0').is_multiple_of(2));
    let (first, more) = lower.split_at(1);
    let reads_back = || format!("{first}.{more}e{exponent}").parse() == Ok(value);
    (is_tie && is_even && lower != digits && reads_back()).then(|| lower.to_owned())
}

/// The float that `text` starts with, and what follows it: an optional sign, digits, a point, digits, and perhaps an
/// exponent. `None` when it starts with none, or with one out of range.
pub(crate) fn parse(text: &str) -> Option<(f64, &str)> {
    let end = float_len(text.as_bytes())?;
    let value: f64 = text[..end].parse().ok()?;
    value.is_finite().then(|| (value, &text[end..]))
}

/// Bytes of the float that `text` starts with.
pub(crate) fn float_len(text: &[u8]) -> Option<usize> {
    let digits = |from: usize| text[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let sign = |at: usize| usize::from(matches!(text.get(at), Some(b'+' | b'-')));
    let mut at = sign(0);
    let whole = digits(at);
    at += whole;
    if whole == 0 || text.get(at) != Some(&b'.') {
        return None;
    }
    at += 1;
    let fraction = digits(at);
    if fraction == 0 {
        return None;
    }
    at += fraction;
    if matches!(text.get(at), Some(b'e' | b'E')) {
        let start = at + 1 + sign(at + 1);
        if start <= text.len() {
            let exponent = digits(start);
            if exponent > 0 {
                at = start + exponent;
            }
        }
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_form_takes_the_shorter_spelling_and_the_decimal_one_of_equal_ones() {
        for (value, text) in [
            (1.0e22, "1.0e22"),
            (123_456_789_012_345_680.0, "1.2345678901234568e17"),
            (0.0001, "0.0001"),
            (1.5e-7, "1.5e-7"),
            (100.0, "100.0"),
            (1.0e15, "1.0e15"),
            (5.0e-324, "5.0e-324"),
            (-0.0, "-0.0"),
            (0.00012345, "1.2345e-4"),
        ] {
            assert_eq!(short(value), text);
        }
    }

    #[test]
    fn decimals_round_as_otp() {
        assert_eq!(decimals(0.125, 2, false), "0.13");
        assert_eq!(decimals(2.5, 0, false), "3");
        assert_eq!(decimals(1.005, 2, false), "1.00");
        assert_eq!(decimals(0.0005, 3, false), "0.001");
        assert_eq!(decimals(0.0625, 3, false), "0.063");
        assert_eq!(decimals(9.996, 2, false), "10.00");
        assert_eq!(decimals(1.5, 10, true), "1.5");
        assert_eq!(decimals(-0.001, 2, false), "-0.00");
        assert_eq!(decimals(0.1, 30, false), "0.100000000000000005551115123126");
    }

    #[test]
    fn exponents_have_two_digits() {
        assert_eq!(scientific(1.0e-7, 20), "9.99999999999999954748e-08");
        assert_eq!(scientific(1.5, 0), "2e+00");
    }

    #[test]
    fn parsing_stops_where_the_float_ends() {
        assert_eq!(parse("1.5e"), Some((1.5, "e")));
        assert_eq!(parse("+7.0e3x"), Some((7000.0, "x")));
        assert_eq!(parse("1."), None);
        assert_eq!(parse("1.0e400"), None);
    }
}
