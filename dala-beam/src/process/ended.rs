//! How a process ended, for those outside.

use dala::message::ExitReason;
use dala_ir::interp::Class;
use dala_ir::term::OwnedTerm;

/// How a process ended, for whoever started it from outside.
#[derive(Clone, Debug)]
pub enum Ended {
    /// Its first function returned this.
    Value(OwnedTerm),
    /// An exception met no handler.
    Raised {
        /// Class.
        class: Class,
        /// Reason.
        reason: OwnedTerm,
        /// Stack trace, as a list of `{M, F, A, Info}`.
        trace: OwnedTerm,
    },
    /// A signal or the runtime ended it.
    Exit(ExitReason),
    /// `halt/1` was called, by whatever process.
    Halted(i32),
}

/// Told once how a process ended.
pub(super) struct Watcher(pub(super) Box<dyn FnOnce(Ended) + Send>);

impl Watcher {
    pub(super) fn tell(self, ended: Ended) {
        (self.0)(ended);
    }
}

impl std::fmt::Debug for Watcher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Watcher")
    }
}
