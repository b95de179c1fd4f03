//! A typed, strided view of a counted buffer.
use std::ops::Range;
use std::sync::Arc;

use super::account::Account;
use super::buffer::Buffer;
use super::dtype::{DType, Element};
use super::shape::{MAX_RANK, Offsets, Shape};
use crate::TensorError;

/// A view of a buffer: cloning, slicing, transposing and reshaping share the buffer and copy nothing.
///
/// Many readers or one writer: as long as another tensor refers to the buffer, writing is
/// [`TensorError::Shared`]; [`Tensor::make_unique`] then copies, and the region counts what was copied.
#[derive(Clone, Debug)]
pub struct Tensor<T: Element> {
    buffer: Arc<Buffer<T>>,
    shape: Shape,
    strides: [usize; MAX_RANK],
    offset: usize,
}

impl<T: Element> Tensor<T> {
    pub(super) fn zeros(account: Arc<Account>, shape: Shape) -> Result<Self, TensorError> {
        let buffer = Arc::new(Buffer::zeros(account, shape.elements())?);
        Ok(Self { buffer, shape, strides: shape.strides(), offset: 0 })
    }

    /// The sizes of the axes.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// The distance in elements between neighbours along each axis.
    pub fn strides(&self) -> &[usize] {
        &self.strides[..self.shape.rank()]
    }

    /// The type of the elements.
    pub fn dtype(&self) -> DType {
        T::DTYPE
    }

    /// How many other tensors can read the buffer.
    pub fn other_readers(&self) -> usize {
        Arc::strong_count(&self.buffer) - 1
    }

    /// Whether the elements lie one after the other, the last axis fastest.
    pub fn is_contiguous(&self) -> bool {
        let dense = self.shape.strides();
        // The stride of an axis with one element is never used.
        self.shape.elements() == 0
            || (0..self.shape.rank()).all(|a| self.shape.sizes()[a] == 1 || self.strides[a] == dense[a])
    }

    /// The part `range` of one axis; shares the buffer.
    ///
    /// # Errors
    /// [`TensorError::NoSuchAxis`], [`TensorError::OutOfRange`].
    pub fn slice(&self, axis: usize, range: Range<usize>) -> Result<Self, TensorError> {
        let size = self.shape.size(axis)?;
        if range.start > range.end || range.end > size {
            return Err(TensorError::OutOfRange { start: range.start, end: range.end, size });
        }
        let mut view = self.clone();
        view.shape = self.shape.with_size(axis, range.end - range.start);
        // An empty part at the end would point one past the buffer; nothing is read through it.
        view.offset = self.offset + if range.is_empty() { 0 } else { range.start * self.strides[axis] };
        Ok(view)
    }

    /// Two axes exchanged; shares the buffer.
    ///
    /// # Errors
    /// [`TensorError::NoSuchAxis`].
    pub fn transpose(&self, a: usize, b: usize) -> Result<Self, TensorError> {
        self.shape.size(a)?;
        self.shape.size(b)?;
        let mut view = self.clone();
        view.shape = self.shape.with_swapped(a, b);
        view.strides.swap(a, b);
        Ok(view)
    }

    /// The same elements in another shape; shares the buffer.
    ///
    /// # Errors
    /// [`TensorError::ShapeMismatch`] for another number of elements, [`TensorError::NotContiguous`]
    /// for a view with gaps (copy it first).
    pub fn reshape(&self, shape: Shape) -> Result<Self, TensorError> {
        if shape.elements() != self.shape.elements() {
            return Err(TensorError::mismatch("reshape", self.shape, shape));
        }
        if !self.is_contiguous() {
            return Err(TensorError::NotContiguous("reshape"));
        }
        Ok(Self { buffer: self.buffer.clone(), shape, strides: shape.strides(), offset: self.offset })
    }

    /// The element at an index, or nothing outside the shape.
    pub fn get(&self, index: &[usize]) -> Option<T> {
        let sizes = self.shape.sizes();
        (index.len() == sizes.len() && index.iter().zip(sizes).all(|(at, size)| at < size)).then(|| {
            let distance: usize = index.iter().zip(&self.strides).map(|(at, stride)| at * stride).sum();
            self.buffer.as_slice()[self.offset + distance]
        })
    }

    /// All elements, the last axis running fastest.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = T> + '_ {
        let elements = self.buffer.as_slice();
        Offsets::new(self.shape, self.strides, self.offset).map(|offset| elements[offset])
    }

    /// All elements, in a `Vec`.
    pub fn to_vec(&self) -> Vec<T> {
        self.iter().collect()
    }

    /// The elements in place.
    ///
    /// # Errors
    /// [`TensorError::NotContiguous`].
    pub fn as_slice(&self) -> Result<&[T], TensorError> {
        let range = self.place("as_slice")?;
        Ok(&self.buffer.as_slice()[range])
    }

    /// The elements in place, to write.
    ///
    /// # Errors
    /// [`TensorError::Shared`] while another tensor can read the buffer, [`TensorError::NotContiguous`].
    pub fn as_mut_slice(&mut self) -> Result<&mut [T], TensorError> {
        let range = self.place("as_mut_slice")?;
        let readers = self.other_readers();
        let buffer = Arc::get_mut(&mut self.buffer).ok_or(TensorError::Shared(readers))?;
        Ok(&mut buffer.as_mut_slice()[range])
    }

    fn place(&self, what: &'static str) -> Result<Range<usize>, TensorError> {
        if !self.is_contiguous() {
            return Err(TensorError::NotContiguous(what));
        }
        Ok(self.offset..self.offset + self.shape.elements())
    }

    /// A copy in a buffer of its own, without gaps. Counted.
    ///
    /// # Errors
    /// As [`crate::Region::zeros`].
    pub fn copy(&self) -> Result<Self, TensorError> {
        let account = self.buffer.account().clone();
        let mut copy = Self::zeros(account.clone(), self.shape)?;
        for (to, from) in copy.as_mut_slice()?.iter_mut().zip(self.iter()) {
            *to = from;
        }
        account.note_copy(self.shape.elements() * size_of::<T>());
        Ok(copy)
    }

    /// Makes this tensor the only one of its buffer, so that it can be written. Copies only when it is
    /// shared, or has gaps.
    ///
    /// # Errors
    /// As [`crate::Region::zeros`]; the tensor is then as it was.
    pub fn make_unique(&mut self) -> Result<(), TensorError> {
        if Arc::get_mut(&mut self.buffer).is_none() || !self.is_contiguous() {
            *self = self.copy()?;
        }
        Ok(())
    }
}

impl<T: Element> PartialEq for Tensor<T> {
    /// Same shape and equal elements.
    fn eq(&self, other: &Self) -> bool {
        self.shape == other.shape && self.iter().eq(other.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Region;
    use proptest::prelude::*;

    fn counting(region: &Region, sizes: &[usize]) -> Tensor<i32> {
        let shape = Shape::new(sizes).expect("small");
        let elements: Vec<i32> = (0..).take(shape.elements()).collect();
        region.tensor(shape, &elements).expect("within the limit")
    }

    #[test]
    fn views_share_the_buffer_and_copy_nothing() -> Result<(), TensorError> {
        let region = Region::with_limit(1 << 16);
        let t = counting(&region, &[3, 4]);
        let before = region.live_bytes();
        assert_eq!(t.slice(1, 1..3)?.to_vec(), [1, 2, 5, 6, 9, 10]);
        assert_eq!(t.slice(0, 2..3)?.to_vec(), [8, 9, 10, 11]);
        assert_eq!(t.transpose(0, 1)?.to_vec(), [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]);
        assert_eq!(t.reshape(Shape::new(&[2, 6])?)?.get(&[1, 0]), Some(6));
        assert_eq!(t.slice(0, 1..3)?.transpose(0, 1)?.slice(0, 3..4)?.to_vec(), [7, 11]);
        assert_eq!((region.live_bytes(), region.copied_bytes()), (before, 0));
        Ok(())
    }

    #[test]
    fn writing_with_readers_alive_is_an_error_until_they_are_gone() -> Result<(), TensorError> {
        let region = Region::with_limit(1 << 16);
        let mut t = counting(&region, &[4]);
        let reader = t.slice(0, 0..1)?;
        let second = t.clone();
        assert_eq!(t.as_mut_slice().expect_err("two readers"), TensorError::Shared(2));
        drop((reader, second));
        t.as_mut_slice()?[0] = 9;
        assert_eq!(t.to_vec(), [9, 1, 2, 3]);
        Ok(())
    }

    #[test]
    fn make_unique_copies_only_when_it_must_and_counts_it() -> Result<(), TensorError> {
        let region = Region::with_limit(1 << 16);
        let mut t = counting(&region, &[2, 3]);
        t.make_unique()?;
        assert_eq!(region.copied_bytes(), 0);
        let reader = t.clone();
        t.make_unique()?;
        assert_eq!(region.copied_bytes(), 24);
        t.as_mut_slice()?[5] = -1;
        assert_eq!((reader.get(&[1, 2]), t.get(&[1, 2])), (Some(5), Some(-1)));
        let mut turned = t.transpose(0, 1)?;
        drop(t);
        assert_eq!(turned.as_mut_slice().expect_err("gaps"), TensorError::NotContiguous("as_mut_slice"));
        turned.make_unique()?;
        assert_eq!(turned.as_slice()?, [0, 3, 1, 4, 2, -1]);
        assert_eq!(region.copied_bytes(), 48);
        Ok(())
    }

    #[test]
    fn a_copy_over_the_limit_leaves_the_tensor_as_it_was() -> Result<(), TensorError> {
        let region = Region::with_limit(30);
        let mut t = counting(&region, &[6]);
        let reader = t.clone();
        assert!(matches!(t.make_unique(), Err(TensorError::OverLimit { .. })));
        assert_eq!(t, reader);
        Ok(())
    }

    #[test]
    fn what_does_not_fit_is_refused() -> Result<(), TensorError> {
        let region = Region::with_limit(1 << 16);
        let t = counting(&region, &[2, 3]);
        assert!(matches!(t.slice(1, 2..4), Err(TensorError::OutOfRange { end: 4, size: 3, .. })));
        assert!(matches!(t.slice(2, 0..1), Err(TensorError::NoSuchAxis { axis: 2, .. })));
        assert!(matches!(t.transpose(0, 2), Err(TensorError::NoSuchAxis { .. })));
        assert!(matches!(t.reshape(Shape::new(&[7])?), Err(TensorError::ShapeMismatch { .. })));
        let turned = t.transpose(0, 1)?;
        assert!(matches!(turned.reshape(Shape::new(&[6])?), Err(TensorError::NotContiguous("reshape"))));
        assert_eq!((t.get(&[2, 0]), t.get(&[0])), (None, None));
        assert!(t.slice(1, 3..3)?.to_vec().is_empty());
        Ok(())
    }

    #[test]
    fn tensors_cross_threads() -> Result<(), TensorError> {
        let region = Region::with_limit(1 << 16);
        let t = counting(&region, &[100]);
        let sums: Vec<i32> = std::thread::scope(|scope| {
            let parts: Vec<_> = (0..4)
                .map(|i| t.slice(0, i * 25..(i + 1) * 25).expect("in range"))
                .map(|part| scope.spawn(move || part.iter().sum::<i32>()))
                .collect();
            parts.into_iter().map(|handle| handle.join().expect("no panic")).collect()
        });
        assert_eq!(sums.iter().sum::<i32>(), 4950);
        Ok(())
    }

    proptest! {
        /// Any chain of slices and transpositions agrees with doing the same to a list of indices.
        #[test]
        fn views_agree_with_a_plain_model(
            sizes in proptest::collection::vec(1usize..5, 1..4),
            steps in proptest::collection::vec((0usize..4, 0usize..5, 0usize..5), 0..5),
        ) {
            let region = Region::with_limit(1 << 20);
            let mut view = counting(&region, &sizes);
            // The model: for each element of the view, in order, where it came from.
            let mut model: Vec<(Vec<usize>, i32)> =
                Offsets::new(view.shape(), Shape::new(&sizes).expect("small").strides(), 0)
                    .map(|at| (unravel(at, &sizes), at as i32))
                    .collect();
            for (axis, from, to) in steps {
                let axis = axis % sizes.len();
                if from == to {
                    let other = (axis + 1) % sizes.len();
                    view = view.transpose(axis, other).expect("axes exist");
                    for (index, _) in &mut model {
                        index.swap(axis, other);
                    }
                } else {
                    let size = view.shape().sizes()[axis];
                    let (from, to) = (from.min(to).min(size), from.max(to).min(size));
                    view = view.slice(axis, from..to).expect("in range");
                    model.retain(|(index, _)| (from..to).contains(&index[axis]));
                    for (index, _) in &mut model {
                        index[axis] -= from;
                    }
                }
                model.sort();
            }
            prop_assert_eq!(view.to_vec(), model.iter().map(|(_, value)| *value).collect::<Vec<_>>());
            for (index, value) in &model {
                prop_assert_eq!(view.get(index), Some(*value));
            }
        }
    }

    fn unravel(mut at: usize, sizes: &[usize]) -> Vec<usize> {
        let mut index = vec![0; sizes.len()];
        for axis in (0..sizes.len()).rev() {
            index[axis] = at % sizes[axis];
            at /= sizes[axis];
        }
        index
    }
}
