//! Learn: one model as a service for many clients, Rust actors and Elixir processes alike; what batches are worth.
//! Run: `make demo-files`, or `make demo-files ARGS="--folder /usr/share --files 500"`
//!
//! The model (magika) tells the type of a file from its first and last bytes. An Elixir process for each file asks it through
//! a tensor that Rust made (`lib/file_census.ex`); then more and more client actors ask at the same time, and a picture shows
//! how many files a second that gives and how long an answer takes, one request a run and in batches. This model computes
//! so much for a row that batches give it little: the actor learns that, and makes small ones.

mod plot;
mod reader;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Parser;
use dala::{ActorRef, ExitReason, Runtime};
use dala_beam::otp::boot;
use dala_beam::process::{System, SystemOptions, workers_from_environment};
use dala_gpu::infer::{Model, ServeOptions, Server};
use dala_gpu::model::{Backend, Onnx, OnnxOptions};
use dala_gpu::{Natives, Region, TensorRef};
use plot::{Point, Series};

pub(crate) type Failure = Box<dyn std::error::Error>;

/// Tells the types of files, and measures how many clients it can serve.
#[derive(Parser)]
struct Arguments {
    /// Where the files are
    #[arg(long, default_value = ".")]
    folder: PathBuf,
    /// How many files to look at
    #[arg(long, default_value_t = 200)]
    files: usize,
    /// Numbers of clients that ask at the same time
    #[arg(long, value_delimiter = ',', default_value = "1,2,4,8,16,32,64", value_parser = clap::value_parser!(u32).range(1..))]
    clients: Vec<u32>,
    /// How long to measure each number of clients, in milliseconds
    #[arg(long, default_value_t = 1000)]
    milliseconds: u64,
    /// Where the library (lib/) and the model (models/) are
    #[arg(long, default_value = "target/ai")]
    ai: PathBuf,
    /// Folder of the compiled Elixir modules
    #[arg(long, value_name = "DIR", default_value = "target/files/ebin")]
    ebin: PathBuf,
    /// Where the plot goes
    #[arg(long, value_name = "FILE", default_value = "target/files/clients.svg")]
    svg: PathBuf,
}

/// A client: asks for one file after the other.
struct Client {
    model: Model,
    files: Arc<[TensorRef]>,
    next: usize,
}

#[dala::actor]
impl Client {
    /// Asks for some time, at least once. Returns how long each answer took, in nanoseconds.
    #[message]
    async fn drive(&mut self, milliseconds: u64) -> Result<Vec<u64>, String> {
        let end = Instant::now() + Duration::from_millis(milliseconds);
        let mut took = Vec::new();
        while took.is_empty() || Instant::now() < end {
            let file = self.files[self.next % self.files.len()].clone();
            self.next += 1;
            let started = Instant::now();
            self.model.infer(vec![file]).await.map_err(|error| error.to_string())?;
            took.push(started.elapsed().as_nanos() as u64);
        }
        Ok(took)
    }
}

fn main() -> ExitCode {
    dala::shutdown::end_when_nobody_reads();
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("files: {error}");
            ExitCode::FAILURE
        }
    }
}

/// ONNX Runtime, or tract where it was built in and there is no library.
fn backend(arguments: &Arguments) -> Result<Arc<dyn Backend>, Failure> {
    let missing = match Onnx::load(&OnnxOptions::in_folder(arguments.ai.join("lib"))) {
        Ok(onnx) => return Ok(Arc::new(onnx)),
        Err(error) => error,
    };
    #[cfg(feature = "tract")]
    {
        println!("{missing}: tract runs the model");
        Ok(Arc::new(dala_gpu::model::Tract))
    }
    #[cfg(not(feature = "tract"))]
    Err(format!("{missing} (scripts/setup-ai.sh fetches it; with --features tract it is not needed)").into())
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let region = Region::with_limit(256 << 20);
    let module = arguments.ebin.join("Elixir.FileCensus.beam");
    if !module.is_file() {
        return Err(format!("{}: not found; `make demo-files` compiles it", module.display()).into());
    }
    let backend = backend(arguments)?;
    println!("the model is run by {}", backend.name());
    let file = arguments.ai.join("models/magika.onnx");
    let bytes: Arc<[u8]> =
        std::fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?.into();
    let labels = std::fs::read_to_string(arguments.ai.join("models/magika.json")).ok();
    let labels = labels.as_deref().and_then(reader::labels).unwrap_or_default();
    let mut builder = Runtime::builder();
    if let Some(workers) = workers_from_environment()? {
        builder = builder.workers(workers);
    }
    let runtime = builder.build()?;
    let server = |max_batch| {
        let options = ServeOptions::in_region(&region).max_batch(max_batch);
        Server::new(backend.clone(), bytes.clone(), options)?.start(&runtime)
    };
    let (single, batched) = (server(1)?, server(16)?);
    let tensors: Vec<TensorRef> = reader::files(&arguments.folder, arguments.files)?
        .iter()
        .map(|path| reader::tensor(&region, &std::fs::read(path).map_err(|error| reader::said(path, error))?))
        .collect::<Result<_, Failure>>()?;
    if tensors.is_empty() {
        return Err(format!("no files in {}", arguments.folder.display()).into());
    }
    census(arguments, &runtime, &region, &batched, &tensors, &labels)?;
    let files: Arc<[TensorRef]> = tensors.into();
    let mut all = Vec::new();
    println!("\n| clients | | files/s | median ms | 99 % ms | files a run |\n|---|---|---|---|---|---|");
    for (name, model) in [("one by one", &single), ("in batches", &batched)] {
        let points = arguments.clients.iter().map(|&clients| clients as usize).map(|clients| {
            let point = measure(&runtime, model, &files, clients, arguments.milliseconds)?;
            println!(
                "| {clients} | {name} | {:.0} | {:.1} | {:.1} | {:.1} |",
                point.per_second, point.median, point.p99, point.rows_a_run
            );
            Ok(point)
        });
        all.push(Series { name, points: points.collect::<Result<_, Failure>>()? });
    }
    plot::write(&arguments.svg, "File types by magika, served by an actor", &all)?;
    println!("\na plot is in {}", arguments.svg.display());
    drop((files, single, batched));
    runtime.shutdown(Duration::from_secs(2));
    println!("bytes left in the region: {}", region.live_bytes());
    Ok(())
}

/// Lets Elixir count the files by type.
fn census(
    arguments: &Arguments,
    runtime: &Runtime,
    region: &Region,
    model: &Model,
    files: &[TensorRef],
    labels: &[String],
) -> Result<(), Failure> {
    let options = SystemOptions { paths: vec![arguments.ebin.clone()], ..SystemOptions::from_environment() };
    let system = System::new(runtime.handle().clone(), options);
    boot::start(&system, &["elixir"])?;
    system.add_natives(Natives::in_region(region).model("file types", model).functions())?;
    let started = Instant::now();
    let copied = region.copied_bytes();
    let classes: Vec<(u64, u64)> =
        runtime.block_on(system.call("Elixir.FileCensus", "count", (files.to_vec(),)))?;
    let took = started.elapsed();
    for (class, count) in &classes {
        let name = labels.get(*class as usize).map_or("?", String::as_str);
        println!("{count:>6} {name} (class {class})");
    }
    println!(
        "{} files, a process each, in {:.1} s; bytes copied for runs and for lists: {}",
        files.len(),
        took.as_secs_f64(),
        region.copied_bytes() - copied
    );
    boot::stop(&system, Duration::from_secs(2));
    Ok(())
}

/// Lets so many clients ask for some time.
fn measure(
    runtime: &Runtime,
    model: &Model,
    files: &Arc<[TensorRef]>,
    clients: usize,
    milliseconds: u64,
) -> Result<Point, Failure> {
    let client = |at| runtime.spawn(Client { model: model.clone(), files: files.clone(), next: at * 7 });
    let all: Vec<ActorRef<Client>> = (0..clients).map(client).collect::<Result<_, _>>()?;
    let (before, started) = (model.stats(), Instant::now());
    let limit = Duration::from_secs(600);
    let calls: Vec<_> = all.iter().map(|client| client.call_timeout(Drive { milliseconds }, limit)).collect();
    let mut times = Vec::new();
    runtime.block_on(async {
        for call in calls {
            times.extend(call.await??);
        }
        Ok::<_, Failure>(())
    })?;
    let (over, after) = (started.elapsed(), model.stats());
    all.iter().for_each(|client| client.exit(ExitReason::Shutdown));
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() * percent / 100).min(times.len() - 1)] as f64 / 1e6;
    let (rows, runs) = (after.rows - before.rows, after.runs - before.runs);
    Ok(Point {
        clients,
        per_second: times.len() as f64 / over.as_secs_f64(),
        median: at(50),
        p99: at(99),
        rows_a_run: rows as f64 / runs.max(1) as f64,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use dala_gpu::Shape;

    #[test]
    fn a_file_is_its_ends_without_the_white_space_around_them() -> Result<(), Failure> {
        let region = Region::with_limit(1 << 20);
        let numbers =
            |content: &[u8]| Ok::<_, Failure>(reader::tensor(&region, content)?.typed::<i32>()?.to_vec());
        let short = numbers(b"  ab\n")?;
        assert_eq!((&short[..3], &short[2045..]), (&[97, 98, 10][..], &[32, 97, 98][..]));
        assert!(short[3..2044].iter().all(|&number| number == 256));
        let long = numbers(&[7; 10_000])?;
        assert!(long.iter().all(|&number| number == 7));
        assert_eq!(reader::tensor(&region, b"")?.shape(), Shape::new(&[1, reader::COLUMNS])?);
        Ok(())
    }

    #[test]
    fn labels_are_read_from_what_comes_with_the_model() {
        let labels = reader::labels("{\"a\":1,\"target_labels_space\":[\"3gp\",\"ace\"],\"b\":[2]}");
        assert_eq!(labels, Some(vec!["3gp".to_owned(), "ace".to_owned()]));
        assert_eq!(reader::labels("{}"), None);
    }
}
