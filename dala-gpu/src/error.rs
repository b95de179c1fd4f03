//! What can go wrong with tensors, with the values that did.
use crate::region::dtype::DType;
use crate::region::shape::Shape;

/// A request that a tensor or its region refuses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TensorError {
    /// More axes than a shape can have.
    #[error("a shape has at most {max} axes, not {rank}")]
    RankTooLarge {
        /// The rank asked for.
        rank: usize,
        /// The limit.
        max: usize,
    },
    /// The number of elements or bytes does not fit in memory.
    #[error("a tensor of shape {0} is too large to address")]
    TooLarge(Box<str>),
    /// The region's limit would be passed.
    #[error("tensor region: {asked} more bytes would pass its limit of {limit} ({live} in use)")]
    OverLimit {
        /// Bytes asked for.
        asked: usize,
        /// Bytes in use.
        live: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// The system has no memory left.
    #[error("no memory for {0} bytes")]
    OutOfMemory(usize),
    /// The number of elements does not match the shape.
    #[error("{given} elements for a shape {shape}")]
    WrongLength {
        /// Elements given.
        given: usize,
        /// The shape they should fill.
        shape: Shape,
    },
    /// Two shapes do not fit the operation.
    #[error("{operation}: shapes {} and {} do not fit", shapes[0], shapes[1])]
    ShapeMismatch {
        /// The operation.
        operation: &'static str,
        /// The shapes of its operands, or the shape given and the one asked for.
        shapes: Box<[Shape; 2]>,
    },
    /// An axis the shape does not have.
    #[error("axis {axis} of a shape {shape}")]
    NoSuchAxis {
        /// The axis asked for.
        axis: usize,
        /// The shape.
        shape: Shape,
    },
    /// A slice that does not lie in its axis.
    #[error("slice {start}..{end} of an axis of {size}")]
    OutOfRange {
        /// First index.
        start: usize,
        /// One past the last index.
        end: usize,
        /// Size of the axis.
        size: usize,
    },
    /// An index that is not in its axis.
    #[error("index {index} of an axis of {size}")]
    NoSuchIndex {
        /// The index.
        index: i64,
        /// Size of the axis.
        size: usize,
    },
    /// Another number of things than the operation takes.
    #[error("{given} {what}, not {expected}")]
    WrongCount {
        /// The things.
        what: &'static str,
        /// How many were given.
        given: usize,
        /// How many it takes.
        expected: usize,
    },
    /// The view's elements do not lie one after the other.
    #[error("{0} needs elements that lie one after the other; this view has gaps or another order")]
    NotContiguous(&'static str),
    /// The elements are of another type.
    #[error("elements are {}, not {}", is.name(), asked.name())]
    WrongType {
        /// The type asked for.
        asked: DType,
        /// The type they have.
        is: DType,
    },
    /// Somebody else can read the buffer.
    #[error("cannot write: {0} other tensors share the buffer (make_unique copies it)")]
    Shared(usize),
}

impl TensorError {
    pub(crate) fn mismatch(operation: &'static str, left: Shape, right: Shape) -> Self {
        Self::ShapeMismatch { operation, shapes: Box::new([left, right]) }
    }
}
