//! Pipelines: put together, started, watched.
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use dala::actor::{Handled, Handles};
use dala::supervise::{ChildSpec, Intensity, Restart, StartError, Supervisor, SupervisorRef};
use dala::{Actor, Context, ExitReason, Handle, Pid, SpawnOptions};

use super::edge::{Edge, EdgeCounts, Latencies, Queue};
use super::stage::{Failure, Frame, Out, Source, Stage};

/// What a source or a stage gives, for others to take.
#[derive(Debug)]
pub struct Flow<T> {
    outs: Vec<Out<T>>,
}

impl<T> Clone for Flow<T> {
    fn clone(&self) -> Self {
        Self { outs: self.outs.clone() }
    }
}

impl<T: Clone> Flow<T> {
    /// The frames of both, as they come.
    #[must_use]
    pub fn merge(&self, other: &Flow<T>) -> Flow<T> {
        Flow { outs: self.outs.iter().chain(&other.outs).cloned().collect() }
    }

    /// An edge from here to a stage.
    fn connect(&self, edge: Edge) -> Arc<Queue<T>> {
        let queue = Arc::new(Queue::new(edge, self.outs.len()));
        for out in &self.outs {
            out.edges.lock().unwrap_or_else(PoisonError::into_inner).push(queue.clone());
        }
        queue
    }
}

/// A stage of a running pipeline, and what it did.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StageStats {
    /// Its name.
    pub name: String,
    /// How often it was made anew after a failure.
    pub restarts: u64,
    /// Frames that it took, or gave, if it is a source.
    pub frames: u64,
    /// Frames that were dropped because there was no room.
    pub dropped: u64,
    /// Frames that were dropped because they were too old.
    pub late: u64,
    /// Frames that wait before it now.
    pub waiting: usize,
    /// The most that waited at a time.
    pub most: usize,
    /// From the source to the end of this stage: half of the last frames took no longer.
    pub median: Duration,
    /// Of a hundred frames, 99 took no longer.
    pub p99: Duration,
}

/// What is watched of a stage.
struct Watched {
    name: String,
    starts: Arc<AtomicU64>,
    /// Whether it came to its end.
    is_done: Arc<AtomicBool>,
    counts: Box<dyn Fn() -> EdgeCounts + Send + Sync>,
    latencies: Arc<Latencies>,
}

/// Why a pipeline did not come to its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PipelineError {
    /// It cannot be started.
    #[error("the pipeline does not start: {0}")]
    Start(#[from] StartError),
    /// A stage failed too often, or somebody ended it.
    #[error("the pipeline ended early: {0}")]
    Failed(ExitReason),
}

/// A pipeline that is put together; see the [module](super).
#[derive(Default)]
pub struct Pipeline {
    children: Vec<ChildSpec>,
    watched: Vec<Watched>,
    restarts: u32,
}

impl std::fmt::Debug for Pipeline {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.watched.iter().map(|stage| &stage.name)).finish()
    }
}

impl Pipeline {
    /// An empty one, whose stages may fail ten times within five seconds together.
    pub fn new() -> Self {
        Self { restarts: 10, ..Self::default() }
    }

    /// Sets how often stages may fail within five seconds before the pipeline ends.
    #[must_use]
    pub fn restarts(mut self, restarts: u32) -> Self {
        self.restarts = restarts;
        self
    }

    /// Adds a source. `make` is called when it starts, and again after it failed.
    pub fn source<S: Source>(
        &mut self,
        name: impl Into<String>,
        make: impl Fn() -> S + Send + Sync + 'static,
    ) -> Flow<S::Value> {
        let out = Out::new();
        let given = Arc::new(AtomicU64::new(0));
        let counted = given.clone();
        let counts = move || EdgeCounts { taken: counted.load(Ordering::Relaxed), ..EdgeCounts::default() };
        let latencies = Arc::default();
        let giving = Arc::new(Giving { make, out: out.clone(), given });
        self.add(name.into(), counts, latencies, move || {
            let giving = giving.clone();
            Box::pin(async move { giving.run().await })
        });
        Flow { outs: vec![out] }
    }

    /// Adds a stage that takes a flow by this edge. `make` is called when it starts, and again after it failed.
    pub fn stage<S: Stage>(
        &mut self,
        name: impl Into<String>,
        flow: &Flow<S::In>,
        edge: Edge,
        make: impl Fn() -> S + Send + Sync + 'static,
    ) -> Flow<S::Out> {
        let (queue, out) = (flow.connect(edge), Out::new());
        let latencies: Arc<Latencies> = Arc::default();
        let counted = queue.clone();
        let turning = Arc::new(Turning { make, queue, out: out.clone(), latencies: latencies.clone() });
        self.add(
            name.into(),
            move || counted.counts(),
            latencies,
            move || {
                let turning = turning.clone();
                Box::pin(async move { turning.run().await })
            },
        );
        Flow { outs: vec![out] }
    }

    fn add(
        &mut self,
        name: String,
        counts: impl Fn() -> EdgeCounts + Send + Sync + 'static,
        latencies: Arc<Latencies>,
        work: impl Fn() -> Working + Send + Sync + 'static,
    ) {
        let (starts, is_done) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let done = is_done.clone();
        let (work, counted): (Arc<dyn Fn() -> Working + Send + Sync>, _) = (Arc::new(work), starts.clone());
        let child = ChildSpec::starting(name.clone(), move || {
            counted.fetch_add(1, Ordering::Relaxed);
            let worker = Worker { work: work.clone(), is_done: done.clone() };
            async move { start(worker) }
        });
        self.children.push(child.restart(Restart::Transient).significant());
        self.watched.push(Watched { name, starts, is_done, counts: Box::new(counts), latencies });
    }

    /// Starts all stages, the last one first, so that what a source gives is taken.
    ///
    /// # Errors
    /// [`PipelineError::Start`].
    pub async fn start(self, runtime: &Handle) -> Result<Running, PipelineError> {
        let intensity = Intensity { restarts: self.restarts, within: Duration::from_secs(5) };
        let supervisor = Supervisor::new()
            .intensity(intensity)
            .auto_shutdown(dala::supervise::AutoShutdown::AllSignificant);
        let supervisor = self.children.into_iter().rev().fold(supervisor, Supervisor::child);
        Ok(Running { supervisor: supervisor.start(runtime).await?, watched: self.watched.into() })
    }
}

/// A pipeline that runs. It goes on when this is dropped.
#[derive(Clone)]
pub struct Running {
    supervisor: SupervisorRef,
    watched: Arc<[Watched]>,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.stats()).finish()
    }
}

impl Running {
    /// Waits until the last frame has gone through the last stage.
    ///
    /// # Errors
    /// [`PipelineError::Failed`].
    pub async fn ended(&self) -> Result<(), PipelineError> {
        let reason = dala::actor::process::ended(self.supervisor.pid()).await;
        if self.watched.iter().all(|stage| stage.is_done.load(Ordering::Acquire)) {
            return Ok(());
        }
        Err(PipelineError::Failed(reason.unwrap_or(ExitReason::NoProc)))
    }

    /// Ends it; frames that wait are dropped.
    pub async fn stop(&self) {
        self.supervisor.stop().await;
    }

    /// What the stages did so far, in the order in which they were added.
    pub fn stats(&self) -> Vec<StageStats> {
        let of = |stage: &Watched| {
            let counts = (stage.counts)();
            StageStats {
                name: stage.name.clone(),
                restarts: stage.starts.load(Ordering::Relaxed).saturating_sub(1),
                frames: counts.taken,
                dropped: counts.dropped,
                late: counts.late,
                waiting: counts.waiting,
                most: counts.most,
                median: stage.latencies.percentile(50),
                p99: stage.latencies.percentile(99),
            }
        };
        self.watched.iter().map(of).collect()
    }

    /// The supervisor of the stages.
    pub fn supervisor(&self) -> &SupervisorRef {
        &self.supervisor
    }
}

type Working = std::pin::Pin<Box<dyn Future<Output = Result<(), Failure>> + Send>>;

/// A source with where it sends.
struct Giving<F, T> {
    make: F,
    out: Out<T>,
    given: Arc<AtomicU64>,
}

impl<S: Source, F: Fn() -> S> Giving<F, S::Value> {
    async fn run(&self) -> Result<(), Failure> {
        let mut source = (self.make)();
        while let Some(value) = source.next().await {
            let number = self.given.fetch_add(1, Ordering::Relaxed);
            self.out.send(Frame::new(value, number)).await;
        }
        self.out.close();
        Ok(())
    }
}

/// A stage with where it takes and sends.
struct Turning<F, I, O> {
    make: F,
    queue: Arc<Queue<I>>,
    out: Out<O>,
    latencies: Arc<Latencies>,
}

impl<S: Stage, F: Fn() -> S> Turning<F, S::In, S::Out> {
    async fn run(&self) -> Result<(), Failure> {
        let mut stage = (self.make)();
        while let Some(frame) = self.queue.receive().await {
            let at = frame.at;
            stage.handle(frame, &self.out).await?;
            self.latencies.note(at);
        }
        stage.finish(&self.out).await?;
        self.out.close();
        Ok(())
    }
}

/// The actor of a source or a stage.
struct Worker {
    work: Arc<dyn Fn() -> Working + Send + Sync>,
    is_done: Arc<AtomicBool>,
}

impl Actor for Worker {
    const NAME: &'static str = "stage";
}

/// Begins the work, which is all that the actor does.
#[dala::message]
struct Begin {}

impl Handles<Begin> for Worker {
    type Reply = ();

    fn handle<'a>(&'a mut self, _: Begin, context: &'a mut Context<Self>) -> Handled<'a, ()> {
        Handled::later(async move {
            let reason = match (self.work)().await {
                Ok(()) => {
                    self.is_done.store(true, Ordering::Release);
                    ExitReason::Normal
                }
                Err(error) => ExitReason::custom(error.to_string()),
            };
            context.stop(reason);
        })
    }
}

fn start(worker: Worker) -> Result<Pid, ExitReason> {
    let failed = |error: dala::SpawnError| ExitReason::custom(error.to_string());
    let worker = dala::spawn_with(worker, &SpawnOptions::default().linked()).map_err(failed)?;
    worker.tell(Begin {}).map_err(|error| ExitReason::custom(error.to_string()))?;
    Ok(worker.pid())
}
