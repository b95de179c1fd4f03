//! Breakpoints: how calls of functions are traced, at no cost to any that are not.
//!
//! There are two kinds of places for them.
//! - **A function's entry** (OTP's local breakpoints): its first word becomes that of a `Traced` op, which tells the machine
//!   of the call and then does what the word that stood there says. Every way into the function leads there: local
//!   calls, calls by name, funs.
//! - **An export entry** (OTP's global ones, and those of built-in functions): its target becomes a trampoline, a function
//!   entry of one instruction, `CallTraced`, which tells the machine and then calls what stood there. Calls within a
//!   module do not come by, nor do guards.
//!
//! # Machine code
//! A function with a breakpoint is run by the interpreter: all its machine code is taken out of reach when the breakpoint
//! is set, and comes back with its end; what is compiled meanwhile waits for that. Taking it out of reach stores the
//! words that stood there before, and zeroes in native cells, where machine code leaves at its call. One who runs such
//! machine code already, and calls the function itself again, which needs no cell, goes on in it until the budget is used
//! up; whoever sets a breakpoint uses up its own.
//!
//! # The end of a call
//! A call whose end is to be told of gets a frame beneath its own: module, function, arity, and what is to be told, all
//! immediate. It returns to a `TracedReturn` op, and has a handler, `TracedException`, which raises again. So a traced tail
//! call needs stack, as in OTP. Stack traces do not show these frames.

#![expect(unsafe_code, reason = "pushes frames, and stores words of code")]

use std::sync::atomic::Ordering;

use super::code::{self, CELL, CodeModule, FRAME_HEAD, Replaced, TRACED_WORDS, word};
use super::frame::{self, word_of};
use super::host::Host;
use super::machine::Machine;
use super::native::{self, Head};
use super::opcode::Opcode;
use crate::abi::{Atom, Word};

/// A function by name, as it is called or returned to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TracedCall {
    /// Module.
    pub module: Atom,
    /// Function.
    pub function: Atom,
    /// Arity.
    pub arity: u32,
}

/// What is to be told of the end of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReturnTrace(u8);

impl ReturnTrace {
    /// Nothing.
    pub const NOTHING: ReturnTrace = ReturnTrace(0);
    /// The value it returns.
    pub const VALUE: ReturnTrace = ReturnTrace(1);
    /// The exception it raises.
    pub const EXCEPTION: ReturnTrace = ReturnTrace(2);
    /// Where it returns to.
    pub const CALLER: ReturnTrace = ReturnTrace(4);
    /// That it ended, either way.
    pub const TIME: ReturnTrace = ReturnTrace(8);

    /// Both.
    #[must_use]
    pub const fn and(self, other: ReturnTrace) -> ReturnTrace {
        ReturnTrace(self.0 | other.0)
    }

    /// Whether all that `other` says is to be told.
    pub const fn has(self, other: ReturnTrace) -> bool {
        self.0 & other.0 == other.0
    }
}

/// A call whose end is to be told of.
#[derive(Clone, Copy, Debug)]
pub struct TracedFrame {
    /// What was called.
    pub call: TracedCall,
    /// What is to be told.
    pub what: ReturnTrace,
}

/// The function that a call goes back to that the machine is being told of, or that a built-in function was called by;
/// `None` for the first function of a process.
pub fn caller<M: Machine>(machine: &mut M) -> Option<TracedCall> {
    let context = Machine::context(machine);
    if context.sp == context.top {
        return None;
    }
    // SAFETY: a function that calls has its frame at `sp`, and so have those below it.
    unsafe { function_below(context.sp) }
}

/// The function whose frame is at `frame`, or the first below it that is no traced call's.
///
/// # Safety
/// As [`frame::return_addresses`].
unsafe fn function_below(frame: *const Word) -> Option<TracedCall> {
    // SAFETY: as the caller says.
    let mut addresses = unsafe { frame::return_addresses(frame) };
    let (_, pc) = addresses.find(|&(_, pc)| pc != code::traced_return_pc())?;
    function_at(pc)
}

fn function_at(pc: *const u64) -> Option<TracedCall> {
    let module = code::find(pc as usize as u64)?;
    let place = module.place_before(pc)?;
    Some(TracedCall { module: place.module, function: place.function, arity: place.arity })
}

/// The frame of a traced call that is at `frame`.
///
/// # Safety
/// A frame that returns to `traced_return_pc` is there.
unsafe fn traced_frame(frame: *const Word) -> TracedFrame {
    let slot = |index| {
        // SAFETY: `push` made it of as many words.
        unsafe { *frame.add(FRAME_HEAD + index) }
    };
    let atom = |index| slot(index).as_atom().unwrap_or(crate::abi::atoms::UNDEFINED);
    let number = |index| slot(index).as_small().unwrap_or(0);
    let call = TracedCall { module: atom(0), function: atom(1), arity: number(2) as u32 };
    TracedFrame { call, what: ReturnTrace(number(3) as u8) }
}

/// Tells the machine of a call with `args`, and makes the frame that the end of the call needs.
///
/// # Errors
/// With the exit reason, when the heap has reached its limit.
///
/// # Safety
/// The context is that of the moment of the call: `sp` is at the frame that it returns to.
pub(super) unsafe fn tell(machine: &mut dyn Host, call: TracedCall, args: &mut [Word]) -> Result<(), Word> {
    let mut what = machine.traced_call(call, args);
    // SAFETY: as the caller says.
    if what.has(ReturnTrace::CALLER) && unsafe { is_end_told(machine.context().sp, ReturnTrace::CALLER) } {
        what = ReturnTrace(what.0 & !ReturnTrace::CALLER.0);
    }
    if what == ReturnTrace::NOTHING {
        return Ok(());
    }
    if machine.context().free_words() < TRACED_WORDS {
        machine.collect(TRACED_WORDS, args)?;
    }
    let context = machine.context();
    let slots = [
        word_of(code::traced_return_pc().expose_provenance() as u64),
        Word::atom(call.module),
        Word::atom(call.function),
        Word::small_int(i64::from(call.arity)),
        Word::small_int(i64::from(what.0)),
    ];
    const { assert!(TRACED_WORDS == 5) };
    // SAFETY: as many words are free below `sp`. What runs now returns through the frame at `sp`, so this is that.
    unsafe {
        let sp = context.sp.sub(TRACED_WORDS);
        sp.copy_from_nonoverlapping(slots.as_ptr(), TRACED_WORDS);
        context.sp = sp;
    }
    Ok(())
}

/// Whether a call that ends together with the one that the machine is being told of has
/// [`TIME`](ReturnTrace::TIME) told of its end.
pub fn is_call_timed<M: Machine>(machine: &mut M) -> bool {
    let context = Machine::context(machine);
    // SAFETY: a function that calls has its frame at `sp`, and so have those below it.
    context.sp != context.top && unsafe { is_end_told(context.sp, ReturnTrace::TIME) }
}

/// Whether of traced calls that end together with one that returns to the frame at `sp`, `what` is told.
///
/// # Safety
/// As [`frame::return_addresses`].
unsafe fn is_end_told(sp: *const Word, what: ReturnTrace) -> bool {
    // SAFETY: as the caller says; each of these frames is a traced call's.
    unsafe {
        frame::return_addresses(sp)
            .take_while(|&(_, pc)| pc == code::traced_return_pc())
            .any(|(frame, _)| traced_frame(frame).what.has(what))
    }
}

/// Tells the machine that the call of the frame at `sp` returned `value`.
///
/// # Safety
/// The frame at `sp` is a traced call's.
pub(super) unsafe fn tell_return(machine: &mut dyn Host, value: Word) {
    let sp = machine.context().sp;
    // SAFETY: as the caller says.
    let (frame, to) = unsafe { (traced_frame(sp), function_below(sp.add(TRACED_WORDS))) };
    machine.traced_return(frame, value, to);
}

/// Tells the machine that the call of the frame at `sp` raised, and drops the frame.
///
/// # Safety
/// The frame at `sp` is a traced call's.
pub(super) unsafe fn tell_exception(machine: &mut dyn Host, class: Word, reason: Word) {
    let sp = machine.context().sp;
    // SAFETY: as the caller says.
    let (frame, below) = unsafe { (traced_frame(sp), sp.add(TRACED_WORDS)) };
    let mut catcher = None;
    if frame.what.has(ReturnTrace::CALLER) {
        // SAFETY: frames lie below this one; those that return to `traced_return_pc` are traced calls'.
        unsafe {
            for (other, pc) in frame::return_addresses(below) {
                if pc == code::traced_return_pc() {
                    if traced_frame(other).what.has(ReturnTrace::CALLER) {
                        break;
                    }
                } else if *pc.sub(1) >> 32 != 0 {
                    catcher = function_at(pc);
                    break;
                }
            }
        }
    }
    machine.traced_exception(frame, class, reason, catcher);
    machine.context().sp = below;
}

impl CodeModule {
    /// Has calls of a function of the module traced. Says whether there is such a function.
    pub fn set_breakpoint(&self, name: Atom, arity: u32) -> bool {
        let Some(number) = self.find_function(name, arity) else { return false };
        let mut patches = self.patches();
        if !patches.traced.insert(number) {
            return true;
        }
        let entry = self.functions[number].entry;
        for (&offset, replaced) in patches.replaced.range(self.range_of(number)) {
            let Some(head) = replaced.head else { continue };
            if head.has_cell {
                let none = if offset == entry { 0 } else { native::not_native() };
                self.words[offset as usize - CELL].store(none, Ordering::Release);
            }
            self.words[offset as usize].store(replaced.word, Ordering::Release);
        }
        let place = &self.words[entry as usize];
        let word_there = || place.load(Ordering::Relaxed);
        patches.replaced.entry(entry).or_insert_with(|| Replaced { word: word_there(), head: None });
        place.store(word(Opcode::Traced, 1, 0, 0, 0), Ordering::Release);
        true
    }

    /// Ends that.
    pub fn clear_breakpoint(&self, name: Atom, arity: u32) {
        let Some(number) = self.find_function(name, arity) else { return };
        let mut patches = self.patches();
        if !patches.traced.remove(&number) {
            return;
        }
        let entry = self.functions[number].entry;
        if let Some(replaced) = patches.replaced.get(&entry) {
            self.words[entry as usize].store(replaced.word, Ordering::Release);
        }
        let heads: Vec<Head> =
            patches.replaced.range(self.range_of(number)).filter_map(|(_, replaced)| replaced.head).collect();
        self.make_reachable(heads.iter());
    }

    fn find_function(&self, name: Atom, arity: u32) -> Option<usize> {
        self.functions.iter().position(|function| (function.name, function.arity) == (name, arity))
    }

    fn range_of(&self, number: usize) -> std::ops::Range<u32> {
        let end = self.functions.get(number + 1).map_or(self.words.len() as u32, |next| next.entry);
        self.functions[number].entry..end
    }

    /// What the function whose entry is at `pc` is called.
    pub(super) fn traced_call_at(&self, pc: *const u64) -> Option<TracedCall> {
        let function = self.functions[self.function_number(self.offset(pc))?];
        Some(TracedCall { module: self.name, function: function.name, arity: function.arity })
    }
}
