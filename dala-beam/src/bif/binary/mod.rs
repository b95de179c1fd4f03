//! Module `binary`: searching, splitting, copying.
//!
//! A search pattern is a binary, a list of binaries, or what `compile_pattern/1` made of them. Of several matches at
//! one place the longest counts (OTP manual: stdlib, "binary").

use dala_ir::abi::Word;
use dala_ir::interp::Exception;
use dala_ir::term::TermWriter;
use dala_ir::term::binary::MAX_BUILT_BYTES;
use dala_ir::term::resource::Resource;
use dala_ir::term::view::{self, BigRef};

use super::Answer;
use super::arguments::{badarg, bits, bytes, index, list, named, option_list, system_limit, tuple};
use super::erlang::binaries::part_range;
use crate::process::Process;

mod number;
mod search;

pub(crate) use number::{decode_unsigned, decode_unsigned_endian, encode_unsigned, encode_unsigned_endian};
use search::{Pattern, Wanted};

/// `binary:compile_pattern(Pattern)`: `{bm | ac, Reference}`.
pub(crate) fn compile_pattern(p: &mut Process, [pattern]: [Word; 1]) -> Answer {
    let (pattern, bytes) = Pattern::compile(pattern)?;
    let kind = pattern.kind();
    let reference = Resource::keeping(pattern, bytes).write(&mut p.heap);
    Ok(p.heap.tuple(&[kind, reference]))
}

/// `binary:match(Subject, Pattern)`.
pub(crate) fn match_2(p: &mut Process, [subject, pattern]: [Word; 2]) -> Answer {
    match_3(p, [subject, pattern, Word::NIL])
}

/// `binary:match(Subject, Pattern, [{scope, {Start, Length}}])`.
pub(crate) fn match_3(p: &mut Process, [subject, pattern, options]: [Word; 3]) -> Answer {
    let bytes = bytes(subject)?;
    let pattern = Wanted::within(pattern, &bytes)?;
    let options = Options::read(options, bytes.len(), false)?;
    p.charge(bytes.len() / 512);
    match pattern.find(&bytes, options.start, options.end) {
        Some((start, len)) => Ok(p.heap.tuple(&[Word::small_int(start as i64), Word::small_int(len as i64)])),
        None => Ok(Word::atom(named!("nomatch"))),
    }
}

/// `binary:matches(Subject, Pattern)`.
pub(crate) fn matches_2(p: &mut Process, [subject, pattern]: [Word; 2]) -> Answer {
    matches_3(p, [subject, pattern, Word::NIL])
}

/// `binary:matches(Subject, Pattern, [{scope, {Start, Length}}])`.
pub(crate) fn matches_3(p: &mut Process, [subject, pattern, options]: [Word; 3]) -> Answer {
    let bytes = bytes(subject)?;
    let pattern = Wanted::within(pattern, &bytes)?;
    let options = Options::read(options, bytes.len(), false)?;
    p.charge(bytes.len() / 256);
    let mut found = Vec::new();
    let mut at = options.start;
    while let Some((start, len)) = pattern.find(&bytes, at, options.end) {
        found.push(p.heap.tuple(&[Word::small_int(start as i64), Word::small_int(len as i64)]));
        at = start + len;
    }
    Ok(p.heap.list(&found, Word::NIL))
}

/// `binary:split(Subject, Pattern)`.
pub(crate) fn split_2(p: &mut Process, [subject, pattern]: [Word; 2]) -> Answer {
    split_3(p, [subject, pattern, Word::NIL])
}

/// `binary:split(Subject, Pattern, Options)`: `global`, `trim`, `trim_all`, `{scope, {Start, Length}}`.
pub(crate) fn split_3(p: &mut Process, [subject, pattern, options]: [Word; 3]) -> Answer {
    let bytes = bytes(subject)?;
    let pattern = Wanted::within(pattern, &bytes)?;
    let options = Options::read(options, bytes.len(), true)?;
    p.charge(bytes.len() / 256);
    let mut ranges = Vec::new();
    let mut from = 0;
    let mut at = options.start;
    while let Some((start, len)) = pattern.find(&bytes, at, options.end) {
        ranges.push((from, start));
        from = start + len;
        at = from;
        if !options.is_global {
            break;
        }
    }
    ranges.push((from, bytes.len()));
    if options.trims_all {
        ranges.retain(|(start, end)| start < end);
    } else if options.trims {
        while ranges.last().is_some_and(|(start, end)| start == end) {
            ranges.pop();
        }
    }
    let mut parts = Vec::with_capacity(ranges.len());
    for (start, end) in ranges {
        parts.push(p.heap.sub_bits(subject, start * 8, (end - start) * 8).ok_or(Exception::badarg())?);
    }
    Ok(p.heap.list(&parts, Word::NIL))
}

struct Options {
    start: usize,
    end: usize,
    is_global: bool,
    trims: bool,
    trims_all: bool,
}

impl Options {
    fn read(options: Word, size: usize, is_split: bool) -> Result<Options, Exception> {
        let mut read = Options { start: 0, end: size, is_global: false, trims: false, trims_all: false };
        for option in option_list(options)? {
            match option.as_atom() {
                Some(name) if is_split && name == named!("global") => read.is_global = true,
                Some(name) if is_split && name == named!("trim") => read.trims = true,
                Some(name) if is_split && name == named!("trim_all") => read.trims_all = true,
                Some(_) => return badarg(),
                None => {
                    let &[name, range] = tuple(option)? else { return badarg() };
                    let &[start, len] = tuple(range)? else { return badarg() };
                    if name != Word::atom(named!("scope")) {
                        return badarg();
                    }
                    let (start, len) = part_range(size, start, len)?;
                    (read.start, read.end) = (start, start + len);
                }
            }
        }
        Ok(read)
    }
}

/// `binary:copy(Binary)`.
pub(crate) fn copy_1(p: &mut Process, [subject]: [Word; 1]) -> Answer {
    let bytes = bytes(subject)?;
    p.charge(bytes.len() / 1024);
    Ok(p.heap.binary(&bytes))
}

/// `binary:copy(Binary, Times)`.
pub(crate) fn copy_2(p: &mut Process, [subject, times]: [Word; 2]) -> Answer {
    // OTP looks at the bits only when it copies some.
    if times == Word::small_int(0) && bits(subject).is_ok() {
        return Ok(p.heap.binary(&[]));
    }
    let bytes = bytes(subject)?;
    // OTP takes what fits a machine word.
    let times = match (times.as_small(), view::big(times)) {
        (Some(times), _) => usize::try_from(times).map_err(|_| Exception::badarg())?,
        (None, Some(BigRef { negative: false, limbs: &[times] })) => times as usize,
        _ => return badarg(),
    };
    match bytes.len().checked_mul(times) {
        Some(size) if size <= MAX_BUILT_BYTES => {
            p.charge(size / 1024);
            let copies = p.heap.binary_with(size, &mut |target| {
                target.chunks_exact_mut(bytes.len().max(1)).for_each(|copy| copy.copy_from_slice(&bytes));
            });
            copies.or_else(|_| system_limit())
        }
        _ => system_limit(),
    }
}

/// `binary:part(Binary, {Start, Length})`.
pub(crate) fn part_2(p: &mut Process, [subject, range]: [Word; 2]) -> Answer {
    super::erlang::binaries::binary_part_pair(p, [subject, range])
}

/// `binary:part(Binary, Start, Length)`.
pub(crate) fn part_3(p: &mut Process, [subject, start, len]: [Word; 3]) -> Answer {
    super::erlang::binaries::binary_part(p, [subject, start, len])
}

/// `binary:at(Binary, Position)`.
pub(crate) fn at(_: &mut Process, [subject, position]: [Word; 2]) -> Answer {
    let bytes = bytes(subject)?;
    byte_at(&bytes, index(position)?)
}

/// `binary:first(Binary)`.
pub(crate) fn first(_: &mut Process, [subject]: [Word; 1]) -> Answer {
    byte_at(&bytes(subject)?, 0)
}

/// `binary:last(Binary)`.
pub(crate) fn last(_: &mut Process, [subject]: [Word; 1]) -> Answer {
    let bytes = bytes(subject)?;
    match bytes.last() {
        Some(&byte) => Ok(Word::small_int(i64::from(byte))),
        None => badarg(),
    }
}

fn byte_at(bytes: &[u8], position: usize) -> Answer {
    bytes.get(position).map_or_else(badarg, |&byte| Ok(Word::small_int(i64::from(byte))))
}

/// `binary:referenced_byte_size(Binary)`.
pub(crate) fn referenced_byte_size(process: &mut Process, [subject]: [Word; 1]) -> Answer {
    process.heap.release_claim();
    let all = bits(subject)?;
    Ok(Word::small_int(view::buffer_bytes(subject).unwrap_or(all.bytes.len()) as i64))
}

/// `binary:longest_common_prefix(Binaries)`.
pub(crate) fn longest_common_prefix(p: &mut Process, [subjects]: [Word; 1]) -> Answer {
    longest_common(p, subjects, |bytes, position| bytes.get(position).copied())
}

/// `binary:longest_common_suffix(Binaries)`.
pub(crate) fn longest_common_suffix(p: &mut Process, [subjects]: [Word; 1]) -> Answer {
    longest_common(p, subjects, |bytes, position| bytes.len().checked_sub(position + 1).map(|at| bytes[at]))
}

fn longest_common(p: &mut Process, subjects: Word, byte: impl Fn(&[u8], usize) -> Option<u8>) -> Answer {
    let all = list(subjects)?.into_iter().map(bytes).collect::<Result<Vec<_>, _>>()?;
    let Some(first) = all.first() else { return badarg() };
    let len =
        (0..first.len()).take_while(|&at| all.iter().all(|other| byte(other, at) == byte(first, at))).count();
    p.charge(len * all.len() / 256);
    Ok(Word::small_int(len as i64))
}

/// `unicode`, `latin1`: what `endian` arguments are read as.
fn is_little(endian: Word) -> Result<bool, Exception> {
    if endian == Word::atom(named!("little")) {
        Ok(true)
    } else if endian == Word::atom(named!("big")) {
        Ok(false)
    } else {
        badarg()
    }
}
