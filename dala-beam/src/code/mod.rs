//! Loaded modules: finding, loading, replacing and purging them.

pub mod bundle;
pub(crate) mod call_meters;
pub(crate) mod call_patterns;
mod carried;
pub mod error;
pub mod export;
pub(crate) mod image;
mod link;
pub mod lookup;
pub mod module;
pub mod natives;
mod object_cache;
pub mod on_load;
pub mod paths;
mod prepared;
mod purge;
pub mod server;
pub(crate) mod stand_in;
pub(crate) mod stubs;

pub use bundle::{Bundle, BundleError};
pub use error::LoadFailure;
pub use export::ExportTable;
pub use image::LinkedModules;
pub use module::{LoadedModule, Origin};
pub use natives::{MAX_NATIVES, NativeTable};
pub use object_cache::ObjectCache;
pub use on_load::{Claim, PendingModules};
pub use paths::{CodePaths, InstallError};
pub use purge::{Leaving, Outdated};
pub use server::CodeServer;
