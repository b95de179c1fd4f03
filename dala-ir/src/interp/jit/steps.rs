//! Instructions whose work the interpreter's functions do, without leaving machine code.
//!
//! Machine code has written the registers that the instruction reads, and `Crossing`; nothing of that moves. An answer
//! of [`Word::NONE`] means that the work ended without a value: then machine code leaves at the instruction with an
//! `Unfinished` op, which goes on with what is stored: a panic, for one, which cannot cross machine code.

#![expect(unsafe_code, reason = "works on the interpreter's registers")]

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::abi::Word;
use crate::interp::ops::{building, calls, maps, receive, sends};
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

steps! {
    map_put => maps::put_work;
    map_update => maps::update_work;
    bs_create => building::create_work;
    bif => calls::bif_work;
    call_built_in => calls::built_in_work;
    send => receive::send_work;
    actor_send => sends::actor_send_work;
}
