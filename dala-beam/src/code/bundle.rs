//! Bundles: prepared modules and applications that a program carries along, so that it needs no files and compiles
//! nothing. `dala build` writes one behind a copy of itself, behind a program in Rust, or into a file of its own.
//!
//! A module is there as object code. The program's own are there as .beam files too: a function of them that is native in
//! the program that has the bundle, and was not where it was written, is called otherwise, so they are compiled again.
//!
//! Layout: the modules, one behind the other; the index; a trailer. It is found from the end of the
//! file, as that of a zip archive is, so what stands before it does not matter. A module is read when it is loaded.
//! What a bundle holds is run without being verified again: it is as much a part of the program as the code before it.

#![expect(unsafe_code, reason = "code of a bundle is not verified again")]

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use dala_ir::abi::Atom;
use dala_ir::interp::ahead::{MachineCode, Placed};
use dala_ir::interp::{HAS_MACHINE_CODE, Object};
use serde::{Deserialize, Serialize};

use super::image::{Image, ImageId, LinkedModules, Place};
use super::object_cache::{BUILD, checksum_of};
use super::prepared::Prepared;

/// Bytes of the trailer: length of the bundle without it, length of the index, checksum of the index, four zeros,
/// [`MAGIC`].
const TRAILER: usize = 40;
const MAGIC: [u8; 16] = *b"dala: a bundle.\n";

/// Why a bundle cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// Its file cannot be read.
    #[error("cannot read the modules of this program")]
    Unreadable(#[from] io::Error),
    /// It is cut off, or bytes of it have changed.
    #[error("the modules of this program are damaged")]
    Damaged,
    /// Another build of Dala wrote it.
    #[error("the modules of this program were written by another build of Dala ({0}, this is {BUILD})")]
    OtherBuild(String),
}

/// A module for a bundle.
#[derive(Debug)]
pub(crate) struct BundledModule {
    pub(super) bytes: Vec<u8>,
    /// Its .beam file.
    pub(super) file: Cow<'static, [u8]>,
    /// Whether the file is kept as well.
    pub(crate) is_own: bool,
    /// Folder of its file.
    pub(crate) folder: Option<PathBuf>,
    /// All atoms of its file.
    pub(crate) names: Vec<Atom>,
    /// Modules whose functions it calls by name.
    pub(crate) calls: HashSet<Atom>,
    /// Names and arities of its exported functions.
    pub(crate) exports: Vec<(Atom, u32)>,
    /// Its object code, and its machine code once that is made.
    pub(crate) object: Object,
    pub(crate) machine: Option<MachineCode>,
}

/// Where the machine code of modules was put, by name, and in which image.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Placing {
    pub(crate) image: ImageId,
    pub(crate) places: BTreeMap<String, Place>,
}

/// What is in a bundle.
#[derive(Debug, Serialize, Deserialize)]
struct Index {
    /// The sources that it was written by.
    build: String,
    /// Object code by name of the module.
    modules: BTreeMap<String, Part>,
    /// .beam files of some.
    files: BTreeMap<String, Part>,
    /// Where modules have machine code, if they have.
    placing: Placing,
    /// Which places of theirs have machine code, by name of the module.
    heads: BTreeMap<String, Part>,
    program: BundledProgram,
}

/// Where something begins, how long it is, its checksum.
type Part = (u64, u64, u32);

/// What a bundle starts.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct BundledProgram {
    /// Specifications of applications by name, as text.
    pub(crate) applications: BTreeMap<String, String>,
    /// Applications that are started first, in order.
    pub(crate) started: Vec<String>,
    /// The program's module and function; that of a program in Rust has none.
    pub(crate) entry: Option<(String, String)>,
    /// Whether that function takes the list of arguments.
    pub(crate) takes_arguments: bool,
}

/// The [`Bundle`](crate::code::Bundle) of the modules that `dala_build::compile_ahead` made a part of this program, as a
/// `Result`.
///
/// ```ignore
/// let options = SystemOptions {
///     bundle: Some(Arc::new(dala_beam::include_modules!()?)),
///     jit: JitMode::Off,
///     ..SystemOptions::from_environment()
/// };
/// ```
#[macro_export]
macro_rules! include_modules {
    () => {{
        #[expect(unsafe_code, reason = "names what the linker has put there")]
        fn linked() -> ::std::result::Result<$crate::code::Bundle, $crate::code::BundleError> {
            unsafe extern "C" {
                safe static dala_linked_modules: $crate::code::LinkedModules;
            }
            // SAFETY: the object file of `dala_build::compile_ahead` has the one of this name.
            unsafe { $crate::code::Bundle::linked(&dala_linked_modules) }
        }
        linked()
    }};
}

/// Where a bundle lies.
#[derive(Debug)]
enum Contents {
    /// In a file, from there on.
    File(Mutex<File>, u64),
    Memory(&'static [u8]),
}

/// A bundle.
#[derive(Debug)]
pub struct Bundle {
    contents: Contents,
    index: Index,
    /// The machine code of its modules, if this program has it.
    image: Option<Image>,
}

impl Bundle {
    /// The bundle at the end of the program that runs; `None` when there is none. What `dala build --onto` puts there.
    ///
    /// # Errors
    /// When there is one that cannot be used, or the program's file is not known.
    pub fn of_this_program() -> Result<Option<Bundle>, BundleError> {
        Bundle::at_end_of(&std::env::current_exe()?)
    }

    /// The bundle at the end of a file; `None` when there is none.
    ///
    /// # Errors
    /// When there is one that cannot be used.
    pub fn at_end_of(path: &Path) -> Result<Option<Bundle>, BundleError> {
        let mut file = File::open(path)?;
        let Some((start, index_start)) = find(&mut file)? else { return Ok(None) };
        let index: Index = {
            let mut index = Vec::new();
            file.seek(SeekFrom::Start(index_start))?;
            file.read_to_end(&mut index)?;
            let (index, trailer) = index.split_last_chunk::<TRAILER>().ok_or(BundleError::Damaged)?;
            if trailer[16..20] != checksum_of(index).to_le_bytes() {
                return Err(BundleError::Damaged);
            }
            postcard::from_bytes(index).map_err(|_| BundleError::Damaged)?
        };
        match index.build == BUILD {
            true => {
                let image = Image::of_this_program(&index.placing.image);
                Ok(Some(Bundle { contents: Contents::File(Mutex::new(file), start), index, image }))
            }
            false => Err(BundleError::OtherBuild(index.build)),
        }
    }

    /// The bundle that a linker has made a part of the program: [`include_modules!`](crate::include_modules) gives it.
    ///
    /// # Errors
    /// When another build of Dala wrote it.
    ///
    /// # Safety
    /// The modules are those of the object file that `dala_build::compile_ahead` made.
    pub unsafe fn linked(modules: &'static LinkedModules) -> Result<Bundle, BundleError> {
        let bytes = modules.bundle();
        let trailer = bytes.len().checked_sub(TRAILER).ok_or(BundleError::Damaged)?;
        let length: [u8; 8] = bytes[trailer + 8..trailer + 16].try_into().expect("eight bytes");
        let start = trailer.checked_sub(u64::from_le_bytes(length) as usize).ok_or(BundleError::Damaged)?;
        let index: Index = postcard::from_bytes(&bytes[start..trailer]).map_err(|_| BundleError::Damaged)?;
        if index.build != BUILD {
            return Err(BundleError::OtherBuild(index.build));
        }
        let image = Some(modules.image()).filter(|image| image.is(&index.placing.image));
        Ok(Bundle { contents: Contents::Memory(bytes), index, image })
    }

    /// What it starts.
    pub(crate) fn program(&self) -> &BundledProgram {
        &self.index.program
    }

    /// Length of a file without the bundle at its end.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn length_before(path: &Path) -> io::Result<u64> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        Ok(find(&mut file)?.map_or(length, |(start, _)| start))
    }

    /// A module of it; `None` when it is not in.
    ///
    /// # Errors
    /// When it cannot be read, or is damaged.
    pub(super) fn module(&self, name: &str) -> Option<Result<Prepared, BundleError>> {
        let &part = self.index.modules.get(name)?;
        Some(self.read(part).and_then(|bytes| {
            // SAFETY: this build wrote the bundle, and nothing of it has changed since.
            unsafe { Prepared::from_bytes(&bytes) }.ok_or(BundleError::Damaged)
        }))
    }

    /// Whether this program has machine code for its modules.
    pub(crate) fn has_machine_code(&self) -> bool {
        HAS_MACHINE_CODE && self.image.is_some()
    }

    /// The machine code of a module of it, to be linked now; `None` when it has none, or that was linked before.
    ///
    /// # Errors
    /// As [`Bundle::module`].
    pub(super) fn machine_code(&self, name: &str) -> Result<Option<Placed>, BundleError> {
        let parts = (self.index.placing.places.get(name), self.index.heads.get(name));
        let (Some(image), (Some(place), Some(&heads))) = (self.image.filter(|_| HAS_MACHINE_CODE), parts)
        else {
            return Ok(None);
        };
        let heads = postcard::from_bytes(&self.read(heads)?).map_err(|_| BundleError::Damaged)?;
        // SAFETY: this build wrote the bundle and, since it has its name, the image.
        Ok(unsafe { image.placed(place, heads) })
    }

    /// The .beam file of a module; `None` when it is not in.
    ///
    /// # Errors
    /// As [`Bundle::module`].
    pub(super) fn file(&self, name: &str) -> Option<Result<Vec<u8>, BundleError>> {
        self.index.files.get(name).map(|&part| self.read(part))
    }

    fn read(&self, (at, length, checksum): Part) -> Result<Vec<u8>, BundleError> {
        let (file, start) = match &self.contents {
            Contents::File(file, start) => (file, *start),
            // As much a part of the program as its code, for which there is no checksum either.
            Contents::Memory(bytes) => {
                let bytes = bytes.get(at as usize..).and_then(|bytes| bytes.get(..length as usize));
                return bytes.map(<[u8]>::to_vec).ok_or(BundleError::Damaged);
            }
        };
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        let at = start.saturating_add(at);
        // Nothing is reserved for what is not there.
        let length = length.min(file.metadata()?.len().saturating_sub(at));
        let mut bytes = vec![0; usize::try_from(length).unwrap_or(0)];
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut bytes)?;
        if checksum_of(&bytes) == checksum { Ok(bytes) } else { Err(BundleError::Damaged) }
    }
}

/// Where the bundle at the end of a file begins, and where its index does.
fn find(file: &mut File) -> io::Result<Option<(u64, u64)>> {
    let mut trailer = [0; TRAILER];
    let Some(end) = file.metadata()?.len().checked_sub(TRAILER as u64) else { return Ok(None) };
    file.seek(SeekFrom::Start(end))?;
    file.read_exact(&mut trailer)?;
    if trailer[24..] != MAGIC {
        return Ok(None);
    }
    let number = |at: usize| u64::from_le_bytes(trailer[at..at + 8].try_into().expect("eight bytes"));
    let (start, index) = (end.checked_sub(number(0)), end.checked_sub(number(8)));
    Ok(start.zip(index).filter(|(start, index)| start <= index))
}

/// Writes a bundle.
///
/// # Errors
/// When `out` does not take it.
pub(crate) fn write(
    out: &mut impl Write,
    modules: &BTreeMap<String, BundledModule>,
    placing: Placing,
    program: BundledProgram,
) -> io::Result<()> {
    let mut index = Index {
        build: BUILD.to_owned(),
        modules: BTreeMap::new(),
        files: BTreeMap::new(),
        heads: BTreeMap::new(),
        placing,
        program,
    };
    let mut at = 0;
    let mut add = |bytes: &[u8]| {
        let part = (at, bytes.len() as u64, checksum_of(bytes));
        at += bytes.len() as u64;
        out.write_all(bytes).map(|()| part)
    };
    for (name, module) in modules {
        index.modules.insert(name.clone(), add(&module.bytes)?);
        if module.is_own {
            index.files.insert(name.clone(), add(&module.file)?);
        }
        if let Some(code) = &module.machine {
            let heads = postcard::to_allocvec(code.heads()).expect("a vector takes what is written to it");
            index.heads.insert(name.clone(), add(&heads)?);
        }
    }
    let index = postcard::to_allocvec(&index).expect("a vector takes what is written to it");
    out.write_all(&index)?;
    out.write_all(&(at + index.len() as u64).to_le_bytes())?;
    out.write_all(&(index.len() as u64).to_le_bytes())?;
    out.write_all(&checksum_of(&index).to_le_bytes())?;
    out.write_all(&[0; 4])?;
    out.write_all(&MAGIC)
}

#[cfg(test)]
mod tests;
