//! One run of a simulation: who goes next.

#![expect(unsafe_code, reason = "runs actors that it took off the injector, as a worker does")]

use super::failure::{Cause, Failure, Report};
use super::faults::Faults;
use crate::actor::Qos;
use crate::actor::budget::{Budget, MESSAGES};
use crate::actor::run::{self, After, Watched};
use crate::actor::{current, process};
use crate::message::{ExitReason, exit};
use crate::pid::{NOBODY, Pid, epoch};
use crate::runtime::Runtime;
use crate::sched::run_queue::Job;
use crate::sched::simulated::Simulated;
use crate::sync::{Arc, Mutex, Ordering, lock};
use crate::timer::{Action, Timers};
use std::collections::HashMap;
use std::future::Future;
use std::task::Poll;
use std::time::Duration;

/// Activations of the clean-up after the test, by which every actor has died.
const LAST_STEPS: u32 = 1_000_000;
/// What tokio says where it is asked for a timer or a socket outside of its context.
const NO_TOKIO: &str = "there is no reactor running";

/// What the test came to.
type Ended = Arc<Mutex<Option<Result<(), ExitReason>>>>;

/// An actor that has something to do.
#[derive(Clone, Copy)]
struct Due {
    number: u32,
    job: Job,
    /// Whether it was held up already.
    was_late: bool,
}

pub(super) struct World {
    runtime: Runtime,
    timers: &'static Timers,
    faults: Faults,
    seed: u64,
    max_steps: u64,
    steps: u64,
    /// Times that the clock was turned to a timer which gave nobody anything to do.
    idle_jumps: u64,
    trace: u64,
    /// Who has something to do, in order of their numbers.
    due: Vec<Due>,
    /// Actors by the order in which they first had something to do: pids differ from run to run.
    numbers: HashMap<Pid, u32>,
    /// Who is held up, and until when.
    late: Vec<(u64, Job)>,
}

impl World {
    pub(super) fn new(seed: u64, faults: Faults, max_steps: u64) -> World {
        assert!(current::pid() == NOBODY, "a simulation cannot run in an actor");
        let runtime = Runtime::simulated(Simulated::new(seed, faults.disk.clone()));
        let timers = runtime.handle().scheduler.services.timers;
        World {
            runtime,
            timers,
            faults,
            seed,
            max_steps,
            steps: 0,
            idle_jumps: 0,
            // The basis and, below, the factor of FNV-1a.
            trace: 0xcbf2_9ce4_8422_2325,
            due: Vec::new(),
            numbers: HashMap::new(),
            late: Vec::new(),
        }
    }

    fn simulated(&self) -> &Simulated {
        let simulated = &self.runtime.handle().scheduler.simulated;
        simulated.as_ref().expect("made so by `Runtime::simulated`")
    }

    pub(super) fn run(mut self, test: impl Future<Output = ()> + Send + 'static) -> Result<Report, Failure> {
        let ended = Ended::default();
        let entered = self.runtime.handle().enter();
        let root = {
            let ended = ended.clone();
            let mut test = Box::pin(test);
            std::future::poll_fn(move |context| match exit::catch(|| test.as_mut().poll(context)) {
                Ok(Poll::Pending) => Poll::Pending,
                Ok(Poll::Ready(())) => {
                    *lock(&ended) = Some(Ok(()));
                    Poll::Ready(())
                }
                Err(reason) => {
                    *lock(&ended) = Some(Err(reason));
                    Poll::Ready(())
                }
            })
        };
        let cause = match self.runtime.handle().spawn_task(root) {
            Ok(_) => exit::catch_here(|| self.steps_until(&ended))
                .unwrap_or_else(|reason| Some(Cause::Failed(reason))),
            Err(error) => Some(Cause::Failed(ExitReason::custom(error.to_string()))),
        };
        let report = Report {
            seed: self.seed,
            steps: self.steps,
            elapsed: Duration::from_nanos(self.timers.now()),
            trace: self.trace,
        };
        self.end();
        drop(entered);
        match cause {
            None => Ok(report),
            Some(cause) => Err(Failure { report, cause }),
        }
    }

    /// Goes on until the test is done. Returns why it failed.
    fn steps_until(&mut self, ended: &Ended) -> Option<Cause> {
        let _noted = exit::note_panics();
        loop {
            self.take_due();
            if let Some(escape) = self.simulated().take_escape() {
                return Some(Cause::NotSimulated(escape));
            }
            if let Some(ended) = lock(ended).take() {
                return ended.err().map(Cause::Failed);
            }
            if self.steps.max(self.idle_jumps) >= self.max_steps {
                return Some(Cause::TooLong);
            }
            if self.due.is_empty() {
                if !self.timers.jump() {
                    return Some(self.deadlock());
                }
                self.idle_jumps += 1;
                continue;
            }
            // It was of use, if there was one.
            self.idle_jumps = self.idle_jumps.saturating_sub(1);
            let next = self.simulated().below(self.due.len());
            let next = self.due.remove(next);
            let name = (next.job.cell().vtable.name)();
            if !self.happens_to(next) {
                self.step(next);
            }
            let panics = exit::take_noted_panics();
            if let Some(panic) = panics.iter().find(|panic| panic.message.contains(NO_TOKIO)) {
                let place = panic.place.as_deref().unwrap_or("a place that is not known");
                let what =
                    format!("`{name}` waits for something of tokio at {place}, which is not simulated");
                return Some(Cause::NotSimulated(what));
            }
        }
    }

    /// Takes over who became due.
    fn take_due(&mut self) {
        let now = self.timers.now();
        let in_time: Vec<_> = self.late.extract_if(.., |(until, _)| *until <= now).collect();
        for (_, job) in in_time {
            self.add(job, true);
        }
        while let Some(job) = self.runtime.handle().scheduler.injector.pop() {
            self.add(job, false);
        }
    }

    fn add(&mut self, job: Job, was_late: bool) {
        let next = self.numbers.len() as u32;
        let number = *self.numbers.entry(job.cell().pid()).or_insert(next);
        // In order of numbers, not of arrival: what one activation wakes may come in an order of its own.
        let at = self.due.partition_point(|due| due.number < number);
        self.due.insert(at, Due { number, job, was_late });
    }

    /// Lets a fault happen. Returns whether the actor does not run now.
    fn happens_to(&mut self, Due { job, was_late, .. }: Due) -> bool {
        let cell = job.cell();
        let (name, simulated) = ((cell.vtable.name)(), self.simulated());
        let crashes = self.faults.crashes.iter().filter(|crash| crash.actor == name);
        for crash in crashes {
            if simulated.chance(crash.per_million) {
                process::kill(cell.pid());
            }
        }
        let Some(delay) = &self.faults.delay else { return false };
        if was_late || !simulated.chance(delay.per_million) {
            return false;
        }
        let late = simulated.time_within(&(Duration::from_nanos(1)..delay.longest));
        let until = self.timers.deadline(late);
        // The timer only takes time there.
        self.timers.arm(until, Action::Run(Box::new(|| ())));
        self.late.push((until, job));
        true
    }

    fn step(&mut self, Due { number, job, .. }: Due) {
        // Small batches as often as large ones.
        let most = 1 << self.simulated().below(MESSAGES.ilog2() as usize + 1);
        self.steps += 1;
        for part in [u64::from(number), most, self.timers.now()] {
            self.trace = (self.trace ^ part).wrapping_mul(0x0100_0000_01b3);
        }
        let pin = epoch::pin();
        // SAFETY: the job was in the injector, so it is ours.
        if unsafe { run::activate(job.0, Budget::of_messages(most as u32), Watched::No) } != After::Gone {
            self.runtime.handle().scheduler.injector.push(job, Qos::default());
        }
        drop(pin);
    }

    fn deadlock(&self) -> Cause {
        let mut names: Vec<(u32, String)> = Vec::new();
        self.runtime.handle().for_each(|cell| {
            let number = self.numbers.get(&cell.pid()).copied().unwrap_or(u32::MAX);
            names.push((number, format!("`{}`", (cell.vtable.name)())));
        });
        names.sort();
        Cause::Deadlock(names.into_iter().map(|(_, name)| name).collect())
    }

    /// Kills who lives, and lets them die.
    fn end(mut self) {
        let scheduler = self.runtime.handle().scheduler.clone();
        scheduler.is_ending.store(true, Ordering::SeqCst);
        self.timers.forget_all();
        self.late.iter_mut().for_each(|(until, _)| *until = 0);
        let done = exit::catch_here(|| {
            for _ in 0..LAST_STEPS {
                if self.due.is_empty() {
                    let living = self.runtime.handle().actors();
                    living.iter().for_each(|&pid| process::kill(pid));
                    self.take_due();
                }
                let Some(next) = self.due.pop() else { break };
                self.step(next);
                self.take_due();
            }
        });
        // Destructors that panic are their actors' ends.
        let _ = done;
        self.timers.forget_all();
        self.runtime.end_simulated();
    }
}
