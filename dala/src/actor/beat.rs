//! What a worker runs right now, for the watchdog to see.

use crate::message::NodeVtable;
use crate::pid::{NOBODY, Pid};
use crate::sync::{AtomicPtr, AtomicU64, Ordering, fence};
use std::ptr::null_mut;

/// Written by one worker, read by the watchdog. Values may be of different moments; `steps` tells whether any time passed.
#[derive(Debug)]
pub(crate) struct Beat {
    pid: AtomicU64,
    message: AtomicPtr<NodeVtable>,
    /// Activations and messages so far.
    steps: AtomicU64,
}

impl Beat {
    pub(crate) fn new() -> Beat {
        Beat {
            pid: AtomicU64::new(NOBODY.to_bits()),
            message: AtomicPtr::new(null_mut()),
            steps: AtomicU64::new(0),
        }
    }

    fn step(&self) {
        // One writer: no exchange needed.
        self.steps.store(self.steps.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
    }

    /// The worker runs `pid` from now on, or nobody.
    pub(crate) fn begin(&self, pid: Pid) {
        self.message.store(null_mut(), Ordering::Relaxed);
        self.pid.store(pid.to_bits(), Ordering::Relaxed);
        self.step();
        // Before the look at whether the watchdog is armed (`sched::watchdog`).
        fence(Ordering::SeqCst);
    }

    /// The worker runs nobody.
    pub(crate) fn end(&self) {
        self.pid.store(NOBODY.to_bits(), Ordering::Relaxed);
    }

    /// A message is handled from now on.
    pub(crate) fn message(&self, vtable: &'static NodeVtable) {
        self.message.store((&raw const *vtable).cast_mut(), Ordering::Relaxed);
        self.step();
    }

    /// Who runs, what is handled, and the step.
    #[expect(unsafe_code, reason = "reads a vtable by its address")]
    pub(crate) fn look(&self) -> (Option<Pid>, Option<&'static NodeVtable>, u64) {
        let steps = self.steps.load(Ordering::Relaxed);
        let pid = Pid::from_bits(self.pid.load(Ordering::Relaxed));
        // SAFETY: `message` stores addresses of statics only.
        let message = unsafe { self.message.load(Ordering::Relaxed).as_ref() };
        ((pid != NOBODY).then_some(pid), message, steps)
    }
}
