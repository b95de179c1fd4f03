//! Modules whose `-on_load` function is still to run (OTP reference manual, "Running a Function When a Module is
//! Loaded").
//!
//! Such a module is linked, but nobody can call it: it is *pending*. `dala_code` (in Erlang, since the function may
//! send, receive and call anything) has one process run the function, and then publishes the module here or drops it.
//! A former version stays current until then.

use std::sync::{Mutex, PoisonError};

use dala_ir::abi::{Atom, Pid};
use hashbrown::HashMap;

use super::link::Linked;

/// A module whose function is still to run.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) linked: Linked,
    /// The process that sees it through.
    keeper: Option<Pid>,
    /// The process that runs the function. Calls of the module from there find nothing: waiting would never end.
    runner: Option<Pid>,
}

/// What [`PendingModules::claim`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// The caller is the keeper now.
    Claimed,
    /// This process is.
    KeptBy(Pid),
    /// It is not pending.
    Settled,
}

/// All pending modules of one runtime.
#[derive(Debug, Default)]
pub struct PendingModules(Mutex<HashMap<Atom, Pending>>);

impl PendingModules {
    fn with<R>(&self, act: impl FnOnce(&mut HashMap<Atom, Pending>) -> R) -> R {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn add(&self, linked: Linked) {
        let name = linked.module.name;
        self.with(|all| all.insert(name, Pending { linked, keeper: None, runner: None }));
    }

    pub(super) fn take(&self, module: Atom) -> Option<Linked> {
        self.with(|all| all.remove(&module)).map(|pending| pending.linked)
    }

    /// Whether the module waits for its function.
    pub fn contains(&self, module: Atom) -> bool {
        self.with(|all| all.contains_key(&module))
    }

    /// Whether `pid` runs the module's function.
    pub fn is_run_by(&self, module: Atom, pid: Pid) -> bool {
        self.with(|all| all.get(&module).is_some_and(|pending| pending.runner == Some(pid)))
    }

    /// Makes `pid` the keeper, unless another lives.
    pub fn claim(&self, module: Atom, pid: Pid, is_alive: impl Fn(Pid) -> bool) -> Claim {
        self.with(|all| match all.get_mut(&module) {
            None => Claim::Settled,
            Some(pending) => match pending.keeper {
                Some(keeper) if keeper != pid && is_alive(keeper) => Claim::KeptBy(keeper),
                _ => {
                    pending.keeper = Some(pid);
                    Claim::Claimed
                }
            },
        })
    }

    /// Notes that `pid` runs the function; says whether the module is pending.
    pub fn begin(&self, module: Atom, pid: Pid) -> bool {
        self.with(|all| match all.get_mut(&module) {
            Some(pending) => {
                pending.runner = Some(pid);
                true
            }
            None => false,
        })
    }
}
