//! The library that scripts/setup-ai.sh fetches, for tests in programs of their own.
mod skip;

use std::path::PathBuf;

use dala_gpu::model::{ModelError, Onnx, OnnxOptions};

pub(crate) use skip::skip;

/// The folder that it is in.
pub(crate) fn libraries() -> PathBuf {
    let fetched = std::env::var_os("DALA_AI");
    let target = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/ai");
    fetched.map_or_else(target, PathBuf::from).join("lib")
}

/// ONNX Runtime; one that is not there is said, for the test to be skipped.
///
/// # Panics
/// When there is one that does not load, or must be one ([`skip`]).
pub(crate) fn onnx() -> Option<Onnx> {
    match Onnx::load(&OnnxOptions::in_folder(libraries())) {
        Ok(onnx) => Some(onnx),
        Err(error) => {
            assert!(matches!(error, ModelError::NoLibrary(_)), "{error}");
            skip(format!("{error} (scripts/setup-ai.sh fetches it)"));
            None
        }
    }
}
