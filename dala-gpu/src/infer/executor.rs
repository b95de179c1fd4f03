//! One session at work: looks at the desk, takes a batch, runs it. It goes with its run to another thread.
use std::sync::Arc;
use std::time::{Duration, Instant};

use dala::{Context, Handle};

use super::ModelActor;
use super::cost::Choice;
use super::desk::Desk;
use super::queue::Queued;
use super::runner::Runner;
use super::seats::Turn;

/// A session, and the batch that it runs, empty in between.
pub(super) struct Executor {
    pub(super) desk: Arc<Desk>,
    pub(super) incarnation: u64,
    pub(super) runner: Runner,
    pub(super) batch: Vec<Queued>,
    /// Rows that waited when others were let go first.
    pub(super) seen: usize,
    pub(super) max_wait: Duration,
    /// When the last run on another thread ended.
    pub(super) ended: Option<Instant>,
}

/// What to do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Run the batch that was taken.
    Run(Run),
    /// Something else.
    Pause(Pause),
}

/// A batch that is expected to take so long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    expected: Option<Duration>,
}

impl Run {
    /// Whether it is one for the actor's worker.
    pub(super) fn is_below(&self, time: Duration) -> bool {
        self.expected.is_some_and(|expected| expected < time)
    }
}

/// What to do when there is no batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pause {
    /// Nothing, until somebody tells.
    Idle,
    /// Nothing will come any more.
    End,
    /// Let others go first, then look again.
    Yield,
    /// Look again after that time.
    Wait(Duration),
}

/// How long a session stays on another thread at most: its actor hears of nothing meanwhile.
const STAY: Duration = Duration::from_millis(10);

/// How long a session on another thread looks for the next request before its thread sleeps, if one came so soon the last
/// time. As long as it takes to wake a core that sleeps, and the client's answer just woke one: 60 us were measured.
const LINGER: Duration = Duration::from_micros(100);

impl Executor {
    /// Decides, and takes the batch, which is not empty.
    pub(super) fn next(&mut self) -> Next {
        let seen = std::mem::take(&mut self.seen);
        let mut desk = self.desk.lock();
        loop {
            let now = Instant::now();
            if desk.is_drained() {
                return Next::Pause(Pause::End);
            }
            match desk.look(self.incarnation, now) {
                Turn::Take => {}
                Turn::Rest(time) => return Next::Pause(Pause::Wait(time)),
                Turn::Leave => return Next::Pause(Pause::Idle),
            }
            let Some(pending) = desk.first() else { return Next::Pause(Pause::Idle) };
            let age = now.saturating_duration_since(pending.since);
            let mut max_wait = desk.wait(self.max_wait);
            if let Some(patience) = desk.patience() {
                max_wait = max_wait.min(patience.saturating_duration_since(pending.since));
            }
            let max_batch = desk.max_batch;
            let rows = match desk.stats.costs.choose(pending.rows, max_batch, age, max_wait) {
                // As long as each look finds more.
                Choice::RunSoon(rows) if rows > seen => {
                    self.seen = rows;
                    desk.tell(self.incarnation);
                    return Next::Pause(Pause::Yield);
                }
                Choice::Run(rows) | Choice::RunSoon(rows) => rows,
                // Who comes meanwhile tells us, and we look again.
                Choice::Wait(time) => return Next::Pause(Pause::Wait(time)),
            };
            desk.take(pending, rows, now, &mut self.batch);
            // Else all that waited were too late, or had gone.
            if !self.batch.is_empty() {
                let rows = self.batch.iter().map(|queued| queued.rows).sum();
                let expected = desk.stats.costs.expected(rows);
                desk.run(self.incarnation, &self.batch);
                // What is left is for another session.
                self.desk.wake(desk);
                return Next::Run(Run { expected });
            }
        }
    }

    /// Runs the batch, and answers it. Then sees what heat and power leave: the actor is told, but as long as requests wait it
    /// does not come to hear of it.
    ///
    /// `place` is where runs go on; it may refuse the first, by not calling what it is given. Returns whether it did not.
    fn run(
        &mut self,
        place: impl FnMut(&mut dyn FnMut()),
        is_inline: bool,
        runtime: Option<&Handle>,
    ) -> bool {
        let Self { desk, incarnation, runner, batch, .. } = self;
        let has_run = runner.serve(batch, place, |ran| desk.note(*incarnation, ran, is_inline));
        if !runner.can_share() {
            desk.lock().max_batch = 1;
        }
        if let Some(runtime) = runtime {
            desk.adapt(runtime);
        }
        has_run
    }

    /// Runs the batch on this worker, if it may be held.
    pub(super) fn run_here(&mut self, context: &Context<ModelActor>) -> bool {
        let Some(_hold) = context.try_hold_worker() else { return false };
        self.run(|run| run(), true, Handle::current().as_ref())
    }

    /// Runs the batch on this thread while another stands for its worker, if there is one.
    pub(super) fn run_lending(&mut self, context: &Context<ModelActor>) -> bool {
        let runtime = Handle::current();
        // Answers come after it: who gets them goes on here.
        let place = |run: &mut dyn FnMut()| {
            context.try_lend_worker(run);
        };
        self.run(place, false, runtime.as_ref())
    }

    /// What to do after a run when others had their turn, which comes first.
    pub(super) fn settle(&mut self) -> Pause {
        let mut desk = self.desk.lock();
        match desk.look(self.incarnation, Instant::now()) {
            Turn::Rest(time) => Pause::Wait(time),
            _ if desk.has_work() => {
                desk.tell(self.incarnation);
                Pause::Yield
            }
            _ => Pause::Idle,
        }
    }

    /// Runs the batch on a thread that is no worker, and more for some time while more waits, or comes at once: to go there
    /// and back for each would cost two wake-ups of threads. Those that are short go back to the worker.
    pub(super) fn run_on(&mut self, mut run: Run, inline_below: Duration, runtime: &Handle) -> Pause {
        let begun = Instant::now();
        loop {
            let is_soon = self.is_soon();
            self.run(|run| run(), false, Some(runtime));
            let ended = *self.ended.insert(Instant::now());
            if run.is_below(inline_below) || ended - begun > STAY {
                return self.settle();
            }
            let mut next = self.next();
            if is_soon && next == Next::Pause(Pause::Idle) {
                self.linger(ended);
                next = self.next();
            }
            match next {
                Next::Run(next) => run = next,
                Next::Pause(pause) => return pause,
            }
        }
    }

    /// Whether the first request of the batch came soon after the last run: a client that was answered asks again at once.
    fn is_soon(&self) -> bool {
        let came = self.batch.iter().map(|queued| queued.came).min();
        came.zip(self.ended).is_some_and(|(came, ended)| came.saturating_duration_since(ended) < 2 * LINGER)
    }

    /// Looks for a request for a moment. Whoever comes meanwhile wakes nobody.
    fn linger(&self, ended: Instant) {
        let still_works = self.desk.lock().tell(self.incarnation);
        while still_works && ended.elapsed() < LINGER && !self.desk.lock().has_work() {
            std::thread::yield_now();
        }
    }
}
