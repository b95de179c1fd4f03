//! How models are served, how requests are made, and what can go wrong.
use std::time::Duration;

use super::throttle::Throttle;
use crate::model::{ModelError, SessionOptions};
use crate::{Region, TensorError, TensorRef};

/// How a model is served.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ServeOptions {
    /// Where outputs and batches lie.
    pub region: Region,
    /// Sessions that run side by side, each with an actor and with memory of its own.
    pub sessions: usize,
    /// Rows of the largest batch. A model whose batch is fixed, that of a state or of an output too, never gets larger ones. Of
    /// one whose outputs' first axis does not count rows that is learned, by the first run that gives another number of
    /// them; if you know it, give 1.
    pub max_batch: usize,
    /// How long a request may wait for others, when the actor has learned that it pays; one that has a deadline, half of
    /// the time that a run leaves it, at most.
    pub max_wait: Duration,
    /// Requests that may wait; more are refused.
    pub queue: usize,
    /// Runs expected to be shorter run on the actor's worker, unless work of `Qos::Realtime` is due there or all
    /// other workers run models too.
    pub inline_below: Duration,
    /// Others that are expected to be shorter than this run on the actor's thread while a spare one stands for its worker, if
    /// there is one: as on a thread of its own, but nobody has to be woken. A kill takes effect after the run.
    pub lend_below: Duration,
    /// How the session is set up.
    pub session: SessionOptions,
    /// Inputs that are always the same, by name.
    pub constants: Vec<(String, TensorRef)>,
    /// Inputs and outputs that carry a stream's state.
    pub states: Vec<StatePort>,
    /// A request to warm the model up with; where there is none, zeros, if the model says all sizes but rows.
    pub example: Option<Vec<TensorRef>>,
    /// What changes with heat and power, in a runtime that reads sensors.
    pub throttle: Throttle,
}

impl ServeOptions {
    /// One session; batches of up to 32 rows that wait for nobody; up to 1024 requests in the queue; inline below 150 us,
    /// on a thread that another stands for below 10 ms.
    pub fn in_region(region: &Region) -> Self {
        Self {
            region: region.clone(),
            sessions: 1,
            max_batch: 32,
            max_wait: Duration::ZERO,
            queue: 1024,
            // A hand-off to another thread was measured at 45 to 65 us. A model of 54 us took 99 on a slower
            // machine, and with a bound of 100 us it was handed over: 1.47 of the model alone.
            inline_below: Duration::from_micros(150),
            // A wake-up of a thread, of 25 us there and up to 170 us on a machine with much else to do, was 2 to 15 % of a
            // model of 1 ms (`benches/ai`); of one of 10 ms it is nothing.
            lend_below: Duration::from_millis(10),
            session: SessionOptions::default(),
            constants: Vec::new(),
            states: Vec::new(),
            example: None,
            throttle: Throttle::default(),
        }
    }

    /// Sets how many sessions run side by side, at least 1. Worth it for models that leave cores idle: each session holds the
    /// model's weights once more.
    #[must_use]
    pub fn sessions(mut self, sessions: usize) -> Self {
        self.sessions = sessions.max(1);
        self
    }

    /// Sets the rows of the largest batch, at least 1.
    #[must_use]
    pub fn max_batch(mut self, rows: usize) -> Self {
        self.max_batch = rows.max(1);
        self
    }

    /// Sets how long a request may wait for others.
    #[must_use]
    pub fn max_wait(mut self, wait: Duration) -> Self {
        self.max_wait = wait;
        self
    }

    /// Sets how many requests may wait.
    #[must_use]
    pub fn queue(mut self, requests: usize) -> Self {
        self.queue = requests;
        self
    }

    /// Sets below what expected time runs run on the actor's worker; zero for never.
    #[must_use]
    pub fn inline_below(mut self, time: Duration) -> Self {
        self.inline_below = time;
        self
    }

    /// Sets below what expected time runs lend their worker's place to a spare thread; zero for never: longer ones run on a thread
    /// of their own.
    #[must_use]
    pub fn lend_below(mut self, time: Duration) -> Self {
        self.lend_below = time;
        self
    }

    /// Sets an input that is always the same.
    #[must_use]
    pub fn constant(mut self, name: impl Into<String>, value: impl Into<TensorRef>) -> Self {
        self.constants.push((name.into(), value.into()));
        self
    }

    /// Sets the request that warms the model up.
    #[must_use]
    pub fn example(mut self, inputs: Vec<TensorRef>) -> Self {
        self.example = Some(inputs);
        self
    }

    /// Sets what changes with heat and power.
    #[must_use]
    pub fn throttle(mut self, throttle: Throttle) -> Self {
        self.throttle = throttle;
        self
    }

    /// Sets an input and the output that is its next value, with the axis that counts streams.
    #[must_use]
    pub fn state(mut self, input: impl Into<String>, output: impl Into<String>, axis: usize) -> Self {
        self.states.push(StatePort { input: input.into(), output: output.into(), axis });
        self
    }
}

/// An input and the output that is its next value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatePort {
    /// The input's name.
    pub input: String,
    /// The output's name.
    pub output: String,
    /// The axis that counts streams in a batch.
    pub axis: usize,
}

/// Which requests come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Priority {
    /// When nothing else waits.
    Low,
    /// As usual.
    #[default]
    Normal,
    /// Before others.
    High,
}

/// How a request is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Ask {
    /// How long the client can use an answer. Without it who asks a model that hangs waits for ever.
    pub within: Option<Duration>,
    /// Before or after others.
    pub priority: Priority,
}

impl Ask {
    /// Useless after this time.
    pub fn within(time: Duration) -> Self {
        Self { within: Some(time), ..Self::default() }
    }

    /// With this priority.
    #[must_use]
    pub fn priority(mut self, priority: Priority) -> Self {
        self.priority = priority;
        self
    }
}

/// Why a request has no result.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InferError {
    /// Too many requests wait.
    #[error("{0} requests wait already")]
    Overloaded(usize),
    /// The machine is too hot, or short of power, for what is less urgent than this.
    #[error("throttled: only requests of priority {0:?} and above are taken")]
    Throttled(Priority),
    /// It would not be done in time: refused at once.
    #[error("the answer would take {expected:?}, {within:?} were given")]
    TooLate {
        /// How long it is expected to take.
        expected: Duration,
        /// How long it may.
        within: Duration,
    },
    /// Its time passed, or could no longer be met, while it waited. It was not run.
    #[error("the deadline passed before the request was run")]
    Expired,
    /// Its time passed after it was taken for a run. Its answer, and the state of its stream, are lost.
    #[error("the time for the request passed while its run was on")]
    TimedOut,
    /// The actor ended, or was not started.
    #[error("the model's actor does not run")]
    Down,
    /// A stream's state went with a request that had no answer; [`Stream::reset`](super::Stream::reset) starts anew.
    #[error("the stream lost its state")]
    StreamBroken,
    /// Names of constants or states that the model does not have, or inputs with other numbers of rows.
    #[error("{0}")]
    Mismatch(Box<str>),
    /// The model.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The region.
    #[error(transparent)]
    Tensor(#[from] TensorError),
}
