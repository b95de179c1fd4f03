//! Calls that an actor took out of its mailbox and answers later, by reference.
//!
//! A native handler keeps the reply of its call at hand. Behaviours whose code is not Rust pass a reference on instead
//! (OTP's `From`), and whoever has it replies by it: the reply belongs to the actor until then, so that its end is the
//! call's.

use super::relations::IdMap;
use crate::message::{CallError, ExitReason, ReplyHandle};
use crate::pid::Ref;

/// Calls that are kept before the first look for those that nobody waits for any more.
const FIRST_SWEEP: usize = 32;

/// The calls of one actor.
#[derive(Debug)]
pub(crate) struct HeldCalls {
    waiting: IdMap<Ref, ReplyHandle>,
    /// With so many, those whose callers gave up are forgotten: each is looked at a constant number of times, on average.
    sweep_at: usize,
}

impl Default for HeldCalls {
    fn default() -> HeldCalls {
        HeldCalls { waiting: IdMap::default(), sweep_at: FIRST_SWEEP }
    }
}

impl HeldCalls {
    pub(crate) fn hold(&mut self, reference: Ref, reply: ReplyHandle) {
        if self.waiting.len() >= self.sweep_at {
            self.waiting.retain(|_, reply| !reply.is_done());
            self.sweep_at = FIRST_SWEEP.max(2 * self.waiting.len());
        }
        self.waiting.insert(reference, reply);
    }

    pub(crate) fn take(&mut self, reference: Ref) -> Option<ReplyHandle> {
        self.waiting.remove(&reference)
    }

    pub(crate) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// The actor is dead.
    pub(crate) fn fail_all(&mut self, reason: &ExitReason) {
        for (_, reply) in self.waiting.drain() {
            reply.fail(CallError::Exited(reason.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Call, CallLimit};

    #[test]
    fn calls_that_were_given_up_are_forgotten_while_others_come() {
        let mut held = HeldCalls::default();
        let (awaited, reply) = Call::<u8>::new(CallLimit::None);
        let kept = Ref::fresh();
        held.hold(kept, reply);
        for _ in 0..10_000 {
            let (given_up, reply) = Call::<u8>::new(CallLimit::None);
            drop(given_up);
            held.hold(Ref::fresh(), reply);
            assert!(held.len() <= FIRST_SWEEP);
        }
        assert!(held.take(kept).is_some_and(|reply| !reply.is_done()));
        drop(awaited);
    }
}
