//! Instructions whose work the interpreter's functions do, without leaving machine code.
//!
//! Machine code has written the registers that the instruction reads, and `Crossing`; nothing of that moves. An answer
//! of [`Word::NONE`] means that the work ended without a value: then machine code leaves at the instruction with an
//! `Unfinished` op, which goes on with what is stored: a panic, for one, which cannot cross machine code. [`NO_MATCH`]
//! says that nothing matches, or no message is there: machine code goes on at the instruction's label.

#![expect(unsafe_code, reason = "works on the interpreter's registers")]

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::abi::{Header, Kind, Word};
use crate::interp::ops::{building, calls, maps, matching, receive, sends, small};
use crate::interp::state::{State, Vm};

/// Does the work of the instruction at `pc`, with what machine code has written.
///
/// # Safety
/// Machine code calls: `vm` is its own, and `word` is the first word, in the general form, of the instruction at `pc`.
unsafe fn step(pc: u64, word: u64, vm: *mut Vm, work: impl FnOnce(&mut State) -> Option<Word>) -> u64 {
    // SAFETY: as the caller says.
    unsafe {
        let crossing = &raw mut (*vm).crossing;
        // One by one, as machine code has just stored them: a load of two at once would wait until both stores are done.
        let (sp, hp) =
            ((&raw const (*crossing).sp).read_volatile(), (&raw const (*crossing).hp).read_volatile());
        let mut s = State {
            word,
            pc: std::ptr::with_exposed_provenance(pc as usize),
            sp,
            hp,
            reds: (*crossing).reds,
            vm,
        };
        // Whoever catches the panic in the end does not enter the process again, which is as if it had never been caught here.
        let value = catch_unwind(AssertUnwindSafe(|| work(&mut s))).unwrap_or_else(|panic| {
            (*vm).panic = Some(panic);
            None
        });
        (*crossing).sp = s.sp;
        (*crossing).hp = s.hp;
        (*crossing).reds = s.reds;
        value.unwrap_or(Word::NONE).to_bits()
    }
}

/// What stands for no match; no term is this word.
pub(super) const NO_MATCH: Word = Word::header(Header::new(Kind::Filler, 0));

macro_rules! steps {
    ($($name:ident => $work:path;)*) => {
        $(
            pub(super) extern "C" fn $name(pc: u64, word: u64, vm: *mut Vm) -> u64 {
                // SAFETY: machine code keeps the contract of `step`, and of handlers.
                unsafe { step(pc, word, vm, |s| $work(s)) }
            }
        )*
    };
}

/// The value of an instruction's work, or [`NO_MATCH`] where it has none and a label, in its word `label`.
unsafe fn or_label(s: &State, label: usize, value: Option<Word>) -> Option<Word> {
    // SAFETY: the contract of handlers.
    unsafe { value.or_else(|| (s.w(label) as u32 != 0 && (*s.vm).suspend.is_none()).then_some(NO_MATCH)) }
}

/// # Safety
/// The contract of handlers.
unsafe fn bif_work(s: &mut State) -> Option<Word> {
    // SAFETY: as the caller says.
    unsafe {
        let value = calls::bif_work(s);
        or_label(s, 2, value)
    }
}

/// # Safety
/// The contract of handlers; the instruction is arithmetic.
unsafe fn arithmetic_work(s: &mut State) -> Option<Word> {
    // SAFETY: as the caller says.
    unsafe {
        let value = small::work(s);
        or_label(s, 1, value)
    }
}

steps! {
    map_put => maps::put_work;
    map_update => maps::update_work;
    bs_create => building::create_work;
    bif => bif_work;
    arithmetic => arithmetic_work;
    call_built_in => calls::built_in_work;
    send => receive::send_work;
    actor_send => sends::actor_send_work;
}

macro_rules! matches {
    ($($name:ident => $work:path;)*) => {
        $(
            pub(super) extern "C" fn $name(pc: u64, word: u64, vm: *mut Vm) -> u64 {
                // SAFETY: machine code keeps the contract of `step`, and of handlers.
                unsafe { step(pc, word, vm, |s| Some($work(s).unwrap_or(NO_MATCH))) }
            }
        )*
    };
}

matches! {
    receive_next => receive::next_work;
    receive_accept => receive::accept_work;
    receive_skip => receive::skip_work;
    receive_skip_to => receive::skip_to_work;
    receive_timed_out => receive::timed_out_work;
    woken => receive::woken_work;
    marker_reserve => receive::reserve_work;
    marker_bind => receive::bind_work;
    marker_clear => receive::clear_work;
    marker_use => receive::use_work;
    bs_get_integer => matching::get_integer_work;
    bs_get_float => matching::get_float_work;
    bs_get_binary => matching::get_binary_work;
    bs_get_rest => matching::get_rest_work;
    bs_tail => matching::tail_work;
    bs_skip => matching::skip_work;
    bs_skip_rest => matching::skip_rest_work;
    bs_match_string => matching::match_string_work;
    bs_get_utf => matching::get_utf_work;
}
