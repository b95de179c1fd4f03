//! Numbers to and from text.

use dala_ir::abi::Word;
use dala_ir::interp::Exception;
use dala_ir::term::{ListIter, TermWriter, big, view};
use smallvec::SmallVec;

use crate::bif::Answer;
use crate::bif::arguments::{badarg, bytes, low_byte, named, option_list, small, system_limit, tuple};
use crate::bif::float_text;
use crate::process::Process;

fn radix(word: Word) -> Result<u32, Exception> {
    match small(word)? {
        radix @ 2..=36 => Ok(radix as u32),
        _ => badarg(),
    }
}

fn integer_text(p: &mut Process, number: Word, radix: u32) -> Result<String, Exception> {
    let text = big::to_text(number, radix).ok_or(Exception::badarg())?;
    p.charge(text.len() / 8);
    Ok(text)
}

/// `integer_to_list(Integer)`.
pub(crate) fn integer_to_list(p: &mut Process, [number]: [Word; 1]) -> Answer {
    let text = integer_text(p, number, 10)?;
    Ok(p.heap.charlist(&text))
}

/// `integer_to_list(Integer, Base)`.
pub(crate) fn integer_to_list_in(p: &mut Process, [number, base]: [Word; 2]) -> Answer {
    let text = integer_text(p, number, radix(base)?)?;
    Ok(p.heap.charlist(&text))
}

/// `integer_to_binary(Integer)`.
pub(crate) fn integer_to_binary(p: &mut Process, [number]: [Word; 1]) -> Answer {
    let text = integer_text(p, number, 10)?;
    Ok(p.heap.binary(text.as_bytes()))
}

/// `integer_to_binary(Integer, Base)`.
pub(crate) fn integer_to_binary_in(p: &mut Process, [number, base]: [Word; 2]) -> Answer {
    let text = integer_text(p, number, radix(base)?)?;
    Ok(p.heap.binary(text.as_bytes()))
}

/// Text of a list of ASCII characters.
fn ascii_of_list(list: Word) -> Result<SmallVec<[u8; 32]>, Exception> {
    let mut iter = ListIter::new(list);
    let mut text = SmallVec::new();
    for item in iter.by_ref() {
        let byte = item.as_small().and_then(|value| u8::try_from(value).ok()).filter(u8::is_ascii);
        text.push(byte.ok_or(Exception::badarg())?);
    }
    if iter.ended_proper() { Ok(text) } else { badarg() }
}

/// Text of a list of digits behind a sign, of which OTP only looks at the lowest bytes.
fn digits_of_list(list: Word) -> Result<SmallVec<[u8; 32]>, Exception> {
    let mut iter = ListIter::new(list);
    let mut text = SmallVec::new();
    for item in iter.by_ref() {
        let byte = low_byte(item).ok_or(Exception::badarg())?;
        let is_sign = matches!(byte, b'+' | b'-');
        if is_sign && item != Word::small_int(i64::from(byte)) {
            return badarg();
        }
        text.push(byte);
    }
    if iter.ended_proper() { Ok(text) } else { badarg() }
}

fn parse_integer(p: &mut Process, text: &[u8], radix: u32) -> Answer {
    p.charge(text.len() / 8);
    match big::from_text(&mut p.heap, text, radix) {
        Ok(Some(number)) => Ok(number),
        Ok(None) => badarg(),
        Err(_) => system_limit(),
    }
}

/// `list_to_integer(String)`.
pub(crate) fn list_to_integer(p: &mut Process, [text]: [Word; 1]) -> Answer {
    parse_integer(p, &digits_of_list(text)?, 10)
}

/// `list_to_integer(String, Base)`.
pub(crate) fn list_to_integer_in(p: &mut Process, [text, base]: [Word; 2]) -> Answer {
    parse_integer(p, &digits_of_list(text)?, radix(base)?)
}

/// `binary_to_integer(Binary)`.
pub(crate) fn binary_to_integer(p: &mut Process, [text]: [Word; 1]) -> Answer {
    parse_integer(p, &bytes(text)?, 10)
}

/// `binary_to_integer(Binary, Base)`.
pub(crate) fn binary_to_integer_in(p: &mut Process, [text, base]: [Word; 2]) -> Answer {
    parse_integer(p, &bytes(text)?, radix(base)?)
}

fn parse_float(p: &mut Process, text: &[u8]) -> Answer {
    match float_text::parse(std::str::from_utf8(text).map_err(|_| Exception::badarg())?) {
        Some((value, "")) => Ok(p.heap.float(value)),
        _ => badarg(),
    }
}

/// `list_to_float(String)`.
pub(crate) fn list_to_float(p: &mut Process, [text]: [Word; 1]) -> Answer {
    parse_float(p, &ascii_of_list(text)?)
}

/// `binary_to_float(Binary)`.
pub(crate) fn binary_to_float(p: &mut Process, [text]: [Word; 1]) -> Answer {
    parse_float(p, &bytes(text)?)
}

/// `float_to_list(Float)`.
pub(crate) fn float_to_list(p: &mut Process, [number]: [Word; 1]) -> Answer {
    let text = float_text::scientific(float(number)?, 20);
    Ok(p.heap.charlist(&text))
}

/// `float_to_list(Float, Options)`.
pub(crate) fn float_to_list_with(p: &mut Process, [number, options]: [Word; 2]) -> Answer {
    let text = format_float(float(number)?, options)?;
    Ok(p.heap.charlist(&text))
}

/// `float_to_binary(Float)`.
pub(crate) fn float_to_binary(p: &mut Process, [number]: [Word; 1]) -> Answer {
    let text = float_text::scientific(float(number)?, 20);
    Ok(p.heap.binary(text.as_bytes()))
}

/// `float_to_binary(Float, Options)`.
pub(crate) fn float_to_binary_with(p: &mut Process, [number, options]: [Word; 2]) -> Answer {
    let text = format_float(float(number)?, options)?;
    Ok(p.heap.binary(text.as_bytes()))
}

fn float(word: Word) -> Result<f64, Exception> {
    view::float(word).ok_or(Exception::badarg())
}

enum Format {
    Scientific(usize),
    Decimals(usize),
    Short,
}

fn format_float(value: f64, options: Word) -> Result<String, Exception> {
    let mut format = Format::Scientific(20);
    let mut compact = false;
    for option in option_list(options)? {
        if option == Word::atom(named!("compact")) {
            compact = true;
        } else if option == Word::atom(named!("short")) {
            format = Format::Short;
        } else {
            let &[name, digits] = tuple(option)? else { return badarg() };
            let digits = small(digits)?;
            format = if name == Word::atom(named!("decimals")) && (0..=253).contains(&digits) {
                Format::Decimals(digits as usize)
            } else if name == Word::atom(named!("scientific")) && (0..=249).contains(&digits) {
                Format::Scientific(digits as usize)
            } else {
                return badarg();
            };
        }
    }
    Ok(match format {
        Format::Scientific(digits) => float_text::scientific(value, digits),
        Format::Decimals(digits) => {
            let text = float_text::decimals(value, digits, compact);
            // Where OTP's buffer ends.
            if text.len() > 255 {
                return badarg();
            }
            text
        }
        Format::Short => float_text::short(value),
    })
}
