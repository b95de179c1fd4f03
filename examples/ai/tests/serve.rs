//! The example runs, with what was fetched and without anything.
use std::path::Path;
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

#[test]
fn it_serves_with_what_was_fetched() {
    let folder = match std::env::var_os("DALA_AI") {
        Some(folder) => folder.into(),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/ai"),
    };
    let text = run(&folder);
    assert!(text.ends_with("bytes left in the region: 0\n"), "{text}");
    if folder.join("lib").join("libonnxruntime.so").is_file() {
        assert!(text.contains("models run by ONNX Runtime"), "{text}");
    }
}
