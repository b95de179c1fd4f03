//! Module `prim_buffer`: bytes that were read ahead.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use dala_ir::abi::{Word, atoms};
use dala_ir::interp::Exception;
use dala_ir::term::TermWriter;

use crate::bif::Answer;
use crate::bif::arguments::{badarg, bytes, index, list, named, ok};
use crate::process::Process;
use dala_ir::term::resource::{self, Resource};

#[derive(Default)]
struct Buffer {
    bytes: Mutex<VecDeque<u8>>,
    is_locked: AtomicBool,
}

fn with<R>(word: Word, act: impl FnOnce(&mut VecDeque<u8>) -> R) -> Result<R, Exception> {
    let buffer: &Buffer = resource::get(word).ok_or(Exception::badarg())?;
    Ok(act(&mut buffer.bytes.lock().unwrap_or_else(PoisonError::into_inner)))
}

/// `new()`.
pub(crate) fn new(p: &mut Process, []: [Word; 0]) -> Answer {
    Ok(Resource::new(Buffer::default()).write(&mut p.heap))
}

/// `size(Buffer)`.
pub(crate) fn size(_: &mut Process, [buffer]: [Word; 1]) -> Answer {
    Ok(Word::small_int(with(buffer, |bytes| bytes.len())? as i64))
}

/// `peek_head(Buffer)`: all of it; `badarg` when it is empty.
pub(crate) fn peek_head(p: &mut Process, [buffer]: [Word; 1]) -> Answer {
    let data = with(buffer, |bytes| bytes.make_contiguous().to_vec())?;
    if data.is_empty() { badarg() } else { Ok(p.heap.binary(&data)) }
}

/// `copying_read(Buffer, Size)`: takes that many bytes.
pub(crate) fn copying_read(p: &mut Process, [buffer, size]: [Word; 2]) -> Answer {
    let size = index(size)?;
    let data = with(buffer, |bytes| (size <= bytes.len()).then(|| bytes.drain(..size).collect::<Vec<u8>>()))?;
    match data {
        Some(data) => Ok(p.heap.binary(&data)),
        None => badarg(),
    }
}

/// `write(Buffer, IoVector)`.
pub(crate) fn write(_: &mut Process, [buffer, vector]: [Word; 2]) -> Answer {
    let pieces = list(vector)?.into_iter().map(bytes).collect::<Result<Vec<_>, _>>()?;
    with(buffer, |target| pieces.iter().for_each(|piece| target.extend(piece.iter())))?;
    ok()
}

/// `skip(Buffer, Size)`.
pub(crate) fn skip(_: &mut Process, [buffer, size]: [Word; 2]) -> Answer {
    let size = index(size)?;
    let fits = with(buffer, |bytes| {
        let fits = size <= bytes.len();
        if fits {
            bytes.drain(..size);
        }
        fits
    })?;
    if fits { ok() } else { badarg() }
}

/// `find_byte_index(Buffer, Byte)`: `{ok, Index}` or `not_found`.
pub(crate) fn find_byte_index(p: &mut Process, [buffer, byte]: [Word; 2]) -> Answer {
    let byte = u8::try_from(index(byte)?).map_err(|_| Exception::badarg())?;
    Ok(match with(buffer, |bytes| bytes.iter().position(|&found| found == byte))? {
        Some(at) => p.heap.tuple(&[Word::atom(atoms::OK), Word::small_int(at as i64)]),
        None => Word::atom(named!("not_found")),
    })
}

/// `try_lock(Buffer)`: `acquired` or `busy`.
pub(crate) fn try_lock(_: &mut Process, [buffer]: [Word; 1]) -> Answer {
    let buffer: &Buffer = resource::get(buffer).ok_or(Exception::badarg())?;
    let was_locked = buffer.is_locked.swap(true, Ordering::Acquire);
    Ok(Word::atom(if was_locked { named!("busy") } else { named!("acquired") }))
}

/// `unlock(Buffer)`.
pub(crate) fn unlock(_: &mut Process, [buffer]: [Word; 1]) -> Answer {
    let buffer: &Buffer = resource::get(buffer).ok_or(Exception::badarg())?;
    if !buffer.is_locked.swap(false, Ordering::Release) {
        return Err(Exception::error_atom(named!("lock_order_violation")));
    }
    ok()
}
