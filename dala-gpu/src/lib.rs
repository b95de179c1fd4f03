//! Tensors that actors share without copying, and reference kernels on the CPU.
//!
//! [`region`] holds the buffers: aligned, counted, with a limit; a [`Tensor`] is a typed view of one, a
//! [`TensorRef`] one whose type is known at run time. Erlang processes have references to tensors (`Natives`).
//! [`cpu`] holds the plain kernels that every faster one is compared with; with the feature `wgpu`, `gpu`
//! holds those of GPUs. [`model`] loads models and runs them on tensors in place; [`infer`] serves them by actors;
//! [`pipeline`] puts stages together that work on streams.
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
//!
//! Built with `--cfg loom` only the region is there, with its models (`scripts/loom.sh`).
#![cfg_attr(loom, allow(dead_code, unused_imports, reason = "the models use part of the region"))]

pub mod chain;
#[cfg(not(loom))]
pub mod cpu;
pub mod error;
#[cfg(all(feature = "wgpu", not(loom)))]
pub mod gpu;
#[cfg(not(loom))]
pub mod infer;
#[cfg(not(loom))]
pub mod model;
#[cfg(not(loom))]
pub mod natives;
#[cfg(not(loom))]
mod oneshot;
#[cfg(not(loom))]
pub mod pipeline;
pub mod region;
#[cfg(all(test, not(loom)))]
#[path = "../tests/fetched/skip.rs"]
#[cfg_attr(
    not(any(feature = "onnx", feature = "tract", feature = "wgpu")),
    expect(dead_code, reason = "nothing is fetched then")
)]
mod skip;
pub(crate) mod sync;

/// The code of the guide.
#[cfg(doctest)]
#[doc = include_str!("../../docs/ai.md")]
pub mod guide {}

pub use chain::{Binary, Chain, Unary};
pub use error::TensorError;
#[cfg(not(loom))]
pub use natives::Natives;
pub use region::account::{Region, Usage};
pub use region::dtype::{Bf16, DType, Element, F16, Number, Real};
pub use region::dynamic::TensorRef;
pub use region::shape::{MAX_RANK, Shape};
pub use region::tensor::{Host, Placement, Residence, Tensor};
