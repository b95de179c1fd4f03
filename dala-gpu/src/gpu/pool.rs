//! Buffers on the device: taken from free ones of their size class, and given back.
//!
//! A buffer may be given back while the device still works on it: whatever uses it next was submitted later,
//! and one queue runs in order. Buffers that are mapped are given back after they were unmapped.
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::GpuError;
use super::device::ready;
use crate::Region;
use crate::region::tensor::{Residence, sealed};

/// A GPU's memory, as the place of a tensor.
#[derive(Clone, Copy, Debug)]
pub struct Device;

impl Residence for Device {}

impl sealed::Sealed for Device {
    type Buffer = DeviceBuffer;
}

/// Smallest buffer in bytes.
const SMALLEST: u64 = 256;

/// What a buffer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Purpose {
    /// Read and written by kernels.
    Storage,
    /// Mapped to be read by the host.
    ReadBack,
}

/// How a pool was used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolUsage {
    /// Buffers made so far.
    pub made: usize,
    /// Times that a free buffer was used again.
    pub reused: usize,
    /// Bytes of free buffers that are kept.
    pub kept: u64,
}

/// The buffers of one device.
pub(super) struct Pool {
    device: Arc<wgpu::Device>,
    region: Region,
    keep: u64,
    free: Mutex<Free>,
}

#[derive(Default)]
struct Free {
    buffers: HashMap<(Purpose, u64), Vec<wgpu::Buffer>>,
    usage: PoolUsage,
}

/// A buffer of a device. Opaque: tensors are how it is reached.
pub struct DeviceBuffer {
    raw: Option<wgpu::Buffer>,
    purpose: Purpose,
    charged: usize,
    pool: Arc<Pool>,
}

impl fmt::Debug for DeviceBuffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} of {} bytes on a GPU", self.purpose, self.raw().size())
    }
}

impl Pool {
    pub(super) fn new(device: Arc<wgpu::Device>, region: Region, keep: usize) -> Pool {
        Pool { device, region, keep: keep as u64, free: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Free> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn region(&self) -> &Region {
        &self.region
    }

    pub(super) fn usage(&self) -> PoolUsage {
        self.lock().usage
    }

    /// A buffer of at least `bytes`, with anything in it.
    pub(super) fn take(self: &Arc<Self>, purpose: Purpose, bytes: usize) -> Result<DeviceBuffer, GpuError> {
        let limits = self.device.limits();
        let limit = limits.max_storage_buffer_binding_size.min(limits.max_buffer_size);
        let asked = bytes as u64;
        if asked > limit {
            return Err(GpuError::TooLarge { bytes: asked, limit });
        }
        // Powers of two, so that a buffer fits many sizes; at most half of it is not used.
        let size = asked.max(SMALLEST).next_power_of_two().min(limit.max(SMALLEST));
        self.region.account().charge(bytes)?;
        let raw = self.take_free(purpose, size).map_or_else(|| self.make(purpose, size), Ok);
        let raw = raw.inspect_err(|_| self.region.account().release(bytes))?;
        Ok(DeviceBuffer { raw: Some(raw), purpose, charged: bytes, pool: self.clone() })
    }

    fn take_free(&self, purpose: Purpose, size: u64) -> Option<wgpu::Buffer> {
        let mut free = self.lock();
        let buffer = free.buffers.get_mut(&(purpose, size))?.pop()?;
        free.usage.reused += 1;
        free.usage.kept -= size;
        Some(buffer)
    }

    fn make(&self, purpose: Purpose, size: u64) -> Result<wgpu::Buffer, GpuError> {
        let usage = match purpose {
            Purpose::Storage => {
                wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::COPY_SRC
            }
            Purpose::ReadBack => wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
        };
        let scope = self.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let buffer = self.device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size,
            usage,
            mapped_at_creation: false,
        });
        if ready(scope.pop()).is_some() {
            return Err(GpuError::OutOfMemory(size));
        }
        self.lock().usage.made += 1;
        Ok(buffer)
    }

    fn give_back(&self, purpose: Purpose, buffer: wgpu::Buffer) {
        let size = buffer.size();
        let mut free = self.lock();
        if free.usage.kept + size <= self.keep {
            free.usage.kept += size;
            free.buffers.entry((purpose, size)).or_default().push(buffer);
        }
    }

    /// Lets go of the free buffers.
    pub(super) fn trim(&self) {
        let mut free = self.lock();
        free.usage.kept = 0;
        let buffers = std::mem::take(&mut free.buffers);
        drop(free);
        drop(buffers);
    }
}

impl DeviceBuffer {
    pub(super) fn raw(&self) -> &wgpu::Buffer {
        self.raw.as_ref().expect("there until it is dropped")
    }

    pub(super) fn is_of(&self, pool: &Arc<Pool>) -> bool {
        Arc::ptr_eq(&self.pool, pool)
    }
}

impl Drop for DeviceBuffer {
    fn drop(&mut self) {
        self.pool.region.account().release(self.charged);
        if let Some(raw) = self.raw.take() {
            self.pool.give_back(self.purpose, raw);
        }
    }
}

impl DeviceBuffer {
    /// Lets go of the buffer, not for others to use.
    pub(super) fn discard(mut self) {
        self.raw = None;
    }
}
