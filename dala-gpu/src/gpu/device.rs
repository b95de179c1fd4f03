//! One opened device.
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::GpuError;
use super::in_flight::InFlight;
use super::pipeline::Pipelines;
use super::poller::Poller;
use super::pool::Pool;
use crate::Region;

/// Which GPU to open, and how much of it to use.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GpuOptions {
    /// Whether a driver that computes on the CPU will do. It is good for tests, never for speed.
    pub software: bool,
    /// Prefer the GPU that takes less power.
    pub low_power: bool,
    /// Whether kernels may compute with `f16` where the adapter can. Else those tensors are refused
    /// ([`GpuError::NoType`]); [`crate::cpu::convert`] makes others of them.
    pub f16: bool,
    /// A part of the adapter's name that it must have, in any case.
    pub name: Option<String>,
    /// Bytes that tensors on the device may take.
    pub limit: usize,
    /// Bytes of free buffers that are kept for later.
    pub keep: usize,
}

impl Default for GpuOptions {
    fn default() -> Self {
        Self { software: false, low_power: false, f16: true, name: None, limit: 1 << 30, keep: 256 << 20 }
    }
}

impl GpuOptions {
    /// Any adapter, one that computes on the CPU too.
    pub fn any() -> Self {
        Self { software: true, ..Self::default() }
    }
}

/// A GPU that is open. Cloning shares it; the last one closes it.
///
/// ```
/// use dala_gpu::gpu::{Gpu, GpuError, GpuOptions};
/// use dala_gpu::{Region, Shape};
///
/// let gpu = match Gpu::open(&GpuOptions::any()) {
///     Ok(gpu) => gpu,
///     Err(GpuError::NoAdapter(why)) => return Ok(println!("no GPU here: {why}")),
///     Err(error) => return Err(error.into()),
/// };
/// let region = Region::with_limit(1 << 20);
/// let a = gpu.upload(&region.tensor(Shape::new(&[2, 2])?, &[1.0f32, 2.0, 3.0, 4.0])?)?;
/// let squared = gpu.download(&region, &gpu.matmul(&a, &a)?)?.wait()?;
/// assert_eq!(squared.to_vec(), [7.0, 10.0, 15.0, 22.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Gpu {
    pub(super) shared: Arc<Shared>,
    /// Where what is made through this handle is charged on the device.
    pub(super) region: Region,
    /// Where results are charged on the host, if they are to lie in memory that it shares.
    pub(super) results: Option<Region>,
}

/// What all clones share.
pub(super) struct Shared {
    pub(super) device: Arc<wgpu::Device>,
    pub(super) queue: wgpu::Queue,
    pub(super) info: wgpu::AdapterInfo,
    pub(super) has_f16: bool,
    pub(super) pool: Arc<Pool>,
    pub(super) pipelines: Pipelines,
    pub(super) poller: Poller,
    pub(super) condition: Arc<Condition>,
    pub(super) in_flight: Arc<InFlight>,
}

/// Whether the device is well.
#[derive(Default)]
pub(super) struct Condition {
    state: Mutex<State>,
}

/// Is told why the device is lost.
type Listener = Box<dyn FnOnce(&str) + Send>;

#[derive(Default)]
struct State {
    lost: Option<Box<str>>,
    refused: Option<Box<str>>,
    listeners: Vec<Listener>,
}

impl Condition {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The error to give instead of going on, if there is one. A refusal is told once.
    pub(super) fn check(&self) -> Result<(), GpuError> {
        let mut state = self.lock();
        if let Some(why) = &state.lost {
            return Err(GpuError::Lost(why.clone()));
        }
        match state.refused.take() {
            Some(why) => Err(GpuError::Refused(why)),
            None => Ok(()),
        }
    }

    pub(super) fn note_lost(&self, why: &str) {
        let listeners = {
            let mut state = self.lock();
            if state.lost.is_some() {
                return;
            }
            state.lost = Some(why.into());
            std::mem::take(&mut state.listeners)
        };
        listeners.into_iter().for_each(|listener| listener(why));
    }

    fn note_refused(&self, why: String) {
        self.lock().refused.get_or_insert(why.into());
    }

    fn on_lost(&self, listener: Listener) {
        let mut state = self.lock();
        match state.lost.clone() {
            None => state.listeners.push(listener),
            Some(why) => {
                drop(state);
                listener(&why);
            }
        }
    }
}

impl std::fmt::Debug for Gpu {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gpu").field("name", &self.name()).field("pool", &self.usage()).finish_non_exhaustive()
    }
}

impl Gpu {
    /// Opens a GPU. Takes between ten milliseconds and a second, in the driver: from an actor, on a thread.
    ///
    /// # Errors
    /// [`GpuError::NoAdapter`] when there is none that `options` want, [`GpuError::NoDevice`],
    /// [`GpuError::NoThread`].
    pub fn open(options: &GpuOptions) -> Result<Gpu, GpuError> {
        let adapter = choose(options)?;
        let info = adapter.get_info();
        let has_f16 = options.f16 && adapter.features().contains(wgpu::Features::SHADER_F16);
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("dala"),
            required_features: if has_f16 { wgpu::Features::SHADER_F16 } else { wgpu::Features::empty() },
            required_limits: adapter.limits(),
            ..Default::default()
        };
        let opened = ready(adapter.request_device(&descriptor));
        let (device, queue) = opened.map_err(|error| GpuError::NoDevice(error.to_string().into()))?;
        let condition = Arc::new(Condition::default());
        let noted = condition.clone();
        device.set_device_lost_callback(move |reason, message| {
            noted.note_lost(&if message.is_empty() { format!("{reason:?}") } else { message });
        });
        let noted = condition.clone();
        // Without this wgpu would panic.
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| noted.note_refused(error.to_string())));
        let device = Arc::new(device);
        let poller = Poller::start(device.clone(), condition.clone())?;
        let region = Region::with_limit(options.limit);
        let pool = Arc::new(Pool::new(device.clone(), options.keep));
        let (pipelines, in_flight) = (Pipelines::default(), Arc::default());
        let shared = Shared { device, queue, info, has_f16, pool, pipelines, poller, condition, in_flight };
        Ok(Gpu { shared: Arc::new(shared), region, results: None })
    }

    /// The adapter's name.
    pub fn name(&self) -> &str {
        &self.shared.info.name
    }

    /// Whether the driver computes on the CPU.
    pub fn is_software(&self) -> bool {
        self.shared.info.device_type == wgpu::DeviceType::Cpu
    }

    /// Whether kernels take `f16`.
    pub fn has_f16(&self) -> bool {
        self.shared.has_f16
    }

    /// The region that tensors on the device are counted in, apart from those of the host.
    pub fn region(&self) -> &Region {
        &self.region
    }

    /// The same device for one actor: what is made through this handle counts against `limit` bytes of the actor's too, and
    /// [`Region::by_actor`] of the device's region lists it.
    pub fn for_actor(&self, owner: impl Into<dala::Pid>, limit: usize) -> Gpu {
        Gpu { region: self.region.for_actor(owner, limit), ..self.clone() }
    }

    /// Whether the device's memory is the host's: then [`Gpu::zeros`] and [`Gpu::with_results_in`] spare copies.
    pub fn shares_memory(&self) -> bool {
        self.shared.pool.shares()
    }

    /// The same device, whose kernels put their results where the host has them too, if it shares memory: downloading one
    /// is waiting for it, and copies nothing. They are charged to `region` and to the device's. Without shared memory it makes
    /// no difference.
    pub fn with_results_in(&self, region: &Region) -> Gpu {
        Gpu { results: Some(region.clone()), ..self.clone() }
    }

    /// Shaders that were compiled so far.
    pub fn pipelines(&self) -> usize {
        self.shared.pipelines.len()
    }

    /// Whether it is lost, or refused something since the last look.
    ///
    /// # Errors
    /// [`GpuError::Lost`], [`GpuError::Refused`].
    pub fn check(&self) -> Result<(), GpuError> {
        self.shared.condition.check()
    }

    /// Calls `listener` when the device is lost, with the reason; at once if it is.
    pub fn on_lost(&self, listener: impl FnOnce(&str) + Send + 'static) {
        self.shared.condition.on_lost(Box::new(listener));
    }

    /// Closes the device for all who share it: to them it is lost.
    pub fn destroy(&self) {
        self.shared.device.destroy();
        self.shared.condition.note_lost("destroyed");
        self.shared.poller.look();
    }
}

fn choose(options: &GpuOptions) -> Result<wgpu::Adapter, GpuError> {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
    let mut adapters = ready(instance.enumerate_adapters(wgpu::Backends::VULKAN));
    let count = adapters.len();
    let wanted = options.name.as_ref().map(|name| name.to_lowercase());
    adapters.retain(|adapter| {
        let info = adapter.get_info();
        (options.software || info.device_type != wgpu::DeviceType::Cpu)
            && wanted.as_ref().is_none_or(|name| info.name.to_lowercase().contains(name))
    });
    let rank = |adapter: &wgpu::Adapter| match (adapter.get_info().device_type, options.low_power) {
        (wgpu::DeviceType::DiscreteGpu, false) | (wgpu::DeviceType::IntegratedGpu, true) => 0,
        (wgpu::DeviceType::DiscreteGpu | wgpu::DeviceType::IntegratedGpu, _) => 1,
        (wgpu::DeviceType::VirtualGpu, _) => 2,
        (wgpu::DeviceType::Other, _) => 3,
        (wgpu::DeviceType::Cpu, _) => 4,
    };
    adapters.sort_by_key(rank);
    let none = || {
        let why = match count {
            0 => "no Vulkan driver gives one".to_owned(),
            _ => format!("none of the {count} there are is what was asked for ({options:?})"),
        };
        GpuError::NoAdapter(why.into())
    };
    adapters.into_iter().next().ok_or_else(none)
}

/// The value of a future that wgpu makes native calls for: it is ready, or soon will be.
pub(super) fn ready<F: Future>(future: F) -> F::Output {
    struct Unpark(std::thread::Thread);
    impl std::task::Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Arc::new(Unpark(std::thread::current())).into();
    let mut context = std::task::Context::from_waker(&waker);
    let mut future = std::pin::pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            std::task::Poll::Ready(value) => return value,
            std::task::Poll::Pending => std::thread::park_timeout(Duration::from_millis(100)),
        }
    }
}
