//! `Dala.Stream`, and what Rust publishes to it.
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use dala::actor::process::running;
use dala::native::NativeFunction;
use dala::registry::Topic;
use dala::{Atom, Recipient};

use super::find;
use crate::TensorRef;
use crate::pipeline::{Failure, Frame, Out, Stage};

const MODULE: &str = "Elixir.Dala.Stream";

/// A tensor of a stream: `{stream_frame, Name, Tensor, Number, Microseconds}` for subscribers in Erlang.
#[dala::message]
#[derive(Clone, Debug)]
pub struct StreamFrame {
    /// The stream's name.
    pub stream: String,
    /// What came; shared by all who get it.
    pub tensor: TensorRef,
    /// Counts what the stream's source gave, from 0.
    pub number: u64,
    /// How long ago its source gave it, in microseconds.
    pub micros: u64,
}

/// The last stage of a pipeline: publishes its frames, and drops them when nobody subscribes.
#[derive(Clone, Debug)]
pub struct Publish {
    name: String,
    topic: Topic<StreamFrame>,
}

impl Publish {
    /// Publishes under this name.
    pub fn new(name: impl Into<String>, topic: &Topic<StreamFrame>) -> Publish {
        Publish { name: name.into(), topic: topic.clone() }
    }
}

impl Stage for Publish {
    type In = TensorRef;
    type Out = ();

    async fn handle(&mut self, frame: Frame<TensorRef>, _: &Out<()>) -> Result<(), Failure> {
        let micros = Instant::now().saturating_duration_since(frame.at).as_micros() as u64;
        let (stream, number) = (self.name.clone(), frame.number);
        self.topic.publish(StreamFrame { stream, tensor: frame.value, number, micros });
        Ok(())
    }
}

pub(super) fn functions(streams: &Arc<HashMap<String, Topic<StreamFrame>>>) -> Vec<NativeFunction> {
    let (subscribe, unsubscribe) = (streams.clone(), streams.clone());
    vec![
        NativeFunction::plain(MODULE, "subscribe", move |(name,): (String,)| {
            find(&subscribe, "stream", &name)?.subscribe(Recipient::process(running()));
            Ok::<_, String>(Atom::new("ok"))
        }),
        NativeFunction::plain(MODULE, "unsubscribe", move |(name,): (String,)| {
            find(&unsubscribe, "stream", &name)?.unsubscribe(running());
            Ok::<_, String>(Atom::new("ok"))
        }),
    ]
}
