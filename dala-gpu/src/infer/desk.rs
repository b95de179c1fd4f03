//! Where clients leave requests and the actor finds them.
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::{Duration, Instant};

use dala::{ActorRef, Handle};

use super::options::{Ask, InferError};
use super::queue::{Pending, Queue, Queued};
use super::runner::Ran;
use super::running::Running;
use super::seats::{Seats, Turn};
use super::stats::ServeStats;
use super::stream::{State, Stream};
use super::throttle::{Limits, Throttle};
use super::{ModelActor, Work};
use crate::TensorRef;
use crate::model::{Canceller, Placement, Port};
use crate::oneshot::{Pool, Receiver};

/// A result, and the stream's state, if the request had one.
pub(super) type Answer = Result<(Vec<TensorRef>, Option<State>), InferError>;

pub(super) struct Desk {
    /// What runs the model.
    pub(super) backend: String,
    /// Where its first session runs, as all do.
    pub(super) placement: Placement,
    /// The inputs that requests have.
    pub(super) ports: Vec<Port>,
    /// The outputs that answers have.
    pub(super) outputs: Vec<Port>,
    pub(super) queue: usize,
    pub(super) states: usize,
    pub(super) throttle: Throttle,
    pub(super) state: Mutex<DeskState>,
}

pub(super) struct DeskState {
    /// Sessions that serve when all is well.
    sessions: usize,
    /// Rows that requests may share a run in.
    pub(super) max_batch: usize,
    queue: Queue,
    places: Pool<Answer>,
    number: u64,
    seats: Seats,
    running: Running,
    incarnations: u64,
    /// Where the actors work, or did last: who waits elsewhere is told of its deadline by this.
    runtime: Option<Handle>,
    /// Streams that live.
    streams: usize,
    /// Nobody new will come: the actor ends when it has nothing to do.
    is_draining: bool,
    /// What heat and power leave.
    limits: Limits,
    pub(super) stats: ServeStats,
}

impl Desk {
    pub(super) fn lock(&self) -> MutexGuard<'_, DeskState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A number for the next actor that works for this desk, whose runs are ended by this.
    pub(super) fn next_incarnation(&self, canceller: Option<Canceller>) -> u64 {
        let mut state = self.lock();
        state.incarnations += 1;
        let incarnation = state.incarnations;
        state.running.join(incarnation, canceller);
        incarnation
    }

    /// An actor begins to work for this desk.
    pub(super) fn open(&self, actor: ActorRef<ModelActor>, incarnation: u64, runtime: &Handle) {
        let mut state = self.lock();
        state.seats.join(actor, incarnation);
        state.runtime.get_or_insert_with(|| runtime.clone());
        self.wake(state);
    }

    /// An actor ended. If it was the last, what waits is answered.
    pub(super) fn close(&self, incarnation: u64) {
        let mut state = self.lock();
        state.seats.leave(incarnation);
        state.running.leave(incarnation);
        if state.seats.len() > 0 {
            // It may have been the one that was told.
            return self.wake(state);
        }
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
        self.lock().seats.len() > 0
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

    /// Has an actor look, if there is something to do and nobody looks by himself.
    pub(super) fn wake(&self, mut state: MutexGuard<'_, DeskState>) {
        let most = state.most();
        let told = if state.has_work() { state.seats.wake(most) } else { None };
        drop(state);
        // One that just ended closes its place, and so has the next one look.
        if let Some((actor, incarnation)) = told
            && actor.tell(Work {}).is_err()
        {
            self.close(incarnation);
        }
    }

    /// Counts a run.
    pub(super) fn note(&self, incarnation: u64, ran: Ran, is_inline: bool) {
        let mut state = self.lock();
        let stats = &mut state.stats;
        stats.expired += ran.dropped.expired;
        stats.abandoned += ran.dropped.abandoned;
        if ran.rows == 0 {
            return;
        }
        state.running.end(incarnation);
        let stats = &mut state.stats;
        stats.runs += 1;
        stats.rows += ran.rows as u64;
        stats.batches.note(ran.rows as u64);
        stats.inline_runs += u64::from(is_inline);
        stats.answered += ran.answered;
        stats.late += ran.late;
        stats.failed += ran.failed;
        if ran.failed == 0 {
            stats.costs.note(ran.rows, ran.took);
        }
        let rest = state.limits.rest(ran.took, state.sessions);
        state.seats.rest(incarnation, rest);
    }

    /// What heat and power leave.
    pub(super) fn limits(&self) -> Limits {
        self.lock().limits
    }

    /// Sees what heat and power leave. Answers those that wait and are not urgent enough any more.
    pub(super) fn adapt(&self, runtime: &Handle) {
        if runtime.energy_state().is_none() {
            return;
        }
        let mut state = self.lock();
        // Read with the lock held: who comes later has seen what is newer.
        let Some(energy) = runtime.energy_state() else { return };
        let limits = self.throttle.limits(energy.thermal.level, energy.power);
        if state.limits == limits {
            return;
        }
        state.limits = limits;
        let throttled = state.queue.take_below(limits.least);
        state.stats.throttled += throttled.len() as u64;
        // More sessions may run now.
        self.wake(state);
        throttled.into_iter().for_each(|queued| queued.sender.send(Err(InferError::Throttled(limits.least))));
    }

    /// Queues a request, and only then takes the state of its stream, if it has one.
    pub(super) fn ask(
        &self,
        tensors: Vec<TensorRef>,
        state: &mut Option<State>,
        ask: Ask,
    ) -> Result<Asked, InferError> {
        crate::model::check_ports("input", &self.ports, &tensors)?;
        let rows = rows(&tensors)?;
        if self.states > 0 && rows != 1 {
            return Err(InferError::Mismatch(format!("a stream gives one row at a time, not {rows}").into()));
        }
        let came = Instant::now();
        let mut desk = self.lock();
        if desk.seats.len() == 0 {
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
            && let Some(expected) = desk.expected(rows)
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
        let patience = desk.patience_of(came, ask.within);
        desk.queue.push(Queued {
            tensors,
            rows,
            state,
            is_stream,
            deadline,
            patience,
            priority,
            came,
            sender,
            number,
        });
        self.wake(desk);
        Ok(Asked { answer: receiver, number, deadline })
    }

    /// Waits for the answer to a request, as long as its client can use one.
    pub(super) async fn answer(&self, asked: Asked) -> Answer {
        let waits = Waits { desk: self, number: asked.number };
        // Behind it: so the place of the answer is given up first.
        let mut asked = asked;
        let runtime = || Handle::current().or_else(|| self.lock().runtime.clone());
        let answer = match asked.deadline.and_then(|deadline| Some((deadline, runtime()?))) {
            None => (&mut asked.answer).await,
            Some((deadline, runtime)) => {
                let mut time = runtime.sleep(deadline.saturating_duration_since(Instant::now()));
                let either = poll_fn(|context| match Pin::new(&mut asked.answer).poll(context) {
                    Poll::Ready(answer) => Poll::Ready(Some(answer)),
                    Poll::Pending => Pin::new(&mut time).poll(context).map(|()| None),
                });
                match either.await {
                    Some(answer) => answer,
                    None => {
                        waits.end();
                        return self.give_up(asked);
                    }
                }
            }
        };
        waits.end();
        answer.unwrap_or(Err(InferError::Down))
    }

    /// The time of a request passed, and its client waits no longer. Says what it is to be told.
    fn give_up(&self, asked: Asked) -> Answer {
        let mut desk = self.lock();
        let queued = desk.queue.take_out(asked.number);
        desk.stats.expired += u64::from(queued.is_some());
        drop(desk);
        match queued {
            Some(_) => Err(InferError::Expired),
            // It was answered at the last moment, or it runs.
            None => match asked.answer.wait(Some(Instant::now())) {
                Some(answer) => answer.unwrap_or(Err(InferError::Down)),
                None => {
                    let number = asked.number;
                    drop(asked);
                    self.lock().running.abandon(number);
                    Err(InferError::TimedOut)
                }
            },
        }
    }
}

/// A client that waits for an answer. Dropped before it came, it says that the client went away.
struct Waits<'a> {
    desk: &'a Desk,
    number: u64,
}

impl Waits<'_> {
    fn end(self) {
        std::mem::forget(self);
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.desk.lock().running.abandon(self.number);
    }
}

/// A request that was queued.
#[derive(Debug)]
pub(super) struct Asked {
    answer: Receiver<Answer>,
    number: u64,
    deadline: Option<Instant>,
}

impl DeskState {
    pub(super) fn new(sessions: usize, max_batch: usize) -> DeskState {
        DeskState {
            sessions,
            max_batch,
            queue: Queue::default(),
            places: Pool::default(),
            number: 0,
            seats: Seats::default(),
            running: Running::default(),
            incarnations: 0,
            runtime: None,
            streams: 0,
            is_draining: false,
            limits: Limits::default(),
            stats: ServeStats::default(),
        }
    }

    /// How many sessions may be busy at a time.
    fn most(&self) -> usize {
        self.limits.side_by_side(self.sessions)
    }

    /// What an actor may do.
    pub(super) fn look(&mut self, incarnation: u64, now: Instant) -> Turn {
        let most = self.most();
        self.seats.look(incarnation, most, now)
    }

    /// An actor takes a batch.
    pub(super) fn run(&mut self, incarnation: u64, batch: &[Queued]) {
        self.seats.run(incarnation);
        self.running.begin(incarnation, batch.iter().map(|queued| queued.number));
    }

    /// An actor looks again before long, by itself. Returns whether it still works.
    pub(super) fn tell(&mut self, incarnation: u64) -> bool {
        self.seats.tell(incarnation)
    }

    /// How long a request of so many rows will take if it comes last.
    fn expected(&self, rows: usize) -> Option<Duration> {
        let costs = &self.stats.costs;
        let own = costs.expected(rows)?;
        let (best, rate) = costs.best()?;
        let waiting = self.queue.rows();
        let before = if waiting >= best.min(self.max_batch) { waiting as f64 / rate } else { 0.0 };
        let before = Duration::from_secs_f64(before);
        let rests = self.limits.rest(before, self.sessions);
        let most = self.most();
        let side_by_side = most.min(self.seats.len()).max(1) as u32;
        Some(own + (before + rests) / side_by_side + self.seats.until_free(most, Instant::now()))
    }

    /// What limits are left of waiting for others.
    pub(super) fn wait(&self, usual: Duration) -> Duration {
        usual.max(self.limits.wait)
    }

    /// How long requests that wait can afford to wait for others: until then.
    pub(super) fn patience(&self) -> Option<Instant> {
        self.queue.patience()
    }

    /// Until when a request that comes now can wait for others: half of the time that a run leaves of what it has. The other
    /// half is for what comes between.
    fn patience_of(&self, came: Instant, within: Option<Duration>) -> Option<Instant> {
        let costs = &self.stats.costs;
        let run =
            costs.best().and_then(|(best, _)| costs.expected(best.min(self.max_batch))).unwrap_or_default();
        came.checked_add(within?.saturating_sub(run) / 2)
    }

    /// Whether there is nothing more to do, ever.
    pub(super) fn is_drained(&self) -> bool {
        self.is_draining && self.streams == 0 && self.queue.length() == 0
    }

    /// Whether there is something to do: to run, or to end.
    pub(super) fn has_work(&self) -> bool {
        self.queue.length() > 0 || self.is_drained()
    }

    /// What waits of the kind that goes first.
    pub(super) fn first(&self) -> Option<Pending> {
        self.queue.first()
    }

    /// Moves the requests to run next into `batch`, up to so many rows and at least one. Answers those that are too
    /// late.
    pub(super) fn take(&mut self, pending: Pending, rows: usize, now: Instant, batch: &mut Vec<Queued>) {
        let costs = &self.stats.costs;
        // Where batches pay, smaller ones for the sake of some deadlines would make all that wait late: measured, an MLP at
        // 80 % load met 81 % of its deadlines, and 99.5 % with whole batches.
        let splits = costs.is_split_free(rows);
        let expected = |rows| costs.expected(if splits { rows } else { 1 }).unwrap_or_default();
        let dropped = self.queue.take(pending, rows, now, expected, batch);
        self.stats.expired += dropped.expired;
        self.stats.abandoned += dropped.abandoned;
        for queued in batch {
            let waited = now.saturating_duration_since(queued.came);
            self.stats.waits.note(waited.as_micros() as u64);
        }
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
        f.debug_struct("Model")
            .field("inputs", &self.desk.ports)
            .field("placement", &self.desk.placement)
            .field("stats", &self.stats())
            .finish()
    }
}

impl Model {
    /// What a request must have: the model's inputs but for constants and states.
    pub fn inputs(&self) -> &[Port] {
        &self.desk.ports
    }

    /// What runs it: its backend's name.
    pub fn backend(&self) -> &str {
        &self.desk.backend
    }

    /// Where it runs: the execution provider that was chosen, and those that were asked for before it and why not.
    pub fn placement(&self) -> &Placement {
        &self.desk.placement
    }

    /// Asks, without a deadline. The inputs' first axis counts rows, which the results have too.
    ///
    /// # Errors
    /// [`InferError::Overloaded`], [`InferError::Down`], [`InferError::Model`] for inputs that do not fit or a run
    /// that failed.
    pub async fn infer(&self, inputs: Vec<TensorRef>) -> Result<Vec<TensorRef>, InferError> {
        self.ask(inputs, Ask::default()).await
    }

    /// Asks. Dropping the future cancels the request; its run, if it is in one, is ended when nobody waits for it any more,
    /// between two of the model's operations, where the backend can ([`Session::canceller`](crate::model::Session::canceller)).
    /// Whoever polls it, it ends with the request's
    /// time: by the clock of the polling thread's runtime, or else of the model's.
    ///
    /// # Errors
    /// As [`Model::infer`]; [`InferError::TooLate`], [`InferError::Expired`], [`InferError::TimedOut`].
    pub async fn ask(&self, inputs: Vec<TensorRef>, ask: Ask) -> Result<Vec<TensorRef>, InferError> {
        self.step(inputs, &mut None, ask).await.map(|(outputs, _)| outputs)
    }

    /// As [`Model::ask`], waiting on this thread: for threads that are no workers.
    ///
    /// # Errors
    /// As [`Model::ask`].
    pub fn ask_blocking(&self, inputs: Vec<TensorRef>, ask: Ask) -> Result<Vec<TensorRef>, InferError> {
        let asked = self.desk.ask(inputs, &mut None, ask)?;
        let answer = match asked.answer.wait(asked.deadline) {
            Some(answer) => answer.unwrap_or(Err(InferError::Down)),
            None => self.desk.give_up(asked),
        };
        answer.map(|(outputs, _)| outputs)
    }

    pub(super) async fn step(&self, inputs: Vec<TensorRef>, state: &mut Option<State>, ask: Ask) -> Answer {
        self.desk.answer(self.desk.ask(inputs, state, ask)?).await
    }

    /// A new stream: requests of one row each that carry the model's state.
    pub fn stream(&self) -> Stream {
        Stream::new(self.clone())
    }

    /// What was done so far.
    pub fn stats(&self) -> ServeStats {
        let state = self.desk.lock();
        let (sessions, running) = (state.seats.len(), state.seats.running());
        ServeStats { queued: state.queue.length(), sessions, running, ..state.stats.clone() }
    }
}
