//! The MD5 of a module: what tells versions of it, and the funs of them, apart.

use md5::{Digest, Md5};

use super::iff::{Chunk, ChunkName};

/// `Module:module_info(md5)`: over the data of the essential chunks as stored, with the old hash of each fun
/// set to 0 (OTP: `beam_lib:md5/1`).
pub fn module_md5(chunks: &[Chunk<'_>]) -> [u8; 16] {
    let mut digest = Md5::new();
    for name in ["Atom", "AtU8", "Code", "StrT", "ImpT", "ExpT", "FunT", "LitT", "Meta"] {
        let wanted = ChunkName::of(name);
        let Some(chunk) = chunks.iter().find(|chunk| chunk.name == wanted) else { continue };
        match chunk.data.split_first_chunk::<4>() {
            Some((count, entries)) if name == "FunT" => {
                digest.update(count);
                for entry in entries.chunks(24) {
                    digest.update(&entry[..entry.len().min(20)]);
                    digest.update([0; 4]);
                }
            }
            _ => digest.update(chunk.data),
        }
    }
    digest.finalize().into()
}
