//! `erlang:trace/3`, `trace_pattern/2,3`, `trace_info/2`, `trace_delivered/1`.

use std::sync::Arc;

use dala::actor::process as actor;
use dala_ir::abi::{Atom, Word, atoms};
use dala_ir::interp::{Exception, ReturnTrace};
use dala_ir::term::{OwnedTerm, TermWriter, view};

use super::question::is_process;
use crate::bif::Answer;
use crate::bif::arguments::{
    bad_option, badarg, badarg_because, because, boolean, list, named, truth, tuple,
};
use crate::bif::ets::match_spec::MatchSpec;
use crate::code::call_meters::{CallTime, MeterChange};
use crate::code::call_patterns::{CallPattern, Change, PatternOf, TraceSpec};
use crate::heap::own;
use crate::process::{Mfa, Process};
use crate::trace::actions::Actions;
use crate::trace::{TraceFlags, Tracee};

/// `erts_internal:trace(Who, How, Flags)`: how many processes.
pub(crate) fn trace(p: &mut Process, [who, how, flags]: [Word; 3]) -> Answer {
    let mut change = Tracee::default();
    for flag in list(flags).map_err(bad_option)? {
        change.flags = change.flags.with(match view::tuple_elements(flag) {
            Some(&[name, tracer]) if name == Word::atom(named!("tracer")) => {
                change.tracer =
                    tracer.as_pid().filter(|&pid| actor::is_alive(pid)).ok_or(Exception::badarg())?;
                TraceFlags::NONE
            }
            _ if flag == Word::atom(atoms::ALL) => TraceFlags::ALL,
            // Ports are not traced.
            _ if flag == Word::atom(named!("ports")) => TraceFlags::NONE,
            _ => TraceFlags::named(flag).ok_or(bad_option(Exception::badarg()))?,
        });
    }
    let is_on = truth(how)?;
    if is_on && change.tracer == dala::pid::NOBODY {
        change.tracer = p.pid;
    }
    let count = match who.as_atom().map(Atom::text) {
        None => {
            let Some(pid) = who.as_pid() else {
                // A port that is there is one thing of which nothing is traced.
                return match crate::port::actor_of(who).filter(|&port| actor::is_alive(port)) {
                    Some(_) => Ok(Word::small_int(1)),
                    None => badarg(),
                };
            };
            let is_traced = is_process(pid) && actor::is_alive(pid);
            if !is_traced || !p.system.tracees.set(pid, is_on, change) {
                return badarg();
            }
            1
        }
        Some("new" | "new_processes") => set_default(p, is_on, change)?,
        Some("existing" | "existing_processes") => set_existing(p, is_on, change),
        Some("all" | "processes") => {
            set_default(p, is_on, change)?;
            set_existing(p, is_on, change)
        }
        Some("ports" | "new_ports" | "existing_ports") => 0,
        Some(_) => return badarg(),
    };
    p.learn_tracing(Process::taken_in);
    Ok(Word::small_int(count))
}

fn set_default(p: &mut Process, is_on: bool, change: Tracee) -> Result<i64, Exception> {
    if p.system.tracees.set_default(is_on, change) { Ok(0) } else { badarg() }
}

fn set_existing(p: &mut Process, is_on: bool, change: Tracee) -> i64 {
    let mut count = 0;
    for pid in p.system.processes() {
        if is_process(pid) && p.system.tracees.set(pid, is_on, change) {
            count += 1;
        }
    }
    p.charge(count as usize);
    count
}

/// Which breakpoints are meant, and what of them.
#[derive(Default)]
struct Wanted {
    is_global: bool,
    is_local: bool,
    count: bool,
    time: bool,
}

/// `erts_internal:trace_pattern(MFA, MatchSpec, Flags)`: how many functions.
pub(crate) fn trace_pattern(p: &mut Process, [of, spec, flags]: [Word; 3]) -> Answer {
    let meters = match spec.as_atom().map(Atom::text) {
        Some("true") => Some(MeterChange::Start),
        Some("false") => Some(MeterChange::Stop),
        Some("pause") => Some(MeterChange::Pause),
        Some("restart") => Some(MeterChange::Restart),
        _ => None,
    };
    let spec = match meters {
        Some(MeterChange::Stop) => None,
        Some(_) => Some(None),
        None if spec == Word::NIL => Some(None),
        None => Some(Some(compile(spec).map_err(because(named!("match_spec")))?)),
    };
    let mut wanted = Wanted::default();
    for flag in list(flags).map_err(bad_option)? {
        match flag.as_atom().map(Atom::text) {
            Some("global") => wanted.is_global = true,
            Some("local") => wanted.is_local = true,
            Some("call_count") => wanted.count = true,
            Some("call_time") => wanted.time = true,
            _ => return badarg_because(named!("badopt")),
        }
    }
    let has_meters = wanted.count || wanted.time;
    if wanted.is_global && (wanted.is_local || has_meters) {
        return badarg_because(named!("badopt"));
    }
    // A specification says what is told: of what is counted nothing is.
    if has_meters && !wanted.is_local && matches!(spec, Some(Some(_))) {
        return badarg_because(named!("badopt"));
    }
    let is_local = wanted.is_local || has_meters;
    // Modules that are loaded later.
    if of == Word::atom(named!("on_load")) {
        return Ok(Word::small_int(0));
    }
    let &[module, function, arity] = tuple(of)? else { return badarg() };
    let name = |word: Word| match word.as_atom() {
        Some(atom) if atom == named!("_") => Ok(None),
        Some(atom) => Ok(Some(atom)),
        None => badarg(),
    };
    let of = PatternOf {
        module: name(module)?,
        function: name(function)?,
        arity: if arity == Word::atom(named!("_")) {
            None
        } else {
            Some(super::super::arguments::arity(arity)?)
        },
        is_local,
    };
    // What is any is any from there on.
    if (of.module.is_none() && of.function.is_some()) || (of.function.is_none() && of.arity.is_some()) {
        return badarg();
    }
    let pattern = spec.map(|spec| Arc::new(CallPattern { is_local, spec }));
    let meters = meters.or(Some(MeterChange::Start));
    let change = Change {
        pattern: (wanted.is_local || !has_meters).then_some(pattern),
        count: meters.filter(|_| wanted.count),
        time: meters.filter(|_| wanted.time),
    };
    let system = p.system.clone();
    let count = system.code.set_call_pattern(of, &change);
    // So that its own machine code is left at the next call (`interp::breakpoint`).
    let left = p.reductions_left().max(0);
    p.charge(left as usize);
    Ok(Word::small_int(count as i64))
}

fn compile(spec: Word) -> Result<TraceSpec, Exception> {
    let term: OwnedTerm = own(spec);
    let spec = MatchSpec::compile_for_traces(term.root())?;
    Ok(TraceSpec { term, spec })
}

/// `trace_info(Who, Item)`.
pub(crate) fn trace_info(p: &mut Process, [who, item]: [Word; 2]) -> Answer {
    let name = item.as_atom().ok_or(Exception::badarg())?;
    match view::tuple_elements(who) {
        Some(&[module, function, arity]) => {
            let names = (module.as_atom(), function.as_atom(), arity.as_small());
            let (Some(module), Some(function), Some(arity)) = names else { return badarg() };
            let arity = u32::try_from(arity).ok().ok_or(Exception::badarg())?;
            function_info(p, Mfa { module, function, arity }, item, name)
        }
        Some(_) => badarg_because(named!("badopt")),
        None => {
            let tracee = match who.as_atom().map(Atom::text) {
                Some("new" | "new_processes") => p.system.tracees.of_new(),
                Some("new_ports") => Tracee::default(),
                Some(_) => return badarg(),
                None => {
                    let pid = who.as_pid().ok_or(bad_option(Exception::badarg()))?;
                    if !actor::is_alive(pid) {
                        return Ok(Word::atom(atoms::UNDEFINED));
                    }
                    p.system.tracees.of(pid)
                }
            };
            let value = match name.text() {
                "flags" => p.heap.list(&tracee.flags.words(), Word::NIL),
                "tracer" if tracee.flags.is_empty() => Word::NIL,
                "tracer" => Word::pid(tracee.tracer),
                _ => return badarg(),
            };
            Ok(p.heap.tuple(&[item, value]))
        }
    }
}

/// What is traced of a function.
fn function_info(p: &mut Process, of: Mfa, item: Word, name: Atom) -> Answer {
    let breakpoint = p.system.code.call_patterns.of(of);
    let is_there = breakpoint.is_some() || is_function(p, of);
    if !is_there {
        let undefined = Word::atom(atoms::UNDEFINED);
        return Ok(p.heap.tuple(&[item, undefined]));
    }
    let pattern = breakpoint.as_ref().and_then(|breakpoint| breakpoint.pattern.as_ref());
    let off = boolean(false);
    let traced = match pattern {
        None => off,
        Some(pattern) if pattern.is_local => Word::atom(named!("local")),
        Some(_) => Word::atom(named!("global")),
    };
    let spec = |p: &mut Process| match pattern {
        None => off,
        Some(pattern) => pattern.spec.as_ref().map_or(Word::NIL, |spec| p.heap.copy_owned(&spec.term)),
    };
    let count = |p: &mut Process| match breakpoint.as_ref().and_then(|breakpoint| breakpoint.count.as_ref()) {
        None => off,
        Some(count) => p.heap.integer(count.calls() as i64),
    };
    let time = |p: &mut Process| match breakpoint.as_ref().and_then(|breakpoint| breakpoint.time.as_ref()) {
        None => off,
        Some(time) => times(p, time),
    };
    let value = match name.text() {
        "traced" => traced,
        "match_spec" => spec(p),
        "meta" if breakpoint.is_some() => Word::NIL,
        "meta" | "meta_match_spec" => off,
        "call_count" => count(p),
        "call_time" => time(p),
        "all" if breakpoint.is_none() => off,
        "all" => {
            let (spec, time, count) = (spec(p), time(p), count(p));
            let pairs = [
                (named!("traced"), traced),
                (named!("match_spec"), spec),
                (named!("meta"), off),
                (named!("meta_match_spec"), off),
                (named!("call_time"), time),
                (named!("call_count"), count),
            ];
            let pairs = pairs.map(|(name, value)| p.heap.tuple(&[Word::atom(name), value]));
            p.heap.list(&pairs, Word::NIL)
        }
        _ => return badarg(),
    };
    Ok(p.heap.tuple(&[item, value]))
}

/// `[{Pid, Calls, Seconds, Microseconds}]`.
fn times(p: &mut Process, time: &CallTime) -> Word {
    let mut rows = Vec::new();
    for (pid, spent) in time.by_process() {
        let micros = spent.time / 1000;
        let [calls, seconds, micros] =
            [spent.calls, micros / 1_000_000, micros % 1_000_000].map(|n| p.heap.integer(n as i64));
        rows.push(p.heap.tuple(&[Word::pid(pid), calls, seconds, micros]));
    }
    p.heap.list(&rows, Word::NIL)
}

fn is_function(p: &Process, of: Mfa) -> bool {
    let loaded = p.system.code.current(of.module);
    loaded.is_some_and(|module| module.functions.contains(&(of.function, of.arity)))
        || crate::bif::lookup(of.module, of.function, of.arity).is_some()
}

/// `trace_delivered(Pid)`: processes tell their tracers at once, so that all is delivered.
pub(crate) fn trace_delivered(p: &mut Process, [pid]: [Word; 1]) -> Answer {
    if pid.as_pid().is_none() && pid != Word::atom(atoms::ALL) {
        return badarg();
    }
    let reference = p.new_reference();
    let told = p.heap.tuple(&[Word::atom(named!("trace_delivered")), pid, reference]);
    p.send_to(p.pid, told);
    Ok(reference)
}

/// `match_spec_test(Arguments, Spec, trace)`: `{ok, Result, Flags, Warnings}`; `None` where it is no specification.
pub(crate) fn test_spec(p: &mut Process, arguments: Word, spec: Word) -> Option<Word> {
    let spec = MatchSpec::compile_for_traces(spec).ok()?;
    let mut actions = Actions::default();
    let result = match spec.run_with(p, arguments, &mut actions) {
        Some(_) => actions.message.unwrap_or(boolean(true)),
        None => boolean(false),
    };
    let mut flags = Vec::new();
    if actions.returns().has(ReturnTrace::EXCEPTION) {
        flags.push(Word::atom(named!("exception_trace")));
    } else if actions.returns().has(ReturnTrace::VALUE) {
        flags.push(Word::atom(named!("return_trace")));
    }
    let flags = p.heap.list(&flags, Word::NIL);
    Some(p.heap.tuple(&[Word::atom(atoms::OK), result, flags, Word::NIL]))
}
