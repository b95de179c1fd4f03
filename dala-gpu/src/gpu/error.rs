//! What can go wrong with a GPU.
use crate::TensorError;

/// Why there is no GPU, or why it did not do what it should.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum GpuError {
    /// No driver, or none that was wanted. The CPU is the way to go on: see [`Compute`](super::Compute).
    #[error("no GPU adapter: {0}")]
    NoAdapter(Box<str>),
    /// The adapter gives no device.
    #[error("the adapter gives no device: {0}")]
    NoDevice(Box<str>),
    /// The device is gone: driver reset, removed, or destroyed.
    #[error("the GPU device is lost: {0}")]
    Lost(Box<str>),
    /// The device refused something, at this operation or one before it.
    #[error("the GPU refused an operation: {0}")]
    Refused(Box<str>),
    /// The device has no memory left.
    #[error("no GPU memory for {0} bytes")]
    OutOfMemory(u64),
    /// The device cannot address so much at once.
    #[error("{bytes} bytes are more than the {limit} that the GPU can address at once")]
    TooLarge {
        /// Bytes asked for.
        bytes: u64,
        /// The device's limit.
        limit: u64,
    },
    /// The device does not compute with this type.
    #[error("the GPU has no {0} in shaders")]
    NoType(&'static str),
    /// The system gives no thread.
    #[error("no thread for the GPU: {0}")]
    NoThread(Box<str>),
    /// The tensors do not go together, or a region is full.
    #[error(transparent)]
    Tensor(#[from] TensorError),
}
