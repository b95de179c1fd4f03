//! Memory that the host and the GPU both have: where they share one, a tensor in it goes to a kernel and back with no
//! byte copied.
//!
//! wgpu maps buffers too, but takes the memory away when the device is lost, whoever looks at it. So the memory is
//! allocated here, by Vulkan, mapped once for its whole life, and lent to wgpu.
//!
//! Invariants:
//! - A block's memory stays mapped, and its buffer alive, until both the host's side ([`Mapped`]) and wgpu's let go of
//!   it. wgpu does so when the device no longer works with the buffer, or is lost.
//! - Kernels write a block only when it was made for their result; the host sees it after the device has done them, and
//!   a barrier made the writes visible (`transfer.rs`). From then on both only read it, or the host alone writes it:
//!   what the device is still to read is held as a reader (`in_flight.rs`).
//! - The memory is coherent: nothing is to be flushed.
#![expect(unsafe_code, reason = "allocates memory by Vulkan's functions, and lends it to wgpu")]
use std::fmt;
use std::ptr::NonNull;
use std::sync::Arc;

use ash::vk;
use wgpu::hal::api::Vulkan;

use super::GpuError;
use super::pool::Pool;
use crate::region::account::Account;
use crate::region::buffer::{ALIGNMENT, Buffer, Lender};
use crate::{DType, Shape, TensorRef};

/// What memory must be for both sides to work in it at full speed: the device's own, and cached by the processor. A
/// discrete GPU has none such.
const SHARED: vk::MemoryPropertyFlags = vk::MemoryPropertyFlags::from_raw(
    vk::MemoryPropertyFlags::DEVICE_LOCAL.as_raw()
        | vk::MemoryPropertyFlags::HOST_VISIBLE.as_raw()
        | vk::MemoryPropertyFlags::HOST_COHERENT.as_raw()
        | vk::MemoryPropertyFlags::HOST_CACHED.as_raw(),
);

/// Allocates shared memory of one device, which has some.
pub(super) struct Mapper {
    functions: Arc<ash::Device>,
    /// The memory types that will do, a bit each.
    types: u32,
}

/// A piece of memory and the buffer that covers it.
struct Block {
    functions: Arc<ash::Device>,
    memory: vk::DeviceMemory,
    buffer: vk::Buffer,
    start: NonNull<u8>,
    size: u64,
}

// SAFETY: the address is that of memory which no thread owns; who may touch it when is said above.
unsafe impl Send for Block {}
// SAFETY: as above.
unsafe impl Sync for Block {}

impl Drop for Block {
    fn drop(&mut self) {
        // SAFETY: made in `Mapper::allocate`, destroyed once. The device lives: who drops this is wgpu, or a `Shared`, which
        // lets go of the block before it lets go of wgpu's buffer, and so of the device. The device does not use it any
        // more (module's invariant).
        unsafe { self.functions.destroy_buffer(self.buffer, None) };
        // SAFETY: as above. Freeing unmaps.
        unsafe { self.functions.free_memory(self.memory, None) };
    }
}

/// A block, as wgpu knows it.
pub(super) struct Shared {
    /// Before `raw`: see `Block::drop`.
    block: Arc<Block>,
    raw: wgpu::Buffer,
}

impl Shared {
    pub(super) fn size(&self) -> u64 {
        self.block.size
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} shared bytes at {:p}", self.block.size, self.block.start)
    }
}

impl Mapper {
    /// Of a device whose memory is the host's too.
    pub(super) fn of(device: &wgpu::Device) -> Option<Mapper> {
        // SAFETY: nothing is destroyed through it.
        let hal = unsafe { device.as_hal::<Vulkan>() }?;
        let instance = hal.shared_instance().raw_instance();
        // SAFETY: the device's own instance and physical device.
        let properties = unsafe { instance.get_physical_device_memory_properties(hal.raw_physical_device()) };
        let types = properties.memory_types_as_slice().iter().enumerate();
        let types = types.filter(|(_, one)| one.property_flags.contains(SHARED));
        let types = types.fold(0, |bits, (at, _)| bits | 1u32 << at);
        (types != 0).then(|| Mapper { functions: Arc::new(hal.raw_device().clone()), types })
    }

    /// A new block of `size` zeros.
    pub(super) fn allocate(&self, device: &wgpu::Device, size: u64) -> Result<Shared, GpuError> {
        let no_memory = |_| GpuError::OutOfMemory(size);
        let usage = vk::BufferUsageFlags::STORAGE_BUFFER
            | vk::BufferUsageFlags::TRANSFER_SRC
            | vk::BufferUsageFlags::TRANSFER_DST;
        let info = vk::BufferCreateInfo::default().size(size).usage(usage);
        // SAFETY: the device lives as long as `device`, which the caller has; so in the calls below.
        let buffer = unsafe { self.functions.create_buffer(&info, None) }.map_err(no_memory)?;
        let block = self.back(buffer, size).inspect_err(|_| {
            // SAFETY: made above, and nobody has it.
            unsafe { self.functions.destroy_buffer(buffer, None) };
        })?;
        let block = Arc::new(block);
        let (lent, size) = (block.clone(), block.size);
        // SAFETY: the buffer outlives what is made of it, which holds the block. wgpu never maps it: its usage says so.
        let hal = unsafe {
            wgpu::hal::vulkan::Buffer::from_raw_externally_owned(buffer, Box::new(move || drop(lent)))
        };
        let descriptor = wgpu::BufferDescriptor {
            label: Some("dala shared"),
            size,
            usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        };
        // SAFETY: of this device, as described, of a size that is not 0, and initialised with zeros.
        let raw = unsafe { device.create_buffer_from_hal::<Vulkan>(hal, &descriptor) };
        Ok(Shared { block, raw })
    }

    /// Memory for a buffer, mapped and zeroed.
    fn back(&self, buffer: vk::Buffer, size: u64) -> Result<Block, GpuError> {
        let no_memory = |_| GpuError::OutOfMemory(size);
        // SAFETY: a living buffer.
        let needs = unsafe { self.functions.get_buffer_memory_requirements(buffer) };
        let types = needs.memory_type_bits & self.types;
        if types == 0 {
            return Err(GpuError::OutOfMemory(size));
        }
        let info = vk::MemoryAllocateInfo::default()
            .allocation_size(needs.size)
            .memory_type_index(types.trailing_zeros());
        // SAFETY: the type is one of the device's.
        let memory = unsafe { self.functions.allocate_memory(&info, None) }.map_err(no_memory)?;
        let mapped = (|| {
            // SAFETY: neither is bound yet, and the memory is of the size and type that the buffer needs.
            unsafe { self.functions.bind_buffer_memory(buffer, memory, 0) }.map_err(no_memory)?;
            // SAFETY: the memory is visible to the host, and not mapped yet.
            let start =
                unsafe { self.functions.map_memory(memory, 0, vk::WHOLE_SIZE, vk::MemoryMapFlags::empty()) };
            // Vulkan maps on a border of 64 bytes at least ("minMemoryMapAlignment").
            let start = NonNull::new(start.map_err(no_memory)?.cast::<u8>());
            start
                .filter(|start| start.addr().get().is_multiple_of(ALIGNMENT))
                .ok_or(GpuError::OutOfMemory(size))
        })();
        let start = mapped.inspect_err(|_| {
            // SAFETY: allocated above, and nobody uses it.
            unsafe { self.functions.free_memory(memory, None) };
        })?;
        let block = Block { functions: self.functions.clone(), memory, buffer, start, size };
        block.clear();
        Ok(block)
    }
}

impl Block {
    /// Makes all bytes zero. For blocks that nobody else knows of.
    fn clear(&self) {
        let size = usize::try_from(self.size).expect("it is mapped");
        // SAFETY: as many mapped bytes, of which nobody else knows.
        unsafe { self.start.write_bytes(0, size) };
    }
}

/// A block behind a tensor of the host, from a pool, to which it returns.
pub(super) struct Mapped {
    shared: Option<Shared>,
    charged: usize,
    /// Where the device's memory is counted.
    account: crate::sync::Arc<Account>,
    pool: Arc<Pool>,
}

impl fmt::Debug for Mapped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.shared.fmt(f)
    }
}

impl Lender for Mapped {}

impl Mapped {
    /// A tensor in a block: charged to `account` as the host's, and to `devices` as the device's. With what is in the block,
    /// if that is some number of the type, else with zeros.
    pub(super) fn tensor(
        pool: &Arc<Pool>,
        shared: Shared,
        account: crate::sync::Arc<Account>,
        devices: crate::sync::Arc<Account>,
        dtype: DType,
        shape: Shape,
        is_result: bool,
    ) -> Result<TensorRef, GpuError> {
        let (start, bytes) = (shared.block.start, shape.elements() * dtype.bytes());
        assert!(bytes as u64 <= shared.size(), "the block was taken for this tensor");
        if !is_result || dtype == DType::Bool {
            shared.block.clear();
        }
        if let Err(error) = devices.charge(bytes) {
            pool.give_back_shared(shared);
            return Err(error.into());
        }
        let lender = Mapped { shared: Some(shared), charged: bytes, account: devices, pool: pool.clone() };
        // SAFETY: the block is mapped at this address as long as the lender has it, was initialised when it was made, and is
        // large enough. The device writes it before the host sees it, and reads it as a reader (module's invariants).
        let buffer = unsafe { Buffer::lent(account, dtype, shape.elements(), start, Box::new(lender)) }?;
        Ok(TensorRef::dense(crate::sync::Arc::new(buffer), dtype, shape))
    }

    pub(super) fn raw(&self) -> &wgpu::Buffer {
        &self.shared.as_ref().expect("there until it is dropped").raw
    }

    /// The block that a tensor lies in, if it is one of the pool's.
    pub(super) fn behind<'a>(tensor: &'a TensorRef, pool: &Arc<Pool>) -> Option<&'a Mapped> {
        tensor.lender::<Mapped>().filter(|mapped| Arc::ptr_eq(&mapped.pool, pool))
    }
}

impl Drop for Mapped {
    fn drop(&mut self) {
        self.account.release(self.charged);
        if let Some(shared) = self.shared.take() {
            self.pool.give_back_shared(shared);
        }
    }
}
