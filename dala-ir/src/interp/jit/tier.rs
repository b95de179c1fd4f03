//! Which functions are compiled, and when.
//!
//! A function entry, or a receive, that finds the budget used up is a sample: one every few thousand calls, so what is sampled twice is
//! hot. Nothing is counted on the way. Code that is wide, or rare beside a loop, is seldom found so; but much of it is called by what has
//! machine code, or calls that. So one in some exits from machine code is a sample, too: of what is called there, or
//! returned to. In the eager mode, for tests, each function is compiled when it is called first.

#![expect(unsafe_code, reason = "asks for machine code at an entry")]

use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use super::compile::CompileError;
use super::install::compile;
use super::kept::{self, Objects};
use super::memory;
use crate::interp::ahead::{MachineCode, Placed};
use crate::interp::code::{self, CodeModule};
use crate::interp::native::{Head, JitCounts, JitMode, NOT_YET};
use crate::interp::object::Object;

/// Samples that make a function hot.
const HOT: u8 = 2;
/// One in two to this power of exits from machine code is a sample.
const ONE_IN: u32 = 6;
/// Spreads budgets over all words: which exits are samples must not follow from how long a loop's turn is.
const SCATTER: u64 = 0x9e37_79b9_7f4a_7c15;
/// Heat of a function that was handed to the compiler.
pub(super) const TAKEN: u8 = u8::MAX;
/// How long nothing became hot before what was made is kept.
const QUIET: Duration = Duration::from_millis(250);

/// Heat of the functions of a new module, with machine code that was made ahead of time or without: with it they stay as
/// they are.
pub(crate) fn heat(has_machine_code: bool) -> u8 {
    if has_machine_code { TAKEN } else { 0 }
}

static MODE: AtomicU8 = AtomicU8::new(JitMode::Off as u8);

/// Sets the mode, for modules that are loaded from now on.
pub(crate) fn set_mode(mode: JitMode) {
    MODE.store(mode as u8, Ordering::Relaxed);
}

/// Whether machine code is kept: in the eager mode nobody knows what is hot.
pub(super) fn is_keeping() -> bool {
    is_mode(JitMode::On)
}

fn is_mode(mode: JitMode) -> bool {
    MODE.load(Ordering::Relaxed) == mode as u8
}

/// The function that has an instruction at `pc`, by its number.
fn function_at(pc: *const u64) -> Option<(Arc<CodeModule>, usize)> {
    let code = code::find(pc as usize as u64)?;
    let number = code.function_number(code.offset(pc))?;
    Some((code, number))
}

/// The machine code of a module that is about to be linked, in [`JitMode::Ahead`]; `make` makes it.
pub(crate) fn ahead(
    object: &Object,
    make: impl FnOnce(&Object) -> Result<MachineCode, String>,
) -> Option<Placed> {
    if !is_mode(JitMode::Ahead) {
        return None;
    }
    let code = make(object);
    // Whoever asks for this mode wants to run machine code and nothing else.
    let code = code.unwrap_or_else(|problem| panic!("{problem}"));
    let placed = memory::place(&code, object.words()).unwrap_or_else(|error| panic!("machine code: {error}"));
    FUNCTIONS.fetch_add(object.functions().count(), Ordering::Relaxed);
    BYTES.fetch_add(code.text().len(), Ordering::Relaxed);
    Some(placed)
}

/// A module was linked.
pub(crate) fn loaded(code: &Arc<CodeModule>) {
    if !is_mode(JitMode::Eager) {
        return;
    }
    let heads: Vec<Head> = code
        .functions
        .iter()
        .map(|function| Head { offset: function.entry, has_cell: true, address: NOT_YET })
        .collect();
    // SAFETY: they ask for machine code.
    unsafe { code.publish(&heads) };
}

/// A function is called that waited for its first call.
pub(crate) fn first_call(pc: *const u64) {
    /// One function is compiled at a time.
    static COMPILING: Mutex<Objects> = Mutex::new(Objects::none());
    let Some((code, number)) = function_at(pc) else { return };
    let mut objects = COMPILING.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if code.heat[number].swap(TAKEN, Ordering::Relaxed) != TAKEN {
        compile_now(&code, number, objects.of(&code));
    }
}

/// The function with the instruction at `pc`, its entry or a receive, used up a budget.
pub(crate) fn sample(pc: *const u64) {
    if !is_mode(JitMode::On) {
        return;
    }
    let Some((code, number)) = function_at(pc) else { return };
    let heat = &code.heat[number];
    let seen = heat.load(Ordering::Relaxed);
    if seen == TAKEN {
        return;
    }
    if seen + 1 < HOT {
        // Lost where another thread was first: a sample more or less.
        let _ = heat.compare_exchange(seen, seen + 1, Ordering::Relaxed, Ordering::Relaxed);
    } else if heat.swap(TAKEN, Ordering::Relaxed) != TAKEN
        && let Some(queue) = queue()
    {
        // The compiler's thread lives as long as the program.
        let _ = queue.send((code, number));
    }
}

/// Machine code left at `pc`, with `left` of the budget: at a call of what has none, at a return to what has none, or at
/// what it does not do.
#[inline]
pub(crate) fn exit(pc: *const u64, word: u64, left: i64) {
    if (left as u64).wrapping_mul(SCATTER) >> (64 - ONE_IN) == 0 {
        sample_exit(pc, word);
    }
}

#[cold]
#[inline(never)]
fn sample_exit(pc: *const u64, word: u64) {
    if !is_mode(JitMode::On) {
        return;
    }
    let Some((code, number)) = function_at(pc) else { return };
    if code.heat[number].load(Ordering::Relaxed) != TAKEN {
        sample(pc);
    } else if let Some(callee) = code.callee(pc, word) {
        sample(callee);
    }
}

static FUNCTIONS: AtomicUsize = AtomicUsize::new(0);
static BYTES: AtomicUsize = AtomicUsize::new(0);

static KEPT: AtomicUsize = AtomicUsize::new(0);

/// Functions have machine code that was kept.
pub(super) fn count_kept(functions: usize, bytes: usize) {
    KEPT.fetch_add(functions, Ordering::Relaxed);
    BYTES.fetch_add(bytes, Ordering::Relaxed);
}

/// How much machine code there is.
pub(crate) fn counts() -> JitCounts {
    JitCounts {
        functions: FUNCTIONS.load(Ordering::Relaxed),
        kept: KEPT.load(Ordering::Relaxed),
        bytes: BYTES.load(Ordering::Relaxed),
    }
}

type Job = (Arc<CodeModule>, usize);

/// Where hot functions go; `None` where no thread could be made.
fn queue() -> Option<&'static Sender<Job>> {
    static QUEUE: OnceLock<Option<Sender<Job>>> = OnceLock::new();
    QUEUE
        .get_or_init(|| {
            let (sender, receiver) = channel::<Job>();
            let work = move || compile_all(&receiver);
            std::thread::Builder::new().name("dala-jit".into()).spawn(work).ok().map(|_| sender)
        })
        .as_ref()
}

/// Compiles what comes, and lets it be kept when nothing comes.
fn compile_all(jobs: &Receiver<Job>) {
    let mut objects = Objects::none();
    loop {
        let job = match kept::is_waiting() {
            true => jobs.recv_timeout(QUIET),
            false => jobs.recv().map_err(RecvTimeoutError::from),
        };
        match job {
            Ok((code, number)) => compile_now(&code, number, objects.of(&code)),
            Err(RecvTimeoutError::Timeout) => {
                objects = Objects::none();
                kept::keep_all();
            }
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

fn compile_now(code: &Arc<CodeModule>, number: usize, object: Option<&Object>) {
    // A panic of the code generator costs the function its machine code, and nothing else.
    let result = std::panic::catch_unwind(|| compile(code, number, object));
    let has_entry = match result {
        Ok(Ok(compiled)) => {
            FUNCTIONS.fetch_add(1, Ordering::Relaxed);
            BYTES.fetch_add(compiled.bytes, Ordering::Relaxed);
            compiled.has_entry
        }
        Ok(Err(CompileError::Nothing)) => false,
        // It will not go better with any other function: a host that Cranelift does not know, a system that allows no
        // memory to become executable.
        Ok(Err(CompileError::Target(_) | CompileError::Memory(_))) => {
            set_mode(JitMode::Off);
            false
        }
        Ok(Err(error)) => {
            debug_assert!(false, "{}: {error}", code.functions[number].name);
            false
        }
        Err(_) => {
            debug_assert!(false, "the code generator panicked on {}", code.functions[number].name);
            false
        }
    };
    if !has_entry {
        code.withdraw(code.functions[number].entry);
    }
}
