//! What handlers leave to go on beside their actor: concurrent futures, work that blocks.

use super::activation::Activation;
use super::behaviour::{Behaviour, Outcome};
use super::blocking::Blocking;
use super::context::Context;
use super::handler::{Actor, Concurrent};
use super::native::answer;
use super::spawn::{SpawnOptions, spawn_on};
use super::waker::waker;
use super::{current, process};
use crate::message::{CallError, ExitReason, NodeBox, Reply, exit};
use crate::observe::Follow;
use crate::pid::Pid;
use std::future::Future;
use std::pin::Pin;
use std::task::Poll;

/// A concurrent handler at work: an actor whose messages are dead letters.
struct Beside<R> {
    /// Whose handler it is.
    actor: Pid,
    future: Pin<Box<dyn Future<Output = R> + Send>>,
    call: Option<NodeBox>,
    deadline: u64,
    follow: Follow,
}

impl<R: Reply> Behaviour for Beside<R> {
    // Its actor ends with it, which is reported.
    const REPORTS_CRASHES: bool = false;

    fn run(&mut self, activation: &mut Activation<'_>) -> Outcome {
        activation.take_in();
        if activation.is_doomed() {
            return Outcome::WaitingForWake;
        }
        activation.take_wake();
        let host = activation.cell.host();
        (host.functions.enter_tokio)(host);
        let waker = waker(activation.pid());
        current::set_deadline(self.deadline);
        let future = self.future.as_mut();
        let polled = self.follow.within(|| future.poll(&mut std::task::Context::from_waker(&waker)));
        current::set_deadline(0);
        match polled {
            Poll::Pending => Outcome::WaitingForWake,
            Poll::Ready(reply) => {
                answer(self.call.take(), reply);
                Outcome::Exited(ExitReason::Normal)
            }
        }
    }

    fn exiting(&mut self, reason: &ExitReason, activation: &mut Activation<'_>) {
        activation.unanswered = self.call.take();
        // Not by a link: an actor that traps exits would outlive its own handler's panic, and hear of each that ends well.
        if !reason.is_orderly() {
            process::fail(self.actor, reason.clone());
        }
    }

    fn name() -> &'static str {
        "concurrent handler"
    }
}

impl<A: Actor> Context<A> {
    #[cold]
    pub(super) fn go_on_beside<R: Reply>(
        &mut self,
        Concurrent(future): Concurrent<R>,
        activation: &Activation<'_>,
    ) {
        let beside = Beside {
            actor: activation.pid(),
            future,
            call: self.call.take(),
            deadline: current::deadline(),
            follow: activation.follow(),
        };
        let options = SpawnOptions::default().starting();
        // Without a pid left the call is dropped, which fails it.
        if let Ok(spawned) = spawn_on(activation.cell.host(), beside, &options) {
            let tasks = &mut self.extras().tasks;
            // Forgets those that ended, whenever the list would grow.
            if tasks.len() == tasks.capacity() {
                tasks.retain(|&task| process::is_alive(task));
            }
            tasks.push(spawned.pid);
        }
    }

    #[cold]
    pub(super) fn go_on_blocking<R: Reply>(
        &mut self,
        Blocking(work): Blocking<R>,
        activation: &Activation<'_>,
    ) {
        let (call, pid) = (self.call.take(), activation.pid());
        let host = activation.cell.host();
        let follow = activation.follow();
        let work = move || match exit::catch_here(move || follow.within(work)) {
            Ok(reply) => answer(call, reply),
            Err(reason) => {
                if let Some(call) = call {
                    call.fail_call(|| CallError::Exited(reason.clone()));
                }
                process::fail(pid, reason);
            }
        };
        (host.functions.run_blocking)(host, Box::new(work));
    }

    /// The actor ends: what goes on beside it does too.
    pub(super) fn end_tasks(&mut self) {
        if let Some(tasks) = self.take_tasks() {
            tasks.into_iter().for_each(process::kill);
        }
    }
}
