//! Work that blocks a thread, done elsewhere: where, the runtime of this thread says.

use std::future::Future;
use std::pin::Pin;
use std::sync::OnceLock;
use std::task::{Context, Poll};
use tokio::sync::oneshot;

/// What is to be done.
pub(crate) type Work = Box<dyn FnOnce() + Send>;

/// Has the runtime of this thread do work; gives it back where there is none.
pub(crate) type Elsewhere = fn(Work) -> Result<(), Work>;

static ELSEWHERE: OnceLock<Elsewhere> = OnceLock::new();

/// Says how the runtimes do it. The first that is said holds.
pub(crate) fn by(elsewhere: Elsewhere) {
    ELSEWHERE.get_or_init(|| elsewhere);
}

/// Begins `work`: where the runtime of this thread has such work done, else on tokio's blocking pool.
///
/// # Panics
/// Where there is neither a runtime of Dala nor one of tokio.
pub(crate) fn offload<R: Send + 'static>(work: impl FnOnce() -> R + Send + 'static) -> Offloaded<R> {
    let (give, result) = oneshot::channel();
    let run: Work = Box::new(move || {
        // Nobody may be waiting any more.
        let _ = give.send(work());
    });
    let left = match ELSEWHERE.get() {
        Some(elsewhere) => elsewhere(run),
        None => Err(run),
    };
    if let Err(run) = left {
        drop(tokio::task::spawn_blocking(run));
    }
    Offloaded(result)
}

/// Waits for what was begun, for ever if it is never done: its runtime ends then, and with it who waits, or it panicked.
pub(crate) struct Offloaded<R>(oneshot::Receiver<R>);

impl<R> Future for Offloaded<R> {
    type Output = R;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<R> {
        match Pin::new(&mut self.0).poll(context) {
            Poll::Ready(Ok(result)) => Poll::Ready(result),
            Poll::Ready(Err(_)) | Poll::Pending => Poll::Pending,
        }
    }
}
