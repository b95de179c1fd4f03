//! Loading ONNX Runtime: one test, in a process of its own, because the first library that loads stays.
#![cfg(feature = "onnx")]
mod fetched;

use std::path::PathBuf;

use dala_gpu::model::{ModelError, Onnx, OnnxOptions};

#[test]
fn a_missing_or_wrong_library_is_an_error_and_a_good_one_loads_afterwards() {
    let folder = std::env::temp_dir().join(format!("dala-library-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a writable folder");
    let missing = folder.join("nothing.so");
    assert_eq!(
        Onnx::load(&OnnxOptions::at(&missing)).expect_err("no file"),
        ModelError::NoLibrary(vec![missing])
    );
    let text = folder.join("text.so");
    std::fs::write(&text, "no library at all").expect("writable");
    let error = Onnx::load(&OnnxOptions::at(&text)).expect_err("a text");
    assert!(matches!(&error, ModelError::WrongLibrary { path, .. } if *path == text), "{error}");
    assert_eq!(error.to_string().matches("text.so").count(), 1, "{error}");
    // A library, but another.
    let other = ["/lib/x86_64-linux-gnu/libm.so.6", "/lib/aarch64-linux-gnu/libm.so.6", "/lib64/libm.so.6"];
    for path in other.map(PathBuf::from).into_iter().filter(|path| path.is_file()) {
        let error = Onnx::load(&OnnxOptions::at(&path)).expect_err("libm");
        assert!(matches!(error, ModelError::WrongLibrary { .. }), "{error}");
    }
    // One that was cut while it came: the system's loader would end the process.
    let whole = fetched::libraries().join("libonnxruntime.so");
    if let Ok(bytes) = std::fs::read(&whole) {
        let cut = folder.join("cut.so");
        std::fs::write(&cut, &bytes[..1_000_000]).expect("writable");
        let error = Onnx::load(&OnnxOptions::at(&cut)).expect_err("cut").to_string();
        assert!(error.contains("it has 1000000 bytes, and needs"), "{error}");
    }
    std::fs::remove_dir_all(&folder).expect("made above");
    let Some(onnx) = fetched::onnx() else { return };
    assert!(onnx.build().contains("ORT Build Info"), "{onnx:?}");
    // What is loaded stays, whatever is asked for.
    let again = Onnx::load(&OnnxOptions::at("elsewhere.so")).expect("it is loaded");
    assert_eq!(again.path(), onnx.path());
}
