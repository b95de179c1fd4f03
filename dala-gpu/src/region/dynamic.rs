//! A tensor whose element type is known at run time.
use std::fmt;
use std::ops::Range;

use super::account::Region;
use super::buffer::Buffer;
use super::dtype::{DType, Element};
use super::shape::Shape;
#[cfg(not(loom))]
use super::tensor::Placement;
use super::tensor::{Host, Tensor};
use super::view::View;
use crate::TensorError;
use crate::sync::Arc;

/// A view of a host buffer with elements of any type: what models take and give, and what messages carry.
///
/// Turning a [`Tensor`] into one and back ([`TensorRef::typed`]) costs nothing. It follows the same rules:
/// views share, many readers or one writer, copies are counted.
///
/// ```
/// use dala_gpu::{DType, Region, Shape, TensorRef};
///
/// let region = Region::with_limit(1 << 10);
/// let any: TensorRef = region.tensor(Shape::new(&[2, 2])?, &[1i32, 2, 3, 4])?.into();
/// assert_eq!(any.dtype(), DType::I32);
/// assert_eq!(any.slice(0, 1..2)?.typed::<i32>()?.to_vec(), [3, 4]);
/// assert!(any.typed::<f32>().is_err());
/// # Ok::<(), dala_gpu::TensorError>(())
/// ```
#[derive(Clone)]
pub struct TensorRef {
    buffer: Arc<Buffer>,
    dtype: DType,
    view: View,
}

impl fmt::Debug for TensorRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.dtype.name(), self.view.shape)
    }
}

impl TensorRef {
    pub(crate) fn dense(buffer: Arc<Buffer>, dtype: DType, shape: Shape) -> Self {
        Self { buffer, dtype, view: View::dense(shape) }
    }

    /// The type of the elements.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// The sizes of the axes.
    pub fn shape(&self) -> Shape {
        self.view.shape
    }

    /// The distance in elements between neighbours along each axis.
    pub fn strides(&self) -> &[usize] {
        &self.view.strides[..self.view.shape.rank()]
    }

    /// Bytes of the elements of this view.
    pub fn byte_length(&self) -> usize {
        self.view.shape.elements() * self.dtype.bytes()
    }

    /// Whose memory the elements lie in: the machine's, or one that a GPU shares.
    #[cfg(not(loom))]
    pub fn placement(&self) -> Placement {
        if self.buffer.is_lent() { Placement::Mapped } else { Placement::Host }
    }

    /// Whose memory it is, if that is a `L`.
    #[cfg(all(feature = "wgpu", not(loom)))]
    pub(crate) fn lender<L: super::buffer::Lender>(&self) -> Option<&L> {
        self.buffer.lender()
    }

    /// The same buffer through another window, which must lie in it.
    #[cfg(all(feature = "wgpu", not(loom)))]
    pub(crate) fn with_view(&self, view: View) -> Self {
        self.with(view)
    }

    /// How many other tensors can read the buffer.
    pub fn other_readers(&self) -> usize {
        Arc::strong_count(&self.buffer) - 1
    }

    /// Whether the elements lie one after the other, the last axis fastest.
    pub fn is_contiguous(&self) -> bool {
        self.view.is_contiguous()
    }

    /// Whether the two show the same memory in the same way.
    pub fn is_same_view(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.buffer, &other.buffer) && self.view == other.view
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
    /// As [`Tensor::reshape`].
    pub fn reshape(&self, shape: Shape) -> Result<Self, TensorError> {
        Ok(self.with(self.view.reshape(shape)?))
    }

    fn with(&self, view: View) -> Self {
        Self { buffer: self.buffer.clone(), dtype: self.dtype, view }
    }

    /// The tensor with its type; shares the buffer.
    ///
    /// # Errors
    /// [`TensorError::WrongType`].
    pub fn typed<T: Element>(&self) -> Result<Tensor<T>, TensorError> {
        self.clone().into_typed().map_err(|error| error.0)
    }

    /// As [`TensorRef::typed`], without another reader: what can be written stays so.
    ///
    /// # Errors
    /// [`TensorError::WrongType`], with the tensor.
    pub fn into_typed<T: Element>(self) -> Result<Tensor<T>, Box<(TensorError, Self)>> {
        if self.dtype != T::DTYPE {
            return Err(Box::new((TensorError::WrongType { asked: T::DTYPE, is: self.dtype }, self)));
        }
        Ok(Tensor::from_parts(self.buffer, self.view))
    }

    /// The bytes of the elements in place, in this machine's byte order.
    ///
    /// # Errors
    /// [`TensorError::NotContiguous`].
    pub fn as_bytes(&self) -> Result<&[u8], TensorError> {
        Ok(&self.buffer.as_bytes()[self.byte_place("as_bytes")?])
    }

    /// Overwrites all elements with these bytes, in this machine's byte order. Bytes of `bool` become 0 or 1.
    ///
    /// # Errors
    /// [`TensorError::WrongLength`] (in elements, rounded down), [`TensorError::Shared`] while another
    /// tensor can read the buffer, [`TensorError::NotContiguous`].
    pub fn write_bytes(&mut self, bytes: &[u8]) -> Result<(), TensorError> {
        if bytes.len() != self.byte_length() {
            let given = bytes.len() / self.dtype.bytes();
            return Err(TensorError::WrongLength { given, shape: self.view.shape });
        }
        let place = self.byte_place("write_bytes")?;
        self.unique()?.write_bytes(place.start, bytes);
        Ok(())
    }

    /// Copies the elements of `source`, of the same type and shape, into this tensor. Counted.
    ///
    /// # Errors
    /// [`TensorError::WrongType`], [`TensorError::ShapeMismatch`], [`TensorError::Shared`],
    /// [`TensorError::NotContiguous`] when this tensor has gaps.
    pub fn copy_from(&mut self, source: &TensorRef) -> Result<(), TensorError> {
        if source.dtype != self.dtype {
            return Err(TensorError::WrongType { asked: self.dtype, is: source.dtype });
        }
        if source.shape() != self.shape() {
            return Err(TensorError::mismatch("copy_from", self.shape(), source.shape()));
        }
        let place = self.byte_place("copy_from")?;
        let size = self.dtype.bytes();
        let buffer = self.unique()?;
        buffer.with_foreign_writer(|all| {
            let to = &mut all[place];
            match source.as_bytes() {
                Ok(bytes) => to.copy_from_slice(bytes),
                Err(_) => {
                    let from = source.buffer.as_bytes();
                    for (to, offset) in to.chunks_exact_mut(size).zip(source.view.offsets()) {
                        to.copy_from_slice(&from[offset * size..(offset + 1) * size]);
                    }
                }
            }
        });
        buffer.account().note_copy(source.byte_length());
        Ok(())
    }

    /// A copy in a buffer of its own, without gaps, charged as this one is. Counted.
    ///
    /// # Errors
    /// As [`Region::zeros`].
    pub fn copy(&self) -> Result<Self, TensorError> {
        let account = self.buffer.account().clone();
        let buffer = Buffer::zeros(account, self.dtype, self.view.shape.elements())?;
        let mut copy = Self::dense(Arc::new(buffer), self.dtype, self.view.shape);
        copy.copy_from(self)?;
        Ok(copy)
    }

    /// Makes this tensor the only one of its buffer, so that it can be written. Copies only when it is
    /// shared, or has gaps.
    ///
    /// # Errors
    /// As [`Region::zeros`]; the tensor is then as it was.
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
        self.unique()?.charge_to(region.account().clone())
    }

    /// Whether it can be written: nobody else refers to the buffer, and it has no gaps.
    pub fn is_writable(&mut self) -> bool {
        self.is_contiguous() && Arc::get_mut(&mut self.buffer).is_some()
    }

    /// How many elements the buffer holds.
    #[cfg(not(loom))]
    pub(crate) fn capacity(&self) -> usize {
        self.buffer.byte_length() / self.dtype.bytes()
    }

    /// Makes it the start of the buffer in another shape, if nobody else refers to that and it is large enough: for
    /// memory that is used again. What the elements are is not said. Returns whether it did.
    #[cfg(not(loom))]
    pub(crate) fn use_memory_as(&mut self, shape: Shape) -> bool {
        let fits = shape.elements() <= self.capacity() && Arc::get_mut(&mut self.buffer).is_some();
        if fits {
            self.view = View::dense(shape);
        }
        fits
    }

    /// Lets a foreign writer have the bytes of the elements; the same conditions as [`TensorRef::write_bytes`].
    #[cfg(not(loom))]
    pub(crate) fn write_foreign<R>(&mut self, write: impl FnOnce(&mut [u8]) -> R) -> Result<R, TensorError> {
        let place = self.byte_place("write")?;
        Ok(self.unique()?.with_foreign_writer(|all| write(&mut all[place])))
    }

    /// After somebody wrote to [`TensorRef::address`]: makes the bytes values of the type.
    #[cfg(all(feature = "onnx", not(loom)))]
    pub(crate) fn settle(&mut self) -> Result<(), TensorError> {
        if self.dtype == DType::Bool { self.write_foreign(|_| ()) } else { Ok(()) }
    }

    /// The address of the first element, for code outside of Rust. Valid while a tensor of the buffer lives.
    #[cfg(all(feature = "onnx", not(loom)))]
    pub(crate) fn address(&self) -> std::ptr::NonNull<u8> {
        let first = if self.view.shape.elements() == 0 { 0 } else { self.view.offset * self.dtype.bytes() };
        self.buffer.address().map_addr(|start| start.saturating_add(first))
    }

    /// The bytes of the elements of a view with gaps, one after the other.
    #[cfg(not(loom))]
    pub(crate) fn bytes_in_order(&self) -> Vec<u8> {
        let (all, size) = (self.buffer.as_bytes(), self.dtype.bytes());
        let mut bytes = Vec::with_capacity(self.byte_length());
        for offset in self.view.offsets() {
            bytes.extend_from_slice(&all[offset * size..(offset + 1) * size]);
        }
        bytes
    }

    /// Counts that the elements were copied to or from memory that is not the region's.
    #[cfg(not(loom))]
    pub(crate) fn note_copy_out(&self) {
        self.buffer.account().note_copy(self.byte_length());
    }

    fn unique(&mut self) -> Result<&mut Buffer, TensorError> {
        let readers = self.other_readers();
        Arc::get_mut(&mut self.buffer).ok_or(TensorError::Shared(readers))
    }

    fn byte_place(&self, what: &'static str) -> Result<Range<usize>, TensorError> {
        let place = self.view.place(what)?;
        Ok(place.start * self.dtype.bytes()..place.end * self.dtype.bytes())
    }
}

impl<T: Element> From<Tensor<T>> for TensorRef {
    fn from(tensor: Tensor<T>) -> Self {
        let (buffer, view) = tensor.into_parts();
        Self { dtype: T::DTYPE, buffer, view }
    }
}

impl<T: Element> From<&Tensor<T>> for TensorRef {
    fn from(tensor: &Tensor<T, Host>) -> Self {
        tensor.clone().into()
    }
}

impl<T: Element> TryFrom<TensorRef> for Tensor<T> {
    type Error = TensorError;

    fn try_from(tensor: TensorRef) -> Result<Self, TensorError> {
        tensor.into_typed().map_err(|error| error.0)
    }
}

impl PartialEq for TensorRef {
    /// Same type and shape, and the same bits in every element: `NaN` equals itself, `0.0` is not `-0.0`.
    fn eq(&self, other: &Self) -> bool {
        let size = self.dtype.bytes();
        let (a, b) = (self.buffer.as_bytes(), other.buffer.as_bytes());
        self.dtype == other.dtype
            && self.shape() == other.shape()
            && self
                .view
                .offsets()
                .zip(other.view.offsets())
                .all(|(i, j)| a[i * size..(i + 1) * size] == b[j * size..(j + 1) * size])
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_tensor_without_its_type_is_the_same_tensor() -> Result<(), TensorError> {
        let region = Region::with_limit(1000);
        let any = TensorRef::from(region.tensor(Shape::new(&[2, 3])?, &[1i64, 2, 3, 4, 5, 6])?);
        let turned = any.transpose(0, 1)?;
        assert_eq!(turned.typed::<i64>()?.to_vec(), [1, 4, 2, 5, 3, 6]);
        assert_eq!(turned.slice(0, 1..2)?.copy()?.typed::<i64>()?.to_vec(), [2, 5]);
        assert_eq!(
            any.typed::<f32>().expect_err("i64"),
            TensorError::WrongType { asked: DType::F32, is: DType::I64 }
        );
        assert_eq!(region.copied_bytes(), 16);
        assert_eq!(format!("{any:?}"), "i64[2, 3]");
        Ok(())
    }

    #[test]
    fn memory_is_used_again_only_by_who_has_it_alone_and_within_the_buffer() -> Result<(), TensorError> {
        let region = Region::with_limit(1000);
        let mut all = region.zeros_of(DType::F32, Shape::new(&[4, 2])?)?;
        let mut part = all.slice(0, 2..3)?;
        assert!(!all.use_memory_as(Shape::new(&[3])?), "somebody reads");
        drop(all);
        assert!(!part.use_memory_as(Shape::new(&[9])?), "too large");
        assert_eq!(part.shape(), Shape::new(&[1, 2])?);
        assert!(part.use_memory_as(Shape::new(&[2, 3])?));
        assert_eq!((part.shape(), part.capacity()), (Shape::new(&[2, 3])?, 8));
        part.write_bytes(&[1; 24])?;
        Ok(())
    }

    #[test]
    fn writing_follows_the_rules_of_typed_tensors() -> Result<(), TensorError> {
        let region = Region::with_limit(1000);
        let mut any = region.zeros_of(DType::Bool, Shape::new(&[3])?)?;
        any.write_bytes(&[0, 2, 1])?;
        assert_eq!(any.as_bytes()?, [0, 1, 1]);
        let reader = any.clone();
        assert_eq!(any.write_bytes(&[0; 3]).expect_err("a reader"), TensorError::Shared(1));
        assert!(any.is_same_view(&reader) && !any.is_writable());
        any.make_unique()?;
        any.write_bytes(&[1, 0, 0])?;
        assert_eq!((reader.as_bytes()?, region.copied_bytes()), (&[0, 1, 1][..], 3));
        assert!(matches!(any.write_bytes(&[1]), Err(TensorError::WrongLength { .. })));
        assert_ne!(any, reader);
        Ok(())
    }

    #[test]
    fn a_tensor_moves_to_the_receivers_account_only_when_nobody_else_reads_it() -> Result<(), TensorError> {
        let machine = Region::with_limit(100);
        let (from, to) = (machine.within(100), machine.within(30));
        let mut tensor = from.zeros_of(DType::U8, Shape::new(&[20])?)?;
        let reader = tensor.clone();
        assert_eq!(tensor.move_to(&to).expect_err("a reader"), TensorError::Shared(1));
        drop(reader);
        tensor.move_to(&to)?;
        assert_eq!((from.live_bytes(), to.live_bytes(), machine.live_bytes()), (0, 20, 20));
        let mut second = from.zeros_of(DType::U8, Shape::new(&[20])?)?;
        assert!(matches!(second.move_to(&to), Err(TensorError::OverLimit { .. })));
        assert_eq!((from.live_bytes(), to.live_bytes()), (20, 20));
        drop((tensor, second));
        assert_eq!(machine.live_bytes(), 0);
        Ok(())
    }

    #[test]
    fn copy_from_checks_type_and_shape() -> Result<(), TensorError> {
        let region = Region::with_limit(1000);
        let mut to = region.zeros_of(DType::F32, Shape::new(&[2, 2])?)?;
        let from = TensorRef::from(region.tensor(Shape::new(&[2, 2])?, &[1.0f32, 2.0, 3.0, 4.0])?);
        to.copy_from(&from.transpose(0, 1)?)?;
        assert_eq!(to.typed::<f32>()?.to_vec(), [1.0, 3.0, 2.0, 4.0]);
        let narrow = region.zeros_of(DType::F16, Shape::new(&[2, 2])?)?;
        assert!(matches!(to.copy_from(&narrow), Err(TensorError::WrongType { .. })));
        assert!(matches!(to.copy_from(&from.slice(0, 0..1)?), Err(TensorError::ShapeMismatch { .. })));
        Ok(())
    }
}
