//! `monitor/2,3`, `demonitor/1,2`, `alias/1`, `unalias/1`.

use dala::pid::Ref;
use dala::signal::AliasMode;
use dala_ir::abi::{Word, atoms};
use dala_ir::interp::Exception;
use dala_ir::term::view;

use crate::bif::Answer;
use crate::bif::arguments::{atom, bad_option, badarg, badarg_because, boolean, named, option_list, tuple};
use crate::heap::own;
use crate::process::{MonitorOptions, Process};

/// `monitor(Type, Item)`.
pub(crate) fn monitor_2(p: &mut Process, [kind, item]: [Word; 2]) -> Answer {
    monitor_3(p, [kind, item, Word::NIL])
}

/// `monitor(Type, Item, Options)`: of processes, and of `time_offset`, which never changes here.
pub(crate) fn monitor_3(p: &mut Process, [kind, item, options]: [Word; 3]) -> Answer {
    let options = monitor_options(options).map_err(bad_option)?;
    match atom(kind)? {
        // A name on a node: there is no other.
        atoms::PROCESS | atoms::PORT if is_elsewhere(item) => badarg(),
        atoms::PROCESS => p.monitor(item, options),
        atoms::PORT => {
            if let Some(pid) = item.as_port() {
                return Ok(p.monitor_pid(dala_ir::abi::Pid::from_bits(pid), None, options));
            }
            if item.is_local_pid() {
                return badarg();
            }
            p.monitor(item, MonitorOptions { of_port: true, ..options })
        }
        kind if kind == named!("time_offset") && item == Word::atom(named!("clock_service")) => {
            Ok(p.new_reference())
        }
        kind if kind == named!("time_offset") => badarg(),
        _ => badarg_because(named!("badtype")),
    }
}

fn is_elsewhere(item: Word) -> bool {
    matches!(view::tuple_elements(item), Some(&[_, node]) if node != Word::atom(atoms::NONODE))
}

/// `[{alias, Mode}, {tag, Term}]`.
pub(super) fn monitor_options(options: Word) -> Result<MonitorOptions, Exception> {
    let mut read = MonitorOptions::default();
    for option in option_list(options)? {
        let &[name, value] = tuple(option)? else { return badarg() };
        match atom(name)?.text() {
            "alias" => {
                read.alias = Some(match atom(value)?.text() {
                    "explicit_unalias" => AliasMode::Explicit,
                    "demonitor" => AliasMode::Demonitor,
                    "reply_demonitor" => AliasMode::FirstMessage,
                    _ => return badarg(),
                });
            }
            "tag" => read.tag = Some(own(value)),
            _ => return badarg(),
        }
    }
    Ok(read)
}

/// `demonitor(Reference)`.
pub(crate) fn demonitor_1(p: &mut Process, [reference]: [Word; 1]) -> Answer {
    p.demonitor(reference)?;
    Ok(Word::atom(atoms::TRUE))
}

/// `demonitor(Reference, [flush, info])`.
pub(crate) fn demonitor_2(p: &mut Process, [reference, options]: [Word; 2]) -> Answer {
    let (mut flush, mut info) = (false, false);
    for option in option_list(options)? {
        match atom(option)?.text() {
            "flush" => flush = true,
            "info" => info = true,
            _ => return badarg(),
        }
    }
    let was_active = p.demonitor(reference)?;
    if flush && !was_active {
        let number = view::reference(reference).ok_or(Exception::badarg())?.low;
        p.flush_down(Ref::from_bits(number));
    }
    Ok(boolean(was_active || !info))
}

/// `alias(Options)`; `alias()` of module `erlang` is `alias([])`.
pub(crate) fn alias(p: &mut Process, [options]: [Word; 1]) -> Answer {
    let mut mode = AliasMode::Explicit;
    for option in option_list(options)? {
        mode = match atom(option)?.text() {
            "explicit_unalias" => AliasMode::Explicit,
            "reply" => AliasMode::FirstMessage,
            _ => return badarg(),
        };
    }
    Ok(p.alias(mode))
}

/// `unalias(Alias)`.
pub(crate) fn unalias(p: &mut Process, [alias]: [Word; 1]) -> Answer {
    Ok(boolean(p.unalias(alias)?))
}
