//! `dala ... | head`: a command whose output nobody reads any more ends without a word.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use dala_tests::diff::suite::dala_binary;

const FLOOD: &str = "-module(flood).\n-export([main/0, value/0, crash/0]).\n\
    main() -> lists:foreach(fun(N) -> io:format(\"~p~n\", [N]) end, lists:seq(1, 1000000)).\n\
    value() -> io:format(\"1~n\"), lists:seq(1, 1000000).\n\
    crash() -> catch main(), error(mine).\n";

/// Runs the command until it has printed a line, and reads no more.
fn head(folder: &Path, arguments: &[&str]) -> (String, Output) {
    let mut command = Command::new(dala_binary().unwrap());
    command.current_dir(folder).args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::with_capacity(2, running.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (line, running.wait_with_output().unwrap())
}

#[test]
fn who_has_read_enough_ends_a_command_without_a_word() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("flood.erl"), FLOOD).unwrap();
    let compiled = Command::new("erlc").current_dir(folder.path()).arg("flood.erl").status().unwrap();
    assert!(compiled.success());
    for arguments in [
        &["run", "-pa", ".", "flood"][..],
        &["run", "-pa", ".", "--print-result", "flood", "value"],
        &["eval", "Enum.each(1..1_000_000, &IO.puts/1)"],
        &["eval", "--erl", "[io:format(\"~p~n\", [N]) || N <- lists:seq(1, 1000000)]"],
    ] {
        let (line, output) = head(folder.path(), arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(line, "1\n", "{arguments:?}: {errors}");
        assert!(output.status.success() && errors.is_empty(), "{arguments:?}: {}: {errors}", output.status);
    }
    // What else goes wrong is told.
    let (_, output) = head(folder.path(), &["run", "-pa", ".", "flood", "crash"]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && errors.contains("mine"), "{errors}");
    let output = Command::new(dala_binary().unwrap()).args(["eval", ":erlang.error(:terminated)"]).output();
    let output = output.unwrap();
    assert!(!output.status.success() && !output.stderr.is_empty(), "somebody reads");
}
