//! To the device and back. Both copy, and both are counted in the host's region; but a tensor in memory that the two share
//! stays where it is.
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::device::Condition;
use super::in_flight::InFlight;
use super::poller::Awaited;
use super::pool::{Device, DeviceBuffer, PoolUsage, Purpose};
use super::{Gpu, GpuElement, GpuError};
use crate::region::view::View;
use crate::{DType, Element, Region, Shape, Tensor, TensorRef};

impl Gpu {
    /// A tensor of zeros for the host to write, in memory that the device has too, if it shares any: charged to `region` and
    /// to the device's. Else it is as one of [`Region::zeros`], and [`Gpu::upload`] copies it.
    ///
    /// Making one is slower than one of the host's alone: keep it, and write it again and again. Everybody may have it:
    /// actors, models, Erlang processes.
    ///
    /// ```
    /// use dala_gpu::gpu::{Gpu, GpuError, GpuOptions};
    /// use dala_gpu::{Placement, Region, Shape};
    ///
    /// let gpu = match Gpu::open(&GpuOptions::any()) {
    ///     Ok(gpu) => gpu,
    ///     Err(GpuError::NoAdapter(why)) => return Ok(println!("no GPU here: {why}")),
    ///     Err(error) => return Err(error.into()),
    /// };
    /// let region = Region::with_limit(1 << 20);
    /// let mut frame = gpu.zeros::<f32>(&region, Shape::new(&[2, 2])?)?;
    /// frame.as_mut_slice()?.copy_from_slice(&[1.0, 2.0, 3.0, 4.0]);
    /// let gpu = gpu.with_results_in(&region);
    /// let there = gpu.upload(&frame)?;
    /// let squared = gpu.download(&region, &gpu.matmul(&there, &there)?)?.wait()?;
    /// assert_eq!(squared.to_vec(), [7.0, 10.0, 15.0, 22.0]);
    /// assert_eq!(squared.placement() == Placement::Mapped, gpu.shares_memory());
    /// assert_eq!(region.copied_bytes() == 0, gpu.shares_memory());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`GpuError::Lost`], [`GpuError::TooLarge`], [`GpuError::OutOfMemory`], or one of the regions is full.
    pub fn zeros<T: Element>(&self, region: &Region, shape: Shape) -> Result<Tensor<T>, GpuError> {
        Ok(self.zeros_of(region, T::DTYPE, shape)?.try_into()?)
    }

    /// As [`Gpu::zeros`], of a type known at run time.
    ///
    /// # Errors
    /// As [`Gpu::zeros`].
    pub fn zeros_of(&self, region: &Region, dtype: DType, shape: Shape) -> Result<TensorRef, GpuError> {
        self.check()?;
        match self.shared.pool.take_shared(region, &self.region, dtype, shape, false)? {
            Some(shared) => Ok(shared),
            None => Ok(region.zeros_of(dtype, shape)?),
        }
    }

    /// Gives a tensor to the device. One in memory that the device shares stays there: as long as the tensor on the device
    /// lives, or a kernel is yet to read it, it is one more reader, and the host cannot write. Any other is copied.
    /// Returns at once: the copy comes before whatever is submitted later.
    ///
    /// # Errors
    /// [`GpuError::Lost`], [`GpuError::TooLarge`], [`GpuError::OutOfMemory`], or the device's region is full.
    pub fn upload<T: Element>(&self, tensor: &Tensor<T>) -> Result<Tensor<T, Device>, GpuError> {
        self.check()?;
        let any = TensorRef::from(tensor);
        if let Some(shared) = DeviceBuffer::of_shared(&any, &self.shared.pool) {
            return Ok(Tensor::from_parts(Arc::new(shared), tensor.view()));
        }
        let buffer = self.shared.pool.take(Purpose::Storage, any.byte_length(), &self.region)?;
        let gathered;
        let bytes = match any.as_bytes() {
            Ok(bytes) => bytes,
            Err(_) => {
                gathered = any.bytes_in_order();
                &gathered
            }
        };
        // The queue takes whole words.
        let (words, rest) = bytes.split_at(bytes.len() & !3);
        if !words.is_empty() {
            self.shared.queue.write_buffer(buffer.raw(), 0, words);
        }
        if !rest.is_empty() {
            let mut last = [0; 4];
            last[..rest.len()].copy_from_slice(rest);
            self.shared.queue.write_buffer(buffer.raw(), words.len() as u64, &last);
        }
        any.note_copy_out();
        // Sends the writes off, so that they do not pile up.
        self.shared.queue.submit([]);
        Ok(Tensor::from_parts(Arc::new(buffer), View::dense(tensor.shape())))
    }

    /// Brings a tensor from the device into a region of the host: a future, which blocks no worker. What was
    /// submitted before comes first. It is a copy, unless the tensor lies in memory that the host shares: then it is that,
    /// charged as it was, which can be written when no tensor on the device has it.
    ///
    /// # Errors
    /// [`GpuError::Lost`], [`GpuError::TooLarge`], [`GpuError::OutOfMemory`]. The future: [`GpuError::Lost`],
    /// [`GpuError::Refused`], or the region is full.
    pub fn download<T: GpuElement>(
        &self,
        region: &Region,
        tensor: &Tensor<T, Device>,
    ) -> Result<Download<T>, GpuError> {
        self.check()?;
        if !tensor.buffer().is_of(&self.shared.pool) {
            return Err(GpuError::Refused(format!("{tensor:?}: it belongs to another device").into()));
        }
        let awaited = Arc::new(Awaited::default());
        let source = match tensor.buffer().shared() {
            Some(shared) => Source::Shared(self.settle(shared.with_view(tensor.view()), tensor, &awaited)),
            None => Source::Staged(self.stage(tensor, &awaited)?),
        };
        Ok(Download {
            awaited,
            source: Some(source),
            condition: self.shared.condition.clone(),
            region: region.clone(),
            shape: tensor.shape(),
            element: PhantomData,
        })
    }

    /// Has the device tell when the host may see a tensor in shared memory.
    fn settle<T: GpuElement>(
        &self,
        on_host: TensorRef,
        tensor: &Tensor<T, Device>,
        awaited: &Arc<Awaited>,
    ) -> Settling {
        let mut encoder = self.shared.device.create_command_encoder(&Default::default());
        let state = wgpu::BufferUses::MAP_READ;
        let seen = wgpu::BufferTransition { buffer: tensor.buffer().raw(), state };
        encoder.transition_resources([seen].into_iter(), std::iter::empty());
        let number = self.shared.submit(encoder, Vec::new());
        let done = awaited.clone();
        self.shared.queue.on_submitted_work_done(move || done.finish(Ok(())));
        self.shared.poller.watch(awaited);
        Settling { on_host, number, in_flight: self.shared.in_flight.clone() }
    }

    /// Starts the copy of a tensor to a buffer that is mapped.
    fn stage<T: GpuElement>(
        &self,
        tensor: &Tensor<T, Device>,
        awaited: &Arc<Awaited>,
    ) -> Result<Staged, GpuError> {
        let bytes = tensor.shape().elements() * size_of::<T>();
        let whole_words = |tensor: &Tensor<T, Device>| (tensor.offset() * size_of::<T>()).is_multiple_of(4);
        let dense = match tensor.is_contiguous() && whole_words(tensor) {
            true => tensor.clone(),
            false => Gpu { results: None, ..self.clone() }.packed(tensor)?,
        };
        let start = (dense.offset() * size_of::<T>()) as u64;
        let staging = self.shared.pool.take(Purpose::ReadBack, bytes, &self.region)?;
        let rounded = (bytes as u64).next_multiple_of(4);
        let mut number = 0;
        if bytes == 0 {
            awaited.finish(Ok(()));
        } else {
            let mut encoder = self.shared.device.create_command_encoder(&Default::default());
            encoder.copy_buffer_to_buffer(dense.buffer().raw(), start, staging.raw(), 0, rounded);
            number = self.shared.submit(encoder, Vec::new());
            let done = awaited.clone();
            staging.raw().map_async(wgpu::MapMode::Read, 0..rounded, move |result| {
                done.finish(result.map_err(|error| GpuError::Lost(error.to_string().into())));
            });
            self.shared.poller.watch(awaited);
        }
        Ok(Staged { buffer: Some(staging), number, in_flight: self.shared.in_flight.clone() })
    }

    /// How the device's buffers were used.
    pub fn usage(&self) -> PoolUsage {
        self.shared.pool.usage()
    }

    /// Lets go of buffers that are kept for later.
    pub fn trim(&self) {
        self.shared.pool.trim();
    }
}

/// A tensor on its way from the device.
pub struct Download<T: Element> {
    awaited: Arc<Awaited>,
    source: Option<Source>,
    condition: Arc<Condition>,
    region: Region,
    shape: Shape,
    element: PhantomData<fn() -> T>,
}

enum Source {
    Staged(Staged),
    Shared(Settling),
}

/// A copy that the device makes.
struct Staged {
    /// Until it is no longer mapped.
    buffer: Option<DeviceBuffer>,
    /// What the copy was submitted as.
    number: u64,
    in_flight: Arc<InFlight>,
}

/// A tensor of the host that the device may still write.
struct Settling {
    on_host: TensorRef,
    number: u64,
    in_flight: Arc<InFlight>,
}

impl<T: Element> std::fmt::Debug for Download<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Download of {}{}", T::DTYPE.name(), self.shape)
    }
}

impl<T: Element> Download<T> {
    /// Waits on this thread: for threads that are no workers.
    ///
    /// # Errors
    /// As the future.
    pub fn wait(mut self) -> Result<Tensor<T>, GpuError> {
        let awaited = self.awaited.wait();
        self.take(awaited)
    }

    fn take(&mut self, awaited: Result<(), GpuError>) -> Result<Tensor<T>, GpuError> {
        awaited?;
        match self.source.take() {
            None => Err(GpuError::Refused("the download was taken before".into())),
            // Whoever waited may write at once what was read before.
            Some(Source::Shared(Settling { on_host, number, in_flight })) => {
                in_flight.done(number);
                Ok(on_host.try_into()?)
            }
            Some(Source::Staged(mut staged)) => {
                staged.in_flight.done(staged.number);
                self.copy(&mut staged)
            }
        }
    }

    fn copy(&self, staged: &mut Staged) -> Result<Tensor<T>, GpuError> {
        let mut tensor = self.region.zeros_of(T::DTYPE, self.shape)?;
        let bytes = tensor.byte_length();
        let staging = staged.buffer.as_ref().expect("there until the copy is made");
        if bytes > 0 {
            let rounded = (bytes as u64).next_multiple_of(4);
            let mapped = staging.raw().get_mapped_range(0..rounded);
            // A device that was lost meanwhile took the buffer along.
            let refused = |error: wgpu::MapRangeError| {
                self.condition.check().err().unwrap_or_else(|| GpuError::Refused(error.to_string().into()))
            };
            let mapped = mapped.map_err(refused)?;
            tensor.write_bytes(&mapped[..bytes])?;
            drop(mapped);
            staging.raw().unmap();
            tensor.note_copy_out();
        }
        // Not mapped any more: others may have it.
        drop(staged.buffer.take());
        Ok(tensor.try_into()?)
    }
}

impl<T: Element> Future for Download<T> {
    type Output = Result<Tensor<T>, GpuError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.awaited.poll(context.waker()) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(awaited) => Poll::Ready(self.take(awaited)),
        }
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        // It is mapped, or about to be: nobody else may use it.
        if let Some(buffer) = self.buffer.take() {
            buffer.discard();
        }
    }
}
