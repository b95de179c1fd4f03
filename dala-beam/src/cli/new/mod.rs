//! `dala new`: a project with a Rust and an Elixir half that works at once.
//!
//! What is in it are the files of `template/`, with a few words replaced. Nothing is downloaded: no version of Dala is published, so
//! the project names a clone of its repository by path, and has that one's `Cargo.lock` and toolchain.

mod name;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use name::ProjectName;

use crate::interop::elixir_modules;

/// Arguments of `dala new`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// Folder to make; its name is that of the crate
    #[arg(value_name = "NAME")]
    pub folder: PathBuf,
    /// Clone of Dala's repository that the project builds on; else the one that this command was built in
    #[arg(long, value_name = "DIR")]
    pub dala: Option<PathBuf>,
}

/// Where a file of the project goes, and what is in it.
const FILES: &[(&str, &str)] = &[
    ("Cargo.toml", include_str!("template/Cargo.toml.txt")),
    ("build.rs", include_str!("template/build.rs.txt")),
    (".gitignore", include_str!("template/gitignore.txt")),
    ("README.md", include_str!("template/README.md.txt")),
    ("src/counter.rs", include_str!("template/src/counter.rs.txt")),
    ("src/lib.rs", include_str!("template/src/lib.rs.txt")),
    ("src/main.rs", include_str!("template/src/main.rs.txt")),
    ("tests/app.rs", include_str!("template/tests/app.rs.txt")),
    ("tests/elixir.rs", include_str!("template/tests/elixir.rs.txt")),
    ("elixir/mix.exs", include_str!("template/elixir/mix.exs.txt")),
    ("elixir/.formatter.exs", include_str!("template/elixir/formatter.exs.txt")),
    ("elixir/lib/{{counter}}", include_str!("template/elixir/lib/counter.ex.txt")),
    ("elixir/lib/{{ident}}/greeter.ex", include_str!("template/elixir/lib/greeter.ex.txt")),
    ("elixir/test/test_helper.exs", include_str!("template/elixir/test/test_helper.exs.txt")),
    ("elixir/test/greeter_test.exs", include_str!("template/elixir/test/greeter_test.exs.txt")),
];

/// Files that the project has from the clone: the versions that were tested, and the compiler.
const SHARED: &[&str] = &["Cargo.lock", "rust-toolchain.toml"];

/// Runs the command.
pub fn run(arguments: &Arguments) -> ExitCode {
    super::finish(try_run(arguments))
}

fn try_run(arguments: &Arguments) -> Result<String, String> {
    let folder = &arguments.folder;
    let name = folder.file_name().and_then(|name| name.to_str());
    let name = ProjectName::parse(name.ok_or_else(|| format!("{}: names no folder", folder.display()))?)?;
    let dala = clone(arguments.dala.as_deref())?;
    let dala = dala
        .to_str()
        .filter(|path| !path.contains(['"', '\\', '\n']))
        .ok_or_else(|| format!("{}: a path with this name cannot stand in Cargo.toml", dala.display()))?;
    match fs::create_dir(folder) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            return Err(format!("{}: exists already", folder.display()));
        }
        Err(error) => return Err(format!("{}: cannot be made: {error}", folder.display())),
    }
    let fill = |text: &str| {
        text.replace("{{name}}", name.krate())
            .replace("{{ident}}", &name.ident())
            .replace("{{module}}", &name.module())
            .replace("{{counter}}", &elixir_modules::file_of(&format!("{}.Counter", name.module())))
            .replace("{{dala}}", dala)
    };
    for (path, text) in FILES {
        write(&folder.join(fill(path)), fill(text).as_bytes())?;
    }
    for file in SHARED {
        let path = Path::new(dala).join(file);
        let bytes = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        write(&folder.join(file), &bytes)?;
    }
    Ok(format!("made {}: `cargo run` starts it, `cargo test` tests both halves\n", folder.display()))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(path, bytes))
        .map_err(|error| format!("{}: cannot be written: {error}", path.display()))
}

/// The clone to build on.
fn clone(given: Option<&Path>) -> Result<PathBuf, String> {
    let is_clone = |path: &Path| {
        ["dala", "dala-beam", "dala-build"].iter().all(|part| path.join(part).join("Cargo.toml").is_file())
    };
    // Where this command was built, if that is still there.
    let built_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    match given {
        Some(path) if !is_clone(path) => {
            Err(format!("{}: no clone of Dala's repository: it has no dala-beam/Cargo.toml", path.display()))
        }
        None if !is_clone(&built_in) => {
            Err("the clone that this command was built in is gone: say where one is with --dala DIR"
                .to_owned())
        }
        _ => {
            let path = given.unwrap_or(&built_in);
            path.canonicalize().map_err(|error| format!("{}: {error}", path.display()))
        }
    }
}
