//! A supervisor at work.
//!
//! It does one thing at a time, an *operation* made of steps: start this child, stop that one. What happens meanwhile, ends
//! of children and requests, waits in `events` in order of arrival, as in the mailbox of OTP's supervisor, which blocks. Only
//! questions about its children are answered at once, and an order to end is obeyed before all else.
//!
//! An end is matched with a child by pid when its turn comes: that of a child which was stopped or replaced meanwhile means
//! nothing.

use super::child::{ChildSpec, Restart, Shutdown, StartFuture};
use super::children::{Child, Children, Key};
use super::intensity::{Intensity, Restarts};
use super::strategy::{AutoShutdown, Backoff, Strategy};
use super::supervisor::{Request, StartError};
use crate::actor::behaviour::{Behaviour, Outcome};
use crate::actor::process::{self, Timer};
use crate::actor::waker::waker;
use crate::actor::{Activation, Incoming};
use crate::message::report::{ChildFate, LostChild, Report};
use crate::message::{CallError, ExitReason, ReplyHandle, exit};
use crate::pid::{NOBODY, Pid, Ref};
use crate::signal::signal::Question;
use std::collections::{HashMap, VecDeque};
use std::task::{Context, Poll};

#[derive(Clone, Debug)]
pub(super) struct Flags {
    pub(super) strategy: Strategy,
    pub(super) intensity: Intensity,
    pub(super) auto_shutdown: AutoShutdown,
    pub(super) backoff: Option<Backoff>,
    /// Children come and go on request, and are stopped all at once.
    pub(super) is_dynamic: bool,
    pub(super) max_children: usize,
}

impl Default for Flags {
    fn default() -> Flags {
        Flags {
            strategy: Strategy::default(),
            intensity: Intensity::default(),
            auto_shutdown: AutoShutdown::default(),
            backoff: None,
            is_dynamic: false,
            max_children: usize::MAX,
        }
    }
}

/// What waits for its turn.
enum Event {
    Exited(Pid, ExitReason),
    Asked(Request),
}

enum Step {
    Start(Key),
    Stop(Key),
    /// The supervisor ends: stop them all at once.
    StopAll,
}

enum Busy {
    Starting(Key, StartFuture),
    Stopping(Key, Ref, Option<Timer>),
    StoppingAll(HashMap<Ref, Key>, Option<Timer>),
}

/// What the steps are for, and what is to be done after them.
enum Operation {
    None,
    /// The first start.
    Begin,
    /// A restart of this child and its group.
    Restart,
    /// Somebody asked for a start; forget the child if it fails.
    Start {
        reply: ReplyHandle,
        key: Key,
        forget: bool,
    },
    /// Somebody asked for a stop.
    Stop {
        reply: ReplyHandle,
        key: Key,
        forget: bool,
    },
    End,
}

/// The behaviour.
pub(super) struct Running {
    flags: Flags,
    restarts: Restarts,
    children: Children,
    events: VecDeque<Event>,
    operation: Operation,
    steps: VecDeque<Step>,
    busy: Option<Busy>,
    /// Whoever started the supervisor waits for its children.
    on_started: Option<ReplyHandle>,
    /// Which child's first start failed: told when those before it are stopped.
    failed: Option<StartError>,
    /// Waits before restarts so far.
    attempts: u64,
    /// Why it ends, once it does; the children go first.
    ending: Option<ExitReason>,
}

type Started = Result<Option<Pid>, StartError>;

impl Running {
    pub(super) fn new(flags: Flags, children: Children, on_started: ReplyHandle) -> Running {
        let steps = children.keys().into_iter().map(Step::Start).collect();
        Running {
            flags,
            restarts: Restarts::default(),
            children,
            events: VecDeque::new(),
            operation: Operation::Begin,
            steps,
            busy: None,
            on_started: Some(on_started),
            failed: None,
            attempts: 0,
            ending: None,
        }
    }

    /// From now on there is only stopping to do. A start that is going on is waited for, and stopped too.
    fn begin_end(&mut self, reason: ExitReason) {
        if self.ending.is_some() {
            return;
        }
        self.ending = Some(reason);
        self.events.clear();
        self.steps.clear();
        match std::mem::replace(&mut self.operation, Operation::End) {
            Operation::Start { reply, .. } | Operation::Stop { reply, .. } => reply.fail(CallError::NoReply),
            Operation::None | Operation::Begin | Operation::Restart | Operation::End => {}
        }
        match self.flags.is_dynamic {
            true => self.steps.push_back(Step::StopAll),
            false => self.steps.extend(self.children.keys().into_iter().rev().map(Step::Stop)),
        }
    }

    /// Goes as far as it can. Returns the reason when the supervisor is done.
    fn advance(&mut self, activation: &mut Activation<'_>) -> Option<ExitReason> {
        loop {
            if let Some(busy) = self.busy.take() {
                self.busy = self.go_on(busy, activation);
                if self.busy.is_some() {
                    return None;
                }
            }
            if let Some(step) = self.steps.pop_front() {
                self.busy = self.begin(step, activation);
                continue;
            }
            self.finish_operation();
            if self.ending.is_some() {
                if let (Some(reply), Some(error)) = (self.on_started.take(), self.failed.take()) {
                    reply.answer_native(Err::<(), StartError>(error));
                }
                return self.ending.clone();
            }
            match self.events.pop_front()? {
                Event::Exited(pid, reason) => self.ended(pid, &reason, activation),
                Event::Asked(request) => self.serve(request, activation),
            }
        }
    }

    fn finish_operation(&mut self) {
        match std::mem::replace(&mut self.operation, Operation::None) {
            Operation::None | Operation::Restart | Operation::End => {}
            Operation::Begin => {
                if let Some(reply) = self.on_started.take() {
                    reply.answer_native(Ok::<(), StartError>(()));
                }
            }
            Operation::Start { reply, key, .. } => {
                let pid = self.children.get(key).and_then(|child| child.pid());
                let is_gone = pid.is_none();
                if is_gone && self.flags.is_dynamic {
                    self.children.remove(key);
                }
                reply.answer_native::<Started>(Ok(pid));
            }
            Operation::Stop { reply, key, forget } => {
                if forget {
                    self.children.remove(key);
                } else {
                    self.children.settle(key, self.flags.is_dynamic);
                }
                reply.answer_native(Ok::<(), StartError>(()));
            }
        }
    }

    fn begin(&mut self, step: Step, activation: &mut Activation<'_>) -> Option<Busy> {
        match step {
            Step::Start(key) => {
                let child = self.children.get_mut(key)?;
                match child.pid() {
                    Some(_) => None,
                    // A panic of the user's function is a start that failed.
                    None => Some(Busy::Starting(
                        key,
                        exit::catch(|| (child.spec.start)())
                            .unwrap_or_else(|reason| Box::pin(std::future::ready(Err(reason)))),
                    )),
                }
            }
            Step::Stop(key) => {
                let child = self.children.get(key)?;
                let (pid, shutdown) = (child.pid()?, child.spec.shutdown);
                let monitor = activation.monitor(pid, None);
                process::exit(activation.pid(), pid, shutdown.signal());
                let timer = match shutdown {
                    Shutdown::Within(limit) => Some(activation.run_after(limit, move || process::kill(pid))),
                    Shutdown::Kill | Shutdown::Forever => None,
                };
                Some(Busy::Stopping(key, monitor, timer))
            }
            Step::StopAll => self.stop_all(activation),
        }
    }

    /// All at once, within the longest time that one of them has.
    fn stop_all(&mut self, activation: &mut Activation<'_>) -> Option<Busy> {
        let mut left = HashMap::new();
        let (mut limit, mut limited) = (None, Vec::new());
        for (key, child) in self.children.iter() {
            let Some(pid) = child.pid() else { continue };
            left.insert(activation.monitor(pid, None), key);
            process::exit(activation.pid(), pid, child.spec.shutdown.signal());
            if let Shutdown::Within(time) = child.spec.shutdown {
                limit = limit.max(Some(time));
                limited.push(pid);
            }
        }
        let kill = move || limited.into_iter().for_each(process::kill);
        let timer = limit.map(|limit| activation.run_after(limit, kill));
        (!left.is_empty()).then_some(Busy::StoppingAll(left, timer))
    }

    fn go_on(&mut self, busy: Busy, activation: &mut Activation<'_>) -> Option<Busy> {
        let Busy::Starting(key, mut start) = busy else { return Some(busy) };
        let host = activation.cell.host();
        (host.functions.enter_tokio)(host);
        let waker = waker(activation.pid());
        match exit::catch(|| start.as_mut().poll(&mut Context::from_waker(&waker)))
            .unwrap_or_else(|reason| Poll::Ready(Err(reason)))
        {
            Poll::Pending => return Some(Busy::Starting(key, start)),
            Poll::Ready(Ok(Some(pid))) => {
                activation.link(pid);
                self.children.set_pid(key, Some(pid));
                if let Some(child) = self.children.get_mut(key) {
                    child.started = activation.now();
                }
                if let (Operation::Restart, Some(observer)) = (&self.operation, &host.observer) {
                    observer.restarted(process::name_of_type(pid).unwrap_or("ended at once"));
                }
            }
            Poll::Ready(Ok(None)) => self.children.settle(key, self.flags.is_dynamic),
            Poll::Ready(Err(reason)) => self.start_failed(key, reason, activation),
        }
        None
    }

    fn start_failed(&mut self, key: Key, reason: ExitReason, activation: &mut Activation<'_>) {
        let id = self.children.get(key).map(|child| child.spec.id.clone()).unwrap_or_default();
        match std::mem::replace(&mut self.operation, Operation::None) {
            Operation::Begin => {
                self.failed = Some(StartError::Failed { id, reason });
                self.begin_end(ExitReason::Shutdown);
            }
            Operation::Start { reply, key, forget } => {
                if forget {
                    self.children.remove(key);
                }
                reply.answer_native::<Started>(Err(StartError::Failed { id, reason }));
            }
            // A restart that failed is tried again, as long as the intensity allows; requests get their turn before.
            Operation::Restart => {
                self.steps.clear();
                self.restart(key, activation, true);
                let (supervisor, fate) = (activation.pid(), ChildFate::StartedAgain);
                self.report(LostChild { supervisor, id, pid: None, reason, fate }, true, activation);
            }
            other => self.operation = other,
        }
    }

    /// Tells people of a child, once it is decided what becomes of it.
    fn report(&self, mut lost: LostChild, is_restarted: bool, activation: &Activation<'_>) {
        lost.fate = match (is_restarted, &self.ending) {
            (false, _) => ChildFate::LeftOut,
            (true, None) => ChildFate::StartedAgain,
            (true, Some(_)) => ChildFate::GivenUp,
        };
        let host = activation.cell.host();
        (host.functions.report)(host, Report::Child(lost));
    }

    /// Counts a restart, and does it or lets it wait. A `retry` gets in line behind what arrived meanwhile.
    fn restart(&mut self, key: Key, activation: &mut Activation<'_>, retry: bool) {
        if self.ending.is_some() {
            return;
        }
        if self.restarts.is_too_many(activation.now(), self.flags.intensity) {
            self.children.settle(key, self.flags.is_dynamic);
            return self.begin_end(ExitReason::Shutdown);
        }
        self.children.set_pid(key, None);
        self.attempts += 1;
        let attempt = self.attempts;
        let Some(child) = self.children.get_mut(key) else { return };
        child.is_restarting = true;
        child.attempt = attempt;
        match self.flags.backoff {
            None if retry => self.events.push_back(Event::Asked(Request::TryAgain(key, attempt))),
            None => self.start_group(key),
            Some(backoff) => {
                let max = u64::try_from(backoff.max.as_nanos()).unwrap_or(u64::MAX);
                if !retry && activation.now().saturating_sub(child.started) > max {
                    child.failures = 0;
                }
                let wait = backoff.wait(child.failures);
                child.failures += 1;
                let me = activation.pid();
                activation.run_after(wait, move || {
                    let _ = process::ask(me, Box::new(Request::TryAgain(key, attempt)));
                });
                self.stop_group(key);
            }
        }
    }

    /// Those that go down with the child, last started first.
    fn stop_group(&mut self, key: Key) {
        if self.flags.strategy == Strategy::OneForOne {
            return;
        }
        let group = self.group(key);
        for &other in group.iter().filter(|&&other| other != key) {
            // Those that waited for a start of their own wait for that of the group now.
            if let Some(child) = self.children.get_mut(other) {
                child.attempt = 0;
            }
        }
        self.operation = Operation::Restart;
        self.steps.extend(group.into_iter().rev().map(Step::Stop));
    }

    fn start_group(&mut self, key: Key) {
        self.stop_group(key);
        self.operation = Operation::Restart;
        // Temporary ones are gone when their turn comes: they were stopped.
        self.steps.extend(self.group(key).into_iter().map(Step::Start));
    }

    /// Those that go down and come back with a child, in start order.
    fn group(&self, key: Key) -> Vec<Key> {
        match self.flags.strategy {
            Strategy::OneForOne => vec![key],
            Strategy::OneForAll => self.children.keys(),
            Strategy::RestForOne => self.children.from(key),
        }
    }

    /// A child ended by itself.
    fn ended(&mut self, pid: Pid, reason: &ExitReason, activation: &mut Activation<'_>) {
        let Some(key) = self.children.by_pid(pid) else { return };
        let Some(child) = self.children.get(key) else { return };
        let again = match child.spec.restart {
            Restart::Permanent => true,
            Restart::Transient => !reason.is_orderly(),
            Restart::Temporary => false,
        };
        let is_significant = child.spec.is_significant;
        let lost = (again || !reason.is_orderly()).then(|| LostChild {
            supervisor: activation.pid(),
            id: child.spec.id.clone(),
            pid: Some(pid),
            reason: reason.clone(),
            fate: ChildFate::LeftOut,
        });
        if again {
            self.restart(key, activation, false);
        }
        if let Some(lost) = lost {
            self.report(lost, again, activation);
        }
        if again {
            return;
        }
        self.children.settle(key, self.flags.is_dynamic);
        // Who is about to be started again has not ended.
        let goes_on = |child: &Child| child.pid().is_some() || child.is_restarting;
        let others = || self.children.iter().any(|(_, child)| child.spec.is_significant && goes_on(child));
        let ends = match self.flags.auto_shutdown {
            AutoShutdown::Never => false,
            AutoShutdown::AnySignificant => is_significant,
            AutoShutdown::AllSignificant => is_significant && !others(),
        };
        if ends {
            self.begin_end(ExitReason::Shutdown);
        }
    }

    fn down(&mut self, found: Ref) {
        match &mut self.busy {
            Some(Busy::Stopping(_, monitor, _)) if *monitor == found => {
                if let Some(Busy::Stopping(key, _, timer)) = self.busy.take() {
                    timer.map(Timer::cancel);
                    self.stopped(key);
                }
            }
            Some(Busy::StoppingAll(left, timer)) => {
                let Some(key) = left.remove(&found) else { return };
                if left.is_empty() {
                    timer.take().map(Timer::cancel);
                    self.busy = None;
                }
                self.stopped(key);
            }
            _ => {}
        }
    }

    /// A child is down because the supervisor wanted it. What a stop was asked for decides its fate at the end of it.
    fn stopped(&mut self, key: Key) {
        match self.operation {
            Operation::Stop { .. } => self.children.set_pid(key, None),
            // With its group, which may be waiting.
            Operation::Restart => {
                self.children.settle(key, false);
                if let Some(child) = self.children.get_mut(key) {
                    (child.is_restarting, child.attempt) = (true, 0);
                }
            }
            _ => self.children.settle(key, false),
        }
    }

    fn add(&mut self, spec: ChildSpec, reply: ReplyHandle) {
        let error = if let Err(error) = self.flags.check(&spec) {
            error
        } else if self.children.len() >= self.flags.max_children {
            StartError::TooManyChildren(self.children.len())
        } else if !self.flags.is_dynamic && self.children.by_id(&spec.id).is_some() {
            StartError::Exists(spec.id)
        } else {
            let key = self.children.add(spec);
            self.operation = Operation::Start { reply, key, forget: true };
            return self.steps.push_back(Step::Start(key));
        };
        reply.answer_native::<Started>(Err(error));
    }

    fn serve(&mut self, request: Request, activation: &mut Activation<'_>) {
        match request {
            Request::Children(reply) => {
                let children: Vec<_> = self.children.iter().map(|(_, child)| child.info()).collect();
                reply.answer_native(children);
            }
            Request::Strategy(reply) => {
                reply.answer_native((!self.flags.is_dynamic).then_some(self.flags.strategy));
            }
            Request::Start(spec, reply) => self.add(spec, reply),
            Request::Restart(id, reply) => match self.find_stopped(&id) {
                Ok(key) => {
                    self.operation = Operation::Start { reply, key, forget: false };
                    self.steps.push_back(Step::Start(key));
                }
                Err(error) => reply.answer_native::<Started>(Err(error)),
            },
            Request::Delete(id, reply) => {
                let found = self.find_stopped(&id).map(|key| self.children.remove(key));
                reply.answer_native::<Result<(), StartError>>(found);
            }
            Request::Stop(id, forget, reply) => {
                let key = self.children.by_id(&id).ok_or(StartError::NotFound(id));
                self.stop(key, forget, reply);
            }
            Request::StopPid(pid, reply) => {
                let key = self.children.by_pid(pid).ok_or_else(|| StartError::NotFound(pid.to_string()));
                self.stop(key, true, reply);
            }
            Request::TryAgain(key, attempt) => {
                // Stopped meanwhile, or waiting with another, or for a later restart?
                if self.children.get(key).is_some_and(|child| child.is_restarting && child.attempt == attempt)
                {
                    self.start_group(key);
                }
            }
        }
        let _ = activation;
    }

    fn stop(&mut self, key: Result<Key, StartError>, forget: bool, reply: ReplyHandle) {
        match key {
            Ok(key) => {
                if let Some(child) = self.children.get_mut(key)
                    && std::mem::take(&mut child.is_restarting)
                {
                    self.leave_stopped(key);
                }
                self.operation = Operation::Stop { reply, key, forget };
                self.steps.push_back(Step::Stop(key));
            }
            Err(error) => reply.answer_native(Err::<(), StartError>(error)),
        }
    }

    /// A child is not started again after all: those that wait with it are not either.
    fn leave_stopped(&mut self, key: Key) {
        for other in self.group(key) {
            if let Some(child) = self.children.get_mut(other)
                && child.attempt == 0
            {
                child.is_restarting = false;
            }
        }
    }

    fn find_stopped(&self, id: &str) -> Result<Key, StartError> {
        let found = self.children.by_id(id).and_then(|key| Some((key, self.children.get(key)?)));
        match found {
            None => Err(StartError::NotFound(id.to_owned())),
            Some((_, child)) if child.pid().is_some() => Err(StartError::Running(id.to_owned())),
            Some((_, child)) if child.is_restarting => Err(StartError::Restarting(id.to_owned())),
            Some((key, _)) => Ok(key),
        }
    }
}

impl Behaviour for Running {
    const ORDERLY_SHUTDOWN: bool = true;

    fn run(&mut self, activation: &mut Activation<'_>) -> Outcome {
        // First, for it takes in what arrived: behind the loop, a message would be left in the queue while the actor waits.
        activation.take_wake();
        while let Some(incoming) = activation.next_incoming() {
            match incoming {
                Incoming::Exit { from, reason } if from == activation.parent() || from == NOBODY => {
                    self.begin_end(reason);
                }
                Incoming::Exit { from, reason } => self.events.push_back(Event::Exited(from, reason)),
                Incoming::Down(down) => self.down(down.monitor),
                // Not a supervisor's business; dropped as OTP's supervisor does, which logs it.
                Incoming::Message(message) => {
                    message.fail_call(|| CallError::NotUnderstood("a supervisor".into()));
                }
            }
        }
        if activation.is_doomed() {
            return Outcome::Waiting;
        }
        match self.advance(activation) {
            Some(reason) => Outcome::Exited(reason),
            None => Outcome::Waiting,
        }
    }

    fn asked(&mut self, question: Question, activation: &mut Activation<'_>) {
        let Ok(request) = question.downcast::<Request>() else { return };
        match *request {
            request @ (Request::Children(_) | Request::Strategy(_)) => self.serve(request, activation),
            // The handle is dropped, which says that there is no supervisor.
            _ if self.ending.is_some() => {}
            request => {
                self.events.push_back(Event::Asked(request));
                // Served in an activation, which can end the actor.
                process::wake(activation.pid());
            }
        }
    }

    fn exiting(&mut self, reason: &ExitReason, activation: &mut Activation<'_>) {
        // Killed, or a start function panicked: the children have no supervisor any more.
        if self.ending.is_none() || *reason == ExitReason::Killed {
            let from = activation.pid();
            self.children.iter().filter_map(|(_, child)| child.pid()).for_each(|pid| {
                process::exit(from, pid, ExitReason::Shutdown);
            });
        }
    }

    fn name() -> &'static str {
        "supervisor"
    }
}
