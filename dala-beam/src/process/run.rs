//! A process as an actor of Dala: its activations and its end.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::Duration;

use dala::actor::{Activation, Behaviour, Outcome};
use dala::message::ExitReason;
use dala_ir::abi::{Atom, Word, atoms};
use dala_ir::interp::{self, Class, Suspend};
use dala_ir::term::print::{Style, print};
use dala_ir::term::{Fragment, NoMemory, TermWriter, copy_term};

use super::ended::Ended;
use super::process::Process;
use super::{message, reason};
use crate::bif;
use crate::bif::arguments::named;
use crate::bif::erlang::suspend::Suspensions;
use crate::heap::{HeapLimit, own};
use crate::interop::reply::Reply;
use crate::trace::TraceFlags;

/// Longest exit value in a report: enough for a reason and its stack, too little for a server's whole state.
const REPORT_BYTES: usize = 3000;

/// Reductions between looks at what arrived, and at whether a Realtime actor waits for the worker: some 10 us of interpreted
/// code. Running code keeps its budget in a register, so nobody else can cut it short. What a slice ends in is a sample
/// for the JIT: so one goes on through activations that are shorter, or it would never see the code of a busy server. A prime,
/// so that slices end at each function of a loop through several, by turns.
const SLICE: i64 = 997;

impl Behaviour for Process {
    const ARRIVAL_ORDER: bool = true;
    const ANSWERS_TERMS: bool = true;
    // It logs its end as OTP's emulator does.
    const REPORTS_CRASHES: bool = false;

    fn run(&mut self, activation: &mut Activation<'_>) -> Outcome {
        let is_first = self.pid == dala::pid::NOBODY;
        self.pid = activation.pid();
        if is_first && let Some(member) = &self.confined {
            member.began(self.pid);
        }
        if is_first && (self.tracing.has(TraceFlags::ANY) || self.may_tell_of_others()) {
            let is_linked = self.parent.is_some_and(|parent| activation.is_linked(parent));
            self.enter(activation, |process| process.tell_started(is_linked));
        }
        self.learn_tracing(|process| activation.receive(&mut process.receive).taken_in());
        activation.take_in();
        if activation.is_doomed() {
            return Outcome::Waiting;
        }
        activation.take_wake();
        // Before the code runs on: what it is asked is where it stood when that came.
        if !is_first {
            while let Some(question) = activation.take_question() {
                self.asked(question, activation);
            }
        }
        if self.suspensions.get().is_some_and(Suspensions::holds) {
            return Outcome::Waiting;
        }
        if let Some(member) = &self.confined
            && let Some(pause) = member.pause(self.running_time())
        {
            activation.wake_after(pause);
            return Outcome::WaitingForWake;
        }
        let before = self.reductions_before;
        let mut left = self.system.options.reductions.max(1);
        self.learn_tracing(|_| 0);
        if self.tracing.has(TraceFlags::RUNNING) {
            self.tell_running(named!("in"));
        }
        if self.tracing.has(TraceFlags::CALL) {
            self.time_going_on();
        }
        let outcome = loop {
            let (outcome, spent) = self.run_for(left.min(SLICE - self.slice_spent), activation);
            left -= spent;
            let is_slice_over = matches!(outcome, Outcome::Yielded);
            self.slice_spent = if is_slice_over { 0 } else { (self.slice_spent + spent).min(SLICE - 1) };
            if !matches!(outcome, Outcome::Yielded) || left <= 0 || activation.is_pressed() {
                break outcome;
            }
            activation.take_in();
            if activation.is_doomed() {
                break Outcome::Waiting;
            }
            self.learn_tracing(|_| 0);
        };
        if self.tracing.has(TraceFlags::CALL) {
            self.time_stop(matches!(outcome, Outcome::Exited(_)));
        }
        if self.tracing.has(TraceFlags::RUNNING) && !matches!(outcome, Outcome::Exited(_)) {
            self.tell_running(named!("out"));
        }
        if let Some(member) = &self.confined {
            member.used(self.reductions_before.saturating_sub(before), self.running_time());
        }
        activation.set_held(self.held_bytes() as u64);
        self.is_runnable = matches!(outcome, Outcome::Yielded);
        outcome
    }

    fn exiting(&mut self, reason: &ExitReason, activation: &mut Activation<'_>) {
        if self.may_tell_of_others() {
            self.tell_exit(reason, &activation.links());
        }
        self.hand_tables_over();
        if let Some(suspensions) = self.suspensions.get_mut() {
            suspensions.release(self.pid);
        }
        self.system.builtins.questions.forget(self.bif_state);
        self.system.builtins.natives.forget(self.bif_state);
        if let ExitReason::Panic(panic) = reason {
            eprintln!("process {} ended by a fault of the runtime: {panic}", self.pid);
        }
        if let Some(watcher) = self.watcher.take() {
            watcher.tell(Ended::Exit(reason.clone()));
        }
    }

    fn asked(&mut self, question: dala::signal::Question, activation: &mut Activation<'_>) {
        let question = match question.downcast::<Reply>() {
            Ok(reply) => return self.enter(activation, |process| process.answer_for_another(*reply)),
            Err(other) => other,
        };
        if let Ok(question) = question.downcast::<bif::erlang::question::Question>() {
            // One that has ended is suspended nowhere, and looks at no literal any more.
            if matches!(*question, bif::erlang::question::Question::CopyOut(_)) && activation.is_doomed() {
                return;
            }
            self.enter(activation, |process| bif::erlang::question::answer(process, *question));
        }
    }

    fn name() -> &'static str {
        "Erlang process"
    }
}

/// Runs `process`; ends it where there is no memory for a term, as where its heap is over its limit. Such a process is
/// not entered again: a built-in function may have been left half way.
fn run_in_memory(process: &mut Process) -> Result<Suspend, HeapLimit> {
    catch_unwind(AssertUnwindSafe(|| interp::run(process))).map_err(|payload| {
        match payload.downcast::<NoMemory>() {
            Ok(error) => HeapLimit::NoMemory(*error),
            Err(other) => resume_unwind(other),
        }
    })
}

impl Process {
    /// Time since the system started.
    fn running_time(&self) -> Duration {
        self.system.runtime.now().since(self.system.start)
    }

    /// Runs until so many reductions are spent. Returns how many were.
    fn run_for(&mut self, reductions: i64, activation: &mut Activation<'_>) -> (Outcome, i64) {
        self.activation_budget = reductions;
        self.heap.context.refill(reductions);
        let outcome = self.enter(activation, |process| match run_in_memory(process) {
            Ok(Suspend::Yielded) => Outcome::Yielded,
            Ok(Suspend::Waiting) => {
                process.heap.rest();
                Outcome::Waiting
            }
            Ok(Suspend::Exited(outcome)) => Outcome::Exited(process.finish(outcome)),
            Err(limit) => {
                process.report_heap_limit(limit);
                Outcome::Exited(reason::of_heap_limit(limit))
            }
        });
        let spent = reductions.saturating_sub(self.reductions_left());
        self.reductions_before = self.reductions();
        self.activation_budget = 0;
        self.heap.context.refill(0);
        (outcome, spent)
    }

    /// The exit reason of code that is done; tells whoever waits for it.
    fn finish(&mut self, outcome: interp::Outcome) -> ExitReason {
        match outcome {
            interp::Outcome::Returned(value) => {
                if let Some(watcher) = self.watcher.take() {
                    watcher.tell(Ended::Value(own(value)));
                }
                ExitReason::Normal
            }
            interp::Outcome::Exit(why) => reason::from_term(why),
            interp::Outcome::Raised { class, reason, trace } => {
                let trace = interp::trace::build_stacktrace(&mut self.heap, trace);
                if let Some(watcher) = self.watcher.take() {
                    watcher.tell(Ended::Raised { class, reason: own(reason), trace: own(trace) });
                    let why = self.exit_reason(class, reason, trace);
                    return reason::of_own(why);
                }
                let why = self.exit_reason(class, reason, trace);
                if class != Class::Exit {
                    self.log_end(why);
                }
                reason::of_own(why)
            }
        }
    }

    /// Logs an end by an exception that met no handler, as OTP's emulator does.
    fn log_end(&mut self, why: Word) {
        let format = "Error in process ~p with exit value:~n~p~n";
        let me = self.pid;
        let logged = self.system.log_error(format, me, self.group_leader, |scratch| {
            vec![Word::pid(me), copy_term(why, scratch, crate::heap::is_literal)]
        });
        if !logged {
            let shown = print(why, Style::Readable).limited(REPORT_BYTES);
            self.system.report(&format!("Error in process {} with exit value:\n{shown}\n", self.pid));
        }
    }

    /// What links and monitors see of an exception that met no handler (Erlang reference manual, "Errors and Error
    /// Handling").
    fn exit_reason(&mut self, class: Class, why: Word, trace: Word) -> Word {
        match class {
            Class::Exit => why,
            Class::Error => self.heap.tuple(&[why, trace]),
            Class::Throw => {
                let nocatch = self.heap.tuple(&[Word::atom(atoms::NOCATCH), why]);
                self.heap.tuple(&[nocatch, trace])
            }
        }
    }

    /// Its ETS tables go to their heirs, or end with it.
    fn hand_tables_over(&self) {
        for transfer in self.system.builtins.tables.release(self.pid, dala::actor::process::is_alive) {
            let mut scratch = Fragment::new();
            let table = transfer.table.to_word(&mut scratch);
            let data = copy_term(transfer.data.root(), &mut scratch, crate::heap::is_literal);
            let tag = Word::atom(Atom::new("ETS-TRANSFER"));
            let told = scratch.tuple(&[tag, table, Word::pid(self.pid), data]);
            // An heir that just ended gets nothing; its own end releases the table.
            drop(dala::actor::process::send(transfer.heir, message::node_of(told)));
        }
    }

    /// Says on standard error that the heap is over its limit.
    pub(super) fn report_heap_limit(&self, limit: HeapLimit) {
        if matches!(limit, HeapLimit::Words { .. }) && !self.settings.max_heap.logs {
            return;
        }
        self.system.report(&format!("Process {} killed: {limit}\n", self.pid));
    }
}
