//! The example runs, with what was fetched and without anything.
#[path = "../../../dala-gpu/tests/fetched/skip.rs"]
mod skip;

use std::path::{Path, PathBuf};
use std::process::Command;

fn run(folder: &Path) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_serve"));
    command
        .args(["--clients", "4", "--milliseconds", "40", "--folder"])
        .arg(folder)
        .env_remove("ORT_DYLIB_PATH");
    let output = command.output().expect("it starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    text
}

#[test]
fn it_serves_with_the_built_in_backend_and_leaves_nothing_behind() {
    let text = run(Path::new("nowhere"));
    assert!(text.contains("served to 4 clients, in batches"), "{text}");
    assert!(text.contains("serving again after"), "{text}");
    assert!(text.ends_with("bytes left in the region: 0\n"), "{text}");
}

fn fetched() -> PathBuf {
    match std::env::var_os("DALA_AI") {
        Some(folder) => folder.into(),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/ai"),
    }
}

/// The first line that the program prints: what runs its models.
fn first_line(program: &Path, library: Option<&Path>) -> String {
    let mut command = Command::new(program);
    command
        .args(["--clients", "1", "--milliseconds", "1", "--folder", "nowhere"])
        .env_remove("ORT_DYLIB_PATH");
    if let Some(library) = library {
        command.env("ORT_DYLIB_PATH", library);
    }
    let output = command.output().expect("it starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    text.lines().next().unwrap_or_default().to_owned()
}

#[test]
fn the_library_is_found_where_the_variable_says_or_beside_the_program_and_what_is_wrong_is_said() {
    let program = Path::new(env!("CARGO_BIN_EXE_serve"));
    let folder = tempfile::tempdir().expect("a folder");
    let missing = folder.path().join("missing.so");
    let line = first_line(program, Some(&missing));
    assert!(line.contains(&format!("(no ONNX Runtime library: looked for {}", missing.display())), "{line}");
    let text = folder.path().join("text.so");
    std::fs::write(&text, "no library").expect("writable");
    let line = first_line(program, Some(&text));
    assert!(line.contains(&format!("({} cannot be used as ONNX Runtime", text.display())), "{line}");
    let library = fetched().join("lib/libonnxruntime.so");
    if !library.is_file() {
        return skip::skip(format!("no {} (scripts/setup-ai.sh fetches it)", library.display()));
    }
    let line = first_line(program, Some(&library));
    assert_eq!(line, format!("models run by ONNX Runtime, {}", library.display()));
    // A program of its own folder, and the library in `lib` there.
    let alone = folder.path().join("serve");
    std::fs::copy(program, &alone).expect("room for a copy");
    std::fs::create_dir(folder.path().join("lib")).expect("writable");
    let beside = folder.path().join("lib/libonnxruntime.so");
    std::fs::copy(&library, &beside).expect("room for a copy");
    let line = first_line(&alone, None);
    assert!(
        line.starts_with("models run by ONNX Runtime, ") && line.ends_with("lib/libonnxruntime.so"),
        "{line}"
    );
}

#[test]
fn it_serves_with_what_was_fetched() {
    let folder = fetched();
    let text = run(&folder);
    assert!(text.ends_with("bytes left in the region: 0\n"), "{text}");
    if folder.join("lib").join("libonnxruntime.so").is_file() {
        assert!(text.contains("models run by ONNX Runtime"), "{text}");
    } else {
        skip::skip(format!("no library in {} (scripts/setup-ai.sh fetches it)", folder.display()));
    }
}

#[test]
fn a_model_that_is_no_model_is_one_line_that_names_it() {
    let library = fetched().join("lib/libonnxruntime.so");
    if !library.is_file() {
        return skip::skip(format!("no {} (scripts/setup-ai.sh fetches it)", library.display()));
    }
    let folder = tempfile::tempdir().expect("writable");
    std::fs::create_dir(folder.path().join("models")).expect("writable");
    std::fs::write(folder.path().join("models/silero_ifless.onnx"), "junk").expect("writable");
    let mut command = Command::new(env!("CARGO_BIN_EXE_serve"));
    command.args(["--clients", "1", "--milliseconds", "1", "--folder"]).arg(folder.path());
    let output = command.env("ORT_DYLIB_PATH", library).output().expect("it starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(errors.lines().count() == 1 && errors.starts_with("error: voice activity (Silero)"), "{errors}");
}
