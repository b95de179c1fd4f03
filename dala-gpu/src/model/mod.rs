//! Models: loaded by a [`Backend`], run by a [`Session`] straight on tensors of a region.
//!
//! ```
//! use dala_gpu::model::{Backend, Builtin, SessionOptions};
//! use dala_gpu::{Region, Shape, TensorRef};
//!
//! let region = Region::with_limit(1 << 20);
//! let mut session = Builtin.load(b"mlp 4 8 2", &SessionOptions::default())?;
//! let x: TensorRef = region.tensor(Shape::new(&[1, 4])?, &[0.1f32, 0.2, 0.3, 0.4])?.into();
//! let mut y = [region.zeros_of(dala_gpu::DType::F32, Shape::new(&[1, 2])?)?];
//! session.run(&[x], &mut y)?;
//! assert_eq!((y[0].typed::<f32>()?.to_vec().len(), region.copied_bytes()), (2, 0));
//! # Ok::<(), dala_gpu::model::ModelError>(())
//! ```
mod builtin;
mod cache;
mod error;
mod generate;
#[cfg(feature = "onnx")]
pub mod onnx;
mod port;
mod registry;
#[cfg(feature = "tract")]
mod tract;

#[cfg(all(test, any(feature = "onnx", feature = "tract")))]
mod fixtures;
#[cfg(all(test, feature = "onnx"))]
mod tests;

pub use builtin::Builtin;
pub use cache::CacheStats;
pub use error::ModelError;
pub use generate::{mlp, product, ramp};
#[cfg(feature = "onnx")]
pub use onnx::{Onnx, OnnxOptions};
pub use port::{Port, check_ports};
pub use registry::{Format, Hash, ModelEntry, Registry, RegistryError, Version};
#[cfg(feature = "tract")]
pub use tract::Tract;

use std::sync::Arc;

use crate::{Region, TensorRef};

/// Something that runs models of one format.
pub trait Backend: Send + Sync + std::fmt::Debug {
    /// What it is called, for people.
    fn name(&self) -> &str;

    /// Prepares a model to run. Takes milliseconds to seconds; the bytes are not needed afterwards.
    ///
    /// # Errors
    /// [`ModelError::Corrupt`] for bytes that are no model, [`ModelError::Unsupported`] for a model that this
    /// backend does not run.
    fn load(&self, model: &[u8], options: &SessionOptions) -> Result<Box<dyn Session>, ModelError>;
}

/// A model that is ready to run. One run at a time; sessions of one model run beside each other.
pub trait Session: Send + std::fmt::Debug {
    /// What it takes.
    fn inputs(&self) -> &[Port];

    /// What it gives.
    fn outputs(&self) -> &[Port];

    /// Runs the model once. Reads `inputs` where they lie and writes `outputs` where they lie: nothing is copied.
    /// Inputs and outputs go in the order of the ports, without gaps; each output is the only tensor of its
    /// buffer, and has the shape that the model will give.
    ///
    /// # Errors
    /// [`ModelError::Port`] for a tensor that does not fit, [`ModelError::Tensor`] for an output that somebody
    /// reads, [`ModelError::OutputShape`] when the model gives an output of another shape, [`ModelError::Cancelled`],
    /// [`ModelError::Failed`]. What is in the outputs then is not said.
    fn run(&mut self, inputs: &[TensorRef], outputs: &mut [TensorRef]) -> Result<(), ModelError>;

    /// As [`Session::run`] for outputs whose shapes only the model knows: makes them in `region`. Where the
    /// backend cannot write there, the copy is counted.
    ///
    /// # Errors
    /// As [`Session::run`], or the region is full.
    fn run_into(&mut self, inputs: &[TensorRef], region: &Region) -> Result<Vec<TensorRef>, ModelError>;

    /// What the model calls the axes of its inputs: one name an axis, empty where it has none. Axes of one name have one size, in
    /// a run.
    fn input_axes(&self) -> &[Vec<String>] {
        &[]
    }

    /// What it calls those of its outputs.
    fn output_axes(&self) -> &[Vec<String>] {
        &[]
    }

    /// What ends a run from another thread, between two of the model's operations.
    fn canceller(&self) -> Option<Canceller> {
        None
    }

    /// Where it runs, and what was asked for but is not there.
    fn placement(&self) -> Placement {
        Placement::default()
    }
}

/// Ends the run that a session is in.
#[derive(Clone)]
pub struct Canceller(Arc<dyn Fn() + Send + Sync>);

impl std::fmt::Debug for Canceller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Canceller")
    }
}

impl Canceller {
    /// One that does this.
    pub fn new(cancel: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Arc::new(cancel))
    }

    /// Ends the run, if there is one.
    pub fn cancel(&self) {
        (self.0)();
    }
}

/// An execution provider: what computes for a backend. All but the CPU are untested here, for want of
/// hardware; which of them a library has is up to how it was built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Provider {
    /// The machine's processor.
    Cpu,
    /// XNNPACK, fast kernels for ARM and x86.
    Xnnpack,
    /// Nvidia, by CUDA.
    Cuda,
    /// Nvidia, by TensorRT.
    TensorRt,
    /// Apple's Core ML.
    CoreMl,
    /// Android's neural networks API.
    Nnapi,
    /// Qualcomm's neural processors.
    Qnn,
    /// WebGPU, by Dawn; its device is not ours.
    WebGpu,
}

impl Provider {
    /// All of them, with what they are called in texts and in Elixir.
    pub const ALL: [(Provider, &str); 8] = [
        (Provider::Cpu, "cpu"),
        (Provider::Xnnpack, "xnnpack"),
        (Provider::Cuda, "cuda"),
        (Provider::TensorRt, "tensorrt"),
        (Provider::CoreMl, "coreml"),
        (Provider::Nnapi, "nnapi"),
        (Provider::Qnn, "qnn"),
        (Provider::WebGpu, "webgpu"),
    ];

    /// What it is called.
    pub fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }
}

impl std::fmt::Display for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// Where a session runs. Prints itself: `cpu; not cuda: CUDA execution provider is not enabled in this build`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// The first provider that was asked for and is there. Operations that it does not have run on the CPU.
    pub provider: Provider,
    /// Those before it, and why not.
    pub refused: Vec<(Provider, String)>,
}

impl std::fmt::Display for Placement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.provider)?;
        self.refused.iter().try_for_each(|(provider, why)| write!(f, "; not {provider}: {why}"))
    }
}

impl Default for Placement {
    fn default() -> Self {
        Self { provider: Provider::Cpu, refused: Vec::new() }
    }
}

/// How a session is set up.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionOptions {
    /// Threads that one run uses, this one included. One is best for many small models beside each other.
    pub threads: usize,
    /// Whether those threads spin while they wait: up to a third faster with two, for more power.
    pub spins: bool,
    /// Providers in the order of preference; the CPU is always there, at the end.
    pub providers: Vec<Provider>,
}

impl Default for SessionOptions {
    fn default() -> Self {
        Self { threads: 1, spins: false, providers: Vec::new() }
    }
}

impl SessionOptions {
    /// With so many threads a run.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// With these providers, in this order of preference.
    #[must_use]
    pub fn providers(mut self, providers: impl Into<Vec<Provider>>) -> Self {
        self.providers = providers.into();
        self
    }
}
