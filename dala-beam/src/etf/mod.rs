//! The external term format (ERTS user's guide, "External Term Format"): what `term_to_binary/1` writes, literals in
//! `.beam` files are stored in, and nodes speak to one another.
//!
//! Decoding trusts nothing: it never panics, allocates in proportion to its input, does not recurse, and says at
//! which byte it gave up. Encoding is byte for byte that of OTP 25 (only what `compressed` yields differs, since
//! that depends on the zlib at hand). No module but `load`, `bif` and those above them may depend on it.

mod decode;
mod encode;
pub mod tags;

pub use decode::{
    CodeLookup, DecodeError, DecodeErrorKind, DecodeOptions, Decoded, NoCode, decode, decode_term,
};
pub use encode::{EncodeError, EncodeOptions, encode, encode_term};

/// Who this node is, as far as the format shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalNode {
    /// Node name.
    pub name: dala_ir::abi::Atom,
    /// Its incarnation; 0 while the node is not distributed.
    pub creation: u32,
}

impl Default for LocalNode {
    /// `nonode@nohost`, what a node that is not distributed calls itself.
    fn default() -> LocalNode {
        LocalNode { name: dala_ir::abi::atoms::NONODE, creation: 0 }
    }
}

/// What makes a `LOCAL_EXT` term ours: a keyed hash of its bytes, with a key that no other process has.
fn local_seal(bytes: &[u8]) -> [u8; 8] {
    use std::hash::{BuildHasher, RandomState};
    static KEY: std::sync::OnceLock<RandomState> = std::sync::OnceLock::new();
    KEY.get_or_init(RandomState::new).hash_one(bytes).to_be_bytes()
}

#[cfg(test)]
mod tests;
