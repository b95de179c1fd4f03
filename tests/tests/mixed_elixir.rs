//! The Elixir half of `examples/mixed` is right by itself: its own tests, on OTP, with stand-ins for the
//! Rust actors. The whole example on Dala is tested in `examples`.
use std::path::Path;
use std::process::Command;

#[test]
fn the_log_analyser_passes_its_own_tests_on_otp() {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the workspace");
    let mixed = workspace.join("examples/mixed");
    let ebin = tempfile::tempdir().expect("temporary folder");
    let sources = std::fs::read_dir(mixed.join("lib")).expect("the sources are there");
    let compiled = Command::new("elixirc")
        .args(["--warnings-as-errors", "-o"])
        .arg(ebin.path())
        .args(sources.map(|entry| entry.expect("readable").path()))
        .output()
        .expect("elixirc is installed (scripts/setup.sh)");
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
    let ran = Command::new("elixir")
        .arg("-pa")
        .arg(ebin.path())
        .arg(mixed.join("test/log_analyser_test.exs"))
        .output()
        .expect("elixir is installed (scripts/setup.sh)");
    let output = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success() && output.contains("0 failures"), "{output}");
}
