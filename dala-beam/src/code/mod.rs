//! Loaded modules: finding, loading, replacing and purging them.

pub mod paths;
pub mod server;

pub use paths::{CodePaths, InstallError};
pub use server::CodeServer;
