//! Module `string`: the number a list starts with.

use dala_ir::abi::{Word, atoms};
use dala_ir::term::{ListIter, TermWriter, big, view};

use super::arguments::{low_byte, named};
use super::{Answer, float_text};
use crate::process::Process;

/// Leading characters of a list for which `take` holds.
fn leading(list: Word, take: impl Fn(u8) -> bool) -> Vec<u8> {
    let byte = |item: Word| item.as_small().and_then(|value| u8::try_from(value).ok());
    ListIter::new(list).map_while(|item| byte(item).filter(|&byte| take(byte))).collect()
}

fn failure(p: &mut Process, reason: &str) -> Answer {
    let reason = Word::atom(dala_ir::abi::Atom::new(reason));
    Ok(p.heap.tuple(&[Word::atom(atoms::ERROR), reason]))
}

/// `string:list_to_integer(String)`: `{Integer, Rest}`.
pub(crate) fn list_to_integer(p: &mut Process, [text]: [Word; 1]) -> Answer {
    if !text.is_cons() && !text.is_nil() {
        return failure(p, "not_a_list");
    }
    let (sign, digits) = match view::cons(text) {
        Some((head, tail)) if head == Word::small_int(i64::from(b'-')) => ("-", tail),
        Some((head, tail)) if head == Word::small_int(i64::from(b'+')) => ("", tail),
        _ => ("", text),
    };
    let (mut bytes, mut rest) = (Vec::new(), digits);
    while let Some((head, tail)) = view::cons(rest)
        && let Some(digit) = low_byte(head).filter(u8::is_ascii_digit)
    {
        bytes.push(digit);
        rest = tail;
    }
    let spelled = format!("{sign}{}", String::from_utf8_lossy(&bytes));
    match big::from_text(&mut p.heap, spelled.as_bytes(), 10) {
        Ok(Some(number)) => Ok(p.heap.tuple(&[number, rest])),
        _ => failure(p, "no_integer"),
    }
}

/// `string:list_to_float(String)`: `{Float, Rest}`.
pub(crate) fn list_to_float(p: &mut Process, [text]: [Word; 1]) -> Answer {
    if !text.is_cons() && !text.is_nil() {
        return failure(p, "not_a_list");
    }
    let mut bytes = leading(text, |byte| byte.is_ascii_digit() || b"+-.,eE".contains(&byte));
    // As in OTP, a comma is a point too.
    bytes.iter_mut().filter(|byte| **byte == b',').for_each(|byte| *byte = b'.');
    let value = float_text::float_len(&bytes)
        .and_then(|len| Some((len, std::str::from_utf8(&bytes[..len]).ok()?.parse::<f64>().ok()?)));
    match value {
        Some((len, value)) if value.is_finite() => {
            let mut rest = text;
            for _ in 0..len {
                rest = view::cons(rest).map_or(rest, |(_, tail)| tail);
            }
            let float = p.heap.float(value);
            Ok(p.heap.tuple(&[float, rest]))
        }
        _ => failure(p, "no_float"),
    }
}

/// `io:printable_range()`.
pub(crate) fn printable_range(_: &mut Process, []: [Word; 0]) -> Answer {
    Ok(Word::atom(named!("latin1")))
}
