//! What it costs to ask a model through an actor, beside running it: by ONNX Runtime alone (`Run` on tensors in place,
//! the fastest way that there is from Rust), by Python's onnxruntime, and by tract (feature `tract`).
//!
//! `./scripts/setup-ai.sh python && cargo run --release -p dala-benches-ai`
//!
//! All peers take turns within one run, round by round, on the same model and input, with one thread a run; what is
//! printed are medians over the rounds, of times and of the ratios within a round.
mod case;
mod deadlines;
mod peers;
mod serving;

use std::path::PathBuf;
use std::sync::Arc;

use clap::Parser;
use dala::Runtime;
use dala_gpu::Region;
use dala_gpu::model::{Backend, Onnx, OnnxOptions};

pub(crate) type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// Models served by actors, beside those who run the same models.
#[derive(Parser)]
struct Arguments {
    /// How often all peers take their turn.
    #[arg(long, default_value_t = 15)]
    rounds: usize,
    /// How long a turn takes, in milliseconds.
    #[arg(long, default_value_t = 100)]
    milliseconds: u64,
    /// Clients that ask at the same time, for batches.
    #[arg(long, default_value_t = 64)]
    clients: usize,
    /// Only models whose name has this in it.
    #[arg(long, default_value = "")]
    only: String,
    /// Where the library (lib/), models (models/) and Python (venv/) are.
    #[arg(long, default_value = "target/ai")]
    folder: PathBuf,
}

/// The middle of some numbers.
pub(crate) fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_unstable_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}

fn main() -> Outcome {
    let arguments = Arguments::parse();
    let region = Region::with_limit(1 << 30);
    let onnx: Arc<dyn Backend> = Arc::new(Onnx::load(&OnnxOptions::in_folder(arguments.folder.join("lib")))?);
    let runtime = Runtime::new()?;
    let mut cases = case::all(&region, &arguments.folder)?;
    cases.retain(|case| case.name.contains(&arguments.only));
    println!("One request at a time: median time of a request in us.\n");
    println!(
        "| model | raw `Run` | actor | actor / raw | Python | actor / Python | raw tract | actor, tract | actor / raw |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for case in &cases {
        peers::compare(case, &onnx, &runtime, &region, &arguments)?;
    }
    println!("\n{} clients: requests a second, one by one and in batches.\n", arguments.clients);
    println!(
        "| model | one by one | in batches | ratio | rows a run | raw `Run`, one row | raw `Run`, as many rows | copied, bytes a request |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    let mut able = Vec::new();
    for case in &cases {
        able.push(serving::compare(case, &onnx, &runtime, &region, &arguments)?);
    }
    println!(
        "\nRequests at random times, at 80 % of that rate, each with a deadline: what became of them, percent.\n"
    );
    println!(
        "| model | requests a second | deadline, ms | on time of those taken | late | expired | refused at once |"
    );
    println!("|---|---|---|---|---|---|---|");
    let milliseconds = arguments.milliseconds * arguments.rounds as u64 * 4;
    for (case, able) in cases.iter().zip(&able) {
        deadlines::measure(case.name, able, milliseconds)?;
    }
    Ok(())
}
