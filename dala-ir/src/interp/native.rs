//! Machine code beside register code: how a process crosses from one to the other.
//!
//! Machine code ([`jit`](super::jit)) is made of the register code of a function, keeps the same frames, and has no
//! semantics of its own: where it has no fast path it *leaves*, at an instruction, and the interpreter goes on there as
//! if it had been there all the time. So heap checks that find no room, budgets that are used up, exceptions, big
//! integers and all ops without machine code are the interpreter's business alone.
//!
//! A function has machine code for some of its places, its *heads*: the entry, return addresses, handlers, and places
//! behind instructions that were left to the interpreter. At a head:
//! - values lie where register code has them: slots in the frame, x and f registers in `Vm`, and of the x registers
//!   the first three also in the machine's registers;
//! - the reduction of a call has been paid: the caller does that, in either code.
//!
//! # How to get in
//! - The interpreter: the head's first word is that of a `Native` op, which holds the address. The word that stood there
//!   is kept in [`Patches`](super::code::Patches), for leaving at a head, and for whoever reads code.
//! - Machine code: entries and return addresses have a *native cell* two words before them, which holds the address.
//!   Where there is none, an entry's cell is 0, and who calls leaves at its call, before it has done any part of it; a
//!   return address's cell leads to [`NOT_NATIVE`], which leaves there, so that returns need not ask.
//!
//! # How to get out
//! Live registers and `Vm::crossing` are written, and the function that was entered returns to its `Native` op, which
//! dispatches what `crossing` says. So machine code never calls the interpreter, and the native stack does not grow.
//!
//! # Publication
//! The replaced words are entered in the table; then native cells are stored, then first words, all with release
//! ordering. Machine code is not freed, as linked code is not; so it may be taken out of reach at any time, which
//! breakpoints do ([`breakpoint`](super::breakpoint)), while somebody runs it. On x86-64 a store that is seen implies that
//! the machine code before it is; on arm64 other cores' instruction caches are told before anything is stored.

#![expect(unsafe_code, reason = "calls machine code")]

use std::sync::atomic::{Ordering, fence};

use super::code::{self, CELL, CodeModule, Replaced};
use super::opcode::Opcode;
use super::state::Vm;
use crate::abi::{Atom, Word};

/// Which functions get machine code, where there is any ([`HAS_JIT`]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum JitMode {
    /// None.
    #[default]
    Off,
    /// Those that use up the budget, compiled in the background.
    On,
    /// Each when it is called first, at once: for tests.
    Eager,
    /// All of a module's when it is loaded, as it is made ahead of time: for tests of that, which need no linker then.
    Ahead,
}

/// Whether this build makes machine code while it runs: with the feature `jit`, on a target that has it.
pub const HAS_JIT: bool = cfg!(dala_jit);
/// Whether this build runs machine code that was made ahead of time: with the feature `aot` or `jit`, on a target that
/// has it.
pub const HAS_MACHINE_CODE: bool = cfg!(dala_native);
/// Whether this build makes machine code ahead of time: with the feature `codegen` or `jit`, on a target that has it.
pub const HAS_CODE_GENERATOR: bool = cfg!(dala_codegen);

/// Sets the mode, for modules that are loaded from now on. Without the feature `jit`, or on a target that has none, all
/// functions are interpreted.
pub fn set_jit_mode(mode: JitMode) {
    #[cfg(dala_jit)]
    super::jit::set_mode(mode);
    #[cfg(not(dala_jit))]
    let _ = mode;
}

/// Machine code that there is so far, in this OS process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JitCounts {
    /// Functions that were compiled.
    pub functions: usize,
    /// Functions whose machine code an earlier OS process made ([`keep`](super::keep)).
    pub kept: usize,
    /// Bytes of machine code.
    pub bytes: usize,
}

/// How much machine code was made so far.
pub fn jit_counts() -> JitCounts {
    #[cfg(dala_jit)]
    return super::jit::counts();
    #[cfg(not(dala_jit))]
    JitCounts::default()
}

/// Functions and ops of register code at which machine code was left, and how often, the most frequent first. A return is
/// one to a place without machine code. Empty unless `DALA_JIT_EXITS` is set.
pub fn jit_exits() -> Vec<(String, u64)> {
    #[cfg(dala_codegen)]
    return super::jit::exits();
    #[cfg(not(dala_codegen))]
    Vec::new()
}

impl CodeModule {
    /// What the machine code of a function looks like: its register code, then Cranelift IR and machine code of each
    /// place where it is entered. Nothing of it is run.
    ///
    /// # Errors
    /// With a text: no such function, nothing to compile, no JIT in this build.
    pub fn machine_listing(&self, name: Atom, arity: u32) -> Result<String, String> {
        let found =
            self.functions.iter().position(|function| (function.name, function.arity) == (name, arity));
        let number = found.ok_or_else(|| format!("no function {name}/{arity}"))?;
        #[cfg(dala_codegen)]
        return super::jit::listing(self, number);
        #[cfg(not(dala_codegen))]
        Err(format!("no code generator in this build for function {number}"))
    }
}

/// Where the address stands in the word of a `Native` op.
pub(super) const ADDRESS_SHIFT: u32 = 16;
/// What a return address's native cell holds while there is no machine code for it: a way out.
pub(super) const NOT_NATIVE: Option<extern "C" fn()> = {
    #[cfg(dala_native)]
    {
        Some(super::jit::leave_at_return)
    }
    #[cfg(not(dala_native))]
    None
};

/// [`NOT_NATIVE`] as a word of code.
pub(super) fn not_native() -> u64 {
    NOT_NATIVE.map_or(0, |stub| (stub as *const ()).expose_provenance() as u64)
}

/// Address of an entry that is to be compiled when it is called first.
pub(super) const NOT_YET: u64 = 0;

/// What crosses between the codes, besides the x and f registers.
#[derive(Debug)]
#[repr(C)]
pub(super) struct Crossing {
    pub(super) sp: *mut Word,
    pub(super) hp: *mut Word,
    pub(super) reds: i64,
    /// Where the interpreter goes on, and the first word of the instruction there.
    pub(super) pc: *const u64,
    pub(super) word: u64,
    /// What a function answered that machine code called.
    pub(super) answer: u64,
}

impl Crossing {
    pub(super) const fn new() -> Crossing {
        Crossing {
            sp: std::ptr::null_mut(),
            hp: std::ptr::null_mut(),
            reds: 0,
            pc: std::ptr::null(),
            word: 0,
            answer: 0,
        }
    }
}

/// Runs machine code until it leaves.
///
/// # Safety
/// The address is from a `Native` op, and `vm` is that of the process.
#[inline(always)]
pub(super) unsafe fn enter(address: u64, vm: *mut Vm) {
    // Pairs with the release store of the word that named the address; no instruction on x86-64.
    fence(Ordering::Acquire);
    #[cfg(dala_native)]
    // SAFETY: as the caller says.
    unsafe {
        super::jit::enter(address, vm);
    }
    #[cfg(not(dala_native))]
    unreachable!("nothing makes machine code: {address:x} {vm:?}");
}

/// A place with machine code.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    /// Offset in the module's code.
    pub(super) offset: u32,
    /// Whether a native cell stands before it.
    pub(super) has_cell: bool,
    /// Where its machine code is.
    pub(super) address: u64,
}

/// The word of a `Native` op.
fn native_word(address: u64) -> u64 {
    debug_assert!(address >> (64 - ADDRESS_SHIFT) == 0, "user space ends below 2^48");
    Opcode::Native as u64 | address << ADDRESS_SHIFT
}

impl CodeModule {
    /// Makes machine code reachable, or with [`NOT_YET`] asks for it at the first call.
    ///
    /// # Safety
    /// The addresses are machine code for these places that follows the protocol above, and stay for ever.
    pub(super) unsafe fn publish(&self, heads: &[Head]) {
        let mut patches = self.patches();
        if patches.replaced.is_empty() && patches.traced.is_empty() {
            // A module's that was made ahead of time: all at once, in order.
            let replaced = |head: &Head| {
                let word = self.words[head.offset as usize].load(Ordering::Relaxed);
                (head.offset, Replaced { word, head: Some(*head) })
            };
            patches.replaced = heads.iter().map(replaced).collect();
            return self.make_reachable(heads.iter());
        }
        let mut reachable: Vec<&Head> = Vec::new();
        for head in heads {
            let place = &self.words[head.offset as usize];
            let word = || place.load(Ordering::Relaxed);
            let replaced = patches.replaced.entry(head.offset);
            replaced.or_insert_with(|| Replaced { word: word(), head: None }).head = Some(*head);
            if !self.function_number(head.offset).is_some_and(|number| patches.traced.contains(&number)) {
                reachable.push(head);
            }
        }
        self.make_reachable(reachable.into_iter());
    }

    /// Stores the words that lead to machine code.
    pub(super) fn make_reachable<'h>(&self, heads: impl Iterator<Item = &'h Head> + Clone) {
        for head in heads.clone().filter(|head| head.has_cell) {
            self.words[head.offset as usize - CELL].store(head.address, Ordering::Release);
        }
        for head in heads {
            self.words[head.offset as usize].store(native_word(head.address), Ordering::Release);
        }
    }

    /// Puts an entry back that waited for its first call, when it gets no machine code.
    #[cfg_attr(not(dala_jit), expect(dead_code, reason = "nothing makes machine code"))]
    pub(super) fn withdraw(&self, entry: u32) {
        let mut patches = self.patches();
        let Some(replaced) = patches.replaced.get_mut(&entry) else { return };
        // Somebody may have compiled it meanwhile.
        if replaced.head.is_some_and(|head| head.address == NOT_YET) {
            replaced.head = None;
            let waiting = native_word(NOT_YET);
            let slot = &self.words[entry as usize];
            let _ = slot.compare_exchange(waiting, replaced.word, Ordering::Release, Ordering::Relaxed);
        }
    }
}

/// A function is called that waited for that: the first word of what its entry is now.
///
/// # Safety
/// `pc` is a function's entry.
#[cold]
#[inline(never)]
pub(super) unsafe fn first_call(pc: *const u64) -> u64 {
    #[cfg(dala_jit)]
    super::jit::first_call(pc);
    // SAFETY: as the caller says.
    let word = unsafe { code::first_word(pc) };
    if word != native_word(NOT_YET) {
        return word;
    }
    // It is still being compiled, by another thread.
    match code::find(pc as usize as u64) {
        Some(module) => module.word(module.offset(pc) as usize),
        None => word,
    }
}
