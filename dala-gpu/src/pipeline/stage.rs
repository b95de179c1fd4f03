//! What a pipeline is made of: frames, sources and stages.
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use super::edge::Queue;

/// Why a stage ends before its time.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A value on its way, with where it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Frame<T> {
    /// The value.
    pub value: T,
    /// Counts what its source gave, from 0.
    pub number: u64,
    /// When its source gave it.
    pub at: Instant,
}

impl<T> Frame<T> {
    pub(super) fn new(value: T, number: u64) -> Self {
        Self { value, number, at: Instant::now() }
    }

    /// Another value that was made of this one: same number, same time.
    pub fn with<U>(&self, value: U) -> Frame<U> {
        Frame { value, number: self.number, at: self.at }
    }
}

/// Gives values.
pub trait Source: Send + 'static {
    /// What it gives.
    type Value: Clone + Send + 'static;

    /// The next value; none when there are no more.
    fn next(&mut self) -> impl Future<Output = Option<Self::Value>> + Send;
}

/// Turns frames into frames.
pub trait Stage: Send + 'static {
    /// What it takes.
    type In: Clone + Send + 'static;
    /// What it gives.
    type Out: Clone + Send + 'static;

    /// Handles a frame, and sends what it gives.
    ///
    /// # Errors
    /// Whatever makes it useless to go on: the stage is made anew, and gets the next frame.
    fn handle(
        &mut self,
        frame: Frame<Self::In>,
        out: &Out<Self::Out>,
    ) -> impl Future<Output = Result<(), Failure>> + Send;

    /// No frame comes any more: sends what is left.
    ///
    /// # Errors
    /// As [`Stage::handle`].
    fn finish(&mut self, out: &Out<Self::Out>) -> impl Future<Output = Result<(), Failure>> + Send {
        let _ = out;
        async { Ok(()) }
    }
}

/// Where a stage sends: to all stages that take its flow.
#[derive(Debug)]
pub struct Out<T> {
    pub(super) edges: Arc<Mutex<Vec<Arc<Queue<T>>>>>,
}

impl<T> Clone for Out<T> {
    fn clone(&self) -> Self {
        Self { edges: self.edges.clone() }
    }
}

impl<T: Clone> Out<T> {
    pub(super) fn new() -> Self {
        Self { edges: Arc::default() }
    }

    pub(super) fn edge(&self, at: usize) -> Option<Arc<Queue<T>>> {
        self.edges.lock().unwrap_or_else(PoisonError::into_inner).get(at).cloned()
    }

    /// Sends a frame on: a clone to each edge but the last. Waits while an edge that blocks is full.
    pub async fn send(&self, frame: Frame<T>) {
        let Some(mut edge) = self.edge(0) else { return };
        let mut at = 1;
        while let Some(next) = self.edge(at) {
            at += 1;
            edge.send(frame.clone()).await;
            edge = next;
        }
        edge.send(frame).await;
    }

    /// Says that this stage sends nothing more.
    pub(super) fn close(&self) {
        let mut at = 0;
        while let Some(edge) = self.edge(at) {
            at += 1;
            edge.close();
        }
    }
}
