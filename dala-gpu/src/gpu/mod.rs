//! Kernels on a GPU, by wgpu.
//!
//! [`Gpu`] is one opened device: [`upload`](Gpu::upload) a tensor, call kernels on it, [`download`](Gpu::download)
//! the result. Kernels are only submitted, in order; waiting is what the future of a download does, and no
//! worker blocks for it: one thread of ours asks the driver. Buffers come from a `pool` and are counted in
//! a region of the device's own. Where the device's memory is the host's, a tensor made by [`Gpu::zeros`] and the results of
//! [`Gpu::with_results_in`] lie in it for both, and nothing is copied. [`Compute`] chooses between GPU and CPU and says why; [`GpuLink`] is how
//! actors find the device of a supervised [`GpuActor`], which ends when the device is lost.
//!
//! What each kernel may differ by from [`crate::cpu`] is stated in `tests.rs` and tested there on odd shapes.
mod actor;
mod compute;
mod device;
mod error;
mod fuse;
mod in_flight;
mod mapped;
mod message;
mod ops;
mod pipeline;
mod poller;
mod pool;
mod transfer;

#[cfg(test)]
mod tests;

pub use actor::{DeviceLost, GpuActor, GpuLink};
pub use compute::Compute;
pub use device::{Gpu, GpuOptions};
pub use error::GpuError;
pub use ops::GpuElement;
pub use pool::{Device, DeviceBuffer, PoolUsage};
pub use transfer::Download;
