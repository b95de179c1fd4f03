//! What stands around a function that machine code calls, on each processor.
//!
//! It preserves all registers (Cranelift's `PreserveAll`), aligns the native stack, passes the `Vm` behind the two words, and
//! puts the answer into `Crossing`: so a call costs the path around it nothing.

#[cfg(target_arch = "aarch64")]
mod aarch64;
#[cfg(target_arch = "x86_64")]
mod x86_64;

#[cfg(target_arch = "aarch64")]
pub(super) use aarch64::{stub, stub_around, stub_with_floats};
#[cfg(target_arch = "x86_64")]
pub(super) use x86_64::{stub, stub_around, stub_with_floats};
