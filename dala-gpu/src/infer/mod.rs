//! Models served by actors: requests are queued, put into batches and answered.
//!
//! A [`Server`] says what to serve and how; it starts a [`ModelActor`] for each session, alone or as a supervisor's child,
//! and gives [`Model`]s, by which any number of clients ask:
//! ```text
//! client --Model::infer--> queue (bounded; by priority, then deadline) --+--> ModelActor: a batch, one run --> clients
//!                                                                        +--> ModelActor: ...
//! ```
//! - [`ServeOptions::sessions`] run side by side: whichever is free takes the next batch from the one queue, and the ones
//!   behind the first begin only when there is more than it can do. All that is said below holds for them together.
//! - A request that cannot be done before its deadline is refused when it comes, or answered
//!   [`InferError::Expired`] before it runs; one whose client went away is not run, and a run that all its clients have left
//!   is ended, where the backend can.
//! - Batches are as large as pays: the actor learns what each size costs. One request alone is run on its own
//!   tensors, without a copy; more are gathered into one tensor (counted), and get views of one output.
//! - A model that takes less than [`ServeOptions::inline_below`] runs on the actor's worker: handing it to another
//!   thread would cost as much. Not on all workers at once, and not while work of `Qos::Realtime` is due. Others that
//!   take less than [`ServeOptions::lend_below`] run on the actor's thread too, while a spare one stands for its worker; who gets
//!   no spare, and what takes longer, runs on tokio's blocking threads.
//! - A run on another thread is followed by the next one there while more waits, or comes at once, for some milliseconds: the
//!   way there and back costs two wake-ups of threads.
//! - After each run on its worker, and before one that more requests would make cheaper, the actor lets others on its worker go first:
//!   clients that were answered ask again, and share the next run.
//! - Results are shared with the actor, which uses their memory again when the client lets go of them.
//! - A [`Stream`] keeps a model's state between its requests; it owns it, so that it is freed with the client. The state
//!   goes with each request and comes back with its answer: no session keeps one, so none has to be waited for, and when a
//!   session dies it takes the streams of its batch along and no others.
//! - Where the runtime reads heat and power, a [`Throttle`] says at which of them the model rests between runs, waits longer
//!   for batches, refuses what is less urgent, or gives way to a cheaper version.
//! - A [`Deployment`] serves one version of a model after the other without losing a request.
//! - When an actor ends, in whatever way, the requests of its batch are answered with [`InferError::Down`]; when the last
//!   one does, so are those that wait.
//! - [`Model::stats`] counts: requests by what became of them, runs by their rows, waits by their length, what runs cost.
//!
//! ```
//! use std::sync::Arc;
//! use dala_gpu::infer::{ServeOptions, Server};
//! use dala_gpu::model::Builtin;
//! use dala_gpu::{Region, Shape};
//!
//! let runtime = dala::Runtime::new()?;
//! let region = Region::with_limit(1 << 20);
//! let server = Server::new(Arc::new(Builtin), &b"mlp 4 8 2"[..], ServeOptions::in_region(&region))?;
//! let model = server.start(&runtime)?;
//! let x = region.tensor(Shape::new(&[1, 4])?, &[0.1f32, 0.2, 0.3, 0.4])?;
//! let y = runtime.block_on(model.infer(vec![x.into()]))?;
//! assert_eq!(y[0].shape().sizes(), [1, 2]);
//! let stats = model.stats();
//! assert_eq!((stats.answered, stats.batches.iter().next()), (1, Some((1, 1))), "a batch of one row");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
mod actor;
mod cost;
mod deployment;
mod desk;
mod executor;
mod options;
mod plan;
mod queue;
mod runner;
mod running;
mod seats;
mod server;
mod spare;
mod stats;
mod stream;
mod throttle;

pub use actor::{ModelActor, Work};
pub use cost::Costs;
pub use deployment::{Client, Deployment, Role, VersionStats};
pub use desk::Model;
pub use options::{Ask, InferError, Priority, ServeOptions, StatePort};
pub use server::Server;
pub use stats::{Counts, ServeStats};
pub use stream::Stream;
pub use throttle::{Limits, Throttle};
