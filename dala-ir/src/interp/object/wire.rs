//! Object code as bytes.
//!
//! The format is `postcard`'s of [`Wire`]; it belongs to one build of Dala and has no version of its own.

#![expect(unsafe_code, reason = "reading code that is not verified again is a promise that it was")]

use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

use super::{Object, Relocation, Symbol};
use crate::abi::Atom;
use crate::abi::atom::AtomError;
use crate::interp::code::{CALL_WORDS, FunctionInfo, Row};
use crate::ir::{FuncId, Import, Lambda};

/// Bytes are no object code.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ObjectError {
    /// They end early, or are something else.
    #[error("no object code: {0}")]
    Malformed(postcard::Error),
    /// A number names what is not there.
    #[error("no object code: there is no {what} {index}")]
    Missing {
        /// What it names.
        what: &'static str,
        /// The number.
        index: usize,
    },
    /// A name is no atom.
    #[error(transparent)]
    Atom(AtomError),
}

/// An object; atoms are numbers of rows of `atoms`.
#[derive(Serialize, Deserialize)]
struct Wire<'a> {
    #[serde(borrow)]
    atoms: Vec<&'a str>,
    name: u32,
    /// Little-endian.
    words: &'a [u8],
    /// Place, kind, number.
    relocations: Vec<(u32, u8, u32)>,
    switches: Vec<u32>,
    /// Name, arity, entry, frame, whether there are floats.
    functions: Vec<(u32, u32, u32, u16, bool)>,
    /// Offset, frame, handler, file, line.
    rows: Vec<(u32, u16, u32, u32, u32)>,
    exports: Vec<(u32, u32, u32)>,
    on_load: Option<u32>,
    /// Function, free variables, index, old uniq.
    lambdas: Vec<(u32, u32, u32, u32)>,
    #[serde(borrow)]
    files: Vec<&'a str>,
    imports: Vec<(u32, u32, u32)>,
    literals: u32,
}

/// The atoms that an object names, each once.
#[derive(Default)]
struct Atoms {
    texts: Vec<&'static str>,
    numbers: HashMap<Atom, u32>,
}

impl Atoms {
    fn number(&mut self, atom: Atom) -> u32 {
        *self.numbers.entry(atom).or_insert_with(|| {
            self.texts.push(atom.text());
            self.texts.len() as u32 - 1
        })
    }
}

impl Symbol {
    /// Kind and number.
    fn to_wire(self, atoms: &mut Atoms) -> (u8, u32) {
        match self {
            Symbol::Atom(atom) => (0, atoms.number(atom)),
            Symbol::Literal(index) => (1, index),
            Symbol::Import(index) => (2, index),
            Symbol::Function(index) => (3, index),
            Symbol::Lambda(index) => (4, index),
        }
    }
}

impl Object {
    /// The object as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let atoms = &mut Atoms::default();
        let words: Vec<u8> = self.words.iter().flat_map(|word| word.to_le_bytes()).collect();
        let wire = Wire {
            name: atoms.number(self.name),
            words: &words,
            relocations: self
                .relocations
                .iter()
                .map(|relocation| {
                    let (kind, number) = relocation.symbol.to_wire(atoms);
                    (relocation.at, kind, number)
                })
                .collect(),
            switches: self.switches.clone(),
            functions: self
                .functions
                .iter()
                .map(|&FunctionInfo { name, arity, entry, frame, has_floats }| {
                    (atoms.number(name), arity, entry, frame, has_floats)
                })
                .collect(),
            rows: self
                .rows
                .iter()
                .map(|row| (row.offset, row.frame, row.handler, row.file, row.line))
                .collect(),
            exports: self
                .exports
                .iter()
                .map(|&(name, arity, function)| (atoms.number(name), arity, function))
                .collect(),
            on_load: self.on_load,
            lambdas: self
                .lambdas
                .iter()
                .map(|lambda| (lambda.function.index() as u32, lambda.free, lambda.index, lambda.old_uniq))
                .collect(),
            files: self.files.iter().map(String::as_str).collect(),
            imports: self
                .imports
                .iter()
                .map(|import| (atoms.number(import.module), atoms.number(import.function), import.arity))
                .collect(),
            literals: self.literals as u32,
            atoms: std::mem::take(&mut atoms.texts),
        };
        postcard::to_allocvec(&wire).expect("a vector takes what is written to it")
    }

    /// The object that [`Object::to_bytes`] gave these bytes for. Numbers are checked, instructions are not.
    ///
    /// # Errors
    /// When they are no object.
    ///
    /// # Safety
    /// The bytes are what `to_bytes` gave in a build from the same sources: what they hold is run without having been
    /// verified.
    pub unsafe fn from_bytes(bytes: &[u8]) -> Result<Object, ObjectError> {
        let wire: Wire<'_> = postcard::from_bytes(bytes).map_err(ObjectError::Malformed)?;
        let atoms = wire.atoms.iter().map(|text| Atom::try_new(text));
        let atoms: Vec<Atom> = atoms.collect::<Result<_, _>>().map_err(ObjectError::Atom)?;
        let atom = |index: u32| find(&atoms, "atom", index);
        let words: Vec<u64> = wire
            .words
            .chunks_exact(8)
            .map(|word| u64::from_le_bytes(word.try_into().expect("eight bytes")))
            .collect();
        let mut functions = Vec::with_capacity(wire.functions.len());
        for &(name, arity, entry, frame, has_floats) in &wire.functions {
            find(&words, "word", entry)?;
            functions.push(FunctionInfo { name: atom(name)?, arity, entry, frame, has_floats });
        }
        let mut imports = Vec::with_capacity(wire.imports.len());
        for &(module, function, arity) in &wire.imports {
            imports.push(Import { module: atom(module)?, function: atom(function)?, arity });
        }
        let mut exports = Vec::with_capacity(wire.exports.len());
        for &(name, arity, function) in &wire.exports {
            find(&functions, "function", function)?;
            exports.push((atom(name)?, arity, function));
        }
        let mut lambdas = Vec::with_capacity(wire.lambdas.len());
        for &(function, free, index, old_uniq) in &wire.lambdas {
            if find(&functions, "function", function)?.arity < free {
                return Err(ObjectError::Missing { what: "free variable", index: free as usize });
            }
            lambdas.push(Lambda { function: FuncId::new(function as usize), free, index, old_uniq });
        }
        let mut relocations = Vec::with_capacity(wire.relocations.len());
        for &(at, kind, number) in &wire.relocations {
            find(&words, "word", at)?;
            let symbol = match kind {
                0 => Symbol::Atom(atom(number)?),
                1 if number < wire.literals => Symbol::Literal(number),
                2 => find(&imports, "import", number).map(|_| Symbol::Import(number))?,
                3 => find(&functions, "function", number).map(|_| Symbol::Function(number))?,
                4 => find(&lambdas, "lambda", number).map(|_| Symbol::Lambda(number))?,
                _ => return Err(ObjectError::Missing { what: "symbol", index: number as usize }),
            };
            relocations.push(Relocation { at, symbol });
        }
        for &at in &wire.switches {
            let count = find(&words, "word", at.saturating_add(2)).map(|word| word as u32)?;
            find(
                &words,
                "word",
                at.saturating_add(count.saturating_add(2)).saturating_add(count.div_ceil(2)),
            )?;
        }
        for &(offset, ..) in &wire.rows {
            if super::is_returning(find(&words, "word", offset)?) {
                find(&words, "word", offset.saturating_add(CALL_WORDS as u32))?;
            }
        }
        wire.on_load.map(|function| find(&functions, "function", function)).transpose()?;
        Ok(Object {
            name: atom(wire.name)?,
            words,
            relocations,
            switches: wire.switches,
            functions,
            rows: wire
                .rows
                .iter()
                .map(|&(offset, frame, handler, file, line)| Row { offset, frame, handler, file, line })
                .collect(),
            exports,
            on_load: wire.on_load,
            lambdas,
            files: wire.files.iter().map(ToString::to_string).collect(),
            imports,
            literals: wire.literals as usize,
        })
    }
}

fn find<T: Copy>(of: &[T], what: &'static str, index: u32) -> Result<T, ObjectError> {
    of.get(index as usize).copied().ok_or(ObjectError::Missing { what, index: index as usize })
}
