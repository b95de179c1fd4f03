//! The process as the interpreter sees it.

#![expect(unsafe_code, reason = "promises the interpreter what `interp::Machine` demands")]

use dala_ir::abi::{ActorContext, Atom, Word, atoms};
use dala_ir::interp::{BifIndex, BifResult, Class, Exception, ExportEntry, Machine, Target, WaitFor};
use dala_ir::term::{TermWriter, view};

use super::process::Process;
use crate::bif;
use crate::heap::{Heap, HeapLimit};

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
        self.collect_garbage(need, live, false).map_err(|limit| {
            self.report_heap_limit(limit);
            Word::atom(atoms::KILLED)
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
        if self.error_handler == atoms::ERROR_HANDLER {
            if !system.code.is_loaded(head.module)
                && let Err(failure) = system.code.ensure_loaded(head.module)
            {
                system.code.note_failure(&failure);
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

    fn send(&mut self, destination: Word, message: Word) -> Result<(), Exception> {
        Process::send(self, destination, message)
    }

    fn receive_next(&mut self) -> Option<Word> {
        Process::receive_next(self)
    }

    fn receive_accept(&mut self) {
        Process::receive_accept(self);
    }

    fn receive_skip(&mut self) {
        Process::receive_skip(self);
    }

    fn receive_timed_out(&mut self) {
        Process::receive_timed_out(self);
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
}

impl Process {
    /// Collects garbage; `live` are roots beside the process's own.
    ///
    /// # Errors
    /// When the heap is over its limit.
    pub(crate) fn collect_garbage(
        &mut self,
        need: usize,
        live: &mut [Word],
        major: bool,
    ) -> Result<(), HeapLimit> {
        let mut own = [self.group_leader, self.bif_state];
        let mut roots = [live, &mut own, self.dictionary.roots()];
        let result = if major {
            self.heap.collect_major(need, &mut roots)
        } else {
            self.heap.collect(need, &mut roots)
        };
        [self.group_leader, self.bif_state] = own;
        result
    }
}
