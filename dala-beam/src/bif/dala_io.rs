//! Module `dala_io`: what the I/O servers write to and read from (see `otp::io_server`).

use std::collections::VecDeque;
use std::io::{BufRead, ErrorKind, Write};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use dala::actor::process as actor;
use dala_ir::abi::{Pid, Word, atoms};
use dala_ir::interp::{BifResult, Exception};
use dala_ir::term::TermWriter;

use super::Answer;
use super::arguments::{badarg, bytes, named, ok};
use crate::process::Process;

/// `dala_io:write(Device, Binary)`: all of it, and flushed.
pub(crate) fn write(p: &mut Process, [device, data]: [Word; 2]) -> Answer {
    let bytes = bytes(data)?;
    p.charge(bytes.len() / 64);
    let written = match device.as_small() {
        Some(1) => {
            let mut out = std::io::stdout().lock();
            out.write_all(&bytes).and_then(|()| out.flush())
        }
        Some(2) => std::io::stderr().lock().write_all(&bytes),
        _ => return badarg(),
    };
    match written {
        Ok(()) => ok(),
        Err(error) => {
            if device.as_small() == Some(1) && error.kind() == ErrorKind::BrokenPipe {
                p.system.builtins.has_lost_reader.store(true, Ordering::Relaxed);
            }
            let reason = Word::atom(named!("terminated"));
            Ok(p.heap.tuple(&[Word::atom(atoms::ERROR), reason]))
        }
    }
}

/// Standard input, read by a thread of its own as lines are asked for.
#[derive(Debug, Default)]
pub struct StandardInput(Arc<Mutex<Lines>>);

#[derive(Debug, Default)]
struct Lines {
    /// Lines that were read; `None` is the end.
    ready: VecDeque<Option<Vec<u8>>>,
    is_reading: bool,
    waiting: Option<Pid>,
}

/// `dala_io:read_line()`: waits for a line, off the scheduler.
pub(crate) fn read_line(p: &mut Process, []: [Word; 0]) -> BifResult {
    let mut lines = p.system.builtins.input.0.lock().unwrap_or_else(PoisonError::into_inner);
    match lines.ready.pop_front() {
        Some(Some(line)) => {
            drop(lines);
            BifResult::Value(p.heap.binary(&line))
        }
        Some(None) => BifResult::Value(Word::atom(named!("eof"))),
        None => {
            lines.waiting = Some(p.pid);
            if !lines.is_reading {
                let shared = Arc::clone(&p.system.builtins.input.0);
                let reader = std::thread::Builder::new().name("dala-stdin".to_owned());
                if reader.spawn(move || read_one(&shared)).is_err() {
                    return BifResult::Raise(Exception::error_atom(atoms::SYSTEM_LIMIT));
                }
                lines.is_reading = true;
            }
            BifResult::Wait
        }
    }
}

fn read_one(shared: &Mutex<Lines>) {
    let mut line = Vec::new();
    let read = std::io::stdin().lock().read_until(b'\n', &mut line);
    let mut lines = shared.lock().unwrap_or_else(PoisonError::into_inner);
    lines.ready.push_back(if read.is_ok_and(|len| len > 0) { Some(line) } else { None });
    lines.is_reading = false;
    if let Some(pid) = lines.waiting.take() {
        actor::wake(pid);
    }
}

/// `logger:log_allowed(Location, Level, Message, Metadata)`: see `dala_io:log/4`.
pub(crate) fn log_allowed(_: &mut Process, [location, level, message, metadata]: [Word; 4]) -> BifResult {
    BifResult::call(named!("dala_io"), named!("log"), &[location, level, message, metadata])
}

/// `logger:allow(Level, Module)`: OTP's own rule once the logger runs. Where it never starts, levels from notice on; a
/// dying process, whose crash report asks this, loads no module for that.
pub(crate) fn log_allow(p: &mut Process, [level, module]: [Word; 2]) -> BifResult {
    if p.system.whereis(named!("logger")).is_some() {
        return BifResult::call(named!("logger_config"), named!("allow"), &[level, module]);
    }
    let levels = ["emergency", "alert", "critical", "error", "warning", "notice"];
    let level = level.as_atom().map(dala_ir::abi::Atom::text);
    BifResult::Value(super::arguments::boolean(level.is_some_and(|level| levels.contains(&level))))
}

/// `init:get_arguments()`: `init` tells, once OTP was started. Before, and where it never is, there are none: io_lib asks
/// when it prints its first atom (erl_features), in crash reports too.
pub(crate) fn init_arguments(p: &mut Process, []: [Word; 0]) -> BifResult {
    if p.system.whereis(named!("init")).is_some() {
        let request = Word::atom(named!("get_arguments"));
        return BifResult::call(named!("dala_boot"), named!("ask"), &[request]);
    }
    BifResult::Value(Word::NIL)
}

/// The start function of what the runtime started before.
pub(crate) fn ignore(_: &mut Process, []: [Word; 0]) -> Answer {
    Ok(Word::atom(named!("ignore")))
}
