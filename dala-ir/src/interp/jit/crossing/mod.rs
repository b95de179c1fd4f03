//! The ways from Rust into machine code, and out of it where it returns to what has none, on each processor.
//!
//! Machine code follows Cranelift's convention `Tail`, with the `Vm` in the pinned register: heap pointer, stack pointer,
//! reductions and the first three x registers are passed in registers. It keeps the registers that C functions keep, but
//! for the pinned one.

#[cfg(target_arch = "aarch64")]
mod aarch64;
#[cfg(target_arch = "x86_64")]
mod x86_64;

#[cfg(target_arch = "aarch64")]
pub(crate) use aarch64::{enter, leave_at_return};
#[cfg(target_arch = "x86_64")]
pub(crate) use x86_64::{enter, leave_at_return};
