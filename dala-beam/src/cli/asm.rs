//! `dala asm`: the machine code that the JIT makes of a function.

use std::process::ExitCode;

use dala_ir::abi::Word;
use dala_ir::interp::{self, ExportEntry};

use super::{finish, ir, open};

/// Arguments of `dala asm`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// A .beam file, or the name of an installed module
    pub file: String,
    /// Shows functions of this name, with this arity if one is given
    #[arg(value_name = "FUNCTION[/ARITY]")]
    pub function: String,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> ExitCode {
    finish(try_run(arguments))
}

fn try_run(arguments: &Arguments) -> Result<String, String> {
    let (path, file) = open::open(&arguments.file)?;
    let mut module = ir::lowered(&file).map_err(|error| format!("{}: {error}", path.display()))?;
    dala_ir::pass::optimize(&mut module);
    let literals: Vec<Word> = module.literals.iter().map(|literal| literal.root()).collect();
    let code = interp::load(&module, &literals, file.md5, |import| {
        ExportEntry::leak(import.module, import.function, import.arity)
    })
    .map_err(|error| error.to_string())?;
    let (name, arity) = open::parse_function(&arguments.function)?;
    let mut text = String::new();
    for (function, of_arity) in code.functions() {
        if function.text() == name && arity.is_none_or(|arity| of_arity == arity.into()) {
            text.push_str(&code.machine_listing(function, of_arity)?);
        }
    }
    if text.is_empty() { Err(format!("no function {}", arguments.function)) } else { Ok(text) }
}

#[cfg(all(test, feature = "jit"))]
mod tests {
    use super::*;

    #[test]
    fn a_function_of_lists_has_segments_for_its_entry_and_the_place_it_is_returned_to() {
        let arguments = Arguments { file: "lists".into(), function: "append/2".into() };
        // A tail call of a built-in function: an entry and nothing more.
        let text = try_run(&arguments).unwrap();
        assert!(text.contains("Entry at"), "{text}");
        let arguments = Arguments { file: "lists".into(), function: "map/2".into() };
        let text = try_run(&arguments).unwrap();
        assert!(text.contains("Entry at") && text.contains("Return at"), "{text}");
    }
}
