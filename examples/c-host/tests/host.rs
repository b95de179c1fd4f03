//! Builds the host with the system's C compiler, and runs it.
use std::path::{Path, PathBuf};
use std::process::Command;

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// The static library that cargo built for this test: beside it, the newest of those that were left there.
fn library() -> Result<PathBuf, Box<dyn std::error::Error>> {
    let test = std::env::current_exe()?;
    let mut newest = None;
    for entry in std::fs::read_dir(test.parent().ok_or("a test lies in a folder")?)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with("libc_host-") && name.ends_with(".a") {
            newest = newest.max(Some((path.metadata()?.modified()?, path)));
        }
    }
    Ok(newest.ok_or("cargo builds the library before its tests")?.1)
}

#[test]
fn a_program_in_c_hosts_a_runtime_and_is_called_back() -> Outcome {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let library = library()?;
    let out = tempfile::tempdir()?;
    let host = out.path().join("host");
    let compiled = Command::new("cc")
        .args(["-std=c99", "-Wall", "-Wextra", "-Werror"])
        .arg(folder.join("host.c"))
        .arg(library)
        .args(["-lpthread", "-ldl", "-lm", "-o"])
        .arg(&host)
        .output()?;
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
    let ran = Command::new(&host).output()?;
    assert!(ran.status.success(), "{ran:?}");
    assert_eq!(String::from_utf8(ran.stdout)?, "total 5050, seen 5050\n");
    Ok(())
}
