//! Aliases: references that an actor can be sent messages by, until it says otherwise.
//!
//! Erlang reference manual, "Processes", section "Process Aliases" (OTP 24 and later).

use super::relations::IdMap;
use crate::pid::Ref;

/// What deactivates an alias beside `unalias`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AliasMode {
    /// Nothing else (`explicit_unalias`).
    Explicit,
    /// The end of its monitor, by `demonitor` or by the DOWN message (`demonitor`).
    Demonitor,
    /// As `Demonitor`, and the first message that comes by it, which also ends the monitor (`reply_demonitor`, and
    /// `reply` for an alias without monitor).
    FirstMessage,
}

/// The active aliases of one actor.
#[derive(Debug, Default)]
pub(crate) struct Aliases(IdMap<Ref, AliasMode>);

impl Aliases {
    pub(crate) fn activate(&mut self, alias: Ref, mode: AliasMode) {
        self.0.insert(alias, mode);
    }

    /// Whether it was active.
    pub(crate) fn deactivate(&mut self, alias: Ref) -> bool {
        self.0.remove(&alias).is_some()
    }

    pub(crate) fn mode(&self, alias: Ref) -> Option<AliasMode> {
        self.0.get(&alias).copied()
    }

    /// The monitor named by `alias` ended.
    pub(crate) fn monitor_ended(&mut self, alias: Ref) {
        if self.mode(alias).is_some_and(|mode| mode != AliasMode::Explicit) {
            self.deactivate(alias);
        }
    }
}
