//! Timers: `start_timer`, `send_after`, `cancel_timer`, `read_timer`.
//!
//! Any process may cancel or read a timer by its reference, so they stand in one table of the runtime. A timer leaves
//! the table when it fires or is cancelled, whichever comes first; the other then does nothing.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use dala::actor::process::{self as actor, Timer};
use dala::pid::Ref;
use dala_ir::abi::{Atom, Pid, Word, atoms};
use dala_ir::interp::Exception;
use dala_ir::term::{OwnedTerm, TermWriter, view};
use hashbrown::HashMap;

use crate::bif::Answer;
use crate::bif::arguments::{bad_option, badarg_because, boolean, named, option_list, small, truth, tuple};
use crate::heap::own;
use crate::process::{Process, System, message};

/// Longest time in milliseconds: 2^32 - 1 for `send_after` and `start_timer` of OTP's old interface; any that fits the
/// clock here, as with OTP's.
const MAX_MILLISECONDS: i64 = 1 << 42;

/// Timers that have not fired.
#[derive(Debug, Default)]
pub struct TimerTable(Mutex<HashMap<u64, Timer>>);

impl TimerTable {
    fn with<R>(&self, act: impl FnOnce(&mut HashMap<u64, Timer>) -> R) -> R {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Whom a timer's message goes to.
#[derive(Clone, Copy)]
enum Target {
    Pid(Pid),
    /// Whoever has the name when the timer fires.
    Name(Atom),
}

/// `start_timer(Time, Destination, Message)`: `{timeout, Reference, Message}` later.
pub(crate) fn start_timer_3(p: &mut Process, [time, to, message]: [Word; 3]) -> Answer {
    start(p, time, to, message, Word::NIL, true)
}

/// `start_timer(Time, Destination, Message, [{abs, Bool}])`.
pub(crate) fn start_timer_4(p: &mut Process, [time, to, message, options]: [Word; 4]) -> Answer {
    start(p, time, to, message, options, true)
}

/// `send_after(Time, Destination, Message)`.
pub(crate) fn send_after_3(p: &mut Process, [time, to, message]: [Word; 3]) -> Answer {
    start(p, time, to, message, Word::NIL, false)
}

/// `send_after(Time, Destination, Message, [{abs, Bool}])`.
pub(crate) fn send_after_4(p: &mut Process, [time, to, message, options]: [Word; 4]) -> Answer {
    start(p, time, to, message, options, false)
}

fn start(p: &mut Process, time: Word, to: Word, message: Word, options: Word, wraps: bool) -> Answer {
    let mut is_absolute = false;
    for option in option_list(options).map_err(bad_option)? {
        match view::tuple_elements(option) {
            Some(&[name, value]) if name == Word::atom(named!("abs")) => {
                is_absolute = truth(value).map_err(bad_option)?;
            }
            _ => return Err(bad_option(Exception::badarg())),
        }
    }
    if view::big(time).is_some() {
        return badarg_because(named!("time"));
    }
    let target = match (to.as_pid(), to.as_atom()) {
        (Some(pid), _) => Target::Pid(pid),
        (_, Some(name)) => Target::Name(name),
        _ => return Err(Exception::badarg()),
    };
    let receiver = match target {
        Target::Pid(pid) => Some(pid),
        Target::Name(name) => p.system.whereis(name),
    };
    receiver.map_or(Ok(()), |pid| p.may_send(pid, message))?;
    let time = small(time)?;
    let asked = if is_absolute { time.max(0) } else { time };
    if !(0..=MAX_MILLISECONDS).contains(&asked) {
        return Err(Exception::badarg());
    }
    let asked = Duration::from_millis(asked.unsigned_abs());
    let after = if is_absolute { (p.system.start + asked).since(p.system.runtime.now()) } else { asked };
    let number = Ref::fresh().to_bits();
    let reference = p.heap.reference(number, 0);
    let sent = if wraps {
        let wrapped = p.heap.tuple(&[Word::atom(atoms::TIMEOUT), reference, message]);
        own(wrapped)
    } else {
        own(message)
    };
    let system = Arc::clone(&p.system);
    let table = Arc::clone(&p.system);
    p.charge(10);
    // Held over the start, so that a timer which fires at once finds itself in the table.
    table.builtins.timers.with(|timers| {
        let timer = p.activation().run_after(after, move || {
            fire(&system, number, target, &sent);
        });
        timers.insert(number, timer);
    });
    Ok(reference)
}

fn fire(system: &System, number: u64, target: Target, sent: &OwnedTerm) {
    if system.builtins.timers.with(|timers| timers.remove(&number)).is_none() {
        return;
    }
    let pid = match target {
        Target::Pid(pid) => Some(pid),
        Target::Name(name) => system.whereis(name),
    };
    if let Some(pid) = pid {
        // Nobody to tell when the process is gone.
        drop(actor::send(pid, message::node_of(sent.root())));
    }
}

/// `cancel_timer(Reference)`: milliseconds that were left, or `false`.
pub(crate) fn cancel_timer_1(p: &mut Process, [reference]: [Word; 1]) -> Answer {
    cancel_timer_2(p, [reference, Word::NIL])
}

/// `cancel_timer(Reference, [{async, Bool}, {info, Bool}])`.
pub(crate) fn cancel_timer_2(p: &mut Process, [reference, options]: [Word; 2]) -> Answer {
    let (is_async, wants_info) = timer_options(options)?;
    let number = view::reference(reference).ok_or(Exception::badarg())?.low;
    let timer = p.system.builtins.timers.with(|timers| timers.remove(&number));
    let left = timer.and_then(Timer::cancel);
    let result = milliseconds(left);
    answer(p, named!("cancel_timer"), reference, result, is_async, wants_info)
}

/// `read_timer(Reference)`.
pub(crate) fn read_timer_1(p: &mut Process, [reference]: [Word; 1]) -> Answer {
    read_timer_2(p, [reference, Word::NIL])
}

/// `read_timer(Reference, [{async, Bool}])`.
pub(crate) fn read_timer_2(p: &mut Process, [reference, options]: [Word; 2]) -> Answer {
    let (is_async, _) = timer_options(options)?;
    let number = view::reference(reference).ok_or(Exception::badarg())?.low;
    let timer = p.system.builtins.timers.with(|timers| timers.get(&number).copied());
    let result = milliseconds(timer.and_then(Timer::remaining));
    answer(p, named!("read_timer"), reference, result, is_async, true)
}

/// Rounded up, so that a timer with time left never reads as 0 before it is due.
fn milliseconds(left: Option<Duration>) -> Word {
    match left {
        Some(left) => Word::small_int(left.as_nanos().div_ceil(1_000_000) as i64),
        None => boolean(false),
    }
}

fn timer_options(options: Word) -> Result<(bool, bool), Exception> {
    let (mut is_async, mut info) = (false, true);
    for option in option_list(options)? {
        match *tuple(option)? {
            [name, value] if name == Word::atom(named!("async")) => is_async = truth(value)?,
            [name, value] if name == Word::atom(named!("info")) => info = truth(value)?,
            _ => return Err(Exception::badarg()),
        }
    }
    Ok((is_async, info))
}

fn answer(p: &mut Process, tag: Atom, reference: Word, result: Word, is_async: bool, info: bool) -> Answer {
    if is_async && info {
        let message = p.heap.tuple(&[Word::atom(tag), reference, result]);
        p.send_to(p.pid, message);
    }
    Ok(if is_async || !info { Word::atom(atoms::OK) } else { result })
}
