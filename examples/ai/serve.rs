//! Learn: a model served by an actor to many client actors; batches, deadlines, streams; what serving costs.
//! Run: `make demo-ai`, or `cargo run --release -p dala-examples-ai --bin serve`
//!
//! The model is a small perceptron that is made here. With ONNX Runtime's library (scripts/setup-ai.sh fetches it)
//! that runs it, and a model of voice activity too, if that was fetched; without it tract does, if it was built
//! in (`--features tract`), or a backend of our own.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Parser;
use dala::{ExitReason, Runtime, Supervisor};
use dala_gpu::infer::{Ask, Model, ServeOptions, Server, Stream};
use dala_gpu::model::{Backend, Builtin, ModelError, Onnx, OnnxOptions, Session, SessionOptions, mlp, ramp};
use dala_gpu::{DType, Region, Shape, TensorRef};

type Failure = Box<dyn std::error::Error>;

/// Serves models to many client actors, and measures what that costs.
#[derive(Parser)]
struct Arguments {
    /// How many client actors ask at the same time.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..))]
    clients: u32,
    /// How long to measure each way of serving, in milliseconds.
    #[arg(long, default_value_t = 1000)]
    milliseconds: u64,
    /// Where the library (lib/) and models (models/) are.
    #[arg(long, default_value = "target/ai")]
    folder: PathBuf,
}

/// What the clients of one model ask, and how it is served.
struct Case {
    name: &'static str,
    backend: Arc<dyn Backend>,
    model: Vec<u8>,
    options: ServeOptions,
    input: TensorRef,
    is_stream: bool,
}

/// A client: asks one question after the other.
struct Client {
    asks: Asks,
    input: TensorRef,
}

enum Asks {
    Model(Model),
    Stream(Stream),
}

#[dala::actor]
impl Client {
    /// Asks for some time. Returns how long each answer took, in nanoseconds.
    #[message]
    async fn drive(&mut self, milliseconds: u64) -> Result<Vec<u64>, String> {
        let end = Instant::now() + Duration::from_millis(milliseconds);
        let mut took = Vec::new();
        while Instant::now() < end {
            let started = Instant::now();
            let inputs = vec![self.input.clone()];
            let answer = match &mut self.asks {
                Asks::Model(model) => model.ask(inputs, Ask::within(Duration::from_secs(5))).await,
                Asks::Stream(stream) => stream.infer(inputs).await,
            };
            answer.map_err(|error| error.to_string())?;
            took.push(started.elapsed().as_nanos() as u64);
        }
        Ok(took)
    }
}

/// Times of requests, sorted.
struct Times {
    sorted: Vec<u64>,
    over: Duration,
}

impl Times {
    fn new(mut times: Vec<u64>, over: Duration) -> Self {
        times.sort_unstable();
        Self { sorted: times, over }
    }

    /// In microseconds.
    fn percentile(&self, percent: usize) -> f64 {
        let at = (self.sorted.len() * percent / 100).min(self.sorted.len().saturating_sub(1));
        self.sorted.get(at).map_or(f64::NAN, |&ns| ns as f64 / 1000.0)
    }

    fn rate(&self) -> f64 {
        self.sorted.len() as f64 / self.over.as_secs_f64()
    }
}

fn main() -> ExitCode {
    dala::shutdown::end_when_nobody_reads();
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let region = Region::with_limit(256 << 20);
    let backend: Arc<dyn Backend> = match Onnx::load(&OnnxOptions::in_folder(arguments.folder.join("lib"))) {
        Ok(onnx) => {
            println!("models run by ONNX Runtime, {}", onnx.path().display());
            Arc::new(onnx)
        }
        Err(error) => without_library(&error),
    };
    let runtime = Runtime::new()?;
    for case in cases(&backend, &region, &arguments.folder)? {
        measure(&runtime, &case, arguments, &region).map_err(|error| format!("{}: {error}", case.name))?;
    }
    fail_and_recover(&runtime, &backend, &region)?;
    runtime.shutdown(Duration::from_secs(5));
    println!("bytes left in the region: {}", region.live_bytes());
    Ok(())
}

#[cfg(feature = "tract")]
fn without_library(error: &ModelError) -> Arc<dyn Backend> {
    println!("models run by tract ({error})");
    Arc::new(dala_gpu::model::Tract)
}

#[cfg(not(feature = "tract"))]
fn without_library(error: &ModelError) -> Arc<dyn Backend> {
    println!("models run by the built-in backend; build with `--features tract` for others ({error})");
    Arc::new(Builtin)
}

fn is_builtin(backend: &Arc<dyn Backend>) -> bool {
    backend.name() == Builtin.name()
}

fn perceptron(backend: &Arc<dyn Backend>) -> Vec<u8> {
    if is_builtin(backend) { b"mlp 784 512 512 10".to_vec() } else { mlp(&[784, 512, 512, 10]) }
}

fn cases(backend: &Arc<dyn Backend>, region: &Region, folder: &Path) -> Result<Vec<Case>, Failure> {
    let numbers: Vec<f32> = ramp(784).collect();
    let mut cases = vec![Case {
        name: "perceptron 784-512-512-10",
        backend: backend.clone(),
        model: perceptron(backend),
        options: ServeOptions::in_region(region),
        input: region.tensor(Shape::new(&[1, 784])?, &numbers[..784])?.into(),
        is_stream: false,
    }];
    let path = folder.join("models/silero_ifless.onnx");
    let voice = std::fs::read(&path);
    if let (false, Err(error)) = (is_builtin(backend), &voice) {
        println!("no voice activity: {}: {error}; ./scripts/setup-ai.sh fetches it", path.display());
    }
    if let (false, Ok(model)) = (is_builtin(backend), voice) {
        let rate = region.tensor(Shape::new(&[])?, &[16000i64])?;
        let frame: Vec<f32> = ramp(576).collect();
        let input: TensorRef = region.tensor(Shape::new(&[1, 576])?, &frame)?.into();
        cases.push(Case {
            name: "voice activity (Silero), a stream each client",
            backend: backend.clone(),
            model,
            options: ServeOptions::in_region(region)
                .constant("sr", rate)
                .state("state", "stateN", 1)
                .example(vec![input.clone()]),
            input,
            is_stream: true,
        });
    }
    Ok(cases)
}

fn measure(runtime: &Runtime, case: &Case, arguments: &Arguments, region: &Region) -> Result<(), Failure> {
    println!("\n{}", case.name);
    println!(
        "{:40} {:>10} {:>9} {:>9} {:>9} {:>8}",
        "", "requests/s", "p50 us", "p99 us", "rows/run", "copied"
    );
    let clients = arguments.clients as usize;
    let alone = raw(case, arguments.milliseconds, region)?;
    line("the session alone, in a loop", &alone, 1.0, 0);
    let never = Duration::ZERO;
    let serve = |label: &str, clients, options: ServeOptions| -> Result<f64, Failure> {
        let copied = region.copied_bytes();
        let (times, rows) = served(runtime, case, clients, options, arguments.milliseconds)?;
        line(label, &times, rows, region.copied_bytes() - copied);
        Ok(times.rate())
    };
    // Each has one request at a time.
    let options = || case.options.clone().queue(clients);
    serve("served to 1 client", 1, options().max_batch(1))?;
    serve("  by a thread, not the worker", 1, options().max_batch(1).inline_below(never))?;
    let single = serve(&format!("served to {clients} clients, one by one"), clients, options().max_batch(1))?;
    let batched =
        serve(&format!("served to {clients} clients, in batches"), clients, options().max_batch(64))?;
    println!("batches give {:.1} times the requests", batched / single);
    Ok(())
}

fn line(label: &str, times: &Times, rows: f64, copied: usize) {
    println!(
        "{label:40} {:>10.0} {:>9.1} {:>9.1} {rows:>9.1} {copied:>8}",
        times.rate(),
        times.percentile(50),
        times.percentile(99)
    );
}

/// The session without anything of ours around it.
fn raw(case: &Case, milliseconds: u64, region: &Region) -> Result<Times, Failure> {
    let mut session: Box<dyn Session> = case.backend.load(&case.model, &SessionOptions::default())?;
    let mut inputs = Vec::new();
    for port in session.inputs() {
        let constant = case.options.constants.iter().find(|(name, _)| *name == port.name);
        inputs.push(match constant {
            Some((_, value)) => value.clone(),
            None if case.options.states.iter().any(|state| state.input == port.name) => {
                region.zeros_of(DType::F32, Shape::new(&[2, 1, 128])?)?
            }
            None => case.input.clone(),
        });
    }
    let shapes: Vec<_> =
        session.run_into(&inputs, region)?.iter().map(|output| (output.dtype(), output.shape())).collect();
    let mut outputs: Vec<_> =
        shapes.into_iter().map(|(dtype, shape)| region.zeros_of(dtype, shape)).collect::<Result<_, _>>()?;
    let begun = Instant::now();
    let end = begun + Duration::from_millis(milliseconds);
    let mut took = Vec::new();
    while Instant::now() < end {
        let started = Instant::now();
        session.run(&inputs, &mut outputs)?;
        took.push(started.elapsed().as_nanos() as u64);
    }
    Ok(Times::new(took, begun.elapsed()))
}

/// The model served to client actors. Gives their times, and the rows of an average run.
fn served(
    runtime: &Runtime,
    case: &Case,
    clients: usize,
    options: ServeOptions,
    milliseconds: u64,
) -> Result<(Times, f64), Failure> {
    let server = Server::new(case.backend.clone(), case.model.clone(), options)?;
    let model = server.start(runtime)?;
    let actors: Vec<_> = (0..clients)
        .map(|_| {
            let asks = if case.is_stream { Asks::Stream(model.stream()) } else { Asks::Model(model.clone()) };
            runtime.spawn(Client { asks, input: case.input.clone() })
        })
        .collect::<Result<_, _>>()?;
    let drive = |milliseconds| {
        let begun = Instant::now();
        let calls: Vec<_> = actors
            .iter()
            .map(|actor| actor.call_timeout(Drive { milliseconds }, Duration::from_secs(60)))
            .collect();
        runtime.block_on(async {
            let mut all = Vec::new();
            for call in calls {
                all.extend(call.await??);
            }
            Ok::<_, Failure>(Times::new(all, begun.elapsed()))
        })
    };
    // The first part learns what batches cost.
    drive(milliseconds / 4)?;
    let before = model.stats();
    let times = drive(milliseconds)?;
    let after = model.stats();
    let rows = (after.rows - before.rows) as f64 / (after.runs - before.runs).max(1) as f64;
    for actor in actors {
        actor.exit(ExitReason::Shutdown);
    }
    Ok((times, rows))
}

/// A supervised model whose actor is killed: requests are told, and the next ones are served.
fn fail_and_recover(runtime: &Runtime, backend: &Arc<dyn Backend>, region: &Region) -> Result<(), Failure> {
    let numbers: Vec<f32> = ramp(784).collect();
    let input: TensorRef = region.tensor(Shape::new(&[1, 784])?, &numbers)?.into();
    let server = Server::new(backend.clone(), perceptron(backend), ServeOptions::in_region(region))?;
    let model = server.model();
    let supervisor = Supervisor::new().child(server.child("model"));
    let supervisor = runtime.block_on(supervisor.start(runtime))?;
    let children = runtime.block_on(supervisor.children())?;
    let first = children.first().and_then(|child| child.pid).ok_or("no child")?;
    dala::actor::process::kill(first);
    let (mut told, begun) = (0, Instant::now());
    while let Err(error) = model.ask_blocking(vec![input.clone()], Ask::default()) {
        told += 1;
        if told == 1 {
            println!("\nthe model's actor was killed; a request was told: {error}");
        }
        std::thread::yield_now();
    }
    println!("\nserving again after {:.1} ms", begun.elapsed().as_secs_f64() * 1000.0);
    Ok(())
}
