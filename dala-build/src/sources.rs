//! Which files there are.

use std::path::{Path, PathBuf};

/// What a change of makes the modules old: files, and folders for those that come and go.
pub(crate) fn watched(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let parts = ["lib", "src", "include", "config", "mix.exs", "mix.lock"];
    let parts = parts.into_iter().map(|part| folder.join(part)).filter(|path| path.exists());
    // A missing folder is looked at each time: Cargo takes what does not exist for changed.
    let missing = (!folder.exists()).then(|| folder.to_owned());
    parts
        .flat_map(|part| {
            let mut found = vec![part.clone()];
            walk(&part, &mut found);
            found
        })
        .chain(missing)
}

/// Files below `folder` that end in `.ending`, in the order of their names.
pub(crate) fn ending_in(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    walk(folder, &mut found);
    found.retain(|path| path.extension().is_some_and(|this| this == ending) && path.is_file());
    found.sort();
    found
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    // What cannot be read, the compiler will complain of.
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        // A link to a folder above would never end.
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            walk(&path, found);
        }
        found.push(path);
    }
}
