//! The actor that runs a model.
use std::sync::Arc;
use std::time::Duration;

use dala::actor::{Handled, Handles};
use dala::energy::{PowerChanged, ThermalChanged};
use dala::{Actor, Context, ExitReason, Handle, Lane};

use super::desk::Desk;
use super::executor::{Executor, Next, Pause};

/// Tells a [`ModelActor`] that requests wait.
#[dala::message]
#[derive(Debug)]
pub struct Work {}

/// The actor that runs a model in one session: a batch a message, and others on its worker get their turn in between.
pub struct ModelActor {
    pub(super) desk: Arc<Desk>,
    pub(super) incarnation: u64,
    /// Elsewhere during a run on another thread.
    pub(super) executor: Option<Executor>,
    pub(super) inline_below: Duration,
    pub(super) lend_below: Duration,
}

impl std::fmt::Debug for ModelActor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ModelActor").field("incarnation", &self.incarnation).finish_non_exhaustive()
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

impl ModelActor {
    fn changed(&mut self) -> Handled<'static, ()> {
        if let Some(runtime) = Handle::current() {
            self.desk.adapt(&runtime);
        }
        Handled::now(())
    }
}

impl Handles<ThermalChanged> for ModelActor {
    type Reply = ();
    const LANE: Lane = Lane::High;

    fn handle<'a>(&'a mut self, _: ThermalChanged, _: &'a mut Context<Self>) -> Handled<'a, ()> {
        self.changed()
    }
}

impl Handles<PowerChanged> for ModelActor {
    type Reply = ();
    const LANE: Lane = Lane::High;

    fn handle<'a>(&'a mut self, _: PowerChanged, _: &'a mut Context<Self>) -> Handled<'a, ()> {
        self.changed()
    }
}

/// Has the actor do what comes when there is no batch.
fn pause(pause: Pause, context: &mut Context<ModelActor>) {
    match pause {
        Pause::Idle => {}
        Pause::End => context.stop(ExitReason::Normal),
        Pause::Yield => {
            context.continue_with(Work {});
            context.yield_now();
        }
        Pause::Wait(time) => {
            context.tell_after(time, Work {});
        }
    }
}

impl Handles<Work> for ModelActor {
    type Reply = ();
    const LANE: Lane = Lane::Normal;

    fn handle<'a>(&'a mut self, _: Work, context: &'a mut Context<Self>) -> Handled<'a, ()> {
        let Some(executor) = &mut self.executor else { return Handled::now(()) };
        let run = match executor.next() {
            Next::Run(run) => run,
            Next::Pause(next) => {
                pause(next, context);
                return Handled::now(());
            }
        };
        let inline_below = self.inline_below;
        let has_run = run.is_below(inline_below) && executor.run_here(context)
            || run.is_below(self.lend_below) && executor.run_lending(context);
        if has_run {
            pause(executor.settle(), context);
            // Others go first, those that were answered among them.
            context.yield_now();
            return Handled::now(());
        }
        Handled::later(async move {
            let (Some(mut executor), Some(runtime)) = (self.executor.take(), Handle::current()) else {
                return;
            };
            let runs = tokio::task::spawn_blocking(move || {
                let next = executor.run_on(run, inline_below, &runtime);
                (executor, next)
            });
            match runs.await {
                Ok((executor, next)) => {
                    self.executor = Some(executor);
                    pause(next, context);
                }
                // Its requests were answered when their senders were dropped.
                Err(error) => context.stop(ExitReason::custom(format!("the model panicked: {error}"))),
            }
        })
    }
}
