//! Prepared modules on disk, so that no program waits for modules to be lowered, optimised and encoded that another
//! one has loaded before.
//!
//! A file is named by the SHA-256 of the .beam file that it was made of, in a folder named by the sources that this
//! runtime was built from: what other builds wrote is never read. Code in it is run without being verified again, as
//! that of a program on disk is. So the folder must be the user's own: one that belongs to somebody else, or that others may
//! write to, is not used (on Windows, the folders of a user are). A file
//! has a checksum, against disks and crashes; one that does not fit is made anew. Nobody is told of what goes wrong
//! here, since modules are loaded without the cache as well.

#![expect(unsafe_code, reason = "code from the cache is not verified again")]

use std::fs::{self, File};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use dala_ir::interp::ahead::MachineCode;
use flate2::Crc;
use sha2::{Digest, Sha256};

use super::prepared::{Prepared, is_optimizing};

mod hot;

pub(super) use hot::HotCode;

/// The sources that this runtime was built from.
pub(super) const BUILD: &str = env!("DALA_SOURCES");

/// Folders of other builds that are kept, the last ones used.
const OTHERS_KEPT: usize = 3;
/// What names of such folders begin with.
const PREFIX: &str = "build-";
/// File in such a folder that is written anew when it is opened, once a day.
const USED: &str = "used";
/// What the names of files end in.
const OBJECT: &str = ".object";
const MACHINE_CODE: &str = ".machine";
/// Bytes of the checksum that a file begins with.
const CHECKSUM: usize = 4;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// After so long a file is made anew, if it is wanted: that of a module that there is no more goes then.
const OLD: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// A folder of prepared modules.
#[derive(Clone, Debug)]
pub struct ObjectCache {
    folder: PathBuf,
}

impl ObjectCache {
    /// The cache in the folder `root`, which is made when it is not there. `None` when it cannot be, or when it is not the
    /// user's, or others may write to it.
    pub fn open(root: &Path) -> Option<ObjectCache> {
        let folder = root.join(format!("{PREFIX}{BUILD}-{}", std::env::consts::ARCH));
        let is_new = !folder.is_dir();
        // Nothing is left in a folder that is not used.
        make_folder(root).ok().filter(|()| is_users_alone(root))?;
        make_folder(&folder).ok().filter(|()| is_users_alone(&folder))?;
        let used = folder.join(USED);
        if is_older(&used, DAY) {
            File::create(used).ok()?;
            forget_old(&folder);
        }
        if is_new {
            forget_others(root, &folder);
        }
        Some(ObjectCache { folder })
    }

    /// The user's cache: what `DALA_CACHE` says, else `dala` in the folder that the system has for such files. `None`
    /// with `DALA_CACHE=off`, or where there is no such folder.
    pub fn default_root() -> Option<PathBuf> {
        match std::env::var_os("DALA_CACHE") {
            Some(value) if value == "off" => None,
            Some(value) if !value.is_empty() => Some(value.into()),
            _ => user_folder().map(|folder| folder.join("dala")),
        }
    }

    /// What is kept of a .beam file.
    pub(super) fn entry(&self, file: &[u8]) -> Entry {
        Entry { cache: self.clone(), name: name_of(file) }
    }

    /// The machine code of object code.
    pub(super) fn machine_code(&self, object: &[u8]) -> Option<MachineCode> {
        let kept = read(&self.path(&name_of(object), MACHINE_CODE))?;
        postcard::from_bytes(&kept.bytes).ok()
    }

    /// Keeps that, if it can be written.
    pub(super) fn put_machine_code(&self, object: &[u8], code: &MachineCode) {
        let bytes = postcard::to_allocvec(code).expect("a vector takes what is written to it");
        self.keep(&self.path(&name_of(object), MACHINE_CODE), &bytes);
    }

    fn keep(&self, path: &Path, bytes: &[u8]) {
        if let Err(Some(unfinished)) = self.write(path, bytes) {
            let _ = fs::remove_file(unfinished);
        }
    }

    /// Readers see the whole file or none.
    fn write(&self, path: &Path, bytes: &[u8]) -> Result<(), Option<PathBuf>> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        // In containers all have one process id.
        let random = RandomState::new().hash_one(number);
        let unfinished = self.folder.join(format!("{}-{random:x}.new", std::process::id()));
        let mut file = File::create_new(&unfinished).map_err(|_| None)?;
        let written = file.write_all(&checksum_of(bytes).to_le_bytes()).and_then(|()| file.write_all(bytes));
        written.and_then(|()| fs::rename(&unfinished, path)).map_err(|_| Some(unfinished))
    }

    fn path(&self, name: &str, kind: &str) -> PathBuf {
        self.folder.join(format!("{name}{kind}{}", if is_optimizing() { "" } else { "-plain" }))
    }
}

/// What is kept of one .beam file.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    cache: ObjectCache,
    name: String,
}

impl Entry {
    /// What it was prepared to, and where the machine code of that is kept.
    pub(super) fn get(&self) -> Option<(Prepared, HotCode)> {
        let Whole { bytes, checksum } = read(&self.path(OBJECT))?;
        // SAFETY: the same build wrote them, into a folder of the user's own.
        let prepared = unsafe { Prepared::from_bytes(&bytes) }?;
        Some((prepared, HotCode::new(self.clone(), checksum)))
    }

    /// Keeps what it was prepared to, if that can be written.
    pub(super) fn put(&self, prepared: &Prepared) -> HotCode {
        let bytes = prepared.to_bytes();
        self.cache.keep(&self.path(OBJECT), &bytes);
        HotCode::new(self.clone(), checksum_of(&bytes))
    }

    fn path(&self, kind: &str) -> PathBuf {
        self.cache.path(&self.name, kind)
    }
}

/// A file of the cache that is whole.
struct Whole {
    bytes: Vec<u8>,
    checksum: u32,
}

/// What was kept in a file of the cache, if that is whole.
fn read(path: &Path) -> Option<Whole> {
    let mut kept = fs::read(path).ok()?;
    let bytes = kept.split_off(kept.len().min(CHECKSUM));
    let checksum = u32::from_le_bytes(kept.try_into().ok()?);
    (checksum == checksum_of(&bytes)).then_some(Whole { bytes, checksum })
}

fn name_of(content: &[u8]) -> String {
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn checksum_of(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// Where the system wants files that can be made again.
fn user_folder() -> Option<PathBuf> {
    let variable = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    if cfg!(windows) {
        return variable("LOCALAPPDATA");
    }
    let home = || variable("HOME");
    if cfg!(target_vendor = "apple") {
        return home().map(|home| home.join("Library/Caches"));
    }
    variable("XDG_CACHE_HOME").or_else(|| home().map(|home| home.join(".cache")))
}

fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Whether a folder belongs to who runs this program, and nobody else may write to it.
fn is_users_alone(folder: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let user = rustix::process::geteuid().as_raw();
        fs::symlink_metadata(folder)
            .is_ok_and(|folder| folder.is_dir() && folder.uid() == user && folder.mode() & 0o022 == 0)
    }
    #[cfg(not(unix))]
    folder.is_dir()
}

/// Whether a file was written longer ago than that, or is not there.
fn is_older(file: &Path, age: Duration) -> bool {
    let written = fs::metadata(file).and_then(|file| file.modified());
    written.map_or(true, |written| written.elapsed().is_ok_and(|elapsed| elapsed > age))
}

/// Removes what was made long ago, and what was never finished.
fn forget_old(folder: &Path) {
    for path in fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
        let is_unfinished = path.extension().is_some_and(|extension| extension == "new");
        if is_older(&path, if is_unfinished { DAY } else { OLD }) {
            let _ = fs::remove_file(path);
        }
    }
}

/// Removes what other builds left in `root`, but for the last ones used.
fn forget_others(root: &Path, folder: &Path) {
    let entries = fs::read_dir(root).into_iter().flatten().flatten();
    let mut others: Vec<(SystemTime, PathBuf)> = entries
        .map(|entry| entry.path())
        .filter(|path| {
            path != folder && path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(PREFIX))
        })
        .filter_map(|path| Some((fs::metadata(path.join(USED)).ok()?.modified().ok()?, path)))
        .collect();
    others.sort();
    for (_, path) in others.iter().rev().skip(OTHERS_KEPT) {
        let _ = fs::remove_dir_all(path);
    }
}

#[cfg(test)]
mod tests;
