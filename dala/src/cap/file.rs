//! Files.

use super::error::CapError;
use super::held::{Cap, InUse};
use super::rights::{ReadWrite, Rights};
use crate::sync::offload::offload;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// An open file. Its operations say where, so that many can use it at once; they run on threads for blocking work.
#[derive(Debug)]
pub struct File(std::fs::File);

impl File {
    /// Opens a file for reading.
    ///
    /// # Errors
    /// As the operating system says.
    pub fn open(path: impl AsRef<Path>) -> io::Result<File> {
        std::fs::File::open(path).map(File)
    }

    /// Opens a file for reading and writing, and makes it if there is none.
    ///
    /// # Errors
    /// As the operating system says.
    pub fn open_or_create(path: impl AsRef<Path>) -> io::Result<File> {
        std::fs::OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map(File)
    }

    /// The file of the standard library.
    pub fn as_std(&self) -> &std::fs::File {
        &self.0
    }
}

impl From<std::fs::File> for File {
    fn from(file: std::fs::File) -> File {
        File(file)
    }
}

#[cfg(unix)]
fn read_at(file: &std::fs::File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_at(file: &std::fs::File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

#[cfg(unix)]
fn write_at(file: &std::fs::File, bytes: &[u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::write_at(file, bytes, offset)
}

#[cfg(windows)]
fn write_at(file: &std::fs::File, bytes: &[u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_write(file, bytes, offset)
}

/// Runs `operation` where it may block.
async fn blocking<O: Send + 'static>(
    file: InUse<File>,
    operation: impl FnOnce(&std::fs::File) -> io::Result<O> + Send + 'static,
) -> Result<O, CapError> {
    let caught = move || catch_unwind(AssertUnwindSafe(|| operation(&file.0)));
    Ok(offload(caught).await.unwrap_or_else(|_| Err(io::Error::other("the operation panicked")))?)
}

/// How much of a file one read asks for at a time: it may have been asked for more than there is.
const READ_BYTES: usize = 1 << 20;

impl<R: Rights> Cap<File, R> {
    /// At most `len` bytes from `offset` on; fewer where the file or the capability's bytes end. At most 1 MiB.
    ///
    /// # Errors
    /// [`CapError`].
    pub async fn read_at(&self, offset: u64, len: usize) -> Result<Vec<u8>, CapError> {
        let file = self.begin()?;
        let mut reserved = self.take_bytes(len.min(READ_BYTES))?;
        let len = reserved.len();
        let read = blocking(file, move |file| {
            let mut bytes = vec![0; len];
            let mut filled = 0;
            while filled < len {
                match read_at(file, &mut bytes[filled..], offset.saturating_add(filled as u64)) {
                    Ok(0) => break,
                    Ok(read) => filled += read,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
            bytes.truncate(filled);
            Ok(bytes)
        });
        let bytes = read.await?;
        reserved.moved(bytes.len());
        Ok(bytes)
    }

    /// The size of the file in bytes.
    ///
    /// # Errors
    /// [`CapError`].
    pub async fn len(&self) -> Result<u64, CapError> {
        blocking(self.begin()?, |file| Ok(file.metadata()?.len())).await
    }

    /// Whether the file has no bytes.
    ///
    /// # Errors
    /// [`CapError`].
    pub async fn is_empty(&self) -> Result<bool, CapError> {
        Ok(self.len().await? == 0)
    }
}

impl Cap<File, ReadWrite> {
    /// Writes all of `bytes` from `offset` on. Once begun it is done, also if the future is dropped.
    ///
    /// # Errors
    /// [`CapError`]; of an error of the operating system one cannot tell how much was written.
    pub async fn write_at(&self, offset: u64, bytes: Vec<u8>) -> Result<(), CapError> {
        let file = self.begin()?;
        let mut reserved = self.take_all_bytes(bytes.len())?;
        let len = bytes.len();
        // Counted whatever comes of it: the thread writes on if nobody waits.
        reserved.moved(len);
        let write = blocking(file, move |file| {
            let mut written = 0;
            while written < len {
                match write_at(file, &bytes[written..], offset.saturating_add(written as u64)) {
                    Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                    Ok(now) => written += now,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(())
        });
        write.await
    }

    /// Cuts the file, or fills it with zeros, to `len` bytes.
    ///
    /// # Errors
    /// [`CapError`].
    pub async fn set_len(&self, len: u64) -> Result<(), CapError> {
        blocking(self.begin()?, move |file| file.set_len(len)).await
    }

    /// Returns when all that was written is on the disk.
    ///
    /// # Errors
    /// [`CapError`].
    pub async fn sync(&self) -> Result<(), CapError> {
        blocking(self.begin()?, |file| file.sync_all()).await
    }
}
