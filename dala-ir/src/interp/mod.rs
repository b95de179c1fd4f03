//! The interpreter of lowered IR, and what it and its embedder say to each other.

// A new op or terminator has to be thought of in every match here.
#![warn(clippy::wildcard_enum_match_arm)]

pub mod ahead;
mod breakpoint;
pub mod code;
mod encode;
pub mod export;
pub mod frame;
mod host;
#[cfg(dala_native)]
mod jit;
pub mod keep;
pub mod machine;
mod native;
pub mod object;
mod opcode;
mod ops;
pub mod outcome;
mod patch;
mod run;
mod shape;
mod state;
pub mod trace;

pub use breakpoint::{ReturnTrace, TracedCall, TracedFrame, caller, is_call_timed};
pub use code::CodeModule;
pub use encode::{LoadError, encode, load};
pub use export::{CodeAddress, ExportEntry, FunEntry, Target};
pub use frame::start;
pub use machine::{Machine, Outcome, Suspend, WaitFor};
pub use native::{
    HAS_CODE_GENERATOR, HAS_JIT, HAS_MACHINE_CODE, JitCounts, JitMode, jit_counts, jit_exits, set_jit_mode,
};
pub use object::{Object, ObjectError};
pub use outcome::{BifIndex, BifResult, CallTarget, Class, Exception, TailCall};
pub use run::run;
