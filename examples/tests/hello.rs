//! The example `hello` says what it says it does.

use std::process::{Command, Stdio};

/// The example, which cargo builds beside its tests.
fn hello() -> Command {
    let test = std::env::current_exe().expect("a test knows its path");
    let profile = test.ancestors().nth(2).expect("target/PROFILE/deps/TEST");
    let binary = profile.join("examples/hello");
    assert!(
        binary.is_file(),
        "{}: build it with `cargo build -p dala-examples --examples`",
        binary.display()
    );
    Command::new(binary)
}

#[test]
fn a_closed_standard_error_stops_nobody() {
    let mut running =
        hello().stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the example runs");
    drop(running.stderr.take());
    let output = running.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{:?}", output.status);
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().last(), Some("Hello, again!"));
}

#[test]
fn who_has_read_enough_ends_it_without_a_word() {
    let mut running =
        hello().stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the example runs");
    drop(running.stdout.take());
    let output = running.wait_with_output().expect("it ends");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && errors.is_empty(), "{:?}: {errors}", output.status);
}

#[test]
fn hello_greets_fails_and_is_started_again() {
    let output = hello().output().expect("the example runs");
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let lines: Vec<&str> = text.lines().collect();
    let [greeting, count, failure, supervised, again] = lines[..] else { panic!("five lines: {text}") };
    assert_eq!(greeting, "Hello, world!");
    assert_eq!(count, "greeted 2 times");
    let reason = "the callee exited: panic: I am not paid for this at examples/hello.rs:";
    assert!(failure.starts_with(&format!("the call failed: {reason}")), "{failure}");
    assert!(supervised.starts_with(&format!("the supervised greeter failed: {reason}")), "{supervised}");
    assert_eq!(again, "Hello, again!");
    let reports = String::from_utf8_lossy(&output.stderr);
    let report = "crashed: panic: I am not paid for this at examples/hello.rs:";
    assert_eq!(reports.matches(report).count(), 2, "one for each panic: {reports}");
}
