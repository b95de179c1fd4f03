//! Loaded modules: finding, loading, replacing and purging them.

pub mod error;
pub mod export;
mod link;
pub mod lookup;
pub mod module;
pub mod paths;
pub mod server;
mod stubs;

pub use error::LoadFailure;
pub use export::ExportTable;
pub use module::LoadedModule;
pub use paths::{CodePaths, InstallError};
pub use server::CodeServer;
