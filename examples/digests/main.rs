//! Learn: an app of Rust actors: a supervision tree, work that is pulled, replies that come later, a file as a capability.
//! Run: `cargo run --release -p dala-examples-digests -- FOLDER LIST`, again after Ctrl-C; then `sha256sum --check LIST`.

use clap::Parser;
use dala::ExitReason;
use dala::registry::Topic;
use dala::shutdown::StopSignals;
use digests::{Plan, Progress};
use std::path::PathBuf;
use std::process::ExitCode;

/// Writes the SHA-256 of all files below FOLDER to LIST. Files that LIST has already are not read again.
#[derive(Parser)]
struct Arguments {
    folder: PathBuf,
    list: PathBuf,
    /// Files that are read at a time.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..))]
    workers: u8,
    /// Let a worker panic over each file with this in its path.
    #[arg(long, value_name = "TEXT")]
    panic_on: Option<String>,
    /// Show the supervision tree first.
    #[arg(long)]
    tree: bool,
}

/// Prints, and counts.
#[derive(Default)]
struct Reporter {
    done: u64,
    known: u64,
    given_up: u64,
}

#[dala::actor]
impl Reporter {
    #[handler]
    fn progress(&mut self, progress: Progress) {
        match progress {
            Progress::Known { .. } => self.known += 1,
            Progress::Done { .. } => self.done += 1,
            Progress::Again { path, reason } => eprintln!("again: {path}: {reason}"),
            Progress::GivenUp { path, reason } => {
                self.given_up += 1;
                eprintln!("given up: {path}: {reason}");
            }
        }
    }

    #[message]
    fn counts(&self) -> (u64, u64, u64) {
        (self.done, self.known, self.given_up)
    }
}

#[dala::main]
async fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    dala::shutdown::end_when_nobody_reads();
    let Arguments { folder, list, workers, panic_on, tree } = Arguments::parse();
    let reporter = Reporter::default().spawn()?;
    let progress = Topic::new();
    progress.subscribe(*reporter);
    let plan = Plan { folder, list, workers: workers.into(), panic_on };
    let supervisor = match digests::start(plan, progress).await {
        Ok(supervisor) => supervisor,
        Err(error) => {
            eprintln!("error: {error}");
            return Ok(ExitCode::FAILURE);
        }
    };
    if tree {
        println!("{}", supervisor.tree().await?);
    }
    let reason = tokio::select! {
        reason = supervisor.ended() => reason?,
        _ = async { StopSignals::listen()?.next().await; Ok::<_, std::io::Error>(()) } => {
            supervisor.stop().await;
            ExitReason::custom("broken off")
        }
    };
    let (done, known, given_up) = reporter.counts().await?;
    println!("{done} done, {known} known, {given_up} given up");
    // Where there was little to do it had ended before it was asked.
    if !matches!(reason, ExitReason::Shutdown | ExitReason::Normal | ExitReason::NoProc) {
        eprintln!("error: {reason}");
        return Ok(ExitCode::FAILURE);
    }
    Ok(if given_up == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
