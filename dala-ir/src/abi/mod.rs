//! Layouts that the macros, the runtime, the collector and generated code agree on.
//!
//! Invariants: 64-bit targets only; every type that generated code reads is `#[repr(C)]` or
//! `#[repr(transparent)]` and has `const` assertions on its offsets beside it.

pub mod atom;
pub mod context;
pub mod entry;
pub mod form;
pub mod header;
pub mod layout;
pub mod pid;
pub mod shape;
pub mod word;

pub use atom::{Atom, atoms};
pub use context::{ActorContext, Claim};
pub use entry::{ExportHead, FunHead};
pub use header::{Header, Kind};
pub use pid::Pid;
pub use shape::{Shape, Shapes};
pub use word::{Tag, Word};

const _: () = assert!(usize::BITS == 64, "Dala runs on 64-bit targets only");
