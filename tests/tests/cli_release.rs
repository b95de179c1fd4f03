//! `dala build --release`: programs whose modules are machine code, a part of the executable.
//!
//! `DALA_RUNTIME` names a `dala` command that the programs are made of, one without a code generator; without it they are
//! made of the one that builds them.

#![cfg(all(target_os = "linux", target_arch = "x86_64", feature = "jit"))]

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, PoisonError};

use dala_tests::diff::suite::dala_binary;

/// A folder with a compiled module.
fn compiled(name: &str, source: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(name);
    fs::write(&file, source).unwrap();
    let compiler = if name.ends_with(".ex") { "elixirc" } else { "erlc" };
    let output = Command::new(compiler).arg(name).current_dir(folder.path()).output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stdout));
    fs::remove_file(file).unwrap();
    folder
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What one compiles of the libraries, the next finds in the cache.
static COMPILING: Mutex<()> = Mutex::new(());

fn build(folder: &Path, options: &[&str], module: &str) -> PathBuf {
    let _one_at_a_time = COMPILING.lock().unwrap_or_else(PoisonError::into_inner);
    let program = folder.join(format!("program{}", options.concat()));
    let mut command = Command::new(dala_binary().unwrap());
    command.args(["build", "-o"]).arg(&program).args(options);
    if let Some(runtime) = std::env::var_os("DALA_RUNTIME") {
        command.arg("--onto").arg(runtime);
    }
    let output = command.arg(module).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    program
}

/// Runs a program, with what `DALA_JIT` says and behind a filter, if there are any.
fn run(program: &Path, jit: Option<&str>, filter: Option<&Path>) -> Output {
    let mut command = Command::new(program);
    command.env_remove("DALA_JIT").envs(jit.map(|jit| ("DALA_JIT", jit)));
    command.envs(filter.map(|filter| ("LD_PRELOAD", filter))).output().unwrap()
}

/// Ends the process when it makes memory executable, from when the program's own code begins.
const NO_EXECUTABLE_MEMORY: &str = r#"
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

__attribute__((constructor)) static void no_executable_memory(void) {
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mmap, 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mprotect, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pkey_mprotect, 0, 2),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    };
    struct sock_fprog program = { sizeof filter / sizeof *filter, filter };
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
        abort();
}
"#;

/// The filter, as a library that the loader runs before the program.
fn filter(folder: &Path) -> PathBuf {
    let (source, library) = (folder.join("filter.c"), folder.join("filter.so"));
    fs::write(&source, NO_EXECUTABLE_MEMORY).unwrap();
    let status = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source).status();
    assert!(status.expect("cc, which building needs").success());
    library
}

const ERLANG: &str = r#"
-module(numbers).
-export([main/0]).

main() ->
    Times = [element(1, timer:tc(fun() -> fib(27) end)) || _ <- lists:seq(1, 5)],
    io:format("~p~n", [lists:min(Times)]),
    Kinds = [kind(K) || K <- [a, b, c, d, e, f, g, h, i, j, k, 7, {x, 1.5}]],
    io:format("~p ~p ~p~n", [fib(20), Kinds, maps:fold(fun(K, V, Sum) -> K + V + Sum end, 0, #{1 => 2, 3 => 4})]),
    io:format("~p~n", [catch lists:map(fun(X) -> 1 / X end, [1, 0])]),
    {Child, Ref} = spawn_monitor(fun() -> receive {add, X, Y} -> exit({sum, X + Y}) end end),
    Child ! {add, 1 bsl 70, 1},
    receive {'DOWN', Ref, process, Child, Why} -> io:format("~p~n", [Why]) end,
    io:format("~ts~n", [string:uppercase("größe")]).

fib(N) when N < 2 -> N;
fib(N) -> fib(N - 1) + fib(N - 2).

kind(a) -> 1; kind(b) -> 2; kind(c) -> 3; kind(d) -> 4; kind(e) -> 5; kind(f) -> 6;
kind(g) -> 7; kind(h) -> 8; kind(i) -> 9; kind(j) -> 10;
kind({x, F}) -> F * 2;
kind(_) -> other.
"#;

/// What it prints behind the first line, as OTP does.
fn expected(folder: &Path) -> String {
    let output = Command::new("erl")
        .args(["-noshell", "-noinput", "-eval", "io:setopts([{encoding, unicode}]), {_, R} = spawn_monitor(numbers, main, []), receive {'DOWN', R, _, _, _} -> halt() end."])
        .current_dir(folder)
        .output()
        .unwrap();
    lines(&output).1
}

/// The number in the first line, and what follows.
fn lines(output: &Output) -> (u64, String) {
    let printed = text(&output.stdout);
    let (time, rest) = printed.split_once('\n').unwrap_or_else(|| panic!("{}", text(&output.stderr)));
    (time.parse().unwrap(), rest.to_owned())
}

#[test]
fn a_program_is_machine_code_and_makes_no_memory_executable() {
    let folder = compiled("numbers.erl", ERLANG);
    let filter = filter(folder.path());
    let (release, plain) =
        (build(folder.path(), &["--release"], "numbers"), build(folder.path(), &[], "numbers"));
    let expected = expected(folder.path());

    let output = run(&release, None, Some(&filter));
    let (compiled, printed) = lines(&output);
    assert_eq!(printed, expected, "{:?} {}", output.status, text(&output.stderr));
    assert!(output.status.success(), "{:?}", output.status);

    // Without machine code it is interpreted.
    let output = run(&plain, Some("off"), Some(&filter));
    let (interpreted, printed) = lines(&output);
    assert_eq!(printed, expected);
    // It is a tenth.
    assert!(compiled * 3 < interpreted, "{compiled} microseconds, interpreted {interpreted}");

    // And the filter means it: the JIT ends so.
    if std::env::var_os("DALA_RUNTIME").is_none() {
        let output = run(&plain, Some("eager"), Some(&filter));
        assert_eq!(output.status.signal(), Some(31), "SIGSYS: {}", text(&output.stderr));
    }
}

#[test]
fn an_elixir_program_reloads_itself_and_fails_as_it_would_interpreted() {
    let source = r#"
        defmodule Failing do
          def main do
            IO.inspect(Enum.map([1, 2, 3], &(&1 * 2)))
            {:module, _} = :code.load_file(:lists)
            IO.inspect(:lists.reverse([1, 2, 3]))
            deeper(%{a: 1})
          end

          defp deeper(map), do: {:no, Map.fetch!(map, :b)}
        end
    "#;
    let folder = compiled("failing.ex", source);
    let built = |options: &[&str]| run(&build(folder.path(), options, "Elixir.Failing"), None, None);
    let (release, plain) = (built(&["--release"]), built(&[]));
    assert_eq!(text(&release.stdout), "[2, 4, 6]\n[3, 2, 1]\n", "{}", text(&release.stderr));
    assert_eq!(text(&release.stderr), text(&plain.stderr));
    assert!(text(&release.stderr).contains("failing.ex, line 10"), "{}", text(&release.stderr));
    assert_eq!(release.status.code(), Some(1));
}

// Cargo builds the workspace anew for one of its packages, so this runs where that was done already.
#[test]
#[ignore = "scripts/aot.sh runs it"]
fn modules_are_linked_into_a_program_in_rust() {
    let folder = compiled("numbers.erl", ERLANG);
    let object = folder.path().join("modules.o");
    let bytes = {
        let _one_at_a_time = COMPILING.lock().unwrap_or_else(PoisonError::into_inner);
        dala_beam::cli::build::object_file(vec![folder.path().to_path_buf()], Vec::new()).unwrap()
    };
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
    assert_eq!(lines(&output).1, expected(folder.path()), "{:?}", output.status);
}
