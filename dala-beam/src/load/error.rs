//! Why a file cannot be loaded.

use dala_ir::abi::Atom;

use super::iff::ChunkName;
use crate::opcode::error::{DecodeError, DecodeErrorKind};

/// A .beam file that cannot be loaded: what is wrong, in which chunk, at which byte.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// Something in the container.
    #[error("not a valid .beam file: {0}")]
    Container(DecodeError),
    /// The file does not start as a .beam file does.
    #[error("not a .beam file")]
    NotBeam,
    /// The file or a chunk cannot be decompressed.
    #[error("{what} cannot be decompressed: {reason}")]
    Compression {
        /// The file or the chunk.
        what: &'static str,
        /// What the decompressor says.
        reason: String,
    },
    /// The file or a chunk is larger than is allowed.
    #[error("{what} is larger than {limit} bytes")]
    TooLarge {
        /// The file or the chunk.
        what: &'static str,
        /// Largest size accepted.
        limit: usize,
    },
    /// A chunk without which the module cannot run.
    #[error("chunk {0} is missing")]
    MissingChunk(ChunkName),
    /// Something in a chunk; the offset counts from the first byte of its data.
    #[error("chunk {chunk}, {error}")]
    Chunk {
        /// The chunk.
        chunk: ChunkName,
        /// Where and what.
        error: DecodeError,
    },
    /// The module needs instructions of a newer release.
    #[error(
        "the module uses opcode {highest}, and {known} is the highest known: it was compiled for a newer OTP"
    )]
    NewerRelease {
        /// Highest opcode of the file.
        highest: u32,
        /// Highest opcode of the table.
        known: u8,
    },
    /// Code that makes no sense.
    #[error("{function}, byte {offset} of chunk Code: {reason}")]
    Code {
        /// Module, function and arity.
        function: FunctionName,
        /// Offset in the code chunk.
        offset: u32,
        /// What is wrong.
        reason: String,
    },
    /// The module in the file is not the one that was asked for.
    #[error("the file holds module {found}, not {expected}", found = .found.text(), expected = .expected.text())]
    WrongModule {
        /// Module in the file.
        found: Atom,
        /// Module asked for.
        expected: Atom,
    },
}

/// Module, function and arity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FunctionName {
    /// Module.
    pub module: Atom,
    /// Function.
    pub function: Atom,
    /// Number of arguments.
    pub arity: u8,
}

impl std::fmt::Display for FunctionName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        use crate::opcode::disasm::atom_text;
        write!(f, "{}:{}/{}", atom_text(self.module), atom_text(self.function), self.arity)
    }
}

impl LoadError {
    /// Says which chunk a decoding error is about.
    pub(crate) fn in_chunk(chunk: &'static str) -> impl Fn(DecodeError) -> LoadError {
        let chunk = ChunkName::of(chunk);
        move |error| LoadError::Chunk { chunk, error }
    }

    pub(crate) fn chunk(chunk: &'static str, offset: usize, kind: DecodeErrorKind) -> LoadError {
        LoadError::Chunk { chunk: ChunkName::of(chunk), error: kind.at(offset) }
    }
}
