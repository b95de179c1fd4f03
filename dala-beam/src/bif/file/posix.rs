//! Names of the operating system's errors (OTP manual, kernel, "file", "POSIX Error Codes").

use std::io::{Error, ErrorKind};

/// The atom's text for an error.
pub(crate) fn name(error: &Error) -> &'static str {
    by_kind(error.kind()).or_else(|| error.raw_os_error().and_then(by_number)).unwrap_or("eio")
}

fn by_kind(kind: ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::NotFound => "enoent",
        ErrorKind::PermissionDenied => return None,
        ErrorKind::AlreadyExists => "eexist",
        ErrorKind::NotADirectory => "enotdir",
        ErrorKind::IsADirectory => "eisdir",
        ErrorKind::DirectoryNotEmpty => "eexist",
        ErrorKind::ReadOnlyFilesystem => "erofs",
        ErrorKind::StorageFull => "enospc",
        ErrorKind::FileTooLarge => "efbig",
        ErrorKind::CrossesDevices => "exdev",
        ErrorKind::TooManyLinks => "emlink",
        ErrorKind::BrokenPipe => "epipe",
        ErrorKind::InvalidInput => "einval",
        ErrorKind::Unsupported => "enotsup",
        ErrorKind::OutOfMemory => "enomem",
        ErrorKind::NotSeekable => "espipe",
        ErrorKind::ResourceBusy => "ebusy",
        ErrorKind::ExecutableFileBusy => "etxtbsy",
        ErrorKind::InvalidFilename => "enametoolong",
        ErrorKind::WriteZero => "enospc",
        _ => return None,
    })
}

/// Numbers that Linux, macOS and the BSDs share, and Linux's for what they do not.
fn by_number(number: i32) -> Option<&'static str> {
    Some(match number {
        1 => "eperm",
        4 => "eintr",
        5 => "eio",
        6 => "enxio",
        9 => "ebadf",
        11 | 35 => "eagain",
        13 => "eacces",
        14 => "efault",
        16 => "ebusy",
        19 => "enodev",
        23 => "enfile",
        24 => "emfile",
        25 => "enotty",
        40 | 62 => "eloop",
        116 => "estale",
        122 => "edquot",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_have_their_posix_names() {
        let missing = std::fs::read("/no such folder/file").unwrap_err();
        assert_eq!(name(&missing), "enoent");
        assert_eq!(name(&Error::from_raw_os_error(1)), "eperm");
        assert_eq!(name(&Error::from_raw_os_error(13)), "eacces");
        assert_eq!(name(&Error::other("odd")), "eio");
    }
}
