//! Learn: Rust and Elixir actors in one app: typed messages both ways, back-pressure, a crash that costs nothing.
//! Run: `make demo`, or `make demo LOG=path ARGS="--crash-at 500"`
//!
//! ```text
//!            Line {number, text}, waits when full
//!  Reader  ------------------------------------->  LogAnalyser (Elixir GenServer)
//!  (tokio)  <--- ack, report: typed calls -------      |               |
//!                                                {:lookup, key}   {:checkpoint, ..}
//!                                                      v               v
//!                                                 Index (Rust)     Store (Rust)
//! ```
//! A Rust supervisor starts all of them, and the analyser again when it dies; that one restores the last checkpoint, and
//! the reader sends again from there.

mod index;
mod messages;
mod reader;
mod store;

use clap::Parser;
use dala::supervise::{ChildSpec, Intensity, Supervisor};
use dala::{Atom, Runtime};
use dala_beam::interop::{Server, ServerSpec};
use dala_beam::otp::boot;
use dala_beam::process::{System, SystemOptions, workers_from_environment};
use dala_examples::ended;
use reader::{Analyse, Reader, ReaderRef};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Analyses a log with Rust and Elixir actors.
#[derive(Parser)]
struct Arguments {
    /// The log
    log: PathBuf,
    /// Folder of the compiled Elixir modules
    #[arg(long, value_name = "DIR", default_value = "target/mixed/ebin")]
    ebin: PathBuf,
    /// Lets the Elixir process raise an exception when it gets to this line; may be given several times
    #[arg(long, value_name = "N")]
    crash_at: Vec<u64>,
    /// Kills the Elixir process when this line is sent; may be given several times
    #[arg(long, value_name = "N")]
    kill_at: Vec<u64>,
    /// Lines between two checkpoints
    #[arg(long, value_name = "K", default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..))]
    checkpoint_every: u32,
    /// Prints no progress
    #[arg(long)]
    quiet: bool,
}

fn main() -> ExitCode {
    dala::shutdown::end_when_nobody_reads();
    let arguments = Arguments::parse();
    ended(run(&arguments))
}

fn run(arguments: &Arguments) -> Result<(), String> {
    reader::check(&arguments.log)?;
    let analyser = arguments.ebin.join("Elixir.LogAnalyser.beam");
    if !analyser.is_file() {
        return Err(format!("{}: not found; `make demo` compiles the Elixir modules", analyser.display()));
    }
    let started = Instant::now();
    let mut builder = Runtime::builder();
    if let Some(workers) = workers_from_environment()? {
        builder = builder.workers(workers);
    }
    let runtime = builder.build().map_err(|error| format!("cannot start the runtime: {error}"))?;
    let options = SystemOptions { paths: vec![arguments.ebin.clone()], ..SystemOptions::from_environment() };
    let system = System::new(runtime.handle().clone(), options);
    let leader = boot::start(&system, &["elixir"])?;

    let analyser = ServerSpec::new(&system, "Elixir.LogAnalyser", &options_of(arguments))
        .named("analyser")
        .mailbox(64)
        .group_leader(leader);
    let (log, progress) = (arguments.log.clone(), !arguments.quiet);
    let every = u64::from(arguments.checkpoint_every);
    let server = Server::named(&system, "analyser");
    let supervisor = Supervisor::new()
        .intensity(Intensity { restarts: 50, within: Duration::from_secs(60) })
        .child(named("index", index::Index::new))
        .child(named("store", store::Store::default))
        .child(analyser.child("analyser"))
        .child(named("reader", move || Reader::new(log.clone(), server.clone(), every, progress)));
    let report = runtime.block_on(async {
        let supervisor = supervisor.start(runtime.handle()).await.map_err(|error| error.to_string())?;
        let reader = runtime.whereis(Atom::new("reader")).and_then(ReaderRef::of_pid);
        let reader = reader.ok_or("the reader did not start")?;
        let analyse = Analyse { crash_at: arguments.crash_at.clone(), kill_at: arguments.kill_at.clone() };
        let outcome = reader.call_forever(analyse).await;
        supervisor.shutdown();
        outcome.map_err(|error| format!("the reader failed: {error}"))?
    });
    // What OTP has to say comes before the report.
    boot::stop(&system, Duration::from_secs(2));
    let report = report?;
    print!("{}", report.table);
    println!(
        "\n{} lines in {:.2} s, {} restart{} of the Elixir process",
        report.lines,
        started.elapsed().as_secs_f64(),
        report.restarts,
        if report.restarts == 1 { "" } else { "s" }
    );
    runtime.shutdown(Duration::from_secs(2));
    Ok(())
}

/// What `LogAnalyser.init/1` gets: a keyword list.
fn options_of(arguments: &Arguments) -> Vec<(Atom, u64)> {
    vec![(Atom::new("checkpoint_every"), u64::from(arguments.checkpoint_every))]
}

/// A native actor that is found by its name, from Elixir too.
fn named<A: dala::Actor + Send>(name: &'static str, make: impl Fn() -> A + Send + 'static) -> ChildSpec {
    ChildSpec::new(name, move || {
        let options = dala::SpawnOptions::default().linked();
        let actor = dala::spawn_with(make(), &options)
            .map_err(|error| dala::ExitReason::custom(error.to_string()))?;
        let runtime =
            dala::Handle::current().ok_or_else(|| dala::ExitReason::custom("outside of a runtime"))?;
        runtime
            .register(Atom::new(name), actor)
            .map_err(|error| dala::ExitReason::custom(error.to_string()))?;
        Ok(actor.pid())
    })
}
