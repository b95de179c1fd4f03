//! The sub-commands of `dala`, one a file.

pub mod asm;
pub mod build;
pub mod bundled;
pub mod disasm;
pub mod eval;
pub mod r#gen;
pub mod info;
pub mod ir;
pub mod new;
mod open;
pub mod run;
pub mod tools;
pub mod watch;

use std::io::Write;
use std::process::ExitCode;

/// Prints what a command made, or its error.
fn finish(result: Result<String, String>) -> ExitCode {
    report(result.and_then(|text| match std::io::stdout().lock().write_all(text.as_bytes()) {
        // Whoever reads has seen enough: `dala ir FILE | head`.
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.to_string()),
        _ => Ok(ExitCode::SUCCESS),
    }))
}

/// An error and what caused it, in one line.
fn causes(error: &dyn std::error::Error) -> String {
    let further = std::iter::successors(error.source(), |cause| cause.source());
    further.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

/// A command's exit code, its error printed in one line.
fn report(result: Result<ExitCode, String>) -> ExitCode {
    result.unwrap_or_else(|problem| {
        eprintln!("error: {problem}");
        ExitCode::FAILURE
    })
}
