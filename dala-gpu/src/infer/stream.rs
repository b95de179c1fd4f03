//! A client's stream: requests in order, with a state that goes from one to the next.
use super::desk::Model;
use super::options::{Ask, InferError};
use crate::TensorRef;

/// The state of one stream: tensors whose batch is 1, and as many to write the next ones to. Empty at the start,
/// which stands for zeros.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) now: Vec<TensorRef>,
    pub(super) next: Vec<Option<TensorRef>>,
}

/// Requests of one client, in order, with the model's state between them. It owns the state: dropped with the
/// client, it is freed at once. Alone in a batch a state is not copied: what one run wrote the next one reads.
#[derive(Debug)]
pub struct Stream {
    model: Model,
    state: Option<State>,
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.model.desk.end_stream();
    }
}

impl Stream {
    pub(super) fn new(model: Model) -> Self {
        model.desk.begin_stream();
        Self { model, state: Some(State::default()) }
    }

    /// The next step, without a deadline.
    ///
    /// # Errors
    /// As [`Stream::ask`].
    pub async fn infer(&mut self, inputs: Vec<TensorRef>) -> Result<Vec<TensorRef>, InferError> {
        self.ask(inputs, Ask::default()).await
    }

    /// The next step: inputs of one row. A request that was refused before it was taken leaves the stream as it
    /// was; one that failed, or whose future was dropped, takes the state along.
    ///
    /// # Errors
    /// As [`Model::ask`](super::Model::ask); [`InferError::StreamBroken`] after a step without an answer.
    pub async fn ask(&mut self, inputs: Vec<TensorRef>, ask: Ask) -> Result<Vec<TensorRef>, InferError> {
        if self.state.is_none() {
            return Err(InferError::StreamBroken);
        }
        let (outputs, state) = self.model.step(inputs, &mut self.state, ask).await?;
        self.state = state;
        Ok(outputs)
    }

    /// Starts anew, with zeros.
    pub fn reset(&mut self) {
        self.state = Some(State::default());
    }
}
