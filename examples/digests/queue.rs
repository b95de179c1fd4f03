//! Files that wait for a worker, and workers that wait for a file.

use crate::ledger::{Enter, Knows, Ledger};
use crate::named;
use dala::registry::{Named, Topic};
use dala::{Context, Down, ExitReason, Pid, Ref, ReplyTo};
use std::collections::{HashMap, VecDeque};

/// Files that may wait: the scanner waits when there are more.
const WAITING: usize = 64;
/// How often a file is given to a worker.
const ATTEMPTS: u32 = 3;

/// What there is to tell.
#[dala::message]
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    /// The list had it.
    Known {
        /// The file.
        path: String,
    },
    /// It is in the list now.
    Done {
        /// The file.
        path: String,
    },
    /// A worker ended over it; another tries.
    Again {
        /// The file.
        path: String,
        /// Why the worker ended.
        reason: String,
    },
    /// It will not be in the list.
    GivenUp {
        /// The file, or the folder.
        path: String,
        /// The last reason.
        reason: String,
    },
}

struct Job {
    path: String,
    attempts: u32,
}

/// Gives files to workers, and watches those that have one.
pub(crate) struct Queue {
    ledger: Named<Ledger>,
    progress: Topic<Progress>,
    jobs: VecDeque<Job>,
    idle: VecDeque<(Pid, ReplyTo<String>)>,
    in_hand: HashMap<Pid, (Ref, Job)>,
    /// The scanner, while it waits for room.
    scanner: Option<ReplyTo<()>>,
    is_scanned: bool,
}

#[dala::actor]
impl Queue {
    #[init]
    fn new(progress: Topic<Progress>) -> Self {
        Queue {
            ledger: named("ledger"),
            progress,
            jobs: VecDeque::new(),
            idle: VecDeque::new(),
            in_hand: HashMap::new(),
            scanner: None,
            is_scanned: false,
        }
    }

    /// A file is found. The reply comes when there is room for the next.
    #[message]
    async fn found(&mut self, path: String, reply: ReplyTo<()>, ctx: &mut Context<Self>) {
        match self.ledger.call(Knows { path: path.clone() }).await {
            Ok(true) => self.tell(Progress::Known { path }),
            Ok(false) => self.jobs.push_back(Job { path, attempts: 0 }),
            Err(error) => return ctx.stop(ExitReason::custom(format!("no ledger: {error}"))),
        }
        self.scanner = Some(reply);
        self.go_on(ctx);
    }

    /// There is something that cannot be read where files are looked for.
    #[message]
    fn unreadable(&mut self, path: String, reason: String) {
        self.tell(Progress::GivenUp { path, reason });
    }

    /// There are no more files.
    #[message]
    fn scanned(&mut self, ctx: &mut Context<Self>) {
        self.is_scanned = true;
        self.go_on(ctx);
    }

    /// A worker wants a file. The reply comes when there is one.
    #[message]
    fn take(&mut self, worker: Pid, reply: ReplyTo<String>, ctx: &mut Context<Self>) {
        self.idle.push_back((worker, reply));
        self.go_on(ctx);
    }

    /// A worker has done with its file.
    #[message]
    async fn digested(&mut self, worker: Pid, digest: Result<String, String>, ctx: &mut Context<Self>) {
        let Some((monitor, Job { path, .. })) = self.in_hand.remove(&worker) else { return };
        ctx.demonitor(monitor);
        match digest {
            Ok(digest) => match self.ledger.call(Enter { path: path.clone(), digest }).await {
                Ok(()) => self.tell(Progress::Done { path }),
                Err(error) => return ctx.stop(ExitReason::custom(format!("no ledger: {error}"))),
            },
            Err(reason) => self.tell(Progress::GivenUp { path, reason }),
        }
        self.go_on(ctx);
    }

    /// A worker has ended over its file.
    #[on_down]
    fn worker_ended(&mut self, down: &Down, ctx: &mut Context<Self>) {
        let Some((_, job)) = self.in_hand.remove(&down.pid) else { return };
        let (path, reason) = (job.path.clone(), down.reason.to_string());
        if job.attempts < ATTEMPTS {
            self.jobs.push_back(job);
            self.tell(Progress::Again { path, reason });
        } else {
            self.tell(Progress::GivenUp { path, reason });
        }
        self.go_on(ctx);
    }
}

impl Queue {
    fn tell(&self, progress: Progress) {
        self.progress.publish(progress);
    }

    /// Gives what there is to who waits, and ends when nothing can come.
    fn go_on(&mut self, ctx: &mut Context<Self>) {
        while let Some(mut job) = self.jobs.pop_front() {
            let Some((worker, reply)) = self.idle.pop_front() else {
                self.jobs.push_front(job);
                break;
            };
            job.attempts += 1;
            reply.answer(job.path.clone());
            // Should it have ended by now, the queue learns that too.
            self.in_hand.insert(worker, (ctx.monitor(worker), job));
        }
        if self.jobs.len() < WAITING
            && let Some(scanner) = self.scanner.take()
        {
            scanner.answer(());
        }
        if self.is_scanned && self.jobs.is_empty() && self.in_hand.is_empty() {
            ctx.stop(ExitReason::Normal);
        }
    }
}
