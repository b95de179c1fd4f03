//! `dala gen rust`: the Rust of a compiled module. What it says is read and written by `otp/erlang/dala_gen.erl`.

use std::io::{ErrorKind, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::cli::open;
use crate::cli::run::Program;

/// Arguments of `dala gen rust`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Arguments {
    /// A .beam file, or the name of a module
    module: String,
    /// File to write, instead of printing
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Writes nothing, and fails when the file is another
    #[arg(long, requires = "output")]
    check: bool,
    /// Folder to search for modules first; may be given several times
    #[arg(long = "pa", value_name = "DIR")]
    paths: Vec<PathBuf>,
    /// Root of the Erlang/OTP to take libraries from
    #[arg(long, value_name = "DIR")]
    otp: Option<PathBuf>,
    /// Root of the Elixir to take libraries from
    #[arg(long, value_name = "DIR")]
    elixir: Option<PathBuf>,
}

pub(super) fn try_run(arguments: &Arguments) -> Result<String, String> {
    let file = open::find(&arguments.module, &arguments.paths)?;
    let name = file.to_str().ok_or_else(|| format!("{}: its name is no text", file.display()))?.to_owned();
    let program = Program::new(&arguments.paths, arguments.otp.as_deref(), arguments.elixir.as_deref())?;
    let text = program.ask::<Result<String, String>>("dala_gen", "rust", (name,))??;
    let text = formatted(text)?;
    let Some(output) = &arguments.output else { return Ok(text) };
    let path = output.display();
    if arguments.check {
        let there = std::fs::read_to_string(output).map_err(|error| format!("{path}: {error}"))?;
        return match there == text {
            true => Ok(String::new()),
            false => Err(format!("{path} is not what {} says: run `dala gen rust` again", arguments.module)),
        };
    }
    Ok(match super::write(output, &text)? {
        true => format!("wrote {path}\n"),
        false => format!("{path} is up to date\n"),
    })
}

/// As `cargo fmt` would leave it, where there is a `rustfmt`.
fn formatted(text: String) -> Result<String, String> {
    let mut rustfmt = Command::new("rustfmt");
    rustfmt.args(["--edition", "2024"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = match rustfmt.spawn() {
        Ok(child) => child,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(text),
        Err(error) => return Err(format!("rustfmt: {error}")),
    };
    let said = |error: std::io::Error| format!("rustfmt: {error}");
    // It reads all before it writes.
    child.stdin.take().map_or(Ok(()), |mut input| input.write_all(text.as_bytes())).map_err(said)?;
    let output = child.wait_with_output().map_err(said)?;
    match String::from_utf8(output.stdout) {
        Ok(formatted) if output.status.success() => Ok(formatted),
        _ => Err(format!("rustfmt: {}", String::from_utf8_lossy(&output.stderr).trim())),
    }
}
