//! One aligned block of host memory with elements of one type, charged to a region's account.
//!
//! The type is checked where a buffer meets a Rust type: `Buffer::as_slice` refuses another.
#![expect(
    unsafe_code,
    reason = "allocates with an alignment that Vec cannot ask for, and reads bytes as elements"
)]
use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::ptr::NonNull;

use super::account::Account;
use super::dtype::{DType, Element};
use crate::TensorError;
use crate::sync::Arc;

/// Bytes every buffer is aligned to: a cache line, and the widest vector register.
pub const ALIGNMENT: usize = 64;

/// Who owns memory that is not of this machine's heap, and gets it back when it is dropped.
pub(crate) trait Lender: std::any::Any + std::fmt::Debug + Send + Sync {}

/// A block of `length` elements of type `dtype`. Opaque: tensors are how it is reached.
///
/// Invariants: `start` is aligned to [`ALIGNMENT`]; when there are bytes it was allocated with
/// `layout(..)` and is freed only by `drop`, or it is the lender's, which lives as long; all of its bytes are
/// initialised and are values of `dtype`, because memory starts as zeros, which are a value of every [`Element`],
/// and is written as elements, or by `write_bytes` and `with_foreign_writer`, which make every `bool` 0 or 1.
pub struct Buffer {
    start: NonNull<u8>,
    dtype: DType,
    length: usize,
    account: Arc<Account>,
    lender: Option<Box<dyn Lender>>,
    /// Lets loom see who reads and writes when.
    #[cfg(loom)]
    witness: loom::cell::UnsafeCell<()>,
}

impl std::fmt::Debug for Buffer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}x{} at {:p}", self.length, self.dtype.name(), self.start)
    }
}

// SAFETY: a buffer owns its memory as a `Vec` of numbers does.
unsafe impl Send for Buffer {}
// SAFETY: through a shared reference the memory is only read.
unsafe impl Sync for Buffer {}

impl Buffer {
    /// A buffer of zeros.
    pub(crate) fn zeros(account: Arc<Account>, dtype: DType, length: usize) -> Result<Self, TensorError> {
        let (bytes, layout) = layout(dtype, length)?;
        account.charge(bytes)?;
        let start = match layout {
            None => NonNull::without_provenance(const { std::num::NonZero::new(ALIGNMENT).expect("not 0") }),
            Some(layout) => {
                // SAFETY: the layout's size is not zero.
                let memory = unsafe { alloc_zeroed(layout) };
                match NonNull::new(memory) {
                    Some(start) => start,
                    None => {
                        account.release(bytes);
                        return Err(TensorError::OutOfMemory(bytes));
                    }
                }
            }
        };
        Ok(Self {
            start,
            dtype,
            length,
            account,
            lender: None,
            #[cfg(loom)]
            witness: loom::cell::UnsafeCell::new(()),
        })
    }

    /// A buffer in memory of somebody else's, with what is in there.
    ///
    /// # Safety
    /// From `start`, which is aligned to [`ALIGNMENT`], there are `length` initialised values of `dtype`. As long as
    /// `lender` lives they stay there, and whoever else reads or writes them does so as a reference to this buffer would.
    #[cfg(all(feature = "wgpu", not(loom)))]
    pub(crate) unsafe fn lent(
        account: Arc<Account>,
        dtype: DType,
        length: usize,
        start: NonNull<u8>,
        lender: Box<dyn Lender>,
    ) -> Result<Self, TensorError> {
        assert!(start.addr().get().is_multiple_of(ALIGNMENT), "the caller vouches for it");
        account.charge(length * dtype.bytes())?;
        Ok(Self { start, dtype, length, account, lender: Some(lender) })
    }

    /// Whose memory it is, if that is a `L`.
    #[cfg(all(feature = "wgpu", not(loom)))]
    pub(crate) fn lender<L: Lender>(&self) -> Option<&L> {
        let lender: &dyn std::any::Any = self.lender.as_deref()?;
        lender.downcast_ref()
    }

    /// Whether the memory is lent.
    #[cfg(not(loom))]
    pub(crate) fn is_lent(&self) -> bool {
        self.lender.is_some()
    }

    /// The elements, if they are of type `T`.
    pub(crate) fn as_slice<T: Element>(&self) -> Result<&[T], TensorError> {
        self.check(T::DTYPE)?;
        self.note_read();
        // SAFETY: `length` initialised, aligned values of `T` (type invariant), borrowed as long as `self`.
        Ok(unsafe { std::slice::from_raw_parts(self.start.as_ptr().cast(), self.length) })
    }

    /// The elements, to write.
    pub(crate) fn as_mut_slice<T: Element>(&mut self) -> Result<&mut [T], TensorError> {
        self.check(T::DTYPE)?;
        self.note_write();
        // SAFETY: as in `as_slice`, and `&mut self` makes the borrow the only one.
        Ok(unsafe { std::slice::from_raw_parts_mut(self.start.as_ptr().cast(), self.length) })
    }

    /// The elements' bytes. Numbers have no padding, so all of them are initialised.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.note_read();
        // SAFETY: as many initialised bytes (type invariant), borrowed as long as `self`.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.byte_length()) }
    }

    /// Writes bytes from byte `at` on, which must lie in the buffer.
    pub(crate) fn write_bytes(&mut self, at: usize, bytes: &[u8]) {
        self.with_foreign_writer(|all| all[at..at + bytes.len()].copy_from_slice(bytes));
    }

    /// Lets somebody write who may not know our types, a model's runtime for one.
    pub(crate) fn with_foreign_writer<R>(&mut self, write: impl FnOnce(&mut [u8]) -> R) -> R {
        self.note_write();
        // SAFETY: as in `as_bytes`, and `&mut self` makes the borrow the only one. Any bytes are numbers.
        let bytes = unsafe { std::slice::from_raw_parts_mut(self.start.as_ptr(), self.byte_length()) };
        let is_bool = self.dtype == DType::Bool;
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| write(bytes)));
        if is_bool {
            // SAFETY: the borrow above ended.
            let bytes = unsafe { std::slice::from_raw_parts_mut(self.start.as_ptr(), self.byte_length()) };
            bytes.iter_mut().for_each(|byte| *byte = u8::from(*byte != 0));
        }
        result.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }

    /// The address, for code outside of Rust. Valid while the buffer lives, for its bytes.
    #[cfg(all(feature = "onnx", not(loom)))]
    pub(crate) fn address(&self) -> NonNull<u8> {
        self.start
    }

    pub(crate) fn byte_length(&self) -> usize {
        self.length * self.dtype.bytes()
    }

    pub(crate) fn account(&self) -> &Arc<Account> {
        &self.account
    }

    /// Charges the buffer to another account.
    pub(crate) fn charge_to(&mut self, account: Arc<Account>) -> Result<(), TensorError> {
        self.account.hand_over(&account, self.byte_length())?;
        self.account = account;
        Ok(())
    }

    fn check(&self, asked: DType) -> Result<(), TensorError> {
        if self.dtype == asked { Ok(()) } else { Err(TensorError::WrongType { asked, is: self.dtype }) }
    }

    #[cfg(not(loom))]
    fn note_read(&self) {}
    #[cfg(not(loom))]
    fn note_write(&mut self) {}
    #[cfg(loom)]
    fn note_read(&self) {
        self.witness.with(|_| ());
    }
    #[cfg(loom)]
    fn note_write(&mut self) {
        self.witness.with_mut(|_| ());
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        self.note_write();
        let (bytes, layout) = layout(self.dtype, self.length).expect("the same layout was made before");
        if let (Some(layout), None) = (layout, &self.lender) {
            // SAFETY: allocated in `zeros` with this very layout, and freed only here: nobody lent it.
            unsafe { dealloc(self.start.as_ptr(), layout) };
        }
        self.account.release(bytes);
    }
}

/// The bytes of the elements, and what is allocated for them: whole lines, so that a vector instruction
/// over the last elements stays inside.
fn layout(dtype: DType, length: usize) -> Result<(usize, Option<Layout>), TensorError> {
    let too_large = || TensorError::TooLarge(format!("[{length}]").into());
    let bytes = length.checked_mul(dtype.bytes()).ok_or_else(too_large)?;
    if bytes == 0 {
        return Ok((0, None));
    }
    let padded = bytes.checked_next_multiple_of(ALIGNMENT).ok_or_else(too_large)?;
    let layout = Layout::from_size_align(padded, ALIGNMENT).map_err(|_| too_large())?;
    Ok((bytes, Some(layout)))
}

#[cfg(all(test, not(loom)))]
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
        assert_eq!(empty.as_slice()?.as_ptr().addr() % ALIGNMENT, 0);
        assert_eq!(region.live_bytes(), 0);
        Ok(())
    }

    #[test]
    fn a_buffer_that_cannot_be_addressed_is_an_error() -> Result<(), TensorError> {
        let region = Region::with_limit(usize::MAX);
        let shape = Shape::new(&[isize::MAX as usize / 2])?;
        assert!(matches!(region.zeros::<i64>(shape), Err(TensorError::TooLarge(_))));
        assert_eq!(region.live_bytes(), 0);
        Ok(())
    }

    #[test]
    fn foreign_bytes_in_a_bool_buffer_become_0_or_1_even_when_the_writer_panics() -> Result<(), TensorError> {
        let region = Region::with_limit(100);
        let mut buffer = Buffer::zeros(region.account().clone(), DType::Bool, 4)?;
        buffer.write_bytes(1, &[7, 0, 255]);
        assert_eq!(buffer.as_slice::<bool>()?, [false, true, false, true]);
        let panics = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            buffer.with_foreign_writer(|bytes| {
                bytes[0] = 9;
                panic!("half way");
            })
        }));
        assert!(panics.is_err());
        assert_eq!(buffer.as_slice::<bool>()?, [true, true, false, true]);
        Ok(())
    }

    #[test]
    fn a_buffer_is_read_only_as_what_it_is() -> Result<(), TensorError> {
        let region = Region::with_limit(100);
        let mut buffer = Buffer::zeros(region.account().clone(), DType::I32, 4)?;
        let wrong = TensorError::WrongType { asked: DType::F32, is: DType::I32 };
        assert_eq!(buffer.as_slice::<f32>().expect_err("integers"), wrong);
        assert_eq!(buffer.as_mut_slice::<f32>().expect_err("integers"), wrong);
        Ok(())
    }
}
