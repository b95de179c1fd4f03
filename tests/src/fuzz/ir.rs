//! The text form of the IR, and what takes any module that it reads to.

use dala_beam::load::BeamFile;
use dala_beam::lower::{NamesOnly, lower};
use dala_ir::pass;
use dala_ir::text::{parse_module, print_module};
use dala_ir::verify::verify_module;

use super::external::thinned;
use super::{Sources, Verdict, module};

/// A text is refused, or is printed so that it reads back as itself; and what the verifier accepts of it, it accepts
/// behind every pass, and it can be encoded.
pub(super) fn check(bytes: &[u8]) -> Verdict {
    let Ok(text) = std::str::from_utf8(bytes) else { return Verdict::Refused };
    let mut module = match parse_module(text) {
        Ok(module) => module,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return Verdict::Refused;
        }
    };
    let printed = print_module(&module);
    let reread =
        parse_module(&printed).unwrap_or_else(|error| panic!("printed, not read: {error}\n{printed}"));
    assert_eq!(print_module(&reread), printed);
    if let Err(errors) = verify_module(&module) {
        assert!(!errors.is_empty() && errors.iter().all(|error| !error.to_string().is_empty()));
        return Verdict::Refused;
    }
    module::encode(&module);
    for pass in pass::PASSES {
        pass.run(&mut module);
        verify_module(&module).unwrap_or_else(|errors| panic!("{} broke the IR: {errors:?}", pass.name));
    }
    module::encode(&module);
    Verdict::Accepted
}

/// Small modules as they are lowered, and those of `dala-ir`'s own tests.
pub(super) fn seeds(sources: &Sources) -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for module in &sources.modules {
        let Ok(file) = BeamFile::parse(module) else { continue };
        let Ok(module) = lower(&file, &mut NamesOnly::default()) else { continue };
        let text = print_module(&module);
        if text.len() < 8 << 10 {
            seeds.push(text.into_bytes());
        }
    }
    seeds.extend(filetests());
    thinned(seeds, 400)
}

fn filetests() -> Vec<Vec<u8>> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../dala-ir/tests/filetests");
    let mut texts = Vec::new();
    let mut folders = vec![std::path::PathBuf::from(root)];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).expect("the folder is there");
        let mut paths: Vec<_> = entries.map(|entry| entry.expect("readable").path()).collect();
        paths.sort();
        for path in paths {
            match path.is_dir() {
                true => folders.push(path),
                false => texts.push(std::fs::read(&path).expect("readable")),
            }
        }
    }
    texts
}
