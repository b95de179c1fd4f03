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

use std::any::Any;
use std::mem::MaybeUninit;

use super::code::{F_COUNT, X_COUNT, X_NIL};
use super::frame::Raise;
use super::host::Host;
use super::machine::Suspend;
use super::native::Crossing;
use super::outcome::BifResult;
use crate::abi::context::flags;
use crate::abi::{ActorContext, Word};

mod aside;
mod dispatch;
mod machine;
mod operands;
mod raising;

pub(super) use machine::at_entry;

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
    pub(super) context: *mut ActorContext,
    /// The process.
    host: *mut dyn Host,
    /// Bytes that heap checks ask for beyond their need: 0, or more than there are to make every check collect.
    pub(super) slack: usize,
    /// Number of x registers that the resume record held.
    pub(super) resumed: usize,
    /// What machine code was entered with, and left with.
    pub(super) crossing: Crossing,
    /// The stubs that machine code calls.
    #[cfg(dala_native)]
    pub(super) stubs: &'static super::jit::Stubs,
    pub(super) x: [MaybeUninit<Word>; X_COUNT],
    pub(super) f: [MaybeUninit<f64>; F_COUNT],
    /// Why the process stops.
    pub(super) suspend: Option<Suspend>,
    /// What a built-in function answered, where that is no value.
    pub(super) answer: Option<BifResult>,
    /// What a function that machine code called panicked with: no panic may cross machine code.
    pub(super) panic: Option<Box<dyn Any + Send>>,
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
            crossing: Crossing::new(),
            #[cfg(dala_native)]
            stubs: &super::jit::STUBS,
            x,
            f: [const { MaybeUninit::uninit() }; F_COUNT],
            suspend: None,
            answer: None,
            panic: None,
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
