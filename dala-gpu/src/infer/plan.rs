//! Where a model's inputs come from, and where its outputs go.
use super::options::{InferError, ServeOptions};
use crate::model::{Port, Session};
use crate::{DType, Shape, TensorRef};

/// Where an input of the model comes from.
#[derive(Debug)]
pub(super) enum Source {
    /// The request's input of this number.
    Request(usize),
    /// Always this.
    Constant(TensorRef),
    /// The stream's state of this number.
    State(usize),
}

/// Where an output of the model goes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Target {
    /// To the client.
    Reply,
    /// It is the stream's next state of this number.
    State(usize),
}

/// Type and shape of one row or one stream, and the axis that counts them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) dtype: DType,
    pub(super) shape: Shape,
    pub(super) axis: usize,
}

impl Row {
    /// The shape of so many rows.
    pub(super) fn of(&self, rows: usize) -> Shape {
        if self.axis < self.shape.rank() {
            let one = self.shape.sizes()[self.axis];
            self.shape.with_size(self.axis, one * rows)
        } else {
            self.shape
        }
    }
}

/// What goes where in a run of a model.
#[derive(Debug)]
pub(super) struct Plan {
    /// One for each input.
    pub(super) sources: Vec<Source>,
    /// One for each output.
    pub(super) targets: Vec<Target>,
    /// One for each state.
    pub(super) states: Vec<Row>,
    /// What a request has.
    pub(super) request_ports: Vec<Port>,
    /// Whether requests can share a run: by what the model says, all that they have and get may have more rows, and all
    /// states more streams. Sizes that are fixed say no, and names of axes that are those of others.
    pub(super) is_batched: bool,
}

pub(super) fn mismatch(what: String) -> InferError {
    InferError::Mismatch(what.into())
}

impl Plan {
    pub(super) fn new(session: &dyn Session, options: &ServeOptions) -> Result<Plan, InferError> {
        let mut request_ports = Vec::new();
        let mut sources = Vec::new();
        for port in session.inputs() {
            let constant = options.constants.iter().find(|(name, _)| *name == port.name);
            let state = options.states.iter().position(|state| state.input == port.name);
            sources.push(match (constant, state) {
                (Some((_, value)), _) if port.takes(value) => Source::Constant(value.clone()),
                (Some((_, value)), _) => return Err(mismatch(format!("constant {value:?}: {port}"))),
                (None, Some(at)) => Source::State(at),
                (None, None) => {
                    request_ports.push(port.clone());
                    Source::Request(request_ports.len() - 1)
                }
            });
        }
        for (name, _) in &options.constants {
            if !session.inputs().iter().any(|port| port.name == *name) {
                return Err(mismatch(format!("no input {name} for a constant")));
            }
        }
        let state = |port: &Port| options.states.iter().position(|state| state.output == port.name);
        let targets: Vec<_> =
            session.outputs().iter().map(|port| state(port).map_or(Target::Reply, Target::State)).collect();
        let states = states(session, options)?;
        let others = other_names(session, &sources, &states);
        let may_grow = |port: &Port, names: Option<&Vec<String>>, axis: usize| {
            let name = names.and_then(|names| names.get(axis)).filter(|name| !name.is_empty());
            port.sizes.get(axis).is_some_and(Option::is_none)
                && name.is_none_or(|name| !others.contains(&name))
        };
        let takes_rows = session.inputs().iter().zip(&sources).enumerate().all(|(at, (port, source))| {
            let names = session.input_axes().get(at);
            row_axis(source, &states).is_none_or(|axis| may_grow(port, names, axis))
        });
        let gives_rows = session.outputs().iter().zip(&targets).enumerate().all(|(at, (port, target))| {
            let axis = match target {
                Target::Reply => 0,
                Target::State(at) => states[*at].axis,
            };
            may_grow(port, session.output_axes().get(at), axis)
        });
        Ok(Plan { is_batched: takes_rows && gives_rows, states, sources, targets, request_ports })
    }
}

/// The axis of an input that counts rows.
fn row_axis(source: &Source, states: &[Row]) -> Option<usize> {
    match source {
        Source::Request(_) => Some(0),
        Source::Constant(_) => None,
        Source::State(at) => Some(states[*at].axis),
    }
}

/// The names of axes of inputs that do not count rows. Nor do others of the same name: a model says so of an output that is
/// as long as one of its inputs is wide. That names differ says nothing: some exporters give each axis its own.
fn other_names<'a>(session: &'a dyn Session, sources: &[Source], states: &[Row]) -> Vec<&'a String> {
    let inputs = session.input_axes().iter().zip(sources);
    let others = inputs.flat_map(|(names, source)| {
        let rows = row_axis(source, states);
        names.iter().enumerate().filter(move |(axis, _)| Some(*axis) != rows).map(|(_, name)| name)
    });
    others.filter(|name| !name.is_empty()).collect()
}

fn states(session: &dyn Session, options: &ServeOptions) -> Result<Vec<Row>, InferError> {
    let mut states = Vec::new();
    for state in &options.states {
        let named = |ports: &[Port], name: &str| ports.iter().find(|port| port.name == name).cloned();
        let input = named(session.inputs(), &state.input).filter(|port| state.axis < port.sizes.len());
        let output = named(session.outputs(), &state.output);
        let (Some(input), Some(_)) = (input, output) else {
            return Err(mismatch(format!("no state {} -> {} with that axis", state.input, state.output)));
        };
        if let Some(streams) = input.sizes[state.axis].filter(|&streams| streams != 1) {
            return Err(mismatch(format!(
                "{input}: a state of {streams} streams at a time, not of any number"
            )));
        }
        let one_stream =
            |(axis, size): (usize, &Option<usize>)| if axis == state.axis { Some(1) } else { *size };
        let sizes: Option<Vec<usize>> = input.sizes.iter().enumerate().map(one_stream).collect();
        let sizes = sizes.ok_or_else(|| mismatch(format!("{input}: a state of any size")))?;
        states.push(Row { dtype: input.dtype, shape: Shape::new(&sizes)?, axis: state.axis });
    }
    Ok(states)
}
