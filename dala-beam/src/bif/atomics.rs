//! Modules `atomics` and `counters`: arrays of 64-bit integers that processes share.

use std::sync::atomic::{AtomicU64, Ordering};

use dala_ir::abi::{Word, atoms};
use dala_ir::interp::Exception;
use dala_ir::term::binary::MAX_BUILT_BYTES;
use dala_ir::term::{TermWriter, map, view};

use super::Answer;
use super::arguments::{badarg, index, named, ok, system_limit};
use crate::process::Process;
use dala_ir::term::resource::{self, Resource};

/// Most elements of an array: 4 GiB of them. OTP has no bound but the allocator's, and aborts there.
const MAX_ELEMENTS: usize = MAX_BUILT_BYTES / 8;

struct Atomics {
    values: Box<[AtomicU64]>,
    is_signed: bool,
}

struct Counters(Box<[AtomicU64]>);

fn zeros(len: Word) -> Result<Box<[AtomicU64]>, Exception> {
    let len = match (len.as_small(), view::big(len)) {
        (Some(len), _) => usize::try_from(len).ok().filter(|&len| len > 0).ok_or(Exception::badarg())?,
        (None, Some(big)) if !big.negative => usize::MAX,
        _ => return badarg(),
    };
    let mut values = Vec::new();
    if len > MAX_ELEMENTS || values.try_reserve_exact(len).is_err() {
        return system_limit();
    }
    values.resize_with(len, AtomicU64::default);
    Ok(values.into_boxed_slice())
}

fn place(values: &[AtomicU64], position: Word) -> Result<&AtomicU64, Exception> {
    index(position)?.checked_sub(1).and_then(|at| values.get(at)).ok_or(Exception::badarg())
}

/// The low 64 bits of an integer of 64 bits, signed or not.
fn bits(word: Word, is_signed: bool) -> Result<u64, Exception> {
    if let Some(small) = word.as_small() {
        return if small < 0 && !is_signed { badarg() } else { Ok(small as u64) };
    }
    match view::big(word) {
        Some(big) if big.limbs.len() == 1 => {
            let limb = big.limbs[0];
            let fits = match (is_signed, big.negative) {
                (false, negative) => !negative,
                (true, false) => i64::try_from(limb).is_ok(),
                (true, true) => limb <= 1 << 63,
            };
            if !fits {
                return badarg();
            }
            Ok(if big.negative { limb.wrapping_neg() } else { limb })
        }
        _ => badarg(),
    }
}

fn word_of(p: &mut Process, value: u64, is_signed: bool) -> Word {
    if is_signed { p.heap.integer(value as i64) } else { p.heap.unsigned(value) }
}

fn atomics<'a>(word: Word) -> Result<&'a Atomics, Exception> {
    resource::get(word).ok_or(Exception::badarg())
}

fn counters<'a>(word: Word) -> Result<&'a Counters, Exception> {
    resource::get(word).ok_or(Exception::badarg())
}

/// `erts_internal:atomics_new(Length, Options)`; bit 0 of the options: signed.
pub(crate) fn atomics_new(p: &mut Process, [len, options]: [Word; 2]) -> Answer {
    let made = Atomics { values: zeros(len)?, is_signed: index(options)? & 1 == 1 };
    Ok(Resource::new(made).write(&mut p.heap))
}

/// `atomics:put(Ref, Position, Value)`.
pub(crate) fn put(_: &mut Process, [array, position, value]: [Word; 3]) -> Answer {
    let array = atomics(array)?;
    place(&array.values, position)?.store(bits(value, array.is_signed)?, Ordering::SeqCst);
    ok()
}

/// `atomics:get(Ref, Position)`.
pub(crate) fn get(p: &mut Process, [array, position]: [Word; 2]) -> Answer {
    let array = atomics(array)?;
    let value = place(&array.values, position)?.load(Ordering::SeqCst);
    Ok(word_of(p, value, array.is_signed))
}

/// An increment: any integer of 64 bits, signed or not.
fn increment(word: Word) -> Result<u64, Exception> {
    bits(word, true).or_else(|_| bits(word, false))
}

/// `atomics:add(Ref, Position, Increment)`: wraps around.
pub(crate) fn add(_: &mut Process, [array, position, by]: [Word; 3]) -> Answer {
    place(&atomics(array)?.values, position)?.fetch_add(increment(by)?, Ordering::SeqCst);
    ok()
}

/// `atomics:add_get(Ref, Position, Increment)`.
pub(crate) fn add_get(p: &mut Process, [array, position, by]: [Word; 3]) -> Answer {
    let array = atomics(array)?;
    let by = increment(by)?;
    let former = place(&array.values, position)?.fetch_add(by, Ordering::SeqCst);
    Ok(word_of(p, former.wrapping_add(by), array.is_signed))
}

/// `atomics:exchange(Ref, Position, Value)`.
pub(crate) fn exchange(p: &mut Process, [array, position, value]: [Word; 3]) -> Answer {
    let array = atomics(array)?;
    let value = bits(value, array.is_signed)?;
    let former = place(&array.values, position)?.swap(value, Ordering::SeqCst);
    Ok(word_of(p, former, array.is_signed))
}

/// `atomics:compare_exchange(Ref, Position, Expected, Desired)`: `ok`, or the value found.
pub(crate) fn compare_exchange(p: &mut Process, [array, position, expected, desired]: [Word; 4]) -> Answer {
    let array = atomics(array)?;
    let (expected, desired) = (bits(expected, array.is_signed)?, bits(desired, array.is_signed)?);
    let place = place(&array.values, position)?;
    match place.compare_exchange(expected, desired, Ordering::SeqCst, Ordering::SeqCst) {
        Ok(_) => ok(),
        Err(found) => Ok(word_of(p, found, array.is_signed)),
    }
}

/// `atomics:info(Ref)`.
pub(crate) fn info(p: &mut Process, [array]: [Word; 1]) -> Answer {
    let array = atomics(array)?;
    let (max, min) = if array.is_signed { (i64::MAX as u64, i64::MIN) } else { (u64::MAX, 0) };
    let max = p.heap.unsigned(max);
    let min = p.heap.integer(min);
    Ok(facts(p, array.values.len(), &[(Word::atom(named!("max")), max), (Word::atom(named!("min")), min)]))
}

fn facts(p: &mut Process, len: usize, more: &[(Word, Word)]) -> Word {
    let mut pairs = vec![
        (Word::atom(named!("size")), Word::small_int(len as i64)),
        (Word::atom(named!("memory")), Word::small_int((len * 8 + 64) as i64)),
    ];
    pairs.extend_from_slice(more);
    map::from_pairs(&mut p.heap, &pairs)
}

/// `erts_internal:counters_new(Size)`.
pub(crate) fn counters_new(p: &mut Process, [len]: [Word; 1]) -> Answer {
    let made = Counters(zeros(len)?);
    Ok(Resource::new(made).write(&mut p.heap))
}

/// `erts_internal:counters_get(Ref, Position)`.
pub(crate) fn counters_get(p: &mut Process, [array, position]: [Word; 2]) -> Answer {
    let value = place(&counters(array)?.0, position)?.load(Ordering::Relaxed);
    Ok(word_of(p, value, true))
}

/// `erts_internal:counters_add(Ref, Position, Increment)`.
pub(crate) fn counters_add(_: &mut Process, [array, position, by]: [Word; 3]) -> Answer {
    place(&counters(array)?.0, position)?.fetch_add(increment(by)?, Ordering::Relaxed);
    Ok(Word::atom(atoms::OK))
}

/// `erts_internal:counters_put(Ref, Position, Value)`.
pub(crate) fn counters_put(_: &mut Process, [array, position, value]: [Word; 3]) -> Answer {
    place(&counters(array)?.0, position)?.store(bits(value, true)?, Ordering::Relaxed);
    ok()
}

/// `erts_internal:counters_info(Ref)`.
pub(crate) fn counters_info(p: &mut Process, [array]: [Word; 1]) -> Answer {
    let len = counters(array)?.0.len();
    Ok(facts(p, len, &[]))
}
