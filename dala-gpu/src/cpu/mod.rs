//! Reference kernels: plain loops, exact about shapes, that faster kernels are compared with.
//!
//! Floating-point kernels accumulate in `f64` and round once, so that they are the more exact side of a
//! comparison. They allocate their result, and some rows of sums for a product; strided views are read in place.
mod chain;
mod conv;
mod elementwise;
mod gather;
mod image;
mod matmul;
mod norm;
mod reduce;

pub use chain::chain;
pub use conv::{Conv2d, conv2d};
pub use elementwise::{add, convert, mul, relu};
pub use gather::gather;
pub use image::{Colours, Resize, colours, planes, resize};
pub use matmul::matmul;
pub use norm::layer_norm;
pub use reduce::{Reduction, reduce, softmax, sum, sum_axis};

#[cfg(feature = "wgpu")]
pub(crate) use gather::places;
#[cfg(feature = "wgpu")]
pub(crate) use image::{resized, source};
