//! `dala eval`: evaluates an expression and prints its value.

use std::path::PathBuf;
use std::process::ExitCode;

use dala_ir::abi::{Atom, Word};
use dala_ir::term::{Fragment, TermWriter};

use super::run::Program;
use crate::process::Entry;

/// Arguments of `dala eval`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// Folder to search for modules first; may be given several times
    #[arg(long = "pa", value_name = "DIR")]
    pub paths: Vec<PathBuf>,
    /// The expression is Erlang, not Elixir
    #[arg(long)]
    pub erl: bool,
    /// Root of the Erlang/OTP to take libraries from
    #[arg(long, value_name = "DIR")]
    pub otp: Option<PathBuf>,
    /// Root of the Elixir to take libraries from
    #[arg(long, value_name = "DIR")]
    pub elixir: Option<PathBuf>,
    /// What to evaluate
    #[arg(allow_hyphen_values = true)]
    pub expression: String,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> ExitCode {
    super::report(try_run(arguments))
}

fn try_run(arguments: &Arguments) -> Result<ExitCode, String> {
    let program = Program::new(&arguments.paths, arguments.otp.as_deref(), arguments.elixir.as_deref())?;
    let mut scratch = Fragment::new();
    let text = scratch.binary(arguments.expression.as_bytes());
    let terms = scratch.list(&[text], Word::NIL);
    let (language, started): (_, &[&str]) =
        if arguments.erl { ("erlang", &[]) } else { ("elixir", &["elixir"]) };
    let entry = Entry::Function(Atom::new("dala_eval"), Atom::new(language), terms);
    program.run(started, entry, false)
}
