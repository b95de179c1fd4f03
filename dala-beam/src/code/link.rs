//! From a .beam file to linked code.

#![expect(unsafe_code, reason = "gives modules the machine code that the cache has kept")]

use std::sync::Arc;

use dala_ir::abi::{Atom, Word};
use dala_ir::interp::ahead::{self, MachineCode, Placed};
use dala_ir::interp::{CodeModule, Object, Target};
use dala_ir::ir::Import;

use super::error::LoadFailure;
use super::export::ExportTable;
use super::lookup::Lookup;
use super::module::{LoadedModule, Origin};
use super::object_cache::{Entry, HotCode, ObjectCache};
use super::prepared::Prepared;
use crate::etf::{DecodeOptions, decode};
use crate::heap::literal_area;
use crate::interop::typing::Known;

/// A module that is ready to be called, but that nobody can call yet.
#[derive(Debug)]
pub(super) struct Linked {
    pub(super) module: LoadedModule,
    pub(super) code: Arc<CodeModule>,
}

/// What is known of a module that is loaded beside its bytes.
#[derive(Clone, Debug, Default)]
pub(super) struct Loading {
    pub(super) origin: Origin,
    /// Whether there was a version before. The literals of later ones are not shared, so that purging can free them; those of the first
    /// are shared with whoever is sent one, and stay.
    pub(super) is_again: bool,
}

/// Prepares a module, or finds it in the cache, and links it. Changes nothing that running code sees.
pub(super) fn compile(
    exports: &ExportTable,
    lookup: &Lookup,
    known: Known<'_>,
    cache: Option<&ObjectCache>,
    name: Atom,
    from: Loading,
    bytes: &[u8],
) -> Result<Linked, LoadFailure> {
    let (prepared, hot) = prepare(exports, lookup, known, cache, name, bytes)?;
    let machine = ahead::rehearse(&prepared.object, |object| machine_code(cache, object));
    let linked = link(exports, lookup, from, prepared, machine)?;
    if let Some(hot) = hot {
        // SAFETY: it is beside that object code, in a folder of the user's own that is for this build only.
        unsafe { linked.code.keep_machine_code(Box::new(hot)) };
    }
    Ok(linked)
}

/// Prepares a module, or finds it in the cache; says where its machine code is kept, if there is a cache.
pub(super) fn prepare(
    exports: &ExportTable,
    lookup: &Lookup,
    known: Known<'_>,
    cache: Option<&ObjectCache>,
    name: Atom,
    bytes: &[u8],
) -> Result<(Prepared, Option<HotCode>), LoadFailure> {
    let entry = cache.map(|cache| cache.entry(bytes));
    let fits = |kept: &Prepared| kept.fits(exports) && kept.typing == kept.typing_now(exports, known);
    if let Some((kept, hot)) = entry.as_ref().and_then(Entry::get)
        && kept.object.name() == name
        && fits(&kept)
    {
        return Ok((kept, Some(hot)));
    }
    let prepared = Prepared::of(name, bytes, exports, lookup, known)?;
    let hot = entry.map(|entry| entry.put(&prepared));
    Ok((prepared, hot))
}

/// The machine code of a module that is not linked yet, which is made now if it is not in the cache.
///
/// # Errors
/// With a text, when it cannot be made.
pub(super) fn machine_code(cache: Option<&ObjectCache>, object: &Object) -> Result<MachineCode, String> {
    let Some(cache) = cache else { return object.machine_code() };
    let bytes = object.to_bytes();
    if let Some(kept) = cache.machine_code(&bytes) {
        return Ok(kept);
    }
    let code = object.machine_code()?;
    cache.put_machine_code(&bytes, &code);
    Ok(code)
}

/// Links a prepared module, with the machine code that lies ready for it.
pub(super) fn link(
    exports: &ExportTable,
    lookup: &Lookup,
    Loading { origin, is_again }: Loading,
    prepared: Prepared,
    machine: Option<Placed>,
) -> Result<Linked, LoadFailure> {
    let name = prepared.object.name();
    let malformed = |problem: String| LoadFailure::Malformed { module: name, problem };
    // Freed again when the module is refused below.
    let mut draft = if is_again { literal_area().freeable_draft() } else { literal_area().draft() };
    let mut term = |external: &[u8]| {
        if external.is_empty() {
            return Ok(Word::NIL);
        }
        decode(external, &mut draft, &mut lookup.of(exports), &DecodeOptions::default())
            .map(|decoded| decoded.term)
            .map_err(|error| malformed(error.to_string()))
    };
    let literals: Vec<Word> =
        prepared.literals.iter().map(|literal| term(literal)).collect::<Result<_, _>>()?;
    let attributes = term(&prepared.attributes)?;
    let compile = term(&prepared.compile)?;
    if !prepared.type_warnings.is_empty() {
        eprintln!("=WARNING REPORT====\n{}", prepared.type_warnings.join("\n"));
    }
    let imports = prepared.object.imports().to_vec();
    let is_native = |import: &Import| exports.is_ours(import.module, import.function, import.arity);
    let import = |import: &Import| exports.entry(import.module, import.function, import.arity);
    let code = prepared
        .object
        .link_with(machine, &literals, prepared.md5, import)
        .map_err(|error| malformed(error.to_string()))?;
    let literal_words = draft.words();
    let literals = if is_again {
        Some(Arc::new(draft.keep_until_freed()))
    } else {
        draft.keep();
        None
    };
    let module = LoadedModule {
        name,
        exports: code.exports().map(|(function, arity, _)| (function, arity)).collect(),
        functions: code.functions().collect(),
        attributes,
        compile,
        md5: prepared.md5,
        origin,
        typed_imports: match prepared.typing.is_empty() {
            true => Vec::new(),
            false => imports.into_iter().filter(|import| is_native(import)).collect(),
        },
        type_warnings: prepared.type_warnings,
        has_on_load: code.on_load().is_some(),
        literals,
        literal_words,
        code: code.clone(),
    };
    Ok(Linked { module, code })
}

/// Lets calls reach the new code; functions that it no longer exports become undefined.
pub(super) fn publish(exports: &ExportTable, linked: &Linked, former: Option<&LoadedModule>) {
    let name = linked.module.name;
    for (function, arity, address) in linked.code.exports() {
        // The runtime's own version goes before the file's.
        if !exports.is_ours(name, function, arity) {
            let entries = exports.entries_of_code(name, function, arity);
            entries.for_each(|entry| entry.set_target(Target::Code(address)));
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
            let entries = exports.entries_of_code(module, function, arity);
            entries.for_each(|entry| entry.set_target(Target::Undefined));
        }
    }
}
