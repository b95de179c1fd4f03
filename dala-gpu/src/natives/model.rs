//! `Dala.Model`.
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use dala::native::NativeFunction;
use dala::{Atom, Opaque};

use super::find;
use crate::TensorRef;
use crate::infer::{Ask, Model, Priority, Stream};

const MODULE: &str = "Elixir.Dala.Model";

/// A stream that a process has; none while a step runs, or after one that was given up.
type Open = Opaque<Mutex<Option<Stream>>>;

/// What a request may have, in the order of `Dala.Model`'s private functions: milliseconds and a priority.
fn ask(within: Option<u64>, priority: Atom) -> Result<Ask, String> {
    let ask = within.map_or_else(Ask::default, |ms| Ask::within(Duration::from_millis(ms)));
    Ok(ask.priority(match priority.text() {
        "low" => Priority::Low,
        "normal" => Priority::Normal,
        "high" => Priority::High,
        other => return Err(format!("{other} is no priority; those are low, normal and high")),
    }))
}

pub(super) fn functions(models: &Arc<HashMap<String, Model>>) -> Vec<NativeFunction> {
    let [run, inputs, open, stats, placement]: [_; 5] = std::array::from_fn(|_| models.clone());
    vec![
        NativeFunction::asynchronous(
            MODULE,
            "ask",
            move |(name, tensors, within, priority): (String, Vec<TensorRef>, Option<u64>, Atom)| {
                let asked = find(&run, "model", &name).cloned();
                async move {
                    let answer = asked?.ask(tensors, ask(within, priority)?).await;
                    answer.map_err(|error| error.to_string())
                }
            },
        ),
        NativeFunction::plain(MODULE, "inputs", move |(name,): (String,)| {
            let ports = find(&inputs, "model", &name)?.inputs().iter();
            let sizes =
                |sizes: &[Option<usize>]| sizes.iter().map(|&size| size.map(|size| size as u64)).collect();
            Ok::<Vec<(String, Atom, Vec<Option<u64>>)>, String>(
                ports
                    .map(|port| (port.name.clone(), Atom::new(port.dtype.name()), sizes(&port.sizes)))
                    .collect(),
            )
        }),
        NativeFunction::plain(MODULE, "stats", move |(name,): (String,)| {
            let numbers = find(&stats, "model", &name)?.stats().numbers();
            Ok::<Vec<(Atom, u64)>, String>(numbers.map(|(name, number)| (Atom::new(name), number)).into())
        }),
        NativeFunction::plain(MODULE, "placement", move |(name,): (String,)| {
            let model = find(&placement, "model", &name)?;
            let chosen = model.placement();
            let refused = chosen.refused.iter();
            let refused = refused.map(|(provider, why)| (Atom::new(provider.name()), why.clone())).collect();
            let provider = Atom::new(chosen.provider.name());
            Ok::<(String, Atom, Vec<(Atom, String)>), String>((model.backend().to_owned(), provider, refused))
        }),
        NativeFunction::plain(MODULE, "open", move |(name,): (String,)| {
            let stream = find(&open, "model", &name)?.stream();
            Ok::<Open, String>(Opaque::new(Mutex::new(Some(stream))))
        }),
        NativeFunction::asynchronous(
            MODULE,
            "take_step",
            |(open, tensors, within, priority): (Open, Vec<TensorRef>, Option<u64>, Atom)| async move {
                let place = || open.lock().unwrap_or_else(PoisonError::into_inner);
                let ask = ask(within, priority)?;
                let taken = place().take();
                let mut stream =
                    taken.ok_or("a step of this stream runs, or was given up with its process")?;
                let answer = stream.ask(tensors, ask).await;
                *place() = Some(stream);
                answer.map_err(|error| error.to_string())
            },
        ),
    ]
}
