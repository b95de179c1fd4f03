//! The tokio runtime that async handlers find: the caller's, or one of our own, made when it is first needed.
//!
//! # In two steps
//! Our own has one thread, which does its I/O and timers and runs its tasks. To start a thread takes longer than an actor needs to
//! answer (0.15 ms of the 0.4 from an app's start to its first answer), and most futures that are polled in tokio's context
//! wait for actors, not for tokio. So the context is there first, for 16 µs, and what was registered in it lies there until the
//! thread is started ([`Background::drive`]):
//! - by a worker that polled something in the context, before it sleeps, or after some activations;
//! - by a thread that blocks on a future, once that has waited for [`Background::LONG`];
//! - at once for everybody who may block on tokio, or is no worker.

use crate::sync::{Arc, thread};
use std::sync::OnceLock;
use std::time::Duration;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::Notify;

/// Where tokio's I/O and timers run.
#[derive(Debug)]
pub(crate) enum Background {
    Given(Handle),
    Own(OnceLock<Own>),
}

#[derive(Debug)]
pub(crate) struct Own {
    runtime: Arc<Runtime>,
    end: Arc<Notify>,
    is_driven: OnceLock<()>,
}

impl Own {
    fn new() -> Own {
        let runtime = Builder::new_current_thread().thread_name("dala-tokio").enable_all().build();
        let runtime = Arc::new(runtime.expect("the system can watch for events"));
        Own { runtime, end: Arc::default(), is_driven: OnceLock::new() }
    }

    #[cold]
    fn start(&self) {
        let (runtime, end) = (self.runtime.clone(), self.end.clone());
        let drive = move || {
            runtime.block_on(end.notified());
            finish(runtime);
        };
        let started = thread::Builder::new().name("dala-tokio".to_owned()).spawn(drive);
        started.expect("the system can start one more thread");
    }
}

/// Whoever comes last ends it, and waits for nothing that blocks in it.
fn finish(runtime: Arc<Runtime>) {
    if let Some(runtime) = Arc::into_inner(runtime) {
        runtime.shutdown_background();
    }
}

impl Background {
    /// What waits longer may wait for tokio. Several times what a first answer takes; the first wait for tokio is longer by it.
    pub(crate) const LONG: Duration = Duration::from_millis(1);

    /// For the context. What is registered there may lie until somebody [drives](Background::drive) it.
    pub(crate) fn handle(&self) -> &Handle {
        match self {
            Background::Given(handle) => handle,
            Background::Own(own) => own.get_or_init(Own::new).runtime.handle(),
        }
    }

    /// Sees to it that tokio's thread runs, if there is tokio.
    #[inline]
    pub(crate) fn drive(&self) {
        if let Background::Own(own) = self
            && let Some(own) = own.get()
        {
            own.is_driven.get_or_init(|| own.start());
        }
    }

    /// For who does not see to it later.
    pub(crate) fn driven(&self) -> &Handle {
        let handle = self.handle();
        self.drive();
        handle
    }

    /// The thread leaves the context: what it spawned there goes on.
    pub(crate) fn leave(&self) {
        if let Background::Own(own) = self
            && let Some(own) = own.get()
            && own.runtime.metrics().num_alive_tasks() > 0
        {
            self.drive();
        }
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        if let Background::Own(own) = self
            && let Some(Own { runtime, end, .. }) = own.take()
        {
            // The thread finds it, whether it waits already or not.
            end.notify_one();
            finish(runtime);
        }
    }
}
