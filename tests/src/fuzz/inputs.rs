//! What fuzzing starts from: installed modules, and what is made of them.

use std::path::{Path, PathBuf};
use std::{fs, io};

use dala_beam::code::CodePaths;

use super::TARGETS;
use crate::mutated::Random;

/// Files of compilers.
#[derive(Clone, Debug)]
pub struct Sources {
    /// Whole `.beam` files.
    pub modules: Vec<Vec<u8>>,
}

impl Sources {
    /// Every module of the installed OTP and Elixir.
    ///
    /// # Panics
    /// When they are not installed.
    pub fn all() -> Sources {
        let paths = CodePaths::find(&[], None, None).expect("OTP and Elixir are installed");
        let mut files: Vec<PathBuf> = paths
            .folders()
            .iter()
            .filter_map(|folder| fs::read_dir(folder).ok())
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|extension| extension == "beam"))
            .collect();
        files.sort();
        Sources { modules: files.iter().filter_map(|path| fs::read(path).ok()).collect() }
    }

    /// A few modules that have a bit of everything.
    ///
    /// # Panics
    /// When they are not installed.
    pub fn few() -> Sources {
        const NAMES: &[&str] =
            &["queue", "orddict", "base64", "proplists", "Elixir.Access", "Elixir.Bitwise"];
        let paths = CodePaths::find(&[], None, None).expect("OTP and Elixir are installed");
        let read =
            |name: &&str| fs::read(paths.module(name).expect("an installed module")).expect("readable");
        Sources { modules: NAMES.iter().map(read).collect() }
    }
}

/// Writes the inputs to start from into `folder`, one folder a target; a file's name is the digest of what it holds.
///
/// # Errors
/// When a file cannot be written.
pub fn make_corpus(folder: &Path, sources: &Sources) -> io::Result<()> {
    for target in TARGETS {
        let folder = folder.join(target.name);
        fs::create_dir_all(&folder)?;
        let seeds = (target.seeds)(sources);
        for seed in &seeds {
            fs::write(folder.join(format!("{:016x}", Random::of_bytes(seed).number())), seed)?;
        }
        println!("{}: {} inputs", folder.display(), seeds.len());
    }
    Ok(())
}
