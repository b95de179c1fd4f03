//! Waiting for a future on a thread that is no worker.

use super::{Arc, Parker};
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

struct Unpark(Parker);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
    fn wake_by_ref(self: &Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits after which [`block_on_with`] loses patience, however short they are.
const SHORT_WAITS: u32 = 16;

/// Runs `future` on this thread; sleeps while it waits.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    block_on_with(future, None::<(Duration, fn())>)
}

/// As [`block_on`]. Given a time and something to do, it does that once a wait has lasted for so long, or there were many.
pub(crate) fn block_on_with<F: Future>(
    future: F,
    mut patience: Option<(Duration, impl FnOnce())>,
) -> F::Output {
    let unpark = Arc::new(Unpark(Parker::new()));
    let waker = Waker::from(unpark.clone());
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    let mut short_waits = 0;
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        if let Some((limit, _)) = &patience
            && short_waits < SHORT_WAITS
            && unpark.0.park_timeout(*limit)
        {
            short_waits += 1;
            continue;
        }
        if let Some((_, act)) = patience.take() {
            act();
        }
        unpark.0.park();
    }
}
