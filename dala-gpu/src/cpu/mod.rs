//! Reference kernels: plain loops, exact about shapes, that faster kernels are compared with.
//!
//! Floating-point kernels accumulate in `f64` and round once, so that they are the more exact side of a
//! comparison. They allocate their result and copy nothing else; strided views are read in place.
mod elementwise;
mod matmul;
mod reduce;

pub use elementwise::{add, mul, relu};
pub use matmul::matmul;
pub use reduce::{softmax, sum, sum_axis};
