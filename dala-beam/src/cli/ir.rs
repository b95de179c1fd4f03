//! `dala ir`: the IR of a module, verified: exactly as it is run, or as one of the passes leaves it.

use std::process::ExitCode;

use dala_ir::ir::{FuncId, Module};
use dala_ir::pass::{self, PASSES};
use dala_ir::text::{print_function, print_module};
use dala_ir::verify::verify_module;

use super::{finish, open};
use crate::load::BeamFile;
use crate::lower::{NamesOnly, lower};
use crate::opcode::disasm::atom_text;

/// Arguments of `dala ir`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// A .beam file, or the name of an installed module
    pub file: String,
    /// Shows only functions of this name, with this arity if one is given
    #[arg(value_name = "FUNCTION[/ARITY]")]
    pub function: Option<String>,
    /// Shows the IR behind this pass; behind `lower`, as it is before all passes
    #[arg(long, value_name = "PASS", value_parser = stage_names())]
    pub after: Option<String>,
    /// Shows what that pass (without `--after`: all passes) changed, line by line
    #[arg(long)]
    pub diff: bool,
}

/// What `--after` takes for the IR before all passes.
const LOWERED: &str = "lower";

fn stage_names() -> clap::builder::PossibleValuesParser {
    std::iter::once(LOWERED).chain(PASSES.iter().map(|pass| pass.name)).collect::<Vec<_>>().into()
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> ExitCode {
    finish(try_run(arguments))
}

fn try_run(arguments: &Arguments) -> Result<String, String> {
    let (path, file) = open::open(&arguments.file)?;
    let mut module = lowered(&file).map_err(|error| format!("{}: {error}", path.display()))?;
    let show = |module: &Module| match &arguments.function {
        None => Ok(print_module(module)),
        Some(function) => print_some(module, function),
    };
    let wanted = arguments.after.as_deref();
    let passes = match wanted {
        Some(LOWERED) => &[],
        Some(name) => pass::up_to(name),
        None => PASSES,
    };
    let mut before = show(&module)?;
    for (index, pass) in passes.iter().enumerate() {
        if wanted.is_some() && index + 1 == passes.len() {
            before = show(&module)?;
        }
        pass.run(&mut module);
    }
    let after = show(&module)?;
    Ok(if arguments.diff { difference(&before, &after) } else { after })
}

/// Lines that went and came, with some around them.
fn difference(before: &str, after: &str) -> String {
    similar::TextDiff::from_lines(before, after).unified_diff().context_radius(8).to_string()
}

/// The module's IR before all passes; an error when the verifier refuses it.
pub(super) fn lowered(file: &BeamFile) -> Result<Module, String> {
    let mut module = lower(file, &mut NamesOnly::default()).map_err(|error| error.to_string())?;
    crate::code::stubs::redirect_built_ins(&mut module, |name, arity| {
        crate::bif::lookup(file.name, name, arity).is_some()
    });
    verify_module(&module).map_err(|errors| match errors.first() {
        Some(error) => format!("the verifier refuses it: {error}"),
        None => "the verifier refuses it".into(),
    })?;
    Ok(module)
}

fn print_some(module: &Module, function: &str) -> Result<String, String> {
    let (name, arity) = open::parse_function(function)?;
    let mut text = String::new();
    for (index, function) in module.functions.iter().enumerate() {
        if function.name.text() == name && arity.is_none_or(|arity| function.arity == arity.into()) {
            text.push_str(&print_function(function, FuncId::new(index)));
        }
    }
    if text.is_empty() {
        return Err(format!("{} has no function {function}", atom_text(module.name)));
    }
    Ok(text)
}

/// A module with a bit of everything, for the golden tests of what commands print.
#[cfg(test)]
pub(super) const SMALL_MODULE: &str = r#"
-module(small).
-export([sum/1, kind/1, guarded/2, loop/2, bits/1, build/2, adder/1]).

sum([Head | Tail]) -> Head + sum(Tail);
sum([]) -> 0.

kind(a) -> 1;
kind({ok, Value}) when is_integer(Value), Value > 10 -> {big, Value};
kind(#{key := Value}) -> Value;
kind("text") -> text.

guarded(Fun, Value) ->
    try Fun(Value) of
        {ok, Result} -> Result
    catch
        error:Reason:Trace -> {error, Reason, Trace};
        throw:Thrown -> catch exit(Thrown)
    end.

loop(State, Time) ->
    receive
        {add, Number} -> loop(State + Number, Time);
        {get, From} -> From ! State, loop(State, Time)
    after Time -> State * 1.5
    end.

bits(<<Size:8, Body:Size/binary, 1:1, Rest/bits>>) -> {Body, Rest};
bits(<<Char/utf8, _/binary>>) -> Char.

build(Number, Binary) -> <<"head", Number:16/little, Binary/binary>>.

adder(Number) -> fun(Other) -> Number + Other end.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::installed;

    #[test]
    fn small_module_has_the_ir_that_its_source_says() {
        let module = lowered(&installed::compile(SMALL_MODULE)).unwrap();
        insta::assert_snapshot!(print_module(&module));
    }

    #[test]
    fn ir_behind_all_passes_is_read_back_the_same() {
        for name in ["lists", "erl_scan", "Elixir.String"] {
            let mut module = lowered(&BeamFile::parse(&installed::module(name)).unwrap()).unwrap();
            pass::optimize(&mut module);
            let text = print_module(&module);
            let again = dala_ir::text::parse_module(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            // Not with `assert_eq`: a module is many pages.
            assert!(print_module(&again) == text, "{name}");
        }
    }

    #[test]
    fn a_difference_shows_what_a_pass_changed() {
        let mut module = lowered(&installed::compile(SMALL_MODULE)).unwrap();
        let before = print_module(&module);
        pass::optimize(&mut module);
        let text = difference(&before, &print_module(&module));
        assert!(text.contains("\n-") && text.contains("\n+"), "{text}");
    }

    #[test]
    fn functions_that_are_built_in_are_shown_as_calls_of_the_built_in() {
        let module = lowered(&BeamFile::parse(&installed::module("lists")).unwrap()).unwrap();
        let text = print_some(&module, "reverse/2").unwrap();
        assert!(text.contains("tail call_ext "), "{text}");
        let import = module.imports.last().expect("the call names it");
        assert_eq!(import.module.text(), "lists");
    }

    // Literals that are funs are printed for people only: a text cannot hold the code they name.
    #[test]
    fn printed_ir_of_installed_modules_is_read_back_the_same() {
        for name in ["lists", "erl_scan", "proplists", "Elixir.String", "Elixir.GenServer"] {
            let module = lowered(&BeamFile::parse(&installed::module(name)).unwrap()).unwrap();
            let text = print_module(&module);
            let again = dala_ir::text::parse_module(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(print_module(&again), text, "{name}");
        }
    }

    #[test]
    fn one_function_is_shown_by_name_and_arity() {
        let module = lowered(&installed::compile(SMALL_MODULE)).unwrap();
        let text = print_some(&module, "sum/1").unwrap();
        assert_eq!(text.matches("function ").count(), 1);
        assert_eq!(print_some(&module, "sum/2").unwrap_err(), "small has no function sum/2");
    }
}
