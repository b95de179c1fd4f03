//! Tensors and models for Erlang and Elixir: what is behind `Dala.Tensor`, `Dala.Model` and `Dala.Stream`
//! (`dala-gpu/elixir`).
//!
//! | module | what it has |
//! |---|---|
//! | `Dala.Tensor` | made of binaries and lists; slices, reshapes, binaries that share the buffer |
//! | `Dala.Model` | runs a served model, once or as a stream with state; the process waits, no worker does |
//! | `Dala.Stream` | messages with what Rust publishes: a pipeline's frames |
//!
//! What goes wrong is an exception: `ArgumentError` for what is no tensor, `RuntimeError` with the error's text else.
mod model;
mod number;
mod stream;
mod tensor;

use std::collections::HashMap;
use std::sync::Arc;

use dala::native::NativeFunction;
use dala::registry::Topic;

use crate::Region;
use crate::infer::Model;

pub use stream::{Publish, StreamFrame};

/// The functions of `Dala.Tensor`, `Dala.Model` and `Dala.Stream`, for a system that runs BEAM code (`System::add_natives` of
/// `dala-beam`).
///
/// ```
/// use dala_gpu::{Natives, Region};
///
/// let region = Region::with_limit(1 << 20);
/// let functions = Natives::in_region(&region).functions();
/// assert!(functions.iter().any(|function| function.to_string() == "Dala.Tensor.from_binary/3"));
/// ```
#[derive(Clone, Debug)]
pub struct Natives {
    region: Region,
    models: HashMap<String, Model>,
    streams: HashMap<String, Topic<StreamFrame>>,
}

impl Natives {
    /// Processes make their tensors in this region.
    pub fn in_region(region: &Region) -> Natives {
        Natives { region: region.clone(), models: HashMap::new(), streams: HashMap::new() }
    }

    /// Serves a model under a name.
    #[must_use]
    pub fn model(mut self, name: impl Into<String>, model: &Model) -> Self {
        self.models.insert(name.into(), model.clone());
        self
    }

    /// Lets processes subscribe to a topic under a name.
    #[must_use]
    pub fn stream(mut self, name: impl Into<String>, topic: &Topic<StreamFrame>) -> Self {
        self.streams.insert(name.into(), topic.clone());
        self
    }

    /// The functions.
    pub fn functions(self) -> Vec<NativeFunction> {
        let Natives { region, models, streams } = self;
        let mut functions = tensor::functions(&region);
        functions.extend(model::functions(&Arc::new(models)));
        functions.extend(stream::functions(&Arc::new(streams)));
        functions
    }
}

/// The name's entry; an error that says what there is instead.
fn find<'a, T>(all: &'a HashMap<String, T>, kind: &str, name: &str) -> Result<&'a T, String> {
    all.get(name).ok_or_else(|| {
        let mut names: Vec<_> = all.keys().map(String::as_str).collect();
        names.sort_unstable();
        format!("no {kind} is called {name:?}; there are {names:?}")
    })
}
