//! `dala watch`: runs a function of modules whose sources are loaded again when they are saved.

use std::path::PathBuf;
use std::process::ExitCode;

use super::run::Program;
use crate::interop::{Reloaded, Watch};

/// Arguments of `dala watch`.
#[derive(Clone, Debug, clap::Args)]
#[group(skip)]
pub struct Arguments {
    /// Folder of .ex and .erl files, which are compiled and loaded
    pub folder: PathBuf,
    /// What to run
    #[command(flatten)]
    pub run: super::run::Arguments,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> ExitCode {
    super::report(try_run(arguments))
}

fn try_run(arguments: &Arguments) -> Result<ExitCode, String> {
    let Arguments { folder, run } = arguments;
    let program = Program::new(&run.paths, run.otp.as_deref(), run.elixir.as_deref())?;
    let sources = Watch::sources(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let is_elixir = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "ex");
    let started: &[&str] = if sources.iter().any(is_elixir) { &["elixir"] } else { run.needs() };
    let started = program.start(started, |_| Ok(()))?;
    let told = |reloaded: Reloaded| eprintln!("{reloaded}");
    let watch = Watch::loading(started.system(), folder, told).map_err(|error| error.to_string())?;
    let code = started.run_function(run)?;
    drop(watch);
    started.leave();
    Ok(code)
}
