//! Spawning processes.

use dala_ir::abi::{Atom, Word, atoms};
use dala_ir::interp::Exception;
use dala_ir::term::{TermWriter, view};

use super::monitors::monitor_options;
use super::process::{heap_size, is_off_heap, max_heap_size, priority_of};
use crate::bif::Answer;
use crate::bif::arguments::{
    atom, bad_option, badarg, boolean, index, list, named, option_list, truth, tuple,
};
use crate::heap::HeapOptions;
use crate::process::{Entry, MonitorOptions, Priority, Process, Settings, SpawnRequest};

/// `spawn(M, F, Args)`.
pub(crate) fn spawn(p: &mut Process, [module, function, args]: [Word; 3]) -> Answer {
    spawn_with(p, [module, function, args], Options::new(p))
}

/// `spawn_link(M, F, Args)`.
pub(crate) fn spawn_link(p: &mut Process, [module, function, args]: [Word; 3]) -> Answer {
    let options = Options { link: true, ..Options::new(p) };
    spawn_with(p, [module, function, args], options)
}

/// `spawn_opt(M, F, Args, Options)`.
pub(crate) fn spawn_opt(p: &mut Process, [module, function, args, options]: [Word; 4]) -> Answer {
    let options = Options::read(p, options).map_err(bad_option)?;
    spawn_with(p, [module, function, args], options)
}

/// `erts_internal:spawn_request(M, F, Args, Options)`: a reference; `{spawn_reply, Reference, ok, Pid}` follows, or
/// `{spawn_reply, Reference, error, badopt}`, unless the options say that it does not.
pub(crate) fn spawn_request(p: &mut Process, [module, function, args, options]: [Word; 4]) -> Answer {
    let Some((how, rest)) = Replies::read(options) else { return Ok(Word::atom(named!("badopt"))) };
    let rest = p.heap.list(&rest, Word::NIL);
    let Some(options) = Options::read(p, rest).ok().filter(|_| how.are_good) else {
        return Ok(how.failed(p, named!("badopt")));
    };
    let has_monitor = options.monitor.is_some();
    let Ok(spawned) = spawn_with(p, [module, function, args], options) else {
        return Ok(Word::atom(atoms::BADARG));
    };
    let (pid, reference) = match view::tuple_elements(spawned) {
        Some(&[pid, reference]) if has_monitor => (pid, reference),
        _ => (spawned, p.new_reference()),
    };
    if how.wants_success {
        let reply = p.heap.tuple(&[how.tag, reference, Word::atom(atoms::OK), pid]);
        p.send_to(p.pid, reply);
    }
    Ok(reference)
}

/// `erts_internal:dist_spawn_request(Node, {M, F, Args}, Options, spawn_request | spawn_opt)`: no other node is there, as
/// `{spawn_reply, Reference, error, noconnection}` says. `spawn_opt` gets the reference with whether a monitor was asked for.
pub(crate) fn dist_spawn_request(p: &mut Process, [node, call, options, kind]: [Word; 4]) -> Answer {
    let is_call = view::tuple_elements(call).is_some_and(|call| {
        matches!(call, &[module, function, args]
            if module.as_atom().and(function.as_atom()).is_some() && view::list_to_vec(args).is_some())
    });
    let (Some(_), true, Some((how, rest))) = (node.as_atom(), is_call, Replies::read(options)) else {
        return Ok(Word::atom(atoms::BADARG));
    };
    let rest = p.heap.list(&rest, Word::NIL);
    let options = Options::read(p, rest).ok().filter(|_| how.are_good);
    let has_monitor = options.as_ref().is_some_and(|options| options.monitor.is_some());
    let reference = how.failed(p, if options.is_some() { named!("noconnection") } else { named!("badopt") });
    if kind == Word::atom(named!("spawn_opt")) {
        return Ok(p.heap.tuple(&[reference, boolean(has_monitor)]));
    }
    Ok(reference)
}

/// What the answer to a request is to look like, and when one is wanted.
struct Replies {
    tag: Word,
    wants_success: bool,
    wants_error: bool,
    are_good: bool,
}

impl Replies {
    /// Reads them out of a list of options, which leaves those of the process; `None` when it is no list.
    fn read(options: Word) -> Option<(Replies, Vec<Word>)> {
        let tag = Word::atom(named!("spawn_reply"));
        let mut read = Replies { tag, wants_success: true, wants_error: true, are_good: true };
        let mut rest = Vec::new();
        for option in view::list_to_vec(options)? {
            match view::tuple_elements(option) {
                Some(&[name, value]) if name == Word::atom(named!("reply_tag")) => read.tag = value,
                Some(&[name, value]) if name == Word::atom(named!("reply")) => {
                    (read.wants_success, read.wants_error) = match value.as_atom().map(Atom::text) {
                        Some("yes") => (true, true),
                        Some("no") => (false, false),
                        Some("success_only") => (true, false),
                        Some("error_only") => (false, true),
                        _ => {
                            read.are_good = false;
                            continue;
                        }
                    }
                }
                _ => rest.push(option),
            }
        }
        Some((read, rest))
    }

    /// Tells that nothing was spawned, and returns the request's reference.
    fn failed(&self, p: &mut Process, why: Atom) -> Word {
        let reference = p.new_reference();
        if self.wants_error {
            let reply = p.heap.tuple(&[self.tag, reference, Word::atom(atoms::ERROR), Word::atom(why)]);
            p.send_to(p.pid, reply);
        }
        reference
    }
}

struct Options {
    link: bool,
    monitor: Option<MonitorOptions>,
    heap: HeapOptions,
    settings: Settings,
    priority: Priority,
}

impl Options {
    fn new(p: &Process) -> Options {
        Options {
            link: false,
            monitor: None,
            heap: p.system.options.heap,
            settings: Settings::default(),
            priority: Priority::Normal,
        }
    }

    fn read(p: &Process, options: Word) -> Result<Options, Exception> {
        let mut read = Options::new(p);
        let mut limit = None;
        for option in option_list(options)? {
            if let Some(name) = option.as_atom() {
                match name.text() {
                    "link" => read.link = true,
                    "monitor" => read.monitor = Some(MonitorOptions::default()),
                    _ => return badarg(),
                }
                continue;
            }
            let &[name, value] = tuple(option)? else { return badarg() };
            match atom(name)?.text() {
                "monitor" => read.monitor = Some(monitor_options(value)?),
                "priority" => read.priority = priority_of(value)?,
                "fullsweep_after" => {
                    read.heap.fullsweep_after = u32::try_from(index(value)?).unwrap_or(u32::MAX)
                }
                "min_heap_size" => read.heap.min_words = heap_size(value)?,
                "max_heap_size" => limit = Some(value),
                // Accepted as hints.
                "scheduler" => {
                    if index(value)? > p.system.runtime.workers() {
                        return badarg();
                    }
                }
                "async_dist" => drop(truth(value)?),
                "min_bin_vheap_size" => read.settings.min_binary_heap = index(value)?,
                "message_queue_data" => read.settings.has_off_heap_queue = is_off_heap(value)?,
                _ => return badarg(),
            }
        }
        if let Some(limit) = limit {
            // The smallest heap may stand behind it.
            let limit = max_heap_size(limit, read.heap.min_words)?;
            read.heap.max_words = Some(limit.words).filter(|&words| limit.kills && words > 0);
            read.settings.max_heap = limit;
        }
        Ok(read)
    }
}

fn spawn_with(p: &mut Process, [module, function, args]: [Word; 3], options: Options) -> Answer {
    let (module, function) = (atom(module)?, atom(function)?);
    let arguments = list(args)?;
    if arguments.len() > 255 {
        return Err(Exception::error_atom(atoms::SYSTEM_LIMIT));
    }
    let fun_arguments;
    let entry = match arguments[..] {
        // What spawn(Fun) of module erlang comes down to.
        [fun, inner]
            if module == atoms::ERLANG
                && function == named!("apply")
                && super::compare::fun_arity(fun).is_some()
                && view::list_len(inner).is_some() =>
        {
            fun_arguments = list(inner)?;
            Entry::Fun(fun, &fun_arguments)
        }
        _ => Entry::Function(module, function, args),
    };
    p.charge(40);
    let (pid, monitor) = p.spawn(SpawnRequest {
        entry,
        link: options.link,
        monitor: options.monitor,
        heap: options.heap,
        settings: options.settings,
        priority: options.priority,
    })?;
    Ok(match monitor {
        Some(reference) => p.heap.tuple(&[Word::pid(pid), reference]),
        None => Word::pid(pid),
    })
}

/// `spawn_request_abandon(Reference)`: requests of this node are answered at once, so there is none to abandon.
pub(crate) fn spawn_request_abandon(_: &mut Process, [reference]: [Word; 1]) -> Answer {
    view::reference(reference).ok_or(Exception::badarg())?;
    Ok(Word::atom(atoms::FALSE))
}
