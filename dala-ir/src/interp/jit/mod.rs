//! Machine code of functions, made of their register code by Cranelift: by the JIT while a program runs, or ahead of time.
//!
//! Making it reads what the encoder has written ([`decode`]), so slots, frames and heap checks are the interpreter's, and
//! a module can be compiled at any time. [`flow`] finds the heads of a function and what is live there, [`lower`] makes a
//! Cranelift function of each, [`compile`] lays them out. How a process crosses between the codes, and what leaving
//! means, is in [`native`](super::native).
//!
//! - The JIT compiles those functions that use up a budget, or that machine code leaves for, the second time it is seen
//!   ([`tier`]), on a thread of its own.
//! - [`ahead`] compiles whole modules, before they are linked, to code that lies anywhere.
//!
//! Running either needs the ways in and out ([`crossing`]) and what machine code calls ([`helpers`], [`steps`]), and nothing of
//! Cranelift.

#[cfg(dala_codegen)]
mod ahead;
#[cfg(dala_codegen)]
mod compile;
mod crossing;
#[cfg(dala_codegen)]
mod decode;
#[cfg(dala_codegen)]
mod exits;
#[cfg(dala_codegen)]
mod flow;
#[cfg(all(dala_codegen, target_arch = "x86_64"))]
mod frameless;
mod helpers;
#[cfg(dala_codegen)]
mod inline;
#[cfg(dala_jit)]
mod install;
#[cfg(dala_jit)]
mod kept;
#[cfg(dala_codegen)]
mod listing;
#[cfg(dala_codegen)]
mod lower;
#[cfg(dala_jit)]
mod memory;
mod offsets;
#[cfg(dala_jit)]
mod perf;
#[cfg(dala_codegen)]
mod source;
mod steps;
mod stub;
#[cfg(dala_jit)]
mod tier;

pub(super) use crossing::{enter, leave_at_return};
#[cfg(dala_codegen)]
pub(super) use exits::exits;
pub(super) use helpers::{STUBS, Stubs};
#[cfg(dala_jit)]
pub(super) use kept::{keep, keep_all};
#[cfg(dala_codegen)]
pub(super) use listing::listing;
#[cfg(dala_jit)]
pub(super) use tier::{ahead, counts, exit, first_call, heat, loaded, sample, set_mode};
