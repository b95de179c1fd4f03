//! Compiled Erlang and Elixir modules for tests, and processes that run them.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use dala::runtime::Handle;
use dala_beam::process::{System, SystemOptions};

use crate::diff::compile::compile;
use crate::diff::engine::Otp;
use crate::diff::program::{Language, Program, Stage};

/// The compiled sources of `tests/beam`. The first call of a test program compiles what has changed.
///
/// # Panics
/// With the compiler's text when it fails, or is not installed.
pub fn modules() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| compile_folder(&workspace().join("tests/beam"), "beam-tests"))
}

/// Compiles the sources in `folder` into a cache called `name` below `target`, which it returns.
///
/// # Panics
/// As [`modules`].
pub fn compile_folder(folder: &Path, name: &str) -> PathBuf {
    compile_those(folder, name, |_| true)
}

/// As [`compile_folder`], of the sources whose names (without ending) are wanted.
///
/// # Panics
/// As [`modules`].
pub fn compile_those(folder: &Path, name: &str, is_wanted: impl Fn(&str) -> bool) -> PathBuf {
    let otp = Otp::find().expect("OTP and Elixir are installed");
    let mut programs: Vec<Program> = std::fs::read_dir(folder)
        .expect("the folder of sources is there")
        .map(|entry| entry.expect("readable").path())
        .filter_map(|path| source(&path))
        .filter(|program| is_wanted(&program.name))
        .collect();
    programs.sort_by(|one, two| one.name.cmp(&two.name));
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from);
    compile(&programs, &target.join(name), &otp.versions).expect("the sources compile")
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the workspace").to_owned()
}

/// A source file; `None` when it is something else.
fn source(path: &Path) -> Option<Program> {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let language = match path.extension()?.to_str()? {
        "erl" => Language::Erlang,
        "ex" => Language::Elixir,
        _ => return None,
    };
    let mut hasher = DefaultHasher::new();
    std::fs::read(path).expect("the source is readable").hash(&mut hasher);
    let name = path.file_stem()?.to_str()?.to_owned();
    let module = name.clone();
    Some(Program {
        name,
        path: path.to_owned(),
        language,
        stage: Stage::E,
        module,
        content: hasher.finish(),
        together: false,
    })
}

/// A system on `runtime` that finds the modules of `tests/beam`, OTP's and Elixir's; none of OTP's processes run.
pub fn unstarted(runtime: &Handle) -> Arc<System> {
    let options = SystemOptions { paths: vec![modules().to_owned()], ..SystemOptions::from_environment() };
    System::new(runtime.clone(), options)
}

/// As [`unstarted`], with OTP and Elixir started, which takes some tenths of a second.
///
/// # Panics
/// When they do not start.
pub fn system(runtime: &Handle) -> Arc<System> {
    let system = unstarted(runtime);
    dala_beam::otp::boot::start(&system, &["elixir"]).expect("OTP and Elixir start");
    system
}
