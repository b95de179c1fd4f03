//! Where machine code finds things in [`Vm`].

#![cfg_attr(not(dala_codegen), expect(dead_code, reason = "most are for the code generator"))]

use std::mem::offset_of;

use crate::interp::native::Crossing;
use crate::interp::state::Vm;

pub(super) const X: i32 = offset_of!(Vm, x) as i32;
pub(super) const F: i32 = offset_of!(Vm, f) as i32;
/// Where it has the address of the process's context.
pub(super) const CONTEXT: i32 = offset_of!(Vm, context) as i32;
pub(super) const SLACK: i32 = offset_of!(Vm, slack) as i32;
pub(super) const REDS: i32 = (offset_of!(Vm, crossing) + offset_of!(Crossing, reds)) as i32;
pub(super) const SP: i32 = (offset_of!(Vm, crossing) + offset_of!(Crossing, sp)) as i32;
pub(super) const HP: i32 = (offset_of!(Vm, crossing) + offset_of!(Crossing, hp)) as i32;
pub(super) const PC: i32 = (offset_of!(Vm, crossing) + offset_of!(Crossing, pc)) as i32;
pub(super) const ANSWER: i32 = (offset_of!(Vm, crossing) + offset_of!(Crossing, answer)) as i32;
pub(super) const WORD: i32 = (offset_of!(Vm, crossing) + offset_of!(Crossing, word)) as i32;
#[cfg(dala_codegen)]
pub(super) const STUBS: i32 = offset_of!(Vm, stubs) as i32;
