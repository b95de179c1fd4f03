//! Tests of the Elixir half of an app, run by `cargo test` beside those of its Rust half.

use std::path::{Path, PathBuf};

use dala::native::NativeFunction;

use crate::cli::tools;
use crate::interop::ActorKind;

/// A run of ExUnit on Dala: the files `*_test.exs` of a folder, with the app's own modules and actors.
///
/// ```no_run
/// # fn main() -> Result<(), String> {
/// dala_beam::testing::ExUnit::of_folder("elixir/test").with_modules(["target/ebin".into()]).run()
/// # }
/// ```
#[derive(Debug)]
#[must_use = "nothing is tested until it runs"]
pub struct ExUnit {
    folder: PathBuf,
    modules: Vec<PathBuf>,
    actors: Vec<ActorKind>,
    natives: Vec<NativeFunction>,
}

impl ExUnit {
    /// The tests in `folder` and below, after `test_helper.exs` if there is one.
    pub fn of_folder(folder: impl Into<PathBuf>) -> ExUnit {
        ExUnit { folder: folder.into(), modules: Vec::new(), actors: Vec::new(), natives: Vec::new() }
    }

    /// With the compiled modules in these folders.
    pub fn with_modules(mut self, folders: impl IntoIterator<Item = PathBuf>) -> ExUnit {
        self.modules.extend(folders);
        self
    }

    /// With these kinds of actors in Rust, which the tests start through `Dala.Actor`.
    pub fn with_actors(mut self, kinds: impl IntoIterator<Item = ActorKind>) -> ExUnit {
        self.actors.extend(kinds);
        self
    }

    /// With these functions in Rust.
    pub fn with_natives(mut self, functions: impl IntoIterator<Item = NativeFunction>) -> ExUnit {
        self.natives.extend(functions);
        self
    }

    /// Runs them; ExUnit prints what it has to say.
    ///
    /// # Errors
    /// When a test fails, there is none, or OTP or Elixir is not installed.
    pub fn run(self) -> Result<(), String> {
        let mut files = Vec::new();
        find(&self.folder, &mut files)?;
        files.sort();
        if files.is_empty() {
            return Err(format!("{}: no *_test.exs in it", self.folder.display()));
        }
        let helper = self.folder.join("test_helper.exs");
        let helper = helper.is_file().then_some(helper);
        let status = tools::run_tests(&self.modules, helper.as_deref(), &files, |system| {
            system.add_actors(self.actors).map_err(|error| error.to_string())?;
            system.add_natives(self.natives).map_err(|error| error.to_string())
        })?;
        match status {
            0 => Ok(()),
            status => Err(format!(
                "the tests in {} failed (status {status}); ExUnit's report is above",
                self.folder.display()
            )),
        }
    }
}

fn find(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), String> {
    let said = |error: std::io::Error| format!("{}: {error}", folder.display());
    for entry in std::fs::read_dir(folder).map_err(said)? {
        let entry = entry.map_err(said)?;
        if entry.file_type().map_err(said)?.is_dir() {
            find(&entry.path(), files)?;
        } else if entry.file_name().to_string_lossy().ends_with("_test.exs") {
            files.push(entry.path());
        }
    }
    Ok(())
}
