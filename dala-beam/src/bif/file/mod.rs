//! Modules `prim_file` and `prim_buffer`: what `prim_file.erl` calls, which `file` and the file server stand on.
//!
//! Names arrive as zero-terminated bytes. Files are references that own the operating system's file; the last copy
//! of the reference closes it. Failures are `{error, Posix}` with the operating system's error as an atom.

use dala_ir::abi::{Atom, Word, atoms};
use dala_ir::interp::Exception;
use dala_ir::term::TermWriter;

use super::Answer;
use super::arguments::{bytes, named};
use crate::process::Process;

pub mod buffer;
pub mod names;
pub mod open;
mod posix;
pub(crate) use posix::name as error_name;

/// Path of a name as `prim_file:internal_name2native/1` made it.
fn path(word: Word) -> Result<std::path::PathBuf, Exception> {
    let bytes = bytes(word)?;
    let bytes = bytes.strip_suffix(&[0]).unwrap_or(&bytes);
    if bytes.contains(&0) {
        return Err(Exception::badarg());
    }
    Ok(path_of(bytes))
}

/// The path with these bytes.
#[cfg(unix)]
pub(crate) fn path_of(bytes: &[u8]) -> std::path::PathBuf {
    use std::os::unix::ffi::OsStrExt;
    std::ffi::OsStr::from_bytes(bytes).into()
}

/// The path with these bytes.
#[cfg(not(unix))]
pub(crate) fn path_of(bytes: &[u8]) -> std::path::PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}

/// A zero-terminated name.
fn native_name(p: &mut Process, path: &std::path::Path) -> Word {
    let mut bytes = path.as_os_str().as_encoded_bytes().to_vec();
    bytes.push(0);
    p.heap.binary(&bytes)
}

/// `{error, Posix}`.
fn failure(p: &mut Process, error: &std::io::Error) -> Word {
    posix_failure(p, posix::name(error))
}

fn posix_failure(p: &mut Process, name: &str) -> Word {
    p.heap.tuple(&[Word::atom(atoms::ERROR), Word::atom(Atom::new(name))])
}

/// `{ok, Value}`.
fn success(p: &mut Process, value: Word) -> Word {
    p.heap.tuple(&[Word::atom(atoms::OK), value])
}

/// `ok` or `{error, Posix}`.
fn done(p: &mut Process, result: std::io::Result<()>) -> Answer {
    Ok(match result {
        Ok(()) => Word::atom(atoms::OK),
        Err(error) => failure(p, &error),
    })
}

/// The record `file_info` of some metadata.
#[cfg(unix)]
fn info(p: &mut Process, data: &std::fs::Metadata, access: Word) -> Word {
    use std::os::unix::fs::{FileTypeExt, MetadataExt};
    let kind = data.file_type();
    let kind = if kind.is_file() {
        named!("regular")
    } else if kind.is_dir() {
        named!("directory")
    } else if kind.is_symlink() {
        named!("symlink")
    } else if kind.is_char_device() || kind.is_block_device() {
        named!("device")
    } else {
        named!("other")
    };
    let mut fields =
        vec![Word::atom(named!("file_info")), p.heap.unsigned(data.size()), Word::atom(kind), access];
    let times = [data.atime(), data.mtime(), data.ctime()];
    fields.extend(times.map(|seconds| p.heap.integer(seconds)));
    let is_device = matches!(kind.text(), "device");
    let numbers = [
        u64::from(data.mode()),
        data.nlink(),
        data.dev(),
        if is_device { data.rdev() } else { 0 },
        data.ino(),
        u64::from(data.uid()),
        u64::from(data.gid()),
    ];
    fields.extend(numbers.map(|number| p.heap.unsigned(number)));
    p.heap.tuple(&fields)
}

/// The record `file_info` of some metadata, as far as it is known.
#[cfg(not(unix))]
fn info(p: &mut Process, data: &std::fs::Metadata, access: Word) -> Word {
    let kind = if data.is_dir() {
        named!("directory")
    } else if data.is_symlink() {
        named!("symlink")
    } else {
        named!("regular")
    };
    let mut fields =
        vec![Word::atom(named!("file_info")), p.heap.unsigned(data.len()), Word::atom(kind), access];
    for time in [data.accessed(), data.modified(), data.created()] {
        let seconds = time.ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
        fields.push(p.heap.unsigned(seconds.map_or(0, |seconds| seconds.as_secs())));
    }
    fields.extend([0o100_644, 1, 0, 0, 0, 0, 0].map(Word::small_int));
    p.heap.tuple(&fields)
}
