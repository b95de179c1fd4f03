//! A future that waits for a moment on a runtime's clock.

use super::{Action, TimerKey, Timers};
use crate::sync::{Arc, Mutex, lock};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// Ready at its moment, on the clock of its runtime: what `dala::sleep` and `Context::sleep` give. Arms its timer when it is
/// first polled; dropping it cancels that.
#[must_use = "nothing waits until this is awaited"]
pub struct Sleep {
    timers: &'static Timers,
    deadline: u64,
    armed: Option<(TimerKey, Arc<Mutex<State>>)>,
}

enum State {
    Waits(Waker),
    Fired,
}

impl Sleep {
    pub(crate) fn until(timers: &'static Timers, deadline: u64) -> Sleep {
        Sleep { timers, deadline, armed: None }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if let Some((_, state)) = &self.armed {
            let mut state = lock(state);
            return match &mut *state {
                State::Fired => Poll::Ready(()),
                State::Waits(waker) => {
                    waker.clone_from(context.waker());
                    Poll::Pending
                }
            };
        }
        if self.timers.now() >= self.deadline {
            return Poll::Ready(());
        }
        let state = Arc::new(Mutex::new(State::Waits(context.waker().clone())));
        let fired = state.clone();
        let fire = move || {
            // Woken after the lock.
            let before = std::mem::replace(&mut *lock(&fired), State::Fired);
            if let State::Waits(waker) = before {
                waker.wake();
            }
        };
        let key = self.timers.arm(self.deadline, Action::Run(Box::new(fire)));
        self.armed = Some((key, state));
        // A virtual clock may have been turned before the timer was armed: nobody would fire it then.
        if self.timers.now() >= self.deadline { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some((key, state)) = &self.armed {
            let waits = matches!(*lock(state), State::Waits(_));
            if waits {
                self.timers.cancel(*key);
            }
        }
    }
}

impl std::fmt::Debug for Sleep {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sleep").field("deadline", &self.deadline).finish_non_exhaustive()
    }
}
