//! `dala new` as a user meets it. That what it makes builds and passes its tests is `scripts/new.sh`'s to show.
use std::path::Path;
use std::process::{Command, Output};

fn new(arguments: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dala"));
    command.arg("new").args(arguments).current_dir(folder).output().expect("the command runs")
}

#[track_caller]
fn refused(arguments: &[&str], folder: &Path, said: &str) {
    let output = new(arguments, folder);
    assert_eq!(String::from_utf8_lossy(&output.stderr), format!("error: {said}\n"));
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
}

#[test]
fn a_project_has_its_name_everywhere_and_the_clones_versions() {
    let folder = tempfile::tempdir().unwrap();
    let output = new(&["fresh-app"], folder.path());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = "made fresh-app: `cargo run` starts it, `cargo test` tests both halves\n";
    assert_eq!(String::from_utf8_lossy(&output.stdout), said);
    let read = |file: &str| std::fs::read_to_string(folder.path().join("fresh-app").join(file)).unwrap();
    let clone = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for (file, expected) in [
        ("Cargo.toml", "name = \"fresh-app\""),
        ("Cargo.toml", &format!("path = \"{}/dala-beam\"", clone.display())),
        ("src/main.rs", "use fresh_app::App;"),
        ("elixir/mix.exs", "app: :fresh_app"),
        ("elixir/lib/fresh_app/greeter.ex", "defmodule FreshApp.Greeter do"),
        ("elixir/test/greeter_test.exs", "defmodule FreshApp.GreeterTest do"),
        (".gitignore", "/target"),
    ] {
        let text = read(file);
        assert!(text.contains(expected) && !text.contains("{{"), "{file}: {text}");
    }
    assert_eq!(read("Cargo.lock"), std::fs::read_to_string(clone.join("Cargo.lock")).unwrap());
}

#[test]
fn what_cannot_be_made_is_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    std::fs::create_dir(at.join("taken")).unwrap();
    std::fs::write(at.join("file"), "").unwrap();
    refused(&["taken"], at, "taken: exists already");
    refused(&["file/app"], at, "file/app: cannot be made: Not a directory (os error 20)");
    refused(&["missing/app"], at, "missing/app: cannot be made: No such file or directory (os error 2)");
    refused(&["kernel"], at, "kernel: cannot be a crate's name: an application of OTP or Elixir has it");
    refused(&["match"], at, "match: cannot be a crate's name: it is a word of Rust");
    refused(&[".."], at, "..: names no folder");
    refused(
        &["My App"],
        at,
        "My App: cannot be a crate's name: it begins with a lower-case letter, and has only such letters, digits, `-` and `_`",
    );
    refused(
        &["--dala", "taken", "app"],
        at,
        "taken: no clone of Dala's repository: it has no dala-beam/Cargo.toml",
    );
    assert!(!at.join("app").exists(), "nothing is left of it");
}
