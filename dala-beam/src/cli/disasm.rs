//! `dala disasm`: the instructions of a module, as its file has them.

use std::fmt::Write;
use std::process::ExitCode;

use dala_ir::term::Fragment;
use dala_ir::term::print::{Style, print};

use super::{finish, open};
use crate::etf::{self, DecodeOptions};
use crate::load::BeamFile;
use crate::lower::NamesOnly;
use crate::opcode::disasm::{Names, atom_text, disassemble};

/// Arguments of `dala disasm`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// A .beam file, or the name of an installed module
    pub file: String,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> ExitCode {
    finish(open::open(&arguments.file).map(|(_, file)| text(&file)))
}

/// The text that the command prints.
pub fn text(file: &BeamFile) -> String {
    let imports: Vec<_> =
        file.imports.iter().map(|import| (import.module, import.function, import.arity.into())).collect();
    let names = Names {
        imports: &imports,
        literal: &|index| literal(file, index),
        lambda: &|index| match file.lambdas.get(index as usize) {
            Some(lambda) => format!("{}/{}", atom_text(lambda.function), lambda.arity),
            None => format!("fun {index}"),
        },
        line: &|index| match file.lines.place(index) {
            Some(place) => match file.lines.file(place.file) {
                Some(name) => format!("{name}:{}", place.line),
                None => place.line.to_string(),
            },
            None => "none".into(),
        },
    };
    let mut text = format!("module {}\n\n", atom_text(file.name));
    let _ = write!(text, "{}", disassemble(&file.code, &names));
    text
}

/// Longest literal that is shown whole.
const MAX_LITERAL_BYTES: usize = 200;

fn literal(file: &BeamFile, index: u32) -> String {
    let mut fragment = Fragment::new();
    let external = file.literals.external(index);
    match etf::decode(external, &mut fragment, &mut NamesOnly::default(), &DecodeOptions::default()) {
        Ok(decoded) => print(decoded.term, Style::Readable).limited(MAX_LITERAL_BYTES).to_string(),
        Err(error) => format!("literal {index} ({error})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::installed;

    #[test]
    fn small_module_disassembles_as_its_source_says() {
        insta::assert_snapshot!(text(&installed::compile(super::super::ir::SMALL_MODULE)));
    }

    #[test]
    fn every_installed_module_disassembles() {
        for path in installed::beam_files() {
            let file = BeamFile::parse(&std::fs::read(&path).unwrap()).unwrap();
            let text = text(&file);
            assert!(text.lines().count() > file.code.len() / 2, "{}", path.display());
        }
    }
}
