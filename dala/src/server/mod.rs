//! Typed clients of `gen_server` (Elixir: `GenServer`) processes, which are not written in Rust.
//!
//! [`#[dala::beam]`](macro@crate::beam) makes one; it sends through a [`GenServer`], which whoever runs BEAM code provides
//! (`dala_beam::interop::Server`).

mod error;
mod remote;

pub use error::{ReplyMisfit, ServerError};
pub use remote::{GenServer, Remote, ServerReply, Waiting};
