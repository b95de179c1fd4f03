//! The actor that runs a model.
use std::sync::Arc;
use std::time::{Duration, Instant};

use dala::actor::{Handled, Handles};
use dala::energy::{PowerChanged, ThermalChanged};
use dala::{Actor, Context, ExitReason, Handle, Lane};

use super::cost::Choice;
use super::desk::Desk;
use super::queue::Queued;
use super::runner::Runner;
use super::throttle::Throttle;

/// Tells a [`ModelActor`] that requests wait.
#[dala::message]
#[derive(Debug)]
pub struct Work {}

/// The actor that runs a model: a batch a message, and others on its worker get their turn in between.
pub struct ModelActor {
    pub(super) desk: Arc<Desk>,
    pub(super) incarnation: u64,
    /// What runs, and the batch that it runs, empty in between; elsewhere during a run on another thread.
    pub(super) served: Option<(Runner, Vec<Queued>)>,
    /// Rows that waited when others were let go first.
    pub(super) seen: usize,
    pub(super) max_wait: Duration,
    pub(super) inline_below: Duration,
    pub(super) throttle: Throttle,
}

impl std::fmt::Debug for ModelActor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ModelActor").field("served", &self.served).finish_non_exhaustive()
    }
}

impl Drop for ModelActor {
    fn drop(&mut self) {
        self.desk.close(self.incarnation);
    }
}

impl Actor for ModelActor {
    const NAME: &'static str = "model";
}

/// What to do now.
enum Next {
    Nothing,
    /// Nothing will come any more.
    End,
    /// Let others go first, then look again.
    Yield,
    Wait(Duration),
    /// Run the batch, of so many rows, expected to take so long.
    Run {
        rows: usize,
        expected: Option<Duration>,
    },
}

impl ModelActor {
    /// Decides, and takes the batch.
    fn next(&mut self) -> Next {
        let Some((_, batch)) = &mut self.served else { return Next::Nothing };
        let now = Instant::now();
        let mut desk = self.desk.lock();
        let seen = std::mem::take(&mut self.seen);
        desk.is_told = false;
        if desk.is_drained() {
            return Next::End;
        }
        let Some(pending) = desk.first() else { return Next::Nothing };
        let rest = desk.rest(now);
        if !rest.is_zero() {
            // Nobody need tell us meanwhile.
            desk.is_told = true;
            return Next::Wait(rest);
        }
        let age = now.saturating_duration_since(pending.since);
        let max_wait = desk.wait(self.max_wait);
        let rows = match desk.stats.costs.choose(pending.rows, self.desk.max_batch, age, max_wait) {
            // As long as each look finds more.
            Choice::RunSoon(rows) if rows > seen => {
                self.seen = rows;
                desk.is_told = true;
                return Next::Yield;
            }
            Choice::Run(rows) | Choice::RunSoon(rows) => rows,
            // Who comes meanwhile tells us, and we look again.
            Choice::Wait(time) => return Next::Wait(time),
        };
        desk.take(pending, rows, now, batch);
        let rows = batch.iter().map(|queued| queued.rows).sum();
        Next::Run { rows, expected: desk.stats.costs.expected(rows) }
    }

    /// Runs the batch on this worker, if it may be held.
    fn run_here(&mut self, rows: usize, context: &Context<Self>) -> bool {
        let Some(_hold) = context.try_hold_worker() else { return false };
        if let Some((runner, batch)) = &mut self.served {
            let desk = &self.desk;
            runner.serve(batch, |answered, failed, took| desk.note(rows, true, answered, failed, took));
        }
        true
    }

    /// After a run: others go first, those that were answered among them; then the next batch, if somebody waits.
    fn go_on(&self, context: &mut Context<Self>) {
        let mut desk = self.desk.lock();
        if (desk.waits() || desk.is_drained()) && !std::mem::replace(&mut desk.is_told, true) {
            context.continue_with(Work {});
        }
        context.yield_now();
    }
}

impl ModelActor {
    /// Sees what heat and power leave.
    pub(super) fn adapt(desk: &Desk, throttle: &Throttle, runtime: &Handle) {
        if let Some(state) = runtime.energy_state() {
            desk.limit(throttle.limits(state.thermal.level, state.power));
        }
    }

    fn changed(&mut self, context: &mut Context<Self>) -> Handled<'static, ()> {
        if let Some(runtime) = Handle::current() {
            Self::adapt(&self.desk, &self.throttle, &runtime);
        }
        self.go_on(context);
        Handled::now(())
    }
}

impl Handles<ThermalChanged> for ModelActor {
    type Reply = ();
    const LANE: Lane = Lane::High;

    fn handle<'a>(&'a mut self, _: ThermalChanged, context: &'a mut Context<Self>) -> Handled<'a, ()> {
        self.changed(context)
    }
}

impl Handles<PowerChanged> for ModelActor {
    type Reply = ();
    const LANE: Lane = Lane::High;

    fn handle<'a>(&'a mut self, _: PowerChanged, context: &'a mut Context<Self>) -> Handled<'a, ()> {
        self.changed(context)
    }
}

impl Handles<Work> for ModelActor {
    type Reply = ();
    const LANE: Lane = Lane::Normal;

    fn handle<'a>(&'a mut self, _: Work, context: &'a mut Context<Self>) -> Handled<'a, ()> {
        let (rows, expected) = match self.next() {
            Next::Nothing => return Handled::now(()),
            Next::End => {
                context.stop(ExitReason::Normal);
                return Handled::now(());
            }
            Next::Yield => {
                context.continue_with(Work {});
                context.yield_now();
                return Handled::now(());
            }
            Next::Wait(time) => {
                context.tell_after(time, Work {});
                return Handled::now(());
            }
            // All that waited were too late, or had gone.
            Next::Run { rows: 0, .. } => {
                self.go_on(context);
                return Handled::now(());
            }
            Next::Run { rows, expected } => (rows, expected),
        };
        let is_short = expected.is_some_and(|time| time < self.inline_below);
        if is_short && self.run_here(rows, context) {
            self.go_on(context);
            return Handled::now(());
        }
        Handled::later(async move {
            if let Some((mut runner, mut batch)) = self.served.take() {
                let desk = self.desk.clone();
                let run = tokio::task::spawn_blocking(move || {
                    runner.serve(&mut batch, |answered, failed, took| {
                        desk.note(rows, false, answered, failed, took)
                    });
                    (runner, batch)
                });
                match run.await {
                    Ok(served) => self.served = Some(served),
                    // Its requests were answered when their senders were dropped.
                    Err(error) => {
                        return context.stop(ExitReason::custom(format!("the model panicked: {error}")));
                    }
                }
            }
            self.go_on(context);
        })
    }
}
