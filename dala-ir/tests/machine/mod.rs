//! A small process for tests: a heap that moves every object at every collection, a mailbox, a few built-in functions.

#![expect(unsafe_code, reason = "has a raw heap of its own")]

use std::collections::{HashMap, VecDeque};

use dala_ir::abi::context::flags;
use dala_ir::abi::{ActorContext, Atom, Word, atoms};
use dala_ir::interp::{BifIndex, BifResult, Exception, ExportEntry, Machine, Target, WaitFor};
use dala_ir::term::view::{self, list_to_vec};
use dala_ir::term::{OwnedTerm, TermWriter, compare};

/// Block and fragments.
#[derive(Debug)]
pub(crate) struct Heap {
    context: ActorContext,
    block: Vec<u64>,
    fragments: Vec<Box<[u64]>>,
    /// Blocks that were left, overwritten so that whoever still reads them is found out.
    poisoned: VecDeque<Vec<u64>>,
    stress: bool,
}

const POISON: u64 = 0xdead_dead_dead_deff;

// SAFETY: words are handed out once and stay until `collect`, which copies them.
unsafe impl TermWriter for Heap {
    fn alloc_words(&mut self, words: usize) -> *mut Word {
        if self.context.free_words() >= words + 16 && !self.stress {
            let start = self.context.hp;
            self.context.hp = start.wrapping_add(words);
            return start;
        }
        self.fragments.push(vec![POISON; words.max(1)].into());
        self.fragments.last_mut().unwrap().as_mut_ptr().cast()
    }

    fn own_offheap(&mut self, _object: Word) {}
}

impl Heap {
    fn new(words: usize, stress: bool) -> Heap {
        let mut heap = Heap {
            context: ActorContext::empty(),
            block: Vec::new(),
            fragments: Vec::new(),
            poisoned: VecDeque::new(),
            stress,
        };
        heap.context.flags = if stress { flags::STRESS } else { 0 };
        heap.replace_block(words);
        heap
    }

    fn replace_block(&mut self, words: usize) -> Vec<u64> {
        let old = std::mem::replace(&mut self.block, vec![0; words]);
        let start: *mut Word = self.block.as_mut_ptr().cast();
        start.expose_provenance();
        self.context.base = start;
        self.context.hp = start;
        self.context.top = start.wrapping_add(words);
        self.context.sp = self.context.top;
        old
    }

    fn collect(&mut self, need: usize, live: &mut [Word]) {
        let stack = self.context.stack_words();
        let in_fragments: usize = self.fragments.iter().map(|fragment| fragment.len()).sum();
        let words = 64 + 2 * (stack + need + in_fragments + self.context.heap_words());
        let old_sp = self.context.sp;
        let old_range = self.context.base as usize..self.context.top as usize;
        let old_fragments = std::mem::take(&mut self.fragments);
        // SAFETY: the stack's words are initialised.
        let stack_words = unsafe { std::slice::from_raw_parts(old_sp, stack) }.to_vec();
        let mut old = self.replace_block(words);
        let new_sp = self.context.top.wrapping_sub(stack);
        let mut moved = HashMap::new();
        let is_ours = |address: usize| {
            old_range.contains(&address)
                || old_fragments.iter().any(|fragment| {
                    let start = fragment.as_ptr() as usize;
                    (start..start + fragment.len() * 8).contains(&address)
                })
        };
        let mut work = Vec::new();
        for (index, word) in stack_words.into_iter().enumerate() {
            let word = self.evacuate(word, &is_ours, &mut moved, &mut work);
            // SAFETY: within the new block.
            unsafe { new_sp.add(index).write(word) };
        }
        for word in live {
            *word = self.evacuate(*word, &is_ours, &mut moved, &mut work);
        }
        while let Some((start, count)) = work.pop() {
            for index in 0..count {
                // SAFETY: an object's payload that was just copied.
                unsafe {
                    let place: *mut Word = (start as *mut Word).add(index);
                    *place = self.evacuate(*place, &is_ours, &mut moved, &mut work);
                }
            }
        }
        self.context.sp = new_sp;
        old.fill(POISON);
        self.poisoned.push_back(old);
        for mut fragment in old_fragments {
            fragment.fill(POISON);
            self.poisoned.push_back(fragment.into());
        }
        while self.poisoned.len() > 50 {
            self.poisoned.pop_front();
        }
        assert!(self.context.free_words() >= need);
        self.context.collection_done();
        if self.stress {
            self.context.request_collection();
        }
    }

    fn evacuate(
        &mut self,
        word: Word,
        is_ours: &impl Fn(usize) -> bool,
        moved: &mut HashMap<usize, Word>,
        work: &mut Vec<(usize, usize)>,
    ) -> Word {
        let Some(object) = word.pointer().filter(|object| is_ours(*object as usize)) else { return word };
        if let Some(word) = moved.get(&(object as usize)) {
            return *word;
        }
        let target = self.context.hp;
        // SAFETY: a valid object of the old heap; the new block has room for all of it.
        let (new, size, scanned) = unsafe {
            match view::header(word) {
                Some(header) => {
                    let size = header.words() + 1;
                    target.copy_from_nonoverlapping(object, size);
                    let scanned =
                        if header.kind().is_raw() { None } else { Some((target as usize + 8, size - 1)) };
                    (Word::boxed_at(target), size, scanned)
                }
                None => {
                    target.copy_from_nonoverlapping(object, 2);
                    (Word::cons_at(target), 2, Some((target as usize, 2)))
                }
            }
        };
        self.context.hp = target.wrapping_add(size);
        work.extend(scanned);
        moved.insert(object as usize, new);
        new
    }
}

/// The process.
#[derive(Debug)]
pub(crate) struct TestMachine {
    pub(crate) heap: Heap,
    pub(crate) exports: HashMap<(Atom, Atom, u32), &'static ExportEntry>,
    pub(crate) mailbox: Vec<OwnedTerm>,
    save: usize,
    accepted: Vec<OwnedTerm>,
    pub(crate) sent: Vec<OwnedTerm>,
    pub(crate) is_timed_out: bool,
    turns: u32,
}

const BIFS: &[(&str, &str, u32)] = &[
    ("erlang", "length", 1),
    ("erlang", "apply", 3),
    ("erlang", "error", 1),
    ("erlang", "error", 2),
    ("erlang", "throw", 1),
    ("erlang", "exit", 1),
    ("test", "retry", 1),
    ("test", "wait", 1),
    ("test", "box", 1),
    ("erlang", "raise", 3),
];

impl TestMachine {
    pub(crate) fn new(words: usize, stress: bool) -> TestMachine {
        let mut machine = TestMachine {
            heap: Heap::new(words, stress),
            exports: HashMap::new(),
            mailbox: Vec::new(),
            save: 0,
            accepted: Vec::new(),
            sent: Vec::new(),
            is_timed_out: false,
            turns: 0,
        };
        for (index, &(module, function, arity)) in BIFS.iter().enumerate() {
            let entry = machine.export(Atom::new(module), Atom::new(function), arity);
            entry.set_target(Target::Bif(BifIndex(index as u16)));
        }
        machine
    }

    /// Starts an activation.
    pub(crate) fn refill(&mut self, budget: i64) {
        self.heap.context.refill(budget);
        if self.heap.stress {
            self.heap.context.request_collection();
        }
    }
}

// SAFETY: the heap above keeps the promises; only `collect` moves terms.
unsafe impl Machine for TestMachine {
    type Heap = Heap;

    fn context(&mut self) -> &mut ActorContext {
        &mut self.heap.context
    }

    fn heap(&mut self) -> &mut Heap {
        &mut self.heap
    }

    fn collect(&mut self, need: usize, live: &mut [Word]) -> Result<(), Word> {
        self.heap.collect(need, live);
        Ok(())
    }

    fn call_bif(&mut self, bif: BifIndex, args: &[Word]) -> BifResult {
        let (_, function, arity) = BIFS[bif.0 as usize];
        match (function, arity) {
            ("length", _) => match view::list_len(args[0]) {
                Some(len) => BifResult::Value(Word::small_int(len as i64)),
                None => BifResult::Raise(Exception::badarg()),
            },
            ("apply", _) => match (args[0].as_atom(), args[1].as_atom(), list_to_vec(args[2])) {
                (Some(module), Some(function), Some(args)) => BifResult::call(module, function, &args),
                _ => BifResult::Raise(Exception::badarg()),
            },
            ("error", 1) => BifResult::Raise(Exception::new(dala_ir::interp::Class::Error, args[0])),
            ("error", _) => BifResult::Raise(Exception {
                args: Some(args[1]),
                ..Exception::new(dala_ir::interp::Class::Error, args[0])
            }),
            ("throw", _) => BifResult::Raise(Exception::new(dala_ir::interp::Class::Throw, args[0])),
            ("exit", _) => BifResult::Raise(Exception::new(dala_ir::interp::Class::Exit, args[0])),
            ("raise", _) => BifResult::Raise(Exception {
                trace: Some(args[2]),
                ..Exception::new(dala_ir::interp::Class::Error, args[1])
            }),
            ("retry" | "wait", _) => {
                self.turns += 1;
                if !self.turns.is_multiple_of(3) {
                    return if function == "retry" { BifResult::Retry } else { BifResult::Wait };
                }
                BifResult::Value(args[0])
            }
            _ => BifResult::Value(self.heap.tuple(&[args[0]])),
        }
    }

    fn export(&mut self, module: Atom, function: Atom, arity: u32) -> &'static ExportEntry {
        self.exports
            .entry((module, function, arity))
            .or_insert_with(|| ExportEntry::leak(module, function, arity))
    }

    fn undefined_function(&mut self, entry: &'static ExportEntry, args: &[Word]) -> BifResult {
        let args = self.heap.list(args, Word::NIL);
        let _ = entry;
        BifResult::Raise(Exception { args: Some(args), ..Exception::error_atom(atoms::UNDEF) })
    }

    fn undefined_fun(&mut self, _module: Atom) -> Option<&'static ExportEntry> {
        None
    }

    fn send(&mut self, destination: Word, message: Word) -> Result<(), Exception> {
        if !destination.is_atom() {
            return Err(Exception::badarg());
        }
        self.sent.push(OwnedTerm::copy_of(message));
        Ok(())
    }

    /// The actor called `typed` takes all messages of small integers.
    fn send_message(&mut self, destination: Word, id: u64, message: &[Word]) -> bool {
        let is_typed = destination.as_atom().is_some_and(|name| name.text() == "typed");
        let is_taken = is_typed && message[1..].iter().all(|field| field.as_small().is_some());
        if is_taken {
            let mut words = vec![Word::small_int(id as i64)];
            words.extend_from_slice(message);
            self.sent.push(OwnedTerm::build(|writer| writer.tuple(&words)));
        }
        is_taken
    }

    fn receive_next(&mut self) -> Option<Word> {
        self.mailbox.get(self.save).map(OwnedTerm::root)
    }

    fn receive_accept(&mut self) {
        let message = self.mailbox.remove(self.save);
        self.accepted.push(message);
        self.save = 0;
    }

    fn receive_skip(&mut self) -> bool {
        self.save += 1;
        true
    }

    fn receive_seek(&mut self, keys: &[Word]) {
        let may_match = |message: &OwnedTerm| {
            let first =
                view::tuple_elements(message.root()).map_or(Some(message.root()), |all| all.first().copied());
            first.is_some_and(|first| keys.iter().any(|&key| compare::eq_exact(key, first)))
        };
        while self.mailbox.get(self.save).is_some_and(|message| !may_match(message)) {
            self.save += 1;
        }
    }

    fn receive_timed_out(&mut self) {
        self.save = 0;
    }

    fn receive_wait(&mut self, time: Word) -> Result<WaitFor, Exception> {
        match time.as_small() {
            Some(0) => Ok(WaitFor::Nothing),
            Some(_) => {
                self.is_timed_out = true;
                Ok(WaitFor::Message)
            }
            None if time.is_atom() => Ok(WaitFor::Message),
            None => Err(Exception::error_atom(atoms::TIMEOUT_VALUE)),
        }
    }

    fn is_timeout_up(&mut self) -> bool {
        self.is_timed_out
    }

    fn marker_reserve(&mut self) -> Word {
        Word::small_int(self.mailbox.len() as i64)
    }

    fn marker_bind(&mut self, _marker: Word, _reference: Word) {}

    fn marker_clear(&mut self, _reference: Word) {}

    fn marker_use(&mut self, _reference: Word) {}
}
