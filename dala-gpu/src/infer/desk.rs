//! The queue between clients and the actor.
use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use dala::ActorRef;

use super::cost::Costs;
use super::options::{Ask, InferError, Priority};
use super::stream::{State, Stream};
use super::{ModelActor, Work};
use crate::TensorRef;
use crate::model::Port;
use crate::oneshot::{Receiver, Sender, oneshot};

/// A result, and the stream's state, if the request had one.
pub(super) type Answer = Result<(Vec<TensorRef>, Option<State>), InferError>;

/// A request that waits.
pub(super) struct Queued {
    pub(super) inputs: Vec<TensorRef>,
    pub(super) rows: usize,
    pub(super) state: Option<State>,
    pub(super) deadline: Option<Instant>,
    pub(super) came: Instant,
    pub(super) sender: Sender<Answer>,
    priority: Priority,
    number: u64,
}

impl Queued {
    /// Greater goes first: priority, then the nearer deadline, then who came first.
    fn rank(&self, other: &Queued) -> Ordering {
        let deadlines = match (self.deadline, other.deadline) {
            (Some(mine), Some(other)) => other.cmp(&mine),
            (Some(_), None) => Ordering::Greater,
            (None, Some(_)) => Ordering::Less,
            (None, None) => Ordering::Equal,
        };
        self.priority.cmp(&other.priority).then(deadlines).then(other.number.cmp(&self.number))
    }
}

impl PartialEq for Queued {
    fn eq(&self, other: &Queued) -> bool {
        self.number == other.number
    }
}

impl Eq for Queued {}

impl PartialOrd for Queued {
    fn partial_cmp(&self, other: &Queued) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Queued {
    fn cmp(&self, other: &Queued) -> Ordering {
        self.rank(other)
    }
}

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
    /// Whether requests may have more rows than one, and share runs.
    pub(super) max_batch: usize,
    pub(super) queue: usize,
    pub(super) states: usize,
    state: Mutex<DeskState>,
}

#[derive(Default)]
pub(super) struct DeskState {
    waiting: BinaryHeap<Queued>,
    waiting_rows: usize,
    number: u64,
    worker: Option<(ActorRef<ModelActor>, u64)>,
    incarnations: u64,
    /// Whether the worker knows that there is something to do.
    pub(super) is_told: bool,
    pub(super) stats: ServeStats,
}

impl Desk {
    pub(super) fn new(ports: Vec<Port>, max_batch: usize, queue: usize, states: usize) -> Desk {
        Desk { ports, max_batch, queue, states, state: Mutex::default() }
    }

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
        state.is_told = !state.waiting.is_empty();
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
        state.waiting_rows = 0;
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        waiting.into_iter().for_each(|queued| queued.sender.send(Err(InferError::Down)));
    }

    /// Counts a run.
    pub(super) fn note(&self, rows: usize, inline: bool, answered: u64, failed: u64, took: Duration) {
        let stats = &mut self.lock().stats;
        stats.runs += 1;
        stats.rows += rows as u64;
        stats.inline_runs += u64::from(inline);
        stats.answered += answered;
        stats.failed += failed;
        if failed == 0 {
            stats.costs.note(rows, took);
        }
    }

    fn ask(
        &self,
        inputs: Vec<TensorRef>,
        state: Option<State>,
        ask: Ask,
    ) -> Result<Receiver<Answer>, InferError> {
        crate::model::check_ports("input", &self.ports, &inputs)?;
        let rows = rows(&inputs)?;
        if self.states > 0 && rows != 1 {
            return Err(InferError::Mismatch(format!("a stream gives one row at a time, not {rows}").into()));
        }
        let came = Instant::now();
        let mut desk = self.lock();
        let Some((worker, incarnation)) = desk.worker else { return Err(InferError::Down) };
        if desk.waiting.len() >= self.queue {
            desk.stats.refused += 1;
            return Err(InferError::Overloaded(desk.waiting.len()));
        }
        if let Some(within) = ask.within
            && let Some(expected) = desk.expected(rows, self.max_batch)
            && expected > within
        {
            desk.stats.refused += 1;
            return Err(InferError::TooLate { expected, within });
        }
        let (sender, receiver) = oneshot();
        desk.number += 1;
        let deadline = ask.within.and_then(|within| came.checked_add(within));
        let (number, priority) = (desk.number, ask.priority);
        desk.waiting.push(Queued { inputs, rows, state, deadline, came, sender, priority, number });
        desk.waiting_rows += rows;
        let must_tell = !std::mem::replace(&mut desk.is_told, true);
        drop(desk);
        // An actor that just ended closes the desk, and so answers.
        if must_tell && worker.tell(Work {}).is_err() {
            self.close(incarnation);
        }
        Ok(receiver)
    }
}

impl DeskState {
    /// How long a request of so many rows will take if it comes last.
    fn expected(&self, rows: usize, max_batch: usize) -> Option<Duration> {
        let costs = &self.stats.costs;
        let own = costs.expected(rows)?;
        let (best, rate) = costs.best()?;
        let before =
            if self.waiting_rows >= best.min(max_batch) { self.waiting_rows as f64 / rate } else { 0.0 };
        Some(own + Duration::from_secs_f64(before))
    }

    pub(super) fn waiting_rows(&self) -> usize {
        self.waiting_rows
    }

    pub(super) fn oldest(&self) -> Option<Instant> {
        self.waiting.iter().map(|queued| queued.came).min()
    }

    /// The requests to run next, up to so many rows and at least one. Answers those that are too late.
    pub(super) fn take(&mut self, rows: usize, now: Instant) -> Vec<Queued> {
        let mut batch: Vec<Queued> = Vec::new();
        let mut taken = 0;
        let least = self.stats.costs.expected(1).unwrap_or_default();
        while let Some(next) = self.waiting.peek() {
            let is_late = next.deadline.is_some_and(|deadline| now + least > deadline);
            let is_abandoned = next.sender.is_abandoned();
            let fits = batch
                .first()
                .is_none_or(|first: &Queued| taken + next.rows <= rows && same_kind(first, next));
            if !(is_late || is_abandoned || fits) || taken >= rows.max(1) {
                break;
            }
            let next = self.waiting.pop().expect("just seen");
            self.waiting_rows -= next.rows;
            if is_abandoned {
                self.stats.abandoned += 1;
            } else if is_late {
                self.stats.expired += 1;
                next.sender.send(Err(InferError::Expired));
            } else {
                taken += next.rows;
                batch.push(next);
            }
        }
        batch
    }
}

/// Whether two requests can share a run: the same sizes, but for rows.
fn same_kind(one: &Queued, other: &Queued) -> bool {
    let sizes = |queued: &'_ Queued, at: usize| queued.inputs[at].shape();
    (0..one.inputs.len()).all(|at| {
        let (one, other) = (sizes(one, at), sizes(other, at));
        one.rank() == other.rank() && one.sizes().iter().skip(1).eq(other.sizes().iter().skip(1))
    })
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
        let answer = self.desk.ask(inputs, None, ask)?.await;
        answer.unwrap_or(Err(InferError::Down)).map(|(outputs, _)| outputs)
    }

    /// As [`Model::ask`], waiting on this thread: for threads that are no workers.
    ///
    /// # Errors
    /// As [`Model::ask`].
    pub fn ask_blocking(&self, inputs: Vec<TensorRef>, ask: Ask) -> Result<Vec<TensorRef>, InferError> {
        let answer = self.desk.ask(inputs, None, ask)?.wait(None).flatten();
        answer.unwrap_or(Err(InferError::Down)).map(|(outputs, _)| outputs)
    }

    pub(super) async fn step(&self, inputs: Vec<TensorRef>, state: State, ask: Ask) -> Answer {
        self.desk.ask(inputs, Some(state), ask)?.await.unwrap_or(Err(InferError::Down))
    }

    /// A new stream: requests of one row each that carry the model's state.
    pub fn stream(&self) -> Stream {
        Stream::new(self.clone())
    }

    /// What was done so far.
    pub fn stats(&self) -> ServeStats {
        let state = self.desk.lock();
        ServeStats { queued: state.waiting.len(), ..state.stats.clone() }
    }
}
