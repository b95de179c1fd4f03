//! Waiting for many calls at once.

use super::call::{Call, CallError};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Waits for all of `calls`, which are under way already, and gives their results in order. A failed call does not disturb
/// the others.
///
/// Each poll looks at the calls that are still open: constant for each reply as long as they come in bursts or few.
///
/// ```
/// # struct Adder;
/// # #[dala::actor]
/// # impl Adder {
/// #   #[message]
/// #   fn double(&mut self, n: u64) -> u64 { 2 * n }
/// # }
/// # #[dala::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let adders = [Adder.spawn()?, Adder.spawn()?];
/// let replies = dala::join((0..4).map(|n| adders[n % 2].double(n as u64))).await;
/// assert_eq!(replies, [Ok(0), Ok(2), Ok(4), Ok(6)]);
/// # Ok(())
/// # }
/// ```
pub fn join<R: Send + 'static>(calls: impl IntoIterator<Item = Call<R>>) -> Join<R> {
    let calls: Vec<_> = calls.into_iter().map(|call| (call, None)).collect();
    let open = (0..calls.len()).collect();
    Join { calls, open }
}

/// A call, and its result once it is there.
type Joined<R> = (Call<R>, Option<Result<R, CallError>>);

/// The future of [`join`]. Dropping it cancels the calls that are open.
#[must_use = "dropping it cancels the calls"]
#[derive(Debug)]
pub struct Join<R: Send + 'static> {
    calls: Vec<Joined<R>>,
    open: Vec<usize>,
}

impl<R: Send + 'static> Unpin for Join<R> {}

impl<R: Send + 'static> Future for Join<R> {
    type Output = Vec<Result<R, CallError>>;

    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Self::Output> {
        let Join { calls, open } = &mut *self;
        open.retain(|&index| {
            let (call, result) = &mut calls[index];
            match Pin::new(call).poll(task) {
                Poll::Ready(done) => {
                    *result = Some(done);
                    false
                }
                Poll::Pending => true,
            }
        });
        if !open.is_empty() {
            return Poll::Pending;
        }
        Poll::Ready(std::mem::take(calls).into_iter().filter_map(|(_, result)| result).collect())
    }
}
