//! The actor that runs a model.
use std::sync::Arc;
use std::time::{Duration, Instant};

use dala::actor::{Handled, Handles};
use dala::{Actor, Context, ExitReason, Lane};

use super::cost::Choice;
use super::desk::{Desk, Queued};
use super::runner::Runner;

/// Tells a [`ModelActor`] that requests wait.
#[dala::message]
#[derive(Debug)]
pub struct Work {}

/// The actor that runs a model: a batch a message, so that others on its worker get their turn in between.
pub struct ModelActor {
    pub(super) desk: Arc<Desk>,
    pub(super) incarnation: u64,
    pub(super) runner: Option<Runner>,
    pub(super) max_wait: Duration,
    pub(super) inline_below: Duration,
}

impl std::fmt::Debug for ModelActor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ModelActor").field("runner", &self.runner).finish_non_exhaustive()
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
    Wait(Duration),
    Run { batch: Vec<Queued>, rows: usize, inline: bool },
}

impl ModelActor {
    fn next(&self) -> Next {
        let now = Instant::now();
        let mut desk = self.desk.lock();
        desk.is_told = false;
        let waiting = desk.waiting_rows();
        let Some(oldest) = desk.oldest() else { return Next::Nothing };
        let age = now.saturating_duration_since(oldest);
        let rows = match desk.stats.costs.choose(waiting, self.desk.max_batch, age, self.max_wait) {
            Choice::Run(rows) => rows,
            Choice::Wait(time) => {
                // Who comes meanwhile tells us, and we look again.
                return Next::Wait(time);
            }
        };
        let batch = desk.take(rows, now);
        let rows = batch.iter().map(|queued| queued.rows).sum();
        let inline = desk.stats.costs.expected(rows).is_some_and(|time| time < self.inline_below);
        Next::Run { batch, rows, inline }
    }

    /// After a run: asks for another turn if somebody waits.
    fn go_on(&self, context: &Context<Self>) {
        let mut desk = self.desk.lock();
        if desk.waiting_rows() > 0 && !std::mem::replace(&mut desk.is_told, true) {
            drop(desk);
            // We live: we run.
            let _ = context.me().tell(Work {});
        }
    }
}

impl Handles<Work> for ModelActor {
    type Reply = ();
    const LANE: Lane = Lane::Normal;

    fn handle<'a>(&'a mut self, _: Work, context: &'a mut Context<Self>) -> Handled<'a, ()> {
        match self.next() {
            Next::Nothing => Handled::now(()),
            Next::Wait(time) => {
                context.tell_after(time, Work {});
                Handled::now(())
            }
            Next::Run { batch, rows, inline: true } => {
                if let Some(runner) = self.runner.as_mut().filter(|_| rows > 0) {
                    let desk = &self.desk;
                    runner
                        .serve(batch, |answered, failed, took| desk.note(rows, true, answered, failed, took));
                }
                self.go_on(context);
                Handled::now(())
            }
            Next::Run { batch, rows, inline: false } => Handled::later(async move {
                if rows > 0
                    && let Some(mut runner) = self.runner.take()
                {
                    let desk = self.desk.clone();
                    let run = tokio::task::spawn_blocking(move || {
                        runner.serve(batch, |answered, failed, took| {
                            desk.note(rows, false, answered, failed, took)
                        });
                        runner
                    });
                    match run.await {
                        Ok(runner) => self.runner = Some(runner),
                        // Its requests were answered when their senders were dropped.
                        Err(error) => {
                            return context.stop(ExitReason::custom(format!("the model panicked: {error}")));
                        }
                    }
                }
                self.go_on(context);
            }),
        }
    }
}
