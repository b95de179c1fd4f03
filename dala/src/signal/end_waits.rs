//! Who waits for an actor's end and is no actor: calls that are answered then.

use crate::message::{CallError, ExitReason, ReplyHandle};

/// Those that wait for the end of one actor.
#[derive(Debug, Default)]
pub(crate) struct EndWaits(Vec<ReplyHandle>);

impl EndWaits {
    pub(crate) fn wait(&mut self, reply: ReplyHandle) {
        // Forgets those that gave up, whenever the list would grow: each is looked at a constant number of times, on average.
        if self.0.len() == self.0.capacity() {
            self.0.retain(|reply| !reply.is_done());
        }
        self.0.push(reply);
    }

    /// These wait as well.
    pub(crate) fn append(&mut self, mut others: EndWaits) {
        self.0.append(&mut others.0);
    }

    /// The actor is dead.
    pub(crate) fn tell_all(&mut self, reason: &ExitReason) {
        self.0.drain(..).for_each(|reply| tell(reply, reason.clone()));
    }
}

/// Tells one. A wait that is not a call in Rust has no use for a value: it fails, as calls of the dead do.
pub(super) fn tell(reply: ReplyHandle, reason: ExitReason) {
    if reply.is_foreign() {
        reply.fail(CallError::Exited(reason));
    } else {
        reply.answer_native(reason);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Call, CallLimit};

    #[test]
    fn those_that_gave_up_are_forgotten_while_others_come() {
        let mut ends = EndWaits::default();
        let (waiting, reply) = Call::<ExitReason>::new(CallLimit::None);
        ends.wait(reply);
        for _ in 0..10_000 {
            let (given_up, reply) = Call::<ExitReason>::new(CallLimit::None);
            drop(given_up);
            ends.wait(reply);
            assert!(ends.0.capacity() <= 8);
        }
        ends.tell_all(&ExitReason::Normal);
        assert_eq!(crate::timer::block_on(waiting), Ok(ExitReason::Normal));
    }
}
