//! Why a module was not loaded.

use std::path::PathBuf;

use dala_ir::abi::Atom;

use super::bundle::BundleError;
use crate::load::LoadError;

/// Why a module was not loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadFailure {
    /// No file of that name in the search path.
    #[error("module {0} not found")]
    NotFound(Atom),
    /// The file cannot be read.
    #[error("cannot read {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is malformed or uses something unknown.
    #[error("module {module}: {problem}")]
    Malformed {
        /// The module that was asked for.
        module: Atom,
        /// What is wrong.
        problem: String,
    },
    /// The file holds another module.
    #[error("the file of module {wanted} holds module {found}")]
    WrongModule {
        /// The module that was asked for.
        wanted: Atom,
        /// What it is.
        found: Atom,
    },
    /// It was written for native actors that take other messages now.
    #[error("module {module} {problem}")]
    OtherProtocol {
        /// The module.
        module: Atom,
        /// Which messages, then and now.
        problem: String,
    },
    /// Two versions exist already.
    #[error("module {0} has old code that was not purged")]
    NotPurged(Atom),
    /// It is linked, and its `-on_load` function is to run before anybody can call it: `dala_code:await/1` goes on.
    #[error("the on_load function of module {0} did not run yet")]
    OnLoad(Atom),
}

impl LoadFailure {
    /// A malformed file.
    pub(crate) fn malformed(module: Atom, error: &LoadError) -> LoadFailure {
        LoadFailure::Malformed { module, problem: error.to_string() }
    }

    /// What a bundle holds of a module cannot be used.
    pub(crate) fn bundled(module: Atom, error: &BundleError) -> LoadFailure {
        LoadFailure::Malformed { module, problem: error.to_string() }
    }

    /// What `code:load_file/1` calls it.
    pub fn reason(&self) -> Atom {
        Atom::new(match self {
            LoadFailure::NotFound(_) | LoadFailure::Unreadable { .. } => "nofile",
            LoadFailure::Malformed { .. }
            | LoadFailure::WrongModule { .. }
            | LoadFailure::OtherProtocol { .. } => "badfile",
            LoadFailure::NotPurged(_) => "not_purged",
            LoadFailure::OnLoad(_) => "on_load_failure",
        })
    }
}
