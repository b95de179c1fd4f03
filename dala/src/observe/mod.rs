//! Observing a runtime: spans that follow messages, and metrics of actors by type.
//!
//! Both are off unless the crate's features `tracing` and `metrics` are on *and* the builder was told so. An actor of a runtime
//! that is observed has an `Observed` beside the bound of its mailbox (`mailbox`). Senders and the owner look
//! for that bound at each message anyway, so an actor that nobody observes pays nothing: not an instruction a hop
//! (`benches/RESULTS.md`). One that is observed pays a lock, a look-up and two looks at the clock a message, and what the
//! subscriber and the recorder do.
//!
//! # What happens to a message
//! 1. The sender notes when, and in which span, it sent the message (`Observed::sent`). The note lies beside the mailbox, under the
//!    message's address, until the message leaves it.
//! 2. When its turn comes, the message is *handled* from then on (`Observed::begin`): in a span of its own, below that of the
//!    sender. What is sent meanwhile is followed in turn.
//! 3. Handling stands still while the actor does (`Observed::pause`, `Observed::go_on`), and ends with the next message, when the
//!    actor waits for one, or with the actor (`Observed::finish`).

mod metrics;
mod observed;
mod observer;
mod trace;

pub(crate) use metrics::{Dropped, End};
pub(crate) use observed::{Handled, Observed};
pub(crate) use observer::{Observer, ObserverOptions};
#[cfg(feature = "tracing")]
pub(crate) use trace::Subscriber;
pub(crate) use trace::{Follow, tell_subscriber};

#[cfg(feature = "metrics")]
pub use metrics::{METRICS, Metric, MetricKind};
