//! Reports handlers that hold a worker too long.
//!
//! Workers note what they run in their [`Beat`]. A timer of the machine's clock looks at them twice in each limit, while any
//! of them runs something; the last look that finds none disarms it, and the next activation arms it again. So an idle runtime
//! has no timer. Either the worker, which notes what it runs, then looks whether the watchdog is armed, sees it disarmed,
//! or the timer, which disarms, then looks at the workers, sees what runs: both have a fence between.

use crate::actor::beat::Beat;
use crate::actor::process;
use crate::message::exit;
use crate::pid::Pid;
use crate::sync::{Arc, AtomicBool, Mutex, Ordering, fence, lock};
use crate::timer::{Action, Timers};
use crossbeam_utils::CachePadded;
use std::time::Duration;

/// A handler that has held a worker for longer than the limit of [`Builder::watchdog`](crate::Builder::watchdog).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LongHandler {
    /// The actor.
    pub pid: Pid,
    /// The name of its type.
    pub actor: &'static str,
    /// The type of the message that it handles; none if it is a hook, or not a native actor.
    pub message: Option<&'static str>,
    /// How long it has held its worker, at least.
    pub held: Duration,
    /// Which worker.
    pub worker: usize,
}

type Hook = Arc<dyn Fn(&LongHandler) + Send + Sync>;

/// What the builder was told.
#[derive(Clone)]
pub(crate) struct WatchOptions {
    pub(crate) limit: Duration,
    pub(crate) hook: Hook,
}

impl std::fmt::Debug for WatchOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WatchOptions").field("limit", &self.limit).finish_non_exhaustive()
    }
}

/// The watchdog of one scheduler.
#[derive(Debug)]
pub(crate) struct Watchdog {
    options: WatchOptions,
    beats: Box<[CachePadded<Beat>]>,
    is_armed: AtomicBool,
    seen: Mutex<Vec<Seen>>,
}

/// A worker when it was last looked at.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    steps: u64,
    /// When it was first seen at this step.
    since: u64,
    is_reported: bool,
}

impl Watchdog {
    pub(crate) fn new(options: WatchOptions, workers: usize) -> Arc<Watchdog> {
        Arc::new(Watchdog {
            options,
            beats: (0..workers).map(|_| CachePadded::new(Beat::new())).collect(),
            is_armed: AtomicBool::new(false),
            seen: Mutex::new(vec![Seen::default(); workers]),
        })
    }

    pub(crate) fn beat(&self, worker: usize) -> &Beat {
        &self.beats[worker]
    }

    /// The worker begins an activation.
    #[inline]
    pub(crate) fn begin(self: &Arc<Self>, worker: usize, pid: Pid) {
        self.beats[worker].begin(pid);
        if !self.is_armed.load(Ordering::Relaxed) && !self.is_armed.swap(true, Ordering::SeqCst) {
            self.arm();
        }
    }

    fn arm(self: &Arc<Self>) {
        let (timers, dog) = (Timers::real(), self.clone());
        let wait = (self.options.limit / 2).max(Duration::from_micros(100));
        timers.arm(timers.deadline(wait), Action::Run(Box::new(move || dog.look())));
    }

    fn look(self: Arc<Self>) {
        let now = Timers::real().now();
        let mut long = Vec::new();
        let mut any = false;
        for (worker, (beat, seen)) in self.beats.iter().zip(lock(&self.seen).iter_mut()).enumerate() {
            let (Some(pid), message, steps) = beat.look() else { continue };
            any = true;
            if seen.steps != steps {
                *seen = Seen { steps, since: now, is_reported: false };
            }
            let held = Duration::from_nanos(now - seen.since);
            if held >= self.options.limit && !seen.is_reported {
                seen.is_reported = true;
                let actor = process::name_of_type(pid).unwrap_or_default();
                let message = message.map(|vtable| vtable.type_name());
                long.push(LongHandler { pid, actor, message, held, worker });
            }
        }
        // The watchdog looks again although its hook panics.
        long.iter().for_each(|long| exit::contain("the watchdog's hook", || (self.options.hook)(long)));
        if !any {
            self.is_armed.store(false, Ordering::SeqCst);
            fence(Ordering::SeqCst);
            let is_idle = self.beats.iter().all(|beat| beat.look().0.is_none());
            if is_idle || self.is_armed.swap(true, Ordering::SeqCst) {
                return;
            }
        }
        self.arm();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timer::block_on;
    use crate::{Local, Runtime};
    use std::sync::mpsc;

    struct Spinner;

    #[dala::actor]
    impl Spinner {
        #[message]
        fn spin(&mut self, until: Local<Arc<AtomicBool>>) {
            while !until.load(Ordering::Acquire) {
                std::hint::spin_loop();
            }
        }
    }

    #[test]
    fn a_handler_that_holds_its_worker_is_reported_once_with_actor_and_message() {
        let (sender, reports) = mpsc::channel();
        let until = Arc::new(AtomicBool::new(false));
        let (limit, release) = (Duration::from_millis(4), until.clone());
        let watch = move |long: &LongHandler| {
            let _ = sender.send(long.clone());
            release.store(true, Ordering::Release);
        };
        let runtime = Runtime::builder().workers(1).watchdog(limit, watch).build().unwrap();
        let spinner = SpinnerRef::from(runtime.spawn(Spinner).unwrap());
        block_on(spinner.call_forever(Spin { until: Local(until) })).unwrap();
        let long = reports.recv().unwrap();
        assert_eq!((long.pid, long.actor, long.message), (spinner.pid(), "Spinner", Some("Spin")));
        assert!(long.held >= limit);
        // Once: it was reported while it ran, however often the watchdog looked.
        drop(runtime);
        assert!(reports.try_iter().all(|other| other.pid != long.pid));
    }
}
