//! Purging: the end of old code (OTP reference manual, "Compilation and Code Loading", section "Code Replacement").
//!
//! OTP's own `erts_code_purger` does it, one module at a time, in three steps. It *prepares*: funs of the old code can no longer be
//! called; who tries waits. It asks every process whether it is in the old code ([`frame::runs_in`]), which kills those that are, or
//! ends a soft purge. Then it *completes*: the version is gone, and so are its funs; or it *aborts*, and they can be called again.
//!
//! The words of code stay. So do the literals of the first version of a module, which messages, tables and Rust values share. Those
//! of later versions are shared by nobody (`FreeableLiterals`): who has words of one is a process, and has them in its heap, on its
//! stack or among its roots. So each process that lives when the purge completes is asked to copy out what it has
//! ([`Leaving`]), which it does when it is suspended next; when the last has done so, or has ended, they are freed. Nobody gets new
//! words of them meanwhile: no process runs the code, and what processes tell one another is copied.
//!
//! [`frame::runs_in`]: dala_ir::interp::frame::runs_in

#![expect(unsafe_code, reason = "says when literals are nobody's any more")]

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};

use dala_ir::abi::Atom;
use dala_ir::interp::FunEntry;

use super::module::LoadedModule;
use super::server::CodeServer;
use crate::heap::FreeableLiterals;

/// A version that is being purged.
#[derive(Debug)]
pub(super) struct Purge {
    version: Arc<LoadedModule>,
    /// Its funs, which nobody can call.
    withheld: Vec<&'static FunEntry>,
}

/// Literals of a version that was purged, while processes copy out what they have of them.
#[derive(Debug)]
pub struct Leaving {
    literals: Arc<FreeableLiterals>,
    /// Whether a process could not.
    is_needed: AtomicBool,
}

impl Leaving {
    /// Of a version that is gone. All processes that live are to be given the `Arc`, and to hold it until they have copied out.
    pub(crate) fn of(version: &LoadedModule) -> Option<Arc<Leaving>> {
        let literals = version.literals.clone()?;
        Some(Arc::new(Leaving { literals, is_needed: AtomicBool::new(false) }))
    }

    pub(crate) fn literals(&self) -> &FreeableLiterals {
        &self.literals
    }

    /// Keeps them: a process still has some.
    pub(crate) fn need(&self) {
        self.is_needed.store(true, Ordering::Relaxed);
    }
}

impl Drop for Leaving {
    fn drop(&mut self) {
        if !*self.is_needed.get_mut() {
            // SAFETY: each process that lived when the version was gone has let go of this value, and did so when it had
            // copied out what it had, or when it had ended.
            unsafe { self.literals.left_by_all() };
        }
    }
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

    /// Ends that: the version is gone, or stays as it was. Gives the version that was being purged, if one was.
    pub fn end_purge(&self, module: Atom, is_gone: bool) -> Option<Arc<LoadedModule>> {
        let mut modules = self.modules.write().unwrap_or_else(PoisonError::into_inner);
        let versions = modules.get_mut(&module)?;
        let Purge { version, withheld } = versions.purging.take()?;
        if is_gone {
            versions.old.take_if(|old| Arc::ptr_eq(old, &version));
        } else {
            // A fun that was loaded meanwhile leads there.
            withheld.iter().filter(|entry| entry.is_in(&version.code)).for_each(|entry| entry.restore());
        }
        Some(version)
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
