//! Work that blocks a thread, or computes for long.

use crate::message::{ExitReason, exit};
use crate::sched::handle::Handle;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::oneshot;

/// Something that blocks a thread, or computes for long: it is done on tokio's blocking pool, not on a worker.
///
/// A handler that returns it takes the next message meanwhile, and what the function returns is the reply; a panic in it
/// ends the actor. It cannot be stopped: when the actor ends first it runs to its end, and its reply is still given.
///
/// An async handler, or any other async code, may await it instead, and goes on with what the function returns. A panic
/// in it is one there.
///
/// In a simulation it takes the time that [`Faults::disk`](crate::sim::Faults::disk) says.
///
/// ```
/// use dala::Blocking;
///
/// struct Files { known: u64 }
///
/// #[dala::actor]
/// impl Files {
///     #[message]
///     fn size(&mut self, path: String) -> Blocking<Option<u64>> {
///         Blocking::new(move || std::fs::metadata(path).ok().map(|data| data.len()))
///     }
///
///     #[message]
///     async fn learn(&mut self, path: String) -> bool {
///         let found = Blocking::new(move || std::fs::metadata(path).is_ok()).await;
///         self.known += u64::from(found);
///         found
///     }
/// }
///
/// #[dala::main]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let files = Files { known: 0 }.spawn()?;
///     assert_eq!(files.size("/no/such/file".to_owned()).await?, None);
///     assert!(!files.learn("/no/such/file".to_owned()).await?);
///     Ok(())
/// }
/// ```
pub struct Blocking<R>(pub(super) Box<dyn FnOnce() -> R + Send>);

impl<R> Blocking<R> {
    /// Has `work` done.
    pub fn new(work: impl FnOnce() -> R + Send + 'static) -> Blocking<R> {
        Blocking(Box::new(work))
    }
}

impl<R> std::fmt::Debug for Blocking<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Blocking")
    }
}

impl<R: Send + 'static> IntoFuture for Blocking<R> {
    type Output = R;
    type IntoFuture = BlockingWork<R>;

    /// Begins it.
    ///
    /// # Panics
    /// Where there is neither a runtime of Dala nor one of tokio.
    fn into_future(self) -> BlockingWork<R> {
        let (give, result) = oneshot::channel();
        let Blocking(work) = self;
        let run = move || {
            // Nobody may be waiting any more.
            let _ = give.send(exit::catch_here(work));
        };
        match Handle::current() {
            Some(runtime) => runtime.run_blocking(Box::new(run)),
            None => drop(tokio::task::spawn_blocking(run)),
        }
        BlockingWork(result)
    }
}

/// Work on the blocking pool, being waited for. Dropping it stops nothing.
pub struct BlockingWork<R>(oneshot::Receiver<Result<R, ExitReason>>);

impl<R> std::fmt::Debug for BlockingWork<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BlockingWork")
    }
}

impl<R> Future for BlockingWork<R> {
    type Output = R;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<R> {
        match Pin::new(&mut self.0).poll(context) {
            Poll::Ready(Ok(Ok(result))) => Poll::Ready(result),
            Poll::Ready(Ok(Err(reason))) => exit::raise_again(reason),
            // It will not be done: the runtime ends, and with it who waits here.
            Poll::Ready(Err(_)) | Poll::Pending => Poll::Pending,
        }
    }
}
