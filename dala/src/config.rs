//! How a runtime is set up.

use crate::energy::Energy;
use crate::message::report::{Hook, Report};
use crate::observe::ObserverOptions;
use crate::runtime::Runtime;
use crate::sched::watchdog::{LongHandler, WatchOptions};
use crate::sync::Arc;
use crate::timer::Clock;
use std::time::Duration;

/// Who gets the reports, if not standard error.
#[derive(Clone)]
pub(crate) struct ReportHook(pub(crate) Option<Hook>);

impl std::fmt::Debug for ReportHook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() { "ReportHook" } else { "standard error" })
    }
}

/// What a [`Runtime`] is made of; see the methods for the defaults.
#[derive(Clone, Debug)]
pub struct Builder {
    /// One a core.
    pub(crate) workers: Option<usize>,
    pub(crate) name: String,
    pub(crate) tokio: Option<tokio::runtime::Handle>,
    pub(crate) clock: Clock,
    pub(crate) watch: Option<WatchOptions>,
    pub(crate) energy: Option<Energy>,
    pub(crate) observe: ObserverOptions,
    pub(crate) reports: ReportHook,
}

impl Default for Builder {
    fn default() -> Builder {
        Builder {
            workers: None,
            name: "dala".to_owned(),
            tokio: None,
            clock: Clock::Real,
            watch: None,
            energy: None,
            observe: ObserverOptions::default(),
            reports: ReportHook(None),
        }
    }
}

impl Builder {
    /// Worker threads; one a core unless told otherwise. At least one. The first is started with the runtime, each other when there
    /// is first work for it.
    #[must_use]
    pub fn workers(mut self, workers: usize) -> Builder {
        self.workers = Some(workers.clamp(1, 1024));
        self
    }

    /// Prefix of the threads' names; `dala`.
    #[must_use]
    pub fn thread_name(mut self, name: impl Into<String>) -> Builder {
        self.name = name.into();
        self
    }

    /// The tokio runtime that async handlers find. Without it one with a single thread is started when it is first
    /// needed.
    #[must_use]
    pub fn tokio(mut self, handle: tokio::runtime::Handle) -> Builder {
        self.tokio = Some(handle);
        self
    }

    /// The clock of timers and deadlines; the machine's.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Builder {
        self.clock = clock;
        self
    }

    /// Calls `report` for each handler that holds a worker for longer than `limit`, once, up to half a limit late, on the
    /// timer thread: it must be short. Off by default; on, it costs a fence an activation and two stores a message.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let limit = std::time::Duration::from_millis(50);
    /// let runtime = dala::Runtime::builder().watchdog(limit, |long| eprintln!("{long:?}")).build()?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn watchdog(
        mut self,
        limit: Duration,
        report: impl Fn(&LongHandler) + Send + Sync + 'static,
    ) -> Builder {
        self.watch = Some(WatchOptions { limit, hook: Arc::new(report) });
        self
    }

    /// Calls `hook` for each actor that crashes and each child that a supervisor loses, instead of writing that to standard error
    /// (or to the log of Erlang's side, if the runtime has one). It is called on the thread that it happened on, before links
    /// and monitors learn of it, and must not block.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let runtime = dala::Runtime::builder().reports(|report| eprintln!("my app: {report}")).build()?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn reports(mut self, hook: impl Fn(&Report) + Send + Sync + 'static) -> Builder {
        self.reports = ReportHook(Some(Arc::new(hook)));
        self
    }

    /// Reads the machine's heat and power while actors run, lets Utility and Background do less by a table, and tells who
    /// asks: see [`energy`](crate::energy). Off by default; on, it costs a look at the clock in 64 activations.
    #[must_use]
    pub fn energy(mut self, energy: Energy) -> Builder {
        self.energy = Some(energy);
        self
    }

    /// Follows messages in spans of the crate `tracing`: each is handled in a span `handle` (target `dala`, level `INFO`), whose
    /// parent is the span in which it was sent. So what one request leads to, from actor to actor, is one tree. Fields: `actor`
    /// (its type), `pid`, `message` (its type), `is_call`, `wait_ns` (since it was sent) and `failure` (why the actor ended over it).
    ///
    /// Spans go to the subscriber that this thread has now. Needs the crate's feature `tracing`; off it costs nothing.
    #[cfg(feature = "tracing")]
    #[must_use]
    pub fn tracing(mut self) -> Builder {
        self.observe.subscriber = crate::observe::Subscriber::of_this_thread();
        self
    }

    /// Counts and measures what actors do, by their types, through the facade `metrics`: [`METRICS`](crate::observe::METRICS)
    /// has the names. A type's metrics are registered with the recorder that is installed when its first actor is spawned.
    ///
    /// Needs the crate's feature `metrics`; off it costs nothing.
    #[cfg(feature = "metrics")]
    #[must_use]
    pub fn metrics(mut self) -> Builder {
        self.observe.has_metrics = true;
        self
    }

    /// Starts the runtime.
    ///
    /// # Errors
    /// When the system gives no thread for the first worker. Another that gets none later is left out.
    pub fn build(self) -> std::io::Result<Runtime> {
        Runtime::start(self)
    }
}
