//! What match specifications for traces can do beside those for tables (ERTS user's guide, "Match Specifications in
//! Erlang", "ActionFunction").

use std::sync::atomic::Ordering;

use dala_ir::abi::{Word, atoms};
use dala_ir::interp::{ReturnTrace, TracedCall, caller, frame, trace};
use dala_ir::term::print::{Style, print};
use dala_ir::term::{TermWriter, view};

use super::{TraceFlags, Tracee};
use crate::bif::arguments::{as_boolean, boolean, named};
use crate::process::Process;

macro_rules! actions {
    ($($(#[doc = $doc:literal])* $name:ident $text:literal / $arity:literal;)*) => {
        /// An action, or a question that guards may ask too.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Action { $($(#[doc = $doc])* $name,)* }

        impl Action {
            /// The action of this name with so many arguments.
            pub(crate) fn named(name: &str, arity: usize) -> Option<Action> {
                match (name, arity) {
                    $(($text, $arity) => Some(Action::$name),)*
                    _ => None,
                }
            }

            /// Whether there is one of this name.
            pub(crate) fn is_name(name: &str) -> bool {
                [$($text),*].contains(&name)
            }
        }
    };
}

actions! {
    /// What is told beside the call.
    Message "message"/1;
    /// The value is told of.
    ReturnTrace "return_trace"/0;
    /// The value or the exception is told of.
    ExceptionTrace "exception_trace"/0;
    /// The process as text.
    ProcessDump "process_dump"/0;
    /// Whom the call returns to.
    Caller "caller"/0;
    /// The same, with its line.
    CallerLine "caller_line"/0;
    /// Prints.
    Display "display"/1;
    /// Calls are told of, or not.
    Silent "silent"/1;
    /// Sets a flag of the process.
    EnableTrace "enable_trace"/1;
    /// Sets one of another.
    EnableTraceOf "enable_trace"/2;
    /// Takes a flag away.
    DisableTrace "disable_trace"/1;
    /// Takes one of another away.
    DisableTraceOf "disable_trace"/2;
    /// Takes flags away, and sets others.
    Trace "trace"/2;
    /// The same of another.
    TraceOf "trace"/3;
    /// Sequential tracing is off.
    SetSeqToken "set_seq_token"/2;
    /// There is none.
    GetSeqToken "get_seq_token"/0;
    /// No.
    IsSeqTrace "is_seq_trace"/0;
    /// A number that all share.
    SetTcw "set_tcw"/1;
    /// That number.
    GetTcw "get_tcw"/0;
}

impl Action {
    /// Whether guards may have it.
    pub(crate) fn is_question(self) -> bool {
        matches!(self, Action::IsSeqTrace | Action::GetTcw | Action::GetSeqToken)
    }
}

/// What actions asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Actions {
    /// What is told beside the call: `true` for nothing, `false` where the call is not told of at all.
    pub(crate) message: Option<Word>,
    /// What is told of its end.
    pub(crate) what: Option<ReturnTrace>,
    /// Whether a call is being traced: a test has no process to act on.
    pub(crate) is_call: bool,
}

impl Actions {
    /// What is asked for of the end of the call.
    pub(crate) fn returns(&self) -> ReturnTrace {
        self.what.unwrap_or(ReturnTrace::NOTHING)
    }

    fn ask_for(&mut self, what: ReturnTrace) -> Word {
        self.what = Some(self.returns().and(what));
        boolean(true)
    }

    /// Does what `action` says; its value, or `None` when it fails.
    pub(crate) fn act(&mut self, p: &mut Process, action: Action, arguments: &[Word]) -> Option<Word> {
        let done = Some(boolean(true));
        match (action, arguments) {
            (Action::Message, &[message]) => {
                self.message = Some(message);
                done
            }
            (Action::ReturnTrace, []) => Some(self.ask_for(ReturnTrace::VALUE)),
            (Action::ExceptionTrace, []) => {
                Some(self.ask_for(ReturnTrace::VALUE.and(ReturnTrace::EXCEPTION)))
            }
            (Action::ProcessDump, []) => {
                let text = format!("=proc:{}\nReductions: {}\n", p.pid, p.reductions());
                Some(p.heap.binary(text.as_bytes()))
            }
            (Action::Caller, []) => {
                let caller = if self.is_call { caller(p) } else { None };
                Some(caller.map_or(Word::atom(atoms::UNDEFINED), |call| call_word(&mut p.heap, call)))
            }
            (Action::CallerLine, []) => {
                let caller = if self.is_call { caller_with_line(p) } else { None };
                Some(caller.unwrap_or(Word::atom(atoms::UNDEFINED)))
            }
            (Action::Display, &[term]) => {
                eprintln!("{}", print(term, Style::Readable));
                done
            }
            (Action::Silent, &[silent]) => {
                match as_boolean(silent) {
                    Some(true) => self.change(p, TraceFlags::NONE, TraceFlags::SILENT),
                    Some(false) => self.change(p, TraceFlags::SILENT, TraceFlags::NONE),
                    None => {}
                }
                done
            }
            (Action::EnableTrace, &[flag]) => {
                self.change(p, TraceFlags::NONE, TraceFlags::named(flag)?);
                done
            }
            (Action::DisableTrace, &[flag]) => {
                self.change(p, TraceFlags::named(flag)?, TraceFlags::NONE);
                done
            }
            (Action::Trace, &[off, on]) => {
                self.change(p, flags_of(off)?, flags_of(on)?);
                done
            }
            (Action::EnableTraceOf, &[pid, flag]) => {
                self.change_of(p, pid, TraceFlags::NONE, TraceFlags::named(flag)?)
            }
            (Action::DisableTraceOf, &[pid, flag]) => {
                self.change_of(p, pid, TraceFlags::named(flag)?, TraceFlags::NONE)
            }
            (Action::TraceOf, &[pid, off, on]) => self.change_of(p, pid, flags_of(off)?, flags_of(on)?),
            (Action::SetSeqToken, _) => done,
            (Action::GetSeqToken, _) => Some(Word::NIL),
            (Action::IsSeqTrace, _) => Some(boolean(false)),
            (Action::SetTcw, &[number]) => {
                let number = number.as_small()?;
                Some(Word::small_int(p.system.tracees.control_word.swap(number, Ordering::Relaxed)))
            }
            (Action::GetTcw, _) => {
                Some(Word::small_int(p.system.tracees.control_word.load(Ordering::Relaxed)))
            }
            _ => None,
        }
    }

    /// Changes the flags of the process itself, if it has a tracer.
    fn change(&self, p: &mut Process, off: TraceFlags, on: TraceFlags) {
        if self.is_call && !p.tracing.tracee.flags.is_empty() {
            let Tracee { flags, tracer } = p.tracing.tracee;
            p.set_own_tracing(Tracee { flags: flags.without(off).with(on), tracer });
        }
    }

    /// Changes the flags of a process to be told to the tracer of this one.
    fn change_of(&self, p: &mut Process, of: Word, off: TraceFlags, on: TraceFlags) -> Option<Word> {
        let pid = match of.as_atom() {
            Some(name) => p.system.whereis(name)?,
            None => of.as_pid()?,
        };
        if pid == p.pid {
            self.change(p, off, on);
        } else if self.is_call && !p.tracing.tracee.flags.is_empty() {
            let tracer = p.tracing.tracee.tracer;
            p.system.tracees.set(pid, false, Tracee { flags: off, tracer });
            p.system.tracees.set(pid, true, Tracee { flags: on, tracer });
        }
        Some(boolean(true))
    }
}

fn flags_of(list: Word) -> Option<TraceFlags> {
    let mut flags = TraceFlags::NONE;
    for word in view::list_to_vec(list)? {
        flags = flags.with(if word == Word::atom(named!("all")) {
            TraceFlags::ALL
        } else {
            TraceFlags::named(word)?
        });
    }
    Some(flags)
}

/// `{M, F, A}`
pub(super) fn call_word(heap: &mut impl TermWriter, call: TracedCall) -> Word {
    let arity = Word::small_int(i64::from(call.arity));
    heap.tuple(&[Word::atom(call.module), Word::atom(call.function), arity])
}

/// `{M, F, A, {File, Line}}` of whom the call returns to.
fn caller_with_line(p: &mut Process) -> Option<Word> {
    let addresses = frame::return_address_words(p, 1);
    let (first, _) = view::cons(trace::places_list(&mut p.heap, &addresses))?;
    let &[module, function, arity, info] = view::tuple_elements(first)? else { return None };
    let values: Vec<Word> = view::list_to_vec(info)?
        .into_iter()
        .filter_map(|pair| view::tuple_elements(pair)?.get(1).copied())
        .collect();
    let line = match values[..] {
        [_, _] => p.heap.tuple(&values),
        _ => Word::atom(atoms::UNDEFINED),
    };
    Some(p.heap.tuple(&[module, function, arity, line]))
}
