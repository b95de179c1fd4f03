//! `dala gen`: types of one half of an app, written for the other.

mod elixir;
mod rust;

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::ExitCode;

/// Arguments of `dala gen`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Clone, Debug, clap::Subcommand)]
enum What {
    /// Writes the Elixir modules of the Rust actors that this crate names in `dala_beam::elixir_modules!`
    Elixir(elixir::Arguments),
    /// Writes the Rust of a compiled module: a client of its servers, its functions, its types
    Rust(rust::Arguments),
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> ExitCode {
    match &arguments.what {
        What::Elixir(arguments) => super::finish(elixir::try_run(arguments)),
        What::Rust(arguments) => super::finish(rust::try_run(arguments)),
    }
}

/// Writes the file unless it has this text, and says whether it did.
fn write(path: &Path, text: &str) -> Result<bool, String> {
    let said = |error: std::io::Error| format!("{}: {error}", path.display());
    match fs::read_to_string(path) {
        Ok(there) if there == text => return Ok(false),
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(said(error)),
        _ => {}
    }
    fs::write(path, text).map_err(said)?;
    Ok(true)
}
