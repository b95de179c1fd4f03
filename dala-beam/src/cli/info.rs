//! `dala info`: what a module is, what it offers, and whether Dala has the built-in functions it needs.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt::Write;
use std::process::ExitCode;

use dala_ir::abi::Atom;
use dala_ir::term::Fragment;
use dala_ir::term::print::{Style, print};

use super::{finish, open};
use crate::bif::table::{self, Coverage};
use crate::code::CodePaths;
use crate::etf::{self, DecodeOptions};
use crate::load::BeamFile;
use crate::lower::NamesOnly;
use crate::opcode::Instruction;
use crate::opcode::disasm::atom_text;

/// Arguments of `dala info`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// A .beam file, or the name of an installed module; without one, the built-in functions that are there in part
    pub file: Option<String>,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> ExitCode {
    let Some(file) = &arguments.file else { return finish(Ok(partial_functions())) };
    finish(open::open(file).map(|(path, file)| {
        let mut natives = Natives::new(CodePaths::find(&[], None, None).ok());
        format!("{}\n{}", path.display(), text(&file, &mut natives))
    }))
}

/// All built-in functions that are not whole, with what they lack.
fn partial_functions() -> String {
    let mut names = BTreeSet::new();
    for row in table::ROWS {
        if let Coverage::Partial(reason) = row.coverage {
            let (module, name) = (atom_text(Atom::new(row.module)), atom_text(Atom::new(row.name)));
            names.insert(format!("{module}:{name}/{}: {reason}", row.arity));
        }
    }
    let mut out = format!("built-in functions: {}, of which {} in part", table::ROWS.len(), names.len());
    section(&mut out, "partial", &names);
    out
}

/// The text that the command prints.
fn text(file: &BeamFile, natives: &mut Natives) -> String {
    let mut out = String::new();
    let md5: String = file.md5.iter().map(|byte| format!("{byte:02x}")).collect();
    let _ = writeln!(out, "module {}, md5 {md5}", atom_text(file.name));
    let chunks: Vec<String> = file.chunks.iter().map(|(name, size)| format!("{name} {size}")).collect();
    let _ = writeln!(out, "\nchunks (bytes): {}", chunks.join(", "));
    for (title, external) in
        [("attributes", &file.attributes.attributes), ("compiled with", &file.attributes.compile)]
    {
        if !external.is_empty() {
            let _ = writeln!(out, "{title}: {}", term(external));
        }
    }

    let exports =
        file.exports.iter().map(|export| format!("{}/{}", atom_text(export.function), export.arity));
    section(&mut out, "exports", &exports.collect());
    let mut modules: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for import in &file.imports {
        let function = format!("{}/{}", atom_text(import.function), import.arity);
        modules.entry(import.module.text()).or_default().insert(function);
    }
    let _ = writeln!(out, "\nimports ({})", file.imports.len());
    for (module, functions) in modules {
        let functions: Vec<String> = functions.into_iter().collect();
        let _ = writeln!(out, "  {}: {}", atom_text(Atom::new(module)), functions.join(", "));
    }

    let mut needed = Needed::default();
    for import in &file.imports {
        needed.add(import.module, import.function, import.arity, natives);
    }
    let total = needed.full.len() + needed.partial.len() + needed.missing.len();
    let _ = writeln!(
        out,
        "\nbuilt-in functions it names: {total}, of which Dala has {} whole, {} in part, and lacks {}",
        needed.full.len(),
        needed.partial.len(),
        needed.missing.len()
    );
    for (title, names) in [("partial", &needed.partial), ("missing (undef)", &needed.missing)] {
        if !names.is_empty() {
            section(&mut out, title, names);
        }
    }
    out
}

fn section(out: &mut String, title: &str, names: &BTreeSet<String>) {
    let _ = writeln!(out, "\n{title} ({})", names.len());
    for name in names {
        let _ = writeln!(out, "  {name}");
    }
}

fn term(external: &[u8]) -> String {
    let mut fragment = Fragment::new();
    match etf::decode(external, &mut fragment, &mut NamesOnly::default(), &DecodeOptions::default()) {
        Ok(decoded) => print(decoded.term, Style::Readable).limited(2_000).to_string(),
        Err(error) => error.to_string(),
    }
}

/// Built-in functions that a module names.
#[derive(Debug, Default)]
struct Needed {
    full: BTreeSet<String>,
    partial: BTreeSet<String>,
    missing: BTreeSet<String>,
}

impl Needed {
    fn add(&mut self, module: Atom, function: Atom, arity: u8, natives: &mut Natives) {
        let name = format!("{}:{}/{arity}", atom_text(module), atom_text(function));
        match table::lookup(module, function, arity.into()).map(|index| table::row(index).coverage) {
            Some(Coverage::Full) => self.full.insert(name),
            Some(Coverage::Partial(reason)) => self.partial.insert(format!("{name}: {reason}")),
            None if natives.is_native(module, function, arity) => self.missing.insert(name),
            None => false,
        };
    }
}

/// Tells which functions OTP does not write in Erlang: their Erlang body only raises `nif_error`.
#[derive(Debug)]
struct Natives {
    paths: Option<CodePaths>,
    /// Functions with an Erlang body, by module; `None` for modules that are not installed.
    written: HashMap<Atom, Option<HashSet<(Atom, u8)>>>,
}

impl Natives {
    fn new(paths: Option<CodePaths>) -> Natives {
        Natives { paths, written: HashMap::new() }
    }

    fn is_native(&mut self, module: Atom, function: Atom, arity: u8) -> bool {
        let paths = &self.paths;
        let written = self.written.entry(module).or_insert_with(|| {
            let path = paths.as_ref()?.module(module.text())?;
            let file = BeamFile::parse(&std::fs::read(path).ok()?).ok()?;
            Some(written_in_erlang(&file))
        });
        // What is in no installed module is not known, and no built-in function as far as one can tell.
        written.as_ref().is_some_and(|written| !written.contains(&(function, arity)))
    }
}

/// Functions of a module whose code does something besides raising `nif_error`.
fn written_in_erlang(file: &BeamFile) -> HashSet<(Atom, u8)> {
    let mut written = HashSet::new();
    let mut current = None;
    let mut is_stub = false;
    for located in &file.code {
        match &located.instruction {
            Instruction::FuncInfo { function, arity, .. } => {
                if !is_stub {
                    written.extend(current);
                }
                current = Some((*function, *arity));
                is_stub = false;
            }
            Instruction::NifStart {} => is_stub = true,
            Instruction::CallExt { target, .. }
            | Instruction::CallExtOnly { target, .. }
            | Instruction::CallExtLast { target, .. } => {
                let import = &file.imports[target.0 as usize];
                is_stub |= import.module.text() == "erlang" && import.function.text() == "nif_error";
            }
            _ => {}
        }
    }
    if !is_stub {
        written.extend(current);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::installed;

    #[test]
    fn stubs_of_erlang_are_told_from_erlang_code() {
        let mut natives = Natives::new(CodePaths::find(&[], None, None).ok());
        let mut is_native =
            |module, function, arity| natives.is_native(Atom::new(module), Atom::new(function), arity);
        assert!(is_native("erlang", "self", 0));
        assert!(is_native("lists", "reverse", 2));
        assert!(is_native("ets", "lookup", 2));
        assert!(!is_native("lists", "map", 2));
        assert!(!is_native("lists", "reverse", 1));
        assert!(!is_native("no_such_module", "f", 0));
    }

    #[test]
    fn info_names_exports_imports_and_built_ins() {
        let file = BeamFile::parse(&installed::module("queue")).unwrap();
        let text = text(&file, &mut Natives::new(CodePaths::find(&[], None, None).ok()));
        for expected in
            ["module queue, md5 ", "exports (", "  in/2\n", "  lists: ", "built-in functions it names: "]
        {
            assert!(text.contains(expected), "{expected} not in:\n{text}");
        }
    }

    #[test]
    fn info_lists_what_is_partial_with_its_reason_and_what_is_missing() {
        let mut natives = Natives::new(CodePaths::find(&[], None, None).ok());
        let mut needed = Needed::default();
        let partial = table::ROWS.iter().find(|row| row.coverage != Coverage::Full).expect("some are");
        let mut add = |module: &str, function: &str, arity: u32| {
            needed.add(Atom::new(module), Atom::new(function), arity as u8, &mut natives);
        };
        add(partial.module, partial.name, partial.arity);
        add("erlang", "self", 0);
        add("erts_debug", "dirty_cpu", 2);
        add("lists", "map", 2);
        let Coverage::Partial(reason) = partial.coverage else { panic!("it was partial") };
        let listed = needed.partial.first().expect("the partial one");
        assert!(listed.ends_with(&format!(": {reason}")), "{listed}");
        assert_eq!(needed.full.iter().collect::<Vec<_>>(), ["erlang:self/0"]);
        assert_eq!(needed.missing.iter().collect::<Vec<_>>(), ["erts_debug:dirty_cpu/2"]);
    }

    #[test]
    fn every_partial_function_says_why() {
        for row in table::ROWS {
            if let Coverage::Partial(reason) = row.coverage {
                assert!(reason.len() >= 8, "{}:{}/{}: {reason:?}", row.module, row.name, row.arity);
            }
        }
    }
}
