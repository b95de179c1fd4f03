//! Where clients leave requests and the actor finds them.
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use dala::ActorRef;

use super::cost::Costs;
use super::options::{Ask, InferError};
use super::queue::{Pending, Queue, Queued};
use super::stream::{State, Stream};
use super::throttle::Limits;
use super::{ModelActor, Work};
use crate::TensorRef;
use crate::model::Port;
use crate::oneshot::{Pool, Receiver};

/// A result, and the stream's state, if the request had one.
pub(super) type Answer = Result<(Vec<TensorRef>, Option<State>), InferError>;

/// What a served model did so far.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ServeStats {
    /// Requests that were answered with a result.
    pub answered: u64,
    /// Runs of the model for requests.
    pub runs: u64,
    /// Rows in those runs.
    pub rows: u64,
    /// Of those runs, on the actor's worker.
    pub inline_runs: u64,
    /// Requests refused when they came: queue full, or no time.
    pub refused: u64,
    /// Requests refused, when they came or later, because of heat or power.
    pub throttled: u64,
    /// Requests whose time passed in the queue.
    pub expired: u64,
    /// Requests whose client went away before they were run.
    pub abandoned: u64,
    /// Requests that failed with their run.
    pub failed: u64,
    /// Requests that wait now.
    pub queued: usize,
    /// What runs cost.
    pub costs: Costs,
}

pub(super) struct Desk {
    /// The inputs that requests have.
    pub(super) ports: Vec<Port>,
    /// The outputs that answers have.
    pub(super) outputs: Vec<Port>,
    /// Whether requests may have more rows than one, and share runs.
    pub(super) max_batch: usize,
    pub(super) queue: usize,
    pub(super) states: usize,
    pub(super) state: Mutex<DeskState>,
}

#[derive(Default)]
pub(super) struct DeskState {
    queue: Queue,
    places: Pool<Answer>,
    number: u64,
    worker: Option<(ActorRef<ModelActor>, u64)>,
    incarnations: u64,
    /// Streams that live.
    streams: usize,
    /// Nobody new will come: the actor ends when it has nothing to do.
    is_draining: bool,
    /// What heat and power leave.
    limits: Limits,
    /// It rests until then.
    rests_until: Option<Instant>,
    /// Whether the worker knows that there is something to do.
    pub(super) is_told: bool,
    pub(super) stats: ServeStats,
}

impl Desk {
    pub(super) fn lock(&self) -> MutexGuard<'_, DeskState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A number for the next actor that works for this desk.
    pub(super) fn next_incarnation(&self) -> u64 {
        let mut state = self.lock();
        state.incarnations += 1;
        state.incarnations
    }

    /// An actor begins to work for this desk.
    pub(super) fn open(&self, worker: ActorRef<ModelActor>, incarnation: u64) {
        let mut state = self.lock();
        state.worker = Some((worker, incarnation));
        state.is_told = state.queue.length() > 0 || state.is_drained();
        let must_tell = state.is_told;
        drop(state);
        if must_tell && worker.tell(Work {}).is_err() {
            self.close(incarnation);
        }
    }

    /// An actor ended: what waits is answered, unless the next one is here already.
    pub(super) fn close(&self, incarnation: u64) {
        let mut state = self.lock();
        if state.worker.is_some_and(|(_, current)| current != incarnation) {
            return;
        }
        state.worker = None;
        let waiting = state.queue.drain();
        drop(state);
        waiting.for_each(|queued| queued.sender.send(Err(InferError::Down)));
    }

    /// Whether an actor works or worked for this desk.
    pub(super) fn was_served(&self) -> bool {
        self.lock().incarnations > 0
    }

    /// Whether an actor works for this desk.
    pub(super) fn is_served(&self) -> bool {
        self.lock().worker.is_some()
    }

    /// Says that nobody new will come.
    pub(super) fn drain(&self) {
        let mut state = self.lock();
        state.is_draining = true;
        self.wake(state);
    }

    pub(super) fn begin_stream(&self) {
        self.lock().streams += 1;
    }

    pub(super) fn end_stream(&self) {
        let mut state = self.lock();
        state.streams -= 1;
        if state.is_draining && state.streams == 0 {
            self.wake(state);
        }
    }

    /// Has the actor look.
    fn wake(&self, mut state: MutexGuard<'_, DeskState>) {
        let must_tell = !std::mem::replace(&mut state.is_told, true);
        let worker = state.worker;
        drop(state);
        // An actor that just ended closes the desk, and so answers.
        if must_tell
            && let Some((worker, incarnation)) = worker
            && worker.tell(Work {}).is_err()
        {
            self.close(incarnation);
        }
    }

    /// Counts a run.
    pub(super) fn note(&self, rows: usize, inline: bool, answered: u64, failed: u64, took: Duration) {
        let mut state = self.lock();
        let stats = &mut state.stats;
        stats.runs += 1;
        stats.rows += rows as u64;
        stats.inline_runs += u64::from(inline);
        stats.answered += answered;
        stats.failed += failed;
        if failed == 0 {
            stats.costs.note(rows, took);
        }
        let rest = state.limits.rest(took);
        state.rests_until = (!rest.is_zero()).then(|| Instant::now() + rest);
    }

    /// What heat and power leave.
    pub(super) fn limits(&self) -> Limits {
        self.lock().limits
    }

    /// Heat or power changed. Answers those that wait and are not urgent enough any more.
    pub(super) fn limit(&self, limits: Limits) {
        let mut state = self.lock();
        state.limits = limits;
        let throttled = state.queue.take_below(limits.least);
        state.stats.throttled += throttled.len() as u64;
        drop(state);
        throttled.into_iter().for_each(|queued| queued.sender.send(Err(InferError::Throttled(limits.least))));
    }

    /// Queues a request, and only then takes the state of its stream, if it has one.
    pub(super) fn ask(
        &self,
        tensors: Vec<TensorRef>,
        state: &mut Option<State>,
        ask: Ask,
    ) -> Result<Receiver<Answer>, InferError> {
        crate::model::check_ports("input", &self.ports, &tensors)?;
        let rows = rows(&tensors)?;
        if self.states > 0 && rows != 1 {
            return Err(InferError::Mismatch(format!("a stream gives one row at a time, not {rows}").into()));
        }
        let came = Instant::now();
        let mut desk = self.lock();
        if desk.worker.is_none() {
            return Err(InferError::Down);
        }
        let least = desk.limits.least;
        if ask.priority < least {
            desk.stats.throttled += 1;
            return Err(InferError::Throttled(least));
        }
        if desk.queue.length() >= self.queue {
            desk.stats.refused += 1;
            return Err(InferError::Overloaded(desk.queue.length()));
        }
        if let Some(within) = ask.within
            && let Some(expected) = desk.expected(rows, self.max_batch)
            && expected > within
        {
            desk.stats.refused += 1;
            return Err(InferError::TooLate { expected, within });
        }
        let (sender, receiver) = desk.places.oneshot();
        desk.number += 1;
        let deadline = ask.within.and_then(|within| came.checked_add(within));
        let (number, priority, state) = (desk.number, ask.priority, state.take());
        let is_stream = state.is_some();
        desk.queue.push(Queued { tensors, rows, state, is_stream, deadline, priority, came, sender, number });
        self.wake(desk);
        Ok(receiver)
    }
}

impl DeskState {
    /// How long a request of so many rows will take if it comes last.
    fn expected(&self, rows: usize, max_batch: usize) -> Option<Duration> {
        let costs = &self.stats.costs;
        let own = costs.expected(rows)?;
        let (best, rate) = costs.best()?;
        let waiting = self.queue.rows();
        let before = if waiting >= best.min(max_batch) { waiting as f64 / rate } else { 0.0 };
        let before = Duration::from_secs_f64(before);
        Some(own + before + self.limits.rest(before) + self.rest(Instant::now()))
    }

    /// What limits are left of waiting for others.
    pub(super) fn wait(&self, usual: Duration) -> Duration {
        usual.max(self.limits.wait)
    }

    /// How long it still rests.
    pub(super) fn rest(&self, now: Instant) -> Duration {
        self.rests_until.map_or(Duration::ZERO, |until| until.saturating_duration_since(now))
    }

    /// Whether the actor has nothing more to do, ever.
    pub(super) fn is_drained(&self) -> bool {
        self.is_draining && self.streams == 0 && self.queue.length() == 0
    }

    pub(super) fn waits(&self) -> bool {
        self.queue.length() > 0
    }

    /// What waits of the kind that goes first.
    pub(super) fn first(&self) -> Option<Pending> {
        self.queue.first()
    }

    /// Moves the requests to run next into `batch`, up to so many rows and at least one. Answers those that are too
    /// late.
    pub(super) fn take(&mut self, pending: Pending, rows: usize, now: Instant, batch: &mut Vec<Queued>) {
        let least = self.stats.costs.expected(1).unwrap_or_default();
        let dropped = self.queue.take(pending, rows, now, least, batch);
        self.stats.expired += dropped.expired;
        self.stats.abandoned += dropped.abandoned;
    }
}

/// The number of rows that all inputs have.
fn rows(inputs: &[TensorRef]) -> Result<usize, InferError> {
    let all = || inputs.iter().map(|input| input.shape().sizes().first().copied().unwrap_or(1));
    let rows = all().next().unwrap_or(1);
    match all().find(|&other| other != rows) {
        Some(other) => Err(InferError::Mismatch(format!("inputs of {rows} and of {other} rows").into())),
        None if rows == 0 => Err(InferError::Mismatch("inputs without rows".into())),
        None => Ok(rows),
    }
}

/// A way to ask a served model. Cloning shares it; it survives the actor that serves.
#[derive(Clone)]
pub struct Model {
    pub(super) desk: Arc<Desk>,
}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Model").field("inputs", &self.desk.ports).field("stats", &self.stats()).finish()
    }
}

impl Model {
    /// What a request must have: the model's inputs but for constants and states.
    pub fn inputs(&self) -> &[Port] {
        &self.desk.ports
    }

    /// Asks, without a deadline. The inputs' first axis counts rows, which the results have too.
    ///
    /// # Errors
    /// [`InferError::Overloaded`], [`InferError::Down`], [`InferError::Model`] for inputs that do not fit or a run
    /// that failed.
    pub async fn infer(&self, inputs: Vec<TensorRef>) -> Result<Vec<TensorRef>, InferError> {
        self.ask(inputs, Ask::default()).await
    }

    /// Asks. Dropping the future cancels the request if it does not run yet.
    ///
    /// # Errors
    /// As [`Model::infer`]; [`InferError::TooLate`], [`InferError::Expired`].
    pub async fn ask(&self, inputs: Vec<TensorRef>, ask: Ask) -> Result<Vec<TensorRef>, InferError> {
        let answer = self.desk.ask(inputs, &mut None, ask)?.await;
        answer.unwrap_or(Err(InferError::Down)).map(|(outputs, _)| outputs)
    }

    /// As [`Model::ask`], waiting on this thread: for threads that are no workers.
    ///
    /// # Errors
    /// As [`Model::ask`].
    pub fn ask_blocking(&self, inputs: Vec<TensorRef>, ask: Ask) -> Result<Vec<TensorRef>, InferError> {
        let answer = self.desk.ask(inputs, &mut None, ask)?.wait(None).flatten();
        answer.unwrap_or(Err(InferError::Down)).map(|(outputs, _)| outputs)
    }

    pub(super) async fn step(&self, inputs: Vec<TensorRef>, state: &mut Option<State>, ask: Ask) -> Answer {
        self.desk.ask(inputs, state, ask)?.await.unwrap_or(Err(InferError::Down))
    }

    /// A new stream: requests of one row each that carry the model's state.
    pub fn stream(&self) -> Stream {
        Stream::new(self.clone())
    }

    /// What was done so far.
    pub fn stats(&self) -> ServeStats {
        let state = self.desk.lock();
        ServeStats { queued: state.queue.length(), ..state.stats.clone() }
    }
}
