//! `.beam` files: from bytes to encoded code, and on to running it.

use std::cell::RefCell;

use dala_beam::cli::disasm;
use dala_beam::code::ExportTable;
use dala_beam::load::BeamFile;
use dala_beam::lower::{NamesOnly, lower};
use dala_ir::abi::Word;
use dala_ir::interp;
use dala_ir::ir::Module;
use dala_ir::pass;
use dala_ir::term::OwnedTerm;
use dala_ir::text::{parse_module, print_module};
use dala_ir::verify::verify_module;

use super::external::thinned;
use super::{Sources, Verdict};
use crate::mutated::{Bench, Random, Seed, Tally};

/// Largest file to start from: small ones are tried more often.
const SEED_BYTES: usize = 24 << 10;
/// Largest file that is run from the start.
const SMALL_BYTES: usize = 6 << 10;

/// A file is refused, or: what it is lowered to passes the verifier, and does so behind every pass; its text form reads
/// back as the same module; it can be encoded; it can be disassembled.
pub(super) fn load(bytes: &[u8]) -> Verdict {
    let name = BeamFile::module_name(bytes);
    let Ok(file) = BeamFile::parse(bytes) else { return Verdict::Refused };
    assert_eq!(name.ok(), Some(file.name));
    assert!(disasm::text(&file).contains("func_info") || file.code.len() < 3);
    let Ok(mut module) = lower(&file, &mut NamesOnly::default()) else { return Verdict::Refused };
    verify_module(&module).unwrap_or_else(|errors| panic!("lowered to invalid IR: {errors:?}"));
    for pass in pass::PASSES {
        pass.run(&mut module);
        verify_module(&module).unwrap_or_else(|errors| panic!("{} broke the IR: {errors:?}", pass.name));
    }
    let text = print_module(&module);
    match parse_module(&text) {
        Ok(reread) => assert_eq!(print_module(&reread), text),
        // A literal that is a fun names code, which no text can.
        Err(error) if error.to_string().ends_with("`fun` begins no term") => {}
        Err(error) => panic!("its text does not read: {error}"),
    }
    Verdict::of(encode(&module))
}

/// Encodes a verified module, and frees it; false when it is too large.
pub(super) fn encode(module: &Module) -> bool {
    thread_local!(static EXPORTS: ExportTable = ExportTable::new());
    let literals: Vec<Word> = module.literals.iter().map(OwnedTerm::root).collect();
    let code = EXPORTS.with(|exports| {
        interp::load(module, &literals, [0; 16], |import| {
            exports.entry(import.module, import.function, import.arity)
        })
    });
    match code {
        Ok(code) => {
            assert!(code.name() == module.name && code.code_bytes() > 0 || module.functions.is_empty());
            #[expect(unsafe_code, reason = "the code goes again")]
            // SAFETY: nothing has called the code, and no export entry leads to it.
            unsafe {
                interp::code::unload(&code);
            }
            true
        }
        Err(interp::LoadError::TooLarge { .. }) => false,
        Err(error) => panic!("not encoded: {error}"),
    }
}

/// A file is refused, or what it makes of a module breaks nothing else when it runs ([`Bench::run`]).
pub(super) fn run(bytes: &[u8]) -> Verdict {
    thread_local!(static BENCHES: RefCell<[Option<Bench>; 2]> = const { RefCell::new([None, None]) });
    // What is called, and with what, follows from the file.
    let mut random = Random::of_bytes(bytes);
    let stress = random.below(4) == 0;
    let mut tally = Tally::default();
    BENCHES.with_borrow_mut(|benches| {
        let bench = benches[usize::from(stress)].get_or_insert_with(|| Bench::new(stress));
        bench.run(bytes, &mut random, &mut tally);
    });
    Verdict::of(tally.loaded > 0)
}

pub(super) fn seeds(sources: &Sources) -> Vec<Vec<u8>> {
    of_at_most(sources, SEED_BYTES)
}

pub(super) fn small_seeds(sources: &Sources) -> Vec<Vec<u8>> {
    thinned(of_at_most(sources, SMALL_BYTES), 60)
}

fn of_at_most(sources: &Sources, bytes: usize) -> Vec<Vec<u8>> {
    let plain = sources.modules.iter().map(|module| Seed::new(module).bytes().to_vec());
    plain.filter(|module| module.len() <= bytes).collect()
}

/// A changed form of a file that is a module; nothing when it is none.
pub fn change(bytes: &[u8], seed: u64) -> Option<Vec<u8>> {
    Some(Seed::of(bytes)?.change(&mut Random::new(seed)))
}
