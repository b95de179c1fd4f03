//! What happens where the allocator has no memory for a term.
//!
//! A size that a program chose is an error that the operation raises (`system_limit`). Anywhere else, such as in the
//! middle of building a result, it unwinds with [`NoMemory`] as payload before anything was written: the actor that
//! asked ends, and nobody else does. A machine that promises more memory than it has still ends the whole runtime when
//! the promise is called in; against that there are limits (`max_heap_size`,
//! [`MAX_BUILT_BYTES`](super::binary::MAX_BUILT_BYTES)).

use std::alloc::Layout;

/// There is no memory for so many bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no memory for {bytes} bytes")]
pub struct NoMemory {
    /// Bytes that were asked for.
    pub bytes: usize,
}

impl NoMemory {
    /// For this layout.
    pub fn of(layout: Layout) -> NoMemory {
        NoMemory { bytes: layout.size() }
    }

    /// Ends the running actor.
    ///
    /// # Panics
    /// Always, with itself as payload.
    #[cold]
    pub fn unwind(self) -> ! {
        std::panic::panic_any(self)
    }
}
