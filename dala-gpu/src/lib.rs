//! Tensors that actors share without copying, and reference kernels on the CPU.
//!
//! [`region`] holds the buffers: aligned, counted, with a limit; a [`Tensor`] is a typed view of one.
//! [`cpu`] holds the plain kernels that every faster one is compared with. GPU kernels and models are
//! not here yet (see ARCHITECTURE.md).
//!
//! ```
//! use dala_gpu::{Region, Shape, cpu};
//!
//! let region = Region::with_limit(1 << 20);
//! let a = region.tensor(Shape::new(&[2, 3])?, &[1.0f32, 2.0, 3.0, 4.0, 5.0, 6.0])?;
//! let product = cpu::matmul(&region, &a, &a.transpose(0, 1)?)?;
//! assert_eq!(product.to_vec(), [14.0, 32.0, 32.0, 77.0]);
//! assert_eq!(region.copied_bytes(), 0);
//! # Ok::<(), dala_gpu::TensorError>(())
//! ```
pub mod cpu;
pub mod error;
pub mod region;

pub use error::TensorError;
pub use region::account::Region;
pub use region::dtype::{Bf16, DType, Element, F16, Number, Real};
pub use region::shape::{MAX_RANK, Shape};
pub use region::tensor::Tensor;
