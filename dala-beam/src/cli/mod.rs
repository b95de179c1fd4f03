//! The sub-commands of `dala`, one a file.

pub mod disasm;
pub mod eval;
pub mod info;
pub mod ir;
mod open;
pub mod run;

use std::io::Write;
use std::process::ExitCode;

/// Prints what a command made, or its error in one line.
fn finish(result: Result<String, String>) -> ExitCode {
    match result {
        Ok(text) => match std::io::stdout().lock().write_all(text.as_bytes()) {
            // Whoever reads has seen enough: `dala ir FILE | head`.
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                eprintln!("error: {error}");
                ExitCode::FAILURE
            }
            _ => ExitCode::SUCCESS,
        },
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}
