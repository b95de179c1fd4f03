//! Waiting for the end of one actor from a thread or task that is none.

use super::activation::{Activation, Incoming};
use super::behaviour::{Behaviour, Outcome};
use super::cell;
use super::spawn::spawn_watching;
use crate::message::{Call, CallLimit, ExitReason, ReplyHandle};
use crate::pid::{Pid, epoch};

/// Replies with the reason when the actor is dead.
struct EndWatch {
    reply: Option<ReplyHandle>,
}

pub(super) fn ended(pid: Pid) -> Call<ExitReason> {
    let (call, reply) = Call::new(CallLimit::None);
    let pin = epoch::pin();
    match cell::lookup(pid, &pin) {
        None => reply.answer_native(ExitReason::NoProc),
        Some(cell) => {
            // Without a pid for the watch its reply handle is dropped, which fails the call.
            let _ = spawn_watching(cell.host(), pid, EndWatch { reply: Some(reply) });
        }
    }
    call
}

impl Behaviour for EndWatch {
    fn run(&mut self, activation: &mut Activation<'_>) -> Outcome {
        while let Some(incoming) = activation.next_incoming() {
            if let Incoming::Down(down) = incoming {
                if let Some(reply) = self.reply.take() {
                    reply.answer_native(down.reason);
                }
                return Outcome::Exited(ExitReason::Normal);
            }
        }
        if self.reply.as_ref().is_some_and(ReplyHandle::is_done) {
            return Outcome::Exited(ExitReason::Normal);
        }
        Outcome::Waiting
    }

    fn name() -> &'static str {
        "end watch"
    }
}
