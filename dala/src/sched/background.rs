//! The tokio runtime that async handlers find: the caller's, or one of our own, started when it is first needed.

use std::sync::OnceLock;
use tokio::runtime::{Builder, Handle, Runtime};

/// Where tokio's I/O and timers run.
#[derive(Debug)]
pub(crate) enum Background {
    Given(Handle),
    Own(OnceLock<Runtime>),
}

impl Background {
    pub(crate) fn handle(&self) -> &Handle {
        match self {
            Background::Given(handle) => handle,
            Background::Own(own) => own
                .get_or_init(|| {
                    let built = Builder::new_multi_thread()
                        .worker_threads(1)
                        .thread_name("dala-tokio")
                        .enable_all()
                        .build();
                    built.expect("the system can start one more thread")
                })
                .handle(),
        }
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        if let Background::Own(own) = self
            && let Some(own) = own.take()
        {
            own.shutdown_background();
        }
    }
}
