//! The interpreter's registers, and how it goes from one instruction to the next.
//!
//! Each op is a function, its *handler*; they are listed in [`opcode`](super::opcode). A handler gets the interpreter's
//! registers as arguments, does its work, and ends by calling the next instruction's handler with the same signature.
//! An optimising build turns that last call into a jump (a sibling call), so the registers stay in the machine's
//! registers, nothing is pushed, and each handler has a dispatching jump of its own. fib runs 2.5 times as fast as with
//! one `match` in a loop.
//!
//! The language does not promise sibling calls, so `build.rs` sets `dala_tail_calls` only where the optimiser makes
//! them; elsewhere a handler stores the registers and returns to a loop in [`run`](super::run), slower but with the same
//! meaning. The test `code_runs_in_little_native_stack` fails when a build has the one and needed the other.
//!
//! # Rules for handlers
//! They are written with the `handler!` macro, and:
//! - All methods of [`State`] are inlined into them. A function that is not inlined never dispatches.
//! - A handler has no memory of its own on the native stack, or the optimiser could not give that up for the next one:
//!   it calls nothing that takes or gives more than two words by value, and borrows no local variable. Work that needs
//!   such things is done [`aside`](State::aside).
//! - Operands are read before the result is written: both may be one register.
//!
//! # Contract
//! What makes the unsafe blocks of handlers sound, from here on called *the contract of handlers*:
//! - Code comes from `encode`, which took verified IR: `pc` points to an instruction of a linked module (whoever unlinks
//!   promises that no frame leads there), and jump offsets lead to instructions of the same function.
//! - Operands name registers, slots of the open frame, or constants within the instruction. A register is read only
//!   where it was written before.
//! - `sp` and `hp` are the stack and the heap of the machine's block, as [`Machine`](super::Machine) promises: the block
//!   is real, and `collect` keeps and updates all roots. Heap words are written only where a heap check, or the writer,
//!   has made room.
//! - The context is written (`save`) before anything else looks at it, and read again (`load`) afterwards.

#![expect(unsafe_code, reason = "the registers point into an actor's block and into linked code")]

use std::mem::MaybeUninit;

use super::code::{F_COUNT, FRAME, FRAME_HEAD, INDEX, INLINE, X_COUNT, X_NIL};
use super::frame::{self, Raise, pc_of, word_of};
use super::host::Host;
use super::machine::{Outcome, Suspend};
use super::opcode::{HANDLERS, LEN_SHIFT, OP_MASK, general_word};
use super::ops::control::{self, Flow};
use super::outcome::BifResult;
use crate::abi::context::flags;
use crate::abi::{ActorContext, Atom, Word};

/// What a handler gives: that it went on, or stored why the process stops.
#[derive(Clone, Copy)]
#[must_use]
pub(super) struct Next(());

/// The function behind an op: first word of the instruction, its address, stack pointer, heap pointer, reductions left,
/// and everything else.
pub(super) type Handler =
    unsafe fn(word: u64, pc: *const u64, sp: *mut Word, hp: *mut Word, reds: i64, vm: *mut Vm) -> Next;

/// What does not fit the machine's registers.
#[repr(C)]
pub(super) struct Vm {
    /// The process's context; asked for again after every call that may have used it.
    context: *mut ActorContext,
    /// The process.
    host: *mut dyn Host,
    /// Bytes that heap checks ask for beyond their need: 0, or more than there are to make every check collect.
    slack: usize,
    /// Number of x registers that the resume record held.
    pub(super) resumed: usize,
    x: [MaybeUninit<Word>; X_COUNT],
    f: [MaybeUninit<f64>; F_COUNT],
    /// Why the process stops.
    pub(super) suspend: Option<Suspend>,
    /// What a built-in function answered, where that is no value.
    pub(super) answer: Option<BifResult>,
    /// The exception that is being raised.
    raised: Option<Raise>,
    /// The registers while work is done aside.
    aside: MaybeUninit<State>,
    /// The registers, between two handlers of a build without sibling calls.
    #[cfg(not(dala_tail_calls))]
    between: Option<State>,
}

impl Vm {
    /// The machine's registers are those of its context.
    pub(super) fn new(host: &mut (dyn Host + 'static)) -> Vm {
        let slack = if host.context().flags & flags::STRESS != 0 { usize::MAX / 2 } else { 0 };
        let mut x = [const { MaybeUninit::uninit() }; X_COUNT];
        x[usize::from(X_NIL)] = MaybeUninit::new(Word::NIL);
        Vm {
            context: host.context(),
            host,
            slack,
            resumed: 0,
            x,
            f: [const { MaybeUninit::uninit() }; F_COUNT],
            suspend: None,
            answer: None,
            raised: None,
            aside: MaybeUninit::uninit(),
            #[cfg(not(dala_tail_calls))]
            between: None,
        }
    }
}

/// The interpreter's registers while an instruction runs.
#[derive(Clone, Copy)]
pub(super) struct State {
    /// First word of the instruction.
    pub(super) word: u64,
    /// Address of the instruction.
    pub(super) pc: *const u64,
    /// Stack pointer.
    pub(super) sp: *mut Word,
    /// Heap pointer.
    pub(super) hp: *mut Word,
    /// Reductions left.
    pub(super) reds: i64,
    /// Everything else.
    pub(super) vm: *mut Vm,
}

/// Defines a handler: `fn name(s) { .. }`, or `fn name[generics](s) { .. }`, with the state in `s`.
macro_rules! handler {
    ($(#[$meta:meta])* fn $name:ident $([$($generics:tt)*])? ($s:ident) $body:block) => {
        $(#[$meta])*
        pub(in crate::interp) unsafe fn $name $(<$($generics)*>)? (
            word: u64,
            pc: *const u64,
            sp: *mut $crate::abi::Word,
            hp: *mut $crate::abi::Word,
            reds: i64,
            vm: *mut $crate::interp::state::Vm,
        ) -> $crate::interp::state::Next {
            #[allow(unused_mut, reason = "not every handler changes its state")]
            let mut $s = $crate::interp::state::State { word, pc, sp, hp, reds, vm };
            // SAFETY: the contract of handlers.
            unsafe { $body }
        }
    };
}
pub(super) use handler;

/// Size of a word in bytes.
const WORD: usize = size_of::<Word>();

impl State {
    // ---- operands ----

    #[inline(always)]
    pub(super) fn a(self) -> u16 {
        (self.word >> 16) as u16
    }

    #[inline(always)]
    pub(super) fn b(self) -> u16 {
        (self.word >> 32) as u16
    }

    #[inline(always)]
    pub(super) fn c(self) -> u16 {
        (self.word >> 48) as u16
    }

    /// Word `index` of the instruction.
    #[inline(always)]
    pub(super) unsafe fn w(self, index: usize) -> u64 {
        // SAFETY: the contract of handlers.
        unsafe { *self.pc.add(index) }
    }

    /// The x registers.
    #[inline(always)]
    pub(super) fn x(self) -> *mut Word {
        // SAFETY: `vm` is what `run` made.
        unsafe { (&raw mut (*self.vm).x).cast() }
    }

    /// The value of an operand.
    #[inline(always)]
    pub(super) unsafe fn get(self, operand: u16) -> Word {
        let base = if operand & FRAME != 0 {
            self.sp.cast_const()
        } else if operand & INLINE != 0 {
            self.pc.cast::<Word>()
        } else {
            self.x().cast_const()
        };
        // SAFETY: the contract of handlers.
        unsafe { *base.add(usize::from(operand & INDEX)) }
    }

    /// Writes an operand.
    #[inline(always)]
    pub(super) unsafe fn set(self, operand: u16, value: Word) {
        let base = if operand & FRAME != 0 { self.sp } else { self.x() };
        // SAFETY: the contract of handlers.
        unsafe { *base.add(usize::from(operand & INDEX)) = value };
    }

    /// The value of a quick form's operand: of the frame, or an x register.
    #[inline(always)]
    pub(super) unsafe fn read<const IN_FRAME: bool>(self, operand: u16) -> Word {
        let base = if IN_FRAME { self.sp } else { self.x() };
        // SAFETY: the contract of handlers.
        unsafe { *base.add(usize::from(operand)) }
    }

    /// Writes a quick form's operand.
    #[inline(always)]
    pub(super) unsafe fn write<const IN_FRAME: bool>(self, operand: u16, value: Word) {
        let base = if IN_FRAME { self.sp } else { self.x() };
        // SAFETY: the contract of handlers.
        unsafe { *base.add(usize::from(operand)) = value };
    }

    /// The value of operand `index` of those packed four a word from word `from` on.
    #[inline(always)]
    pub(super) unsafe fn packed(self, from: usize, index: usize) -> Word {
        // SAFETY: the contract of handlers.
        unsafe { self.get((self.w(from + index / 4) >> (16 * (index % 4))) as u16) }
    }

    /// A float register.
    #[inline(always)]
    pub(super) unsafe fn float(self, register: u16) -> f64 {
        // SAFETY: the contract of handlers.
        unsafe { *(&raw const (*self.vm).f).cast::<f64>().add(usize::from(register)) }
    }

    /// Writes a float register.
    #[inline(always)]
    pub(super) unsafe fn set_float(self, register: u16, value: f64) {
        // SAFETY: the contract of handlers.
        unsafe { *(&raw mut (*self.vm).f).cast::<f64>().add(usize::from(register)) = value };
    }

    // ---- going on ----

    /// Runs the instruction at `pc`.
    #[inline(always)]
    pub(super) unsafe fn dispatch(self) -> Next {
        #[cfg(dala_tail_calls)]
        {
            // SAFETY: the contract of handlers; the table has an entry for every number under the mask.
            unsafe {
                let word = *self.pc;
                let handler = *HANDLERS.get_unchecked((word & OP_MASK) as usize);
                handler(word, self.pc, self.sp, self.hp, self.reds, self.vm)
            }
        }
        #[cfg(not(dala_tail_calls))]
        {
            // SAFETY: `vm` is what `run` made.
            unsafe { (*self.vm).between = Some(self) };
            Next(())
        }
    }

    /// Runs handlers until the process stops.
    pub(super) unsafe fn run(self) {
        // SAFETY: as the caller says.
        let _: Next = unsafe { self.dispatch() };
        #[cfg(not(dala_tail_calls))]
        // SAFETY: `vm` is what `run` made, and the contract of handlers.
        unsafe {
            while let Some(next) = (*self.vm).between.take() {
                let word = *next.pc;
                let handler = HANDLERS[(word & OP_MASK) as usize];
                let _: Next = handler(word, next.pc, next.sp, next.hp, next.reds, next.vm);
            }
        }
    }

    /// Goes on behind this instruction of `len` words.
    #[inline(always)]
    pub(super) unsafe fn next(mut self, len: usize) -> Next {
        // SAFETY: the contract of handlers.
        unsafe {
            self.pc = self.pc.add(len);
            self.dispatch()
        }
    }

    /// Goes on behind this instruction, whose length is in its first word.
    #[inline(always)]
    pub(super) unsafe fn next_len(self) -> Next {
        // SAFETY: the contract of handlers.
        unsafe { self.next((self.word as u16 >> LEN_SHIFT) as usize) }
    }

    /// Goes on behind this instruction, whose length is in its second word.
    #[inline(always)]
    pub(super) unsafe fn next_long(self) -> Next {
        // SAFETY: the contract of handlers.
        unsafe { self.next(self.w(1) as u32 as usize) }
    }

    /// Goes on `offset` words from this instruction (low 32 bits, signed).
    #[inline(always)]
    pub(super) unsafe fn jump(mut self, offset: u64) -> Next {
        // SAFETY: the contract of handlers.
        unsafe {
            self.pc = self.pc.offset(offset as i32 as isize);
            self.dispatch()
        }
    }

    /// Runs a quick form's instruction as what it is a form of.
    #[inline(always)]
    pub(super) unsafe fn general(self) -> Next {
        let word = general_word(self.word);
        // SAFETY: the contract of handlers: the general form means the same.
        unsafe {
            let handler = *HANDLERS.get_unchecked((word & OP_MASK) as usize);
            handler(word, self.pc, self.sp, self.hp, self.reds, self.vm)
        }
    }

    /// Goes on at a function's entry, at the cost of a reduction.
    #[inline(always)]
    pub(super) unsafe fn enter(mut self, target: *const u64) -> Next {
        self.pc = target;
        self.reds -= 1;
        // SAFETY: the contract of handlers.
        unsafe {
            if self.reds <= 0 {
                return super::ops::calls::enter_slowly(
                    self.word, self.pc, self.sp, self.hp, self.reds, self.vm,
                );
            }
            self.dispatch()
        }
    }

    /// Goes on where the frame says that its function was called.
    #[inline(always)]
    pub(super) unsafe fn return_to_caller(mut self) -> Next {
        // SAFETY: the contract of handlers: `sp` is at a frame's head.
        unsafe {
            self.pc = pc_of(*self.sp.add(1));
            self.dispatch()
        }
    }

    // ---- the machine ----

    /// Writes the context.
    #[inline(always)]
    pub(super) unsafe fn save(self) {
        // SAFETY: nobody has used the machine since its context's address was asked for.
        unsafe {
            let context = (*self.vm).context;
            (*context).sp = self.sp;
            (*context).hp = self.hp;
            (*context).reductions = self.reds;
        }
    }

    /// Reads the context.
    #[inline(always)]
    pub(super) unsafe fn load(&mut self) {
        // SAFETY: `vm` is what `run` made; nobody else uses the machine now.
        unsafe {
            let context: *mut ActorContext = (*(*self.vm).host).context();
            (*self.vm).context = context;
            self.sp = (*context).sp;
            self.hp = (*context).hp;
            self.reds = (*context).reductions;
        }
    }

    /// The machine. The context must have been saved, and is loaded afterwards.
    #[inline(always)]
    pub(super) unsafe fn host<'a>(self) -> &'a mut dyn Host {
        // SAFETY: `vm` is what `run` made; nobody else uses the machine now.
        unsafe { &mut *(*self.vm).host }
    }

    /// What the machine answers.
    #[inline(always)]
    pub(super) unsafe fn ask<T>(&mut self, question: impl FnOnce(&mut dyn Host) -> T) -> T {
        // SAFETY: the contract of handlers.
        unsafe {
            self.save();
            let answer = question(self.host());
            self.load();
            answer
        }
    }

    /// Whether there is room for `words` on the heap.
    #[inline(always)]
    pub(super) unsafe fn has_room(self, words: usize) -> bool {
        // SAFETY: `vm` is what `run` made.
        let slack = unsafe { (*self.vm).slack };
        (self.sp as usize).wrapping_sub(self.hp as usize) >= words * WORD + slack
    }

    /// Makes room for `need` words; the live x registers are those of `count` masks. `false` when the process ends.
    #[inline(always)]
    pub(super) unsafe fn collect(&mut self, need: usize, masks: *const u64, count: usize) -> bool {
        // SAFETY: the contract of handlers.
        unsafe {
            self.save();
            let done = collect(self.vm, need, masks, count);
            self.load();
            done
        }
    }

    // ---- stopping ----

    /// Stops with a resume record already pushed.
    #[inline(always)]
    pub(super) unsafe fn stop(self, why: Suspend) -> Next {
        // SAFETY: `vm` is what `run` made.
        unsafe { (*self.vm).suspend = Some(why) };
        Next(())
    }

    /// Stops for the reason that is stored already.
    #[inline(always)]
    pub(super) fn stopped(self) -> Next {
        Next(())
    }

    /// Stops; the process goes on at `pc`.
    #[inline(always)]
    pub(super) unsafe fn suspend_at(self, pc: *const u64, why: Suspend) -> Next {
        // SAFETY: the contract of handlers.
        unsafe {
            self.save();
            match frame::suspend(self.host(), pc, &mut []) {
                Ok(()) => self.stop(why),
                Err(reason) => self.stop(Suspend::Exited(Outcome::Exit(reason))),
            }
        }
    }

    /// The process ends.
    #[inline(always)]
    pub(super) unsafe fn exit(self, reason: Word) -> Next {
        // SAFETY: the contract of handlers.
        unsafe {
            self.save();
            self.stop(Suspend::Exited(Outcome::Exit(reason)))
        }
    }

    /// Does what needs memory on the native stack, in a function of its own.
    #[inline(always)]
    pub(super) unsafe fn aside<T, F: Fn(&mut State) -> T>(&mut self, work: F) -> T {
        const {
            assert!(size_of::<F>() == 0, "it borrows nothing");
            assert!(size_of::<T>() <= 2 * WORD, "its answer fits registers");
        }
        // SAFETY: `vm` is what `run` made.
        unsafe {
            (*self.vm).aside.write(*self);
            let answer = aside(self.vm, work);
            *self = (*self.vm).aside.assume_init();
            answer
        }
    }

    /// Stores an exception for [`raise_stored`](State::raise_stored).
    #[inline(always)]
    pub(super) unsafe fn store(self, raised: Raise) {
        // SAFETY: `vm` is what `run` made.
        unsafe { (*self.vm).raised = Some(raised) };
    }

    /// Goes on at the handler of the exception that was stored, which is this instruction's.
    #[inline(always)]
    pub(super) unsafe fn raise_stored(mut self) -> Next {
        // SAFETY: the contract of handlers.
        unsafe {
            self.save();
            let handler = unwind(self.vm, self.pc);
            if handler.is_null() {
                return Next(());
            }
            self.load();
            self.pc = handler;
            self.dispatch()
        }
    }

    /// Raises an error of the running function.
    #[inline(always)]
    pub(super) unsafe fn raise_error(self, reason: Word) -> Next {
        // SAFETY: the contract of handlers.
        unsafe {
            self.store(Raise::error(reason));
            self.raise_stored()
        }
    }

    /// Goes on at the label in the low half of word `index`, or raises an error when there is none.
    #[inline(always)]
    pub(super) unsafe fn fail(self, index: usize, reason: Atom) -> Next {
        // SAFETY: the contract of handlers.
        unsafe {
            match self.w(index) as u32 {
                0 => self.raise_error(Word::atom(reason)),
                offset => self.jump(u64::from(offset)),
            }
        }
    }

    /// As [`fail`](State::fail), with the exception that is stored.
    #[inline(always)]
    pub(super) unsafe fn fail_stored(self, index: usize) -> Next {
        // SAFETY: the contract of handlers.
        unsafe {
            match self.w(index) as u32 {
                0 => self.raise_stored(),
                offset => self.jump(u64::from(offset)),
            }
        }
    }

    /// As [`fail`](State::fail), with an exception that `raised` makes aside.
    #[inline(always)]
    pub(super) unsafe fn fail_with<F: Fn(&mut State) -> Raise>(mut self, index: usize, raised: F) -> Next {
        const { assert!(size_of::<F>() == 0, "it borrows nothing") };
        // SAFETY: the contract of handlers.
        unsafe {
            let offset = self.w(index) as u32;
            if offset != 0 {
                return self.jump(u64::from(offset));
            }
            (*self.vm).aside.write(self);
            raise_aside(self.vm, raised);
            self = (*self.vm).aside.assume_init();
            self.raise_stored()
        }
    }

    /// Ends a process whose code takes a value for what it is not: only a malformed file does that.
    #[inline(always)]
    pub(super) unsafe fn misfit(mut self) -> Next {
        let pc = self.pc;
        // SAFETY: the contract of handlers.
        unsafe {
            let reason = self.ask(|host| bad_beam(host, pc));
            self.exit(reason)
        }
    }

    /// Goes on with a call that is not plain, which `flow` makes aside; `pop` words of frame go when it needs none of
    /// them.
    #[inline(always)]
    pub(super) unsafe fn go<F: Fn(&mut State) -> Flow>(mut self, pop: usize, flow: F) -> Next {
        const { assert!(size_of::<F>() == 0, "it borrows nothing") };
        // SAFETY: the contract of handlers.
        unsafe {
            (*self.vm).aside.write(self);
            let way = flow_aside(self.vm, flow);
            self = (*self.vm).aside.assume_init();
            match way {
                Way::Enter => {
                    self.sp = self.sp.add(pop);
                    self.enter(self.pc)
                }
                Way::Return => {
                    self.sp = self.sp.add(pop);
                    self.return_to_caller()
                }
                Way::Raise => self.raise_stored(),
                Way::Stop => Next(()),
            }
        }
    }

    /// Stores where a call returns to.
    #[inline(always)]
    pub(super) unsafe fn set_return(self) {
        // SAFETY: the contract of handlers: a frame is open, and a call has three words.
        unsafe { *self.sp.add(1) = word_of(self.pc.add(3) as u64) };
    }

    /// Clears those of the first 16 slots that the mask names.
    #[inline(always)]
    pub(super) unsafe fn clear_slots(self, mut mask: u16) {
        while mask != 0 {
            // SAFETY: the contract of handlers.
            unsafe { *self.sp.add(FRAME_HEAD + mask.trailing_zeros() as usize) = Word::NIL };
            mask &= mask - 1;
        }
    }
}

/// See [`State::collect`].
///
/// # Safety
/// `masks` are `count` words, the registers they name are initialised, and the context is saved.
#[cold]
#[inline(never)]
unsafe fn collect(vm: *mut Vm, need: usize, masks: *const u64, count: usize) -> bool {
    let mut live: smallvec::SmallVec<[Word; 64]> = smallvec::SmallVec::new();
    // SAFETY: as the caller says.
    let masks = unsafe { std::slice::from_raw_parts(masks, count) };
    // SAFETY: `vm` is what `run` made.
    let x: *mut Word = unsafe { (&raw mut (*vm).x).cast() };
    // SAFETY: as the caller says.
    for_each_register(masks, |register| live.push(unsafe { *x.add(register) }));
    // SAFETY: nobody else uses the machine now.
    let host = unsafe { &mut *(*vm).host };
    if let Err(reason) = host.collect(need, &mut live) {
        // SAFETY: `vm` is what `run` made.
        unsafe { (*vm).suspend = Some(Suspend::Exited(Outcome::Exit(reason))) };
        return false;
    }
    let mut words = live.iter();
    for_each_register(masks, |register| {
        if let Some(&word) = words.next() {
            // SAFETY: as the caller says.
            unsafe { x.add(register).write(word) };
        }
    });
    true
}

/// Calls `found` with the number of each register that the masks name.
#[inline(always)]
fn for_each_register(masks: &[u64], mut found: impl FnMut(usize)) {
    for (index, &mask) in masks.iter().enumerate() {
        let mut mask = mask;
        while mask != 0 {
            found(index * 64 + mask.trailing_zeros() as usize);
            mask &= mask - 1;
        }
    }
}

/// See [`State::aside`].
///
/// # Safety
/// The contract of handlers; the state was stored.
#[inline(never)]
unsafe fn aside<T, F: Fn(&mut State) -> T>(vm: *mut Vm, work: F) -> T {
    // SAFETY: as the caller says.
    unsafe {
        let mut state = (*vm).aside.assume_init();
        let answer = work(&mut state);
        (*vm).aside.write(state);
        answer
    }
}

/// See [`State::fail_with`].
///
/// # Safety
/// As [`aside`].
#[cold]
#[inline(never)]
unsafe fn raise_aside<F: Fn(&mut State) -> Raise>(vm: *mut Vm, raised: F) {
    // SAFETY: as the caller says.
    unsafe {
        let mut state = (*vm).aside.assume_init();
        (*vm).raised = Some(raised(&mut state));
        (*vm).aside.write(state);
    }
}

/// How a call that is not plain goes on; as [`Flow`], with what belongs to it stored.
enum Way {
    /// At the entry that is `pc` now.
    Enter,
    /// It has returned x0.
    Return,
    /// It raised.
    Raise,
    /// The process stops.
    Stop,
}

/// See [`State::go`].
///
/// # Safety
/// As [`aside`].
#[inline(never)]
unsafe fn flow_aside<F: Fn(&mut State) -> Flow>(vm: *mut Vm, flow: F) -> Way {
    // SAFETY: as the caller says.
    unsafe {
        let mut state = (*vm).aside.assume_init();
        state.save();
        let way = match flow(&mut state) {
            Flow::Enter(target) => {
                state.pc = target;
                Way::Enter
            }
            Flow::Value(value) => {
                *state.x() = value;
                Way::Return
            }
            Flow::Raise(raised) => {
                (*vm).raised = Some(raised);
                Way::Raise
            }
            Flow::Stop(suspend) => {
                (*vm).suspend = Some(suspend);
                Way::Stop
            }
        };
        state.load();
        (*vm).aside.write(state);
        way
    }
}

/// See [`State::raise_stored`]: null when the process is done.
///
/// # Safety
/// The context is that of the moment when the instruction at `pc` raised what is stored.
#[cold]
#[inline(never)]
unsafe fn unwind(vm: *mut Vm, pc: *const u64) -> *const u64 {
    // SAFETY: as the caller says; nobody else uses the machine now.
    unsafe {
        let Some(raised) = (*vm).raised.take() else { return std::ptr::null() };
        match frame::raise(&mut *(*vm).host, pc, raised, (&raw mut (*vm).x).cast()) {
            Ok(handler) => handler,
            Err(outcome) => {
                (*vm).suspend = Some(Suspend::Exited(outcome));
                std::ptr::null()
            }
        }
    }
}

/// What happens at a function's entry without budget: `false` when the process stops.
///
/// # Safety
/// `pc` is the entry, its arguments in x0.., and the context is saved.
#[cold]
#[inline(never)]
pub(super) unsafe fn at_entry(vm: *mut Vm, pc: *const u64) -> bool {
    // SAFETY: as the caller says; nobody else uses the machine now.
    unsafe {
        let why = control::enter(&mut *(*vm).host, pc, (&raw mut (*vm).x).cast());
        (*vm).suspend = why;
        why.is_none()
    }
}

/// Reason of a process whose code is malformed: `{bad_beam, {Module, Function, Arity}}`.
#[cold]
#[inline(never)]
fn bad_beam(host: &mut dyn Host, pc: *const u64) -> Word {
    let code = super::code::find(pc as usize as u64);
    let place = code.as_ref().and_then(|code| code.place_before(pc.wrapping_add(1)));
    let name = place.map_or(Word::NIL, |place| {
        host.heap().tuple(&[
            Word::atom(place.module),
            Word::atom(place.function),
            Word::small_int(i64::from(place.arity)),
        ])
    });
    host.heap().tuple(&[Word::atom(Atom::new("bad_beam")), name])
}
