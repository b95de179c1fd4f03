//! Many clients at a time: what batches give.
use std::sync::Arc;
use std::time::{Duration, Instant};

use dala::{ActorRef, ExitReason, Local, Runtime};
use dala_gpu::infer::{Ask, InferError, Model, Server, Stream};
use dala_gpu::model::Backend;
use dala_gpu::{Region, TensorRef};

use crate::case::{Case, Expected, check_tensor};
use crate::deadlines::Fates;
use crate::peers::{Peer, Raw};
use crate::{Arguments, Outcome, median};

enum Asks {
    Model(Model),
    Stream(Stream),
}

/// A client: asks one question after the other.
pub(crate) struct Client {
    asks: Asks,
    input: Vec<TensorRef>,
    /// What the next answer must be: of a model always the same, of a stream known for the first only.
    expected: Option<Expected>,
}

impl Client {
    pub(crate) fn new(case: &Case, model: &Model, region: &Region) -> Outcome<Client> {
        let asks = if case.is_stream() { Asks::Stream(model.stream()) } else { Asks::Model(model.clone()) };
        Ok(Client { asks, input: case.request(region)?, expected: Some(case.expected) })
    }

    async fn ask(&mut self, ask: Ask) -> Result<Vec<TensorRef>, InferError> {
        let input = self.input.clone();
        match &mut self.asks {
            Asks::Model(model) => model.ask(input, ask).await,
            Asks::Stream(stream) => stream.ask(input, ask).await,
        }
    }

    /// Looks at an answer; not in the time that is measured.
    fn check(&mut self, answer: &[TensorRef]) -> Result<(), String> {
        let expected = match self.asks {
            Asks::Model(_) => self.expected,
            Asks::Stream(_) => self.expected.take(),
        };
        expected.map_or(Ok(()), |expected| check_tensor(expected, answer.first()))
    }
}

#[dala::actor]
impl Client {
    /// Asks so often. Returns how long each answer took, in nanoseconds.
    #[message]
    async fn one(&mut self, runs: u64) -> Result<Vec<u64>, String> {
        let mut times = Vec::new();
        for _ in 0..runs {
            let started = Instant::now();
            let answer = self.ask(Ask::default()).await.map_err(|error| error.to_string())?;
            times.push(started.elapsed().as_nanos() as u64);
            self.check(&answer)?;
        }
        Ok(times)
    }

    /// Asks once, with what is left of the time until the deadline.
    #[message]
    async fn once(&mut self, deadline: Local<Instant>, fates: Local<Arc<Fates>>) {
        let Local(deadline) = deadline;
        let answer = self.ask(Ask::within(deadline.saturating_duration_since(Instant::now()))).await;
        fates.0.note(&answer, deadline).expect("served");
        // Its state was with the request.
        let is_gone = matches!(answer, Err(InferError::Expired | InferError::TimedOut));
        if let (true, Asks::Stream(stream)) = (is_gone, &mut self.asks) {
            stream.reset();
        }
    }

    /// Asks for so long. Returns how many answers came.
    #[message]
    async fn many(&mut self, milliseconds: u64) -> Result<u64, String> {
        let end = Instant::now() + Duration::from_millis(milliseconds);
        let mut answers = 0;
        while Instant::now() < end {
            let answer = self.ask(Ask::default()).await.map_err(|error| error.to_string())?;
            self.check(&answer)?;
            answers += 1;
        }
        Ok(answers)
    }
}

/// A model with its clients.
pub(crate) struct Crowd<'a> {
    runtime: &'a Runtime,
    model: Model,
    pub(crate) clients: Vec<ActorRef<Client>>,
}

impl<'a> Crowd<'a> {
    fn new(
        case: &Case,
        onnx: &Arc<dyn Backend>,
        runtime: &'a Runtime,
        region: &Region,
        max_batch: usize,
        clients: usize,
    ) -> Outcome<Crowd<'a>> {
        let options = case.options.clone().max_batch(max_batch);
        let model = Server::new(onnx.clone(), case.model.clone(), options)?.start(runtime)?;
        let client = || Ok(runtime.spawn(Client::new(case, &model, region)?)?);
        let clients = (0..clients).map(|_| client()).collect::<Outcome<_>>()?;
        Ok(Crowd { runtime, model, clients })
    }

    /// Requests a second.
    fn rate(&self, milliseconds: u64) -> Outcome<f64> {
        let begun = Instant::now();
        let limit = Duration::from_secs(600);
        let calls: Vec<_> =
            self.clients.iter().map(|client| client.call_timeout(Many { milliseconds }, limit)).collect();
        self.runtime.block_on(async {
            let mut answers = 0;
            for call in calls {
                answers += call.await??;
            }
            Ok(answers as f64 / begun.elapsed().as_secs_f64())
        })
    }
}

impl Drop for Crowd<'_> {
    fn drop(&mut self) {
        self.clients.iter().for_each(|client| client.exit(ExitReason::Shutdown));
    }
}

/// A model with its clients, in batches, and what it can do.
pub(crate) struct Able<'a> {
    pub(crate) crowd: Crowd<'a>,
    /// Requests a second.
    pub(crate) rate: f64,
    /// Nanoseconds that one row takes alone, without an actor.
    pub(crate) one_row: f64,
}

/// Prints a line for a model.
pub(crate) fn compare<'a>(
    case: &Case,
    onnx: &Arc<dyn Backend>,
    runtime: &'a Runtime,
    region: &Region,
    arguments: &Arguments,
) -> Outcome<Able<'a>> {
    let crowd = |max_batch| Crowd::new(case, onnx, runtime, region, max_batch, arguments.clients);
    let (single, batched) = (crowd(1)?, crowd(64)?);
    // Learns what batches cost.
    batched.rate(arguments.milliseconds * 10)?;
    let (before, copied) = (batched.model.stats(), region.copied_bytes());
    let (mut rates, mut ratios) = ([Vec::new(), Vec::new()], Vec::new());
    for _ in 0..arguments.rounds {
        let (one, many) =
            (single.rate(arguments.milliseconds * 3)?, batched.rate(arguments.milliseconds * 3)?);
        rates[0].push(one);
        rates[1].push(many);
        ratios.push(many / one);
    }
    let after = batched.model.stats();
    let rows = (after.rows - before.rows) as f64 / (after.runs - before.runs).max(1) as f64;
    let raw = |rows| raw_rate(case, onnx, region, rows, arguments);
    let (alone, together) = (raw(1)?, raw(rows.round() as usize)?);
    let copied = (region.copied_bytes() - copied) as f64 / (after.answered - before.answered).max(1) as f64;
    let [one, many] = rates.map(median);
    println!(
        "| {} | {one:.0} | {many:.0} | {:.2} | {rows:.1} | {alone:.0} | {together:.0} | {copied:.0} |",
        case.name,
        median(ratios)
    );
    Ok(Able { crowd: batched, rate: many, one_row: 1e9 / alone })
}

/// Rows a second of `Run` in a loop, so many a run: what no server can be above, with one thread.
fn raw_rate(
    case: &Case,
    onnx: &Arc<dyn Backend>,
    region: &Region,
    rows: usize,
    arguments: &Arguments,
) -> Outcome<f64> {
    let mut raw = Raw::new(&**onnx, case, region, rows)?;
    let one = raw.median(10)?;
    let runs = (arguments.rounds as f64 * arguments.milliseconds as f64 * 1e6 / one) as u64;
    Ok(rows as f64 / raw.median(runs.max(5))? * 1e9)
}
