//! The process as the interpreter sees it.

#![expect(unsafe_code, reason = "promises the interpreter what `interp::Machine` demands")]

use dala_ir::abi::{ActorContext, Atom, Word, atoms};
use dala_ir::interp::{
    BifIndex, BifResult, Class, Exception, ExportEntry, Machine, ReturnTrace, Target, TracedCall,
    TracedFrame, WaitFor,
};
use dala_ir::term::{TermWriter, view};

use super::process::Process;
use super::reason;
use crate::bif;
use crate::bif::arguments::named;
use crate::code::LoadFailure;
use crate::heap::{FreeableLiterals, Heap, HeapLimit};
use crate::trace::TraceFlags;

// SAFETY: the context is that of the process's own heap, whose block, stack and collector keep their invariants (see
// `heap`); only `collect` collects; no built-in function touches the stack.
unsafe impl Machine for Process {
    type Heap = Heap;

    #[inline]
    fn context(&mut self) -> &mut ActorContext {
        &mut self.heap.context
    }

    #[inline]
    fn heap(&mut self) -> &mut Heap {
        &mut self.heap
    }

    fn collect(&mut self, need: usize, live: &mut [Word]) -> Result<(), Word> {
        self.collect_garbage(need, live).map_err(|limit| {
            self.report_heap_limit(limit);
            reason::of_heap_limit(limit).write(&mut self.heap)
        })
    }

    #[inline]
    fn call_bif(&mut self, index: BifIndex, args: &[Word]) -> BifResult {
        bif::call(self, index, args)
    }

    fn export(&mut self, module: Atom, function: Atom, arity: u32) -> &'static ExportEntry {
        self.system.code.exports().entry(module, function, arity)
    }

    #[cold]
    fn undefined_function(&mut self, entry: &'static ExportEntry, args: &[Word]) -> BifResult {
        let head = *entry.head();
        let system = self.system.clone();
        // A handler that is not loaded itself cannot handle that.
        let is_handlers = head.module == self.error_handler || head.module == atoms::ERROR_HANDLER;
        if is_handlers || self.error_handler == atoms::ERROR_HANDLER {
            if !system.code.is_loaded(head.module) {
                match system.code.ensure_loaded(head.module) {
                    Err(LoadFailure::OnLoad(module)) if !system.code.pending.is_run_by(module, self.pid) => {
                        let list = self.heap.list(args, Word::NIL);
                        let call = [Word::atom(module), Word::atom(head.function), list];
                        return BifResult::call(Atom::new("dala_code"), Atom::new("call"), &call);
                    }
                    Err(LoadFailure::OnLoad(_)) | Ok(_) => {}
                    Err(failure) => system.code.note_failure(&failure),
                }
            }
            if entry.target() != Target::Undefined {
                return BifResult::call(head.module, head.function, args);
            }
            let handler = Atom::new("$handle_undefined_function");
            let fallback = system.code.exports().find(head.module, handler, 2);
            if fallback.is_some_and(|entry| entry.target() != Target::Undefined) {
                let list = self.heap.list(args, Word::NIL);
                return BifResult::call(head.module, handler, &[Word::atom(head.function), list]);
            }
            let args = self.heap.list(args, Word::NIL);
            return BifResult::Raise(Exception {
                args: Some(args),
                is_builtin_frame: true,
                ..Exception::new(Class::Error, Word::atom(atoms::UNDEF))
            });
        }
        let list = self.heap.list(args, Word::NIL);
        let names = [Word::atom(head.module), Word::atom(head.function), list];
        BifResult::call(self.error_handler, atoms::UNDEFINED_FUNCTION, &names)
    }

    #[cold]
    fn undefined_fun(&mut self, module: Atom) -> Option<&'static ExportEntry> {
        let code = &self.system.code;
        if code.is_purging(module) {
            return Some(code.exports().entry(named!("dala_code"), named!("call_when_purged"), 3));
        }
        (!code.is_loaded(module))
            .then(|| code.exports().entry(self.error_handler, Atom::new("undefined_lambda"), 3))
    }

    fn send(&mut self, destination: Word, message: Word) -> Result<(), Exception> {
        Process::send(self, destination, message)
    }

    fn send_message(&mut self, destination: Word, id: u64, message: &[Word]) -> bool {
        Process::send_message(self, destination, id, message)
    }

    fn receive_next(&mut self) -> Option<Word> {
        Process::receive_next(self)
    }

    fn receive_accept(&mut self) {
        Process::receive_accept(self);
    }

    fn receive_skip(&mut self) -> bool {
        Process::receive_skip(self)
    }

    fn receive_seek(&mut self, keys: &[Word]) {
        Process::receive_seek(self, keys);
    }

    fn receive_timed_out(&mut self) {
        Process::receive_timed_out(self);
        if self.tracing.has(TraceFlags::RECEIVE) {
            self.tell_timeout();
        }
    }

    fn receive_wait(&mut self, time: Word) -> Result<WaitFor, Exception> {
        match self.receive_timeout(time) {
            Some(true) => Ok(WaitFor::Nothing),
            Some(false) => Ok(WaitFor::Message),
            None => Err(Exception::new(Class::Error, Word::atom(atoms::TIMEOUT_VALUE))),
        }
    }

    fn is_timeout_up(&mut self) -> bool {
        self.is_receive_timeout_up()
    }

    fn marker_reserve(&mut self) -> Word {
        self.receive_mark()
    }

    fn marker_bind(&mut self, marker: Word, reference: Word) {
        self.receive_bind(marker, view::reference(reference).map(|reference| reference.low));
    }

    fn marker_clear(&mut self, reference: Word) {
        self.receive_forget(reference);
    }

    fn marker_use(&mut self, reference: Word) {
        self.receive_use(reference);
    }

    fn traced_call(&mut self, call: TracedCall, args: &[Word]) -> ReturnTrace {
        self.tell_call(call, args)
    }

    fn traced_return(&mut self, frame: TracedFrame, value: Word, to: Option<TracedCall>) {
        self.tell_return(frame, value, to);
    }

    fn traced_exception(&mut self, frame: TracedFrame, class: Word, reason: Word, to: Option<TracedCall>) {
        self.tell_exception(frame, class, reason, to);
    }
}

impl Process {
    /// Copies literals that it has words of into its heap. The process is suspended.
    ///
    /// # Errors
    /// When the heap is over its limit, or there is no memory. It may have literals then.
    pub(crate) fn copy_out(&mut self, literals: &FreeableLiterals) -> Result<(), HeapLimit> {
        let mut own = [self.group_leader, self.bif_state];
        let result = self.heap.copy_out(literals, &mut [&mut own, self.dictionary.roots()]);
        [self.group_leader, self.bif_state] = own;
        result.map(drop)
    }

    /// Collects garbage; `live` are roots beside the process's own.
    ///
    /// # Errors
    /// When the heap is over its limit.
    pub(crate) fn collect_garbage(&mut self, need: usize, live: &mut [Word]) -> Result<(), HeapLimit> {
        let is_told = self.tracing.has(TraceFlags::GARBAGE_COLLECTION);
        let major = is_told && self.heap.is_major_due();
        let reclaimed_before = self.heap.counters().reclaimed_words;
        if is_told {
            let event = if major { named!("gc_major_start") } else { named!("gc_minor_start") };
            self.tell_collection(event, need);
        }
        let mut own = [self.group_leader, self.bif_state];
        let result = self.heap.collect(need, &mut [live, &mut own, self.dictionary.roots()]);
        [self.group_leader, self.bif_state] = own;
        if is_told {
            let event = if major { named!("gc_major_end") } else { named!("gc_minor_end") };
            let reclaimed = self.heap.counters().reclaimed_words - reclaimed_before;
            self.tell_collection(event, reclaimed as usize);
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use dala_ir::abi::Word;
    use dala_ir::interp::{self, Outcome, Suspend};
    use dala_ir::term::{TermWriter, view};

    use super::*;
    use crate::heap::HeapOptions;
    use crate::process::process::Mfa;
    use crate::process::{Entry, System, SystemOptions};

    /// Runs `lists:seq(1, len)`; gives collections and function entries.
    fn run_seq(stress: bool, len: i64) -> (u64, u64) {
        let runtime = dala::Runtime::builder().workers(1).build().unwrap();
        let system = System::new(runtime.handle().clone(), SystemOptions::default());
        system.code.ensure_loaded(Atom::new("lists")).unwrap();
        let options = HeapOptions { stress, ..HeapOptions::default() };
        let mut process = Process::new(system, options, Mfa::UNKNOWN);
        let arguments = process.heap.list(&[Word::small_int(1), Word::small_int(len)], Word::NIL);
        process.set_entry(Entry::Function(Atom::new("lists"), Atom::new("seq"), arguments)).unwrap();
        let budget = 1 << 40;
        process.heap.context.refill(budget);
        let before = process.heap.counters();
        let Suspend::Exited(Outcome::Returned(list)) = interp::run(&mut process) else {
            panic!("lists:seq/2 did not return");
        };
        assert_eq!(view::list_len(list), Some(len as usize));
        let entries = budget - process.heap.context.reductions_left();
        let counted = process.heap.counters();
        (counted.minor + counted.major - before.minor - before.major, entries as u64)
    }

    #[test]
    fn a_built_in_that_is_missing_is_undef_under_its_name() {
        let runtime = dala::Runtime::builder().workers(1).build().unwrap();
        let system = System::new(runtime.handle().clone(), SystemOptions::default());
        let module = Atom::new("erts_debug");
        let function = Atom::new("dirty_cpu");
        assert!(bif::lookup(module, function, 2).is_none(), "choose another that is missing");
        for (module, function) in [(module, function), (atoms::ERLANG, Atom::new("no_such_built_in"))] {
            let mut process = Process::new(system.clone(), HeapOptions::default(), Mfa::UNKNOWN);
            let arguments = process.heap.list(&[Word::NIL, Word::NIL], Word::NIL);
            process.set_entry(Entry::Function(module, function, arguments)).unwrap();
            process.heap.context.refill(1 << 40);
            let Suspend::Exited(Outcome::Raised { class, reason, trace }) = interp::run(&mut process) else {
                panic!("{module}:{function}/2 did something");
            };
            assert_eq!((class, reason), (Class::Error, Word::atom(atoms::UNDEF)));
            let trace = interp::trace::build_stacktrace(&mut process.heap, trace);
            let text = crate::process::stack_trace::show(class, reason, trace);
            assert!(text.contains(&format!("in function  {module}:{function}/2")), "{text}");
        }
    }

    #[test]
    fn under_stress_every_safepoint_collects() {
        // A round of lists:seq/2 conses four elements: one function entry and one heap check.
        let (collections, entries) = run_seq(true, 4_000);
        assert!(entries >= 1_000, "{entries}");
        assert!(
            collections >= entries + 1_000,
            "{collections} collections at {entries} entries and as many checks"
        );
        let (collections, same_entries) = run_seq(false, 4_000);
        assert_eq!(entries, same_entries);
        assert!(collections < 50, "{collections}");
    }
}
