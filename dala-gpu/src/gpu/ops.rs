//! The kernels. Each is submitted and returns at once; the result is there for what is submitted later.
use std::sync::Arc;

use super::pipeline::Grid;
use super::pool::{Device, DeviceBuffer, Purpose};
use super::{Gpu, GpuError, fuse};
use crate::chain::Step;
use crate::cpu::{self, Colours, Conv2d, Reduction, Resize};
use crate::region::view::View;
use crate::{Chain, F16, Real, Shape, Tensor, TensorError};

/// What kernels compute with: `f32`, and `f16` where the device has it. They add up in `f32`.
pub trait GpuElement: Real {
    /// What a shader for it starts with.
    #[doc(hidden)]
    const HEADER: &'static str;
}

impl GpuElement for f32 {
    const HEADER: &'static str = "alias elem = f32;\n";
}

impl GpuElement for F16 {
    const HEADER: &'static str = "enable f16;\nalias elem = f16;\n";
}

/// Products of at most so many rows or columns are made without tiles.
const FEW_ROWS: usize = 8;

type OnGpu<T> = Tensor<T, Device>;

/// A number as shaders have them.
fn word(number: usize) -> Result<u32, GpuError> {
    let too_large = |_| GpuError::TooLarge { bytes: number as u64, limit: u64::from(u32::MAX) };
    u32::try_from(number).map_err(too_large)
}

fn words<const N: usize>(numbers: [usize; N]) -> Result<Vec<u32>, GpuError> {
    numbers.into_iter().map(word).collect()
}

impl Gpu {
    fn empty<T: GpuElement>(&self, shape: Shape) -> Result<DeviceBuffer, GpuError> {
        if size_of::<T>() == 2 && !self.has_f16() {
            return Err(GpuError::NoType("f16"));
        }
        let pool = &self.shared.pool;
        if let Some(host) = &self.results
            && let Some(shared) = pool.take_shared(host, &self.region, T::DTYPE, shape, true)?
        {
            return Ok(DeviceBuffer::of_shared(&shared, pool).expect("it was taken of this pool"));
        }
        pool.take(Purpose::Storage, shape.elements() * size_of::<T>(), &self.region)
    }

    /// Runs a kernel whose output has this shape.
    fn kernel<T: GpuElement>(
        &self,
        source: &str,
        params: &[u32],
        inputs: &[&DeviceBuffer],
        shape: Shape,
        grid: Grid,
    ) -> Result<OnGpu<T>, GpuError> {
        let output = self.empty::<T>(shape)?;
        if shape.elements() > 0 {
            self.shared.run::<T>(source, params, inputs, &output, grid, &self.region)?;
        }
        Ok(Tensor::from_parts(Arc::new(output), View::dense(shape)))
    }

    /// The tensor if it has no gaps, else one without.
    fn dense<T: GpuElement>(&self, tensor: &OnGpu<T>) -> Result<OnGpu<T>, GpuError> {
        if tensor.is_contiguous() { Ok(tensor.clone()) } else { self.packed(tensor) }
    }

    /// The elements of any view, one after the other, in a buffer of their own: what `transpose` looks like in
    /// memory.
    ///
    /// # Errors
    /// [`GpuError::Lost`], [`GpuError::OutOfMemory`], [`GpuError::NoType`].
    pub fn packed<T: GpuElement>(&self, tensor: &OnGpu<T>) -> Result<OnGpu<T>, GpuError> {
        let shape = tensor.shape();
        let mut params = words([shape.elements(), shape.rank(), tensor.offset()])?;
        let padded = |numbers: &[usize]| {
            (0..8).map(|i| word(*numbers.get(i).unwrap_or(&1))).collect::<Result<Vec<_>, _>>()
        };
        params.extend(padded(shape.sizes())?);
        params.extend(padded(tensor.strides())?);
        let grid = Grid::of_64(params[0]);
        self.kernel::<T>(include_str!("kernels/strided.wgsl"), &params, &[tensor.buffer()], shape, grid)
    }

    /// As [`cpu::matmul`]; reads strided views in place.
    ///
    /// # Errors
    /// [`TensorError::ShapeMismatch`], or as [`Gpu::packed`].
    pub fn matmul<T: GpuElement>(&self, left: &OnGpu<T>, right: &OnGpu<T>) -> Result<OnGpu<T>, GpuError> {
        let mismatch = || TensorError::mismatch("matmul", left.shape(), right.shape());
        let (&[m, k], &[inner, n]) = (left.shape().sizes(), right.shape().sizes()) else {
            return Err(mismatch().into());
        };
        if k != inner {
            return Err(mismatch().into());
        }
        let mut params = words([m, k, n])?;
        for side in [left, right] {
            params.extend(words([side.offset(), side.strides()[0], side.strides()[1]])?);
        }
        if m.min(n) <= FEW_ROWS {
            let grid = Grid::of_64(word(m.saturating_mul(n))?);
            let inputs = [left.buffer(), right.buffer()];
            return self.kernel::<T>(
                include_str!("kernels/matmul_rows.wgsl"),
                &params,
                &inputs,
                Shape::new(&[m, n])?,
                grid,
            );
        }
        // Blocks of 64 would be mostly empty for a few rows or columns.
        let (source, tile) = match m.min(n) > 32 {
            true => (include_str!("kernels/matmul_blocks.wgsl"), 64),
            false => (include_str!("kernels/matmul.wgsl"), 16),
        };
        let grid = Grid(word(n.div_ceil(tile))?, word(m.div_ceil(tile))?);
        if grid.0.max(grid.1) > 65535 {
            return Err(GpuError::TooLarge { bytes: m.max(n) as u64, limit: 65535 * tile as u64 });
        }
        self.kernel::<T>(source, &params, &[left.buffer(), right.buffer()], Shape::new(&[m, n])?, grid)
    }

    /// As [`cpu::chain`]: one shader for all steps, or for as many as the device can bind operands of.
    ///
    /// # Errors
    /// [`TensorError::WrongCount`], [`TensorError::ShapeMismatch`], or as [`Gpu::packed`].
    pub fn chain<T: GpuElement>(
        &self,
        chain: &Chain,
        input: &OnGpu<T>,
        operands: &[&OnGpu<T>],
    ) -> Result<OnGpu<T>, GpuError> {
        let shapes: Vec<_> = operands.iter().map(|operand| operand.shape()).collect();
        chain.check(input.shape(), &shapes)?;
        // Parameters, input and output are bound beside the operands.
        let most = self.shared.device.limits().max_storage_buffers_per_shader_stage.saturating_sub(3).max(1);
        let mut value = self.dense(input)?;
        let (mut steps, mut operands) = (chain.steps(), operands);
        loop {
            let mut used = 0;
            let end = steps.iter().position(|step| {
                used += u32::from(matches!(step, Step::Binary(_)));
                used > most
            });
            let (now, later) = steps.split_at(end.unwrap_or(steps.len()));
            let count = now.iter().filter(|step| matches!(step, Step::Binary(_))).count();
            let (these, others) = operands.split_at(count);
            value = self.fused(now, &value, these)?;
            (steps, operands) = (later, others);
            if steps.is_empty() {
                return Ok(value);
            }
        }
    }

    fn fused<T: GpuElement>(
        &self,
        steps: &[Step],
        input: &OnGpu<T>,
        operands: &[&OnGpu<T>],
    ) -> Result<OnGpu<T>, GpuError> {
        let fused = fuse::fuse(steps);
        let shape = input.shape();
        let operands: Vec<_> =
            operands.iter().map(|operand| self.dense(operand)).collect::<Result<_, _>>()?;
        let mut params = words([shape.elements(), input.offset()])?;
        for operand in &operands {
            params.extend(words([operand.offset(), operand.shape().elements()])?);
        }
        params.extend(fused.constants.iter().map(|constant| constant.to_bits()));
        let mut inputs = vec![input.buffer()];
        inputs.extend(operands.iter().map(Tensor::buffer));
        self.kernel::<T>(&fused.source, &params, &inputs, shape, Grid::of_64(params[0]))
    }

    /// As [`cpu::reduce`].
    ///
    /// # Errors
    /// [`TensorError::NoSuchAxis`], or as [`Gpu::packed`].
    pub fn reduce<T: GpuElement>(
        &self,
        how: Reduction,
        input: &OnGpu<T>,
        axis: usize,
    ) -> Result<OnGpu<T>, GpuError> {
        let size = input.shape().size(axis)?;
        let shape = input.shape().without(axis);
        let input = self.dense(input)?;
        let behind: usize = input.shape().sizes()[axis + 1..].iter().product();
        // WGSL may assume that nothing is infinite: the extremes start at the largest finite numbers.
        let (start, combine) = match how {
            Reduction::Sum | Reduction::Mean => ("0.0", "x + y"),
            Reduction::Max => ("-3.402823e38", "max(x, y)"),
            Reduction::Min => ("3.402823e38", "min(x, y)"),
        };
        let divisor = if how == Reduction::Mean { size as f32 } else { 1.0 };
        let mut params = words([shape.elements(), size, behind, input.offset()])?;
        params.push(divisor.to_bits());
        let (source, grid) = if behind == 1 && size >= 256 {
            (include_str!("kernels/reduce_rows.wgsl"), Grid::linear(params[0]))
        } else {
            (include_str!("kernels/reduce.wgsl"), Grid::of_64(params[0]))
        };
        let source = source
            .replace("x = START", &format!("x = {start}"))
            .replace("x = COMBINE", &format!("x = {combine}"));
        self.kernel::<T>(&source, &params, &[input.buffer()], shape, grid)
    }

    /// As [`cpu::softmax`].
    ///
    /// # Errors
    /// [`TensorError::NoSuchAxis`] for a tensor without axes, or as [`Gpu::packed`].
    pub fn softmax<T: GpuElement>(&self, input: &OnGpu<T>) -> Result<OnGpu<T>, GpuError> {
        let shape = input.shape();
        let size = shape.size(shape.rank().wrapping_sub(1))?;
        let input = self.dense(input)?;
        let params = words([shape.elements() / size.max(1), size, input.offset()])?;
        let grid = Grid::linear(params[0]);
        self.kernel::<T>(include_str!("kernels/softmax.wgsl"), &params, &[input.buffer()], shape, grid)
    }

    /// As [`cpu::layer_norm`].
    ///
    /// # Errors
    /// [`TensorError::NoSuchAxis`], [`TensorError::ShapeMismatch`], or as [`Gpu::packed`].
    pub fn layer_norm<T: GpuElement>(
        &self,
        input: &OnGpu<T>,
        scale: &OnGpu<T>,
        bias: &OnGpu<T>,
        epsilon: f32,
    ) -> Result<OnGpu<T>, GpuError> {
        let shape = input.shape();
        let size = shape.size(shape.rank().wrapping_sub(1))?;
        for operand in [scale, bias] {
            if operand.shape().sizes() != [size] {
                return Err(TensorError::mismatch("layer_norm", shape, operand.shape()).into());
            }
        }
        let (input, scale, bias) = (self.dense(input)?, self.dense(scale)?, self.dense(bias)?);
        let rows = shape.elements() / size.max(1);
        let mut params = words([rows, size, input.offset(), scale.offset(), bias.offset()])?;
        params.push(epsilon.to_bits());
        let inputs = [input.buffer(), scale.buffer(), bias.buffer()];
        let grid = Grid::linear(params[0]);
        self.kernel::<T>(include_str!("kernels/layer_norm.wgsl"), &params, &inputs, shape, grid)
    }

    /// As [`cpu::gather`]; the indices are on the host, where they are checked.
    ///
    /// # Errors
    /// As [`cpu::gather`], or as [`Gpu::packed`].
    pub fn gather<T: GpuElement>(
        &self,
        input: &OnGpu<T>,
        axis: usize,
        indices: &Tensor<i32>,
    ) -> Result<OnGpu<T>, GpuError> {
        let size = input.shape().size(axis)?;
        if indices.shape().rank() != 1 {
            return Err(TensorError::mismatch("gather", input.shape(), indices.shape()).into());
        }
        let places = cpu::places(size, indices)?;
        let input = self.dense(input)?;
        let shape = input.shape().with_size(axis, places.len());
        let behind: usize = shape.sizes()[axis + 1..].iter().product();
        let mut params = words([shape.elements(), size, behind, places.len(), input.offset()])?;
        params.extend(places.into_iter().map(word).collect::<Result<Vec<_>, _>>()?);
        let grid = Grid::of_64(params[0]);
        self.kernel::<T>(include_str!("kernels/gather.wgsl"), &params, &[input.buffer()], shape, grid)
    }

    /// As [`cpu::conv2d`].
    ///
    /// # Errors
    /// [`TensorError::ShapeMismatch`], or as [`Gpu::packed`].
    pub fn conv2d<T: GpuElement>(
        &self,
        conv: Conv2d,
        input: &OnGpu<T>,
        weights: &OnGpu<T>,
        bias: Option<&OnGpu<T>>,
    ) -> Result<OnGpu<T>, GpuError> {
        let sizes = conv.sizes(input.shape(), weights.shape(), bias.map(Tensor::shape))?;
        let shape = sizes.shape()?;
        let (input, weights) = (self.dense(input)?, self.dense(weights)?);
        let bias = bias.map(|bias| self.dense(bias)).transpose()?;
        let params = words([
            shape.elements(),
            sizes.filters,
            sizes.output[0],
            sizes.output[1],
            sizes.channels,
            sizes.input[0],
            sizes.input[1],
            sizes.kernel[0],
            sizes.kernel[1],
            conv.stride[0],
            conv.stride[1],
            conv.padding[0],
            conv.padding[1],
            conv.dilation[0],
            conv.dilation[1],
            sizes.channels / conv.groups,
            sizes.filters / conv.groups,
            input.offset(),
            weights.offset(),
            bias.as_ref().map_or(0, Tensor::offset),
            usize::from(bias.is_some()),
        ])?;
        let inputs = [input.buffer(), weights.buffer(), bias.as_ref().unwrap_or(&weights).buffer()];
        let grid = Grid::of_64(params[0]);
        self.kernel::<T>(include_str!("kernels/conv2d.wgsl"), &params, &inputs, shape, grid)
    }

    /// As [`cpu::resize`].
    ///
    /// # Errors
    /// [`TensorError::ShapeMismatch`], or as [`Gpu::packed`].
    pub fn resize<T: GpuElement>(
        &self,
        how: Resize,
        input: &OnGpu<T>,
        size: [usize; 2],
    ) -> Result<OnGpu<T>, GpuError> {
        let shape = cpu::resized(input.shape(), size)?;
        let input = self.dense(input)?;
        let (h, w) = (input.shape().sizes()[2], input.shape().sizes()[3]);
        let mut params = words([shape.elements(), h, w, size[0], size[1], input.offset()])?;
        for (old, new) in [(h, size[0]), (w, size[1])] {
            for at in 0..new {
                let (first, second, weight) = cpu::source(how, at, old, new);
                params.extend(words([first, second])?);
                params.push((weight as f32).to_bits());
            }
        }
        let grid = Grid::of_64(params[0]);
        self.kernel::<T>(include_str!("kernels/resize.wgsl"), &params, &[input.buffer()], shape, grid)
    }

    /// As [`cpu::colours`].
    ///
    /// # Errors
    /// [`TensorError::ShapeMismatch`], or as [`Gpu::packed`].
    pub fn colours<T: GpuElement>(&self, how: &Colours, input: &OnGpu<T>) -> Result<OnGpu<T>, GpuError> {
        let shape = how.shape(input.shape())?;
        let input = self.dense(input)?;
        let pixels = shape.sizes()[2] * shape.sizes()[3];
        let mut params = words([shape.elements(), pixels, how.channels, input.offset()])?;
        for (plus, row) in how.plus.iter().zip(&how.rows) {
            params.push(plus.to_bits());
            params.extend(row.map(f32::to_bits));
        }
        let grid = Grid::of_64(params[0]);
        self.kernel::<T>(include_str!("kernels/colours.wgsl"), &params, &[input.buffer()], shape, grid)
    }

    /// As [`cpu::planes`]: the bytes of a camera's picture go to the device as they are.
    ///
    /// # Errors
    /// [`TensorError::ShapeMismatch`], [`TensorError::NotContiguous`], or as [`Gpu::packed`].
    pub fn planes<T: GpuElement>(
        &self,
        input: &Tensor<u8, Device>,
        mean: [f32; 3],
        spread: [f32; 3],
    ) -> Result<OnGpu<T>, GpuError> {
        let &[h, w, 3] = input.shape().sizes() else {
            return Err(TensorError::mismatch("planes", input.shape(), Shape::new(&[1, 1, 3])?).into());
        };
        if !input.is_contiguous() {
            return Err(TensorError::NotContiguous("planes").into());
        }
        let shape = Shape::new(&[1, 3, h, w])?;
        let mut params = words([shape.elements(), h * w, input.offset()])?;
        for (mean, spread) in mean.into_iter().zip(spread) {
            params.extend([mean.to_bits(), (1.0 / spread).to_bits()]);
        }
        let grid = Grid::of_64(params[0]);
        self.kernel::<T>(include_str!("kernels/planes.wgsl"), &params, &[input.buffer()], shape, grid)
    }
}
