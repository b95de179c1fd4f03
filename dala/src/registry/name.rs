//! Registered names: an atom for an actor (`register/2`, `whereis/1`). One table a runtime, for native and BEAM actors.

use crate::actor::cell;
use crate::pid::{Pid, epoch};
use crate::sync::{Ordering, RwLock, fence};
use dala_ir::abi::Atom;
use std::collections::HashMap;

/// Why a name was not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// It names another actor.
    #[error("the name is taken")]
    Taken,
    /// The actor has a name.
    #[error("the actor has a name already")]
    HasName,
    /// The actor is dead.
    #[error("there is no such actor")]
    NoProc,
}

/// Notes that a registry is about to know the actor: its end is told to all registries.
///
/// Call it under the lock that the registry takes when it is told, before the actor is put in: pairs with the fence of
/// `signal::ending`, so that either the ending actor sees that it is registered, or this fails.
pub(super) fn note_registered(pid: Pid) -> Result<(), NameError> {
    let pin = epoch::pin();
    let cell = cell::lookup(pid, &pin).ok_or(NameError::NoProc)?;
    cell.named.store(true, Ordering::Relaxed);
    fence(Ordering::SeqCst);
    if cell.head.is_closed() { Err(NameError::NoProc) } else { Ok(()) }
}

/// The names of one runtime.
#[derive(Debug, Default)]
pub(crate) struct Names(RwLock<Both>);

#[derive(Debug, Default)]
struct Both {
    pids: HashMap<Atom, Pid>,
    names: HashMap<Pid, Atom>,
}

impl Names {
    fn read(&self) -> std::sync::RwLockReadGuard<'_, Both> {
        self.0.read().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, Both> {
        self.0.write().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    pub(crate) fn register(&self, name: Atom, pid: Pid) -> Result<(), NameError> {
        let mut both = self.write();
        if both.pids.contains_key(&name) {
            return Err(NameError::Taken);
        }
        if both.names.contains_key(&pid) {
            return Err(NameError::HasName);
        }
        note_registered(pid)?;
        both.pids.insert(name, pid);
        both.names.insert(pid, name);
        Ok(())
    }

    pub(crate) fn unregister(&self, name: Atom) -> Option<Pid> {
        let mut both = self.write();
        let pid = both.pids.remove(&name)?;
        both.names.remove(&pid);
        Some(pid)
    }

    pub(crate) fn forget(&self, pid: Pid) {
        let mut both = self.write();
        if let Some(name) = both.names.remove(&pid) {
            both.pids.remove(&name);
        }
    }

    pub(crate) fn find(&self, name: Atom) -> Option<Pid> {
        self.read().pids.get(&name).copied()
    }

    pub(crate) fn name_of(&self, pid: Pid) -> Option<Atom> {
        self.read().names.get(&pid).copied()
    }

    pub(crate) fn all(&self) -> Vec<Atom> {
        self.read().pids.keys().copied().collect()
    }
}
