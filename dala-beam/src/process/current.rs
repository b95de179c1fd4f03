//! The activation that a running process is in.

#![expect(unsafe_code, reason = "keeps a borrow of the worker for the length of one activation")]

use std::ptr::NonNull;

use dala::actor::Activation;

use super::process::Process;

/// The activation, while the process runs.
#[derive(Debug, Default)]
pub(super) struct Current(Option<NonNull<Activation<'static>>>);

// SAFETY: set only for the length of `Process::enter`, which stays on one thread.
unsafe impl Send for Current {}

impl Process {
    /// Calls `run` with the process running in `activation`.
    pub(super) fn enter<R>(
        &mut self,
        activation: &mut Activation<'_>,
        run: impl FnOnce(&mut Process) -> R,
    ) -> R {
        /// Ends the borrow on a panic too.
        struct Leave<'p>(&'p mut Process);
        impl Drop for Leave<'_> {
            fn drop(&mut self) {
                self.0.current = Current::default();
            }
        }
        self.current = Current(Some(NonNull::from(activation).cast()));
        let leave = Leave(self);
        run(leave.0)
    }

    /// Whether the process runs.
    pub(crate) fn is_in_activation(&self) -> bool {
        self.current.0.is_some()
    }

    /// The activation that the process runs in: everything that concerns its mailbox, links and monitors.
    ///
    /// # Panics
    /// When the process does not run.
    pub(crate) fn activation(&mut self) -> &mut Activation<'_> {
        let mut current = self.current.0.expect("only a running process acts");
        // SAFETY: `enter` borrows the activation for as long as the pointer is here, and hands it to nobody else; the
        // borrow of self keeps a second one from beginning.
        unsafe { current.as_mut() }
    }

    /// The activation and the place of the receive that goes on.
    pub(super) fn mailbox(&mut self) -> dala::mailbox::receive::Cursor<'_, '_> {
        let mut current = self.current.0.expect("only a running process acts");
        // SAFETY: as above; `receive` is another field.
        let activation = unsafe { current.as_mut() };
        activation.receive(&mut self.receive)
    }
}
