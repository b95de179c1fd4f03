//! On x86-64 `Tail` passes words in `rdi`, `rsi`, `rdx`, `rcx`, `r8` and `r9`; `r15` is the pinned register.

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
        "push r15",
        "mov r15, rsi",
        "mov rax, rdi",
        "mov rdi, [r15 + {hp}]",
        "mov rsi, [r15 + {sp}]",
        "mov rdx, [r15 + {reds}]",
        "mov rcx, [r15 + {x}]",
        "mov r8, [r15 + {x} + 8]",
        "mov r9, [r15 + {x} + 16]",
        "call rax",
        "pop r15",
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
        "mov rax, [rsi]",
        "mov [r15 + {hp}], rdi",
        "mov [r15 + {sp}], rsi",
        "mov [r15 + {reds}], rdx",
        "mov [r15 + {x}], rcx",
        "mov [r15 + {pc}], rax",
        "mov rax, [rax]",
        "mov [r15 + {word}], rax",
        "ret",
        hp = const HP,
        sp = const SP,
        reds = const REDS,
        x = const X,
        pc = const PC,
        word = const WORD,
    )
}
