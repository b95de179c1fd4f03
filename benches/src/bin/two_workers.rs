//! Two CPU-bound Erlang processes on one worker and on two: `cargo run --release -p dala-benches --bin two_workers`.
//!
//! Prints the median times and their ratio. Two workers should need at most 0.6 of one worker's time, on a machine
//! with two cores to spare; the command fails when they need more. The program needs `erlc`.

use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use dala::Runtime;
use dala_beam::process::{Ended, Entry, System, SystemOptions};
use dala_ir::abi::{Atom, Word};
use dala_ir::term::{Fragment, TermWriter};

/// Plain recursion with some garbage: nothing that two processes share.
const SOURCE: &str = "
-module(two_workers).
-export([work/1]).
work(N) -> work(N, 0, []).
work(0, Sum, _) -> Sum;
work(N, Sum, Last) -> work(N - 1, (Sum * 31 + N + length(Last)) band 16#ffffff, [N, Sum]).
";
/// Rounds of each process.
const ROUNDS: i64 = 20_000_000;
const RUNS: usize = 5;
const TARGET: f64 = 0.6;

fn main() -> ExitCode {
    match run() {
        Ok(ratio) if ratio <= TARGET => ExitCode::SUCCESS,
        Ok(_) => {
            eprintln!("over {TARGET}: is the machine busy?");
            ExitCode::FAILURE
        }
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<f64, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let source = folder.path().join("two_workers.erl");
    std::fs::write(&source, SOURCE).map_err(|error| error.to_string())?;
    let compiled = Command::new("erlc").arg("-o").arg(folder.path()).arg(&source).status();
    if !compiled.map_err(|error| format!("erlc: {error}"))?.success() {
        return Err("erlc failed".to_owned());
    }
    let rounds = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(ROUNDS);
    let mut times = [Vec::new(), Vec::new()];
    // In turns, so that a noisy minute hits both.
    for _ in 0..RUNS {
        for (at, times) in times.iter_mut().enumerate() {
            times.push(measure(folder.path(), at + 1, rounds)?);
        }
    }
    let [one, two] = times.map(|mut times| {
        times.sort();
        times[RUNS / 2]
    });
    let ratio = two.as_secs_f64() / one.as_secs_f64();
    println!("1 worker {one:.2?}, 2 workers {two:.2?}, ratio {ratio:.3} (target {TARGET})");
    Ok(ratio)
}

/// Time until both processes are done.
fn measure(path: &Path, workers: usize, rounds: i64) -> Result<Duration, String> {
    let runtime = Runtime::builder().workers(workers).build().map_err(|error| error.to_string())?;
    let options = SystemOptions { paths: vec![path.to_owned()], ..SystemOptions::default() };
    let system = System::new(runtime.handle().clone(), options);
    let module = Atom::new("two_workers");
    system.code.ensure_loaded(module).map_err(|error| error.to_string())?;
    let start = Instant::now();
    let receivers: Vec<_> = (0..2)
        .map(|_| {
            let mut scratch = Fragment::new();
            let arguments = scratch.list(&[Word::small_int(rounds)], Word::NIL);
            let (sender, receiver) = mpsc::channel();
            let entry = Entry::Function(module, Atom::new("work"), arguments);
            system.start_process(entry, None, Some(sender)).map(|_| receiver)
        })
        .collect::<Result<_, _>>()
        .map_err(|_| "cannot start a process".to_owned())?;
    for receiver in receivers {
        match receiver.recv() {
            Ok(Ended::Value(_)) => {}
            other => return Err(format!("a process ended with {other:?}")),
        }
    }
    Ok(start.elapsed())
}
