//! A program that `dala build` wrote: this one, with a bundle at its end.

use std::process::ExitCode;
use std::sync::Arc;

use dala_ir::abi::{Atom, Word};
use dala_ir::term::{Fragment, TermWriter};

use super::run::Program;
use crate::code::{Bundle, BundleError};
use crate::otp::boot::CommandLine;
use crate::process::Entry;

/// Runs the program that is in a bundle at the end of this executable; `None` when there is none.
pub fn run() -> Option<ExitCode> {
    match Bundle::of_this_program() {
        // Where its own file is not to be read there is nothing behind it.
        Ok(None) | Err(BundleError::Unreadable(_)) => None,
        Ok(Some(bundle)) => Some(super::report(try_run(bundle))),
        Err(error) => Some(super::report(Err(super::causes(&error)))),
    }
}

fn try_run(bundle: Bundle) -> Result<ExitCode, String> {
    let arguments: Vec<String> =
        std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned()).collect();
    let bundle = Arc::new(bundle);
    let program = bundle.program();
    let name = |text: &str| Atom::try_new(text).map_err(|error| error.to_string());
    let entry = program.entry.as_ref().ok_or("the modules of this program are those of another one")?;
    let (module, function) = (name(&entry.0)?, name(&entry.1)?);
    let mut scratch = Fragment::new();
    let terms = match program.takes_arguments {
        true => {
            // As escripts get them.
            let is_elixir = entry.0.starts_with("Elixir.");
            let term = |text: &String| match is_elixir {
                true => scratch.binary(text.as_bytes()),
                false => scratch.charlist(text),
            };
            let terms: Vec<Word> = arguments.iter().map(term).collect();
            vec![scratch.list(&terms, Word::NIL)]
        }
        false => Vec::new(),
    };
    let terms = scratch.list(&terms, Word::NIL);
    let started: Vec<&str> = program.started.iter().map(String::as_str).collect();
    let command = CommandLine { plain: arguments, ..CommandLine::default() };
    Program::of_bundle(bundle.clone())?.with_command_line(command).run(
        &started,
        Entry::Function(module, function, terms),
        false,
    )
}
