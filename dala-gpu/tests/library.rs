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
    // A library, but another.
    let other = ["/lib/x86_64-linux-gnu/libm.so.6", "/lib/aarch64-linux-gnu/libm.so.6", "/lib64/libm.so.6"];
    for path in other.map(PathBuf::from).into_iter().filter(|path| path.is_file()) {
        let error = Onnx::load(&OnnxOptions::at(&path)).expect_err("libm");
        assert!(matches!(error, ModelError::WrongLibrary { .. }), "{error}");
    }
    std::fs::remove_dir_all(&folder).expect("made above");
    let Some(onnx) = fetched::onnx() else { return };
    assert!(onnx.build().contains("ORT Build Info"), "{onnx:?}");
    // What is loaded stays, whatever is asked for.
    let again = Onnx::load(&OnnxOptions::at("elsewhere.so")).expect("it is loaded");
    assert_eq!(again.path(), onnx.path());
}
