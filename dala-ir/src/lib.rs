//! Term words, message shapes and the typed IR of Dala.
//!
//! Two layers. `abi` and [`term`] are always built: every fact about layout (term words, heap headers,
//! message shapes) stands there once, for macros, runtime, collector and generated code alike. The IR, its
//! verifier, passes, text form and interpreter come with the feature `ir`.
//!
//! Nothing here knows a runtime, a process or a `.beam` file.

pub mod abi;
#[cfg(feature = "ir")]
pub mod analysis;
#[cfg(feature = "ir")]
pub mod interp;
#[cfg(feature = "ir")]
pub mod ir;
#[cfg(feature = "ir")]
pub mod pass;
pub mod term;
#[cfg(feature = "ir")]
pub mod text;
#[cfg(feature = "ir")]
pub mod types;
#[cfg(feature = "ir")]
pub mod verify;
