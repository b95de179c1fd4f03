//! A whole .beam file.

use dala_ir::abi::Atom;

use super::attributes::Attributes;
use super::error::LoadError;
use super::exports::Export;
use super::funs::Lambda;
use super::iff::{self, Chunk, ChunkName};
use super::imports::Import;
use super::lines::Lines;
use super::literals::Literals;
use super::meta::Meta;
use super::types::Types;
use super::{atoms, code, digest, exports, funs, imports, lines, literals, types};
use crate::opcode::decode::{Located, Tables};

/// Everything in a .beam file that running it needs.
#[derive(Clone, Debug)]
pub struct BeamFile {
    /// Name of the module.
    pub name: Atom,
    /// Its atoms; index 1 of the file is the first.
    pub atoms: Vec<Atom>,
    /// One more than the largest label.
    pub labels: u32,
    /// Instructions of all functions.
    pub code: Vec<Located>,
    /// Functions called through the export table.
    pub imports: Vec<Import>,
    /// Functions that others may call.
    pub exports: Vec<Export>,
    /// The other functions.
    pub locals: Vec<Export>,
    /// What funs are made from.
    pub lambdas: Vec<Lambda>,
    /// Constant terms.
    pub literals: Literals,
    /// Bytes that instructions refer to.
    pub strings: Vec<u8>,
    /// Places in the source.
    pub lines: Lines,
    /// What the compiler knows of values.
    pub types: Types,
    /// What `module_info` returns.
    pub attributes: Attributes,
    /// Language features that were on.
    pub meta: Meta,
    /// `module_info(md5)`.
    pub md5: [u8; 16],
    /// Name and size in bytes of each chunk, in order.
    pub chunks: Vec<(ChunkName, usize)>,
}

impl BeamFile {
    /// Reads a file, compressed or not.
    ///
    /// # Errors
    /// When it is no .beam file, is malformed, or needs a newer release.
    pub fn parse(file: &[u8]) -> Result<BeamFile, LoadError> {
        let file = iff::decompress(file)?;
        let chunks = iff::chunks(&file)?;
        let find = |name| find(&chunks, name);
        let required = |name| find(name).ok_or_else(|| LoadError::MissingChunk(ChunkName::of(name)));
        let owned = |name| find(name).map(<[u8]>::to_vec).unwrap_or_default();

        let atoms = atoms::read(required("AtU8")?)?;
        let header = code::read_header(required("Code")?)?;
        let imports = find("ImpT").map(|data| imports::read(data, &atoms)).transpose()?.unwrap_or_default();
        let functions = |name| match find(name) {
            Some(data) => exports::read(name, data, &atoms, header.labels),
            None => Ok(Vec::new()),
        };
        let (exports, locals) = (functions("ExpT")?, functions("LocT")?);
        let lambdas = find("FunT").map(|data| funs::read(data, &atoms, header.labels)).transpose()?;
        let lambdas = lambdas.unwrap_or_default();
        let literals = find("LitT").map(literals::read).transpose()?.unwrap_or_default();
        let code = code::read_instructions(
            &header,
            &Tables {
                atoms: &atoms,
                labels: header.labels,
                imports: imports.len(),
                literals: literals.len(),
                lambdas: lambdas.len(),
            },
        )?;
        Ok(BeamFile {
            name: atoms[0],
            labels: header.labels,
            code,
            imports,
            exports,
            locals,
            lambdas,
            literals,
            strings: owned("StrT"),
            lines: find("Line").map(lines::read).transpose()?.unwrap_or_default(),
            types: find("Type").map(types::read).transpose()?.unwrap_or_default(),
            attributes: Attributes { attributes: owned("Attr"), compile: owned("CInf") },
            meta: Meta(owned("Meta")),
            md5: digest::module_md5(&chunks),
            chunks: chunks.iter().map(|chunk| (chunk.name, chunk.data.len())).collect(),
            atoms,
        })
    }

    /// Reads only the name of the module.
    ///
    /// # Errors
    /// When the file is no .beam file or its atoms are malformed.
    pub fn module_name(file: &[u8]) -> Result<Atom, LoadError> {
        let file = iff::decompress(file)?;
        let chunks = iff::chunks(&file)?;
        let data = find(&chunks, "AtU8").ok_or_else(|| LoadError::MissingChunk(ChunkName::of("AtU8")))?;
        Ok(atoms::read(data)?[0])
    }
}

fn find<'a>(chunks: &[Chunk<'a>], name: &str) -> Option<&'a [u8]> {
    let name = ChunkName::of(name);
    chunks.iter().find(|chunk| chunk.name == name).map(|chunk| chunk.data)
}

#[cfg(test)]
mod tests;
