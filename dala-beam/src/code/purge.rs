//! Purging: the end of old code (OTP reference manual, "Compilation and Code Loading", section "Code Replacement").
//!
//! OTP's own `erts_code_purger` does it, one module at a time, in three steps. It *prepares*: funs of the old code can no longer be
//! called; who tries waits. It asks every process whether it is in the old code ([`frame::runs_in`]), which kills those that are, or
//! ends a soft purge. Then it *completes*: the version is gone, and so are its funs; or it *aborts*, and they can be called again.
//!
//! The words of code and literals stay, so literals that programs still have are as good as ever.
//!
//! [`frame::runs_in`]: dala_ir::interp::frame::runs_in

use std::sync::{Arc, PoisonError};

use dala_ir::abi::Atom;
use dala_ir::interp::FunEntry;

use super::module::LoadedModule;
use super::server::CodeServer;

/// A version that is being purged.
#[derive(Debug)]
pub(super) struct Purge {
    version: Arc<LoadedModule>,
    /// Its funs, which nobody can call.
    withheld: Vec<&'static FunEntry>,
}

/// Which version of a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outdated {
    /// The old one.
    Old,
    /// The one that its `-on_load` function refused.
    Refused,
}

impl CodeServer {
    /// Begins to purge a version; says whether there is one.
    pub fn begin_purge(&self, module: Atom, which: Outdated) -> bool {
        let mut modules = self.modules.write().unwrap_or_else(PoisonError::into_inner);
        let Some(versions) = modules.get_mut(&module) else { return false };
        let version = match which {
            Outdated::Old => versions.old.clone(),
            Outdated::Refused => versions.refused.take(),
        };
        let Some(version) = version else { return false };
        let current = versions.current.as_ref().map(|current| &*current.code);
        let withheld = self.lookup.withhold(&version.code, current);
        versions.purging = Some(Purge { version, withheld });
        true
    }

    /// Ends that: the version is gone, or stays as it was. Says whether it was being purged.
    pub fn end_purge(&self, module: Atom, is_gone: bool) -> bool {
        let mut modules = self.modules.write().unwrap_or_else(PoisonError::into_inner);
        let Some(versions) = modules.get_mut(&module) else { return false };
        let Some(Purge { version, withheld }) = versions.purging.take() else { return false };
        if is_gone {
            versions.old.take_if(|old| Arc::ptr_eq(old, &version));
        } else {
            // A fun that was loaded meanwhile leads there.
            withheld.iter().filter(|entry| entry.is_in(&version.code)).for_each(|entry| entry.restore());
        }
        true
    }

    /// Whether a version of a module is being purged.
    pub fn is_purging(&self, module: Atom) -> bool {
        self.with_modules(|modules| modules.get(&module).is_some_and(|versions| versions.purging.is_some()))
    }

    /// The version that no process should be in: the one that is being purged, or the old one.
    pub fn outdated(&self, module: Atom) -> Option<Arc<LoadedModule>> {
        self.with_modules(|modules| {
            let versions = modules.get(&module)?;
            versions.purging.as_ref().map(|purge| purge.version.clone()).or_else(|| versions.old.clone())
        })
    }
}
