//! Places in machine code that say where something else is, on each processor.
//!
//! Places and targets are numbers of bytes behind the start of the code, which lies at a multiple of [`ALIGN`].

#[cfg(target_arch = "aarch64")]
mod aarch64;
#[cfg(not(target_arch = "aarch64"))]
mod x86_64;

#[cfg(target_arch = "aarch64")]
pub(super) use aarch64::{ALIGN, FILL, patch, place};
#[cfg(not(target_arch = "aarch64"))]
pub(super) use x86_64::{ALIGN, FILL, patch, place};

/// How a place says where something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Four bytes that hold the distance.
    Distance,
    /// arm64's `b`: the distance in instructions, 26 bits.
    Branch,
    /// arm64's `adrp`: the distance in pages of 4096 bytes, 21 bits, of which the lowest two stand apart.
    Page,
    /// arm64's `add`, of the place in the page, 12 bits.
    InPage,
}
