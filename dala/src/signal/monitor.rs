//! Monitors: one actor learns of another's end.

use super::relations::IdMap;
use crate::message::ExitReason;
use crate::pid::{Pid, Ref};

/// A watched actor ended, or did not exist when it was to be watched.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Down {
    /// What the monitor was set up with.
    pub monitor: Ref,
    /// The actor that was watched.
    pub pid: Pid,
    /// Why it ended; [`ExitReason::NoProc`] when it was gone before.
    pub reason: ExitReason,
}

/// The monitors of one actor, both ways.
#[derive(Debug, Default)]
pub(crate) struct Monitors {
    /// Whom this actor watches.
    pub(crate) watched: IdMap<Ref, Pid>,
    /// Who watches this actor.
    pub(crate) watchers: IdMap<Ref, Pid>,
}
