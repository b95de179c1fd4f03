//! `process_info`, and what one process asks or tells another beside messages.
//!
//! A process looks at itself at once. Another is put a [`Question`], which it answers between two activations; the
//! asker waits (`BifResult::Wait`) and is woken. Between its turns the asker keeps the number of the question in
//! `bif_state`.

use std::sync::{Arc, Mutex, PoisonError};

use dala::actor::process::{self as actor, Seen};
use dala::pid::Ref;
use dala_ir::abi::{Atom, Pid, Word, atoms};
use dala_ir::interp::{BifResult, Exception, frame, trace};
use dala_ir::term::{Fragment, OwnedTerm, TermWriter, copy_term, map, view};
use hashbrown::HashMap;

use super::code::is_in_old_code;
use super::heap_sizes;
use super::process::{priority_name, queue_data};
use super::suspend::{self, Told};
use crate::bif::Answer;
use crate::bif::arguments::{atom, badarg, boolean, named};
use crate::code::Leaving;
use crate::heap::{Sizes, own};
use crate::interop::report::Unlogged;
use crate::process::{Mfa, Process, System};

/// What became of a question.
#[derive(Debug)]
enum Fate {
    /// It is on its way.
    Open,
    /// It was answered.
    Answered(OwnedTerm),
    /// Who was asked is gone.
    Gone,
}

type Slot = Arc<Mutex<Fate>>;

/// Questions that were put and whose answers were not fetched yet, by number.
#[derive(Debug, Default)]
pub struct Questions(Mutex<HashMap<u64, Slot>>);

impl Questions {
    fn with<R>(&self, act: impl FnOnce(&mut HashMap<u64, Slot>) -> R) -> R {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Forgets the question of a process that ends; `state` is its `bif_state`.
    pub(crate) fn forget(&self, state: Word) {
        if let Some(number) = state.as_small() {
            self.with(|questions| questions.remove(&(number as u64)));
        }
    }
}

/// Where the answer to a question goes. The asker is woken by the answer, and by its being dropped unanswered, which
/// happens when the process that was asked ends first.
#[derive(Debug)]
pub struct Reply {
    asker: Pid,
    slot: Slot,
}

impl Reply {
    fn answer(self, answer: OwnedTerm) {
        *self.slot.lock().unwrap_or_else(PoisonError::into_inner) = Fate::Answered(answer);
    }
}

impl Drop for Reply {
    fn drop(&mut self) {
        {
            let mut fate = self.slot.lock().unwrap_or_else(PoisonError::into_inner);
            if matches!(*fate, Fate::Open) {
                *fate = Fate::Gone;
            }
        }
        actor::wake(self.asker);
    }
}

/// What a process is asked or told out of order with its messages.
#[derive(Debug)]
pub enum Question {
    /// `process_info(Pid, Item | [Item])`.
    Info {
        /// The items.
        items: OwnedTerm,
        /// Who waits for them.
        reply: Reply,
    },
    /// `is_process_alive(Pid)`, behind the signals that the asker sent before.
    Alive(Reply),
    /// Where it is, for the report of an actor that it waits for.
    Stack(Unlogged),
    /// `group_leader(Leader, Pid)`.
    GroupLeader(Pid),
    /// `suspend_process(Pid)`.
    Suspend {
        /// Who holds it back.
        by: Pid,
        /// What they are told.
        told: Told,
    },
    /// `resume_process(Pid)`, the last of that process.
    Resume(Pid),
    /// Literals that are to be freed.
    CopyOut(Arc<Leaving>),
    /// `request_system_task(Pid, _, _)`
    Task {
        /// What.
        task: Task,
        /// Who is told.
        done: TaskDone,
    },
}

/// Answers a question to `p`. For `Behaviour::asked`.
pub fn answer(p: &mut Process, question: Question) {
    match question {
        Question::Info { items, reply } => {
            let answer = info(p, items.root(), false).unwrap_or(Word::atom(atoms::UNDEFINED));
            reply.answer(own(answer));
        }
        Question::Alive(reply) => reply.answer(OwnedTerm::from(atoms::TRUE)),
        Question::Suspend { by, told } => suspend::suspended(p, by, told),
        Question::Resume(by) => suspend::resumed(p, by),
        Question::Stack(report) => {
            let trace = stack_trace(p);
            report.of_caller(trace);
        }
        Question::CopyOut(leaving) => {
            if p.copy_out(leaving.literals()).is_err() {
                leaving.need();
            }
        }
        Question::GroupLeader(leader) => p.group_leader = Word::pid(leader),
        Question::Task { task, done } => run_task(p, task, done),
    }
}

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

/// What there is to an asker's turn.
pub(crate) enum Asked {
    /// It waits.
    Waiting,
    /// The answer; none of a process that ended first.
    Answered(Option<Word>),
}

/// Puts a question to process `pid` at the asker's first turn; at later ones, sees what became of it.
pub(crate) fn ask(p: &mut Process, pid: Pid, question: impl FnOnce(Reply) -> Question) -> Asked {
    ask_by(p, |reply| actor::ask(pid, Box::new(question(reply))).is_ok())
}

/// As [`ask`]; `put` puts the question, and says whether there was anybody to ask.
fn ask_by(p: &mut Process, put: impl FnOnce(Reply) -> bool) -> Asked {
    let Some(number) = p.bif_state.as_small() else {
        let slot = Arc::new(Mutex::new(Fate::Open));
        let reply = Reply { asker: p.pid, slot: Arc::clone(&slot) };
        if !put(reply) {
            return Asked::Answered(None);
        }
        let number = Ref::fresh().to_bits();
        p.system.builtins.questions.with(|questions| questions.insert(number, slot));
        p.bif_state = Word::small_int(number as i64);
        return Asked::Waiting;
    };
    let number = number as u64;
    let Some(slot) = p.system.builtins.questions.with(|questions| questions.get(&number).cloned()) else {
        p.bif_state = Word::NONE;
        return Asked::Answered(None);
    };
    let mut fate = slot.lock().unwrap_or_else(PoisonError::into_inner);
    if matches!(*fate, Fate::Open) {
        return Asked::Waiting;
    }
    let fate = std::mem::replace(&mut *fate, Fate::Gone);
    p.system.builtins.questions.with(|questions| questions.remove(&number));
    p.bif_state = Word::NONE;
    Asked::Answered(match fate {
        Fate::Answered(answer) => Some(p.heap.copy_owned(&answer)),
        Fate::Open | Fate::Gone => None,
    })
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

/// `is_process_alive(Pid)`: of a process with something to do, after the signals that the asker sent it before.
pub(crate) fn is_process_alive(p: &mut Process, [pid]: [Word; 1]) -> BifResult {
    let Some(pid) = pid.as_pid() else { return BifResult::Raise(Exception::badarg()) };
    let is_at_rest = || actor::load(pid).is_none_or(|load| load == 0);
    if p.bif_state.is_none() && (pid == p.pid || is_at_rest() || !is_process(pid)) {
        return BifResult::Value(boolean(pid == p.pid || actor::is_alive(pid)));
    }
    match ask(p, pid, Question::Alive) {
        Asked::Waiting => BifResult::Wait,
        Asked::Answered(answer) => BifResult::Value(boolean(answer.is_some())),
    }
}

/// Whether `pid` names a process that can answer questions; a native actor cannot.
pub(crate) fn is_process(pid: Pid) -> bool {
    actor::behaviour_of(pid) == Some(std::any::TypeId::of::<Process>())
}

/// The module that native actors are said to be of.
const NATIVE_MODULE: &str = "Elixir.Dala.Actor";

/// The items of a native actor, which has no heap and counts no reductions.
fn native_info(system: &System, pid: Pid, items: Word, seen: &Seen, writer: &mut Fragment) -> Word {
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

/// The items of `p` itself: one value for one item, a list for a list.
fn info(p: &mut Process, items: Word, is_running: bool) -> Option<Word> {
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
fn stack_trace(p: &mut Process) -> Word {
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
            let buffers: Vec<Word> = buffers
                .into_iter()
                .map(|(address, bytes, references)| {
                    let address = p.heap.unsigned(address);
                    p.heap.tuple(&[address, count(bytes), count(references)])
                })
                .collect();
            p.heap.list(&buffers, Word::NIL)
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

/// `erts_internal:group_leader(Leader, Pid)`: `true`, or `badarg` as a value.
pub(crate) fn set_group_leader(p: &mut Process, [leader, pid]: [Word; 2]) -> Answer {
    let (Some(leader), Some(pid)) = (leader.as_pid(), pid.as_pid()) else {
        return Ok(Word::atom(atoms::BADARG));
    };
    if pid == p.pid {
        p.group_leader = Word::pid(leader);
    } else if actor::ask(pid, Box::new(Question::GroupLeader(leader))).is_err() {
        return Ok(Word::atom(atoms::BADARG));
    }
    Ok(boolean(true))
}

/// `erts_internal:garbage_collect(major | minor)`: a built-in function does not collect, the entry of a function does. So the
/// answer is that of one.
pub(crate) fn garbage_collect(p: &mut Process, [kind]: [Word; 1]) -> BifResult {
    match is_major(kind) {
        Ok(is_major) => request_collection(p, is_major),
        Err(exception) => return BifResult::Raise(exception),
    }
    BifResult::call(named!("dala_code"), named!("collected"), &[])
}

fn is_major(kind: Word) -> Result<bool, Exception> {
    match atom(kind)?.text() {
        "major" => Ok(true),
        "minor" => Ok(false),
        _ => badarg(),
    }
}

fn request_collection(p: &mut Process, is_major: bool) {
    if is_major {
        p.heap.request_major();
    } else {
        p.heap.context.request_collection();
    }
}

/// `erts_internal:request_system_task(Pid, Priority, {garbage_collect, Id, Kind} | {check_process_code, Id, Module})`.
pub(crate) fn request_system_task(p: &mut Process, [pid, _priority, request]: [Word; 3]) -> Answer {
    let Some(pid) = pid.as_pid() else { return badarg() };
    let Some(&[kind, id, what]) = view::tuple_elements(request) else { return badarg() };
    let task = match atom(kind)?.text() {
        "garbage_collect" => Task::CollectGarbage { is_major: is_major(what)? },
        "check_process_code" => Task::CheckCode(atom(what)?),
        _ => return badarg(),
    };
    let mut done = TaskDone { asker: p.pid, kind, id: Some(own(id)) };
    if pid == p.pid {
        run_task(p, task, done);
    } else if is_process(pid) {
        // Dropped where there is nobody, it says so.
        drop(actor::ask(pid, Box::new(Question::Task { task, done })));
    } else {
        // A native actor has nothing to collect, and is in no code.
        done.tell(matches!(task, Task::CollectGarbage { .. }) && actor::is_alive(pid));
    }
    Ok(Word::atom(atoms::OK))
}

/// Asks all processes to copy out literals.
pub(crate) fn ask_to_copy_out(p: &Process, leaving: &Arc<Leaving>) {
    for pid in p.system.processes().into_iter().filter(|&pid| is_process(pid)) {
        // Who is gone has none.
        drop(actor::ask(pid, Box::new(Question::CopyOut(leaving.clone()))));
    }
}

/// What a process is asked to do for another.
#[derive(Clone, Copy, Debug)]
pub enum Task {
    /// `garbage_collect(Pid)`
    CollectGarbage {
        /// Of both generations.
        is_major: bool,
    },
    /// `check_process_code(Pid, Module)`
    CheckCode(Atom),
}

/// Who is told of the end of a task, by the message `{Kind, Id, Result}`; when the process that was asked ends first, with the
/// result `false`.
#[derive(Debug)]
pub struct TaskDone {
    asker: Pid,
    kind: Word,
    /// Until they are told.
    id: Option<OwnedTerm>,
}

impl TaskDone {
    fn tell(&mut self, result: bool) {
        let Some(id) = self.id.take() else { return };
        let mut scratch = Fragment::new();
        let id = copy_term(id.root(), &mut scratch, crate::heap::is_literal);
        let message = scratch.tuple(&[self.kind, id, boolean(result)]);
        // The asker may be gone meanwhile.
        drop(actor::send(self.asker, crate::process::message::node_of(message)));
    }
}

impl Drop for TaskDone {
    fn drop(&mut self) {
        self.tell(false);
    }
}

fn run_task(p: &mut Process, task: Task, mut done: TaskDone) {
    let result = match task {
        Task::CollectGarbage { is_major } => {
            request_collection(p, is_major);
            true
        }
        Task::CheckCode(module) => is_in_old_code(p, module),
    };
    done.tell(result);
}

/// `erts_internal:is_system_process(Pid)`.
pub(crate) fn is_system_process(_: &mut Process, [pid]: [Word; 1]) -> Answer {
    if pid.as_pid().is_none() {
        return badarg();
    }
    Ok(boolean(false))
}
