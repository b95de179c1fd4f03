//! From a .beam file to linked code.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use dala_ir::abi::{Atom, Word};
use dala_ir::interp::{self, CodeModule, Target};
use dala_ir::pass;

use super::error::LoadFailure;
use super::export::ExportTable;
use super::lookup::Lookup;
use super::module::LoadedModule;
use super::stubs;
use crate::etf::{DecodeOptions, decode};
use crate::heap::literal_area;
use crate::load::BeamFile;
use crate::load::lines::Lines;
use crate::lower;

/// The modules that OTP's emulator holds. There they have no line numbers, so traces show none.
const PRELOADED: &[&str] = &[
    "atomics",
    "counters",
    "erl_init",
    "erl_prim_loader",
    "erl_tracer",
    "erlang",
    "erts_code_purger",
    "erts_dirty_process_signal_handler",
    "erts_internal",
    "erts_literal_area_collector",
    "init",
    "persistent_term",
    "prim_buffer",
    "prim_eval",
    "prim_file",
    "prim_inet",
    "prim_net",
    "prim_socket",
    "prim_zip",
    "socket_registry",
    "zlib",
];

/// A module that is ready to be called, but that nobody can call yet.
#[derive(Debug)]
pub(super) struct Linked {
    pub(super) module: LoadedModule,
    pub(super) code: Arc<CodeModule>,
}

/// Reads, lowers, verifies and links a module. Changes nothing that running code sees.
pub(super) fn compile(
    exports: &ExportTable,
    lookup: &Lookup,
    name: Atom,
    path: Option<&Path>,
    bytes: &[u8],
) -> Result<Linked, LoadFailure> {
    let malformed = |problem: String| LoadFailure::Malformed { module: name, problem };
    let mut file = BeamFile::parse(bytes).map_err(|error| LoadFailure::malformed(name, &error))?;
    if PRELOADED.contains(&file.name.text()) {
        file.lines = Lines::default();
    }
    if file.name != name {
        return Err(LoadFailure::WrongModule { wanted: name, found: file.name });
    }
    let mut module =
        lower::lower(&file, &mut lookup.of(exports)).map_err(|error| LoadFailure::malformed(name, &error))?;
    stubs::redirect_built_ins(&mut module, |name, arity| exports.is_ours(file.name, name, arity));
    if is_optimizing() {
        // What lowering gives passes the verifier (a property in `lower/tests.rs`), which sees what the passes make of
        // it, before it is encoded.
        pass::optimize(&mut module);
    }

    // Freed again when the module is refused below.
    let mut draft = literal_area().draft();
    let literals: Vec<Word> = module.literals.iter().map(|term| draft.copy(term.root())).collect();
    let mut term = |external: &[u8]| {
        if external.is_empty() {
            return Ok(Word::NIL);
        }
        decode(external, &mut draft, &mut lookup.of(exports), &DecodeOptions::default())
            .map(|decoded| decoded.term)
            .map_err(|error| malformed(error.to_string()))
    };
    let attributes = term(&file.attributes.attributes)?;
    let compile = term(&file.attributes.compile)?;
    let code = interp::load(&module, &literals, file.md5, |import| {
        exports.entry(import.module, import.function, import.arity)
    })
    .map_err(|error| malformed(error.to_string()))?;
    let module = LoadedModule {
        name,
        exports: file.exports.iter().map(|export| (export.function, export.arity.into())).collect(),
        functions: code.functions().collect(),
        attributes,
        compile,
        md5: file.md5,
        path: path.map(Path::to_path_buf),
        has_on_load: code.on_load().is_some(),
        literal_words: draft.words(),
        code: code.clone(),
    };
    draft.keep();
    Ok(Linked { module, code })
}

/// Whether passes are run over what is loaded: always, but for comparison (`DALA_PASSES=off`).
fn is_optimizing() -> bool {
    static IS_OPTIMIZING: OnceLock<bool> = OnceLock::new();
    *IS_OPTIMIZING.get_or_init(|| std::env::var_os("DALA_PASSES").is_none_or(|value| value != "off"))
}

/// Lets calls reach the new code; functions that it no longer exports become undefined.
pub(super) fn publish(exports: &ExportTable, linked: &Linked, former: Option<&LoadedModule>) {
    let name = linked.module.name;
    for (function, arity, address) in linked.code.exports() {
        // The runtime's own version goes before the file's.
        if !exports.is_ours(name, function, arity) {
            exports.entry(name, function, arity).set_target(Target::Code(address));
        }
    }
    if let Some(former) = former {
        let gone =
            former.exports.iter().filter(|&&(function, arity)| !linked.module.exports(function, arity));
        withdraw(exports, name, gone);
    }
}

/// Makes functions undefined.
pub(super) fn withdraw<'f>(
    exports: &ExportTable,
    module: Atom,
    functions: impl Iterator<Item = &'f (Atom, u32)>,
) {
    for &(function, arity) in functions {
        if !exports.is_ours(module, function, arity) {
            exports.entry(module, function, arity).set_target(Target::Undefined);
        }
    }
}
