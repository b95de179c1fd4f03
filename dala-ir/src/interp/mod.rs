//! The interpreter of lowered IR, and what it and its embedder say to each other.

pub mod outcome;

pub use outcome::{BifIndex, BifResult, CallTarget, Class, Exception, TailCall};
