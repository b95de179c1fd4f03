//! The resource behind capabilities: there until its first capability is dropped or revoked.
//!
//! All capabilities for a resource share one [`Resource`]. A use takes a share of what is in it; closing takes it out. So it is
//! destroyed once, by whoever lets go of it last: who closes it, or the last use that was going on then. Its holder moves between
//! threads in messages, while a revoker closes it from elsewhere; the models below go through that.

use crate::sync::{Arc, Mutex, lock};

/// What capabilities share.
#[derive(Debug)]
pub(super) struct Resource<T>(Mutex<Option<Arc<T>>>);

impl<T> Resource<T> {
    pub(super) fn new(resource: T) -> Resource<T> {
        Resource(Mutex::new(Some(Arc::new(resource))))
    }

    /// A share of it, to use; none after it was closed.
    pub(super) fn get(&self) -> Option<Arc<T>> {
        lock(&self.0).clone()
    }

    /// Nobody begins to use it from now on. It goes with the last use.
    pub(super) fn close(&self) {
        let resource = lock(&self.0).take();
        // Closing may take a while, and may use other capabilities: after the lock.
        drop(resource);
    }
}

// Among the tests: it drives a mailbox, of which nothing here knows.
#[cfg(all(test, loom))]
#[path = "tests/loom_models.rs"]
mod loom_models;
