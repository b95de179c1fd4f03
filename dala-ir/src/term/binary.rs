//! The binary region: counted byte buffers that many terms, on many heaps, share slices of.
//!
//! # Protocol
//! - Bytes that a term or value names never change while the buffer lives, so readers need no lock.
//! - `used` is moved by compare-and-swap: who moves it from `old` to `new` owns `bytes[old..new]` alone until it makes a term
//!   of them. That is how an append in place works: the slice that ends at `used` claims more. A heap claims more than it
//!   fills ([`Claim`]), and gives the rest back before it gives back its counts.
//! - A term with the new bytes reaches another thread only through a send, which orders the writes before it; the
//!   swap itself therefore needs no ordering beyond its own atomicity.
//! - The count is as in `Arc`: relaxed to take, release to give back, acquire before freeing.
//! - The bytes lie behind the head, or are those of an owner that lies there instead ([`SharedBinary::of_owner`]): then
//!   `used` is `capacity` from the start, so nobody ever writes them.

#![expect(unsafe_code, reason = "a counted buffer with a header in front, and claims on its tail")]

use std::alloc::{Layout, alloc, dealloc};
use std::mem::ManuallyDrop;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering, fence};

use super::memory::NoMemory;
use crate::abi::Claim;

/// Largest binary in bytes: its bit count must be a small integer.
pub const MAX_BYTES: usize = 1 << 58;
/// Most bytes of a binary that one expression or one built-in function makes; more is `system_limit`. A few words of
/// hostile data can ask for any size, and a machine that promises memory it has not would end the runtime when it is
/// written. OTP has no such bound: it aborts where the allocator says no.
pub const MAX_BUILT_BYTES: usize = 1 << 32;
/// Capacity that the first append gives a buffer, as OTP's `bs_append` does.
const FIRST_APPEND_BYTES: usize = 256;

#[repr(C, align(16))]
struct Head {
    count: AtomicUsize,
    capacity: usize,
    used: AtomicUsize,
    /// The first byte: right behind the head, or where the owner has it.
    bytes: NonNull<u8>,
}

/// Whose bytes a buffer has that has none of its own: a box, given away.
type Owner = NonNull<dyn Send>;

const HEAD_BYTES: usize = size_of::<Head>();
/// Where the head has the address of the first byte, for machine code.
#[cfg(dala_codegen)]
pub(crate) const BYTES_OFFSET: usize = std::mem::offset_of!(Head, bytes);

static REGION_BYTES: AtomicI64 = AtomicI64::new(0);
static REGION_BINARIES: AtomicI64 = AtomicI64::new(0);

/// Bytes that all shared binaries take (`erlang:memory(binary)`).
pub fn region_bytes() -> u64 {
    REGION_BYTES.load(Ordering::Relaxed).max(0) as u64
}

/// Number of shared binaries alive.
pub fn region_binaries() -> u64 {
    REGION_BINARIES.load(Ordering::Relaxed).max(0) as u64
}

/// Bytes that a claim takes beyond what is appended.
const AHEAD: usize = 256;

impl Claim {
    /// As [`SharedBinary::try_append_bytes`].
    ///
    /// # Safety
    /// `shared`, and each buffer that was appended to before, lives until [`Claim::release`] is called next.
    #[inline]
    pub unsafe fn try_append(&mut self, shared: &SharedBinary, end: usize, bytes: &[u8]) -> bool {
        if self.address == shared.address() && self.filled == end && bytes.len() <= self.claimed - end {
            // SAFETY: `filled..claimed` of this buffer is this claim's alone.
            unsafe { shared.write(end, bytes) };
            self.filled += bytes.len();
            return true;
        }
        // SAFETY: as the caller says.
        unsafe { self.claim(shared, end, bytes) }
    }

    /// # Safety
    /// As [`Claim::try_append`].
    #[inline(never)]
    unsafe fn claim(&mut self, shared: &SharedBinary, end: usize, bytes: &[u8]) -> bool {
        // SAFETY: as the caller says.
        unsafe { self.release() };
        let head = shared.head();
        // Bytes are fewer than any address has, so the sum is no small one.
        let filled = end + bytes.len();
        let claimed = (filled + AHEAD).min(head.capacity);
        if filled > head.capacity
            || head.used.compare_exchange(end, claimed, Ordering::AcqRel, Ordering::Relaxed).is_err()
        {
            return false;
        }
        // SAFETY: the swap gave `end..claimed` to this call alone, and it lies within the capacity.
        unsafe { shared.write(end, bytes) };
        *self = Claim { address: shared.address(), claimed, filled };
        true
    }

    /// Gives back what is claimed and not filled.
    ///
    /// # Safety
    /// As [`Claim::try_append`] says.
    pub unsafe fn release(&mut self) {
        let Claim { address, claimed, filled } = std::mem::replace(self, Claim::NONE);
        if !address.is_null() && filled < claimed {
            // SAFETY: the caller says that the buffer lives. `used` is where this claim has left it: nobody else moves it.
            unsafe { (*address.cast::<Head>()).used.store(filled, Ordering::Release) };
        }
    }

    /// Gives it back if it is of this buffer.
    ///
    /// # Safety
    /// As [`Claim::try_append`] says.
    pub unsafe fn release_of(&mut self, shared: &SharedBinary) {
        if self.address == shared.address() {
            // SAFETY: as the caller says.
            unsafe { self.release() };
        }
    }
}

/// One count of a shared buffer.
pub struct SharedBinary {
    head: NonNull<Head>,
}

// SAFETY: the bytes below `used` are immutable, the rest is claimed by compare-and-swap, the count is atomic.
unsafe impl Send for SharedBinary {}
// SAFETY: as above.
unsafe impl Sync for SharedBinary {}

fn layout(capacity: usize) -> Layout {
    Layout::from_size_align(HEAD_BYTES + capacity, align_of::<Head>()).expect("capacity is at most MAX_BYTES")
}

/// First byte of the buffer at `address`, which a `RefBinary` holds.
///
/// # Safety
/// `address` comes from [`SharedBinary::into_address`] or [`SharedBinary::address`] and the buffer lives.
#[inline]
pub(crate) unsafe fn bytes_of(address: *const u8) -> *const u8 {
    // SAFETY: the allocation starts with its head.
    unsafe { (*address.cast::<Head>()).bytes.as_ptr() }
}

/// Bytes written to the buffer at `address`.
///
/// # Safety
/// As [`bytes_of`].
pub(crate) unsafe fn used_of(address: *const u8) -> usize {
    // SAFETY: the allocation starts with its head.
    unsafe { (*address.cast::<Head>()).used.load(Ordering::Acquire) }
}

impl SharedBinary {
    /// An empty buffer with room for `capacity` bytes.
    ///
    /// # Panics
    /// With [`NoMemory`] as payload, when there is none: only that actor ends.
    pub fn with_capacity(capacity: usize) -> SharedBinary {
        SharedBinary::try_with_capacity(capacity).unwrap_or_else(|error| error.unwind())
    }

    /// As [`SharedBinary::with_capacity`], for sizes that a program chooses.
    ///
    /// # Errors
    /// When there is no memory, or `capacity` is over [`MAX_BYTES`].
    pub fn try_with_capacity(capacity: usize) -> Result<SharedBinary, NoMemory> {
        if capacity > MAX_BYTES {
            return Err(NoMemory { bytes: capacity });
        }
        let layout = layout(capacity);
        // SAFETY: the layout is never empty.
        let head = NonNull::new(unsafe { alloc(layout) }.cast::<Head>()).ok_or(NoMemory::of(layout))?;
        // SAFETY: freshly allocated with the head's size and alignment at least.
        unsafe {
            let bytes = head.cast::<u8>().add(HEAD_BYTES);
            head.write(Head { count: AtomicUsize::new(1), capacity, used: AtomicUsize::new(0), bytes });
        }
        head.as_ptr().expose_provenance();
        REGION_BYTES.fetch_add(layout.size() as i64, Ordering::Relaxed);
        REGION_BINARIES.fetch_add(1, Ordering::Relaxed);
        Ok(SharedBinary { head })
    }

    /// The bytes of `owner`, which are not copied; it is dropped with the last count. What they take is its business:
    /// [`region_bytes`] knows nothing of them.
    ///
    /// # Panics
    /// With [`NoMemory`] as payload, when there is none for the head.
    pub fn of_owner<T: AsRef<[u8]> + Send + 'static>(owner: T) -> SharedBinary {
        let mut binary = SharedBinary::with_capacity(size_of::<Owner>());
        let owner = NonNull::from(Box::leak(Box::new(owner)));
        // SAFETY: just leaked. Its bytes stay where and as they are: nobody has it mutably until it is dropped.
        let bytes = unsafe { owner.as_ref() }.as_ref();
        assert!(bytes.len() <= MAX_BYTES, "no machine has that many");
        // SAFETY: this count is the only one; there is room for an owner behind the head, which is as aligned as it.
        unsafe {
            binary.bytes_start().cast::<Owner>().write(owner);
            let head = binary.head.as_mut();
            head.bytes = NonNull::from(bytes).cast();
            head.capacity = bytes.len();
            *head.used.get_mut() = bytes.len();
        }
        binary
    }

    /// A buffer that holds a copy of `bytes`.
    pub fn copy_of(bytes: &[u8]) -> SharedBinary {
        let binary = SharedBinary::with_capacity(bytes.len());
        binary.try_append(0, bytes.len(), |tail| tail.copy_from_slice(bytes));
        binary
    }

    /// A buffer of `len` zero bytes that `fill` may write before anyone sees them.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn try_filled(len: usize, fill: impl FnOnce(&mut [u8])) -> Result<SharedBinary, NoMemory> {
        let binary = SharedBinary::try_with_capacity(len)?;
        binary.try_append(0, len, fill);
        Ok(binary)
    }

    fn head(&self) -> &Head {
        // SAFETY: this value owns a count, so the buffer lives.
        unsafe { self.head.as_ref() }
    }

    fn bytes_start(&self) -> *mut u8 {
        self.head().bytes.as_ptr()
    }

    /// The owner of the bytes, if they are not the buffer's own.
    fn owner(&self) -> Option<NonNull<Owner>> {
        // SAFETY: the allocation is larger than its head.
        let behind = unsafe { self.head.cast::<u8>().add(HEAD_BYTES) };
        (self.head().bytes != behind).then(|| behind.cast())
    }

    /// The bytes written or claimed so far. Another owner may still be filling what it claimed last, so this is
    /// only for who knows that nobody appends; slices of terms are always complete.
    pub fn used(&self) -> usize {
        self.head().used.load(Ordering::Acquire)
    }

    /// How many counts there are: references of terms, and values like this one.
    pub fn references(&self) -> usize {
        self.head().count.load(Ordering::Relaxed)
    }

    /// Bytes that fit without moving.
    pub fn capacity(&self) -> usize {
        self.head().capacity
    }

    /// Bytes `start .. start + len`, which the caller knows to be complete.
    ///
    /// # Panics
    /// When they reach past what is used.
    #[track_caller]
    pub fn slice(&self, start: usize, len: usize) -> &[u8] {
        assert!(start.checked_add(len).is_some_and(|end| end <= self.used()), "slice past the end");
        // SAFETY: bytes below `used` belong to this allocation and were zeroed or filled by who claimed them.
        unsafe { std::slice::from_raw_parts(self.bytes_start().add(start), len) }
    }

    /// Appends `extra` bytes in place if the buffer is used exactly up to `end` and has room: claims them, zeroes
    /// them, and lets `fill` write. Says whether it did.
    pub fn try_append(&self, end: usize, extra: usize, fill: impl FnOnce(&mut [u8])) -> bool {
        let head = self.head();
        let Some(new_end) = end.checked_add(extra).filter(|&new_end| new_end <= head.capacity) else {
            return false;
        };
        if head.used.compare_exchange(end, new_end, Ordering::AcqRel, Ordering::Relaxed).is_err() {
            return false;
        }
        // SAFETY: the swap gave `end..new_end` to this call alone, and it lies within the capacity.
        let tail = unsafe {
            let start = self.bytes_start().add(end);
            start.write_bytes(0, extra);
            std::slice::from_raw_parts_mut(start, extra)
        };
        fill(tail);
        true
    }

    /// As [`SharedBinary::try_append`] of bytes, for who has no [`Claim`].
    pub fn try_append_bytes(&self, end: usize, bytes: &[u8]) -> bool {
        let head = self.head();
        // Bytes are fewer than any address has, so the sum is no small one.
        let new_end = end + bytes.len();
        if new_end > head.capacity
            || head.used.compare_exchange(end, new_end, Ordering::AcqRel, Ordering::Relaxed).is_err()
        {
            return false;
        }
        // SAFETY: the swap gave `end..new_end` to this call alone, and it lies within the capacity.
        unsafe { self.write(end, bytes) };
        true
    }

    /// Writes `bytes` at `start`.
    ///
    /// # Safety
    /// As many are claimed there, by the caller alone. Whoever lends `bytes` sees only what was claimed before.
    #[inline(always)]
    unsafe fn write(&self, start: usize, bytes: &[u8]) {
        // SAFETY: as the caller says.
        unsafe { self.bytes_start().add(start).copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
    }

    /// Room to give a buffer that starts with `needed` bytes and is likely to be appended to.
    pub fn growth_capacity(needed: usize) -> usize {
        needed.saturating_mul(2).clamp(FIRST_APPEND_BYTES, MAX_BUILT_BYTES).max(needed)
    }

    /// The address to store in a `RefBinary`, which takes over this count.
    pub fn into_address(self) -> *const u8 {
        let address = self.address();
        std::mem::forget(self);
        address
    }

    /// The address, without giving the count away.
    pub fn address(&self) -> *const u8 {
        self.head.as_ptr().cast_const().cast()
    }

    /// Takes back the count that [`SharedBinary::into_address`] gave away.
    ///
    /// # Safety
    /// `address` comes from there, and that count is not used again.
    pub unsafe fn from_address(address: *const u8) -> SharedBinary {
        // SAFETY: addresses of heads are not null.
        SharedBinary { head: unsafe { NonNull::new_unchecked(address.cast_mut().cast()) } }
    }

    /// The buffer at `address`, without a count of its own.
    ///
    /// # Safety
    /// The buffer lives as long as the value.
    pub unsafe fn borrow_address(address: *const u8) -> ManuallyDrop<SharedBinary> {
        // SAFETY: never dropped, so the owner's count stays; the caller says that the buffer lives.
        ManuallyDrop::new(unsafe { SharedBinary::from_address(address) })
    }

    /// A further count of the buffer at `address`.
    ///
    /// # Safety
    /// The buffer lives: some term or value holds a count of it during this call.
    pub unsafe fn retain_address(address: *const u8) -> SharedBinary {
        // SAFETY: borrowed for the clone only.
        let borrowed = unsafe { SharedBinary::borrow_address(address) };
        SharedBinary::clone(&borrowed)
    }
}

impl Clone for SharedBinary {
    fn clone(&self) -> SharedBinary {
        self.head().count.fetch_add(1, Ordering::Relaxed);
        SharedBinary { head: self.head }
    }
}

impl Drop for SharedBinary {
    fn drop(&mut self) {
        if self.head().count.fetch_sub(1, Ordering::Release) != 1 {
            return;
        }
        fence(Ordering::Acquire);
        let own_bytes = match self.owner() {
            None => self.head().capacity,
            Some(owner) => {
                // SAFETY: written by `of_owner`, which leaked a box; this was the last count, so it is dropped once.
                drop(unsafe { Box::from_raw(owner.read().as_ptr()) });
                size_of::<Owner>()
            }
        };
        let layout = layout(own_bytes);
        REGION_BYTES.fetch_sub(layout.size() as i64, Ordering::Relaxed);
        REGION_BINARIES.fetch_sub(1, Ordering::Relaxed);
        // SAFETY: this was the last count; allocated with the same layout.
        unsafe { dealloc(self.head.as_ptr().cast(), layout) };
    }
}

impl std::fmt::Debug for SharedBinary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SharedBinary")
            .field("used", &self.used())
            .field("capacity", &self.capacity())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_slice_at_the_end_appends_in_place() {
        let binary = SharedBinary::with_capacity(16);
        assert!(binary.try_append(0, 3, |tail| tail.copy_from_slice(b"abc")));
        assert!(binary.try_append(3, 2, |tail| tail.copy_from_slice(b"de")));
        assert!(!binary.try_append(3, 2, |_| panic!("the tail is taken")), "claimed twice");
        assert!(!binary.try_append(5, 12, |_| panic!("no room")), "past the capacity");
        assert_eq!(binary.slice(0, 5), b"abcde");
    }

    #[test]
    fn what_is_claimed_ahead_is_nobody_elses_until_it_is_given_back() {
        let binary = SharedBinary::with_capacity(1000);
        let other = SharedBinary::with_capacity(2);
        let (mut claim, mut second) = (Claim::NONE, Claim::NONE);
        // SAFETY: both buffers live to the end.
        unsafe {
            assert!(claim.try_append(&binary, 0, b"abc") && claim.try_append(&binary, 3, b"d"));
            assert!(!second.try_append(&binary, 4, b"x"), "claimed by the first");
            assert!(!binary.try_append(4, 1, |_| panic!("claimed")));
            claim.release();
            assert_eq!(binary.used(), 4);
            assert!(second.try_append(&binary, 4, b"e"));
            assert!(!claim.try_append(&binary, 4, b"x"), "filled by the second");
            assert!(!second.try_append(&other, 0, b"xyz"), "no room");
            assert_eq!(binary.used(), 5, "given back for the other");
            assert!(second.try_append(&other, 0, b"xy") && !second.try_append(&other, 2, b"z"), "full");
            for at in 5..1000 {
                assert!(claim.try_append(&binary, at, &[at as u8]));
            }
            claim.release_of(&other);
            assert!(!claim.try_append(&binary, 1000, b"x"), "full");
        }
        assert_eq!(
            (binary.slice(0, 5), binary.slice(999, 1), binary.used()),
            (&b"abcde"[..], &[231][..], 1000)
        );
    }

    #[test]
    fn last_count_frees_the_buffer() {
        let binary = SharedBinary::copy_of(&[7; 1000]);
        let address = binary.clone().into_address();
        drop(binary);
        // SAFETY: the count that went into the address is taken back once.
        let back = unsafe { SharedBinary::from_address(address) };
        assert_eq!(back.slice(999, 1), &[7]);
    }

    #[test]
    fn an_owners_bytes_are_read_in_place_and_it_is_dropped_with_the_last_count() {
        struct Owner(std::sync::Arc<[u8; 100]>);
        impl AsRef<[u8]> for Owner {
            fn as_ref(&self) -> &[u8] {
                &self.0[1..]
            }
        }
        let bytes = std::sync::Arc::new([9; 100]);
        let binary = SharedBinary::of_owner(Owner(bytes.clone()));
        let second = binary.clone();
        assert_eq!((binary.slice(0, 99).as_ptr(), binary.used()), (bytes[1..].as_ptr(), 99));
        assert!(!binary.try_append(99, 1, |_| panic!("not ours to write")));
        drop(binary);
        assert_eq!((second.slice(98, 1), std::sync::Arc::strong_count(&bytes)), (&[9][..], 2));
        drop(second);
        assert_eq!(std::sync::Arc::strong_count(&bytes), 1);
        let empty = SharedBinary::of_owner(Vec::new());
        assert_eq!((empty.slice(0, 0), empty.capacity()), (&[][..], 0));
    }

    #[test]
    fn a_size_that_no_machine_has_is_an_error() {
        for capacity in [MAX_BYTES, MAX_BYTES + 1, usize::MAX] {
            let error = SharedBinary::try_with_capacity(capacity).expect_err("no machine has that");
            assert!(error.bytes >= capacity, "{error}");
        }
        let unwound = std::panic::catch_unwind(|| SharedBinary::with_capacity(MAX_BYTES));
        assert!(unwound.expect_err("it unwinds").is::<NoMemory>());
    }

    #[test]
    fn racing_appends_give_the_tail_to_one_thread() {
        let binary = SharedBinary::with_capacity(8);
        let wins: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4u8)
                .map(|byte| {
                    let binary = binary.clone();
                    scope.spawn(move || usize::from(binary.try_append(0, 8, |tail| tail.fill(byte))))
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(wins, 1);
    }
}
