//! The tensor region: aligned, counted buffers of numbers, and views of them.
//!
//! Invariants:
//! - A buffer starts on a 64-byte border ([`buffer::ALIGNMENT`]), holds whole elements of one type, and
//!   every element is initialised from the start (zero).
//! - Many readers or one writer: a buffer is written only through the one tensor that refers to it.
//! - A [`account::Region`] counts the bytes of its living buffers against a limit, and the bytes copied
//!   between buffers: a steady run copies none.
//!
//! Only [`buffer`] holds unsafe code.
pub mod account;
pub mod buffer;
pub mod dtype;
pub mod shape;
pub mod tensor;
