//! One run for a batch of requests: puts its tensors together, runs, takes the results apart.
use std::time::{Duration, Instant};

use super::desk::Answer;
use super::options::{InferError, Priority, ServeOptions};
use super::plan::{Plan, Row, Source, Target};
use super::queue::{Dropped, Queued, row_shape};
use super::spare::Spare;
use super::stream::State;
use crate::model::{Canceller, ModelError, Placement, Port, Session};
use crate::oneshot::{Sender, oneshot};
use crate::{Shape, TensorRef};

/// A session, and what is known of its runs. In a steady state a run allocates nothing.
#[derive(Debug)]
pub(super) struct Runner {
    session: Box<dyn Session>,
    pub(super) plan: Plan,
    spare: Spare,
    learned: Vec<Learned>,
    splits: Splits,
    example: Option<Vec<TensorRef>>,
    /// Empty between runs.
    inputs: Vec<TensorRef>,
    outputs: Vec<TensorRef>,
    /// Whether the last run got as far as the requests: their inputs are gone, and their states may be the next ones.
    has_handed_out: bool,
    /// Whether requests of the same shapes had outputs of others: they cannot be made before the run.
    has_own_shapes: bool,
}

/// Whether outputs can be taken apart into those of each request.
///
/// That the first axis of an output counts rows is nowhere said: that of a list of what was found does not. It is believed as
/// long as every run gives as many times the rows that it was given, the first of them a run of one request.
#[derive(Debug, PartialEq, Eq)]
enum Splits {
    /// No request was run.
    Unknown,
    /// What each reply has for a row, along its first axis.
    By(Vec<usize>),
    /// It was another number once: nobody knows whose part is which.
    Never,
}

/// A run for requests.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ran {
    pub(super) rows: usize,
    pub(super) answered: u64,
    /// Of those, how many whose time passed while they ran.
    pub(super) late: u64,
    pub(super) failed: u64,
    /// Requests that were not run after all.
    pub(super) dropped: Dropped,
    pub(super) took: Duration,
}

/// One row of each output, for requests whose inputs have these sizes.
#[derive(Debug)]
struct Learned {
    inputs: Vec<Shape>,
    outputs: Vec<Row>,
}

/// Kinds of requests that are remembered.
const KINDS: usize = 16;

impl Runner {
    pub(super) fn new(session: Box<dyn Session>, options: &ServeOptions) -> Result<Runner, InferError> {
        Ok(Runner {
            plan: Plan::new(&*session, options)?,
            session,
            spare: Spare::new(options.region.clone()),
            learned: Vec::new(),
            splits: Splits::Unknown,
            example: options.example.clone(),
            inputs: Vec::new(),
            outputs: Vec::new(),
            has_handed_out: false,
            has_own_shapes: false,
        })
    }

    /// Where the session runs.
    pub(super) fn placement(&self) -> Placement {
        self.session.placement()
    }

    /// What ends a run from another thread.
    pub(super) fn canceller(&self) -> Option<Canceller> {
        self.session.canceller()
    }

    /// The outputs that clients get.
    pub(super) fn replies(&self) -> Vec<Port> {
        let outputs = self.session.outputs().iter().zip(&self.plan.targets);
        outputs.filter(|(_, target)| matches!(target, Target::Reply)).map(|(port, _)| port.clone()).collect()
    }

    /// The example that was given, or a request of zeros, of one row, if the model says all other sizes.
    fn example(&self) -> Result<Option<Vec<TensorRef>>, InferError> {
        if let Some(example) = &self.example {
            crate::model::check_ports("input", &self.plan.request_ports, example)?;
            return Ok(Some(example.clone()));
        }
        let mut inputs = Vec::new();
        for port in &self.plan.request_ports {
            let sizes = port.sizes.iter().enumerate();
            let sizes: Option<Vec<usize>> =
                sizes.map(|(axis, size)| if axis == 0 { size.or(Some(1)) } else { *size }).collect();
            let Some(sizes) = sizes else { return Ok(None) };
            inputs.push(self.spare.region.zeros_of(port.dtype, Shape::new(&sizes)?)?);
        }
        Ok(Some(inputs))
    }

    /// Runs the model once for all requests, whose inputs become their outputs.
    fn run(&mut self, batch: &mut [Queued]) -> Result<(), InferError> {
        self.has_handed_out = false;
        if batch.len() > 1 && !matches!(self.splits, Splits::By(_)) {
            return Err(no_rows());
        }
        let result = self.try_run(batch);
        self.inputs.clear();
        self.outputs.clear();
        result
    }

    /// Whether requests can share runs, as far as is known.
    pub(super) fn can_share(&self) -> bool {
        self.splits != Splits::Never
    }

    fn try_run(&mut self, batch: &mut [Queued]) -> Result<(), InferError> {
        let rows: usize = batch.iter().map(|request| request.rows).sum();
        self.bind_inputs(batch, rows)?;
        let kind = || batch[0].tensors.iter().map(|input| row_shape(input.shape()));
        match self.learned.iter().position(|learned| kind().eq(learned.inputs.iter().copied())) {
            Some(at) => {
                self.bind_outputs(at, batch, rows)?;
                match self.session.run(&self.inputs, &mut self.outputs) {
                    // The shapes are not those of the inputs alone: what they will be is never known before.
                    Err(ModelError::OutputShape(_)) if batch.len() == 1 => {
                        self.learned.swap_remove(at);
                        self.has_own_shapes = true;
                        self.outputs.clear();
                        self.outputs = self.session.run_into(&self.inputs, &self.spare.region)?;
                    }
                    result => result?,
                }
            }
            None if self.has_own_shapes => {
                self.outputs = self.session.run_into(&self.inputs, &self.spare.region)?;
            }
            None => {
                self.outputs = self.session.run_into(&self.inputs, &self.spare.region)?;
                let inputs = kind().collect();
                self.learn(inputs, rows);
            }
        }
        self.check_split(batch, rows)?;
        // Nothing reads the inputs any more: what was gathered in can be used again.
        self.inputs.clear();
        self.hand_out(batch, rows)
    }

    fn bind_inputs(&mut self, batch: &mut [Queued], rows: usize) -> Result<(), InferError> {
        let Self { plan, spare, inputs, .. } = self;
        for source in &plan.sources {
            inputs.push(match source {
                Source::Constant(value) => value.clone(),
                Source::Request(at) => match &*batch {
                    [one] => one.tensors[*at].clone(),
                    many => {
                        let first = &many[0].tensors[*at];
                        let row = Row { dtype: first.dtype(), shape: row_shape(first.shape()), axis: 0 };
                        let all = spare.gather(&row, rows, many.iter().map(|one| &one.tensors[*at]))?;
                        spare.keep(all.clone());
                        all
                    }
                },
                Source::State(at) => {
                    for request in batch.iter_mut() {
                        let state = request.state.get_or_insert_default();
                        while state.now.len() <= *at {
                            let row = plan.states[state.now.len()];
                            state.now.push(spare.region.zeros_of(row.dtype, row.shape)?);
                        }
                    }
                    let now =
                        |request: &'_ Queued| request.state.as_ref().map(|state| state.now[*at].clone());
                    match &*batch {
                        [one] => now(one).expect("just made"),
                        many => {
                            let parts = many.iter().filter_map(|one| Some(&one.state.as_ref()?.now[*at]));
                            let all = spare.gather(&plan.states[*at], many.len(), parts)?;
                            spare.keep(all.clone());
                            all
                        }
                    }
                }
            });
        }
        Ok(())
    }

    /// Room for the outputs of a kind of request that was seen before.
    fn bind_outputs(&mut self, kind: usize, batch: &mut [Queued], rows: usize) -> Result<(), InferError> {
        for (row, &target) in self.learned[kind].outputs.iter().zip(&self.plan.targets) {
            let own = match (target, &mut *batch) {
                (Target::State(at), [one]) => one.state.as_mut().and_then(|state| spare_state(state, at)),
                _ => None,
            };
            let output = match own {
                Some(own) => own,
                None => self.spare.room(row, rows)?,
            };
            self.outputs.push(output);
        }
        Ok(())
    }

    /// Whether the outputs of a run can be taken apart, and whether those of others can.
    fn check_split(&mut self, batch: &[Queued], rows: usize) -> Result<(), InferError> {
        let firsts = || {
            let outputs = self.outputs.iter().zip(&self.plan.targets);
            let replies = outputs.filter(|(_, target)| matches!(target, Target::Reply));
            replies.map(|(output, _)| output.shape().sizes().first().copied().unwrap_or(0))
        };
        let have_streams = self.outputs.iter().zip(&self.plan.targets).all(|(output, target)| match target {
            Target::Reply => true,
            Target::State(at) => output.shape() == self.plan.states[*at].of(batch.len()),
        });
        let is_as_before = match &self.splits {
            Splits::By(each) => firsts().eq(each.iter().map(|each| each * rows)),
            Splits::Unknown => firsts().all(|size| size > 0 && size.is_multiple_of(rows)),
            Splits::Never => false,
        };
        if !is_as_before || !have_streams {
            if std::mem::replace(&mut self.splits, Splits::Never) != Splits::Never {
                // It was learned for any number of rows.
                self.learned.clear();
            }
        } else if self.splits == Splits::Unknown {
            self.splits = Splits::By(firsts().map(|size| size / rows).collect());
        }
        if batch.len() > 1 && self.splits == Splits::Never { Err(no_rows()) } else { Ok(()) }
    }

    /// Notes the shapes of one row from those of a run.
    fn learn(&mut self, inputs: Vec<Shape>, rows: usize) {
        let mut outputs = Vec::new();
        for (output, target) in self.outputs.iter().zip(&self.plan.targets) {
            let axis = match target {
                Target::Reply => 0,
                Target::State(at) => self.plan.states[*at].axis,
            };
            let size = output.shape().sizes().get(axis).copied().unwrap_or(1);
            if !size.is_multiple_of(rows) {
                // Rows are not what the model's first axis counts.
                return;
            }
            let shape = if output.shape().rank() > axis {
                output.shape().with_size(axis, size / rows)
            } else {
                output.shape()
            };
            outputs.push(Row { dtype: output.dtype(), shape, axis });
        }
        if self.learned.len() >= KINDS {
            self.learned.remove(0);
        }
        self.learned.push(Learned { inputs, outputs });
    }

    /// Gives each request its part of the outputs.
    fn hand_out(&mut self, batch: &mut [Queued], rows: usize) -> Result<(), InferError> {
        self.has_handed_out = true;
        batch.iter_mut().for_each(|request| request.tensors.clear());
        for (output, &target) in self.outputs.drain(..).zip(&self.plan.targets) {
            match (target, &mut *batch) {
                (Target::Reply, [one]) => {
                    self.spare.keep(output.clone());
                    one.tensors.push(output);
                }
                (Target::Reply, many) => {
                    // Looked at before (`check_split`).
                    let each = output.shape().sizes()[0] / rows;
                    let mut at = 0;
                    for request in many {
                        request.tensors.push(output.slice(0, at..at + request.rows * each)?);
                        at += request.rows * each;
                    }
                    self.spare.keep(output);
                }
                (Target::State(at), [one]) => {
                    let state = one.state.get_or_insert_default();
                    let old = std::mem::replace(&mut state.now[at], output);
                    keep_state(state, at, old);
                }
                (Target::State(at), many) => {
                    let row = self.plan.states[at];
                    for (index, request) in many.iter_mut().enumerate() {
                        let state = request.state.get_or_insert_default();
                        let part = output.slice(row.axis, index..index + 1)?;
                        let mut next = match spare_state(state, at) {
                            Some(own) => own,
                            None => self.spare.region.zeros_of(row.dtype, row.shape)?,
                        };
                        next.copy_from(&part)?;
                        let old = std::mem::replace(&mut state.now[at], next);
                        keep_state(state, at, old);
                    }
                    self.spare.keep(output);
                }
            }
        }
        Ok(())
    }

    /// Runs requests from the queue and answers them, but for those whose time passed since they were taken or whose client
    /// went away. `note` learns what became of them before their clients do. Leaves `batch` empty.
    ///
    /// Runs go on in `place`, which calls what it is given. If it does not the first time, this returns false, and what is in
    /// the batch is still to be run.
    pub(super) fn serve(
        &mut self,
        batch: &mut Vec<Queued>,
        mut place: impl FnMut(&mut dyn FnMut()),
        note: impl FnOnce(Ran),
    ) -> bool {
        let started = Instant::now();
        let mut ran = Ran::default();
        drop_stale(batch, started, &mut ran.dropped);
        let mut result = None;
        if !batch.is_empty() {
            place(&mut || result = Some(self.run(batch)));
        }
        let Some(result) = result else {
            note(ran);
            return batch.is_empty();
        };
        let ended = Instant::now();
        ran.rows = batch.iter().map(|queued| queued.rows).sum();
        ran.took = ended - started;
        let is_late = |queued: &Queued| queued.deadline.is_some_and(|deadline| deadline < ended);
        let count = batch.len() as u64;
        match result {
            Ok(()) => {
                ran.answered = count;
                ran.late = batch.iter().filter(|queued| is_late(queued)).count() as u64;
                note(ran);
                for Queued { tensors, state, is_stream, sender, .. } in batch.drain(..) {
                    sender.send(Ok((tensors, state.filter(|_| is_stream))));
                }
            }
            // Ended, for nobody waits.
            Err(InferError::Model(ModelError::Cancelled))
                if batch.iter().all(|queued| queued.sender.is_abandoned()) =>
            {
                ran.dropped.abandoned += count;
                ran.rows = 0;
                note(ran);
                batch.clear();
            }
            // One of them may be why, and each is still as it came.
            Err(_) if count > 1 && !self.has_handed_out => {
                let mut answers = Vec::with_capacity(batch.len());
                while !batch.is_empty() {
                    // The runs before may have taken what time it had.
                    let mut one = vec![batch.remove(0)];
                    drop_stale(&mut one, Instant::now(), &mut ran.dropped);
                    answers.extend(one.pop().map(|queued| self.serve_one(queued, &mut place, &mut ran)));
                }
                // What such a batch costs, not how soon it failed.
                ran.took = started.elapsed();
                note(ran);
                answers.into_iter().for_each(|(sender, answer)| sender.send(answer));
            }
            Err(error) => {
                ran.failed = count;
                note(ran);
                batch.drain(..).for_each(|queued| queued.sender.send(Err(error.clone())));
            }
        }
        true
    }

    fn serve_one(
        &mut self,
        mut queued: Queued,
        mut place: impl FnMut(&mut dyn FnMut()),
        ran: &mut Ran,
    ) -> (Sender<Answer>, Answer) {
        let mut result = None;
        place(&mut || result = Some(self.run(std::slice::from_mut(&mut queued))));
        // There is no other place for it now.
        let result = result.unwrap_or_else(|| self.run(std::slice::from_mut(&mut queued)));
        match &result {
            Ok(()) => {
                ran.answered += 1;
                ran.late += u64::from(queued.deadline.is_some_and(|deadline| deadline < Instant::now()));
            }
            Err(_) => ran.failed += 1,
        }
        let Queued { tensors, state, is_stream, sender, .. } = queued;
        (sender, result.map(|()| (tensors, state.filter(|_| is_stream))))
    }

    /// Warms the model up: runs it on the example. Gives how long the second run took.
    pub(super) fn warm_up(&mut self) -> Result<Option<Duration>, InferError> {
        let Some(example) = self.example()? else { return Ok(None) };
        let rows = example.first().and_then(|input| input.shape().sizes().first().copied()).unwrap_or(1);
        let mut took = Duration::ZERO;
        for _ in 0..2 {
            let started = Instant::now();
            self.run(&mut [Queued {
                tensors: example.clone(),
                rows,
                state: None,
                is_stream: false,
                deadline: None,
                patience: None,
                priority: Priority::Low,
                came: started,
                sender: oneshot().0,
                number: 0,
            }])?;
            took = started.elapsed();
        }
        Ok(Some(took))
    }
}

fn no_rows() -> InferError {
    InferError::Mismatch("the model's outputs do not split into those of its requests".into())
}

/// Takes out the requests that are not to be run any more, and answers them.
fn drop_stale(batch: &mut Vec<Queued>, now: Instant, dropped: &mut Dropped) {
    let is_stale = |queued: &mut Queued| {
        queued.sender.is_abandoned() || queued.deadline.is_some_and(|deadline| deadline < now)
    };
    for stale in batch.extract_if(.., is_stale) {
        if stale.sender.is_abandoned() {
            dropped.abandoned += 1;
        } else {
            dropped.expired += 1;
            stale.sender.send(Err(InferError::Expired));
        }
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
