//! On x86-64 such a place has four bytes, which hold the distance from there.

use super::Place;

/// What the start of a module's machine code has to be a multiple of.
pub(in crate::interp) const ALIGN: usize = 16;
/// What stands where nothing is executed: `int3`.
pub(in crate::interp) const FILL: u8 = 0xcc;

/// How the code at `at` says where something is.
pub(in crate::interp) fn place(_: &[u8], _: usize) -> Place {
    Place::Distance
}

/// Writes where the target is into the code at `at`. `None` when it is too far.
pub(in crate::interp) fn patch(code: &mut [u8], at: usize, target: i64) -> Option<()> {
    let distance = i32::try_from(target - at as i64).ok()?;
    code[at..at + 4].copy_from_slice(&distance.to_le_bytes());
    Some(())
}
