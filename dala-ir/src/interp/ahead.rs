//! Machine code made ahead of time, and how it becomes a part of a module.
//!
//! It is position-independent: it finds the module's register code, which linking has filled in, at a fixed distance from
//! itself, and everything else through that and through `Vm`. So it may lie in the executable, as any other code does,
//! and nothing has to be made executable to run it. Where it leaves, the interpreter goes on, as with the JIT's
//! (`interp/native.rs`).
//!
//! A module has three parts then: object code, machine code, and an array of words beside it, in which that object code
//! is linked. The distance between the last two is written into the machine code by whoever lays them out
//! ([`MachineCode::write`]), or by a linker ([`MachineCode::references`]). A place is linked once in an OS process:
//! a module that is linked there again, in a second runtime or as the new version of itself, is interpreted.

#![expect(unsafe_code, reason = "machine code is run that somebody has put there")]

use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

use super::code::{CELL, CodeModule, Words};
use super::native::Head;
use super::object::Object;
use super::patch;

pub use super::patch::Place;

/// The machine code of a module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MachineCode {
    pub(super) text: Vec<u8>,
    pub(super) references: Vec<Reference>,
    pub(super) heads: Heads,
}

/// A place in machine code (see `interp/patch`) that says where the module's words are, and `addend` bytes behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// The place.
    pub at: u32,
    /// What is added.
    pub addend: i32,
}

/// Which places of a module have machine code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heads(pub(super) Vec<AheadHead>);

/// A place with machine code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct AheadHead {
    /// Offset in the register code.
    pub(super) offset: u32,
    /// Whether a native cell stands before it.
    pub(super) has_cell: bool,
    /// Offset in the machine code.
    pub(super) entry: u32,
}

impl Heads {
    /// Whether all lie in machine code of so many bytes.
    pub fn lie_in(&self, text_bytes: u64) -> bool {
        self.0.iter().all(|head| u64::from(head.entry) < text_bytes)
    }
}

impl MachineCode {
    /// What the places of machine code have to be a multiple of.
    pub const ALIGN: usize = patch::ALIGN;
    /// What stands between the machine code of modules, where nothing is executed.
    pub const FILL: u8 = patch::FILL;

    /// Bytes of machine code.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// Where in it the distance to the words is to be written.
    pub fn references(&self) -> &[Reference] {
        &self.references
    }

    /// How one of those places says it.
    pub fn place(&self, reference: Reference) -> Place {
        patch::place(&self.text, reference.at as usize)
    }

    /// Which places have machine code.
    pub fn heads(&self) -> &Heads {
        &self.heads
    }

    /// Writes it for words that lie `distance` bytes behind its start, which is going to lie at a multiple of
    /// [`ALIGN`](Self::ALIGN).
    ///
    /// # Errors
    /// When that is too far.
    pub fn write(&self, distance: i64, out: &mut Vec<u8>) -> Result<(), TooFar> {
        let start = out.len();
        out.extend_from_slice(&self.text);
        for &Reference { at, addend } in &self.references {
            patch::patch(&mut out[start..], at as usize, distance + i64::from(addend)).ok_or(TooFar)?;
        }
        Ok(())
    }
}

/// Machine code and the words it is for are more than two gigabytes apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("machine code and its words are more than two gigabytes apart")]
pub struct TooFar;

/// The machine code of one module where it lies in this OS process.
#[derive(Debug)]
pub struct Placed {
    heads: Heads,
    text: usize,
    words: &'static [AtomicU64],
}

impl Placed {
    /// Machine code at `text`, for a module that is linked in `words`.
    ///
    /// # Safety
    /// At `text` is what [`MachineCode::write`] wrote, for these words and with these heads, of the module that is going to be
    /// linked there, made by a build from the same sources; it can be executed, and stays for ever. Nobody else uses the words.
    pub unsafe fn new(heads: Heads, text: *const u8, words: &'static [AtomicU64]) -> Placed {
        Placed { heads, text: text.expose_provenance(), words }
    }

    /// Whether there are as many words as the object wants, and its heads lie in them.
    pub(super) fn fits(&self, object: &Object) -> bool {
        let is_inside = |head: &AheadHead| (CELL..object.words.len()).contains(&(head.offset as usize));
        self.words.len() == object.words.len() && self.heads.0.iter().all(is_inside)
    }

    /// Its words, holding these.
    pub(super) fn take(&self, words: &[u64]) -> Words {
        for (place, &word) in self.words.iter().zip(words) {
            place.store(word, Ordering::Relaxed);
        }
        Words::Placed(self.words)
    }

    /// Makes the machine code reachable from the module that was linked here.
    pub(super) fn publish(&self, module: &CodeModule) {
        let head = |head: &AheadHead| Head {
            offset: head.offset,
            has_cell: head.has_cell,
            address: (self.text + head.entry as usize) as u64,
        };
        let heads: Vec<Head> = self.heads.0.iter().map(head).collect();
        // SAFETY: as the caller of `new` says, and the module is linked in these words.
        unsafe { module.publish(&heads) };
    }
}

/// The machine code of a module that is about to be linked, in the mode
/// [`JitMode::Ahead`](super::JitMode::Ahead) only, where `make` makes or finds it.
///
/// # Panics
/// When there is none, or the OS lets no memory become executable: whoever asks for that mode wants nothing else.
pub fn rehearse(
    object: &Object,
    make: impl FnOnce(&Object) -> Result<MachineCode, String>,
) -> Option<Placed> {
    #[cfg(dala_jit)]
    return super::jit::ahead(object, make);
    #[cfg(not(dala_jit))]
    {
        let _ = (object, make);
        None
    }
}

impl Object {
    /// The machine code of its functions.
    ///
    /// # Errors
    /// With a text: this build makes none.
    #[cfg(not(dala_codegen))]
    pub fn machine_code(&self) -> Result<MachineCode, String> {
        Err(format!("this build makes no machine code, also not of {}", self.name))
    }

    /// How many words it takes.
    pub fn words(&self) -> usize {
        self.words.len()
    }
}
