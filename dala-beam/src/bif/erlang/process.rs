//! Processes: flags, being alive, the group leader, hibernation.

use dala_ir::abi::{Word, atoms};
use dala_ir::interp::{BifResult, Exception};
use dala_ir::term::{TermWriter, map, view};

use crate::bif::Answer;
use crate::bif::arguments::{atom, badarg, badarg_because, boolean, index, named, truth};
use crate::process::{MaxHeap, Priority, Process};

/// `self()`.
pub(crate) fn self_0(p: &mut Process, []: [Word; 0]) -> Answer {
    Ok(Word::pid(p.pid))
}

/// `erts_internal:is_process_alive(Pid, Reference)`: the answer comes as `{Reference, Bool}`.
pub(crate) fn is_process_alive_later(p: &mut Process, [pid, reference]: [Word; 2]) -> BifResult {
    let alive = match super::question::is_process_alive(p, [pid]) {
        BifResult::Value(alive) => alive,
        other => return other,
    };
    let reply = p.heap.tuple(&[reference, alive]);
    p.send_to(p.pid, reply);
    BifResult::Value(Word::atom(atoms::OK))
}

/// `group_leader()`.
pub(crate) fn group_leader(p: &mut Process, []: [Word; 0]) -> Answer {
    Ok(p.group_leader)
}

/// `exit(Pid, Reason)`.
pub(crate) fn exit_2(p: &mut Process, [to, reason]: [Word; 2]) -> Answer {
    match crate::port::actor_of(to) {
        Some(pid) => p.exit_signal(pid, reason),
        None if view::kind(to) == Some(dala_ir::abi::Kind::ExternalPid) => {}
        None => return badarg(),
    }
    Ok(Word::atom(atoms::TRUE))
}

/// `process_flag(Flag, Value)`: the former value.
pub(crate) fn process_flag(p: &mut Process, [flag, value]: [Word; 2]) -> Answer {
    let monitors_nodes = named!("monitor_nodes");
    if view::tuple_elements(flag).is_some_and(|pair| pair.len() == 2 && pair[0] == Word::atom(monitors_nodes))
    {
        return process_flag(p, [Word::atom(monitors_nodes), value]);
    }
    match atom(flag)?.text() {
        // There are no other nodes to learn of: it was asked for 0 times before.
        "monitor_nodes" => {
            truth(value)?;
            Ok(Word::small_int(0))
        }
        "async_dist" => {
            Ok(boolean(std::mem::replace(&mut p.settings.is_sending_asynchronously, truth(value)?)))
        }
        "trap_exit" => {
            let traps = truth(value)?;
            Ok(boolean(p.set_trap_exit(traps)))
        }
        "priority" => {
            let priority = priority_of(value)?;
            p.activation().set_qos(priority.class());
            Ok(priority_name(std::mem::replace(&mut p.priority, priority)))
        }
        "error_handler" => {
            let module = atom(value)?;
            Ok(Word::atom(std::mem::replace(&mut p.error_handler, module)))
        }
        "sensitive" => {
            let sensitive = truth(value)?;
            Ok(boolean(std::mem::replace(&mut p.is_sensitive, sensitive)))
        }
        // Bound to no worker: 0. Which one it runs on is a hint.
        "scheduler" => {
            if index(value)? > p.system.runtime.workers() {
                return badarg();
            }
            Ok(Word::small_int(0))
        }
        "save_calls" => {
            let calls = u32::try_from(index(value)?).map_err(|_| Exception::badarg())?;
            Ok(Word::small_int(i64::from(std::mem::replace(&mut p.save_calls, calls))))
        }
        "fullsweep_after" => {
            let mut options = p.heap.options();
            let former = options.fullsweep_after;
            options.fullsweep_after = u32::try_from(index(value)?).unwrap_or(u32::MAX);
            p.heap.set_options(options);
            Ok(Word::small_int(i64::from(former)))
        }
        "min_heap_size" => {
            let mut options = p.heap.options();
            let former = options.min_words;
            options.min_words = heap_size(value)?;
            p.heap.set_options(options);
            Ok(Word::small_int(former as i64))
        }
        "min_bin_vheap_size" => {
            let words = index(value)?;
            let former = std::mem::replace(&mut p.settings.min_binary_heap, words);
            Ok(Word::small_int(former as i64))
        }
        "max_heap_size" => {
            let mut options = p.heap.options();
            let limit = max_heap_size(value, options.min_words)?;
            let former = super::info::max_heap_size(p);
            options.max_words = Some(limit.words).filter(|&words| limit.kills && words > 0);
            p.settings.max_heap = limit;
            p.heap.set_options(options);
            Ok(former)
        }
        "message_queue_data" => {
            let off_heap = is_off_heap(value)?;
            let former = std::mem::replace(&mut p.settings.has_off_heap_queue, off_heap);
            Ok(queue_data(former))
        }
        _ => badarg_because(named!("badopt")),
    }
}

pub(super) fn priority_name(priority: Priority) -> Word {
    Word::atom(match priority {
        Priority::Low => named!("low"),
        Priority::Normal => atoms::NORMAL,
        Priority::High => named!("high"),
        Priority::Max => named!("max"),
    })
}

pub(super) fn priority_of(value: Word) -> Result<Priority, Exception> {
    match atom(value)?.text() {
        "low" => Ok(Priority::Low),
        "normal" => Ok(Priority::Normal),
        "high" => Ok(Priority::High),
        "max" => Ok(Priority::Max),
        _ => badarg(),
    }
}

/// Most words that a smallest heap may have: 1 GiB. OTP's emulator would end when it cannot get them.
const MAX_SMALLEST_HEAP: usize = 1 << 27;

/// Words of a smallest heap; `system_limit` of what no machine has.
pub(super) fn heap_size(value: Word) -> Result<usize, Exception> {
    match index(value)? {
        words if words <= MAX_SMALLEST_HEAP => Ok(words),
        _ => crate::bif::arguments::system_limit(),
    }
}

/// Words, or a map with `size`, `kill` and `error_logger`. No limit is below the smallest heap.
pub(super) fn max_heap_size(value: Word, smallest: usize) -> Result<MaxHeap, Exception> {
    let mut limit = MaxHeap::default();
    if view::map(value).is_some() {
        let at = |name| map::get(value, Word::atom(name));
        limit.words = index(at(named!("size")).ok_or(Exception::badarg())?)?;
        limit.kills = at(atoms::KILL).map_or(Ok(true), truth)?;
        limit.logs = at(named!("error_logger")).map_or(Ok(true), truth)?;
    } else {
        limit.words = index(value)?;
    }
    if limit.words > 0 && limit.words < smallest { badarg() } else { Ok(limit) }
}

/// Whether messages are to be kept off the heap.
pub(super) fn is_off_heap(value: Word) -> Result<bool, Exception> {
    match atom(value)?.text() {
        "on_heap" => Ok(false),
        "off_heap" => Ok(true),
        _ => badarg(),
    }
}

/// `on_heap` or `off_heap`.
pub(super) fn queue_data(off_heap: bool) -> Word {
    Word::atom(if off_heap { named!("off_heap") } else { named!("on_heap") })
}

/// `erts_internal:process_flag(Pid, Flag, Value)`: of another process only `save_calls`, which records nothing.
pub(crate) fn process_flag_of(p: &mut Process, [pid, flag, value]: [Word; 3]) -> BifResult {
    let bad = BifResult::Value(Word::atom(atoms::BADARG));
    if pid.as_pid().is_none() {
        return BifResult::Value(Word::atom(named!("badtype")));
    }
    if flag != Word::atom(named!("save_calls")) || index(value).is_err() {
        return bad;
    }
    match super::question::is_process_alive(p, [pid]) {
        BifResult::Value(alive) if alive == boolean(true) => BifResult::Value(Word::small_int(0)),
        BifResult::Value(_) => bad,
        other => other,
    }
}

/// `hibernate(M, F, Args)`: forgets the stack and goes on with the call when a message is there.
pub(crate) fn hibernate(p: &mut Process, [module, function, args]: [Word; 3]) -> BifResult {
    let (Some(module), Some(function), Some(arguments)) =
        (module.as_atom(), function.as_atom(), view::list_to_vec(args))
    else {
        return BifResult::Raise(Exception::badarg());
    };
    if p.message_queue_length() == 0 {
        let again = [Word::atom(module), Word::atom(function), args];
        return BifResult::restart(atoms::ERLANG, named!("hibernate"), &again, true);
    }
    BifResult::restart(module, function, &arguments, false)
}

/// `processes()`.
pub(crate) fn processes(p: &mut Process, []: [Word; 0]) -> Answer {
    let ports = &p.system.builtins.ports;
    let pids: Vec<Word> =
        p.system.processes().into_iter().filter(|&pid| !ports.is_port(pid)).map(Word::pid).collect();
    Ok(p.heap.list(&pids, Word::NIL))
}
