//! On arm64 `Tail` passes words in `x2` to `x7`; `x21` is the pinned register. Machine code returns to what the link register
//! held when it was entered.

#![expect(unsafe_code, reason = "loads the registers that machine code begins with")]

use std::arch::naked_asm;

use crate::interp::jit::offsets::{HP, PC, REDS, SP, WORD, X};
use crate::interp::state::Vm;

/// Runs the machine code at `address` until it leaves: loads the registers of its convention and calls it.
///
/// # Safety
/// The address is that of a head of the code that the process of `vm` is at, and `Crossing` is filled in.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn enter(address: u64, vm: *mut Vm) {
    naked_asm!(
        "stp x29, x30, [sp, #-32]!",
        "mov x29, sp",
        "str x21, [sp, #16]",
        "mov x21, x1",
        "mov x9, x0",
        "ldr x2, [x21, #{hp}]",
        "ldr x3, [x21, #{sp}]",
        "ldr x4, [x21, #{reds}]",
        "ldr x5, [x21, #{x}]",
        "ldr x6, [x21, #{x} + 8]",
        "ldr x7, [x21, #{x} + 16]",
        "blr x9",
        "ldr x21, [sp, #16]",
        "ldp x29, x30, [sp], #32",
        "ret",
        hp = const HP,
        sp = const SP,
        reds = const REDS,
        x = const X,
    )
}

/// Leaves at the return address in the frame at `sp`, with the value that is returned: machine code jumps here as to any
/// other return address.
#[unsafe(naked)]
pub(crate) extern "C" fn leave_at_return() {
    naked_asm!(
        "ldr x9, [x3]",
        "str x2, [x21, #{hp}]",
        "str x3, [x21, #{sp}]",
        "str x4, [x21, #{reds}]",
        "str x5, [x21, #{x}]",
        "str x9, [x21, #{pc}]",
        "ldr x9, [x9]",
        "str x9, [x21, #{word}]",
        "ret",
        hp = const HP,
        sp = const SP,
        reds = const REDS,
        x = const X,
        pc = const PC,
        word = const WORD,
    )
}
