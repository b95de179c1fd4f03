//! Machine code that is a part of the executable: a stretch of code, and words beside it in which modules are linked.
//!
//! The system maps both when it starts the program, as all of its code; nothing is made executable afterwards. `dala build
//! --release` adds them to a program ([`elf`]); a linker does so too, with the file that a build script makes ([`object_file`]). Which module lies where is in the
//! [`Bundle`](super::Bundle) that comes with them and names the image.

#![expect(unsafe_code, reason = "finds what the system has mapped")]

#[cfg(feature = "codegen")]
pub(crate) mod elf;
#[cfg(feature = "codegen")]
pub(crate) mod layout;
#[cfg(feature = "codegen")]
pub(crate) mod object_file;

use std::collections::BTreeSet;
use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, PoisonError};

use dala_ir::interp::ahead::{Heads, Placed};
use serde::{Deserialize, Serialize};

/// What tells images apart.
pub(crate) type ImageId = [u8; 16];

/// An image in this OS process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Image {
    id: ImageId,
    /// Where its code begins.
    text: usize,
    text_bytes: usize,
    words: &'static [AtomicU64],
}

/// Where a module has its machine code and its words in an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Place {
    /// First byte of its code, and their number.
    pub(super) text: u64,
    pub(super) text_bytes: u64,
    /// First of its words, and their number.
    pub(super) first_word: u64,
    pub(super) words: u64,
}

/// What stands before the words of an image that was added to an executable.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
struct Header {
    id: ImageId,
    /// How far before the header the code begins.
    distance: u64,
    text_bytes: u64,
    words: u64,
}

/// The modules that a linker has made a part of a program, as its object file has them.
#[derive(Debug)]
#[repr(C)]
pub struct LinkedModules {
    id: ImageId,
    text: *const u8,
    text_bytes: u64,
    words: *const AtomicU64,
    word_count: u64,
    bundle: *const u8,
    bundle_bytes: u64,
}

// SAFETY: nobody writes to it, and what it points to is text, atomics and constants.
unsafe impl Sync for LinkedModules {}

impl LinkedModules {
    /// Name of the one that there is in a program.
    #[cfg(feature = "codegen")]
    pub(super) const SYMBOL: &str = "dala_linked_modules";

    /// Its bundle.
    pub(super) fn bundle(&'static self) -> &'static [u8] {
        // SAFETY: so many constant bytes stand there.
        unsafe { std::slice::from_raw_parts(self.bundle, self.bundle_bytes as usize) }
    }

    /// Its image.
    pub(super) fn image(&'static self) -> Image {
        // SAFETY: so many words of zeros stand there, which nobody else uses.
        let words = unsafe { std::slice::from_raw_parts(self.words, self.word_count as usize) };
        let text = self.text.expose_provenance();
        Image { id: self.id, text, text_bytes: self.text_bytes as usize, words }
    }
}

/// Words that modules were linked in: their addresses. No place is linked twice.
static TAKEN: Mutex<BTreeSet<usize>> = Mutex::new(BTreeSet::new());

impl Image {
    /// The image of this name that was added to the executable that runs; `None` when there is none.
    pub(crate) fn of_this_program(id: &ImageId) -> Option<Image> {
        let header = added_header()?;
        // SAFETY: whoever added it has made the pages of what the header says, which stay and which nobody else uses.
        let (header, words) = unsafe {
            let first = header.add(1).cast::<AtomicU64>();
            (*header, std::slice::from_raw_parts(first, (*header).words as usize))
        };
        let text = std::ptr::from_ref(words).addr() - size_of::<Header>() - header.distance as usize;
        let image = Image { id: header.id, text, text_bytes: header.text_bytes as usize, words };
        (image.id == *id).then_some(image)
    }

    /// Whether it is the one of this name.
    pub(super) fn is(&self, id: &ImageId) -> bool {
        self.id == *id
    }

    /// The machine code of the module at a place. `None` when it has been linked there already.
    ///
    /// # Safety
    /// The heads are those of that module, which is going to be linked there; a build from the same sources wrote image and
    /// module.
    pub(crate) unsafe fn placed(&self, place: &Place, heads: Heads) -> Option<Placed> {
        let words = self.words.get(place.first_word as usize..)?.get(..place.words as usize)?;
        let end = place.text.checked_add(place.text_bytes)?;
        let is_new = || {
            let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
            taken.insert(words.as_ptr().addr())
        };
        let fits = end <= self.text_bytes as u64 && heads.lie_in(place.text_bytes);
        if !fits || !is_new() {
            return None;
        }
        let text = std::ptr::with_exposed_provenance(self.text + place.text as usize);
        // SAFETY: as the caller says; the place has not been taken before.
        Some(unsafe { Placed::new(heads, text, words) })
    }
}

/// Type of the program header that says where an image's header is: of those that are for systems' own use.
const PROGRAM_HEADER: u32 = u32::from_be_bytes(*b"dala");

/// The header of the image that was added to the executable that runs.
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
fn added_header() -> Option<*const Header> {
    unsafe extern "C" fn look(
        info: *mut libc::dl_phdr_info,
        _: usize,
        found: *mut libc::c_void,
    ) -> libc::c_int {
        // SAFETY: the C library passes what it knows of an object, and the pointer that it got.
        unsafe {
            let headers = std::slice::from_raw_parts((*info).dlpi_phdr, (*info).dlpi_phnum.into());
            if let Some(header) = headers.iter().find(|header| header.p_type == PROGRAM_HEADER) {
                *found.cast::<u64>() = (*info).dlpi_addr + header.p_vaddr;
            }
        }
        // The first object is the program.
        1
    }
    let mut found: u64 = 0;
    // SAFETY: `look` has the type that is wanted, and takes a number.
    unsafe { libc::dl_iterate_phdr(Some(look), (&raw mut found).cast()) };
    (found != 0).then(|| std::ptr::with_exposed_provenance(found as usize))
}

#[cfg(not(all(target_os = "linux", target_pointer_width = "64")))]
fn added_header() -> Option<*const Header> {
    None
}
