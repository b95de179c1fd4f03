//! Memory regions beside the heaps of actors.
//!
//! | region | holds | freed |
//! |---|---|---|
//! | [`Arena`] | what one handler needs until it returns | all at once, when the handler drops it |
//! | stable ([`Stable`]) | values that many actors read and nobody changes | with the last who has them |
//! | blocks (private) | message nodes and actor cells | kept for the next, until [`low_memory`](crate::Handle::low_memory) |
//!
//! Each is one for the OS process, and counts its bytes: [`usage`].

mod arena;
pub(crate) mod freelist;
mod stable;

pub(crate) use arena::{Account, ArenaFull};
pub use arena::{Arena, ArenaVec};
pub use stable::{Stable, StableFull, limit_stable};

/// Bytes of regions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Usage {
    /// Values of [`Stable`] that somebody has.
    pub stable_values: usize,
    /// Their bytes, with what they were said to hold.
    pub stable_bytes: usize,
    /// Bytes that threads keep for their next arenas.
    pub arena_bytes: usize,
}

/// What the regions of this OS process hold now.
pub fn usage() -> Usage {
    let (stable_values, stable_bytes) = stable::in_use();
    Usage { stable_values, stable_bytes, arena_bytes: arena::kept_bytes() }
}

/// Gives back what this thread need not keep, if that was asked for.
#[inline]
pub(crate) fn trim_if_asked() {
    if freelist::trim_if_asked() {
        arena::forget();
    }
}
