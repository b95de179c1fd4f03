//! The Elixir process: what it is told and asked, and the memory that it has when it comes back.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use dala::{Atom, ExitReason, Pid, StableLayout};
use dala_beam::interop::{Server, ServerError};

use crate::Failure;

/// How long the process may take to come back.
const PATIENCE: Duration = Duration::from_secs(10);

/// `{segment, Number, Start, End, Confidence}`: speech, in milliseconds.
#[dala::message(name = "segment")]
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SegmentMessage {
    pub(crate) number: u64,
    pub(crate) start: u64,
    pub(crate) end: u64,
    pub(crate) confidence: f64,
}

/// `{heard, Number, Turn}`: it is kept, and belongs to that turn of the conversation.
#[dala::message]
#[derive(Debug)]
pub(crate) struct Heard {
    pub(crate) number: u64,
    pub(crate) turn: u64,
}

/// `{crash_at, Number}`: raise when that segment comes.
#[dala::message]
pub(crate) struct CrashAt {
    pub(crate) number: u64,
}

/// `summary`.
#[dala::message]
pub(crate) struct Summary;

/// `{summary, Text}`.
#[dala::message(name = "summary")]
#[derive(Debug)]
pub(crate) struct SummaryText {
    pub(crate) text: String,
}

/// `{remember, Last, Turns, Spoken, End}`: the state of the conversation after a segment.
#[dala::message]
#[derive(Clone, Debug, Default)]
pub(crate) struct Remember {
    last: u64,
    turns: u64,
    spoken: u64,
    end: u64,
}

/// `recall`, answered by the last `{remember, ..}`.
#[dala::message]
pub(crate) struct Recall;

/// Keeps the conversation's state; it outlives the process.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    last: Remember,
}

#[dala::actor]
impl Memory {
    #[handler]
    fn remember(&mut self, state: Remember) {
        self.last = state;
    }

    #[handler]
    fn recall(&mut self, _: Recall) -> Remember {
        self.last.clone()
    }
}

/// Starts the memory under the name `memory`.
pub(crate) fn start_memory() -> Result<Pid, ExitReason> {
    let failed = |error: &dyn std::fmt::Display| ExitReason::custom(error.to_string());
    let memory = dala::spawn_with(Memory::default(), &dala::SpawnOptions::default().linked())
        .map_err(|error| failed(&error))?;
    let runtime = dala::Handle::current().ok_or_else(|| ExitReason::custom("outside of a runtime"))?;
    runtime.register(Atom::new("memory"), memory).map_err(|error| failed(&error))?;
    Ok(memory.pid())
}

/// How to reach the process, whoever it is at the moment.
#[derive(Clone, Debug)]
pub(crate) struct Conversation {
    server: Server,
    retries: Arc<AtomicU64>,
}

impl Conversation {
    pub(crate) fn new(server: Server) -> Self {
        Self { server, retries: Arc::default() }
    }

    /// How often something was said again because the process had crashed.
    pub(crate) fn retries(&self) -> u64 {
        self.retries.load(Ordering::Relaxed)
    }

    pub(crate) fn tell(&self, message: CrashAt) -> Result<(), Failure> {
        Ok(self.server.cast(message)?)
    }

    pub(crate) async fn ask<M: dala::Message, R: StableLayout + Send>(
        &self,
        request: M,
    ) -> Result<R, Failure> {
        Ok(self.server.call(request).await?)
    }

    /// Tells of a segment, again after a crash, until it was heard.
    pub(crate) async fn ask_segment(&self, segment: &SegmentMessage) -> Result<(), Failure> {
        let started = Instant::now();
        let mut has_crashed = false;
        loop {
            match self.server.call::<_, Heard>(segment.clone()).await {
                Ok(heard) if heard.number == segment.number => return Ok(()),
                Ok(heard) => return Err(format!("{heard:?} as answer to {segment:?}").into()),
                Err(ServerError::NoProcess(_) | ServerError::Exited(_)) if started.elapsed() < PATIENCE => {
                    self.retries.fetch_add(u64::from(!has_crashed), Ordering::Relaxed);
                    has_crashed = true;
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
}
