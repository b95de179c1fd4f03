//! On arm64 such a place is an instruction: `b`, or one of the pair `adrp` and `add` that makes an address of its page and the
//! place in that (ELF for the Arm 64-bit Architecture, section "Static AArch64 relocations").

use super::Place;

/// What the start of a module's machine code has to be a multiple of: `adrp` counts pages from its own.
pub(in crate::interp) const ALIGN: usize = PAGE as usize;
/// What stands where nothing is executed: four of them are `udf`.
pub(in crate::interp) const FILL: u8 = 0;

const PAGE: i64 = 4096;

/// How the instruction at `at` says where something is.
///
/// # Panics
/// When it does not.
pub(in crate::interp) fn place(code: &[u8], at: usize) -> Place {
    let instruction = u32::from_le_bytes(*code[at..].first_chunk().expect("an instruction"));
    if instruction & 0xfc00_0000 == 0x1400_0000 {
        Place::Branch
    } else if instruction & 0x9f00_0000 == 0x9000_0000 {
        Place::Page
    } else if instruction & 0xffc0_0000 == 0x9100_0000 {
        Place::InPage
    } else {
        panic!("{instruction:08x} does not say where something is")
    }
}

/// The lowest bits of a number, if that is what it is with its sign.
fn signed(value: i64, bits: u32) -> Option<u32> {
    let rest = 64 - bits;
    (value << rest >> rest == value).then_some(value as u32 & ((1 << bits) - 1))
}

/// Writes where the target is into the instruction at `at`. `None` when it is too far.
///
/// # Panics
/// When there is no such instruction.
pub(in crate::interp) fn patch(code: &mut [u8], at: usize, target: i64) -> Option<()> {
    let kind = place(code, at);
    let instruction = code[at..].first_chunk_mut::<4>().expect("an instruction");
    let (old, at) = (u32::from_le_bytes(*instruction), at as i64);
    let new = match kind {
        Place::Branch => old & !0x03ff_ffff | signed((target - at) >> 2, 26)?,
        Place::Page => {
            let pages = signed(target.div_euclid(PAGE) - at.div_euclid(PAGE), 21)?;
            old & !0x60ff_ffe0 | (pages & 3) << 29 | pages >> 2 << 5
        }
        Place::InPage => old & !0x003f_fc00 | (target.rem_euclid(PAGE) as u32) << 10,
        Place::Distance => unreachable!("not on this processor"),
    };
    *instruction = new.to_le_bytes();
    Some(())
}

#[cfg(test)]
mod tests {
    use super::patch;

    fn patched(instruction: u32, at: usize, target: i64) -> Option<u32> {
        let mut code = vec![0; at + 4];
        code[at..].copy_from_slice(&instruction.to_le_bytes());
        patch(&mut code, at, target)?;
        Some(u32::from_le_bytes(*code.last_chunk()?))
    }

    #[test]
    fn places_are_written_as_an_assembler_writes_them() {
        // As `aarch64-linux-gnu-as` has them: `b .+8`, `b .-4`.
        assert_eq!(patched(0x1400_0000, 8, 16), Some(0x1400_0002));
        assert_eq!(patched(0x1400_0000, 8, 4), Some(0x17ff_ffff));
        // `adrp x3, 0x5000` at 0x10, and back from 0x2000; `add x3, x3, #0xabc`.
        assert_eq!(patched(0x9000_0003, 0x10, 0x5abc), Some(0xb000_0023));
        assert_eq!(patched(0x9000_0003, 0x2000, 0x123), Some(0xd0ff_ffe3));
        assert_eq!(patched(0x9100_0063, 0x14, 0x5abc), Some(0x912a_f063));
    }

    #[test]
    fn what_is_too_far_is_not_written() {
        assert_eq!(patched(0x1400_0000, 0, 1 << 27), None);
        assert_eq!(patched(0x9000_0003, 0, 1 << 32), None);
        assert!(patched(0x9000_0003, 0, (1 << 32) - 1).is_some());
    }
}
