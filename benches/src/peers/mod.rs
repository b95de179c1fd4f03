//! The frameworks.

pub mod actix;
pub mod dala;
pub mod kameo;
pub mod ractor;
pub mod tokio;

use std::future::Future;

/// Runs `main` as a task of tokio's pool, or of its scheduler for one thread.
pub(crate) fn run_on_tokio<F>(threads: usize, main: F) -> F::Output
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let mut builder = match threads {
        1 => ::tokio::runtime::Builder::new_current_thread(),
        _ => ::tokio::runtime::Builder::new_multi_thread(),
    };
    let runtime = builder.worker_threads(threads).enable_all().build().expect("tokio starts");
    runtime.block_on(async { ::tokio::spawn(main).await.expect("main does not panic") })
}
