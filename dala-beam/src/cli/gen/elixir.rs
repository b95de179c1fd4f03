//! `dala gen elixir`: the Elixir modules of a crate's actors. Which those are and what they say only the crate itself knows: its
//! test `dala_gen_elixir` (`dala_beam::elixir_modules!`) is run, and writes them.

use std::process::{Command, Stdio};

use crate::interop::elixir_modules::{SAYS, TEST, WRITES};

/// Arguments of `dala gen elixir`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Arguments {
    /// Writes nothing, and fails when a file is another
    #[arg(long)]
    check: bool,
    /// Arguments for `cargo test`: `-p CRATE`, `--release`
    #[arg(last = true)]
    cargo: Vec<String>,
}

pub(super) fn try_run(arguments: &Arguments) -> Result<String, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut test = Command::new(cargo);
    test.args(["test", "--quiet", "--tests"]).args(&arguments.cargo).args(["--", "--nocapture", TEST]);
    if !arguments.check {
        test.env(WRITES, "1");
    }
    let output =
        test.stderr(Stdio::inherit()).output().map_err(|error| format!("cargo cannot be run: {error}"))?;
    let printed = String::from_utf8_lossy(&output.stdout);
    let said: String = printed
        .lines()
        .filter_map(|line| line.split_once(SAYS))
        .map(|(_, said)| format!("{said}\n"))
        .collect();
    match (output.status.success(), said.is_empty()) {
        (true, true) => {
            Err("the tests of this crate name no actors: see `dala_beam::elixir_modules!`".to_owned())
        }
        (true, false) => Ok(said),
        (false, true) => Err("the tests of this crate do not compile, or fail before they write".to_owned()),
        (false, false) => Err(said.trim_end().to_owned()),
    }
}
