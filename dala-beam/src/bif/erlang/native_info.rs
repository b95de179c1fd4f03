//! `process_info` of a native actor.

use dala::actor::process::{self as actor, Seen};
use dala_ir::abi::{Atom, Pid, Word, atoms};
use dala_ir::term::{Fragment, TermWriter, copy_term, view};

use super::process::queue_data;
use crate::bif::arguments::{boolean, named};
use crate::process::System;

/// The module that native actors are said to be of.
const NATIVE_MODULE: &str = "Elixir.Dala.Actor";

/// The items of a native actor, which has no heap and counts no reductions.
pub(super) fn native_info(
    system: &System,
    pid: Pid,
    items: Word,
    seen: &Seen,
    writer: &mut Fragment,
) -> Word {
    let names = view::list_to_vec(items).unwrap_or_else(|| vec![items]);
    let mut pairs = Vec::with_capacity(names.len());
    for &item in &names {
        let value = match item.as_atom() {
            Some(name) => native_item(system, pid, name.text(), seen, writer),
            None => Word::atom(atoms::UNDEFINED),
        };
        let item = copy_term(item, writer, |_| false);
        pairs.push(writer.tuple(&[item, value]));
    }
    match pairs.first() {
        Some(&pair) if !(items.is_cons() || items.is_nil()) => {
            let is_unnamed = items == Word::atom(named!("registered_name"))
                && view::tuple_elements(pair).is_some_and(|pair| pair[1].is_nil());
            if is_unnamed { Word::NIL } else { pair }
        }
        _ => writer.list(&pairs, Word::NIL),
    }
}

fn native_item(system: &System, pid: Pid, item: &str, seen: &Seen, writer: &mut Fragment) -> Word {
    let count = |value: usize| Word::small_int(value as i64);
    let pids = |pids: &[Pid], writer: &mut Fragment| {
        let words: Vec<Word> = pids.iter().map(|&pid| Word::pid(pid)).collect();
        writer.list(&words, Word::NIL)
    };
    let kind =
        || Word::atom(Atom::try_new(actor::name_of_type(pid).unwrap_or("")).unwrap_or(named!("actor")));
    let module = Word::atom(Atom::new(NATIVE_MODULE));
    match item {
        "registered_name" => system.name_of(pid).map_or(Word::NIL, Word::atom),
        "status" => Word::atom(named!("waiting")),
        "links" => pids(&seen.links, writer),
        "monitored_by" => pids(&seen.monitored_by, writer),
        "monitors" => {
            let process = Word::atom(atoms::PROCESS);
            let pairs: Vec<Word> =
                seen.monitors.iter().map(|&pid| writer.tuple(&[process, Word::pid(pid)])).collect();
            writer.list(&pairs, Word::NIL)
        }
        "trap_exit" => boolean(seen.traps_exits),
        "message_queue_len" => count(seen.waiting),
        "memory" => count(seen.bytes),
        // Nobody's that asks: who stops an application kills all processes that it leads.
        "group_leader" => Word::pid(system.whereis(named!("user")).unwrap_or(dala::pid::NOBODY)),
        "priority" => Word::atom(atoms::NORMAL),
        "initial_call" | "current_function" => writer.tuple(&[module, kind(), count(1)]),
        "current_location" => writer.tuple(&[module, kind(), count(1), Word::NIL]),
        "current_stacktrace" => {
            let frame = writer.tuple(&[module, kind(), count(1), Word::NIL]);
            writer.list(&[frame], Word::NIL)
        }
        "dictionary" => {
            let call = writer.tuple(&[module, kind(), count(1)]);
            let entry = writer.tuple(&[Word::atom(named!("$initial_call")), call]);
            writer.list(&[entry], Word::NIL)
        }
        "parent" => actor::parent_of(pid).map_or(Word::atom(atoms::UNDEFINED), Word::pid),
        "error_handler" => Word::atom(atoms::ERROR_HANDLER),
        "total_heap_size" | "heap_size" | "stack_size" | "reductions" | "min_heap_size"
        | "min_bin_vheap_size" | "fullsweep_after" | "catchlevel" | "trace" => count(0),
        "last_calls" => boolean(false),
        "message_queue_data" => queue_data(false),
        _ => Word::NIL,
    }
}
