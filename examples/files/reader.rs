//! Files as the model wants them: the first and the last 1024 bytes, as numbers in the tensor region.
use std::path::{Path, PathBuf};

use dala_gpu::{Region, Shape, TensorRef};

use crate::Failure;

/// Bytes of each end, and the number that stands for none.
const END: usize = 1024;
const NONE: i32 = 256;
/// Ends are looked for in so many bytes, without the white space around them.
const BLOCK: usize = 4096;

/// Sizes of the model's input but for its rows.
pub(crate) const COLUMNS: usize = 2 * END;

/// A file as the model's input.
pub(crate) fn tensor(region: &Region, content: &[u8]) -> Result<TensorRef, Failure> {
    let (first, last) =
        (&content[..content.len().min(BLOCK)], &content[content.len().saturating_sub(BLOCK)..]);
    let (first, last) = (first.trim_ascii_start(), last.trim_ascii_end());
    let mut numbers = [NONE; COLUMNS];
    let (begin, end) = numbers.split_at_mut(END);
    begin.iter_mut().zip(first).for_each(|(number, &byte)| *number = byte.into());
    end.iter_mut().rev().zip(last.iter().rev()).for_each(|(number, &byte)| *number = byte.into());
    Ok(region.tensor(Shape::new(&[1, COLUMNS])?, &numbers)?.into())
}

/// What is wrong with a file or a folder.
pub(crate) fn said(path: &Path, error: std::io::Error) -> String {
    format!("{}: {error}", path.display())
}

/// Up to so many files below a folder that are worth a look, in the order of their names.
pub(crate) fn files(folder: &Path, most: usize) -> Result<Vec<PathBuf>, Failure> {
    let (mut folders, mut found) = (vec![folder.to_owned()], Vec::new());
    while let Some(folder) = folders.pop().filter(|_| found.len() < most) {
        let entries = std::fs::read_dir(&folder).map_err(|error| said(&folder, error))?;
        let mut entries: Vec<_> = entries.flatten().collect();
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let (path, kind) = (entry.path(), entry.file_type()?);
            let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
            if kind.is_dir() && !is_hidden && !path.ends_with("target") {
                folders.push(path);
            } else if kind.is_file() && entry.metadata()?.len() >= 8 {
                found.push(path);
            }
        }
    }
    found.truncate(most);
    Ok(found)
}

/// The names of the model's classes, from the file that comes with it.
pub(crate) fn labels(config: &str) -> Option<Vec<String>> {
    let (_, rest) = config.split_once("\"target_labels_space\":[")?;
    let (list, _) = rest.split_once(']')?;
    Some(list.split(',').map(|label| label.trim().trim_matches('"').to_owned()).collect())
}
