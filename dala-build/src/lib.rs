//! For build scripts: compiles the Elixir and Erlang half of an app, and tells the app where its modules are.
//!
//! ```no_run
//! // build.rs, with `dala-build` among the `[build-dependencies]`
//! dala_build::compile("elixir");
//! ```
//! The app then has its modules without any flag:
//! ```ignore
//! let options = SystemOptions { paths: std::env::split_paths(env!("DALA_EBIN")).collect(), ..SystemOptions::default() };
//! ```
//!
//! It depends on nothing, so that a build script costs little; but for the feature `ahead`, with which `compile_ahead` makes the modules
//! machine code that is a part of the app.

#[cfg(feature = "ahead")]
mod ahead;
mod compiler;
mod sources;

use std::path::{Path, PathBuf};
use std::process::exit;

pub use compiler::{Compiled, compile_into};

/// Compiles the Elixir and Erlang sources in `folder`, which is named from the crate's root: by `mix compile` when there is a
/// `mix.exs`, else `lib/**/*.ex` by `elixirc` and `src/*.erl` by `erlc`. Cargo calls the build script again when one of
/// them changed, and only then; Mix compiles what that change touches, the others all of their files. The environment variable `DALA_EBIN` of the crate, as
/// `env!` reads it, has the folders with the compiled modules, separated as in `PATH`.
///
/// What the compilers find wrong, Cargo shows as errors of the crate, and their warnings as warnings; the build ends then.
pub fn compile(folder: impl AsRef<Path>) {
    compiled(folder.as_ref());
}

/// As [`compile`], and makes the modules, with those of OTP and Elixir that they and `applications` reach, machine code that
/// is linked into the crate. The app has them by `dala_beam::include_modules!`, needs neither Erlang nor Elixir where it
/// runs, and makes no memory executable: `dala-beam` with the feature `aot`, without defaults, is enough for it. For x86-64
/// Linux. Takes a minute or so when all is compiled for the first time, which is then kept in the user's cache folder
/// (`DALA_CACHE`).
#[cfg(feature = "ahead")]
pub fn compile_ahead(folder: impl AsRef<Path>, applications: &[&str]) {
    let (folders, out) = compiled(folder.as_ref());
    if let Err(problem) = ahead::link(folders, applications, &out) {
        fail(&problem);
    }
}

/// Folders with modules, and the folder for what a build script makes.
fn compiled(folder: &Path) -> (Vec<PathBuf>, PathBuf) {
    sources::watched(folder).for_each(|path| println!("cargo::rerun-if-changed={}", path.display()));
    let Some(out) = std::env::var_os("OUT_DIR") else {
        fail("dala_build::compile is for build scripts: Cargo sets OUT_DIR in no other place");
    };
    match compile_into(folder, Path::new(&out)) {
        Ok(Compiled { folders, said }) => {
            said.lines().for_each(|line| println!("cargo::warning={line}"));
            match std::env::join_paths(&folders) {
                Ok(paths) => println!("cargo::rustc-env=DALA_EBIN={}", Path::new(&paths).display()),
                Err(error) => fail(&format!("a folder's name cannot stand in DALA_EBIN: {error}")),
            }
            (folders, out.into())
        }
        Err(problem) => fail(&problem),
    }
}

fn fail(problem: &str) -> ! {
    let lines = problem.lines().filter(|line| !line.trim().is_empty() && !line.starts_with("Compiling "));
    lines.for_each(|line| println!("cargo::error={line}"));
    exit(1)
}
