//! The tensor region: aligned, counted buffers of numbers, views of them, and their terms.
//!
//! Invariants:
//! - A host buffer starts on a 64-byte border ([`buffer::ALIGNMENT`]), its room is a whole number of such
//!   lines, and every byte is initialised from the start (zero).
//! - Many readers or one writer: a buffer is written only through the one tensor that refers to it.
//! - A [`account::Region`] counts the bytes of its living buffers against a limit, and so do the regions
//!   around it; it counts the bytes copied between buffers too: a steady run copies none.
//!
//! Only [`buffer`] holds unsafe code.
pub mod account;
pub mod buffer;
pub mod dtype;
pub mod dynamic;
#[cfg(not(loom))]
pub(crate) mod message;
pub mod shape;
pub mod tensor;
pub(crate) mod view;

#[cfg(all(test, loom))]
mod models;
