//! A device as a supervised resource.
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dala::supervise::ChildSpec;
use dala::{Context, ExitReason, SpawnOptions};

use super::{Gpu, GpuError, GpuOptions};
use crate::oneshot::oneshot;

/// How actors find the device that runs now. Shared by cloning; survives the device.
///
/// ```
/// use dala::supervise::Supervisor;
/// use dala_gpu::gpu::{GpuLink, GpuOptions};
///
/// let runtime = dala::Runtime::new()?;
/// let link = GpuLink::new();
/// let child = link.child("gpu", GpuOptions::any());
/// match runtime.block_on(Supervisor::new().child(child).start(&runtime)) {
///     Ok(_) => println!("computing on {}", link.current()?.name()),
///     Err(error) => println!("no GPU here: {error}"),
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct GpuLink {
    current: Arc<Mutex<Current>>,
}

#[derive(Debug, Default)]
struct Current {
    gpu: Option<Gpu>,
    opened: u64,
    why: Option<Box<str>>,
}

impl GpuLink {
    /// A link to no device yet.
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, Current> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The device that runs now.
    ///
    /// # Errors
    /// [`GpuError::Lost`] while it is being opened again, [`GpuError::NoDevice`] when none was opened yet.
    pub fn current(&self) -> Result<Gpu, GpuError> {
        let current = self.lock();
        match (&current.gpu, &current.why) {
            (Some(gpu), _) => Ok(gpu.clone()),
            (None, Some(why)) => Err(GpuError::Lost(why.clone())),
            (None, None) => Err(GpuError::NoDevice("it was not started".into())),
        }
    }

    /// How many times a device was opened.
    pub fn opened(&self) -> u64 {
        self.lock().opened
    }

    /// A child for a supervisor: an actor that opens a device, on a thread, and ends when it is lost; the
    /// supervisor then opens it again. No adapter: the start fails, with that reason.
    pub fn child(&self, id: impl Into<String>, options: GpuOptions) -> ChildSpec {
        let link = self.clone();
        ChildSpec::starting(id, move || {
            let (link, options) = (link.clone(), options.clone());
            async move { link.start(options).await.map_err(|error| ExitReason::custom(error.to_string())) }
        })
    }

    async fn start(self, options: GpuOptions) -> Result<dala::Pid, GpuError> {
        let (sender, receiver) = oneshot();
        let thread = std::thread::Builder::new().name("dala-gpu-open".to_owned());
        let opening = thread.spawn(move || sender.send(Gpu::open(&options)));
        opening.map_err(|error| GpuError::NoThread(error.to_string().into()))?;
        let gpu = receiver.await.unwrap_or_else(|| Err(GpuError::NoDevice("the driver panicked".into())))?;
        let actor = GpuActor { gpu: gpu.clone(), link: self.clone() };
        let actor = dala::spawn_with(actor, &SpawnOptions::default().linked());
        let actor = actor.map_err(|error| GpuError::NoDevice(error.to_string().into()))?;
        {
            let mut current = self.lock();
            current.gpu = Some(gpu.clone());
            current.opened += 1;
        }
        // At once if it was lost meanwhile.
        gpu.on_lost(move |why| drop(actor.tell(DeviceLost { why: why.to_owned() })));
        Ok(actor.pid())
    }
}

/// The actor that stands for a device: it ends with the device, and the device's clients with their next
/// operation.
#[derive(Debug)]
pub struct GpuActor {
    gpu: Gpu,
    link: GpuLink,
}

/// The driver reports that the device is gone.
#[dala::message]
#[derive(Debug)]
pub struct DeviceLost {
    /// What it says.
    pub why: String,
}

#[dala::actor]
impl GpuActor {
    #[handler(priority = "critical")]
    fn lost(&mut self, lost: DeviceLost, ctx: &mut Context<Self>) {
        ctx.stop(ExitReason::custom(format!("the GPU device is lost: {}", lost.why)));
    }

    #[terminate]
    fn ended(&mut self, reason: &ExitReason) {
        let mut current = self.link.lock();
        let is_ours = current.gpu.as_ref().is_some_and(|gpu| Arc::ptr_eq(&gpu.shared, &self.gpu.shared));
        if is_ours {
            current.gpu = None;
            current.why = Some(format!("{reason:?}").into());
        }
    }
}
