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
pub(crate) trait Peer {
    fn median(&mut self, runs: u64) -> Outcome<f64>;
}

/// A session of a backend, in a loop.
pub(crate) struct Raw {
    session: Box<dyn Session>,
    inputs: Vec<TensorRef>,
    outputs: Vec<TensorRef>,
    expected: Expected,
}

impl Raw {
    pub(crate) fn new(backend: &dyn Backend, case: &Case, region: &Region, rows: usize) -> Outcome<Raw> {
        let mut session = backend.load(&case.model, &SessionOptions::default())?;
        let inputs = case.tensors(region, rows)?;
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

/// tract, if it was built in.
fn tract() -> Option<Arc<dyn Backend>> {
    #[cfg(feature = "tract")]
    let backend = Some(Arc::new(dala_gpu::model::Tract) as Arc<dyn Backend>);
    #[cfg(not(feature = "tract"))]
    let backend = None;
    backend
}

/// A backend's session in a loop, and the same model asked through an actor.
struct Pair<'a> {
    raw: Raw,
    served: Served<'a>,
    /// Medians of each, and of their ratio.
    times: [Vec<f64>; 3],
}

impl<'a> Pair<'a> {
    fn new(
        case: &Case,
        backend: &Arc<dyn Backend>,
        runtime: &'a Runtime,
        region: &Region,
    ) -> Outcome<Pair<'a>> {
        let raw = Raw::new(&**backend, case, region, 1)?;
        let options = case.options.clone().max_batch(1);
        let model = Server::new(backend.clone(), case.model.clone(), options)?.start(runtime)?;
        let client = runtime.spawn(Client::new(case, &model, region)?)?;
        let mut served = Served { runtime, client };
        served.median(20)?;
        Ok(Pair { raw, served, times: Default::default() })
    }

    /// One turn of each. Returns the median of those who ask an actor.
    fn take_turns(&mut self, runs: u64) -> Outcome<f64> {
        let (raw, served) = (self.raw.median(runs)?, self.served.median(runs)?);
        for (times, time) in self.times.iter_mut().zip([raw, served, served / raw]) {
            times.push(time);
        }
        Ok(served)
    }

    /// In us, and the ratio.
    fn cells(self) -> [String; 3] {
        let [raw, served, ratio] = self.times.map(median);
        [cell(raw / 1000.0, 1), cell(served / 1000.0, 1), cell(ratio, 2)]
    }
}

/// Prints a line for a model.
pub(crate) fn compare(
    case: &Case,
    onnx: &Arc<dyn Backend>,
    runtime: &Runtime,
    region: &Region,
    arguments: &Arguments,
) -> Outcome {
    let mut ours = Pair::new(case, onnx, runtime, region)?;
    let mut python = Python::new(case, arguments)?;
    // Some models it does not run.
    let tract = tract().map(|backend| Pair::new(case, &backend, runtime, region)).transpose();
    let mut tract = tract.unwrap_or_else(|error| {
        eprintln!("tract does not run {}: {error}", case.name);
        None
    });
    let one = ours.raw.median(20)?;
    let runs = ((arguments.milliseconds as f64 * 1e6 / one) as u64).clamp(5, 10_000);
    let (mut pythons, mut ratios) = (Vec::new(), Vec::new());
    for _ in 0..arguments.rounds {
        let served = ours.take_turns(runs)?;
        if let Some(python) = &mut python {
            let python = python.median(runs)?;
            pythons.push(python);
            ratios.push(served / python);
        }
        if let Some(tract) = &mut tract {
            tract.take_turns(runs)?;
        }
    }
    let [raw, served, by_raw] = ours.cells();
    let (python, by_python) = (cell(median(pythons) / 1000.0, 1), cell(median(ratios), 2));
    let tract = tract.map_or_else(|| ["-"; 3].map(str::to_owned), Pair::cells);
    println!(
        "| {} | {raw} | {served} | {by_raw} | {python} | {by_python} | {} |",
        case.name,
        tract.join(" | ")
    );
    Ok(())
}

fn cell(number: f64, digits: usize) -> String {
    if number.is_nan() { "-".to_owned() } else { format!("{number:.digits$}") }
}
