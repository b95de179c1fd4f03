//! The way from Rust into machine code.

#![expect(unsafe_code, reason = "loads the registers that machine code begins with")]

use std::arch::naked_asm;

use super::offsets::{HP, SP, X};
use crate::interp::state::Vm;

/// Runs the machine code at `address` until it leaves: loads the registers of its convention (Cranelift's `Tail`, the
/// `Vm` in the pinned register) and calls it. It keeps the registers that C functions keep, but for the pinned one.
///
/// # Safety
/// The address is that of a head of the code that the process of `vm` is at, and `Crossing` is filled in.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn enter(address: u64, vm: *mut Vm) {
    naked_asm!(
        "push r15",
        "mov r15, rsi",
        "mov rax, rdi",
        "mov rdi, [r15 + {hp}]",
        "mov rsi, [r15 + {sp}]",
        "mov rdx, [r15 + {x}]",
        "mov rcx, [r15 + {x} + 8]",
        "mov r8, [r15 + {x} + 16]",
        "mov r9, [r15 + {x} + 24]",
        "call rax",
        "pop r15",
        "ret",
        hp = const HP,
        sp = const SP,
        x = const X,
    )
}
