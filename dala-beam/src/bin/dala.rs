//! The `dala` command: parses its arguments and calls `dala_beam::cli`.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use dala_beam::cli;
use dala_beam::cli::tools::Tool;

/// Runs and shows compiled Erlang and Elixir modules, and makes projects that have some.
#[derive(Debug, Parser)]
#[command(name = "dala", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Shows what a module offers and needs
    Info(cli::info::Arguments),
    /// Shows the instructions of a .beam file
    Disasm(cli::disasm::Arguments),
    /// Shows the verified IR that is run
    Ir(cli::ir::Arguments),
    /// Shows the machine code that the JIT makes of a function
    Asm(cli::asm::Arguments),
    /// Evaluates an Elixir or Erlang expression and prints its value
    Eval(cli::eval::Arguments),
    /// Writes the types of one half of an app for the other
    Gen(cli::r#gen::Arguments),
    /// Makes a project with a Rust and an Elixir half
    New(cli::new::Arguments),
    /// Runs a function of a module
    Run(cli::run::Arguments),
    /// Writes a program as one file that needs no Erlang or Elixir
    Build(cli::build::Arguments),
    /// Runs a function as `run` does, and loads sources while it runs when they are saved
    Watch(cli::watch::Arguments),
    /// Compiles as erlc does
    Erlc(cli::tools::Arguments),
    /// Compiles as elixirc does
    Elixirc(cli::tools::Arguments),
    /// Runs a script as elixir does
    Elixir(cli::tools::Arguments),
    /// Runs test files of ExUnit, or of EUnit
    Test(cli::tools::Arguments),
}

fn main() -> ExitCode {
    // Whoever has a program behind it is that program.
    if let Some(code) = cli::bundled::run() {
        return code;
    }
    let arguments = long_options(std::env::args_os());
    match Arguments::parse_from(arguments).command {
        Command::Info(arguments) => cli::info::run(&arguments),
        Command::Disasm(arguments) => cli::disasm::run(&arguments),
        Command::Ir(arguments) => cli::ir::run(&arguments),
        Command::Asm(arguments) => cli::asm::run(&arguments),
        Command::Eval(arguments) => cli::eval::run(&arguments),
        Command::Gen(arguments) => cli::r#gen::run(&arguments),
        Command::New(arguments) => cli::new::run(&arguments),
        Command::Run(arguments) => cli::run::run(&arguments),
        Command::Build(arguments) => cli::build::run(&arguments),
        Command::Watch(arguments) => cli::watch::run(&arguments),
        Command::Erlc(arguments) => cli::tools::run(Tool::Erlc, &arguments),
        Command::Elixirc(arguments) => cli::tools::run(Tool::Elixirc, &arguments),
        Command::Elixir(arguments) => cli::tools::run(Tool::Elixir, &arguments),
        Command::Test(arguments) => cli::tools::run(Tool::Test, &arguments),
    }
}

/// Erlang's tools all write `-pa`; clap knows long options with two dashes only. What stands behind the command's first
/// argument that is no option belongs to the program.
fn long_options(arguments: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut changed = Vec::new();
    let (mut is_value, mut is_program) = (false, false);
    // The name of this program, that of the command, and the folder of `watch`.
    let mut before = 2;
    for (place, argument) in arguments.enumerate() {
        before += usize::from(place == 1 && argument == "watch");
        // Tools take their arguments as they are.
        is_program |= place == 1 && argument.to_str().and_then(Tool::named).is_some();
        let is_option = argument.as_encoded_bytes().starts_with(b"-");
        if place >= 2 && !is_value && !is_option {
            is_program |= before == 2;
            before = 2;
        }
        let takes_value = [
            "-pa",
            "--pa",
            "--otp",
            "--elixir",
            "-o",
            "--output",
            "--application",
            "--include",
            "--onto",
            "--grant",
        ]
        .iter()
        .any(|name| argument == *name);
        changed.push(if !is_program && !is_value && argument == "-pa" { "--pa".into() } else { argument });
        is_value = !is_program && !is_value && takes_value;
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_are_sound() {
        <Arguments as clap::CommandFactory>::command().debug_assert();
    }

    #[test]
    fn pa_is_an_option_only_before_the_program() {
        let text = ["dala", "run", "-pa", "a", "--print-result", "-pa", "-pa", "m", "f", "-pa"];
        let changed = long_options(text.iter().map(OsString::from));
        assert_eq!(changed, ["dala", "run", "--pa", "a", "--print-result", "--pa", "-pa", "m", "f", "-pa"]);
    }

    #[test]
    fn the_folder_that_is_watched_stands_before_the_program() {
        let text = ["dala", "watch", "-pa", "a", "lib", "-pa", "b", "m", "f", "-pa"];
        let changed = long_options(text.iter().map(OsString::from));
        assert_eq!(changed, ["dala", "watch", "--pa", "a", "lib", "--pa", "b", "m", "f", "-pa"]);
    }

    #[test]
    fn tools_get_their_arguments_as_they_are_written() {
        for tool in ["erlc", "elixirc", "elixir", "test"] {
            let text = ["dala", tool, "-pa", "a", "x"];
            assert_eq!(long_options(text.iter().map(OsString::from)), text);
            assert!(Arguments::try_parse_from(text).is_ok(), "{tool}");
        }
    }
}
