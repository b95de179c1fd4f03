//! The interpreter of lowered IR, and what it and its embedder say to each other.

pub mod export;
pub mod machine;
pub mod outcome;

pub use export::{CodeAddress, ExportEntry, FunEntry, Target};
pub use machine::{Machine, Outcome, Suspend, WaitFor};
pub use outcome::{BifIndex, BifResult, CallTarget, Class, Exception, TailCall};
