//! Module `zlib`: what `zlib.erl` calls. OTP manual: erts, "zlib".
//!
//! A stream is a reference that owns the library's stream and a queue of input. Only its controlling process may use
//! it. Errors are `zlib`'s: `data_error`, `stream_error`, `not_initialized`, `not_on_controlling_process`.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use dala_ir::abi::{Atom, Pid, Word, atoms};
use dala_ir::interp::Exception;
use dala_ir::term::{OwnedTerm, TermWriter};

use super::arguments::{badarg, bytes, index, list, named, ok, small};
use super::{Answer, iodata};
use crate::heap::own;
use crate::process::Process;
use dala_ir::term::resource::{self, Resource};

mod stream;

use stream::{Failure, Step, Stream};

/// What `inflate` does with input behind the end of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AtEnd {
    Fail,
    Reset,
    Cut,
}

struct State {
    owner: Pid,
    stream: Option<Stream>,
    is_closed: bool,
    input: VecDeque<Vec<u8>>,
    /// How much of the first piece of input was read.
    taken: usize,
    at_end: AtEnd,
    is_at_end: bool,
    stash: Option<OwnedTerm>,
    buffer_size: usize,
    /// Of what went in (deflate) or came out (inflate), of a stream without a header only, as in OTP.
    crc: flate2::Crc,
    is_raw: bool,
}

struct Zstream(Mutex<State>);

fn error(name: &str) -> Exception {
    Exception::error_atom(Atom::new(name))
}

fn failed(failure: Failure) -> Exception {
    error(failure.name())
}

/// The state behind a stream's reference, for its controlling process.
fn state<'a>(p: &Process, word: Word) -> Result<MutexGuard<'a, State>, Exception> {
    let stream: &'a Zstream = resource::get(word).ok_or(Exception::badarg())?;
    let state = stream.0.lock().unwrap_or_else(PoisonError::into_inner);
    if state.owner != p.pid {
        return Err(error("not_on_controlling_process"));
    }
    if state.is_closed { Err(error("not_initialized")) } else { Ok(state) }
}

impl State {
    fn stream(&mut self, is_deflate: bool) -> Result<&mut Stream, Exception> {
        match &mut self.stream {
            Some(stream) if stream.is_deflate == is_deflate => Ok(stream),
            _ => Err(error("not_initialized")),
        }
    }

    fn init(&mut self, window: i32, stream: Result<Stream, Failure>) -> Answer {
        if self.stream.is_some() {
            return Err(error("already_initialized"));
        }
        self.stream = Some(stream.map_err(failed)?);
        self.is_raw = window < 0;
        self.forget_input();
        (self.is_at_end, self.crc) = (false, flate2::Crc::new());
        ok()
    }

    fn forget_input(&mut self) {
        self.input.clear();
        self.taken = 0;
    }
}

/// `zlib:open_nif()`.
pub(crate) fn open(p: &mut Process, []: [Word; 0]) -> Answer {
    let state = State {
        owner: p.pid,
        stream: None,
        is_closed: false,
        input: VecDeque::new(),
        taken: 0,
        at_end: AtEnd::Cut,
        is_at_end: false,
        stash: None,
        buffer_size: 4000,
        crc: flate2::Crc::new(),
        is_raw: false,
    };
    Ok(Resource::new(Zstream(Mutex::new(state))).write(&mut p.heap))
}

/// `zlib:close_nif(Z)`.
pub(crate) fn close(p: &mut Process, [z]: [Word; 1]) -> Answer {
    let mut state = state(p, z)?;
    (state.stream, state.stash, state.is_closed) = (None, None, true);
    state.forget_input();
    ok()
}

/// `zlib:set_controller_nif(Z, Pid)`.
pub(crate) fn set_controller(p: &mut Process, [z, pid]: [Word; 2]) -> Answer {
    let pid = pid.as_pid().ok_or(Exception::badarg())?;
    state(p, z)?.owner = pid;
    ok()
}

/// `zlib:enqueue_nif(Z, IoVector)`.
pub(crate) fn enqueue(p: &mut Process, [z, pieces]: [Word; 2]) -> Answer {
    let pieces = list(pieces)?.into_iter().map(|piece| Ok(bytes(piece)?.into_owned()));
    let pieces = pieces.collect::<Result<Vec<_>, Exception>>()?;
    p.charge(pieces.iter().map(Vec::len).sum::<usize>() / 256);
    state(p, z)?.input.extend(pieces.into_iter().filter(|piece| !piece.is_empty()));
    ok()
}

fn number(word: Word) -> Result<i32, Exception> {
    i32::try_from(small(word)?).map_err(|_| Exception::badarg())
}

/// `zlib:deflateInit_nif(Z, Level, Method, WindowBits, MemLevel, Strategy)`.
pub(crate) fn deflate_init(
    p: &mut Process,
    [z, level, method, window, memory, strategy]: [Word; 6],
) -> Answer {
    // Deflate is the only method that zlib has.
    if number(method)? != 8 {
        return badarg();
    }
    let (level, window) = (number(level)?, number(window)?);
    let (memory, strategy) = (number(memory)?, number(strategy)?);
    state(p, z)?.init(window, Stream::deflate(level, window, memory, strategy))
}

/// `zlib:deflateSetDictionary_nif(Z, Dictionary)`.
pub(crate) fn deflate_set_dictionary(p: &mut Process, [z, dictionary]: [Word; 2]) -> Answer {
    let dictionary = iodata::to_bytes(dictionary)?;
    let adler = state(p, z)?.stream(true)?.set_dictionary(&dictionary).map_err(failed)?;
    Ok(p.heap.unsigned(adler))
}

/// `zlib:deflateReset_nif(Z)`.
pub(crate) fn deflate_reset(p: &mut Process, [z]: [Word; 1]) -> Answer {
    reset(p, z, true)
}

/// `zlib:inflateReset_nif(Z)`.
pub(crate) fn inflate_reset(p: &mut Process, [z]: [Word; 1]) -> Answer {
    reset(p, z, false)
}

fn reset(p: &Process, z: Word, is_deflate: bool) -> Answer {
    let mut state = state(p, z)?;
    state.stream(is_deflate)?.reset().map_err(failed)?;
    state.forget_input();
    (state.is_at_end, state.crc) = (false, flate2::Crc::new());
    ok()
}

/// `zlib:deflateParams_nif(Z, Level, Strategy)`.
pub(crate) fn deflate_parameters(p: &mut Process, [z, level, strategy]: [Word; 3]) -> Answer {
    let (level, strategy) = (number(level)?, number(strategy)?);
    state(p, z)?.stream(true)?.set_parameters(level, strategy).map_err(failed)?;
    ok()
}

/// `zlib:deflateEnd_nif(Z)`: `data_error` when something was not written.
pub(crate) fn deflate_end(p: &mut Process, [z]: [Word; 1]) -> Answer {
    end(p, z, true)
}

/// `zlib:inflateEnd_nif(Z)`: `data_error` when the end of the stream was not reached.
pub(crate) fn inflate_end(p: &mut Process, [z]: [Word; 1]) -> Answer {
    end(p, z, false)
}

fn end(p: &Process, z: Word, is_deflate: bool) -> Answer {
    let mut state = state(p, z)?;
    state.stream(is_deflate)?;
    let is_whole = if is_deflate { state.input.is_empty() } else { state.is_at_end };
    let ended = state.stream.take().map_or(Ok(()), Stream::end);
    state.forget_input();
    match ended {
        Ok(()) if is_whole => ok(),
        Ok(()) => Err(failed(Failure::Data)),
        Err(failure) => Err(failed(failure)),
    }
}

/// `zlib:inflateInit_nif(Z, WindowBits, AtEnd)`.
pub(crate) fn inflate_init(p: &mut Process, [z, window, at_end]: [Word; 3]) -> Answer {
    let window = number(window)?;
    let at_end = match small(at_end)? {
        0 => AtEnd::Fail,
        1 => AtEnd::Reset,
        2 => AtEnd::Cut,
        _ => return badarg(),
    };
    let mut state = state(p, z)?;
    let answer = state.init(window, Stream::inflate(window))?;
    state.at_end = at_end;
    Ok(answer)
}

/// `zlib:inflateSetDictionary_nif(Z, Dictionary)`.
pub(crate) fn inflate_set_dictionary(p: &mut Process, [z, dictionary]: [Word; 2]) -> Answer {
    let dictionary = iodata::to_bytes(dictionary)?;
    state(p, z)?.stream(false)?.set_dictionary(&dictionary).map_err(failed)?;
    ok()
}

/// `zlib:inflateGetDictionary_nif(Z)`.
pub(crate) fn inflate_get_dictionary(p: &mut Process, [z]: [Word; 1]) -> Answer {
    let dictionary = state(p, z)?.stream(false)?.dictionary().map_err(failed)?;
    Ok(p.heap.binary(&dictionary))
}

/// `zlib:deflate_nif(Z, InputChunk, OutputChunk, Flush)`.
pub(crate) fn deflate(p: &mut Process, [z, input, output, flush]: [Word; 4]) -> Answer {
    run(p, z, index(input)?, index(output)?, number(flush)?, true)
}

/// `zlib:inflate_nif(Z, InputChunk, OutputChunk, Flush)`.
pub(crate) fn inflate(p: &mut Process, [z, input, output, flush]: [Word; 4]) -> Answer {
    run(p, z, index(input)?, index(output)?, number(flush)?, false)
}

/// One chunk: `{continue, [Output]}`, `{finished, [Output]}` or `{need_dictionary, Adler, [Output]}`.
fn run(p: &mut Process, z: Word, input_max: usize, room: usize, flush: i32, is_deflate: bool) -> Answer {
    let mut state = state(p, z)?;
    state.stream(is_deflate)?;
    if !is_deflate && state.is_at_end && !state.input.is_empty() {
        match state.at_end {
            AtEnd::Fail => return Err(failed(Failure::Data)),
            AtEnd::Reset => {
                state.stream(false)?.reset().map_err(failed)?;
                state.is_at_end = false;
            }
            AtEnd::Cut => state.forget_input(),
        }
    }
    let mut output = Vec::new();
    let mut read_in_all = 0;
    let mut step = Step::Going;
    let mut has_room = true;
    while let Some(piece) = state.input.pop_front() {
        let from = state.taken;
        let upto = piece.len().min(from + input_max.max(1));
        let left = room.saturating_sub(output.len());
        let start = output.len();
        let result = state.stream(is_deflate)?.step(&piece[from..upto], &mut output, left, 0);
        let (read, spare, stepped) = match result {
            Ok(result) => result,
            Err(failure) => {
                state.input.push_front(piece);
                return Err(failed(failure));
            }
        };
        if is_deflate {
            state.crc.update(&piece[from..from + read]);
        } else {
            state.crc.update(&output[start..]);
        }
        read_in_all += read;
        state.taken = from + read;
        if state.taken == piece.len() {
            state.taken = 0;
        } else {
            state.input.push_front(piece);
        }
        (step, has_room) = (stepped, spare);
        if step != Step::Going || !has_room || read == 0 || read_in_all >= input_max {
            break;
        }
    }
    // All input is in: what is wanted of the rest can be asked for.
    if state.input.is_empty() && step == Step::Going && has_room && (flush != 0 || !is_deflate) {
        let left = room.saturating_sub(output.len());
        let start = output.len();
        let (_, spare, stepped) =
            state.stream(is_deflate)?.step(&[], &mut output, left, flush).map_err(failed)?;
        if !is_deflate {
            state.crc.update(&output[start..]);
        }
        (step, has_room) = (stepped, spare);
    }
    if step == Step::End {
        state.is_at_end = true;
    }
    let cuts_rest = !is_deflate && step == Step::End && state.at_end == AtEnd::Cut;
    let has_input = !state.input.is_empty() && !cuts_rest;
    // Where the output is full it goes on even at the end, as OTP has it.
    let goes_on = has_input || !has_room;
    drop(state);
    p.charge((read_in_all + output.len()) / 64 + 10);
    let chunk = if output.is_empty() {
        Word::NIL
    } else {
        let chunk = p.heap.binary(&output);
        p.heap.list(&[chunk], Word::NIL)
    };
    if let Step::NeedDictionary(adler) = step {
        let adler = p.heap.unsigned(adler);
        return Ok(p.heap.tuple(&[Word::atom(named!("need_dictionary")), adler, chunk]));
    }
    let tag = if goes_on { named!("continue") } else { named!("finished") };
    Ok(p.heap.tuple(&[Word::atom(tag), chunk]))
}

/// `zlib:setBufSize_nif(Z, Size)`.
pub(crate) fn set_buffer_size(p: &mut Process, [z, size]: [Word; 2]) -> Answer {
    let size = index(size)?;
    state(p, z)?.buffer_size = size;
    ok()
}

/// `zlib:getBufSize_nif(Z)`.
pub(crate) fn buffer_size(p: &mut Process, [z]: [Word; 1]) -> Answer {
    let size = state(p, z)?.buffer_size;
    Ok(Word::small_int(size as i64))
}

/// `zlib:crc32_nif(Z)`.
pub(crate) fn crc32(p: &mut Process, [z]: [Word; 1]) -> Answer {
    let state = state(p, z)?;
    let sum = if state.is_raw { state.crc.sum() } else { 0 };
    Ok(Word::small_int(i64::from(sum)))
}

/// `zlib:setStash_nif(Z, Term)`.
pub(crate) fn set_stash(p: &mut Process, [z, term]: [Word; 2]) -> Answer {
    state(p, z)?.stash = Some(own(term));
    ok()
}

/// `zlib:getStash_nif(Z)`: `{ok, Term}` or `empty`.
pub(crate) fn stash(p: &mut Process, [z]: [Word; 1]) -> Answer {
    let stash = state(p, z)?.stash.clone();
    Ok(match stash {
        Some(term) => {
            let term = p.heap.copy_owned(&term);
            p.heap.tuple(&[Word::atom(atoms::OK), term])
        }
        None => Word::atom(named!("empty")),
    })
}

/// `zlib:clearStash_nif(Z)`.
pub(crate) fn clear_stash(p: &mut Process, [z]: [Word; 1]) -> Answer {
    state(p, z)?.stash = None;
    ok()
}
