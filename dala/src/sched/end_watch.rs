//! Waiting for the end of actors from a thread that is none.

use crate::actor::behaviour::{Behaviour, Outcome};
use crate::actor::{Activation, Incoming};
use crate::message::{CallError, ExitReason, ReplyHandle};
use crate::pid::Pid;

/// Replies when all of some actors are dead.
pub(super) struct EndWatch {
    pids: Vec<Pid>,
    left: usize,
    reply: Option<ReplyHandle>,
}

impl EndWatch {
    pub(super) fn new(pids: Vec<Pid>, reply: ReplyHandle) -> EndWatch {
        EndWatch { pids, left: 0, reply: Some(reply) }
    }
}

impl Behaviour for EndWatch {
    fn run(&mut self, activation: &mut Activation<'_>) -> Outcome {
        for pid in std::mem::take(&mut self.pids) {
            activation.monitor(pid, None);
            self.left += 1;
        }
        while let Some(incoming) = activation.next_incoming() {
            if let Incoming::Down(_) = incoming {
                self.left -= 1;
            }
        }
        if self.left > 0 {
            return Outcome::Waiting;
        }
        Outcome::Exited(ExitReason::Normal)
    }

    fn exiting(&mut self, _reason: &ExitReason, _activation: &mut Activation<'_>) {
        if let Some(reply) = self.reply.take() {
            if self.left == 0 {
                reply.answer_native(());
            } else {
                reply.fail(CallError::NoReply);
            }
        }
    }
}
