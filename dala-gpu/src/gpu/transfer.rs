//! To the device and back. Both copy, and both are counted in the host's region.
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::device::Condition;
use super::poller::Awaited;
use super::pool::{Device, DeviceBuffer, PoolUsage, Purpose};
use super::{Gpu, GpuElement, GpuError};
use crate::region::view::View;
use crate::{Element, Region, Shape, Tensor, TensorRef};

impl Gpu {
    /// Copies a tensor to the device. Returns at once: the copy comes before whatever is submitted later.
    ///
    /// # Errors
    /// [`GpuError::Lost`], [`GpuError::TooLarge`], [`GpuError::OutOfMemory`], or the device's region is full.
    pub fn upload<T: Element>(&self, tensor: &Tensor<T>) -> Result<Tensor<T, Device>, GpuError> {
        self.check()?;
        let any = TensorRef::from(tensor);
        let buffer = self.shared.pool.take(Purpose::Storage, any.byte_length())?;
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

    /// Copies a tensor from the device into a region of the host: a future, which blocks no worker. What was
    /// submitted before comes first.
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
        let bytes = tensor.shape().elements() * size_of::<T>();
        let whole_words = |tensor: &Tensor<T, Device>| (tensor.offset() * size_of::<T>()).is_multiple_of(4);
        let dense = match tensor.is_contiguous() && whole_words(tensor) {
            true => tensor.clone(),
            false => self.packed(tensor)?,
        };
        let start = (dense.offset() * size_of::<T>()) as u64;
        let staging = self.shared.pool.take(Purpose::ReadBack, bytes)?;
        let rounded = (bytes as u64).next_multiple_of(4);
        let awaited = Arc::new(Awaited::default());
        if bytes == 0 {
            awaited.finish(Ok(()));
        } else {
            let mut encoder = self.shared.device.create_command_encoder(&Default::default());
            encoder.copy_buffer_to_buffer(dense.buffer().raw(), start, staging.raw(), 0, rounded);
            self.shared.queue.submit([encoder.finish()]);
            let done = awaited.clone();
            staging.raw().map_async(wgpu::MapMode::Read, 0..rounded, move |result| {
                done.finish(result.map_err(|error| GpuError::Lost(error.to_string().into())));
            });
            self.shared.poller.watch(&awaited);
        }
        let staging = Some(staging);
        Ok(Download {
            awaited,
            staging,
            condition: self.shared.condition.clone(),
            region: region.clone(),
            shape: tensor.shape(),
            element: PhantomData,
        })
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
    staging: Option<DeviceBuffer>,
    condition: Arc<Condition>,
    region: Region,
    shape: Shape,
    element: PhantomData<fn() -> T>,
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
        let Some(staging) = self.staging.take() else {
            return Err(GpuError::Refused("the download was taken before".into()));
        };
        let mut tensor = self.region.zeros_of(T::DTYPE, self.shape)?;
        let bytes = tensor.byte_length();
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

impl<T: Element> Drop for Download<T> {
    fn drop(&mut self) {
        // It is mapped, or about to be: nobody else may use it.
        if let Some(staging) = self.staging.take() {
            staging.discard();
        }
    }
}
