//! ONNX Runtime, whose library is loaded when the program runs.
//!
//! [`Onnx::load`] finds it; without it the program goes on, with another [`Backend`]. Inputs are read and
//! outputs written in the tensor region, by the plain C call that runs a session; the only unsafe code is in
//! `bind`, beside the values that it keeps for tensors it has seen.
mod bind;
mod cancel;
mod library;
mod provider;
mod session;
mod whole;

pub use library::{Onnx, OnnxOptions};

use super::{Backend, ModelError, Session, SessionOptions};

impl Backend for Onnx {
    fn name(&self) -> &str {
        "ONNX Runtime"
    }

    fn load(&self, model: &[u8], options: &SessionOptions) -> Result<Box<dyn Session>, ModelError> {
        Ok(Box::new(session::OnnxSession::load(self, model, options)?))
    }
}

/// An error that the library reports while a model is prepared.
fn load_error<R>(error: &ort::Error<R>) -> ModelError {
    let text = error.message().into();
    match error.code() {
        ort::ErrorCode::NotImplemented | ort::ErrorCode::NotFound => ModelError::Unsupported(text),
        _ => ModelError::Corrupt(text),
    }
}
