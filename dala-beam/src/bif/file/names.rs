//! `prim_file` functions of files by name.

use std::fs;
use std::time::{Duration, SystemTime};

use dala_ir::abi::{Word, atoms};
use dala_ir::interp::Exception;
use dala_ir::term::TermWriter;

use super::{done, failure, info, native_name, path, posix_failure, success};
use crate::bif::Answer;
use crate::bif::arguments::{badarg, named, small};
use crate::process::Process;

/// `read_file_nif(Name)`.
pub(crate) fn read_file(p: &mut Process, [name]: [Word; 1]) -> Answer {
    let path = path(name)?;
    Ok(match fs::read(&path) {
        Ok(bytes) => {
            p.charge(bytes.len() / 256 + 50);
            let binary = p.heap.binary(&bytes);
            success(p, binary)
        }
        Err(error) => failure(p, &error),
    })
}

/// `list_dir_nif(Name)`: raw names.
pub(crate) fn list_dir(p: &mut Process, [name]: [Word; 1]) -> Answer {
    let path = path(name)?;
    let entries = fs::read_dir(&path).and_then(|entries| entries.collect::<Result<Vec<_>, _>>());
    Ok(match entries {
        Ok(entries) => {
            p.charge(entries.len() + 50);
            let names: Vec<Word> =
                entries.iter().map(|entry| p.heap.binary(entry.file_name().as_encoded_bytes())).collect();
            let names = p.heap.list(&names, Word::NIL);
            success(p, names)
        }
        Err(error) => failure(p, &error),
    })
}

/// `read_link_nif(Name)`.
pub(crate) fn read_link(p: &mut Process, [name]: [Word; 1]) -> Answer {
    let path = path(name)?;
    Ok(match fs::read_link(&path) {
        Ok(target) => {
            let name = p.heap.binary(target.as_os_str().as_encoded_bytes());
            success(p, name)
        }
        Err(error) => failure(p, &error),
    })
}

/// `read_info_nif(Name, FollowLinks)`: a `file_info` record.
pub(crate) fn read_info(p: &mut Process, [name, follow]: [Word; 2]) -> Answer {
    let path = path(name)?;
    let follow = small(follow)? == 1;
    let data = if follow { fs::metadata(&path) } else { fs::symlink_metadata(&path) };
    Ok(match data {
        Ok(data) => {
            let access = access(&path, &data);
            info(p, &data, Word::atom(access))
        }
        Err(error) => failure(p, &error),
    })
}

/// What the operating system lets this process do, found out by its permission bits.
#[cfg(unix)]
fn access(path: &std::path::Path, data: &fs::Metadata) -> dala_ir::abi::Atom {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let can_read = if data.is_dir() { fs::read_dir(path).is_ok() } else { fs::File::open(path).is_ok() };
    let mode = data.permissions().mode();
    let me = fs::metadata("/proc/self").map(|me| (me.uid(), me.gid())).ok();
    let can_write = match me {
        Some((0, _)) => true,
        Some((uid, _)) if uid == data.uid() => mode & 0o200 != 0,
        Some((_, gid)) if gid == data.gid() => mode & 0o020 != 0,
        _ => mode & 0o002 != 0,
    };
    match (can_read, can_write) {
        (true, true) => named!("read_write"),
        (true, false) => named!("read"),
        (false, true) => named!("write"),
        (false, false) => named!("none"),
    }
}

#[cfg(not(unix))]
fn access(_: &std::path::Path, data: &fs::Metadata) -> dala_ir::abi::Atom {
    if data.permissions().readonly() { named!("read") } else { named!("read_write") }
}

/// `set_permissions_nif(Name, Mode)`.
pub(crate) fn set_permissions(p: &mut Process, [name, mode]: [Word; 2]) -> Answer {
    let (path, mode) = (path(name)?, small(mode)?);
    #[cfg(unix)]
    let result = {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&path, fs::Permissions::from_mode((mode & 0o7777) as u32))
    };
    #[cfg(not(unix))]
    let result = fs::metadata(&path).and_then(|data| {
        let mut permissions = data.permissions();
        permissions.set_readonly(mode & 0o200 == 0);
        fs::set_permissions(&path, permissions)
    });
    done(p, result)
}

/// `set_owner_nif(Name, Uid, Gid)`; -1 leaves one as it is.
pub(crate) fn set_owner(p: &mut Process, [name, uid, gid]: [Word; 3]) -> Answer {
    let path = path(name)?;
    let id = |word| Ok::<_, Exception>(u32::try_from(small(word)?).ok());
    let (uid, gid) = (id(uid)?, id(gid)?);
    if uid.is_none() && gid.is_none() {
        return Ok(Word::atom(atoms::OK));
    }
    #[cfg(unix)]
    return done(p, std::os::unix::fs::chown(&path, uid, gid));
    #[cfg(not(unix))]
    {
        let _ = path;
        Ok(posix_failure(p, "enotsup"))
    }
}

/// `set_time_nif(Name, ATime, MTime, CTime)`: seconds since 1970.
pub(crate) fn set_time(p: &mut Process, [name, accessed, modified, _changed]: [Word; 4]) -> Answer {
    let path = path(name)?;
    let time = |word| {
        let seconds = small(word)?;
        let distance = Duration::from_secs(seconds.unsigned_abs());
        let time = if seconds < 0 {
            SystemTime::UNIX_EPOCH.checked_sub(distance)
        } else {
            SystemTime::UNIX_EPOCH.checked_add(distance)
        };
        time.ok_or(Exception::badarg())
    };
    let times = fs::FileTimes::new().set_accessed(time(accessed)?).set_modified(time(modified)?);
    done(p, fs::File::open(&path).and_then(|file| file.set_times(times)))
}

/// `set_cwd_nif(Name)`.
pub(crate) fn set_cwd(p: &mut Process, [name]: [Word; 1]) -> Answer {
    let path = path(name)?;
    done(p, std::env::set_current_dir(path))
}

/// `get_device_cwd_nif(Index)`: there are no drives with letters.
pub(crate) fn get_device_cwd(p: &mut Process, [_device]: [Word; 1]) -> Answer {
    Ok(posix_failure(p, "enotsup"))
}

/// `altname_nif(Name)`: there are no short names.
pub(crate) fn altname(p: &mut Process, [_name]: [Word; 1]) -> Answer {
    Ok(posix_failure(p, "enotsup"))
}

/// `del_file_nif(Name)`. As OTP: a folder is `eperm`.
pub(crate) fn del_file(p: &mut Process, [name]: [Word; 1]) -> Answer {
    let path = path(name)?;
    if fs::symlink_metadata(&path).is_ok_and(|data| data.is_dir()) {
        return Ok(posix_failure(p, "eperm"));
    }
    done(p, fs::remove_file(path))
}

/// `del_dir_nif(Name)`.
pub(crate) fn del_dir(p: &mut Process, [name]: [Word; 1]) -> Answer {
    let path = path(name)?;
    // As OTP: the folder one is in stays.
    if std::env::current_dir().is_ok_and(|folder| fs::canonicalize(&path).is_ok_and(|path| path == folder)) {
        return Ok(posix_failure(p, "einval"));
    }
    done(p, fs::remove_dir(path))
}

/// `make_dir_nif(Name)`.
pub(crate) fn make_dir(p: &mut Process, [name]: [Word; 1]) -> Answer {
    let path = path(name)?;
    done(p, fs::create_dir(path))
}

/// `rename_nif(Source, Destination)`.
pub(crate) fn rename(p: &mut Process, [from, to]: [Word; 2]) -> Answer {
    let (from, to) = (path(from)?, path(to)?);
    done(p, fs::rename(from, to))
}

/// `make_hard_link_nif(Existing, New)`.
pub(crate) fn make_hard_link(p: &mut Process, [existing, new]: [Word; 2]) -> Answer {
    let (existing, new) = (path(existing)?, path(new)?);
    done(p, fs::hard_link(existing, new))
}

/// `make_soft_link_nif(Existing, New)`.
pub(crate) fn make_soft_link(p: &mut Process, [existing, new]: [Word; 2]) -> Answer {
    let (existing, new) = (path(existing)?, path(new)?);
    #[cfg(unix)]
    return done(p, std::os::unix::fs::symlink(existing, new));
    #[cfg(not(unix))]
    {
        let _ = (existing, new);
        Ok(posix_failure(p, "enotsup"))
    }
}

/// `get_cwd_nif()`: `{ok, Name}`.
pub(crate) fn get_cwd(p: &mut Process, []: [Word; 0]) -> Answer {
    Ok(match std::env::current_dir() {
        Ok(folder) => {
            let name = native_name(p, &folder);
            success(p, name)
        }
        Err(error) => failure(p, &error),
    })
}

/// `prim_file:internal_native2name(Binary)`: a string, or `{error, ignore}` when it is no UTF-8 (OTP's default, `+fnui`
/// with warnings left out).
pub(crate) fn native_to_name(p: &mut Process, [name]: [Word; 1]) -> Answer {
    let bytes = crate::bif::arguments::bytes(name)?;
    let bytes = bytes.strip_suffix(&[0]).unwrap_or(&bytes);
    if bytes.contains(&0) {
        return badarg();
    }
    Ok(match std::str::from_utf8(bytes) {
        Ok(text) => p.heap.charlist(text),
        Err(_) => p.heap.tuple(&[Word::atom(atoms::ERROR), Word::atom(named!("ignore"))]),
    })
}
