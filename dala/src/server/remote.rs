//! What typed clients send through.

use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use dala_ir::abi::{Pid, Word};
use dala_ir::term::{Fragment, OwnedTerm};

use super::{ReplyMisfit, ServerError};
use crate::message::{ExitReason, StableLayout};

/// How long a call waits unless told otherwise, as `GenServer.call/2`.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);

/// What is waited for.
pub type Waiting<T> = Pin<Box<dyn Future<Output = Result<T, ServerError>> + Send>>;

/// A process that speaks OTP's `gen` protocol, as terms (OTP manual, `gen_server`).
pub trait GenServer: std::fmt::Debug + Send + Sync {
    /// The process, if it lives.
    fn pid(&self) -> Option<Pid>;

    /// Calls it, and waits for the reply.
    fn request(&self, request: OwnedTerm, limit: Duration) -> Waiting<OwnedTerm>;

    /// Casts to it.
    ///
    /// # Errors
    /// [`ServerError::NoProcess`].
    fn cast(&self, request: &OwnedTerm) -> Result<(), ServerError>;

    /// Sends it a message.
    ///
    /// # Errors
    /// [`ServerError::NoProcess`].
    fn info(&self, message: &OwnedTerm) -> Result<(), ServerError>;

    /// Tells it to stop, and waits until it has (`gen_server:stop/3`).
    fn stop(&self, reason: ExitReason, limit: Duration) -> Waiting<()>;
}

/// A server behind a typed client. Cloning costs a count.
#[derive(Clone, Debug)]
pub struct Remote {
    server: Arc<dyn GenServer>,
    limit: Duration,
}

impl Remote {
    /// A client of `server`, whose calls wait for 5 seconds.
    pub fn new(server: impl GenServer + 'static) -> Remote {
        Remote { server: Arc::new(server), limit: DEFAULT_TIMEOUT }
    }

    /// One whose calls wait for another time, where their methods do not say how long.
    #[must_use]
    pub fn with_timeout(&self, limit: Duration) -> Remote {
        Remote { server: self.server.clone(), limit }
    }

    /// The process, if it lives.
    pub fn pid(&self) -> Option<Pid> {
        self.server.pid()
    }

    /// Tells it to stop with `normal`, and waits until it has.
    ///
    /// # Errors
    /// [`ServerError::Exited`] when it ended otherwise, and see [`ServerError`].
    pub async fn stop(&self) -> Result<(), ServerError> {
        self.stop_with(ExitReason::Normal).await
    }

    /// As [`stop`](Remote::stop) with another reason.
    ///
    /// # Errors
    /// As [`stop`](Remote::stop).
    pub async fn stop_with(&self, reason: ExitReason) -> Result<(), ServerError> {
        self.server.stop(reason, self.limit).await
    }

    /// Calls it. A [`ServerReply`] reads the reply.
    #[doc(hidden)]
    pub fn call(
        &self,
        limit: Option<Duration>,
        build: impl FnOnce(&mut Fragment) -> Word,
    ) -> Waiting<OwnedTerm> {
        self.server.request(OwnedTerm::build(build), limit.unwrap_or(self.limit))
    }

    /// Casts to it.
    #[doc(hidden)]
    pub fn cast(&self, build: impl FnOnce(&mut Fragment) -> Word) -> Result<(), ServerError> {
        self.server.cast(&OwnedTerm::build(build))
    }

    /// Sends it a message.
    #[doc(hidden)]
    pub fn info(&self, build: impl FnOnce(&mut Fragment) -> Word) -> Result<(), ServerError> {
        self.server.info(&OwnedTerm::build(build))
    }
}

/// The reply of a server that was called, once it comes. It was called already, and goes on if this is dropped.
#[must_use = "a reply that nobody waits for may be an error that nobody sees"]
pub struct ServerReply<R> {
    waiting: Waiting<OwnedTerm>,
    reply: PhantomData<fn() -> R>,
}

impl<R> ServerReply<R> {
    #[doc(hidden)]
    pub fn new(waiting: Waiting<OwnedTerm>) -> ServerReply<R> {
        ServerReply { waiting, reply: PhantomData }
    }
}

impl<R: StableLayout> Future for ServerReply<R> {
    type Output = Result<R, ServerError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.waiting.as_mut().poll(context).map(|reply| Ok(ReplyMisfit::read(reply?)?))
    }
}

impl<R> std::fmt::Debug for ServerReply<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ServerReply")
    }
}
