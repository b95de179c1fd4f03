//! Work that blocks a thread, or computes for long.

use crate::message::{ExitReason, exit};
use crate::sync::offload::{Offloaded, offload};
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::task::{Context, Poll};

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
        BlockingWork(offload(move || exit::catch_here(self.0)))
    }
}

/// Work on the blocking pool, being waited for. Dropping it stops nothing.
pub struct BlockingWork<R>(Offloaded<Result<R, ExitReason>>);

impl<R> std::fmt::Debug for BlockingWork<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BlockingWork")
    }
}

impl<R> Future for BlockingWork<R> {
    type Output = R;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<R> {
        Pin::new(&mut self.0)
            .poll(context)
            .map(|done| done.unwrap_or_else(|reason| exit::raise_again(reason)))
    }
}
