//! One aligned block of memory with elements of one type, charged to a region's account.
#![expect(unsafe_code, reason = "allocates with an alignment that Vec cannot ask for")]
use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::ptr::NonNull;
use std::sync::Arc;

use super::account::Account;
use super::dtype::Element;
use crate::TensorError;

/// Bytes every buffer is aligned to: a cache line, and the widest vector register.
pub const ALIGNMENT: usize = 64;

/// A block of `length` elements.
///
/// Invariants: `start` is aligned to [`ALIGNMENT`]; when `length` is not zero it was allocated with
/// `layout(length)` and is freed only by `drop`; all `length` elements are initialised, because memory
/// starts as zeros and zeros are a value of every [`Element`].
#[derive(Debug)]
pub(super) struct Buffer<T: Element> {
    start: NonNull<T>,
    length: usize,
    account: Arc<Account>,
}

// SAFETY: a buffer owns its memory as a `Vec<T>` does, and `T` is `Send`.
unsafe impl<T: Element> Send for Buffer<T> {}
// SAFETY: through a shared reference the memory is only read, and `T` is `Sync`.
unsafe impl<T: Element> Sync for Buffer<T> {}

impl<T: Element> Buffer<T> {
    /// A buffer of zeros.
    pub(super) fn zeros(account: Arc<Account>, length: usize) -> Result<Self, TensorError> {
        let layout = layout::<T>(length)?;
        account.charge(layout.size())?;
        if layout.size() == 0 {
            // Aligned for `T` but not to 64 bytes; nothing can be read through it.
            return Ok(Self { start: NonNull::dangling(), length, account });
        }
        // SAFETY: the layout's size is not zero.
        let memory = unsafe { alloc_zeroed(layout) };
        match NonNull::new(memory.cast::<T>()) {
            Some(start) => Ok(Self { start, length, account }),
            None => {
                account.release(layout.size());
                Err(TensorError::OutOfMemory(layout.size()))
            }
        }
    }

    pub(super) fn as_slice(&self) -> &[T] {
        // SAFETY: `length` initialised, aligned elements (type invariant), borrowed as long as `self`.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.length) }
    }

    pub(super) fn as_mut_slice(&mut self) -> &mut [T] {
        // SAFETY: as in `as_slice`, and `&mut self` makes the borrow the only one.
        unsafe { std::slice::from_raw_parts_mut(self.start.as_ptr(), self.length) }
    }

    pub(super) fn account(&self) -> &Arc<Account> {
        &self.account
    }
}

impl<T: Element> Drop for Buffer<T> {
    fn drop(&mut self) {
        let layout = layout::<T>(self.length).expect("the same layout was made before");
        if layout.size() != 0 {
            // SAFETY: allocated in `zeros` with this very layout, and freed only here.
            unsafe { dealloc(self.start.as_ptr().cast(), layout) };
        }
        self.account.release(layout.size());
    }
}

fn layout<T: Element>(length: usize) -> Result<Layout, TensorError> {
    length
        .checked_mul(size_of::<T>())
        .and_then(|bytes| Layout::from_size_align(bytes, ALIGNMENT).ok())
        .ok_or_else(|| TensorError::TooLarge(format!("[{length}]").into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Region, Shape};

    #[test]
    fn buffers_of_any_length_start_on_a_64_byte_border_with_zeros() -> Result<(), TensorError> {
        let region = Region::with_limit(usize::MAX);
        for length in [1, 2, 3, 7, 63, 64, 65, 1000] {
            let bytes = region.zeros::<u8>(Shape::new(&[length])?)?;
            let halves = region.zeros::<crate::F16>(Shape::new(&[length])?)?;
            assert_eq!(bytes.as_slice()?.as_ptr().addr() % ALIGNMENT, 0);
            assert_eq!(halves.as_slice()?.as_ptr().addr() % ALIGNMENT, 0);
            assert!(bytes.as_slice()?.iter().all(|&b| b == 0));
        }
        Ok(())
    }

    #[test]
    fn an_empty_buffer_allocates_and_charges_nothing() -> Result<(), TensorError> {
        let region = Region::with_limit(0);
        let empty = region.zeros::<f32>(Shape::new(&[3, 0])?)?;
        assert!(empty.to_vec().is_empty());
        assert_eq!(region.live_bytes(), 0);
        Ok(())
    }

    #[test]
    fn a_buffer_that_cannot_be_addressed_is_an_error() -> Result<(), TensorError> {
        let region = Region::with_limit(usize::MAX);
        let shape = Shape::new(&[isize::MAX as usize / 2])?;
        assert!(matches!(region.zeros::<i64>(shape), Err(TensorError::TooLarge(_))));
        Ok(())
    }
}
