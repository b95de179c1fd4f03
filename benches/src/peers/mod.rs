//! The frameworks.

pub mod actix;
pub mod dala;
pub mod kameo;
pub mod ractor;
pub mod tokio;

use std::future::Future;

/// Worker threads of every peer that has a pool.
pub const THREADS: usize = 2;

/// Runs `main` as a task of tokio's pool.
pub(crate) fn run_on_tokio<F>(main: F) -> F::Output
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let runtime = ::tokio::runtime::Builder::new_multi_thread().worker_threads(THREADS).enable_all().build();
    let runtime = runtime.expect("tokio starts");
    runtime.block_on(async { ::tokio::spawn(main).await.expect("main does not panic") })
}
