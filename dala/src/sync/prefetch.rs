//! Memory that is about to be used.

#![expect(unsafe_code, reason = "an instruction")]

/// Has the line of memory at `address` fetched for reading and writing, if it is not here yet; the thread goes on meanwhile. Any
/// address will do.
#[inline(always)]
pub(crate) fn prefetch(address: *const u8) {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: part of every x86-64; a hint that touches nothing, and fails at no address.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(address.cast()) };
    }
    #[cfg(all(target_arch = "aarch64", not(miri)))]
    {
        // SAFETY: a hint that touches nothing, and fails at no address.
        unsafe {
            std::arch::asm!("prfm pstl1keep, [{}]", in(reg) address, options(nostack, readonly, preserves_flags));
        }
    }
    let _ = address;
}
