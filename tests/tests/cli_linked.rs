//! Modules as machine code that the linker makes a part of a program in Rust (`linked/main.rs`).
//!
//! Cargo builds all that the program needs anew, for it alone, so this runs with the feature `linked` only: `scripts/aot.sh`.

#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

use std::fs;
use std::path::Path;
use std::process::Command;

use dala_tests::release::{ERLANG, compiled, expected, filter, run, text};

#[test]
fn modules_are_linked_into_a_program_in_rust() {
    let folder = compiled("numbers.erl", ERLANG);
    let object = folder.path().join("modules.o");
    let bytes = dala_beam::cli::build::object_file(vec![folder.path().to_path_buf()], Vec::new()).unwrap();
    fs::write(&object, bytes).unwrap();
    // target/PROFILE/deps/TEST
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().and_then(Path::parent).unwrap();
    let mut command = Command::new(env!("CARGO"));
    command.args(["rustc", "-q", "-p", "dala-tests", "--example", "linked", "--features", "linked"]);
    if profile.ends_with("release") {
        command.arg("--release");
    }
    let output = command.arg("--").arg(format!("-Clink-arg={}", object.display())).output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));

    let output = run(&profile.join("examples/linked"), None, Some(&filter(folder.path())));
    assert_eq!(text(&output.stdout), expected(folder.path()), "{:?}", output.status);
}
