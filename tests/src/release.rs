//! Programs that `dala build --release` makes, for the tests `cli_release` and `cli_linked`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, PoisonError};

use crate::diff::suite::dala_binary;

/// A folder with a compiled module.
///
/// # Panics
/// When it does not compile.
pub fn compiled(name: &str, source: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let file = folder.path().join(name);
    fs::write(&file, source).expect("it can be written");
    let compiler = if name.ends_with(".ex") { "elixirc" } else { "erlc" };
    let output = Command::new(compiler)
        .arg(name)
        .current_dir(folder.path())
        .output()
        .expect("the compilers are installed");
    assert!(output.status.success(), "{}", text(&output.stdout));
    fs::remove_file(file).expect("it was written");
    folder
}

/// As far as it is text.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What one compiles of the libraries, the next finds in the cache.
static COMPILING: Mutex<()> = Mutex::new(());

/// The executable that `dala build` makes of a module.
///
/// # Panics
/// When that fails.
pub fn build(folder: &Path, options: &[&str], module: &str) -> PathBuf {
    let _one_at_a_time = COMPILING.lock().unwrap_or_else(PoisonError::into_inner);
    let program = folder.join(format!("program{}", options.concat()));
    let mut command = Command::new(dala_binary().expect("a `dala` command"));
    command.args(["build", "-o"]).arg(&program).args(options);
    if let Some(runtime) = std::env::var_os("DALA_RUNTIME") {
        command.arg("--onto").arg(runtime);
    }
    let output = command.arg(module).current_dir(folder).output().expect("it runs");
    assert!(output.status.success(), "{}", text(&output.stderr));
    program
}

/// Runs a program, with what `DALA_JIT` says and behind a filter, if there are any.
///
/// # Panics
/// When it cannot be run.
pub fn run(program: &Path, jit: Option<&str>, filter: Option<&Path>) -> Output {
    let mut command = Command::new(program);
    command.env_remove("DALA_JIT").envs(jit.map(|jit| ("DALA_JIT", jit)));
    command.envs(filter.map(|filter| ("LD_PRELOAD", filter))).output().expect("it runs")
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
///
/// # Panics
/// When the C compiler does not make it.
pub fn filter(folder: &Path) -> PathBuf {
    let (source, library) = (folder.join("filter.c"), folder.join("filter.so"));
    fs::write(&source, NO_EXECUTABLE_MEMORY).expect("it can be written");
    let status = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source).status();
    assert!(status.expect("cc, which building needs").success());
    library
}

/// A module with work of several kinds, which prints.
pub const ERLANG: &str = r#"
-module(numbers).
-export([main/0]).

main() ->
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

/// What it prints on OTP.
///
/// # Panics
/// When that cannot be run.
pub fn expected(folder: &Path) -> String {
    let output = Command::new("erl")
        .args(["-noshell", "-noinput", "-eval", "io:setopts([{encoding, unicode}]), {_, R} = spawn_monitor(numbers, main, []), receive {'DOWN', R, _, _, _} -> halt() end."])
        .current_dir(folder)
        .output()
        .expect("Erlang is installed");
    text(&output.stdout)
}
