//! A typed, strided view of a counted buffer.
use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;

use super::account::{Account, Region};
use super::buffer::Buffer;
use super::dtype::{DType, Element};
use super::shape::Shape;
use super::view::View;
use crate::TensorError;
use crate::sync::Arc;

/// Where the elements of a tensor lie: in the machine's memory ([`Host`]) or on a GPU. Sealed.
pub trait Residence: sealed::Sealed {}

/// The machine's memory: elements can be read and written in place.
#[derive(Clone, Copy, Debug)]
pub struct Host;

impl Residence for Host {}

/// Whose memory the elements of a tensor lie in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Placement {
    /// The machine's.
    Host,
    /// Both the machine's and a GPU's: it goes there and back without a copy.
    Mapped,
    /// A GPU's own.
    Device,
}

pub(crate) mod sealed {
    use crate::region::buffer::Buffer;

    pub trait Sealed: 'static {
        type Buffer: std::fmt::Debug + Send + Sync;

        #[cfg(not(loom))]
        fn placement(buffer: &Self::Buffer) -> super::Placement;
    }

    impl Sealed for super::Host {
        type Buffer = Buffer;

        #[cfg(not(loom))]
        fn placement(buffer: &Buffer) -> super::Placement {
            if buffer.is_lent() { super::Placement::Mapped } else { super::Placement::Host }
        }
    }
}

/// A view of a buffer: cloning, slicing, transposing and reshaping share the buffer and copy nothing.
///
/// Many readers or one writer: as long as another tensor refers to the buffer, writing is
/// [`TensorError::Shared`]; [`Tensor::make_unique`] then copies, and the region counts what was copied.
/// Views are the same wherever the buffer lies (`R`); elements can be touched on the [`Host`].
///
/// ```
/// use dala_gpu::{Region, Shape, TensorError};
///
/// let region = Region::with_limit(1 << 10);
/// let mut a = region.tensor(Shape::new(&[2, 3])?, &[1, 2, 3, 4, 5, 6])?;
/// let column = a.slice(1, 2..3)?;
/// assert_eq!(column.to_vec(), [3, 6]);
/// assert_eq!(a.as_mut_slice().unwrap_err(), TensorError::Shared(1));
/// a.make_unique()?;
/// a.as_mut_slice()?[2] = 0;
/// assert_eq!((column.to_vec(), region.copied_bytes()), (vec![3, 6], 24));
/// # Ok::<(), TensorError>(())
/// ```
pub struct Tensor<T: Element, R: Residence = Host> {
    buffer: Arc<R::Buffer>,
    view: View,
    element: PhantomData<fn() -> T>,
}

impl<T: Element, R: Residence> Clone for Tensor<T, R> {
    fn clone(&self) -> Self {
        self.with(self.view)
    }
}

impl<T: Element, R: Residence> fmt::Debug for Tensor<T, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{} of {:?}", T::DTYPE.name(), self.view.shape, self.buffer)
    }
}

impl<T: Element, R: Residence> Tensor<T, R> {
    pub(crate) fn from_parts(buffer: Arc<R::Buffer>, view: View) -> Self {
        Self { buffer, view, element: PhantomData }
    }

    pub(crate) fn into_parts(self) -> (Arc<R::Buffer>, View) {
        (self.buffer, self.view)
    }

    #[cfg(feature = "wgpu")]
    pub(crate) fn buffer(&self) -> &R::Buffer {
        &self.buffer
    }

    /// Where the view starts, in elements.
    #[cfg(feature = "wgpu")]
    pub(crate) fn offset(&self) -> usize {
        self.view.offset
    }

    /// Which elements of the buffer it shows.
    #[cfg(feature = "wgpu")]
    pub(crate) fn view(&self) -> View {
        self.view
    }

    fn with(&self, view: View) -> Self {
        Self::from_parts(self.buffer.clone(), view)
    }

    /// The sizes of the axes.
    pub fn shape(&self) -> Shape {
        self.view.shape
    }

    /// The distance in elements between neighbours along each axis.
    pub fn strides(&self) -> &[usize] {
        &self.view.strides[..self.view.shape.rank()]
    }

    /// The type of the elements.
    pub fn dtype(&self) -> DType {
        T::DTYPE
    }

    /// Whose memory the elements lie in.
    #[cfg(not(loom))]
    pub fn placement(&self) -> Placement {
        R::placement(&self.buffer)
    }

    /// How many other tensors can read the buffer.
    pub fn other_readers(&self) -> usize {
        Arc::strong_count(&self.buffer) - 1
    }

    /// Whether the elements lie one after the other, the last axis fastest.
    pub fn is_contiguous(&self) -> bool {
        self.view.is_contiguous()
    }

    /// The part `range` of one axis; shares the buffer.
    ///
    /// # Errors
    /// [`TensorError::NoSuchAxis`], [`TensorError::OutOfRange`].
    pub fn slice(&self, axis: usize, range: Range<usize>) -> Result<Self, TensorError> {
        Ok(self.with(self.view.slice(axis, range)?))
    }

    /// Two axes exchanged; shares the buffer.
    ///
    /// # Errors
    /// [`TensorError::NoSuchAxis`].
    pub fn transpose(&self, a: usize, b: usize) -> Result<Self, TensorError> {
        Ok(self.with(self.view.transpose(a, b)?))
    }

    /// The same elements in another shape; shares the buffer.
    ///
    /// # Errors
    /// [`TensorError::ShapeMismatch`] for another number of elements, [`TensorError::NotContiguous`]
    /// for a view with gaps (copy it first).
    pub fn reshape(&self, shape: Shape) -> Result<Self, TensorError> {
        Ok(self.with(self.view.reshape(shape)?))
    }
}

impl<T: Element> Tensor<T> {
    pub(super) fn zeros(account: Arc<Account>, shape: Shape) -> Result<Self, TensorError> {
        let buffer = Buffer::zeros(account, T::DTYPE, shape.elements())?;
        Ok(Self::from_parts(Arc::new(buffer), View::dense(shape)))
    }

    fn elements(&self) -> &[T] {
        self.buffer.as_slice().expect("a typed tensor is made of buffers of its type only")
    }

    /// The element at an index, or nothing outside the shape.
    pub fn get(&self, index: &[usize]) -> Option<T> {
        self.view.offset_of(index).map(|offset| self.elements()[offset])
    }

    /// All elements, the last axis running fastest.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = T> + '_ {
        let elements = self.elements();
        self.view.offsets().map(|offset| elements[offset])
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
        let range = self.view.place("as_slice")?;
        Ok(&self.elements()[range])
    }

    /// The elements in place, to write.
    ///
    /// # Errors
    /// [`TensorError::Shared`] while another tensor can read the buffer, [`TensorError::NotContiguous`].
    pub fn as_mut_slice(&mut self) -> Result<&mut [T], TensorError> {
        let range = self.view.place("as_mut_slice")?;
        let readers = self.other_readers();
        let buffer = Arc::get_mut(&mut self.buffer).ok_or(TensorError::Shared(readers))?;
        Ok(&mut buffer.as_mut_slice()?[range])
    }

    /// A copy in a buffer of its own, without gaps. Counted.
    ///
    /// # Errors
    /// As [`crate::Region::zeros`].
    pub fn copy(&self) -> Result<Self, TensorError> {
        let account = self.buffer.account().clone();
        let mut copy = Self::zeros(account.clone(), self.view.shape)?;
        match self.as_slice() {
            Ok(elements) => copy.as_mut_slice()?.copy_from_slice(elements),
            Err(_) => copy.as_mut_slice()?.iter_mut().zip(self.iter()).for_each(|(to, from)| *to = from),
        }
        account.note_copy(self.view.shape.elements() * size_of::<T>());
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

    /// Charges the buffer to `region` from now on: what a receiver does with a tensor that it keeps.
    ///
    /// # Errors
    /// [`TensorError::Shared`] while another tensor can read the buffer, [`TensorError::OverLimit`].
    pub fn move_to(&mut self, region: &Region) -> Result<(), TensorError> {
        let readers = self.other_readers();
        let buffer = Arc::get_mut(&mut self.buffer).ok_or(TensorError::Shared(readers))?;
        buffer.charge_to(region.account().clone())
    }
}

impl<T: Element> PartialEq for Tensor<T> {
    /// Same shape and equal elements.
    fn eq(&self, other: &Self) -> bool {
        self.shape() == other.shape() && self.iter().eq(other.iter())
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::region::shape::Offsets;
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
