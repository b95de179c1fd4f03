//! Keeps the last checkpoint; it outlives the process that made it.

use crate::messages::{Checkpoint, Restore};

/// The store.
#[derive(Debug, Default)]
pub(crate) struct Store {
    last: Checkpoint,
}

#[dala::actor]
impl Store {
    /// `GenServer.call(:store, {:checkpoint, last, counts})`, answered by `:ok`.
    #[handler]
    fn checkpoint(&mut self, checkpoint: Checkpoint) {
        self.last = checkpoint;
    }

    /// `GenServer.call(:store, :restore)`.
    #[handler]
    fn restore(&mut self, _: Restore) -> Checkpoint {
        self.last.clone()
    }
}
