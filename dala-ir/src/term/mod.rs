//! Terms: reading, building, copying, comparing, hashing and printing them, with no heap or runtime in sight.
//!
//! # Invariants
//! - A [`Word`](crate::abi::Word) given to any function here is valid as [`crate::abi::word`] says; slices handed out
//!   live as long as the object behind the word, which the type system does not know: keep none of them across a
//!   safepoint.
//! - Objects have exactly the payload that [`Kind`](crate::abi::Kind) documents. Only [`TermWriter`] and collectors
//!   make them.
//! - Nothing recurses on the depth of a term: every walk has a worklist on the Rust heap.
//! - Off-heap counts (shared binaries, resources): each object that owns a count is known to whatever owns its
//!   memory, through [`TermWriter::own_offheap`] or because that memory is parsed when freed ([`release_offheap`]).

pub mod big;
pub mod binary;
pub mod bits;
pub mod compare;
pub mod copy;
pub mod float;
pub mod hash;
pub mod map;
pub mod memory;
pub mod owned;
pub mod print;
pub mod resource;
pub mod transient;
pub mod view;
pub mod writer;

pub use binary::SharedBinary;
pub use compare::{cmp, cmp_exact, eq_exact, eq_loose};
pub use copy::{copy_flat, copy_term, release_offheap, size_in_words};
pub use hash::phash2;
pub use map::MapIter;
pub use memory::NoMemory;
pub use owned::{Fragment, OwnedTerm};
pub use print::{Style, print};
pub use view::{
    BigRef, BitsRef, ExportFunRef, ExternalRef, FunRef, ListIter, MapRef, ReferenceRef, TermView, cons,
    header, list_len, tuple_elements,
};
pub use writer::TermWriter;
