//! The example `ahead`: a program in Rust whose build script made its Elixir modules, and what they reach, machine code that the
//! linker put into it. It runs where no memory may become executable and no compiler is found.
//!
//! Cargo builds all that the program needs anew, for it alone, so this runs with the feature `linked` only: `scripts/aot.sh`.

#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

use std::path::Path;
use std::process::Command;

use dala_tests::release::{filter, text};

#[test]
fn modules_are_linked_into_a_program_in_rust_by_its_build_script() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/ahead");
    // target/PROFILE/deps/TEST
    let test = std::env::current_exe().unwrap();
    let target = test.ancestors().nth(3).unwrap();
    let mut command = Command::new(env!("CARGO"));
    command.args(["build", "-q", "--manifest-path"]).arg(example.join("Cargo.toml"));
    let output = command.env("CARGO_TARGET_DIR", target).output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));

    let folder = tempfile::tempdir().unwrap();
    let program = target.join("debug/dala-example-ahead");
    let output = Command::new(&program)
        .env("PATH", folder.path())
        .env("LD_PRELOAD", filter(folder.path()))
        .current_dir(folder.path())
        .output()
        .unwrap();
    let printed = "tea: 3 so far\nbread: 7 so far\ntea: 10 so far\nbread   4\ntea     6\n";
    assert_eq!(text(&output.stdout), printed, "{:?} {}", output.status, text(&output.stderr));
}
