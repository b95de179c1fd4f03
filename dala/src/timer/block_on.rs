//! Waiting for a future on a thread that is no worker.

use super::nursery;
use crate::sync::{Arc, Parker};
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

/// How long a thread waits before it arms the deadlines of what it waits for: most calls are answered by then, and the first one of
/// a program then starts no thread for timers (a tenth of the time from its start to the answer).
const QUIET: Duration = Duration::from_millis(1);

/// Deadlines that it keeps meanwhile: as many calls may have been answered, and their memory waits for that.
const MOST_KEPT: usize = 64;

struct Unpark(Parker);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
    fn wake_by_ref(self: &Arc<Self>) {
        self.0.unpark();
    }
}

/// Runs `future` on this thread; sleeps while it waits.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let unpark = Arc::new(Unpark(Parker::new()));
    let waker = Waker::from(unpark.clone());
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    let _keeps = nursery::keep_for_a_while();
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        let is_few = (1..=MOST_KEPT).contains(&nursery::kept());
        if !is_few || !unpark.0.park_for(QUIET) {
            nursery::arm_waiting();
            unpark.0.park();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::Ordering;
    use crate::timer::waiting::tests::{Waits, of};
    use crate::timer::{Clock, Timers};

    #[test]
    fn a_thread_that_blocks_arms_what_still_waits_when_it_is_quiet_and_at_the_end() {
        let timers: &Timers = Box::leak(Box::new(Timers::new(Clock::Real)));
        let (quick, slow, left) = <(Arc<Waits>, Arc<Waits>, Arc<Waits>)>::default();
        let later = timers.deadline(Duration::from_secs(3600));
        let mut polls = 0;
        block_on(std::future::poll_fn(|context| {
            polls += 1;
            match polls {
                1 => {
                    nursery::expire_at(timers, later, of(&quick));
                    nursery::expire_at(timers, later, of(&slow));
                    quick.is_done.store(true, Ordering::Relaxed);
                    assert_eq!((timers.armed_count(), nursery::kept()), (0, 2));
                    let waker = context.waker().clone();
                    std::thread::spawn(move || {
                        while timers.armed_count() == 0 {
                            std::thread::yield_now();
                        }
                        waker.wake();
                    });
                    Poll::Pending
                }
                _ => {
                    nursery::expire_at(timers, later, of(&left));
                    assert_eq!((timers.armed_count(), nursery::kept()), (1, 1));
                    Poll::Ready(())
                }
            }
        }));
        assert_eq!(
            (timers.armed_count(), nursery::kept()),
            (2, 0),
            "a thread that does not block arms at once"
        );
    }
}
