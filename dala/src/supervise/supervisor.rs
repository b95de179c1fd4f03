//! The one-for-one supervisor.
//!
//! It does one thing at a time: starts a child, or stops one, in the order in which they became due. Ends of children, and
//! requests, arrive meanwhile and become due later.

use super::child::{ChildSpec, Restart, Shutdown, StartFuture};
use super::intensity::{Intensity, Restarts};
use crate::actor::behaviour::{Behaviour, Outcome};
use crate::actor::process::{self, Timer};
use crate::actor::waker::waker;
use crate::actor::{Activation, Incoming, SpawnError, SpawnOptions};
use crate::message::{Call, CallError, ExitReason, ReplyHandle};
use crate::pid::{NOBODY, Pid, Ref};
use crate::sched::handle::Handle;
use crate::signal::signal::Question;
use std::collections::VecDeque;
use std::task::{Context, Poll};

/// What a supervisor is made of.
#[derive(Debug, Default)]
pub struct Supervisor {
    intensity: Intensity,
    children: Vec<ChildSpec>,
}

/// Why a child did not start.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// Its start function failed.
    #[error("child {id} did not start: {reason}")]
    Failed {
        /// The child.
        id: String,
        /// What the start function said.
        reason: ExitReason,
    },
    /// There is a child with this id.
    #[error("there is a child {0} already")]
    Exists(String),
    /// There is no child with this id.
    #[error("there is no child {0}")]
    NotFound(String),
    /// The supervisor is dead.
    #[error("the supervisor is dead")]
    NoSupervisor,
    /// Nothing was spawned.
    #[error(transparent)]
    Spawn(#[from] SpawnError),
}

/// A child as the supervisor sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChildInfo {
    /// Its id.
    pub id: String,
    /// Its pid, while it lives.
    pub pid: Option<Pid>,
    /// When it is started again.
    pub restart: Restart,
}

impl Supervisor {
    /// A supervisor without children.
    pub fn new() -> Supervisor {
        Supervisor::default()
    }

    /// Sets how often children may be started again.
    #[must_use]
    pub fn intensity(mut self, intensity: Intensity) -> Supervisor {
        self.intensity = intensity;
        self
    }

    /// Adds a child; children are started in the order in which they were added, and stopped in the reverse one.
    #[must_use]
    pub fn child(mut self, child: ChildSpec) -> Supervisor {
        self.children.push(child);
        self
    }

    /// Starts the supervisor and its children.
    ///
    /// # Errors
    /// The first child's start that failed; those before it were stopped.
    pub async fn start(self, runtime: &Handle) -> Result<SupervisorRef, StartError> {
        self.start_with(runtime, &SpawnOptions::default()).await
    }

    /// As [`Supervisor::start`], linked with the actor that runs it: a child of another supervisor.
    ///
    /// # Errors
    /// As [`Supervisor::start`].
    pub async fn start_linked(self, runtime: &Handle) -> Result<SupervisorRef, StartError> {
        self.start_with(runtime, &SpawnOptions::default().linked()).await
    }

    async fn start_with(self, runtime: &Handle, options: &SpawnOptions) -> Result<SupervisorRef, StartError> {
        let (call, reply) = Call::new(None);
        let children: Vec<Child> = self.children.into_iter().map(|spec| Child { spec, pid: None }).collect();
        let due = children.iter().map(|child| Due::Start(child.spec.id.clone(), None)).collect();
        let running = Running {
            intensity: self.intensity,
            restarts: Restarts::default(),
            children,
            due,
            busy: None,
            on_started: Some(reply),
            ending: None,
        };
        let pid = runtime.spawn_behaviour(running, &options.clone().trapping_exits().starting())?.pid;
        match call.await {
            Ok(Ok(())) => Ok(SupervisorRef { pid }),
            Ok(Err(error)) => Err(error),
            Err(_) => Err(StartError::NoSupervisor),
        }
    }
}

/// Names a supervisor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SupervisorRef {
    pid: Pid,
}

impl From<SupervisorRef> for Pid {
    fn from(supervisor: SupervisorRef) -> Pid {
        supervisor.pid
    }
}

enum Request {
    Children(ReplyHandle),
    Start(ChildSpec, ReplyHandle),
    Stop(String, ReplyHandle),
}

impl SupervisorRef {
    /// Its pid.
    pub fn pid(&self) -> Pid {
        self.pid
    }

    async fn ask<R: Send + 'static>(
        &self,
        request: impl FnOnce(ReplyHandle) -> Request,
    ) -> Result<R, StartError> {
        let (call, reply) = Call::new(None);
        // A refused question drops its handle, which fails the call.
        let _ = process::ask(self.pid, Box::new(request(reply)));
        call.await.map_err(|_| StartError::NoSupervisor)
    }

    /// Its children in start order (`supervisor:which_children/1`, the other way round).
    ///
    /// # Errors
    /// [`StartError::NoSupervisor`].
    pub async fn children(&self) -> Result<Vec<ChildInfo>, StartError> {
        self.ask(Request::Children).await
    }

    /// Adds a child and starts it.
    ///
    /// # Errors
    /// What its start said, or [`StartError::Exists`].
    pub async fn start_child(&self, child: ChildSpec) -> Result<Pid, StartError> {
        self.ask(|reply| Request::Start(child, reply)).await?
    }

    /// Stops a child and forgets it.
    ///
    /// # Errors
    /// [`StartError::NotFound`].
    pub async fn stop_child(&self, id: &str) -> Result<(), StartError> {
        self.ask(|reply| Request::Stop(id.to_owned(), reply)).await?
    }

    /// Tells it to end, which ends its children first. Does not wait.
    pub fn shutdown(&self) {
        process::exit(NOBODY, self.pid, ExitReason::Shutdown);
    }
}

struct Child {
    spec: ChildSpec,
    pid: Option<Pid>,
}

enum Due {
    /// Start the child; who asked for it gets its pid.
    Start(String, Option<ReplyHandle>),
    /// Stop the child; who asked for it is told.
    Stop(String, Option<ReplyHandle>),
}

enum Busy {
    Starting { id: String, start: StartFuture, reply: Option<ReplyHandle> },
    Stopping { id: String, monitor: Ref, timer: Option<Timer>, reply: Option<ReplyHandle> },
}

/// A supervisor at work.
struct Running {
    intensity: Intensity,
    restarts: Restarts,
    children: Vec<Child>,
    due: VecDeque<Due>,
    busy: Option<Busy>,
    /// Whoever started the supervisor waits for its children.
    on_started: Option<ReplyHandle>,
    /// Why it ends, once it does; the children go first.
    ending: Option<ExitReason>,
}

impl Running {
    fn child(&mut self, id: &str) -> Option<&mut Child> {
        self.children.iter_mut().find(|child| child.spec.id == id)
    }

    /// From now on there is only stopping to do.
    fn begin_end(&mut self, reason: ExitReason) {
        if self.ending.is_some() {
            return;
        }
        self.ending = Some(reason);
        self.due.clear();
        self.due.extend(self.children.iter().rev().map(|child| Due::Stop(child.spec.id.clone(), None)));
    }

    /// Does what is due as far as it goes. Returns the reason when the supervisor is done.
    fn advance(&mut self, activation: &mut Activation<'_>) -> Option<ExitReason> {
        loop {
            if let Some(busy) = self.busy.take() {
                match self.go_on(busy, activation) {
                    None => {}
                    busy => {
                        self.busy = busy;
                        return None;
                    }
                }
            }
            match self.due.pop_front() {
                Some(due) => self.busy = self.begin(due, activation),
                None => {
                    if self.ending.is_none()
                        && let Some(reply) = self.on_started.take()
                    {
                        reply.answer_native(Ok::<(), StartError>(()));
                    }
                    return self.ending.clone();
                }
            }
        }
    }

    fn begin(&mut self, due: Due, activation: &mut Activation<'_>) -> Option<Busy> {
        match due {
            Due::Start(id, reply) => {
                let child = self.child(&id)?;
                match child.pid {
                    Some(_) => None,
                    None => Some(Busy::Starting { start: (child.spec.start)(), id, reply }),
                }
            }
            Due::Stop(id, reply) => {
                let Some(child) = self.child(&id) else {
                    if let Some(reply) = reply {
                        reply.answer_native(Err::<(), StartError>(StartError::NotFound(id)));
                    }
                    return None;
                };
                let Some(pid) = child.pid else {
                    self.stopped(&id, reply);
                    return None;
                };
                let shutdown = child.spec.shutdown;
                let monitor = activation.monitor(pid, None);
                let reason = if shutdown == Shutdown::Kill { ExitReason::Kill } else { ExitReason::Shutdown };
                process::exit(activation.pid(), pid, reason);
                let timer = match shutdown {
                    Shutdown::Within(limit) => Some(activation.run_after(limit, move || process::kill(pid))),
                    Shutdown::Kill | Shutdown::Forever => None,
                };
                Some(Busy::Stopping { id, monitor, timer, reply })
            }
        }
    }

    fn go_on(&mut self, busy: Busy, activation: &mut Activation<'_>) -> Option<Busy> {
        let Busy::Starting { id, mut start, reply } = busy else { return Some(busy) };
        let host = activation.cell.host();
        (host.functions.enter_tokio)(host);
        let waker = waker(activation.pid());
        match start.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Pending => Some(Busy::Starting { id, start, reply }),
            Poll::Ready(Ok(pid)) => {
                activation.link(pid);
                if let Some(child) = self.child(&id) {
                    child.pid = Some(pid);
                }
                if let Some(reply) = reply {
                    reply.answer_native(Ok::<Pid, StartError>(pid));
                }
                None
            }
            Poll::Ready(Err(reason)) => {
                self.start_failed(id, reason, reply, activation);
                None
            }
        }
    }

    fn start_failed(
        &mut self,
        id: String,
        reason: ExitReason,
        reply: Option<ReplyHandle>,
        activation: &Activation<'_>,
    ) {
        let error = StartError::Failed { id: id.clone(), reason };
        if let Some(reply) = reply {
            // Started on request: the child is forgotten.
            self.children.retain(|child| child.spec.id != id);
            reply.answer_native(Err::<Pid, StartError>(error));
        } else if let Some(on_started) = self.on_started.take() {
            on_started.answer_native(Err::<(), StartError>(error));
            self.begin_end(ExitReason::Shutdown);
        } else {
            // A restart that failed is tried again, as long as the intensity allows.
            self.restart(id, activation);
        }
    }

    fn restart(&mut self, id: String, activation: &Activation<'_>) {
        if self.ending.is_some() {
            return;
        }
        if self.restarts.is_too_many(activation.now(), self.intensity) {
            self.begin_end(ExitReason::Shutdown);
        } else {
            self.due.push_back(Due::Start(id, None));
        }
    }

    /// A child was stopped because somebody wanted it.
    fn stopped(&mut self, id: &str, reply: Option<ReplyHandle>) {
        if self.ending.is_none() {
            self.children.retain(|child| child.spec.id != id);
        }
        if let Some(reply) = reply {
            reply.answer_native(Ok::<(), StartError>(()));
        }
    }

    fn ended(&mut self, pid: Pid, reason: &ExitReason, activation: &Activation<'_>) {
        let Some(child) = self.children.iter_mut().find(|child| child.pid == Some(pid)) else { return };
        child.pid = None;
        let id = child.spec.id.clone();
        let again = match child.spec.restart {
            Restart::Permanent => true,
            Restart::Transient => !reason.is_orderly(),
            Restart::Temporary => false,
        };
        let is_being_stopped =
            matches!(&self.busy, Some(Busy::Stopping { id: stopping, .. }) if *stopping == id);
        if is_being_stopped {
            return;
        }
        if again {
            self.restart(id, activation);
        } else if child_is_temporary(&self.children, &id) {
            self.children.retain(|child| child.spec.id != id);
        }
    }

    fn down(&mut self, found: Ref) {
        if matches!(&self.busy, Some(Busy::Stopping { monitor, .. }) if *monitor == found)
            && let Some(Busy::Stopping { id, timer, reply, .. }) = self.busy.take()
        {
            if let Some(timer) = timer {
                timer.cancel();
            }
            if let Some(child) = self.child(&id) {
                child.pid = None;
            }
            self.stopped(&id, reply);
        }
    }
}

fn child_is_temporary(children: &[Child], id: &str) -> bool {
    children.iter().any(|child| child.spec.id == id && child.spec.restart == Restart::Temporary)
}

impl Behaviour for Running {
    const ORDERLY_SHUTDOWN: bool = true;

    fn run(&mut self, activation: &mut Activation<'_>) -> Outcome {
        while let Some(incoming) = activation.next_incoming() {
            match incoming {
                Incoming::Exit { from, reason } if from == activation.parent() || from == NOBODY => {
                    self.begin_end(reason);
                }
                Incoming::Exit { from, reason } => self.ended(from, &reason, activation),
                Incoming::Down(down) => self.down(down.monitor),
                // Not a supervisor's business; dropped as OTP's supervisor does, which logs it.
                Incoming::Message(message) => {
                    message.fail_call(|| CallError::NotUnderstood("a supervisor".into()))
                }
            }
        }
        if activation.is_doomed() {
            return Outcome::Waiting;
        }
        activation.take_wake();
        match self.advance(activation) {
            Some(reason) => Outcome::Exited(reason),
            None => Outcome::Waiting,
        }
    }

    fn asked(&mut self, question: Question, activation: &mut Activation<'_>) {
        let Ok(request) = question.downcast::<Request>() else { return };
        match *request {
            Request::Children(reply) => {
                let children = self.children.iter().map(|child| ChildInfo {
                    id: child.spec.id.clone(),
                    pid: child.pid,
                    restart: child.spec.restart,
                });
                reply.answer_native(children.collect::<Vec<_>>());
            }
            Request::Start(spec, reply) => {
                if self.child(&spec.id).is_some() {
                    return reply.answer_native(Err::<Pid, StartError>(StartError::Exists(spec.id)));
                }
                self.due.push_back(Due::Start(spec.id.clone(), Some(reply)));
                self.children.push(Child { spec, pid: None });
            }
            Request::Stop(id, reply) => self.due.push_back(Due::Stop(id, Some(reply))),
        }
        // What became due is done in an activation, which can end the actor.
        process::wake(activation.pid());
    }

    fn exiting(&mut self, reason: &ExitReason, activation: &mut Activation<'_>) {
        // Killed, or a start function panicked: the children have no supervisor any more.
        if self.ending.is_none() || *reason == ExitReason::Killed {
            let from = activation.pid();
            self.children.iter().filter_map(|child| child.pid).for_each(|pid| {
                process::exit(from, pid, ExitReason::Shutdown);
            });
        }
    }

    fn name() -> &'static str {
        "supervisor"
    }
}
