//! What can go wrong with models.
use std::path::PathBuf;

use super::Port;
use crate::{DType, Shape, TensorError};

/// Why a model does not load or run.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// The library was found nowhere.
    #[error("no ONNX Runtime library: looked for {}", list(.0))]
    NoLibrary(Vec<PathBuf>),
    /// A file that is not the library, or one that is too old, or of another processor.
    #[error("{path} cannot be used as ONNX Runtime: {why}")]
    WrongLibrary {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: Box<str>,
    },
    /// The bytes are no model.
    #[error("no model of this format: {0}")]
    Corrupt(Box<str>),
    /// A model, but one that this backend does not run.
    #[error("the backend does not run this model: {0}")]
    Unsupported(Box<str>),
    /// Another number of tensors than the model has ports.
    #[error("{given} {side}s for a model with {expected}")]
    Count {
        /// Input or output.
        side: &'static str,
        /// How many were given.
        given: usize,
        /// How many it has.
        expected: usize,
    },
    /// A tensor that does not fit its port.
    #[error("{side} {port}: got {dtype}{shape}", dtype = dtype.name())]
    Port {
        /// Input or output.
        side: &'static str,
        /// The port, with what it wants.
        port: Box<Port>,
        /// The type that came.
        dtype: DType,
        /// The shape that came.
        shape: Box<Shape>,
    },
    /// The model gave an output of another shape than that of the tensor that was to hold it. What is in the outputs is not
    /// said; [`Session::run_into`](super::Session::run_into) takes outputs of any shape.
    #[error("an output has another shape than the tensor for it: {0}")]
    OutputShape(Box<str>),
    /// The run was cancelled.
    #[error("the run was cancelled")]
    Cancelled,
    /// The backend failed.
    #[error("the model failed: {0}")]
    Failed(Box<str>),
    /// A tensor cannot be read or written, or a region is full.
    #[error(transparent)]
    Tensor(#[from] TensorError),
}

fn list(paths: &[PathBuf]) -> String {
    let texts: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
    texts.join(", ")
}
