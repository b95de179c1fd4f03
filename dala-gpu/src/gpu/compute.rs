//! Where to compute: on a GPU if there is one worth it, else on the CPU.
use super::{Gpu, GpuError, GpuOptions};
use crate::cpu::{self, Conv2d};
use crate::{Chain, Region, Tensor};

/// The GPU, or the CPU and why. Takes and gives tensors of the host; on a GPU that copies both ways.
///
/// ```
/// use dala_gpu::gpu::{Compute, GpuOptions};
/// use dala_gpu::{Region, Shape};
///
/// let runtime = dala::Runtime::new()?;
/// let compute = Compute::best(&GpuOptions::default());
/// let region = Region::with_limit(1 << 20);
/// let a = region.tensor(Shape::new(&[2, 2])?, &[1.0f32, 2.0, 3.0, 4.0])?;
/// let squared = runtime.block_on(compute.matmul(&region, &a, &a))?;
/// assert_eq!(squared.to_vec(), [7.0, 10.0, 15.0, 22.0]);
/// println!("computed {compute}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Compute {
    /// On this GPU.
    Gpu(Gpu),
    /// On the CPU.
    Cpu {
        /// Why not on a GPU.
        why: GpuError,
    },
}

impl std::fmt::Display for Compute {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Compute::Gpu(gpu) => write!(f, "on {}", gpu.name()),
            Compute::Cpu { why } => write!(f, "on the CPU ({why})"),
        }
    }
}

impl Compute {
    /// Opens the GPU that `options` want; without one it is the CPU. Never fails. By default a driver that
    /// computes on the CPU does not count: it is tens of times slower than our own kernels or a model's.
    pub fn best(options: &GpuOptions) -> Compute {
        match Gpu::open(options) {
            Ok(gpu) => Compute::Gpu(gpu),
            Err(why) => Compute::Cpu { why },
        }
    }

    /// As [`cpu::matmul`].
    ///
    /// # Errors
    /// As [`Gpu::matmul`]. Of the CPU only [`GpuError::Tensor`].
    pub async fn matmul(
        &self,
        region: &Region,
        left: &Tensor<f32>,
        right: &Tensor<f32>,
    ) -> Result<Tensor<f32>, GpuError> {
        match self {
            Compute::Gpu(gpu) => {
                let product = gpu.matmul(&gpu.upload(left)?, &gpu.upload(right)?)?;
                gpu.download(region, &product)?.await
            }
            Compute::Cpu { .. } => Ok(cpu::matmul(region, left, right)?),
        }
    }

    /// As [`cpu::chain`].
    ///
    /// # Errors
    /// As [`Gpu::chain`]. Of the CPU only [`GpuError::Tensor`].
    pub async fn chain(
        &self,
        region: &Region,
        chain: &Chain,
        input: &Tensor<f32>,
        operands: &[&Tensor<f32>],
    ) -> Result<Tensor<f32>, GpuError> {
        match self {
            Compute::Gpu(gpu) => {
                let there: Vec<_> =
                    operands.iter().map(|operand| gpu.upload(operand)).collect::<Result<_, _>>()?;
                let there: Vec<_> = there.iter().collect();
                gpu.download(region, &gpu.chain(chain, &gpu.upload(input)?, &there)?)?.await
            }
            Compute::Cpu { .. } => Ok(cpu::chain(region, chain, input, operands)?),
        }
    }

    /// As [`cpu::softmax`].
    ///
    /// # Errors
    /// As [`Gpu::softmax`]. Of the CPU only [`GpuError::Tensor`].
    pub async fn softmax(&self, region: &Region, input: &Tensor<f32>) -> Result<Tensor<f32>, GpuError> {
        match self {
            Compute::Gpu(gpu) => gpu.download(region, &gpu.softmax(&gpu.upload(input)?)?)?.await,
            Compute::Cpu { .. } => Ok(cpu::softmax(region, input)?),
        }
    }

    /// As [`cpu::conv2d`].
    ///
    /// # Errors
    /// As [`Gpu::conv2d`]. Of the CPU only [`GpuError::Tensor`].
    pub async fn conv2d(
        &self,
        region: &Region,
        conv: Conv2d,
        input: &Tensor<f32>,
        weights: &Tensor<f32>,
        bias: Option<&Tensor<f32>>,
    ) -> Result<Tensor<f32>, GpuError> {
        match self {
            Compute::Gpu(gpu) => {
                let bias = bias.map(|bias| gpu.upload(bias)).transpose()?;
                let output = gpu.conv2d(conv, &gpu.upload(input)?, &gpu.upload(weights)?, bias.as_ref())?;
                gpu.download(region, &output)?.await
            }
            Compute::Cpu { .. } => Ok(cpu::conv2d(region, conv, input, weights, bias)?),
        }
    }
}
