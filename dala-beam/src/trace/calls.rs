//! What is told of calls of functions with breakpoints, and how they are counted and timed.

use std::sync::Arc;

use dala_ir::abi::{Atom, Word, atoms};
use dala_ir::interp::{ReturnTrace, TracedCall, TracedFrame, is_call_timed};
use dala_ir::term::{Fragment, TermWriter};

use super::TraceFlags;
use super::actions::{Actions, call_word};
use crate::bif::arguments::named;
use crate::bif::erlang::time;
use crate::code::call_meters::CallTime;
use crate::code::call_patterns::CallPattern;
use crate::process::{Mfa, Process};

impl Process {
    /// Counts a call, times it and tells of it, if the process is traced and the breakpoint says so; what is to be told of
    /// its end.
    pub(crate) fn tell_call(&mut self, call: TracedCall, args: &[Word]) -> ReturnTrace {
        // To OTP `apply` is an instruction: what it calls is told of.
        if call.module == atoms::ERLANG && call.function == named!("apply") {
            return ReturnTrace::NOTHING;
        }
        let name = Mfa { module: call.module, function: call.function, arity: call.arity };
        let Some(breakpoint) = self.system.code.call_patterns.of(name) else { return ReturnTrace::NOTHING };
        if let Some(count) = &breakpoint.count {
            count.count();
        }
        if !self.is_told_of(TraceFlags::CALL) {
            return ReturnTrace::NOTHING;
        }
        let timed = breakpoint.time.as_ref().map_or(ReturnTrace::NOTHING, |time| self.time_call(time));
        match &breakpoint.pattern {
            Some(pattern) => timed.and(self.tell_call_of(call, pattern, args)),
            None => timed,
        }
    }

    /// Begins to time a call; what its end is needed for.
    fn time_call(&mut self, meter: &Arc<CallTime>) -> ReturnTrace {
        let (system, now) = (self.system.clone(), self.clock_time());
        // One frame is enough for all calls that end together.
        let is_in_place = is_call_timed(self);
        system.code.call_patterns.clocks.enter(self.pid, meter, is_in_place, now);
        if is_in_place { ReturnTrace::NOTHING } else { ReturnTrace::TIME }
    }

    /// The innermost call that is timed ended.
    fn time_return(&mut self) {
        let now = self.clock_time();
        self.system.code.call_patterns.clocks.leave(self.pid, now);
    }

    /// The process, whose calls are traced, goes on.
    #[cold]
    pub(crate) fn time_going_on(&mut self) {
        self.system.code.call_patterns.clocks.go_on(self.pid, || self.clock_time());
    }

    /// It stops for now, or has ended.
    #[cold]
    pub(crate) fn time_stop(&mut self, has_ended: bool) {
        self.system.code.call_patterns.clocks.stop(self.pid, has_ended, || self.clock_time());
    }

    fn clock_time(&self) -> u64 {
        time::monotonic(&self.system) as u64
    }

    /// Tells of a call as its pattern says.
    fn tell_call_of(&mut self, call: TracedCall, pattern: &CallPattern, args: &[Word]) -> ReturnTrace {
        // Whom an action makes stop it is told of this call.
        let told = self.tracing.tracee;
        let mut scratch = Fragment::new();
        let list = scratch.list(args, Word::NIL);
        let mut actions = Actions { is_call: true, ..Actions::default() };
        if let Some(spec) = &pattern.spec
            && spec.spec.run_with(self, list, &mut actions).is_none()
        {
            return ReturnTrace::NOTHING;
        }
        let message = actions.message.unwrap_or(Word::atom(atoms::TRUE));
        // Actions may have changed that.
        if self.tracing.has(TraceFlags::SILENT) || message == Word::atom(atoms::FALSE) {
            return ReturnTrace::NOTHING;
        }
        let arguments =
            if told.flags.has(TraceFlags::ARITY) { Word::small_int(i64::from(call.arity)) } else { list };
        let called = scratch.tuple(&[Word::atom(call.module), Word::atom(call.function), arguments]);
        let fields = [Word::atom(named!("call")), called, message];
        let count = if message == Word::atom(atoms::TRUE) { 2 } else { 3 };
        self.tell_as(told, &mut scratch, &fields[..count]);
        let what = actions.returns();
        if pattern.is_local && told.flags.has(TraceFlags::RETURN_TO) {
            what.and(ReturnTrace::CALLER)
        } else {
            what
        }
    }

    /// Tells of a call's value, and of where it returns to.
    pub(crate) fn tell_return(&mut self, frame: TracedFrame, value: Word, to: Option<TracedCall>) {
        if frame.what.has(ReturnTrace::TIME) {
            self.time_return();
        }
        if frame.what.has(ReturnTrace::VALUE) {
            self.tell_end(&mut Fragment::new(), frame.call, named!("return_from"), value);
        }
        if frame.what.has(ReturnTrace::CALLER) {
            self.tell_return_to(to);
        }
    }

    /// Tells of a call's exception, and of where it is caught.
    pub(crate) fn tell_exception(
        &mut self,
        frame: TracedFrame,
        class: Word,
        reason: Word,
        to: Option<TracedCall>,
    ) {
        if frame.what.has(ReturnTrace::TIME) {
            self.time_return();
        }
        if frame.what.has(ReturnTrace::EXCEPTION) {
            let mut scratch = Fragment::new();
            let raised = scratch.tuple(&[class, reason]);
            self.tell_end(&mut scratch, frame.call, named!("exception_from"), raised);
        }
        if frame.what.has(ReturnTrace::CALLER) && to.is_some() {
            self.tell_return_to(to);
        }
    }

    fn tell_end(&mut self, scratch: &mut Fragment, call: TracedCall, event: Atom, value: Word) {
        if self.is_told_of(TraceFlags::CALL) {
            let name = call_word(scratch, call);
            self.tell(scratch, &[Word::atom(event), name, value]);
        }
    }

    fn tell_return_to(&mut self, to: Option<TracedCall>) {
        if self.is_told_of(TraceFlags::RETURN_TO) {
            let mut scratch = Fragment::new();
            let to = to.map_or(Word::atom(atoms::UNDEFINED), |to| call_word(&mut scratch, to));
            self.tell(&mut scratch, &[Word::atom(named!("return_to")), to]);
        }
    }
}
