//! A strided window on a buffer: arithmetic only, shared by tensors in all places.
use std::ops::Range;

use super::shape::{MAX_RANK, Offsets, Shape};
use crate::TensorError;

/// Shape, strides and offset, all in elements.
///
/// Invariant: every offset that [`View::offsets`] gives lies in the buffer that the view was made for,
/// because each operation narrows or permutes the set of offsets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct View {
    pub(crate) shape: Shape,
    pub(crate) strides: [usize; MAX_RANK],
    pub(crate) offset: usize,
}

impl View {
    /// All of a buffer without gaps.
    pub(crate) fn dense(shape: Shape) -> Self {
        Self { shape, strides: shape.strides(), offset: 0 }
    }

    /// Whether the elements lie one after the other, the last axis fastest.
    pub(crate) fn is_contiguous(&self) -> bool {
        let dense = self.shape.strides();
        // The stride of an axis with one element is never used.
        self.shape.elements() == 0
            || (0..self.shape.rank()).all(|a| self.shape.sizes()[a] == 1 || self.strides[a] == dense[a])
    }

    pub(crate) fn slice(mut self, axis: usize, range: Range<usize>) -> Result<Self, TensorError> {
        let size = self.shape.size(axis)?;
        if range.start > range.end || range.end > size {
            return Err(TensorError::OutOfRange { start: range.start, end: range.end, size });
        }
        // An empty part at the end would point one past the buffer; nothing is read through it.
        self.offset += if range.is_empty() { 0 } else { range.start * self.strides[axis] };
        self.shape = self.shape.with_size(axis, range.end - range.start);
        Ok(self)
    }

    pub(crate) fn transpose(mut self, a: usize, b: usize) -> Result<Self, TensorError> {
        self.shape.size(a)?;
        self.shape.size(b)?;
        self.shape = self.shape.with_swapped(a, b);
        self.strides.swap(a, b);
        Ok(self)
    }

    pub(crate) fn reshape(self, shape: Shape) -> Result<Self, TensorError> {
        if shape.elements() != self.shape.elements() {
            return Err(TensorError::mismatch("reshape", self.shape, shape));
        }
        if !self.is_contiguous() {
            return Err(TensorError::NotContiguous("reshape"));
        }
        Ok(Self { shape, strides: shape.strides(), offset: self.offset })
    }

    /// The distance of an element from the start of the buffer, or nothing outside the shape.
    pub(crate) fn offset_of(&self, index: &[usize]) -> Option<usize> {
        let sizes = self.shape.sizes();
        (index.len() == sizes.len() && index.iter().zip(sizes).all(|(at, size)| at < size)).then(|| {
            let distance: usize = index.iter().zip(&self.strides).map(|(at, stride)| at * stride).sum();
            self.offset + distance
        })
    }

    pub(crate) fn offsets(&self) -> Offsets {
        Offsets::new(self.shape, self.strides, self.offset)
    }

    /// Where the elements lie, if they lie one after the other.
    pub(crate) fn place(&self, what: &'static str) -> Result<Range<usize>, TensorError> {
        if !self.is_contiguous() {
            return Err(TensorError::NotContiguous(what));
        }
        Ok(self.offset..self.offset + self.shape.elements())
    }
}
