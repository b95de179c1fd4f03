//! The `dala` command as a user meets it: what it prints where, and its exit status.
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Functions that end in all ways.
const SOURCE: &str = r#"
-module(ends).
-compile(export_all).
value(X) -> {value, X}.
crash(X) -> {tuple, crash_here(X)}.
crash_here(X) -> X + 1.
thrown() -> throw(ball).
left() -> exit(why).
quiet() -> exit(normal).
stops(Status) -> halt(Status).
stopped(Status) -> init:stop(Status), receive after infinity -> ok end.
printed() -> io:format("to ~p~n", [standard_output]), io:format(standard_error, "to stderr~n", []), erlang:display({displayed, 1}).
logged() -> logger:error("something ~p", [odd]).
arguments(A, B) -> io:format("~p ~p~n", [A, B]).
"#;

struct Program {
    folder: tempfile::TempDir,
}

impl Program {
    fn compile() -> Program {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ends.erl"), SOURCE).unwrap();
        let status = Command::new("erlc").arg("-W0").arg("ends.erl").current_dir(folder.path()).status();
        assert!(status.expect("erlc is installed (scripts/setup.sh)").success());
        Program { folder }
    }

    fn run(&self, arguments: &[&str]) -> Output {
        dala(&[&["run", "-pa", "."], arguments].concat(), self.folder.path())
    }
}

fn dala(arguments: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dala")).args(arguments).current_dir(folder).output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_result_is_printed_when_asked_for_and_nothing_else() {
    let program = Program::compile();
    let silent = program.run(&["ends", "value", "1"]);
    assert_eq!((out(&silent), silent.status.code()), (String::new(), Some(0)), "{}", err(&silent));
    let output = program.run(&["--print-result", "ends", "value", "[{a, \"text\"}, 1.5]"]);
    assert_eq!((out(&output).as_str(), output.status.code()), ("{value,[{a,\"text\"},1.5]}\n", Some(0)));
    // Behind the module all belongs to the program.
    let output = program.run(&["ends", "arguments", "-pa", "-1"]);
    assert_eq!(output.status.code(), Some(1), "-pa is no term: {}", out(&output));
    let output = program.run(&["ends", "arguments", "'-pa'", "-1"]);
    assert_eq!(out(&output), "'-pa' -1\n", "{}", err(&output));
}

#[test]
fn an_uncaught_exception_shows_class_reason_stack_and_fails() {
    let program = Program::compile();
    let output = program.run(&["ends", "crash", "not_a_number"]);
    let text = err(&output);
    assert_eq!(output.status.code(), Some(1));
    assert!(text.starts_with("** exception error: badarith"), "{text}");
    assert!(text.contains("ends:crash_here/1 (ends.erl, line 6)"), "{text}");
    assert!(text.contains("in call from ends:crash/1 (ends.erl, line 5)"), "{text}");
    assert_eq!(out(&output), "");
    let output = program.run(&["ends", "thrown"]);
    assert!(err(&output).starts_with("** exception throw: ball"), "{}", err(&output));
    assert_eq!(output.status.code(), Some(1));
    let output = program.run(&["ends", "left"]);
    assert!(err(&output).starts_with("** exception exit: why"), "{}", err(&output));
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn halt_and_init_stop_set_the_exit_status() {
    let program = Program::compile();
    assert_eq!(program.run(&["ends", "stops", "7"]).status.code(), Some(7));
    assert_eq!(program.run(&["ends", "stops", "0"]).status.code(), Some(0));
    assert_eq!(program.run(&["ends", "stopped", "3"]).status.code(), Some(3));
}

#[test]
fn output_errors_and_log_events_go_where_they_belong() {
    let program = Program::compile();
    let output = program.run(&["ends", "printed"]);
    assert_eq!(out(&output), "to standard_output\n{displayed,1}\n");
    assert_eq!(err(&output), "to stderr\n");
    let output = program.run(&["ends", "logged"]);
    assert_eq!(out(&output), "");
    assert!(err(&output).contains("something odd"), "{}", err(&output));
}

#[test]
fn what_cannot_be_run_is_one_clear_line() {
    let program = Program::compile();
    let output = program.run(&["no_such_module"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        err(&output).contains("undef") && err(&output).contains("no_such_module:main/0"),
        "{}",
        err(&output)
    );
    let output = program.run(&["ends", "value", "{unclosed"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(err(&output).starts_with("error: {unclosed: "), "{}", err(&output));
    let output = program.run(&["--otp", "/no/otp", "ends", "quiet"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(err(&output).contains("/no/otp"), "{}", err(&output));
}

/// What `dala run` says with this variable, which it refuses.
fn refused(variable: &str, value: &str) -> String {
    let program = Program::compile();
    let output = Command::new(env!("CARGO_BIN_EXE_dala"))
        .args(["run", "-pa", ".", "ends", "quiet"])
        .current_dir(program.folder.path())
        .env(variable, value)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    err(&output)
}

#[test]
fn a_bad_number_of_workers_is_refused() {
    let said = refused("DALA_WORKERS", "many");
    assert!(said.contains("DALA_WORKERS=many"), "{said}");
}

#[test]
fn a_mode_of_the_jit_that_is_not_there_is_refused() {
    let said = refused("DALA_JIT", "sometimes");
    assert!(said.contains("DALA_JIT=sometimes: not `off`, `on`, `eager` or `ahead`"), "{said}");
    if !cfg!(feature = "jit") {
        let said = refused("DALA_JIT", "on");
        assert!(said.contains("no JIT (feature `jit`"), "{said}");
    }
}

#[test]
fn lines_are_read_from_standard_input() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_dala"))
        .args(["eval", "--erl", "[io:get_line(\"\"), io:get_line(\"\"), io:get_line(\"\")]."])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // The pipe is closed behind the last line, which has no end.
    child.stdin.take().unwrap().write_all("one\nλ 2".as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((out(&output).as_str(), output.status.code()), ("[\"one\\n\",[955,32,50],eof]\n", Some(0)));
}

#[test]
fn expressions_of_both_languages_are_evaluated() {
    let here = Path::new(".");
    let output = dala(&["eval", "--erl", "lists:map(fun(X) -> X * X end, [1, 2, 3])."], here);
    assert_eq!((out(&output).as_str(), output.status.code()), ("[1,4,9]\n", Some(0)), "{}", err(&output));
    let output = dala(&["eval", "--erl", "X = 1, X + "], here);
    assert_eq!(output.status.code(), Some(1));
    assert!(err(&output).starts_with("error: syntax error before"), "{}", err(&output));
    let output = dala(&["eval", "Enum.map([1, 2, 3], &(&1 * &1))"], here);
    assert_eq!((out(&output).as_str(), output.status.code()), ("[1, 4, 9]\n", Some(0)), "{}", err(&output));
    let output = dala(&["eval", "raise \"boom\""], here);
    assert_eq!(output.status.code(), Some(1));
    assert!(err(&output).starts_with("** (RuntimeError) boom"), "{}", err(&output));
}

#[test]
fn info_without_a_module_lists_what_is_there_in_part() {
    let output = dala(&["info"], Path::new("."));
    let text = out(&output);
    assert!(text.contains("\npartial (") && text.contains("erlang:load_nif/2: "), "{text}");
}
