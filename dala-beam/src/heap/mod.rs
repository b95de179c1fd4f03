//! The term heap of one actor: a block that heap and stack share, an old generation, fragments, and the precise,
//! moving, generational collector over them.
//!
//! # Invariants
//! - **Where words may point.** A word reachable from the roots points into the block, the old generation, a
//!   fragment of this heap, or to memory that outlives the actor's next safepoint by other means (literals,
//!   unreceived messages). The collector moves what lies in the first three and leaves all else alone.
//! - **Generations.** Nothing in the old generation points into block or fragments: terms are immutable once
//!   built, and whatever was alive at one collection is old enough to move to the old generation at the next.
//! - **Walkable memory.** Block, old generation and fragments are sequences of whole objects: cons cells (two term
//!   words) and boxed objects (a header and its payload); a header word never stands anywhere else.
//! - **Off-heap counts.** Each `RefBinary` and `ResourceReference` of this heap stands in exactly one of the two
//!   off-heap lists, by address. The one left behind by a collection gives its count back.
//! - Nothing here recurses on the depth of a term.
//!
//! Collections happen only in [`Heap::collect`], which the interpreter's safepoints reach through the process.

mod block;
mod build;
mod collect;
mod copy_out;
mod counters;
mod fragment;
mod growth;
#[expect(clippy::module_inception, reason = "the heap itself, beside its parts")]
mod heap;
mod left;
mod literals;
mod offheap;
mod rare;
mod sizes;

pub use build::own;
pub use counters::Counters;
pub use fragment::{Fragment, Release};
pub use heap::{Heap, HeapLimit, HeapOptions};
pub use literals::{FreeableLiterals, LiteralArea, LiteralDraft, is_literal, literal_area};
pub(crate) use offheap::{Buffer, buffers_of, weight_of as offheap_weight};
pub(crate) use rare::Rare;
pub(crate) use sizes::Sizes;

#[cfg(test)]
mod tests;
