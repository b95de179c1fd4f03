//! `process_info`: of a process by itself, and of another by a [`Question`].

use dala::actor::process as actor;
use dala_ir::abi::{Atom, Pid, Word, atoms};
use dala_ir::interp::{BifResult, Exception, frame, trace};
use dala_ir::term::{Fragment, TermWriter, map, view};

use super::heap_sizes;
use super::native_info::native_info;
use super::process::{priority_name, queue_data};
use super::question::{Asked, Question, ask, ask_by, is_process};
use super::suspend;
use crate::bif::Answer;
use crate::bif::arguments::{badarg, boolean, named};
use crate::heap::{Buffer, Sizes, own};
use crate::process::{Mfa, Process};

/// `process_info(Pid, Item | [Item])`.
pub(crate) fn process_info_2(p: &mut Process, [pid, items]: [Word; 2]) -> BifResult {
    let Some(pid) = pid.as_pid() else { return BifResult::Raise(Exception::badarg()) };
    if let Err(exception) = check_items(items) {
        return BifResult::Raise(exception);
    }
    if pid == p.pid {
        return BifResult::from(info(p, items, true).ok_or(Exception::badarg()));
    }
    ask_info(p, pid, items)
}

/// Items of `process_info(Pid)`, in OTP's order.
const ALL: &[&str] = &[
    "registered_name",
    "current_function",
    "initial_call",
    "status",
    "message_queue_len",
    "links",
    "dictionary",
    "trap_exit",
    "error_handler",
    "priority",
    "group_leader",
    "total_heap_size",
    "heap_size",
    "stack_size",
    "reductions",
    "garbage_collection",
    "suspending",
];

/// `process_info(Pid)`.
pub(crate) fn process_info_1(p: &mut Process, [pid]: [Word; 1]) -> BifResult {
    let names: Vec<Word> = ALL.iter().map(|name| Word::atom(Atom::new(name))).collect();
    let items = p.heap.list(&names, Word::NIL);
    let Some(target) = pid.as_pid() else { return BifResult::Raise(Exception::badarg()) };
    let result = if target == p.pid {
        BifResult::from(info(p, items, true).ok_or(Exception::badarg()))
    } else {
        ask_info(p, target, items)
    };
    match result {
        // A process without a name has no such item in this form.
        BifResult::Value(list) => {
            let items = view::list_to_vec(list).unwrap_or_default();
            let unnamed = |&&item: &&Word| {
                view::tuple_elements(item)
                    .is_some_and(|pair| pair == [Word::atom(named!("registered_name")), Word::NIL])
            };
            match items.first().filter(unnamed) {
                Some(_) => BifResult::Value(p.heap.list(&items[1..], Word::NIL)),
                None => BifResult::Value(list),
            }
        }
        other => other,
    }
}

fn check_items(items: Word) -> Result<(), Exception> {
    let is_known = |item: Word| {
        let is_dictionary_key = view::tuple_elements(item)
            .is_some_and(|pair| pair.len() == 2 && pair[0] == Word::atom(named!("dictionary")));
        is_dictionary_key || item.as_atom().is_some_and(|name| ITEMS.contains(&name.text()))
    };
    let all = if items.is_cons() || items.is_nil() {
        view::list_to_vec(items).ok_or(Exception::badarg())?
    } else {
        vec![items]
    };
    if all.into_iter().all(is_known) { Ok(()) } else { badarg() }
}

fn ask_info(p: &mut Process, pid: Pid, items: Word) -> BifResult {
    let asked = match is_process(pid) {
        true => ask(p, pid, |reply| Question::Info { items: own(items), reply }),
        false => {
            let (system, items) = (p.system.clone(), own(items));
            ask_by(p, |reply| {
                let show = move |seen| {
                    let mut scratch = Fragment::new();
                    let answer = native_info(&system, pid, items.root(), &seen, &mut scratch);
                    reply.answer(own(answer));
                };
                actor::look(pid, show).is_ok()
            })
        }
    };
    match asked {
        Asked::Waiting => BifResult::Wait,
        Asked::Answered(answer) => BifResult::Value(answer.unwrap_or(Word::atom(atoms::UNDEFINED))),
    }
}

/// The items of `p` itself: one value for one item, a list for a list.
pub(super) fn info(p: &mut Process, items: Word, is_running: bool) -> Option<Word> {
    // Before the answer takes room itself: they are of one time.
    let sizes = p.heap.sizes();
    if items.is_cons() || items.is_nil() {
        let mut pairs = Vec::new();
        for item in view::list_to_vec(items)? {
            pairs.push(pair(p, item, &sizes, is_running)?);
        }
        return Some(p.heap.list(&pairs, Word::NIL));
    }
    let answer = pair(p, items, &sizes, is_running)?;
    // Alone, the name of a process without one is `[]`.
    if items == Word::atom(named!("registered_name"))
        && view::tuple_elements(answer).is_some_and(|pair| pair[1].is_nil())
    {
        return Some(Word::NIL);
    }
    Some(answer)
}

fn pair(p: &mut Process, item: Word, sizes: &Sizes, is_running: bool) -> Option<Word> {
    let value = match view::tuple_elements(item) {
        Some(&[_, key]) => p.dictionary.get(key).unwrap_or(Word::atom(atoms::UNDEFINED)),
        _ => value(p, item.as_atom()?.text(), sizes, is_running)?,
    };
    Some(p.heap.tuple(&[item, value]))
}

const ITEMS: &[&str] = &[
    "registered_name",
    "current_function",
    "current_location",
    "current_stacktrace",
    "initial_call",
    "status",
    "message_queue_len",
    "messages",
    "links",
    "monitors",
    "monitored_by",
    "dictionary",
    "trap_exit",
    "error_handler",
    "priority",
    "group_leader",
    "total_heap_size",
    "heap_size",
    "stack_size",
    "min_heap_size",
    "max_heap_size",
    "fullsweep_after",
    "min_bin_vheap_size",
    "memory",
    "reductions",
    "garbage_collection",
    "garbage_collection_info",
    "suspending",
    "binary",
    "catchlevel",
    "last_calls",
    "trace",
    "parent",
    "message_queue_data",
    "sequential_trace_token",
];

fn mfa(p: &mut Process, mfa: Mfa) -> Word {
    let arity = Word::small_int(i64::from(mfa.arity));
    p.heap.tuple(&[Word::atom(mfa.module), Word::atom(mfa.function), arity])
}

/// `[{M, F, Arity, Location}]`, innermost first; of a running process, without the function that asks.
pub(super) fn stack_trace(p: &mut Process) -> Word {
    let addresses = frame::return_address_words(p, frame::trace_frames());
    trace::places_list(&mut p.heap, &addresses)
}

/// `process_info(current_function)`
pub(crate) fn current_function(p: &mut Process) -> Word {
    if let Some((module, function, arity)) = frame::pending_call(p) {
        return mfa(p, Mfa { module, function, arity });
    }
    match innermost(p) {
        Some(&[module, function, arity, _]) => p.heap.tuple(&[module, function, arity]),
        _ => Word::atom(atoms::UNDEFINED),
    }
}

fn innermost<'a>(p: &mut Process) -> Option<&'a [Word]> {
    let (first, _) = view::cons(stack_trace(p))?;
    view::tuple_elements(first)
}

fn value(p: &mut Process, item: &str, sizes: &Sizes, is_running: bool) -> Option<Word> {
    let count = |value: usize| Word::small_int(value as i64);
    let pids = |p: &mut Process, pids: Vec<Pid>| {
        let words: Vec<Word> = pids.into_iter().map(|pid| p.identity(pid)).collect();
        p.heap.list(&words, Word::NIL)
    };
    Some(match item {
        "registered_name" => p.system.name_of(p.pid).map_or(Word::NIL, Word::atom),
        "initial_call" => {
            let call = p.initial_call;
            mfa(p, call)
        }
        "current_function" => current_function(p),
        "current_location" => match innermost(p) {
            Some(frame) => p.heap.tuple(frame),
            None => Word::atom(atoms::UNDEFINED),
        },
        "current_stacktrace" => stack_trace(p),
        "suspending" => p.suspensions.make().word(&mut p.heap),
        "binary" => {
            let buffers = p.heap.buffers();
            p.charge(buffers.len());
            buffers_list(p, &buffers)
        }
        "sequential_trace_token" => Word::NIL,
        "messages" => {
            let messages = p.messages();
            p.charge(messages.len());
            p.heap.list(&messages, Word::NIL)
        }
        "status" if p.suspensions.get().is_some_and(suspend::Suspensions::holds) => {
            Word::atom(named!("suspended"))
        }
        "status" => Word::atom(match () {
            () if is_running => named!("running"),
            () if p.is_runnable => named!("runnable"),
            () => named!("waiting"),
        }),
        "message_queue_len" => count(p.message_queue_length()),
        "links" => {
            let links = p.links();
            pids(p, links)
        }
        "monitors" => {
            let kind = |object: Word| if object.as_port().is_some() { atoms::PORT } else { atoms::PROCESS };
            let mut pairs = Vec::new();
            for (pid, name) in p.watched() {
                let object = p.identity(pid);
                let shown = match name {
                    Some(name) => p.heap.tuple(&[Word::atom(name), Word::atom(atoms::NONODE)]),
                    None => object,
                };
                pairs.push(p.heap.tuple(&[Word::atom(kind(object)), shown]));
            }
            p.heap.list(&pairs, Word::NIL)
        }
        "monitored_by" => {
            let watchers = p.activation().monitored_by();
            pids(p, watchers)
        }
        "dictionary" => {
            let entries: Vec<(Word, Word)> = p.dictionary.entries().collect();
            let pairs: Vec<Word> =
                entries.into_iter().map(|(key, value)| p.heap.tuple(&[key, value])).collect();
            p.heap.list(&pairs, Word::NIL)
        }
        "trap_exit" => boolean(p.is_trapping_exits),
        "error_handler" => Word::atom(p.error_handler),
        "priority" => priority_name(p.priority),
        "group_leader" => p.group_leader,
        "total_heap_size" => count(sizes.total()),
        "heap_size" => count(sizes.block),
        "stack_size" => count(sizes.stack),
        "min_heap_size" => count(p.heap.options().min_words),
        "fullsweep_after" => count(p.heap.options().fullsweep_after as usize),
        "min_bin_vheap_size" => count(p.settings.min_binary_heap),
        "max_heap_size" => max_heap_size(p),
        "memory" => count(p.held_bytes() + size_of::<Process>()),
        "reductions" => p.heap.unsigned(p.reductions()),
        "garbage_collection" => {
            let limit = max_heap_size(p);
            let options = p.heap.options();
            let facts = [
                (named!("max_heap_size"), limit),
                (named!("min_bin_vheap_size"), count(p.settings.min_binary_heap)),
                (named!("min_heap_size"), count(options.min_words)),
                (named!("fullsweep_after"), count(options.fullsweep_after as usize)),
                (named!("minor_gcs"), count(p.heap.minors_in_a_row() as usize)),
            ];
            let pairs: Vec<Word> =
                facts.into_iter().map(|(name, value)| p.heap.tuple(&[Word::atom(name), value])).collect();
            p.heap.list(&pairs, Word::NIL)
        }
        "garbage_collection_info" => heap_sizes::list(sizes, None, &mut p.heap),
        "catchlevel" | "trace" => count(0),
        "last_calls" => boolean(false),
        "parent" => p.parent.map_or(Word::atom(atoms::UNDEFINED), Word::pid),
        "message_queue_data" => queue_data(p.settings.has_off_heap_queue),
        _ => return None,
    })
}

/// `[{Address, Bytes, References}]` of buffers of the binary region.
pub(crate) fn buffers_list(p: &mut Process, buffers: &[Buffer]) -> Word {
    let count = |value: usize| Word::small_int(value as i64);
    let words: Vec<Word> = buffers
        .iter()
        .map(|buffer| {
            let address = p.heap.unsigned(buffer.address);
            p.heap.tuple(&[address, count(buffer.bytes), count(buffer.references)])
        })
        .collect();
    p.heap.list(&words, Word::NIL)
}

/// `#{size => .., kill => .., error_logger => ..}`
pub(super) fn max_heap_size(p: &mut Process) -> Word {
    let limit = p.settings.max_heap;
    let pairs = [
        (Word::atom(named!("error_logger")), boolean(limit.logs)),
        (Word::atom(atoms::KILL), boolean(limit.kills)),
        (Word::atom(named!("size")), Word::small_int(limit.words as i64)),
    ];
    map::from_pairs(&mut p.heap, &pairs)
}

/// `erts_internal:is_system_process(Pid)`.
pub(crate) fn is_system_process(_: &mut Process, [pid]: [Word; 1]) -> Answer {
    if pid.as_pid().is_none() {
        return badarg();
    }
    Ok(boolean(false))
}
