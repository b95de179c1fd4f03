//! The life of an app around its runtime: it is sent to the background, comes back, and is told that memory runs short.
//!
//! # Suspension
//! The lowest bit of a scheduler's `pressing` says that it is suspended. Workers look at that word after each message and
//! before each activation anyway: while the bit is set they end activations of other classes than Realtime after the message in
//! hand, and find work in the urgent queue only. What becomes due lies in the queues where it always does; nobody is woken for
//! it. Resuming clears the bit and wakes all workers.
//!
//! Why nothing is forgotten: the bit is cleared, then workers are woken; who puts an actor into the injector looks at the
//! bit afterwards, behind a fence. Either that one sees the bit cleared and announces, or the workers that are woken see the
//! actor.

use super::handle::Handle;
use super::scheduler::Scheduler;
use super::urgent::SUSPENDED;
use crate::region::{self, freelist};
use crate::registry::Topic;
use crate::sync::{Ordering, fence, lock};
use std::sync::Weak;

/// The topic's name.
const LOW_MEMORY: &str = "dala low memory";

/// The system needs memory: give back what can be made again. Subscribe by [`Handle::low_memory_warnings`].
#[crate::message]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LowMemory {}

impl Handle {
    /// Lets only [`Realtime`](crate::Qos::Realtime) actors run until [`Handle::resume`]: for apps that the system sends to the
    /// background. Returns at once; handlers of others that run go on to their end, or to their next `await`.
    ///
    /// Meanwhile
    /// - messages and signals wait, those of `kill` and supervisors too;
    /// - timers fire at their moments, and what they send waits; repeated ones ([`Context::tell_every`](crate::Context::tell_every))
    ///   stop, and go on at the resumption as their policy for late ticks says;
    /// - calls fail at their deadlines, as ever;
    /// - no worker wakes for what waits.
    ///
    /// Pinned actors are held back as others are. Ending the runtime resumes it. A simulation cannot be suspended.
    ///
    /// ```
    /// # struct Screen;
    /// # #[dala::actor]
    /// # impl Screen {
    /// #     #[message]
    /// #     fn draw(&mut self) -> bool { true }
    /// # }
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let runtime = dala::Runtime::new()?;
    /// let screen = runtime.spawn(Screen)?;
    /// runtime.suspend();
    /// let drawn = screen.call(Draw {});
    /// assert!(runtime.is_suspended());
    /// runtime.resume();
    /// assert!(runtime.block_on(drawn)?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn suspend(&self) {
        if let Some(simulated) = &self.scheduler.simulated {
            return simulated.note_escape(|| "the runtime was suspended".to_owned());
        }
        self.with_schedulers(|schedulers| {
            if self.scheduler.services.suspension.begin() {
                schedulers.for_each(Scheduler::suspend);
            }
        });
    }

    /// Lets all actors run again.
    pub fn resume(&self) {
        let ticks = self.with_schedulers(|schedulers| {
            let ticks = self.scheduler.services.suspension.end()?;
            schedulers.for_each(Scheduler::resume);
            Some(ticks)
        });
        ticks.into_iter().flatten().for_each(|tick| tick());
    }

    /// Whether it is suspended.
    pub fn is_suspended(&self) -> bool {
        self.scheduler.services.suspension.is_suspended()
    }

    /// Tells the runtime that memory runs short: actors that asked get [`LowMemory`], and free blocks of messages and actors
    /// go back to the system, those of this thread now, those of workers within moments. Other runtimes of the program share
    /// these blocks.
    ///
    /// ```
    /// use dala::LowMemory;
    ///
    /// struct Thumbnails { cache: Vec<Vec<u8>> }
    /// #[dala::actor(qos = "realtime")]
    /// impl Thumbnails {
    ///     #[handler]
    ///     fn trim(&mut self, _: LowMemory) { self.cache = Vec::new(); }
    ///     #[message]
    ///     fn cached(&mut self) -> u64 { self.cache.len() as u64 }
    /// }
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let runtime = dala::Runtime::new()?;
    /// let thumbnails = ThumbnailsRef::from(runtime.spawn(Thumbnails { cache: vec![vec![0; 1000]] })?);
    /// runtime.low_memory_warnings().subscribe(*thumbnails);
    /// runtime.suspend();
    /// // Of class Realtime, it hears of this although the runtime is suspended.
    /// runtime.low_memory();
    /// assert_eq!(runtime.block_on(thumbnails.cached())?, 0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn low_memory(&self) {
        self.low_memory_warnings().publish(LowMemory {});
        freelist::ask_to_trim();
        region::trim_if_asked();
        self.with_schedulers(|schedulers| schedulers.for_each(Scheduler::wake_all));
    }

    /// Where [`Handle::low_memory`] is published.
    pub fn low_memory_warnings(&self) -> Topic<LowMemory> {
        self.topic(LOW_MEMORY)
    }

    /// Calls `act` with the workers' scheduler and those of pinned threads: once at a time, and no thread is started meanwhile.
    fn with_schedulers<R>(&self, act: impl FnOnce(&mut dyn Iterator<Item = &Scheduler>) -> R) -> R {
        let services = &self.scheduler.services;
        let pinned = lock(&services.pinned);
        let main = services.main.get().and_then(Weak::upgrade);
        act(&mut pinned.iter().map(|(thread, _)| &**thread.scheduler()).chain(main.as_deref()))
    }
}

impl Scheduler {
    /// From now on only Realtime actors run.
    pub(super) fn suspend(&self) {
        self.host().pressing.fetch_or(SUSPENDED, Ordering::SeqCst);
    }

    fn resume(&self) {
        self.host().pressing.fetch_and(!SUSPENDED, Ordering::SeqCst);
        fence(Ordering::SeqCst);
        self.wake_all();
    }

    /// Wakes all workers that sleep.
    fn wake_all(&self) {
        for worker in self.idle.take_all() {
            self.remotes[worker].parker.unpark();
        }
    }
}
