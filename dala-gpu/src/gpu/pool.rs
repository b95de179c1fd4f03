//! Buffers on the device: taken from free ones of their size class, and given back.
//!
//! A buffer may be given back while the device still works on it: whatever uses it next was submitted later,
//! and one queue runs in order. Buffers that are mapped are given back after they were unmapped.
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::GpuError;
use super::device::ready;
use super::mapped::{Mapped, Mapper, Shared};
use crate::region::tensor::{Residence, sealed};
use crate::{DType, Placement, Region, Shape, TensorRef};

/// A GPU, as the place of a tensor: in memory of its own, or in memory that it shares with the host
/// ([`Tensor::placement`](crate::Tensor::placement) tells which).
#[derive(Clone, Copy, Debug)]
pub struct Device;

impl Residence for Device {}

impl sealed::Sealed for Device {
    type Buffer = DeviceBuffer;

    fn placement(buffer: &DeviceBuffer) -> Placement {
        match buffer.memory {
            Memory::Own { .. } => Placement::Device,
            Memory::Shared(_) => Placement::Mapped,
        }
    }
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
    keep: u64,
    free: Mutex<Free>,
    /// Where host and device share memory.
    mapper: Option<Mapper>,
    device: Arc<wgpu::Device>,
}

#[derive(Default)]
struct Free {
    buffers: HashMap<(Purpose, u64), Vec<wgpu::Buffer>>,
    shared: HashMap<u64, Vec<Shared>>,
    usage: PoolUsage,
}

/// A buffer of a device. Opaque: tensors are how it is reached.
pub struct DeviceBuffer {
    memory: Memory,
    pool: Arc<Pool>,
}

enum Memory {
    /// The device's own.
    Own {
        raw: Option<wgpu::Buffer>,
        purpose: Purpose,
        charged: usize,
        /// Where it is charged.
        region: Region,
    },
    /// Shared with the host: a tensor there in a [`Mapped`] of the pool, of which the device is one more reader.
    Shared(TensorRef),
}

impl fmt::Debug for DeviceBuffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.memory {
            Memory::Own { purpose, .. } => {
                write!(f, "{purpose:?} of {} bytes on a GPU", self.raw().size())
            }
            Memory::Shared(tensor) => write!(f, "{:?} shared with a GPU", tensor.lender::<Mapped>()),
        }
    }
}

impl Pool {
    pub(super) fn new(device: Arc<wgpu::Device>, keep: usize) -> Pool {
        let mapper = Mapper::of(&device);
        Pool { device, keep: keep as u64, free: Mutex::default(), mapper }
    }

    /// Whether host and device share memory.
    pub(super) fn shares(&self) -> bool {
        self.mapper.is_some()
    }

    fn lock(&self) -> MutexGuard<'_, Free> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn usage(&self) -> PoolUsage {
        self.lock().usage
    }

    /// The size of a buffer of at least `bytes`.
    fn size(&self, bytes: usize) -> Result<u64, GpuError> {
        let limits = self.device.limits();
        let limit = limits.max_storage_buffer_binding_size.min(limits.max_buffer_size);
        let asked = bytes as u64;
        if asked > limit {
            return Err(GpuError::TooLarge { bytes: asked, limit });
        }
        // Powers of two, so that a buffer fits many sizes; at most half of it is not used.
        Ok(asked.max(SMALLEST).next_power_of_two().min(limit.max(SMALLEST)))
    }

    /// A buffer of at least `bytes`, with anything in it, charged to `region`.
    pub(super) fn take(
        self: &Arc<Self>,
        purpose: Purpose,
        bytes: usize,
        region: &Region,
    ) -> Result<DeviceBuffer, GpuError> {
        let size = self.size(bytes)?;
        region.account().charge(bytes)?;
        let raw = self.take_free(purpose, size).map_or_else(|| self.make(purpose, size), Ok);
        let raw = raw.inspect_err(|_| region.account().release(bytes))?;
        let memory = Memory::Own { raw: Some(raw), purpose, charged: bytes, region: region.clone() };
        Ok(DeviceBuffer { memory, pool: self.clone() })
    }

    /// A tensor of the host in memory that the device shares, charged to both regions: of zeros, or a result that a kernel is
    /// to write all of. Nothing where they share none, or for no elements.
    pub(super) fn take_shared(
        self: &Arc<Self>,
        host: &Region,
        device: &Region,
        dtype: DType,
        shape: Shape,
        is_result: bool,
    ) -> Result<Option<TensorRef>, GpuError> {
        let Some(mapper) = self.mapper.as_ref().filter(|_| shape.elements() > 0) else { return Ok(None) };
        let bytes = shape.elements().checked_mul(dtype.bytes());
        let size = self.size(bytes.unwrap_or(usize::MAX))?;
        let free = {
            let mut free = self.lock();
            let shared = free.shared.get_mut(&size).and_then(Vec::pop);
            if shared.is_some() {
                free.usage.reused += 1;
                free.usage.kept -= size;
            }
            shared
        };
        let shared = match free {
            Some(shared) => shared,
            None => {
                let shared = mapper.allocate(&self.device, size)?;
                self.lock().usage.made += 1;
                shared
            }
        };
        let (host, device) = (host.account().clone(), device.account().clone());
        Mapped::tensor(self, shared, host, device, dtype, shape, is_result).map(Some)
    }

    pub(super) fn give_back_shared(&self, shared: Shared) {
        let size = shared.size();
        let mut free = self.lock();
        if free.usage.kept + size <= self.keep {
            free.usage.kept += size;
            free.shared.entry(size).or_default().push(shared);
        } else {
            drop(free);
            drop(shared);
        }
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
        let all = (std::mem::take(&mut free.buffers), std::mem::take(&mut free.shared));
        drop(free);
        drop(all);
    }
}

impl DeviceBuffer {
    /// The device's view of a tensor of the host, if that lies in memory which the pool's device shares.
    pub(super) fn of_shared(tensor: &TensorRef, pool: &Arc<Pool>) -> Option<DeviceBuffer> {
        Mapped::behind(tensor, pool)?;
        Some(DeviceBuffer { memory: Memory::Shared(tensor.clone()), pool: pool.clone() })
    }

    /// The tensor of the host in whose memory it is, if it is in such.
    pub(super) fn shared(&self) -> Option<&TensorRef> {
        match &self.memory {
            Memory::Own { .. } => None,
            Memory::Shared(tensor) => Some(tensor),
        }
    }

    pub(super) fn raw(&self) -> &wgpu::Buffer {
        match &self.memory {
            Memory::Own { raw, .. } => raw.as_ref().expect("there until it is dropped"),
            Memory::Shared(tensor) => tensor.lender::<Mapped>().expect("checked in `of_shared`").raw(),
        }
    }

    pub(super) fn is_of(&self, pool: &Arc<Pool>) -> bool {
        Arc::ptr_eq(&self.pool, pool)
    }

    /// Lets go of the buffer, not for others to use.
    pub(super) fn discard(mut self) {
        if let Memory::Own { raw, .. } = &mut self.memory {
            *raw = None;
        }
    }
}

impl Drop for DeviceBuffer {
    fn drop(&mut self) {
        if let Memory::Own { raw, purpose, charged, region } = &mut self.memory {
            region.account().release(*charged);
            if let Some(raw) = raw.take() {
                self.pool.give_back(*purpose, raw);
            }
        }
    }
}
