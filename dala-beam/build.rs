//! Names the sources that object code depends on, those of this crate and of `dala-ir`: `DALA_SOURCES`, which
//! `src/code/object_cache.rs` asks for.

use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let mut files = Vec::new();
    for folder in ["src", "../dala-ir/src"] {
        println!("cargo::rerun-if-changed={folder}");
        collect(Path::new(folder), &mut files);
    }
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        hasher.write(file.to_string_lossy().as_bytes());
        let text = fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        hasher.write_usize(text.len());
        hasher.write(&text);
    }
    println!("cargo::rustc-env=DALA_SOURCES={:016x}", hasher.finish());
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for entry in entries {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() { collect(&path, files) } else { files.push(path) }
    }
}
