//! A region: the account that buffers are charged to.
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::dtype::Element;
use super::shape::Shape;
use super::tensor::Tensor;
use crate::TensorError;

/// Where tensors are made: counts the bytes of its living buffers and refuses to pass a limit.
///
/// Cheap to clone (a shared counter). Making a tensor is one allocation for the buffer and one for its
/// count of references.
#[derive(Clone, Debug)]
pub struct Region {
    account: Arc<Account>,
}

#[derive(Debug)]
pub(super) struct Account {
    live: AtomicUsize,
    copied: AtomicUsize,
    limit: usize,
}

impl Region {
    /// A region of at most `limit` bytes.
    pub fn with_limit(limit: usize) -> Self {
        Self { account: Arc::new(Account { live: AtomicUsize::new(0), copied: AtomicUsize::new(0), limit }) }
    }

    /// Bytes of the buffers that live now.
    pub fn live_bytes(&self) -> usize {
        self.account.live.load(Ordering::Relaxed)
    }

    /// Bytes copied between buffers since the region was made. A steady pipeline keeps it constant.
    pub fn copied_bytes(&self) -> usize {
        self.account.copied.load(Ordering::Relaxed)
    }

    /// A tensor of zeros.
    ///
    /// # Errors
    /// [`TensorError::OverLimit`] or [`TensorError::OutOfMemory`].
    pub fn zeros<T: Element>(&self, shape: Shape) -> Result<Tensor<T>, TensorError> {
        Tensor::zeros(self.account.clone(), shape)
    }

    /// A tensor with these elements, the last axis running fastest.
    ///
    /// # Errors
    /// [`TensorError::WrongLength`] when they do not fill the shape, else as [`Region::zeros`].
    pub fn tensor<T: Element>(&self, shape: Shape, elements: &[T]) -> Result<Tensor<T>, TensorError> {
        if elements.len() != shape.elements() {
            return Err(TensorError::WrongLength { given: elements.len(), shape });
        }
        let mut tensor = self.zeros(shape)?;
        tensor.as_mut_slice()?.copy_from_slice(elements);
        Ok(tensor)
    }
}

impl Account {
    /// Charges `bytes`, unless that would pass the limit.
    pub(super) fn charge(&self, bytes: usize) -> Result<(), TensorError> {
        let mut live = self.live.load(Ordering::Relaxed);
        loop {
            let over = TensorError::OverLimit { asked: bytes, live, limit: self.limit };
            let after = live.checked_add(bytes).filter(|&sum| sum <= self.limit).ok_or(over)?;
            // Relaxed: a count that guards no memory.
            match self.live.compare_exchange_weak(live, after, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return Ok(()),
                Err(now) => live = now,
            }
        }
    }

    pub(super) fn release(&self, bytes: usize) {
        self.live.fetch_sub(bytes, Ordering::Relaxed);
    }

    pub(super) fn note_copy(&self, bytes: usize) {
        self.copied.fetch_add(bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_region_counts_living_bytes_and_forgets_dropped_ones() -> Result<(), TensorError> {
        let region = Region::with_limit(1000);
        let a = region.zeros::<f32>(Shape::new(&[10])?)?;
        let b = region.zeros::<u8>(Shape::new(&[3, 5])?)?;
        assert_eq!(region.live_bytes(), 55);
        let view = a.slice(0, 2..4)?;
        drop(a);
        assert_eq!(region.live_bytes(), 55, "the view keeps the buffer");
        drop(view);
        drop(b);
        assert_eq!(region.live_bytes(), 0);
        Ok(())
    }

    #[test]
    fn a_tensor_over_the_limit_is_refused_and_charges_nothing() -> Result<(), TensorError> {
        let region = Region::with_limit(100);
        let kept = region.zeros::<i64>(Shape::new(&[10])?)?;
        let error = region.zeros::<i64>(Shape::new(&[3])?).expect_err("24 more bytes");
        assert_eq!(error, TensorError::OverLimit { asked: 24, live: 80, limit: 100 });
        assert_eq!(region.live_bytes(), 80);
        drop(kept);
        region.zeros::<i64>(Shape::new(&[3])?)?;
        Ok(())
    }
}
