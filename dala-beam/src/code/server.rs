//! The code server: which modules are loaded, and how a missing one is found.

use std::sync::RwLock;

use super::paths::CodePaths;
use crate::process::SystemOptions;

/// Loaded modules of one runtime and where others are found.
#[derive(Debug)]
pub struct CodeServer {
    /// Folders searched.
    pub paths: RwLock<CodePaths>,
}

impl CodeServer {
    /// A server that has loaded nothing.
    pub fn new(options: &SystemOptions) -> CodeServer {
        let paths = CodePaths::find(&options.paths, options.otp.as_deref(), options.elixir.as_deref());
        CodeServer { paths: RwLock::new(paths.unwrap_or_else(|_| CodePaths::only(options.paths.clone()))) }
    }
}
