//! What a .beam file becomes before it is linked: all of loading that only depends on the file, and on which of its
//! functions the runtime implements. So it can be kept; see [`ObjectCache`](super::ObjectCache).

use std::sync::OnceLock;

use dala_ir::abi::{Atom, Word};
use dala_ir::interp::{self, Object};
use dala_ir::ir::Module;
use dala_ir::pass;
use dala_ir::term::view::TermView;
use dala_ir::text::print_typing;
use hashbrown::HashSet;
use serde::{Deserialize, Serialize};

use super::error::LoadFailure;
use super::export::ExportTable;
use super::lookup::Lookup;
use super::stubs;
use crate::etf::{self, EncodeOptions};
use crate::interop::typing::Known;
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

/// A module that is encoded.
#[derive(Debug, PartialEq)]
pub(super) struct Prepared {
    pub(super) object: Object,
    pub(super) md5: [u8; 16],
    /// Literals in the external format.
    pub(super) literals: Vec<Vec<u8>>,
    /// `module_info(attributes)` and `module_info(compile)` in the external format; empty for none.
    pub(super) attributes: Vec<u8>,
    pub(super) compile: Vec<u8>,
    /// All atoms of the file and of its literals: they exist once it is loaded, whether its code still names them or not.
    pub(super) atoms: Vec<Atom>,
    /// Those of its functions that the runtime implements: their code calls that.
    ours: Vec<(Atom, u32)>,
    /// What it was told of native functions and actors, in the IR's text form; empty for nothing.
    pub(super) typing: String,
    /// What it sends and passes that nobody takes.
    pub(super) type_warnings: Vec<String>,
}

impl Prepared {
    /// Reads, lowers, optimises, verifies and encodes a file.
    ///
    /// # Errors
    /// When it is no module, or not the one called `name`.
    pub(super) fn of(
        name: Atom,
        bytes: &[u8],
        exports: &ExportTable,
        lookup: &Lookup,
        known: Known<'_>,
    ) -> Result<Prepared, LoadFailure> {
        let malformed = |problem: String| LoadFailure::Malformed { module: name, problem };
        let mut file = BeamFile::parse(bytes).map_err(|error| LoadFailure::malformed(name, &error))?;
        if PRELOADED.contains(&file.name.text()) {
            file.lines = Lines::default();
        }
        if file.name != name {
            return Err(LoadFailure::WrongModule { wanted: name, found: file.name });
        }
        let mut module = lower::lower(&file, &mut lookup.of(exports))
            .map_err(|error| LoadFailure::malformed(name, &error))?;
        let is_ours = |function, arity| exports.is_ours(name, function, arity);
        stubs::redirect_built_ins(&mut module, is_ours);
        known.tell(&mut module, &file.attributes.attributes, exports);
        let type_warnings =
            pass::warnings(&mut module).iter().map(|warning| line(&module, warning)).collect();
        if is_optimizing() {
            // What lowering gives passes the verifier (a property in `lower/tests.rs`), which sees what the passes make
            // of it, before it is encoded.
            pass::optimize(&mut module);
        }
        let object = interp::encode(&module).map_err(|error| malformed(error.to_string()))?;
        let mut atoms = file.atoms;
        let mut known: HashSet<Atom> = atoms.iter().copied().collect();
        for literal in &module.literals {
            for_each_atom(literal.root(), |atom| {
                if known.insert(atom) {
                    atoms.push(atom);
                }
            });
        }
        let literals = module.literals.iter();
        let literals = literals.map(|term| etf::encode(term.root(), &EncodeOptions::default()));
        Ok(Prepared {
            literals: literals.collect::<Result<_, _>>().map_err(|error| malformed(error.to_string()))?,
            ours: object.functions().filter(|&(function, arity)| is_ours(function, arity)).collect(),
            object,
            md5: file.md5,
            typing: print_typing(&module.typing),
            type_warnings,
            attributes: file.attributes.attributes,
            compile: file.attributes.compile,
            atoms,
        })
    }

    /// Whether the runtime implements the same of its functions as when it was prepared.
    pub(super) fn fits(&self, exports: &ExportTable) -> bool {
        let name = self.object.name();
        let ours =
            self.object.functions().filter(|&(function, arity)| exports.is_ours(name, function, arity));
        ours.eq(self.ours.iter().copied())
    }

    /// What it would be told now of native functions and actors.
    pub(super) fn typing_now(&self, exports: &ExportTable, known: Known<'_>) -> String {
        print_typing(&known.typing(self.object.imports(), &self.attributes, exports))
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let object = self.object.to_bytes();
        let wire = Wire {
            object: &object,
            md5: self.md5,
            literals: self.literals.iter().map(Vec::as_slice).collect(),
            attributes: &self.attributes,
            compile: &self.compile,
            atoms: self.atoms.iter().map(|atom| atom.text()).collect(),
            ours: self.ours.iter().map(|(name, arity)| (name.text(), *arity)).collect(),
            typing: &self.typing,
            type_warnings: self.type_warnings.iter().map(String::as_str).collect(),
        };
        postcard::to_allocvec(&wire).expect("a vector takes what is written to it")
    }

    /// What [`Prepared::to_bytes`] gave these bytes for; `None` when that is nothing.
    ///
    /// # Safety
    /// As [`Object::from_bytes`].
    #[expect(unsafe_code, reason = "passes the promise on")]
    pub(super) unsafe fn from_bytes(bytes: &[u8]) -> Option<Prepared> {
        let wire: Wire<'_> = postcard::from_bytes(bytes).ok()?;
        // SAFETY: as the caller says.
        let object = unsafe { Object::from_bytes(wire.object) }.ok()?;
        let atom = |text: &str| Atom::try_new(text).ok();
        Some(Prepared {
            object,
            md5: wire.md5,
            literals: wire.literals.into_iter().map(<[u8]>::to_vec).collect(),
            attributes: wire.attributes.to_vec(),
            compile: wire.compile.to_vec(),
            atoms: wire.atoms.into_iter().map(atom).collect::<Option<_>>()?,
            ours: wire
                .ours
                .into_iter()
                .map(|(name, arity)| Some((atom(name)?, arity)))
                .collect::<Option<_>>()?,
            typing: wire.typing.to_owned(),
            type_warnings: wire.type_warnings.into_iter().map(str::to_owned).collect(),
        })
    }
}

/// The atoms in a term, with the names of functions in it.
fn for_each_atom(term: Word, mut of: impl FnMut(Atom)) {
    let mut pending = vec![term];
    while let Some(term) = pending.pop() {
        match term.view() {
            TermView::Atom(atom) => of(atom),
            TermView::ExportFun(fun) => [fun.head.module, fun.head.function].into_iter().for_each(&mut of),
            TermView::Cons(head, tail) => pending.extend([tail, head]),
            TermView::Tuple(elements) => pending.extend(elements),
            TermView::Map(map) => pending.extend(map.iter().flat_map(|(key, value)| [key, value])),
            TermView::Small(_)
            | TermView::Big(_)
            | TermView::Float(_)
            | TermView::Pid(_)
            | TermView::Port(_)
            | TermView::Reference(_)
            | TermView::Fun(_)
            | TermView::ExternalPid(_)
            | TermView::ExternalPort(_)
            | TermView::ExternalReference(_)
            | TermView::Nil
            | TermView::Bits(_)
            | TermView::Hidden => {}
        }
    }
}

/// A prepared module as `postcard` writes it.
#[derive(Serialize, Deserialize)]
struct Wire<'a> {
    object: &'a [u8],
    md5: [u8; 16],
    #[serde(borrow)]
    literals: Vec<&'a [u8]>,
    attributes: &'a [u8],
    compile: &'a [u8],
    #[serde(borrow)]
    atoms: Vec<&'a str>,
    #[serde(borrow)]
    ours: Vec<(&'a str, u32)>,
    typing: &'a str,
    #[serde(borrow)]
    type_warnings: Vec<&'a str>,
}

/// A warning with its place: `m.erl:7: f/1: a Counter takes no ..`.
fn line(module: &Module, warning: &pass::Warning) -> String {
    let place = warning.location.and_then(|location| {
        Some(format!("{}:{}: ", module.files.get(location.file as usize)?, location.line))
    });
    format!("{}{}/{}: {}", place.unwrap_or_default(), warning.name, warning.arity, warning.text)
}

/// Whether passes are run over what is loaded: always, but for comparison (`DALA_PASSES=off`).
pub(super) fn is_optimizing() -> bool {
    static IS_OPTIMIZING: OnceLock<bool> = OnceLock::new();
    *IS_OPTIMIZING.get_or_init(|| std::env::var_os("DALA_PASSES").is_none_or(|value| value != "off"))
}
