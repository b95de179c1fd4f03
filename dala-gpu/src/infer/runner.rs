//! One run for a batch of requests: puts its tensors together, runs, takes the results apart.
use std::time::{Duration, Instant};

use super::desk::Queued;
use super::options::{InferError, ServeOptions};
use super::stream::State;
use crate::model::{ModelError, Port, Session};
use crate::{DType, Region, Shape, TensorRef};

/// Where an input of the model comes from.
#[derive(Debug)]
enum Source {
    /// The request's input of this number.
    Request(usize),
    /// Always this.
    Constant(TensorRef),
    /// The stream's state of this number.
    State(usize),
}

/// Where an output of the model goes.
#[derive(Clone, Copy, Debug)]
enum Target {
    Reply,
    State(usize),
}

/// Shape of one row or one stream, and the axis that counts them.
#[derive(Clone, Copy, Debug)]
struct Row {
    dtype: DType,
    shape: Shape,
    axis: usize,
}

impl Row {
    fn of(&self, rows: usize) -> Shape {
        if self.axis < self.shape.rank() {
            let one = self.shape.sizes()[self.axis];
            self.shape.with_size(self.axis, one * rows)
        } else {
            self.shape
        }
    }
}

/// A session, and what is known of its ports.
#[derive(Debug)]
pub(super) struct Runner {
    session: Box<dyn Session>,
    region: Region,
    sources: Vec<Source>,
    targets: Vec<Target>,
    /// One state each.
    states: Vec<Row>,
    /// One row of each output, for requests whose inputs have these sizes; learned in a run.
    outputs: Option<(Vec<Shape>, Vec<Row>)>,
    /// Outputs that were given away: used again when nobody reads them any more.
    spare: Vec<TensorRef>,
    request_ports: Vec<Port>,
    is_batched: bool,
    /// Whether the model leaves sizes of outputs open, beside the number of rows.
    has_open_outputs: bool,
    example: Option<Vec<TensorRef>>,
}

/// A shape with one row.
fn row_shape(shape: Shape) -> Shape {
    if shape.rank() == 0 { shape } else { shape.with_size(0, 1) }
}

/// Outputs kept for later.
const SPARE: usize = 8;

impl Runner {
    pub(super) fn new(session: Box<dyn Session>, options: &ServeOptions) -> Result<Runner, InferError> {
        let mismatch = |what: String| InferError::Mismatch(what.into());
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
        let state = |port: &Port| options.states.iter().position(|state| state.output == port.name);
        let targets =
            session.outputs().iter().map(|port| state(port).map_or(Target::Reply, Target::State)).collect();
        let mut states = Vec::new();
        for state in &options.states {
            let named = |ports: &[Port], name: &str| ports.iter().find(|port| port.name == name).cloned();
            let input = named(session.inputs(), &state.input).filter(|port| state.axis < port.sizes.len());
            let output = named(session.outputs(), &state.output);
            let (Some(input), Some(_)) = (input, output) else {
                return Err(mismatch(format!("no state {} -> {} with that axis", state.input, state.output)));
            };
            let sizes: Option<Vec<usize>> = input
                .sizes
                .iter()
                .enumerate()
                .map(|(axis, size)| if axis == state.axis { Some(1) } else { *size })
                .collect();
            let sizes = sizes.ok_or_else(|| mismatch(format!("{input}: a state of any size")))?;
            states.push(Row { dtype: input.dtype, shape: Shape::new(&sizes)?, axis: state.axis });
        }
        for (name, _) in &options.constants {
            if !session.inputs().iter().any(|port| port.name == *name) {
                return Err(mismatch(format!("no input {name} for a constant")));
            }
        }
        let any_rows = |port: &Port| port.sizes.first().is_some_and(Option::is_none);
        let is_batched = request_ports.iter().all(any_rows);
        let is_open = |port: &Port| port.sizes.iter().skip(1).any(Option::is_none);
        Ok(Runner {
            has_open_outputs: session.outputs().iter().any(is_open),
            session,
            region: options.region.clone(),
            sources,
            targets,
            states,
            outputs: None,
            spare: Vec::new(),
            request_ports,
            is_batched,
            example: options.example.clone(),
        })
    }

    pub(super) fn request_ports(&self) -> &[Port] {
        &self.request_ports
    }

    /// Whether requests can share a run.
    pub(super) fn is_batched(&self) -> bool {
        self.is_batched
    }

    /// The example that was given, or a request of zeros, of one row, if the model says all other sizes.
    fn example(&self) -> Result<Option<Vec<TensorRef>>, InferError> {
        if let Some(example) = &self.example {
            crate::model::check_ports("input", &self.request_ports, example)?;
            return Ok(Some(example.clone()));
        }
        let mut inputs = Vec::new();
        for port in &self.request_ports {
            let sizes = port.sizes.iter().enumerate();
            let sizes: Option<Vec<usize>> =
                sizes.map(|(axis, size)| if axis == 0 { size.or(Some(1)) } else { *size }).collect();
            let Some(sizes) = sizes else { return Ok(None) };
            inputs.push(self.region.zeros_of(port.dtype, Shape::new(&sizes)?)?);
        }
        Ok(Some(inputs))
    }

    /// Runs the model once for all requests. Gives the answers, in their order.
    pub(super) fn run(
        &mut self,
        requests: &mut [(Vec<TensorRef>, usize, Option<State>)],
    ) -> Result<Vec<Vec<TensorRef>>, InferError> {
        let rows: usize = requests.iter().map(|request| request.1).sum();
        let inputs = self.inputs(requests, rows)?;
        let sizes = |input: &TensorRef| row_shape(input.shape());
        let known =
            self.outputs.take().filter(|known| requests[0].0.iter().map(sizes).eq(known.0.iter().copied()));
        let outputs = match known {
            Some(known) => {
                let mut outputs = Vec::with_capacity(known.1.len());
                for (row, &target) in known.1.iter().zip(&self.targets) {
                    let own = match (target, &mut *requests) {
                        (Target::State(at), [(_, _, Some(state))]) => spare_state(state, at),
                        _ => None,
                    };
                    let output = match own {
                        Some(own) => own,
                        None => room(&mut self.spare, &self.region, row.dtype, row.of(rows))?,
                    };
                    outputs.push(output);
                }
                match self.session.run(&inputs, &mut outputs) {
                    // Sizes that the model leaves open may be others this time.
                    Err(ModelError::Failed(_)) if self.has_open_outputs => {
                        self.session.run_into(&inputs, &self.region)?
                    }
                    result => {
                        self.outputs = Some(known);
                        result?;
                        outputs
                    }
                }
            }
            None => {
                let outputs = self.session.run_into(&inputs, &self.region)?;
                let kind = requests[0].0.iter().map(sizes).collect();
                self.learn(kind, &outputs, rows)?;
                outputs
            }
        };
        drop(inputs);
        self.answers(requests, outputs, rows)
    }

    fn inputs(
        &mut self,
        requests: &mut [(Vec<TensorRef>, usize, Option<State>)],
        rows: usize,
    ) -> Result<Vec<TensorRef>, InferError> {
        let mut inputs = Vec::with_capacity(self.sources.len());
        for source in &self.sources {
            inputs.push(match source {
                Source::Constant(value) => value.clone(),
                Source::Request(at) => match &*requests {
                    [one] => one.0[*at].clone(),
                    many => {
                        let first = &many[0].0[*at];
                        let shape = first.shape().with_size(0, rows);
                        let parts: Vec<&TensorRef> = many.iter().map(|request| &request.0[*at]).collect();
                        gather(&mut self.spare, &self.region, first.dtype(), shape, 0, &parts)?
                    }
                },
                Source::State(at) => {
                    let row = self.states[*at];
                    for (_, _, state) in requests.iter_mut() {
                        let state = state.get_or_insert_default();
                        while state.now.len() <= *at {
                            let row = self.states[state.now.len()];
                            state.now.push(self.region.zeros_of(row.dtype, row.shape)?);
                        }
                    }
                    let now = |request: &(Vec<TensorRef>, usize, Option<State>)| {
                        request.2.as_ref().map(|state| state.now[*at].clone())
                    };
                    match &*requests {
                        [one] => now(one).expect("just made"),
                        many => {
                            let parts: Vec<TensorRef> = many.iter().filter_map(now).collect();
                            let parts: Vec<&TensorRef> = parts.iter().collect();
                            let shape = row.of(parts.len());
                            gather(&mut self.spare, &self.region, row.dtype, shape, row.axis, &parts)?
                        }
                    }
                }
            });
        }
        Ok(inputs)
    }

    /// Notes the shapes of one row from those of a run.
    fn learn(&mut self, kind: Vec<Shape>, outputs: &[TensorRef], rows: usize) -> Result<(), InferError> {
        let mut known = Vec::new();
        for (output, target) in outputs.iter().zip(&self.targets) {
            let axis = match target {
                Target::Reply => 0,
                Target::State(at) => self.states[*at].axis,
            };
            let size = output.shape().sizes().get(axis).copied().unwrap_or(1);
            if !size.is_multiple_of(rows) {
                // Rows are not what the model's first axis counts: it gets no batches of ours.
                return if rows == 1 { Ok(()) } else { Err(self.no_rows(output)) };
            }
            let shape = if output.shape().rank() > axis {
                output.shape().with_size(axis, size / rows)
            } else {
                output.shape()
            };
            known.push(Row { dtype: output.dtype(), shape, axis });
        }
        self.outputs = Some((kind, known));
        Ok(())
    }

    fn no_rows(&self, output: &TensorRef) -> InferError {
        InferError::Mismatch(
            format!("an output {output:?} does not split into the rows of its requests").into(),
        )
    }

    fn answers(
        &mut self,
        requests: &mut [(Vec<TensorRef>, usize, Option<State>)],
        outputs: Vec<TensorRef>,
        rows: usize,
    ) -> Result<Vec<Vec<TensorRef>>, InferError> {
        let mut answers: Vec<Vec<TensorRef>> = requests.iter().map(|_| Vec::new()).collect();
        for (output, &target) in outputs.into_iter().zip(&self.targets) {
            match (target, &mut *requests) {
                (Target::Reply, [_]) => {
                    if self.spare.len() < SPARE {
                        self.spare.push(output.clone());
                    }
                    answers[0].push(output);
                }
                (Target::Reply, many) => {
                    let size = output.shape().sizes().first().copied().unwrap_or(0);
                    if size == 0 || size % rows != 0 {
                        return Err(self.no_rows(&output));
                    }
                    let each = size / rows;
                    let mut at = 0;
                    for (answer, request) in answers.iter_mut().zip(many.iter()) {
                        answer.push(output.slice(0, at..at + request.1 * each)?);
                        at += request.1 * each;
                    }
                    if self.spare.len() < SPARE {
                        self.spare.push(output);
                    }
                }
                (Target::State(at), [(_, _, Some(state))]) => {
                    let old = std::mem::replace(&mut state.now[at], output);
                    keep_state(state, at, old);
                }
                (Target::State(at), many) => {
                    let row = self.states[at];
                    for (index, (_, _, state)) in many.iter_mut().enumerate() {
                        let Some(state) = state else { continue };
                        let part = output.slice(row.axis, index..index + 1)?;
                        let mut next = match spare_state(state, at) {
                            Some(own) => own,
                            None => self.region.zeros_of(row.dtype, row.shape)?,
                        };
                        next.copy_from(&part)?;
                        let old = std::mem::replace(&mut state.now[at], next);
                        keep_state(state, at, old);
                    }
                    if self.spare.len() < SPARE {
                        self.spare.push(output);
                    }
                }
            }
        }
        Ok(answers)
    }

    /// Runs requests from the queue and answers them. `note` learns how many were answered, how many failed, and
    /// how long it took, before their clients do.
    pub(super) fn serve(&mut self, batch: Vec<Queued>, note: impl FnOnce(u64, u64, Duration)) {
        let started = Instant::now();
        let mut senders = Vec::with_capacity(batch.len());
        let mut requests = Vec::with_capacity(batch.len());
        for queued in batch {
            senders.push((queued.sender, queued.state.is_some()));
            requests.push((queued.inputs, queued.rows, queued.state));
        }
        let result = self.run(&mut requests);
        let (count, took) = (senders.len() as u64, started.elapsed());
        match result {
            Ok(answers) => {
                note(count, 0, took);
                for (((sender, is_stream), answer), (_, _, state)) in
                    senders.into_iter().zip(answers).zip(requests)
                {
                    sender.send(Ok((answer, state.filter(|_| is_stream))));
                }
            }
            Err(error) => {
                note(0, count, took);
                senders.into_iter().for_each(|(sender, _)| sender.send(Err(error.clone())));
            }
        }
    }

    /// Warms the model up: runs it on zeros. Gives how long the second run took.
    pub(super) fn warm_up(&mut self) -> Result<Option<Duration>, InferError> {
        let Some(example) = self.example()? else { return Ok(None) };
        let rows = example.first().and_then(|input| input.shape().sizes().first().copied()).unwrap_or(1);
        self.run(&mut [(example.clone(), rows, None)])?;
        let started = Instant::now();
        self.run(&mut [(example, rows, None)])?;
        Ok(Some(started.elapsed()))
    }
}

/// A state's second buffer, if nobody reads it.
fn spare_state(state: &mut State, at: usize) -> Option<TensorRef> {
    let mut spare = state.next.get_mut(at)?.take()?;
    spare.is_writable().then_some(spare)
}

fn keep_state(state: &mut State, at: usize, old: TensorRef) {
    if state.next.len() <= at {
        state.next.resize_with(at + 1, || None);
    }
    state.next[at] = Some(old);
}

/// A tensor of this shape: one given away before that nobody reads any more, or a new one.
fn room(
    spare: &mut Vec<TensorRef>,
    region: &Region,
    dtype: DType,
    shape: Shape,
) -> Result<TensorRef, ModelError> {
    let fits =
        |tensor: &mut TensorRef| tensor.dtype() == dtype && tensor.shape() == shape && tensor.is_writable();
    if let Some(at) = spare.iter_mut().position(fits) {
        return Ok(spare.swap_remove(at));
    }
    if spare.len() >= SPARE {
        spare.swap_remove(0);
    }
    Ok(region.zeros_of(dtype, shape)?)
}

/// One tensor of parts that lie beside each other along `axis`. Counted as a copy.
fn gather(
    spare: &mut Vec<TensorRef>,
    region: &Region,
    dtype: DType,
    shape: Shape,
    axis: usize,
    parts: &[&TensorRef],
) -> Result<TensorRef, InferError> {
    let mut all = room(spare, region, dtype, shape)?;
    // In bytes: what lies behind one index of the axis, and how far its neighbours are.
    let behind: usize = shape.sizes()[axis + 1..].iter().product::<usize>() * dtype.bytes();
    let stride = shape.sizes()[axis] * behind;
    let bytes: Vec<&[u8]> = parts.iter().map(|part| part.as_bytes()).collect::<Result<_, _>>()?;
    all.write_foreign(|to| {
        let mut first = 0;
        for (part, bytes) in parts.iter().zip(bytes) {
            let run = part.shape().sizes()[axis] * behind;
            if run > 0 {
                for (outer, piece) in bytes.chunks_exact(run).enumerate() {
                    let at = outer * stride + first;
                    to[at..at + run].copy_from_slice(piece);
                }
            }
            first += run;
        }
    })?;
    all.note_copy_out();
    Ok(all)
}
