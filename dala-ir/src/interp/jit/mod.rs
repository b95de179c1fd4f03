//! The JIT: machine code of functions, made of their register code by Cranelift.
//!
//! It reads what the encoder has written ([`decode`]), so slots, frames and heap checks are the interpreter's, and a
//! module can be compiled at any time after it was linked. [`flow`] finds the heads of a function and what is live
//! there, [`lower`] makes a Cranelift function of each, [`compile`] puts them into memory. How a process crosses between
//! the codes, and what leaving means, is in [`native`](super::native).
//!
//! Which functions: those that use up a budget, the second time they do ([`tier`]); compiled on a thread of its own.

mod compile;
mod crossing;
mod decode;
mod exits;
mod flow;
mod frameless;
mod helpers;
mod inline;
mod listing;
mod lower;
mod memory;
mod offsets;
mod perf;
mod steps;
mod tier;

pub(super) use crossing::{enter, leave_at_return};
pub(super) use exits::exits;
pub(super) use listing::listing;
pub(super) use tier::{counts, first_call, loaded, sample, set_mode};
