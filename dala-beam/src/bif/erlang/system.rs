//! The runtime itself: `system_info`, `statistics`, `halt`, `display`, and functions that have nothing to do here.

use std::io::Write;
use std::sync::atomic::Ordering;

use dala_ir::abi::{Atom, Pid, Word, atoms};
use dala_ir::interp::{BifResult, Exception};
use dala_ir::term::{ListIter, TermWriter, print, view};

use crate::bif::Answer;
use crate::bif::arguments::{as_boolean, atom, badarg, badarg_because, boolean, index, list, named, truth};
use crate::process::Process;

/// The OTP release whose behaviour is followed.
const OTP_RELEASE: &str = "25";
const ERTS_VERSION: &str = "13.1.5";

/// `system_info(Item)`.
pub(crate) fn system_info(p: &mut Process, [item]: [Word; 1]) -> Answer {
    let count = |value: usize| Ok(Word::small_int(value as i64));
    if let Some(elements) = view::tuple_elements(item) {
        return match *elements {
            [name, _] if name == Word::atom(named!("allocator_sizes")) => Ok(Word::NIL),
            [name, of] if name == Word::atom(named!("wordsize")) => match atom(of)?.text() {
                "internal" | "external" => count(8),
                _ => badarg(),
            },
            [name, _] if name == Word::atom(named!("allocator")) => Ok(boolean(false)),
            _ => badarg(),
        };
    }
    let workers = p.system.runtime.workers();
    match atom(item)?.text() {
        "schedulers"
        | "schedulers_online"
        | "logical_processors"
        | "logical_processors_available"
        | "logical_processors_online"
        | "dirty_cpu_schedulers"
        | "dirty_cpu_schedulers_online" => count(workers),
        "dirty_io_schedulers" | "async_threads" => count(10),
        "process_count" => {
            let all = p.system.processes().len();
            count(all)
        }
        "process_limit" => count(1 << 28),
        "port_count" => count(p.system.builtins.ports.all().len()),
        "context_reductions" => count(usize::try_from(p.system.options.reductions).unwrap_or(1)),
        "port_limit" => count(65_536),
        "atom_count" => count(Atom::count()),
        "atom_limit" => count(dala_ir::abi::atom::MAX_ATOMS),
        "ets_count" => {
            let all = p.system.builtins.tables.count();
            count(all)
        }
        "ets_limit" => count(1 << 20),
        "ets_always_compress" => Ok(boolean(false)),
        "otp_release" => Ok(p.heap.charlist(OTP_RELEASE)),
        "version" => Ok(p.heap.charlist(ERTS_VERSION)),
        "system_version" => {
            let text = format!(
                "Dala {} as Erlang/OTP {OTP_RELEASE} [64-bit] [smp:{workers}:{workers}]\n",
                env!("CARGO_PKG_VERSION")
            );
            Ok(p.heap.charlist(&text))
        }
        "system_architecture" => {
            let text = format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS);
            Ok(p.heap.charlist(&text))
        }
        "snifs" => {
            let rows = crate::bif::table::ROWS.iter().filter(|row| row.is_emulators());
            let names: Vec<Word> = rows
                .map(|row| {
                    let [module, name] = [row.module, row.name].map(|text| Word::atom(Atom::new(text)));
                    p.heap.tuple(&[module, name, Word::small_int(i64::from(row.arity))])
                })
                .collect();
            Ok(p.heap.list(&names, Word::NIL))
        }
        "machine" => Ok(p.heap.charlist("Dala")),
        "emu_flavor" => Ok(Word::atom(named!("emu"))),
        "emu_type" | "build_type" => Ok(Word::atom(named!("opt"))),
        "wordsize" => count(8),
        "endian" => {
            Ok(Word::atom(if cfg!(target_endian = "little") { named!("little") } else { named!("big") }))
        }
        "smp_support" | "threads" => Ok(boolean(true)),
        "thread_pool_size" => count(10),
        "fullsweep_after" => {
            let after = p.system.options.heap.fullsweep_after as i64;
            let after = Word::small_int(after);
            Ok(p.heap.tuple(&[Word::atom(named!("fullsweep_after")), after]))
        }
        "min_heap_size" => {
            let words = Word::small_int(p.system.options.heap.min_words as i64);
            Ok(p.heap.tuple(&[Word::atom(named!("min_heap_size")), words]))
        }
        "min_bin_vheap_size" => {
            Ok(p.heap.tuple(&[Word::atom(named!("min_bin_vheap_size")), Word::small_int(46_422)]))
        }
        "build_flavor" | "kernel_poll" | "dynamic_trace" | "dist_ctrl" | "eager_check_io" => {
            Ok(Word::atom(atoms::FALSE))
        }
        "system_logger" => Ok(system_logger(p)),
        "os_type" => Ok(crate::bif::os::os_type(p)),
        "os_version" => Ok(p.heap.tuple(&[0, 0, 0].map(Word::small_int))),
        "start_time" => count(0),
        "time_offset" => Ok(Word::atom(named!("final"))),
        "time_correction" => Ok(boolean(true)),
        "time_warp_mode" => Ok(Word::atom(named!("no_time_warp"))),
        "creation" | "heap_sizes_count" => count(0),
        "heap_type" => Ok(Word::atom(named!("private"))),
        "multi_scheduling" => Ok(Word::atom(named!("enabled"))),
        "delayed_node_table_gc" | "dist_buf_busy_limit" => count(1 << 20),
        "scheduler_id" => count(1),
        "outstanding_system_requests_limit" => count((1 << 27) - 1),
        "debug_compiled" | "lock_checking" | "lock_counting" => Ok(boolean(false)),
        "nif_version" => Ok(p.heap.charlist("2.16")),
        "driver_version" => Ok(p.heap.charlist("3.3")),
        "allocator" | "alloc_util_allocators" => Ok(Word::NIL),
        "update_cpu_info" => Ok(Word::atom(named!("unchanged"))),
        "tolerant_timeofday" => Ok(Word::atom(named!("enabled"))),
        "end_time" => Ok(p.heap.integer(i64::MAX)),
        "max_heap_size" => Ok(dala_ir::term::map::from_pairs(
            &mut p.heap,
            &[
                (Word::atom(named!("error_logger")), boolean(true)),
                (Word::atom(atoms::KILL), boolean(true)),
                (Word::atom(named!("size")), Word::small_int(0)),
            ],
        )),
        _ => badarg(),
    }
}

/// The process that the runtime's own log events go to, as a term.
fn system_logger(p: &Process) -> Word {
    match p.system.builtins.system_logger.load(Ordering::Acquire) {
        0 => Word::atom(atoms::UNDEFINED),
        bits => Word::pid(Pid::from_bits(bits)),
    }
}

/// `system_flag(Flag, Value)`: flags but `system_logger` are kept nowhere; their former value is what OTP starts with.
pub(crate) fn system_flag(p: &mut Process, [flag, value]: [Word; 2]) -> Answer {
    match atom(flag)?.text() {
        "system_logger" => {
            let former = system_logger(p);
            let logger = match (value.as_pid(), value.as_atom().map(Atom::text)) {
                (Some(pid), _) => pid.to_bits(),
                (_, Some("undefined")) => 0,
                // The process registered as logger.
                (_, Some("logger")) => p.system.whereis(named!("logger")).map_or(0, Pid::to_bits),
                _ => return badarg(),
            };
            p.system.builtins.system_logger.store(logger, Ordering::Release);
            Ok(former)
        }
        "backtrace_depth" => {
            Ok(Word::small_int(dala_ir::interp::frame::set_trace_frames(index(value)?) as i64))
        }
        "fullsweep_after" => {
            index(value)?;
            Ok(Word::small_int(p.system.options.heap.fullsweep_after as i64))
        }
        "min_heap_size" => {
            super::process::heap_size(value)?;
            Ok(Word::small_int(p.system.options.heap.min_words as i64))
        }
        "max_heap_size" => {
            super::process::max_heap_size(value, p.heap.options().min_words)?;
            system_info(p, [flag])
        }
        "schedulers_online" | "dirty_cpu_schedulers_online" => {
            Ok(Word::small_int(p.system.runtime.workers() as i64))
        }
        "scheduler_wall_time" => Ok(boolean(false)),
        "multi_scheduling" => Ok(Word::atom(named!("enabled"))),
        "time_offset" => Ok(Word::atom(named!("final"))),
        _ => badarg_because(named!("badopt")),
    }
}

/// `statistics(Item)`.
pub(crate) fn statistics(p: &mut Process, [item]: [Word; 1]) -> Answer {
    let pair = |p: &mut Process, first: u64, second: u64| {
        let (first, second) = (p.heap.unsigned(first), p.heap.unsigned(second));
        p.heap.tuple(&[first, second])
    };
    let elapsed = p.system.runtime.now().since(p.system.start);
    match atom(item)?.text() {
        "wall_clock" => {
            let total = elapsed.as_millis() as u64;
            let former = p.system.builtins.statistics.wall_clock.swap(total, Ordering::Relaxed);
            Ok(pair(p, total, total.saturating_sub(former)))
        }
        "runtime" => {
            let total = cpu_milliseconds().unwrap_or(elapsed.as_millis() as u64);
            let former = p.system.builtins.statistics.runtime.swap(total, Ordering::Relaxed);
            Ok(pair(p, total, total.saturating_sub(former)))
        }
        "reductions" | "exact_reductions" => {
            let total = p.reductions();
            let former = p.system.builtins.statistics.reductions.swap(total, Ordering::Relaxed);
            Ok(pair(p, total, total.saturating_sub(former)))
        }
        "garbage_collection" => Ok(p.heap.tuple(&[0, 0, 0].map(Word::small_int))),
        "context_switches" => Ok(p.heap.tuple(&[0, 0].map(Word::small_int))),
        "io" => {
            let input = p.heap.tuple(&[Word::atom(named!("input")), Word::small_int(0)]);
            let output = p.heap.tuple(&[Word::atom(named!("output")), Word::small_int(0)]);
            Ok(p.heap.tuple(&[input, output]))
        }
        "run_queue" | "total_run_queue_lengths" | "total_active_tasks" => Ok(Word::small_int(0)),
        "run_queue_lengths" | "active_tasks" => {
            let zeros = vec![Word::small_int(0); p.system.runtime.workers()];
            Ok(p.heap.list(&zeros, Word::NIL))
        }
        "scheduler_wall_time" => Ok(Word::atom(atoms::UNDEFINED)),
        _ => badarg(),
    }
}

/// CPU time of this OS process, where the operating system tells it in a file.
fn cpu_milliseconds() -> Option<u64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // Behind the command, which stands in parentheses: fields 14 and 15 are ticks of 10 ms in user and system mode.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks: u64 = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    Some(ticks * 10)
}

/// `halt(Status, Options)`.
pub(crate) fn halt(p: &mut Process, [status, options]: [Word; 2]) -> BifResult {
    if p.system.is_halting() {
        return BifResult::Wait;
    }
    let are_options = view::list_to_vec(options).is_some_and(|options| {
        options.iter().all(|&option| match view::tuple_elements(option) {
            Some(&[name, value]) => name == Word::atom(named!("flush")) && as_boolean(value).is_some(),
            _ => false,
        })
    });
    if !are_options {
        return BifResult::Raise(Exception::badarg());
    }
    let code = match status.as_small() {
        Some(code) if code < 0 => return BifResult::Raise(Exception::badarg()),
        Some(code) => i32::try_from(code & 0xff).unwrap_or(1),
        None if status == Word::atom(named!("abort")) => 134,
        None if view::list_len(status).is_some() => {
            let slogan: String = ListIter::new(status)
                .filter_map(|item| item.as_small().and_then(|value| char::from_u32(value as u32)))
                .collect();
            p.system.report(&format!("{slogan}\n"));
            1
        }
        None => return BifResult::Raise(Exception::badarg()),
    };
    drop(std::io::stdout().flush());
    p.system.halt(code);
    // Nothing of this process runs any more. Where the whole program ends nobody may learn of its end either: whoever
    // monitors it would go on, and print, until the program is gone.
    if p.system.is_halting() { BifResult::Wait } else { BifResult::Exit(Word::atom(atoms::KILLED)) }
}

/// `display(Term)`: to standard output, past the I/O servers.
pub(crate) fn display(_: &mut Process, [term]: [Word; 1]) -> Answer {
    let mut out = std::io::stdout().lock();
    // As OTP: whether anybody reads is not asked.
    drop(writeln!(out, "{}", print::print(term, print::Style::Readable)).and_then(|()| out.flush()));
    Ok(boolean(true))
}

/// `display_string(String)`.
pub(crate) fn display_string(_: &mut Process, [text]: [Word; 1]) -> Answer {
    if view::list_len(text).is_none() {
        return badarg();
    }
    let mut iter = ListIter::new(text);
    let mut shown = String::new();
    for item in iter.by_ref() {
        let point = item.as_small().and_then(|value| u32::try_from(value).ok()).and_then(char::from_u32);
        shown.push(point.ok_or(Exception::badarg())?);
    }
    if !iter.ended_proper() {
        return badarg();
    }
    let mut out = std::io::stdout().lock();
    drop(write!(out, "{shown}").and_then(|()| out.flush()));
    Ok(boolean(true))
}

/// `bump_reductions(N)`.
pub(crate) fn bump_reductions(p: &mut Process, [count]: [Word; 1]) -> Answer {
    let count = index(count)?;
    p.charge(count);
    Ok(boolean(true))
}

/// `yield()`.
pub(crate) fn yield_0(p: &mut Process, []: [Word; 0]) -> Answer {
    // What is to come first goes on at the next call; what arrived acts now, as for who was scheduled again.
    p.charge(usize::try_from(p.reductions_left()).unwrap_or(0));
    p.activation().take_in();
    Ok(boolean(true))
}

/// `memory()`: bytes by kind, as far as the runtime counts them.
pub(crate) fn memory_0(p: &mut Process, []: [Word; 0]) -> Answer {
    let pairs: Vec<Word> = MEMORY_KINDS
        .iter()
        .map(|kind| {
            let bytes = memory_of(p, kind);
            let bytes = p.heap.unsigned(bytes);
            p.heap.tuple(&[Word::atom(Atom::new(kind)), bytes])
        })
        .collect();
    Ok(p.heap.list(&pairs, Word::NIL))
}

/// `memory(Kind | [Kind])`.
pub(crate) fn memory_1(p: &mut Process, [kinds]: [Word; 1]) -> Answer {
    if let Some(kind) = kinds.as_atom() {
        if !MEMORY_KINDS.contains(&kind.text()) {
            return badarg();
        }
        let bytes = memory_of(p, kind.text());
        return Ok(p.heap.unsigned(bytes));
    }
    let mut pairs = Vec::new();
    for kind in list(kinds)? {
        let bytes = memory_1(p, [kind])?;
        pairs.push(p.heap.tuple(&[kind, bytes]));
    }
    Ok(p.heap.list(&pairs, Word::NIL))
}

const MEMORY_KINDS: &[&str] =
    &["total", "processes", "processes_used", "system", "atom", "atom_used", "binary", "code", "ets"];

fn memory_of(p: &Process, kind: &str) -> u64 {
    let resident = std::fs::read_to_string("/proc/self/statm")
        .ok()
        .and_then(|text| text.split_whitespace().nth(1)?.parse::<u64>().ok())
        .map_or(0, |pages| pages * 4096);
    let own = (p.heap.total_words() * 8) as u64;
    match kind {
        "total" => resident.max(own),
        "processes" | "processes_used" => own,
        "system" => resident.saturating_sub(own),
        "ets" => p.system.builtins.tables.words() as u64 * 8,
        "atom" | "atom_used" => Atom::count() as u64 * 32,
        "binary" => dala_ir::term::binary::region_bytes(),
        // Literals of modules and of persistent terms, and the words of modules that are there.
        "code" => {
            let modules = p.system.code.all();
            let words: usize = modules.iter().map(|module| module.code.code_bytes()).sum();
            (words + crate::heap::literal_area().used_words() * size_of::<Word>()) as u64
        }
        _ => 0,
    }
}

/// `dt_spread_tag(Bool)`, `dt_restore_tag(Tag)` and their kin: there are no dynamic traces.
pub(crate) fn dt_true(_: &mut Process, [_argument]: [Word; 1]) -> Answer {
    Ok(boolean(true))
}

/// Flags of a sequential trace that are on or off.
const TRACE_FLAGS: [&str; 6] =
    ["send", "receive", "print", "timestamp", "monotonic_timestamp", "strict_monotonic_timestamp"];

/// `seq_trace(Flag, Value)`: sequential tracing is off, and stays so; the former value.
pub(crate) fn seq_trace(_: &mut Process, [flag, value]: [Word; 2]) -> Answer {
    match atom(flag)?.text() {
        flag if TRACE_FLAGS.contains(&flag) => {
            truth(value)?;
            Ok(boolean(false))
        }
        "label" | "serial" | "sequential_trace_token" => Ok(Word::NIL),
        _ => badarg(),
    }
}

/// `seq_trace_info(Flag)`: as of a process without a token.
pub(crate) fn seq_trace_info(p: &mut Process, [flag]: [Word; 1]) -> Answer {
    match atom(flag)?.text() {
        name if TRACE_FLAGS.contains(&name) => Ok(p.heap.tuple(&[flag, boolean(false)])),
        "label" | "serial" => Ok(Word::NIL),
        _ => badarg(),
    }
}

/// `system_monitor()`, `system_profile()`: off.
pub(crate) fn undefined_0(_: &mut Process, []: [Word; 0]) -> Answer {
    Ok(Word::atom(atoms::UNDEFINED))
}

/// `system_monitor({Pid, Options} | undefined)`: off.
pub(crate) fn undefined_1(p: &mut Process, [who]: [Word; 1]) -> Answer {
    match view::tuple_elements(who) {
        Some(&[who, options]) => undefined_2(p, [who, options]),
        _ if who == Word::atom(atoms::UNDEFINED) => Ok(who),
        _ => badarg(),
    }
}

/// `system_monitor(Pid | undefined, Options)`, `system_profile(Pid | undefined, Options)`: off.
pub(crate) fn undefined_2(_: &mut Process, [who, options]: [Word; 2]) -> Answer {
    let is_nobody = who == Word::atom(atoms::UNDEFINED) || options.is_nil();
    let is_somebody = who.as_pid().is_some() || who.as_port().is_some();
    if is_nobody || is_somebody && view::list_len(options).is_some() {
        return Ok(Word::atom(atoms::UNDEFINED));
    }
    badarg()
}

/// `erts_internal:scheduler_wall_time(Enabled)`: whether it was on.
pub(crate) fn scheduler_wall_time(_: &mut Process, [enabled]: [Word; 1]) -> Answer {
    truth(enabled)?;
    Ok(boolean(false))
}

/// `erts_internal:system_check(schedulers)`: they run.
pub(crate) fn system_check(_: &mut Process, [what]: [Word; 1]) -> Answer {
    if what == Word::atom(named!("schedulers")) { Ok(Word::atom(atoms::OK)) } else { badarg() }
}

/// `display_nl()`.
pub(crate) fn display_nl(_: &mut Process, []: [Word; 0]) -> Answer {
    let mut out = std::io::stdout().lock();
    drop(writeln!(out).and_then(|()| out.flush()));
    Ok(boolean(true))
}
