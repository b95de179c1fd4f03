//! Sizes for which OTP's emulator aborts, as it has no memory: on Dala an operation raises `system_limit`, or the process
//! that asked is killed, and the others go on. `tests/diff/hostile_sizes.erl` has the sizes for which OTP raises.
use std::path::Path;
use std::process::{Command, Output};

use dala_tests::diff::suite::dala_binary;
use tempfile::TempDir;

const SOURCE: &str = r#"
-module(hostile).
-export([limits/0, killed/0]).

two_to(N) -> 1 bsl (N + list_to_integer("0")).

limits() ->
    Large = binary:copy(<<0>>, two_to(24)),
    Asks = [
        fun() -> S = two_to(36), <<0:S>> end,
        fun() -> S = two_to(38), <<0:S>> end,
        fun() -> S = two_to(57), <<0:S>> end,
        fun() -> S = two_to(35), <<1, Large/binary, 0:S>> end,
        fun() -> S = two_to(40), <<Large:S/binary>> end,
        fun() -> binary:copy(<<1, 2>>, two_to(40)) end,
        fun() -> binary:copy(<<1, 2>>, two_to(62)) end,
        fun() -> binary:copy(<<1, 2>>, two_to(63)) end,
        fun() -> binary:decode_unsigned(binary:copy(<<255>>, two_to(23))) end,
        fun() -> atomics:new(two_to(40), []) end,
        fun() -> atomics:new(two_to(60), []) end,
        fun() -> counters:new(two_to(57), []) end,
        fun() -> iolist_to_binary(lists:duplicate(two_to(20), Large)) end,
        fun() -> list_to_bitstring(lists:duplicate(two_to(20), Large)) end,
        fun() -> term_to_binary(lists:duplicate(two_to(10), Large)) end,
        fun() -> spawn_opt(fun() -> ok end, [{min_heap_size, two_to(58)}]) end
    ],
    [try Ask() of _ -> made catch error:Why -> Why end || Ask <- Asks].

%% Each asks for more than the limit on the whole program.
killed() ->
    Asks = [
        fun() -> length(binary_to_list(binary:copy(<<0>>, two_to(28)))) end,
        fun() -> length(lists:seq(1, two_to(28))) end
    ],
    [begin {_, R} = spawn_monitor(Ask), receive {'DOWN', R, process, _, Why} -> Why end end || Ask <- Asks].
"#;

fn compiled() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let source = folder.path().join("hostile.erl");
    std::fs::write(&source, SOURCE).expect("the folder can be written");
    let status = Command::new("erlc").arg("-o").arg(folder.path()).arg(&source).status();
    assert!(status.expect("erlc is installed (scripts/setup.sh)").success());
    folder
}

/// Runs `hostile:function()` with so many KiB of address space at most.
fn run(folder: &Path, function: &str, address_space: u64) -> Output {
    let dala = dala_binary().expect("cargo builds the command");
    Command::new("sh")
        .args(["-c", &format!("ulimit -v {address_space}; exec \"$0\" \"$@\"")])
        .arg(dala)
        .args(["run", "--print-result", "-pa"])
        .arg(folder)
        .args(["hostile", function])
        .output()
        .expect("there is a shell")
}

#[test]
fn a_size_that_no_machine_has_is_system_limit() {
    let folder = compiled();
    let ran = run(folder.path(), "limits", 3 << 19);
    let output = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success(), "{output}{}", String::from_utf8_lossy(&ran.stderr));
    let expected = ["system_limit"; 16].join(",");
    assert_eq!(output.split_whitespace().collect::<String>(), format!("[{expected}]"));
}

#[test]
fn a_process_that_gets_no_memory_is_killed_and_no_other() {
    let folder = compiled();
    let ran = run(folder.path(), "killed", 7 << 18);
    let (output, errors) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{output}{errors}");
    assert_eq!(output.trim(), "[killed,killed]");
    assert_eq!(errors.matches("no memory for ").count(), 2, "{errors}");
}
