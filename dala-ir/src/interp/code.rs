//! Register code: what the interpreter runs, and where it lies.
//!
//! A module's code is one array of 64-bit words. An instruction is a word `op:9 | length:7 | a:16 | b:16 | c:16`
//! (lowest bits first) and further words as its op says; the constants it uses stand at its end. An operand is 16
//! bits: an x register, a word of the frame counted from `sp` (`FRAME`), or a constant counted in words from the
//! instruction (`INLINE`). Jump offsets count words from the instruction. Length 0 means: 32 bits in the low half of
//! the next word, or that the op has only one length.
//!
//! Frequent ops have *quick forms*, with an own number for each choice of register or frame for their operands; see
//! `interp/opcode.rs`.
//!
//! The word before a function's first instruction holds its arity (low half) and its number. The word before each
//! return address holds the frame's words (low 16 bits) and the offset of the handler from the return address (high
//! half, 0 for none), so unwinding needs no table. Before either stands a *native cell*: the address of machine code
//! for what follows, or what stands for none (see `interp/native.rs`). Everything else that is known of a place in the
//! code (source position; frame and handler where an instruction raises) is in the module's `Row`s.
//!
//! Code does not change once it is linked, with two exceptions: native cells, and first words, which may become those
//! of a `Native` op or, at a function's entry, of a `Traced` op. Both are read and written as atomics.

#![expect(unsafe_code, reason = "taking code out of reach is a promise that nothing runs it")]

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, RwLock};

use super::export::{CodeAddress, ExportEntry, FunEntry};
use super::native::{self, Head};
use super::opcode::{LEN_SHIFT, Opcode, op_of};
use crate::abi::{Atom, ExportHead, atoms};

/// Bit of an operand that counts from `sp`.
pub(super) const FRAME: u16 = 0x8000;
/// Bit of an operand that counts from the instruction.
pub(super) const INLINE: u16 = 0x4000;
/// Low bits of an operand.
pub(super) const INDEX: u16 = 0x3fff;

/// Number of x registers.
pub(super) const X_COUNT: usize = 4096;
/// Number of float registers.
pub(super) const F_COUNT: usize = 1024;
/// Scratch register for cyclic moves.
pub(super) const X_SCRATCH: u16 = X_COUNT as u16 - 1;
/// Where class, reason and trace lie when a handler begins.
pub(super) const X_EXCEPTION: u16 = X_COUNT as u16 - 4;
/// Register that always holds nil.
pub(super) const X_NIL: u16 = X_EXCEPTION - 1;
/// x registers that values may have.
pub(super) const X_LIMIT: u16 = X_NIL;

/// Words of a call that may return: the last is the frame's word, the one before it the native cell.
pub(super) const CALL_WORDS: usize = 4;
/// Where the native cell of a function's entry or of a return address stands, in words before it.
pub(super) const CELL: usize = 2;

/// Keys of a `SwitchWords` instruction that stay in their order: more are sorted by linking.
pub(super) const UNSORTED: usize = 8;

/// Words of a frame before its slots.
pub(super) const FRAME_HEAD: usize = 1;
/// Words of the frame that says that a function is traced.
pub(super) const TRACED_WORDS: usize = FRAME_HEAD + 4;

/// What is known of an instruction that may raise or call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// Offset of the instruction in words.
    pub(super) offset: u32,
    /// Words of the open frame, 0 when none is open.
    pub(super) frame: u16,
    /// Offset of the handler in words, 0 for none.
    pub(super) handler: u32,
    /// File and line; line 0 for none.
    pub(super) file: u32,
    pub(super) line: u32,
}

/// A function of linked code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FunctionInfo {
    /// Name.
    pub(super) name: Atom,
    /// Arity.
    pub(super) arity: u32,
    /// Offset of the first instruction in words.
    pub(super) entry: u32,
    /// Words of its frame while that is open.
    pub(super) frame: u16,
    /// Whether it names floats, or makes some: what it adds and multiplies may well be floats.
    pub(super) has_floats: bool,
}

/// What took the place of first words.
#[derive(Debug, Default)]
pub(super) struct Patches {
    /// By offset: what stood there, and the machine code that was published for it.
    pub(super) replaced: BTreeMap<u32, Replaced>,
    /// Functions with a breakpoint, by number: what of them has machine code is withheld.
    pub(super) traced: BTreeSet<usize>,
}

/// A first word that another one took the place of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Replaced {
    pub(super) word: u64,
    /// `None` where only a breakpoint stands there.
    pub(super) head: Option<Head>,
}

/// The words of linked code. They do not move.
#[derive(Debug)]
pub(super) enum Words {
    Own(Box<[AtomicU64]>),
    /// Beside its machine code.
    Placed(&'static [AtomicU64]),
}

impl std::ops::Deref for Words {
    type Target = [AtomicU64];

    fn deref(&self) -> &[AtomicU64] {
        match self {
            Words::Own(words) => words,
            Words::Placed(words) => words,
        }
    }
}

/// A module's linked code.
#[derive(Debug)]
pub struct CodeModule {
    pub(super) name: Atom,
    pub(super) words: Words,
    /// First words that were replaced.
    pub(super) patches: Mutex<Patches>,
    pub(super) functions: Box<[FunctionInfo]>,
    /// How often each function was found to be busy; see `interp/jit/tier.rs`.
    #[cfg(dala_jit)]
    pub(super) heat: Box<[std::sync::atomic::AtomicU8]>,
    /// Who keeps its machine code.
    #[cfg(dala_jit)]
    pub(super) keeper: std::sync::OnceLock<Box<dyn super::keep::Keeper>>,
    pub(super) rows: Box<[Row]>,
    pub(super) exports: Box<[(Atom, u32, u32)]>,
    pub(super) on_load: Option<u32>,
    pub(super) funs: Box<[&'static FunEntry]>,
    pub(super) files: Box<[String]>,
}

/// A place in the code, for stack traces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// Module.
    pub module: Atom,
    /// Function.
    pub function: Atom,
    /// Arity.
    pub arity: u32,
    /// File and line, where known.
    pub line: Option<(&'a str, u32)>,
}

impl CodeModule {
    /// Its name.
    pub fn name(&self) -> Atom {
        self.name
    }

    /// Exported functions: name, arity, entry.
    pub fn exports(&self) -> impl Iterator<Item = (Atom, u32, CodeAddress)> + '_ {
        self.exports.iter().map(|&(name, arity, function)| (name, arity, self.entry(function)))
    }

    /// The exported function.
    pub fn export(&self, name: Atom, arity: u32) -> Option<CodeAddress> {
        self.exports().find(|&(n, a, _)| (n, a) == (name, arity)).map(|(_, _, address)| address)
    }

    /// The `-on_load` function, of no arguments.
    pub fn on_load(&self) -> Option<CodeAddress> {
        self.on_load.map(|function| self.entry(function))
    }

    /// What its local funs point to, by row of its fun table.
    pub fn fun_entries(&self) -> impl Iterator<Item = &'static FunEntry> + '_ {
        self.funs.iter().copied()
    }

    /// Bytes of code.
    pub fn code_bytes(&self) -> usize {
        self.words.len() * 8
    }

    /// Names and arities of all its functions.
    pub fn functions(&self) -> impl Iterator<Item = (Atom, u32)> + '_ {
        self.functions.iter().map(|function| (function.name, function.arity))
    }

    fn entry(&self, function: u32) -> CodeAddress {
        CodeAddress::new(self.pc(self.functions[function as usize].entry))
    }

    /// Whether an address lies in its code (a return address of a frame, a fun's code).
    pub fn contains(&self, address: u64) -> bool {
        (address as usize).wrapping_sub(self.words.as_ptr() as usize) <= self.words.len() * 8
    }

    pub(super) fn offset(&self, pc: *const u64) -> u32 {
        ((pc as usize).wrapping_sub(self.words.as_ptr() as usize) / 8) as u32
    }

    pub(super) fn pc(&self, offset: u32) -> *const u64 {
        (&raw const self.words[offset as usize]).cast()
    }

    /// The word at `offset` as it was linked, whether machine code took its place or not.
    pub(super) fn word(&self, offset: usize) -> u64 {
        let word = self.words[offset].load(Ordering::Relaxed);
        if op_of(word) != Opcode::Native as u16 && op_of(word) != Opcode::Traced as u16 {
            return word;
        }
        // What looks like one of these ops may be an operand.
        self.patches().replaced.get(&(offset as u32)).map_or(word, |replaced| replaced.word)
    }

    pub(super) fn patches(&self) -> MutexGuard<'_, Patches> {
        self.patches.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// The number of the function that holds `offset`.
    pub(super) fn function_number(&self, offset: u32) -> Option<usize> {
        self.functions.partition_point(|function| function.entry <= offset).checked_sub(1)
    }

    /// The row of the instruction at `pc`.
    pub(super) fn row_at(&self, pc: *const u64) -> Option<&Row> {
        let offset = self.offset(pc);
        let index = self.rows.binary_search_by_key(&offset, |row| row.offset).ok()?;
        Some(&self.rows[index])
    }

    /// Words of the open frame of a process that is suspended at `pc`: at a function's entry none is open yet, at a
    /// receive there is one.
    pub(super) fn suspended_frame(&self, pc: *const u64) -> usize {
        let offset = self.offset(pc);
        match self.function_number(offset).map(|index| self.functions[index]) {
            Some(function) if function.entry != offset => usize::from(function.frame),
            _ => 0,
        }
    }

    /// The function and position of the instruction before `pc`.
    pub(super) fn place_before(&self, pc: *const u64) -> Option<Place<'_>> {
        let offset = self.offset(pc);
        let index = self.functions.partition_point(|function| function.entry < offset).checked_sub(1)?;
        let function = &self.functions[index];
        let row =
            self.rows.partition_point(|row| row.offset < offset).checked_sub(1).map(|index| self.rows[index]);
        let line = row
            .filter(|row| row.line != 0 && row.offset >= function.entry)
            .and_then(|row| Some((self.files.get(row.file as usize)?.as_str(), row.line)));
        Some(Place { module: self.name, function: function.name, arity: function.arity, line })
    }
}

/// Linked modules by where their code begins, ascending: looked up at every exception.
type Ranges = Vec<(usize, Arc<CodeModule>)>;

fn ranges() -> &'static RwLock<Ranges> {
    static RANGES: RwLock<Ranges> = RwLock::new(Vec::new());
    &RANGES
}

fn start_of(module: &CodeModule) -> usize {
    module.words.as_ptr() as usize
}

pub(super) fn register(module: &Arc<CodeModule>) {
    let mut ranges = ranges().write().unwrap_or_else(|poisoned| poisoned.into_inner());
    let start = start_of(module);
    let place = ranges.partition_point(|&(other, _)| other < start);
    ranges.insert(place, (start, module.clone()));
}

/// The module whose code holds this address.
pub fn find(address: u64) -> Option<Arc<CodeModule>> {
    let ranges = ranges().read().unwrap_or_else(|poisoned| poisoned.into_inner());
    let after = ranges.partition_point(|&(start, _)| start <= address as usize);
    let (_, module) = ranges.get(after.checked_sub(1)?)?;
    module.contains(address).then(|| module.clone())
}

/// How often code was taken out of the table: what a thread remembers of it is then no longer true.
static TAKEN_OUT: AtomicU64 = AtomicU64::new(0);

/// What is to be known of the module whose code holds this address, which is most often the one that the thread asked
/// for last: exceptions come in rows.
pub(super) fn with_module<T>(address: u64, known: impl FnOnce(&CodeModule) -> T) -> Option<T> {
    thread_local! {
        static LAST: RefCell<(u64, Option<Arc<CodeModule>>)> = const { RefCell::new((0, None)) };
    }
    let now = TAKEN_OUT.load(Ordering::Acquire);
    LAST.with_borrow_mut(|(then, last)| {
        if *then != now || !last.as_ref().is_some_and(|module| module.contains(address)) {
            *last = find(address);
            *then = now;
        }
        last.as_deref().map(known)
    })
}

/// Takes code out of the table, so that it is freed with its last `Arc`.
///
/// # Safety
/// No frame, fun or export entry leads to the code any more.
pub unsafe fn unload(module: &Arc<CodeModule>) {
    let mut ranges = ranges().write().unwrap_or_else(|poisoned| poisoned.into_inner());
    ranges.retain(|&(start, _)| start != start_of(module));
    TAKEN_OUT.fetch_add(1, Ordering::Release);
}

/// Op and fields of a first word.
#[inline]
pub(super) const fn word(op: Opcode, len: u8, a: u16, b: u16, c: u16) -> u64 {
    op as u64 | (len as u64) << LEN_SHIFT | (a as u64) << 16 | (b as u64) << 32 | (c as u64) << 48
}

/// The first word of the instruction at `pc`: that of a `Native` op where machine code took its place.
///
/// # Safety
/// `pc` points to an instruction.
#[inline(always)]
pub(super) unsafe fn first_word(pc: *const u64) -> u64 {
    // SAFETY: as the caller says; first words are only ever accessed as atomics once code is linked.
    unsafe { AtomicU64::from_ptr(pc.cast_mut()) }.load(Ordering::Relaxed)
}

impl CodeModule {
    /// The function that the instruction at `offset` calls, where it is a call by name.
    pub(super) fn import(&self, offset: usize) -> Option<ExportHead> {
        let op = op_of(self.word(offset));
        if op != Opcode::CallExt as u16 && op != Opcode::CallExtTail as u16 {
            return None;
        }
        Some(self.head_at(offset + 1))
    }

    /// The head of the entry that a word is. Callers have seen by the op that it is one.
    fn head_at(&self, offset: usize) -> ExportHead {
        *self.entry_at(offset).head()
    }

    fn entry_at(&self, offset: usize) -> &'static ExportEntry {
        // SAFETY: the second word of a call by name, and the fourth of a `Bif`, is its entry, and entries live for ever.
        unsafe { &*(self.word(offset) as *const ExportEntry) }
    }

    /// The built-in function of a `Bif` at an offset.
    #[cfg(dala_codegen)]
    pub(super) fn built_in(&self, offset: usize) -> Option<ExportHead> {
        (op_of(self.word(offset)) == Opcode::Bif as u16).then(|| self.head_at(offset + 3))
    }

    /// The entry of the function that the instruction at `pc` calls, whose first word is `word`, when it is a call that names
    /// one and there is code.
    #[cfg(dala_jit)]
    pub(super) fn callee(&self, pc: *const u64, word: u64) -> Option<*const u64> {
        let second = self.offset(pc) as usize + 1;
        let is = |ops: [Opcode; 2]| ops.iter().any(|&op| op_of(word) == op as u16);
        if is([Opcode::Call, Opcode::CallTail]) {
            return Some(std::ptr::with_exposed_provenance(self.word(second) as usize));
        }
        if !is([Opcode::CallExt, Opcode::CallExtTail]) {
            return None;
        }
        match self.entry_at(second).target() {
            super::export::Target::Code(address) => Some(address.pc()),
            super::export::Target::Undefined | super::export::Target::Bif(_) => None,
        }
    }

    /// How the instruction at `pc` calls, where it is a call of something that may have no code.
    pub(super) fn call_site(&self, pc: *const u64) -> Option<CallSite> {
        let offset = self.offset(pc) as usize;
        let by_name = || match self.import(offset) {
            Some(head) if head.module == atoms::ERLANG && head.function.text() == "apply" => match head.arity
            {
                2 => Callee::Fun,
                3 => Callee::Names,
                _ => Callee::Fixed,
            },
            _ => Callee::Fixed,
        };
        let (is_tail, callee) = match op_of(self.word(offset)) {
            op if op == Opcode::CallExt as u16 => (false, by_name()),
            op if op == Opcode::CallExtTail as u16 => (true, by_name()),
            op if op == Opcode::CallFun as u16 => (false, Callee::Fun),
            op if op == Opcode::CallFunTail as u16 => (true, Callee::Fun),
            op if op == Opcode::Apply as u16 => (false, Callee::Names),
            op if op == Opcode::ApplyTail as u16 => (true, Callee::Names),
            _ => return None,
        };
        Some(CallSite { is_tail, callee })
    }
}

/// How an instruction calls.
#[derive(Clone, Copy, Debug)]
pub(super) struct CallSite {
    /// The frame goes before the call.
    pub(super) is_tail: bool,
    pub(super) callee: Callee,
}

/// What a call is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Callee {
    /// The function that the code names.
    Fixed,
    /// A fun.
    Fun,
    /// The names of a module and a function.
    Names,
}

/// Fixed code: where the first function of a process returns to, and how it starts.
#[repr(C, align(16))]
struct Stubs {
    done_cell: Option<extern "C" fn()>,
    done_frame: u64,
    done: u64,
    function: u64,
    fun: u64,
    behind: u64,
    traced_cell: Option<extern "C" fn()>,
    traced_frame: u64,
    traced_return: u64,
    traced_exception: u64,
}

static STUBS: Stubs = Stubs {
    done_cell: native::NOT_NATIVE,
    done_frame: 0,
    done: word(Opcode::Done, 1, 0, 0, 0),
    function: word(Opcode::StartFunction, 1, 0, 0, 0),
    fun: word(Opcode::StartFun, 1, 0, 0, 0),
    behind: word(Opcode::StartBehind, 1, 0, 0, 0),
    traced_cell: native::NOT_NATIVE,
    // Its handler is the next instruction.
    traced_frame: TRACED_WORDS as u64 | 1 << 32,
    traced_return: word(Opcode::TracedReturn, 1, 0, 0, 0),
    traced_exception: word(Opcode::TracedException, 1, 0, 0, 0),
};

/// Return address of the bottom frame.
pub(super) fn done_pc() -> *const u64 {
    &raw const STUBS.done
}

/// Where a process goes on that starts by name.
pub(super) fn start_function_pc() -> *const u64 {
    &raw const STUBS.function
}

/// Where a process goes on that calls a built-in function with a breakpoint again.
pub(super) fn start_behind_pc() -> *const u64 {
    &raw const STUBS.behind
}

/// Where a traced function returns to.
pub(super) fn traced_return_pc() -> *const u64 {
    &raw const STUBS.traced_return
}

/// Where a process goes on that starts by fun.
pub(super) fn start_fun_pc() -> *const u64 {
    &raw const STUBS.fun
}
