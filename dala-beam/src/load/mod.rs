//! Reading .beam files: the container, one file a chunk, and [`BeamFile`] with all of them.
//!
//! Input is untrusted: sizes and counts are checked before memory is reserved for them ([`limits`]), and every
//! error says which chunk and byte it is about. A file that loads here has decodable instructions whose
//! operands are in range; that its control flow makes sense is checked by `lower`.

pub mod atoms;
pub mod attributes;
pub mod code;
pub mod digest;
pub mod error;
pub mod exports;
pub mod file;
pub mod funs;
pub mod iff;
pub mod imports;
#[cfg(test)]
pub(crate) mod installed;
pub mod limits;
pub mod lines;
pub mod literals;
pub mod meta;
pub mod strings;
pub mod types;

pub use error::LoadError;
pub use file::BeamFile;
