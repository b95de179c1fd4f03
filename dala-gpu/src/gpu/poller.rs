//! The thread that waits for the device, so that no worker does.
//!
//! It sleeps while nothing is awaited. When the device is lost, everything that is awaited fails.
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Poll, Waker};

use super::GpuError;
use super::device::Condition;

/// Something that the device will have done.
#[derive(Default)]
pub(super) struct Awaited {
    state: Mutex<AwaitedState>,
    changed: Condvar,
}

#[derive(Default)]
struct AwaitedState {
    done: Option<Result<(), GpuError>>,
    waker: Option<Waker>,
}

impl Awaited {
    fn lock(&self) -> MutexGuard<'_, AwaitedState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes the end; the first counts.
    pub(super) fn finish(&self, result: Result<(), GpuError>) {
        let mut state = self.lock();
        if state.done.is_none() {
            state.done = Some(result);
            let waker = state.waker.take();
            drop(state);
            self.changed.notify_all();
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    }

    pub(super) fn poll(&self, waker: &Waker) -> Poll<Result<(), GpuError>> {
        let mut state = self.lock();
        match &state.done {
            Some(result) => Poll::Ready(result.clone()),
            None => {
                state.waker = Some(waker.clone());
                Poll::Pending
            }
        }
    }

    pub(super) fn wait(&self) -> Result<(), GpuError> {
        let state = self.lock();
        let waited = self.changed.wait_while(state, |state| state.done.is_none());
        let state = waited.unwrap_or_else(PoisonError::into_inner);
        state.done.clone().expect("waited for it")
    }

    fn is_done(&self) -> bool {
        self.lock().done.is_some()
    }
}

/// The thread, and what it waits for.
pub(super) struct Poller {
    shared: Arc<PollerShared>,
    thread: Option<std::thread::JoinHandle<()>>,
}

struct PollerShared {
    state: Mutex<PollerState>,
    changed: Condvar,
}

#[derive(Default)]
struct PollerState {
    awaited: Vec<Weak<Awaited>>,
    has_news: bool,
    is_ending: bool,
}

impl PollerShared {
    fn lock(&self) -> MutexGuard<'_, PollerState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Poller {
    pub(super) fn start(device: Arc<wgpu::Device>, condition: Arc<Condition>) -> Result<Poller, GpuError> {
        let shared = Arc::new(PollerShared { state: Mutex::default(), changed: Condvar::new() });
        let inside = shared.clone();
        let thread = std::thread::Builder::new().name("dala-gpu".to_owned());
        let thread = thread.spawn(move || inside.run(&device, &condition));
        let thread = thread.map_err(|error| GpuError::NoThread(error.to_string().into()))?;
        Ok(Poller { shared, thread: Some(thread) })
    }

    /// Waits for `awaited`, which was submitted.
    pub(super) fn watch(&self, awaited: &Arc<Awaited>) {
        let mut state = self.shared.lock();
        state.awaited.push(Arc::downgrade(awaited));
        state.has_news = true;
        drop(state);
        self.shared.changed.notify_one();
    }

    /// Looks again: the device may be lost.
    pub(super) fn look(&self) {
        self.shared.lock().has_news = true;
        self.shared.changed.notify_one();
    }
}

impl PollerShared {
    fn run(&self, device: &wgpu::Device, condition: &Condition) {
        loop {
            {
                let state = self.lock();
                let news = self.changed.wait_while(state, |state| !state.has_news && !state.is_ending);
                let mut state = news.unwrap_or_else(PoisonError::into_inner);
                if state.is_ending {
                    break;
                }
                state.has_news = false;
            }
            // Callbacks of what is done are called in here.
            if let Err(error) = device.poll(wgpu::PollType::wait_indefinitely()) {
                condition.note_lost(&error.to_string());
            }
            let lost = match condition.check() {
                Err(GpuError::Lost(why)) => Some(GpuError::Lost(why)),
                Err(refused) => {
                    self.fail_all(&refused);
                    None
                }
                Ok(()) => None,
            };
            if let Some(lost) = lost {
                self.fail_all(&lost);
            }
            self.lock().awaited.retain(|awaited| awaited.upgrade().is_some_and(|awaited| !awaited.is_done()));
        }
        self.fail_all(&GpuError::Lost("closed".into()));
    }

    fn fail_all(&self, error: &GpuError) {
        let awaited = std::mem::take(&mut self.lock().awaited);
        awaited.iter().filter_map(Weak::upgrade).for_each(|awaited| awaited.finish(Err(error.clone())));
    }
}

impl Drop for Poller {
    fn drop(&mut self) {
        self.shared.lock().is_ending = true;
        self.shared.changed.notify_one();
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != std::thread::current().id()
        {
            // A panic in a callback was reported where it happened.
            let _ = thread.join();
        }
    }
}
