//! Text of floats, as OTP 25 writes and reads them.

/// Shortest text that reads back as `value`: `float_to_list(F, [short])`, and what `~w` and `~p` print.
///
/// Written with a decimal point where that takes no more characters than an exponent, and with an exponent always
/// from 2^53 on, where neighbouring integers are no floats any more.
pub fn short(value: f64) -> String {
    let text = format!("{:e}", value.abs());
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let digits: String = mantissa.chars().filter(|&c| c != '.').collect();
    // The value is 0.DIGITS * 10^place.
    let place = if value == 0.0 { 1 } else { exponent.parse::<i32>().unwrap_or(0) + 1 };
    let sign = if value.is_sign_negative() { "-" } else { "" };
    format!("{sign}{}", lay_out(&digits, place, value.abs() >= 9_007_199_254_740_992.0))
}

fn lay_out(digits: &str, place: i32, force_exponent: bool) -> String {
    let len = digits.len() as i32;
    if 0 < place && place < len && !force_exponent {
        return format!("{}.{}", &digits[..place as usize], &digits[place as usize..]);
    }
    if place == 0 {
        return format!("0.{digits}");
    }
    let exponent = (place - 1).to_string();
    let exponent_cost = exponent.len() as i32 + if len == 1 { 3 } else { 2 };
    let plain_cost = if place < 0 { 2 - place } else { place - len + 2 };
    if plain_cost <= exponent_cost && !force_exponent {
        return if place < 0 {
            format!("0.{}{digits}", "0".repeat(place.unsigned_abs() as usize))
        } else {
            format!("{digits}{}.0", "0".repeat((place - len) as usize))
        };
    }
    let (first, rest) = digits.split_at(1);
    format!("{first}.{}e{exponent}", if rest.is_empty() { "0" } else { rest })
}

/// `float_to_list(F, [{scientific, decimals}])`; 20 decimals are `float_to_list(F)`.
pub fn scientific(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    format!("{mantissa}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.unsigned_abs())
}

/// `float_to_list(F, [{decimals, decimals}])`, and with `compact` without trailing zeros (but for one).
///
/// Up to 2^53 and 17 decimals OTP scales, adds a half and cuts off, which is not quite the nearest decimal; so do we.
pub fn decimals(value: f64, decimals: usize, compact: bool) -> String {
    let size = value.abs();
    let mut text = if size > 9_007_199_254_740_992.0 || decimals >= 18 {
        format!("{value:.decimals$}")
    } else {
        let sign = if value.is_sign_negative() { "-" } else { "" };
        if decimals == 0 {
            format!("{sign}{}", (size + 0.5) as u64)
        } else {
            let scale = 10u64.pow(decimals as u32);
            let mut whole = size as u64;
            let mut fraction = ((size - whole as f64) * scale as f64 + 0.5) as u64;
            if fraction >= scale {
                fraction -= scale;
                whole += 1;
            }
            format!("{sign}{whole}.{fraction:0decimals$}")
        }
    };
    if compact && let Some(point) = text.find('.') {
        let kept = text.trim_end_matches('0').len();
        text.truncate(kept.max(point + 2));
    }
    text
}

/// Reads a float as `list_to_float/1` does: optional sign, digits, a point, digits, optional exponent; `None` for
/// anything else and where the value is too large.
pub fn parse(text: &[u8]) -> Option<f64> {
    let digits = |from: usize| text[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut at = usize::from(matches!(text.first(), Some(b'+' | b'-')));
    let whole = digits(at);
    at += whole;
    if whole == 0 || text.get(at) != Some(&b'.') {
        return None;
    }
    at += 1;
    let fraction = digits(at);
    at += fraction;
    if fraction == 0 {
        return None;
    }
    if matches!(text.get(at), Some(b'e' | b'E')) {
        at += 1;
        at += usize::from(matches!(text.get(at), Some(b'+' | b'-')));
        let exponent = digits(at);
        at += exponent;
        if exponent == 0 {
            return None;
        }
    }
    if at != text.len() {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse::<f64>().ok().filter(|value| value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of `bits short decimals2 decimals7compact scientific3`, from OTP 25 (`float/golden.erl`).
    #[test]
    fn text_is_otps() {
        for line in include_str!("float/golden.txt").lines() {
            let mut fields = line.split(' ');
            let mut next = || fields.next().unwrap();
            let value = f64::from_bits(u64::from_str_radix(next(), 16).unwrap());
            assert_eq!(short(value), next());
            assert_eq!(decimals(value, 2, false), next(), "{value:?}");
            assert_eq!(decimals(value, 7, true), next(), "{value:?}");
            assert_eq!(scientific(value, 3), next());
            assert_eq!(parse(short(value).as_bytes()), Some(value));
        }
    }

    #[test]
    fn only_erlangs_grammar_is_read() {
        for text in
            ["1.", ".5", "1e5", " 1.0", "1.0 ", "1.0e", "1.0e400", "1_0.0", "", "-", "inf", "nan", "1.0.0"]
        {
            assert_eq!(parse(text.as_bytes()), None, "{text:?}");
        }
        assert_eq!(parse(b"+01.50E+2"), Some(150.0));
        assert_eq!(parse(b"-0.0").map(f64::is_sign_negative), Some(true));
        assert_eq!(parse(b"1.0e-400"), Some(0.0));
    }
}
