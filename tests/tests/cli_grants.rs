//! `dala run --grant`: the program does what it was granted, and nothing else.

use std::process::{Command, Output};

use dala_tests::beam::modules;
use dala_tests::diff::suite::dala_binary;

/// Runs `Confined.tell/0`, which prints what came of reading a folder, of the environment, and of computing.
fn run(grants: &[&str]) -> Output {
    let mut command = Command::new(dala_binary().unwrap());
    command.args(["run", "-pa"]).arg(modules());
    command.args(grants).args(["Elixir.Confined", "tell"]);
    command.output().expect("it was built")
}

#[test]
fn a_program_does_what_it_was_granted_alone() {
    for (grants, told) in [
        (&[][..], ":ok true 55\n"),
        (&["--grant", "none"], "{:not_granted, :files} {:not_granted, :environment} 55\n"),
        (&["--grant", "files"], ":ok {:not_granted, :environment} 55\n"),
        (&["--grant", "environment,files"], ":ok true 55\n"),
        (&["--grant", "environment", "--grant", "code"], "{:not_granted, :files} true 55\n"),
    ] {
        let output = run(grants);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(String::from_utf8_lossy(&output.stdout), told, "{grants:?}: {stderr}");
        assert!(output.status.success(), "{grants:?}: {stderr}");
    }
}

#[test]
fn a_grant_that_there_is_not_is_an_error_with_all_that_there_are() {
    let output = run(&["--grant", "everything"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    let known = "everything is no grant; there are none, files, programs, environment, code, processes, natives, emulator";
    assert!(stderr.contains(known) && output.stdout.is_empty(), "{stderr}");
    assert!(!output.status.success());
}
