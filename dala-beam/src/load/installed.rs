//! The .beam files of the installed OTP and Elixir, for tests.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// Where libraries lie: OTP's and Elixir's `lib`.
static LIBRARIES: LazyLock<Vec<PathBuf>> = LazyLock::new(|| {
    let ask = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output().expect("Erlang and Elixir are installed");
        PathBuf::from(String::from_utf8(output.stdout).expect("a path is text").trim())
    };
    let otp = ask("erl", &["-noshell", "-eval", "io:format(\"~s\", [code:lib_dir()]), halt()."]);
    let elixir = ask("elixir", &["-e", "IO.write(:code.lib_dir(:elixir))"]);
    vec![otp, elixir.parent().expect("elixir lies in lib").into()]
});

/// Every .beam file in an `ebin` folder of an application.
pub(crate) fn beam_files() -> Vec<PathBuf> {
    let list = |folder: &Path| {
        std::fs::read_dir(folder)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .collect::<Vec<_>>()
    };
    let mut files: Vec<PathBuf> = LIBRARIES
        .iter()
        .flat_map(|library| list(library))
        .flat_map(|application| list(&application.join("ebin")))
        .filter(|path| path.extension().is_some_and(|extension| extension == "beam"))
        .collect();
    files.sort();
    files
}

/// The bytes of an installed module.
pub(crate) fn module(name: &str) -> Vec<u8> {
    let path = beam_files().into_iter().find(|path| path.file_stem().is_some_and(|stem| stem == name));
    std::fs::read(path.unwrap_or_else(|| panic!("module {name} is not installed")))
        .expect("the file can be read")
}

/// A module compiled from source by the installed `erlc`.
pub(crate) fn compile(source: &str) -> super::BeamFile {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let name =
        source.split("-module(").nth(1).and_then(|rest| rest.split(')').next()).expect("a module name");
    let path = folder.path().join(format!("{name}.erl"));
    std::fs::write(&path, source).expect("the folder can be written");
    let status = Command::new("erlc")
        .current_dir(folder.path())
        .args(["+deterministic", &format!("{name}.erl")])
        .status()
        .expect("erlc is installed");
    assert!(status.success(), "{name} does not compile");
    let bytes = std::fs::read(folder.path().join(format!("{name}.beam"))).expect("erlc wrote the module");
    super::BeamFile::parse(&bytes).expect("erlc writes valid modules")
}
