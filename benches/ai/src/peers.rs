//! One request at a time: who runs a model how fast.
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use dala::{ActorRef, Runtime};
use dala_gpu::infer::Server;
use dala_gpu::model::{Backend, Session, SessionOptions};
use dala_gpu::{Region, TensorRef};

use crate::case::{Case, Expected, check, check_tensor};
use crate::serving::{Client, One};
use crate::{Arguments, Outcome, median};

/// Someone who runs a model so many times. Gives the median time in nanoseconds.
trait Peer {
    fn median(&mut self, runs: u64) -> Outcome<f64>;
}

/// A session of a backend, in a loop.
struct Raw {
    session: Box<dyn Session>,
    inputs: Vec<TensorRef>,
    outputs: Vec<TensorRef>,
    expected: Expected,
}

impl Raw {
    fn new(backend: &dyn Backend, case: &Case, region: &Region) -> Outcome<Raw> {
        let mut session = backend.load(&case.model, &SessionOptions::default())?;
        let inputs = case.tensors(region)?;
        let outputs = session.run_into(&inputs, region)?;
        Ok(Raw { session, inputs, outputs, expected: case.expected })
    }
}

impl Peer for Raw {
    fn median(&mut self, runs: u64) -> Outcome<f64> {
        let times = (0..runs).map(|_| {
            let started = Instant::now();
            self.session.run(&self.inputs, &mut self.outputs)?;
            Ok(started.elapsed().as_nanos() as f64)
        });
        let times = times.collect::<Outcome<_>>()?;
        check_tensor(self.expected, self.outputs.first())?;
        Ok(median(times))
    }
}

/// A client actor that asks the model's actor.
struct Served<'a> {
    runtime: &'a Runtime,
    client: ActorRef<Client>,
}

impl Peer for Served<'_> {
    fn median(&mut self, runs: u64) -> Outcome<f64> {
        let call = self.client.call_timeout(One { runs }, Duration::from_secs(600));
        let times = self.runtime.block_on(call)??;
        Ok(median(times.into_iter().map(|ns| ns as f64).collect()))
    }
}

/// Python's onnxruntime, in a process of its own.
struct Python {
    process: Child,
    asks: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Python {
    fn new(case: &Case, arguments: &Arguments) -> Outcome<Option<Python>> {
        let python = arguments.folder.join("venv/bin/python");
        if !python.exists() {
            eprintln!("no Python: ./scripts/setup-ai.sh python makes {}", python.display());
            return Ok(None);
        }
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/peer.py");
        let mut process = Command::new(python)
            .arg(script)
            .arg(&case.path)
            .args(case.arguments())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (asks, answers) =
            (process.stdin.take().ok_or("no pipe")?, process.stdout.take().ok_or("no pipe")?);
        let mut python = Python { process, asks, answers: BufReader::new(answers) };
        let ready = python.line()?;
        let numbers = ready.strip_prefix("ready ").ok_or_else(|| format!("Python said {ready}"))?;
        let numbers: Vec<f32> = numbers.split(' ').map(str::parse).collect::<Result<_, _>>()?;
        check(case.expected, |at| numbers.get(at).copied())?;
        Ok(Some(python))
    }

    fn line(&mut self) -> Outcome<String> {
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        Ok(line.trim().to_owned())
    }
}

impl Peer for Python {
    fn median(&mut self, runs: u64) -> Outcome<f64> {
        writeln!(self.asks, "{runs}")?;
        self.asks.flush()?;
        Ok(self.line()?.parse()?)
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[cfg(feature = "tract")]
fn tract(case: &Case, region: &Region) -> Option<Raw> {
    let raw = Raw::new(&dala_gpu::model::Tract, case, region);
    raw.map_err(|error| eprintln!("tract does not run {}: {error}", case.name)).ok()
}

#[cfg(not(feature = "tract"))]
fn tract(_: &Case, _: &Region) -> Option<Raw> {
    None
}

/// Prints a line for a model.
pub(crate) fn compare(
    case: &Case,
    onnx: &Arc<dyn Backend>,
    runtime: &Runtime,
    region: &Region,
    arguments: &Arguments,
) -> Outcome {
    let mut raw = Raw::new(&**onnx, case, region)?;
    let model =
        Server::new(onnx.clone(), case.model.clone(), case.options.clone().max_batch(1))?.start(runtime)?;
    let client = runtime.spawn(Client::new(case, &model, region)?)?;
    let mut served = Served { runtime, client };
    let mut python = Python::new(case, arguments)?;
    let mut tract = tract(case, region);
    let one = raw.median(20)?;
    let runs = ((arguments.milliseconds as f64 * 1e6 / one) as u64).clamp(5, 10_000);
    let (mut times, mut ratios) = ([const { Vec::new() }; 4], [const { Vec::new() }; 2]);
    served.median(runs.min(100))?;
    for _ in 0..arguments.rounds {
        let raw = raw.median(runs)?;
        let served = served.median(runs)?;
        times[0].push(raw);
        times[1].push(served);
        ratios[0].push(served / raw);
        if let Some(python) = &mut python {
            let python = python.median(runs)?;
            times[2].push(python);
            ratios[1].push(served / python);
        }
        if let Some(tract) = &mut tract {
            times[3].push(tract.median(runs)?);
        }
    }
    let us = times.map(|times| cell(median(times) / 1000.0, 1));
    let [by_raw, by_python] = ratios.map(|ratios| cell(median(ratios), 2));
    println!("| {} | {} | {by_raw} | {by_python} |", case.name, us.join(" | "));
    Ok(())
}

fn cell(number: f64, digits: usize) -> String {
    if number.is_nan() { "-".to_owned() } else { format!("{number:.digits$}") }
}
