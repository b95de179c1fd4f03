//! Module `unicode`: `characters_to_list/2`, `characters_to_binary/2`, `bin_is_7bit/1`.
//!
//! `characters_to_binary/3` with other encodings is Erlang code of `unicode.erl` on top of these. OTP manual:
//! stdlib, "unicode". Results are the converted text, `{error, Converted, Rest}` or `{incomplete, Converted, Rest}`.

use dala_ir::abi::{Word, atoms};
use dala_ir::interp::{BifResult, Exception};
use dala_ir::term::view::TermView;
use dala_ir::term::{TermWriter, view};

use super::Answer;
use super::arguments::{atom, badarg, boolean, low_byte, named};
use crate::process::Process;

/// How input bytes are read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Encoding {
    Latin1,
    Utf8,
}

/// How the conversion ended.
enum End {
    Done,
    /// Invalid input; what is left of it.
    Error(Word),
    /// The input ends inside a character.
    Incomplete(Word),
}

/// Whether bytes are in an encoding that Erlang code of `unicode.erl` converts first, as OTP's emulator has it do.
fn is_wide(encoding: Word) -> bool {
    let name = match view::tuple_elements(encoding) {
        Some(&[name, order]) if [named!("big"), named!("little")].map(Word::atom).contains(&order) => name,
        _ => encoding,
    };
    [named!("utf16"), named!("utf32")].map(Word::atom).contains(&name)
}

/// `unicode:characters_to_list(Data, Encoding)`.
pub(crate) fn characters_to_list(p: &mut Process, [data, encoding]: [Word; 2]) -> BifResult {
    if is_wide(encoding) {
        return BifResult::call(named!("unicode"), named!("characters_to_list_int"), &[data, encoding]);
    }
    BifResult::from(to_list(p, data, encoding))
}

fn to_list(p: &mut Process, data: Word, encoding: Word) -> Answer {
    let (text, end) = convert(p, data, encoding)?;
    let points: Vec<Word> = text.iter().map(|&point| Word::small_int(i64::from(point))).collect();
    let converted = p.heap.list(&points, Word::NIL);
    Ok(finish(p, converted, end))
}

/// `unicode:characters_to_binary(Data, Encoding)`: to UTF-8.
pub(crate) fn characters_to_binary(p: &mut Process, [data, encoding]: [Word; 2]) -> BifResult {
    if is_wide(encoding) {
        return BifResult::call(named!("unicode"), named!("characters_to_binary_int"), &[data, encoding]);
    }
    BifResult::from(to_binary(p, data, encoding))
}

fn to_binary(p: &mut Process, data: Word, encoding: Word) -> Answer {
    let data = match view::cons(data) {
        // As OTP does, which shows in what is returned as the rest.
        Some((binary, tail)) if tail.is_nil() && view::bits(binary).is_some() => binary,
        _ => data,
    };
    // Valid UTF-8 in one binary is its own conversion.
    if let Some(bits) = view::bits(data)
        && let Some(bytes) = bits.as_bytes()
        && input_encoding(encoding)? == Encoding::Utf8
        && std::str::from_utf8(bytes).is_ok()
    {
        p.charge(bytes.len() / 512);
        return Ok(data);
    }
    let (text, end) = convert(p, data, encoding)?;
    let mut bytes = Vec::with_capacity(text.len());
    for point in text {
        push_utf8(point, &mut bytes);
    }
    let converted = p.heap.binary(&bytes);
    Ok(finish(p, converted, end))
}

/// `unicode:bin_is_7bit(Binary)`.
pub(crate) fn bin_is_7bit(p: &mut Process, [binary]: [Word; 1]) -> Answer {
    let Some(bytes) = view::bits(binary).and_then(view::BitsRef::to_bytes) else {
        return Ok(Word::atom(atoms::FALSE));
    };
    p.charge(bytes.len() / 512);
    Ok(boolean(bytes.is_ascii()))
}

fn finish(p: &mut Process, converted: Word, end: End) -> Word {
    let (tag, rest) = match end {
        End::Done => return converted,
        End::Error(rest) => (atoms::ERROR, rest),
        End::Incomplete(rest) => (named!("incomplete"), rest),
    };
    p.heap.tuple(&[Word::atom(tag), converted, rest])
}

fn input_encoding(encoding: Word) -> Result<Encoding, Exception> {
    let name = atom(encoding)?;
    if name == named!("latin1") {
        Ok(Encoding::Latin1)
    } else if name == named!("utf8") || name == named!("unicode") {
        Ok(Encoding::Utf8)
    } else {
        badarg()
    }
}

/// Appends code point `point` in UTF-8.
pub(crate) fn push_utf8(point: u32, bytes: &mut Vec<u8>) {
    if let Some(character) = char::from_u32(point) {
        bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

/// The first character of `bytes` and its length, or how it fails: `Err(true)` when more bytes could complete it. As
/// OTP's emulator does, one that is not whole is only looked at for its length: what no character starts with, as
/// `<<16#ED,16#A0>>`, is incomplete too.
fn next_utf8(bytes: &[u8]) -> Result<(u32, usize), bool> {
    let first = bytes[0];
    let len = match first {
        0..=0x7f => return Ok((u32::from(first), 1)),
        0xc0..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf7 => 4,
        _ => return Err(false),
    };
    let rest = &bytes[1..bytes.len().min(len)];
    if rest.iter().any(|byte| byte & 0xc0 != 0x80) {
        return Err(false);
    }
    if bytes.len() < len {
        return Err(true);
    }
    let lead = u32::from(first) & (0x7f >> len);
    let point = rest.iter().fold(lead, |point, &byte| point << 6 | u32::from(byte) & 0x3f);
    match char::from_u32(point) {
        Some(character) if character.len_utf8() == len => Ok((point, len)),
        _ => Err(false),
    }
}

/// Code points of deep character data. Integers in lists are code points whatever the encoding of binaries is;
/// with latin1 they must be below 256.
fn convert(p: &mut Process, data: Word, encoding: Word) -> Result<(Vec<u32>, End), Exception> {
    let encoding = input_encoding(encoding)?;
    let mut text = Vec::new();
    // Tails that wait; the stack is needed again to say what was not converted.
    let mut pending: Vec<Word> = Vec::new();
    let mut current = data;
    if !current.is_cons() && !current.is_nil() && view::bits(current).is_none() {
        return badarg();
    }
    let end = loop {
        if let Some((head, tail)) = view::cons(current) {
            if let Some(value) = head.as_small() {
                let point = u32::try_from(value).ok().filter(|&point| char::from_u32(point).is_some());
                let point = point.filter(|&point| encoding == Encoding::Utf8 || point < 256);
                match point {
                    Some(point) => {
                        text.push(point);
                        current = tail;
                        continue;
                    }
                    None => {
                        check_form(current, &pending)?;
                        break End::Error(remaining(p, current, &pending));
                    }
                }
            }
            if head.is_cons() || head.is_nil() || view::bits(head).is_some() {
                pending.push(tail);
                current = head;
                continue;
            }
            // An integer, if too large a one to be a character.
            if is_big(head) {
                break End::Error(remaining(p, current, &pending));
            }
            return badarg();
        }
        if !current.is_nil() {
            let bits = view::bits(current).ok_or(Exception::badarg())?;
            let bytes = bits.to_bytes().ok_or(Exception::badarg())?;
            p.charge(bytes.len() / 128);
            match encoding {
                Encoding::Latin1 => text.extend(bytes.iter().map(|&byte| u32::from(byte))),
                Encoding::Utf8 => {
                    let mut at = 0;
                    let mut failure = None;
                    while at < bytes.len() {
                        match next_utf8(&bytes[at..]) {
                            Ok((point, len)) => {
                                text.push(point);
                                at += len;
                            }
                            Err(incomplete) => {
                                failure = Some(incomplete);
                                break;
                            }
                        }
                    }
                    if let Some(incomplete) = failure {
                        let rest = p.heap.sub_bits(current, at * 8, bits.bit_len - at * 8).unwrap_or(current);
                        if !incomplete {
                            check_form(Word::NIL, &pending)?;
                            break End::Error(remaining(p, rest, &pending));
                        }
                        // The character may go on in the next piece of a list.
                        match following(&mut pending)? {
                            Following::Nothing => break End::Incomplete(rest),
                            Following::Integer(list) => {
                                check_form(list, &pending)?;
                                let others = remaining(p, list, &pending);
                                break End::Error(p.heap.list(&[rest, others], Word::NIL));
                            }
                            Following::Binary(next, tail) => {
                                pending.push(tail);
                                current = join(p, rest, next)?;
                                continue;
                            }
                        }
                    }
                }
            }
        }
        match pending.pop() {
            Some(next) => {
                if !next.is_cons() && !next.is_nil() && view::bits(next).is_none() {
                    return badarg();
                }
                current = next;
            }
            None => break End::Done,
        }
    };
    p.charge(text.len() / 64);
    Ok((text, end))
}

/// Whether what is left, `current` and the waiting tails, has the form of character data: OTP sees to that before it
/// converts, up to the first integer that is no small one. Linear, worklist.
fn check_form(current: Word, pending: &[Word]) -> Result<(), Exception> {
    let mut rest = pending.to_vec();
    rest.push(current);
    while let Some(mut current) = rest.pop() {
        while let Some((head, tail)) = view::cons(current) {
            if low_byte(head).is_some() {
                current = tail;
            } else if view::is_integer(head) {
                return Ok(());
            } else {
                rest.push(tail);
                current = head;
            }
        }
        if !current.is_nil() && view::bits(current).is_none_or(|bits| bits.bit_len % 8 != 0) {
            return badarg();
        }
    }
    Ok(())
}

fn is_big(word: Word) -> bool {
    matches!(word.view(), TermView::Big(_))
}

/// What comes next in the input.
enum Following {
    Nothing,
    /// A list that starts with an integer.
    Integer(Word),
    /// A binary, and the tail behind it.
    Binary(Word, Word),
}

fn following(pending: &mut Vec<Word>) -> Result<Following, Exception> {
    while let Some(next) = pending.pop() {
        match view::cons(next) {
            Some((head, tail)) if head.is_cons() || head.is_nil() => pending.extend([tail, head]),
            Some((head, _)) if head.is_small() || is_big(head) => return Ok(Following::Integer(next)),
            Some((head, tail)) if view::bits(head).is_some() => return Ok(Following::Binary(head, tail)),
            None if next.is_nil() => {}
            None if view::bits(next).is_some() => return Ok(Following::Binary(next, Word::NIL)),
            _ => return badarg(),
        }
    }
    Ok(Following::Nothing)
}

/// The bytes of two binaries in one.
fn join(p: &mut Process, start: Word, next: Word) -> Answer {
    let mut joined = super::arguments::bytes(start)?.into_owned();
    joined.extend_from_slice(&super::arguments::bytes(next)?);
    Ok(p.heap.binary(&joined))
}

/// What was not converted: `first` and then the waiting tails, innermost first.
fn remaining(p: &mut Process, first: Word, pending: &[Word]) -> Word {
    pending.iter().rev().fold(first, |rest, &tail| p.heap.cons(rest, tail))
}

/// What [`utf8`] makes of character data.
pub(crate) enum Converted {
    /// All of it, in UTF-8.
    Whole(Vec<u8>),
    /// It is no character data, or not whole.
    Not,
}

/// Deep character data as UTF-8; binaries in it are UTF-8. A worklist, as everywhere.
pub(crate) fn utf8(data: Word) -> Converted {
    let mut bytes = Vec::new();
    let mut pending = vec![data];
    while let Some(current) = pending.pop() {
        if let Some((head, tail)) = view::cons(current) {
            pending.push(tail);
            match head.as_small() {
                Some(point) => match u32::try_from(point).ok().and_then(char::from_u32) {
                    Some(character) => push_utf8(character.into(), &mut bytes),
                    None => return Converted::Not,
                },
                None => pending.push(head),
            }
        } else if let Some(bits) = view::bits(current) {
            match bits.to_bytes() {
                Some(part) => bytes.extend_from_slice(&part),
                None => return Converted::Not,
            }
        } else if !current.is_nil() {
            return Converted::Not;
        }
    }
    match std::str::from_utf8(&bytes) {
        Ok(_) => Converted::Whole(bytes),
        Err(_) => Converted::Not,
    }
}
