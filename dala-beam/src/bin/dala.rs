//! The `dala` command: parses its arguments and calls `dala_beam::cli`.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use dala_beam::cli;

/// Runs and shows compiled Erlang and Elixir modules.
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
    /// Runs a function of a module.
    Run(cli::run::Arguments),
}

fn main() -> ExitCode {
    // Erlang's tools all write `-pa`; clap knows long options with two dashes only.
    let arguments =
        std::env::args_os().map(|argument| if argument == "-pa" { "--pa".into() } else { argument });
    match Arguments::parse_from(arguments).command {
        Command::Info(arguments) => cli::info::run(&arguments),
        Command::Disasm(arguments) => cli::disasm::run(&arguments),
        Command::Ir(arguments) => cli::ir::run(&arguments),
        Command::Run(arguments) => cli::run::run(&arguments),
    }
}
