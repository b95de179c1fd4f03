//! Streaming pipelines: stages as actors, with back-pressure and bounded latency.
//!
//! ```text
//! source --> window --> infer --> decide --> sink        each an actor, restarted alone when it crashes
//!        edge       edge      edge       edge            a bounded queue of frames, with a policy
//! ```
//! - A [`Source`] gives values until it has no more; a [`Stage`] turns frames into frames, one into none or many; a
//!   sink is a stage that sends nothing. All may be `async`: a stage that asks a model or an Elixir process waits for
//!   it, and holds up no worker.
//! - A stage may be a process of Erlang or Elixir ([`ServerStage`], with `Dala.Stage`), or a function ([`Each`]).
//! - An [`Edge`] says how many frames may wait before a stage, what happens to more ([`Policy`]), and how old a frame may
//!   be: older ones are dropped before they are handled, so latency is bounded. What is dropped is counted.
//! - Frames carry a number and the time when their source gave them. A stage that sends passes these on.
//! - A [`Flow`] that several stages take goes to each of them (fan-out); [`Flow::merge`] brings several together (fan-in).
//! - A stage that panics or fails is made anew by its supervisor, and goes on with the next frame; frames that wait are
//!   not lost. One that fails too often ends the pipeline.
//! - When a source ends, what waits is handled, stage by stage; each stage's [`Stage::finish`] is called; then the
//!   pipeline ends.
//!
//! ```
//! use dala_gpu::pipeline::{Edge, Failure, Frame, Out, Pipeline, Source, Stage};
//!
//! struct Numbers(std::ops::Range<u64>);
//! impl Source for Numbers {
//!     type Value = u64;
//!     async fn next(&mut self) -> Option<u64> {
//!         self.0.next()
//!     }
//! }
//!
//! struct Pairs(Option<u64>);
//! impl Stage for Pairs {
//!     type In = u64;
//!     type Out = (u64, u64);
//!     async fn handle(&mut self, frame: Frame<u64>, out: &Out<(u64, u64)>) -> Result<(), Failure> {
//!         match self.0.take() {
//!             None => self.0 = Some(frame.value),
//!             Some(first) => out.send(frame.with((first, frame.value))).await,
//!         }
//!         Ok(())
//!     }
//! }
//!
//! struct Told(std::sync::mpsc::Sender<(u64, u64)>);
//! impl Stage for Told {
//!     type In = (u64, u64);
//!     type Out = ();
//!     async fn handle(&mut self, frame: Frame<(u64, u64)>, _: &Out<()>) -> Result<(), Failure> {
//!         Ok(self.0.send(frame.value)?)
//!     }
//! }
//!
//! let runtime = dala::Runtime::new()?;
//! let (tell, told) = std::sync::mpsc::channel();
//! let mut pipeline = Pipeline::new();
//! let numbers = pipeline.source("numbers", || Numbers(0..6));
//! let pairs = pipeline.stage("pairs", &numbers, Edge::block(4), || Pairs(None));
//! pipeline.stage("told", &pairs, Edge::block(4), move || Told(tell.clone()));
//! let running = runtime.block_on(pipeline.start(&runtime))?;
//! runtime.block_on(running.ended())?;
//! assert_eq!(told.iter().collect::<Vec<_>>(), [(0, 1), (2, 3), (4, 5)]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
mod edge;
mod run;
mod served;
mod stage;

pub use edge::{Edge, Policy};
pub use run::{Flow, Pipeline, PipelineError, Running, StageStats};
pub use served::{Each, ServerStage};
pub use stage::{Failure, Frame, Out, Source, Stage};
