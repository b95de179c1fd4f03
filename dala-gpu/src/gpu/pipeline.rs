//! Compiled shaders, kept, and how a kernel is started.

#![expect(unsafe_code, reason = "promises that our kernels' loops end")]

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::device::Shared;
use super::pool::{DeviceBuffer, Purpose};
use super::{GpuElement, GpuError};
use crate::{Region, TensorRef};

/// Shaders by their whole source.
#[derive(Default)]
pub(super) struct Pipelines {
    compiled: Mutex<HashMap<String, wgpu::ComputePipeline>>,
}

impl Pipelines {
    pub(super) fn len(&self) -> usize {
        self.compiled.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    fn get(&self, device: &wgpu::Device, source: &str) -> wgpu::ComputePipeline {
        // Held while compiling: two that want the same shader compile it once.
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pipeline) = compiled.get(source) {
            return pipeline.clone();
        }
        let described =
            wgpu::ShaderModuleDescriptor { label: None, source: wgpu::ShaderSource::Wgsl(source.into()) };
        let checks = wgpu::ShaderRuntimeChecks { force_loop_bounding: false, ..Default::default() };
        // SAFETY: each loop of our kernels counts to a bound that it does not change and that a buffer's size limits, so none
        // is endless; what they read and write is still checked.
        let module = unsafe { device.create_shader_module_trusted(described, checks) };
        let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: None,
            layout: None,
            module: &module,
            entry_point: Some("main"),
            compilation_options: Default::default(),
            cache: None,
        });
        compiled.insert(source.to_owned(), pipeline.clone());
        pipeline
    }
}

/// How many workgroups, across and down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Grid(pub(super) u32, pub(super) u32);

impl Grid {
    /// So many workgroups, in rows that a device can start.
    pub(super) fn linear(groups: u32) -> Grid {
        let across = groups.min(65535);
        Grid(across, groups.div_ceil(across.max(1)))
    }

    /// Enough workgroups of 64 for so many invocations.
    pub(super) fn of_64(invocations: u32) -> Grid {
        Grid::linear(invocations.div_ceil(64))
    }
}

impl Shared {
    /// Submits a kernel. Its source gets the element type and the parameters `p`; binding 0 is `p`, then come
    /// the inputs, then the output. Memory for the parameters is charged to `region`.
    pub(super) fn run<T: GpuElement>(
        &self,
        source: &str,
        params: &[u32],
        inputs: &[&DeviceBuffer],
        output: &DeviceBuffer,
        grid: Grid,
        region: &Region,
    ) -> Result<(), GpuError> {
        self.condition.check()?;
        if let Some(stranger) = inputs.iter().find(|input| !input.is_of(&self.pool)) {
            return Err(GpuError::Refused(format!("{stranger:?}: it belongs to another device").into()));
        }
        if grid.0 == 0 || grid.1 == 0 {
            return Ok(());
        }
        let source =
            format!("{}@group(0) @binding(0) var<storage, read> p: array<u32>;\n{source}", T::HEADER);
        let pipeline = self.pipelines.get(&self.device, &source);
        let table = self.pool.take(Purpose::Storage, params.len() * 4, region)?;
        let bytes: Vec<u8> = params.iter().flat_map(|param| param.to_ne_bytes()).collect();
        self.queue.write_buffer(table.raw(), 0, &bytes);
        let all = [&table].into_iter().chain(inputs.iter().copied()).chain([output]);
        let entries: Vec<_> = all
            .enumerate()
            .map(|(at, buffer)| wgpu::BindGroupEntry {
                binding: at as u32,
                resource: buffer.raw().as_entire_binding(),
            })
            .collect();
        let layout = pipeline.get_bind_group_layout(0);
        let descriptor = wgpu::BindGroupDescriptor { label: None, layout: &layout, entries: &entries };
        let group = self.device.create_bind_group(&descriptor);
        let mut encoder = self.device.create_command_encoder(&Default::default());
        {
            let mut pass = encoder.begin_compute_pass(&Default::default());
            pass.set_pipeline(&pipeline);
            pass.set_bind_group(0, &group, &[]);
            pass.dispatch_workgroups(grid.0, grid.1, 1);
        }
        let held = inputs.iter().copied().chain([output]).filter_map(DeviceBuffer::shared).cloned().collect();
        self.submit(encoder, held);
        Ok(())
    }

    /// Submits what was recorded, and holds tensors in shared memory until it is done. Returns its number.
    pub(super) fn submit(&self, encoder: wgpu::CommandEncoder, held: Vec<TensorRef>) -> u64 {
        let holds = !held.is_empty();
        let number = self.in_flight.submit(held, || {
            self.queue.submit([encoder.finish()]);
        });
        if holds {
            let in_flight = self.in_flight.clone();
            self.queue.on_submitted_work_done(move || in_flight.done(number));
            self.poller.look();
        }
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grids_cover_what_they_must_and_stay_startable() {
        assert_eq!(Grid::of_64(0), Grid(0, 0));
        assert_eq!(Grid::of_64(65), Grid(2, 1));
        for groups in [1, 65535, 65536, 1 << 26] {
            let Grid(across, down) = Grid::linear(groups);
            assert!(across <= 65535 && down <= 65535);
            assert!(u64::from(across) * u64::from(down) >= u64::from(groups));
        }
    }
}
