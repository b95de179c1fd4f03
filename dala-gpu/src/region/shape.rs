//! Shapes and strides: pure arithmetic, all of it checked.
use std::fmt;

use crate::TensorError;

/// The most axes a shape can have.
pub const MAX_RANK: usize = 8;

/// The sizes of a tensor's axes; the last runs fastest. No axes: one element. Copies in one cache line
/// and a half, allocates nothing.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shape {
    rank: u8,
    sizes: [usize; MAX_RANK],
}

impl Shape {
    /// A shape with these sizes.
    ///
    /// # Errors
    /// [`TensorError::RankTooLarge`], or [`TensorError::TooLarge`] when the number of elements does not
    /// fit an `isize`.
    pub fn new(sizes: &[usize]) -> Result<Self, TensorError> {
        if sizes.len() > MAX_RANK {
            return Err(TensorError::RankTooLarge { rank: sizes.len(), max: MAX_RANK });
        }
        // Zero-sized axes do not excuse others from fitting: strides are products too.
        let fits = sizes.iter().try_fold(1usize, |n, &size| n.checked_mul(size.max(1)));
        if fits.is_none_or(|n| isize::try_from(n).is_err()) {
            return Err(TensorError::TooLarge(format!("{sizes:?}").into()));
        }
        let mut shape = Self { rank: sizes.len() as u8, sizes: [1; MAX_RANK] };
        shape.sizes[..sizes.len()].copy_from_slice(sizes);
        Ok(shape)
    }

    /// The sizes of the axes.
    pub fn sizes(&self) -> &[usize] {
        &self.sizes[..usize::from(self.rank)]
    }

    /// The number of axes.
    pub fn rank(&self) -> usize {
        usize::from(self.rank)
    }

    /// The number of elements.
    pub fn elements(&self) -> usize {
        self.sizes().iter().product()
    }

    /// The size of one axis.
    ///
    /// # Errors
    /// [`TensorError::NoSuchAxis`].
    pub fn size(&self, axis: usize) -> Result<usize, TensorError> {
        self.sizes().get(axis).copied().ok_or(TensorError::NoSuchAxis { axis, shape: *self })
    }

    /// The same shape with another size of one axis, which must exist.
    pub(crate) fn with_size(mut self, axis: usize, size: usize) -> Self {
        self.sizes[axis] = size;
        self
    }

    /// The same shape with two axes exchanged, which must exist.
    pub(crate) fn with_swapped(mut self, a: usize, b: usize) -> Self {
        self.sizes.swap(a, b);
        self
    }

    /// The same shape without one axis, which must exist.
    pub(crate) fn without(self, axis: usize) -> Self {
        let mut sizes = [1; MAX_RANK];
        let kept = self.sizes().iter().enumerate().filter(|&(at, _)| at != axis).map(|(_, &size)| size);
        let mut rank = 0;
        for size in kept {
            sizes[rank] = size;
            rank += 1;
        }
        Self { rank: rank as u8, sizes }
    }

    /// Strides, in elements, of a tensor without gaps.
    pub fn strides(&self) -> [usize; MAX_RANK] {
        let mut strides = [1; MAX_RANK];
        for axis in (1..self.rank()).rev() {
            strides[axis - 1] = strides[axis] * self.sizes[axis].max(1);
        }
        strides
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.sizes())
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Shape{:?}", self.sizes())
    }
}

/// Walks all offsets of a strided view in the order of its elements.
#[derive(Clone, Debug)]
pub(crate) struct Offsets {
    shape: Shape,
    strides: [usize; MAX_RANK],
    index: [usize; MAX_RANK],
    next: usize,
    left: usize,
}

impl Offsets {
    pub(crate) fn new(shape: Shape, strides: [usize; MAX_RANK], start: usize) -> Self {
        Self { shape, strides, index: [0; MAX_RANK], next: start, left: shape.elements() }
    }
}

impl Iterator for Offsets {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        self.left = self.left.checked_sub(1)?;
        let offset = self.next;
        for axis in (0..self.shape.rank()).rev() {
            self.index[axis] += 1;
            self.next += self.strides[axis];
            if self.index[axis] < self.shape.sizes[axis] {
                break;
            }
            self.next -= self.strides[axis] * self.index[axis];
            self.index[axis] = 0;
        }
        Some(offset)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Offsets {}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn elements_and_strides_follow_from_the_sizes() -> Result<(), TensorError> {
        let shape = Shape::new(&[2, 3, 4])?;
        assert_eq!((shape.elements(), shape.rank()), (24, 3));
        assert_eq!(shape.strides()[..3], [12, 4, 1]);
        assert_eq!(Shape::new(&[])?.elements(), 1);
        assert_eq!(Shape::new(&[5, 0, 2])?.elements(), 0);
        assert_eq!(shape.to_string(), "[2, 3, 4]");
        assert_eq!(shape.without(1), Shape::new(&[2, 4])?);
        Ok(())
    }

    #[test]
    fn sizes_that_do_not_fit_are_refused() {
        assert!(matches!(Shape::new(&[1; 9]), Err(TensorError::RankTooLarge { rank: 9, max: 8 })));
        assert!(matches!(Shape::new(&[usize::MAX, 2]), Err(TensorError::TooLarge(_))));
        assert!(matches!(Shape::new(&[1 << 40, 1 << 40, 0]), Err(TensorError::TooLarge(_))));
    }

    #[test]
    fn offsets_walk_a_transposed_view_in_its_own_order() -> Result<(), TensorError> {
        let shape = Shape::new(&[2, 3])?.with_swapped(0, 1);
        let mut strides = [0; MAX_RANK];
        strides[..2].copy_from_slice(&[1, 3]);
        assert_eq!(Offsets::new(shape, strides, 10).collect::<Vec<_>>(), [10, 13, 11, 14, 12, 15]);
        Ok(())
    }
}
