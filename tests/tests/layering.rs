//! Who may know whom (ARCHITECTURE.md, "Layers"): read from the `crate::` paths of the sources.
use std::fs;
use std::path::{Path, PathBuf};

/// Modules of `dala`, lowest first; those of one row may know each other.
const DALA: &[&[&str]] = &[
    &["sync", "timer", "observe"],
    &["pid", "region"],
    &["cap"],
    &["message"],
    &["mailbox", "signal", "actor", "native", "server"],
    &["energy", "registry"],
    &["sched"],
    &["supervise"],
    &["inspect"],
    &["runtime"],
    &["console", "sim", "testing"],
];

/// Modules of `dala-beam`, likewise.
const BEAM: &[&[&str]] = &[
    &["opcode", "heap", "etf"],
    &["load"],
    &["lower"],
    // A process calls built-in functions, loads code, and sends through the conversions of `interop`, which
    // knows OTP's call protocol; all of them work on a process.
    &["process", "port", "bif", "code", "otp", "interop", "trace"],
    &["cli"],
    &["testing"],
];

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the source folder is there") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            into.push(path);
        }
    }
}

/// `module: file` of each module that a source names as `crate::module`, comments apart.
fn named(source: &str) -> Vec<String> {
    source
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| line.split("crate::").skip(1))
        .map(|rest| rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect())
        .collect()
}

/// The part of a source that is no test; empty for a file of tests, which may look at everything.
fn code_of(root: &Path, file: &Path) -> String {
    if file.strip_prefix(root).expect("found under it").to_string_lossy().contains("tests") {
        return String::new();
    }
    let text = fs::read_to_string(file).expect("readable");
    text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned()
}

/// What asks the machine for the time, or waits by its clock.
const CLOCKS: &[&str] =
    &["Instant", "SystemTime::now", "UNIX_EPOCH.elapsed", "thread::sleep", "tokio::time", "clock_gettime"];

/// Lines of code that go past the seam of the clock.
fn own_clocks(root: &Path) -> Vec<String> {
    let mut files = Vec::new();
    sources(root, &mut files);
    let mut wrong = Vec::new();
    for file in files {
        let relative = file.strip_prefix(root).expect("found under it");
        if relative == Path::new("timer/clock.rs") {
            continue;
        }
        for line in code_of(root, &file).lines().filter(|line| !line.trim_start().starts_with("//")) {
            if let Some(clock) = CLOCKS.iter().find(|clock| line.contains(**clock)) {
                wrong.push(format!("{}: {clock}", relative.display()));
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    wrong
}

fn row(layers: &[&[&str]], module: &str) -> Option<usize> {
    layers.iter().position(|row| row.contains(&module))
}

fn wrong_uses(root: &Path, layers: &[&[&str]]) -> Vec<String> {
    let mut files = Vec::new();
    sources(root, &mut files);
    let mut wrong = Vec::new();
    for file in files {
        let relative = file.strip_prefix(root).expect("found under it");
        let first = relative.components().next().expect("not empty").as_os_str().to_string_lossy();
        let module = first.trim_end_matches(".rs");
        let Some(own) = row(layers, module) else { continue };
        for other in named(&code_of(root, &file)) {
            if row(layers, &other).is_some_and(|of_other| of_other > own) {
                wrong.push(format!("{}: {module} may not know {other}", relative.display()));
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    wrong
}

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the workspace")
}

#[test]
fn no_module_of_dala_knows_one_above_it() {
    assert_eq!(wrong_uses(&workspace().join("dala/src"), DALA), Vec::<String>::new());
}

#[test]
fn no_module_of_dala_beam_knows_one_above_it() {
    assert_eq!(wrong_uses(&workspace().join("dala-beam/src"), BEAM), Vec::<String>::new());
}

/// `dala-gpu` is not among them: it times what its hardware costs.
#[test]
fn only_the_clock_asks_the_machine_for_the_time() {
    for member in ["dala-ir/src", "dala/src", "dala-beam/src"] {
        assert_eq!(own_clocks(&workspace().join(member)), Vec::<String>::new(), "{member}");
    }
}

#[test]
fn crates_know_only_the_crates_below_them() {
    for (member, forbidden) in [
        ("dala-ir", &["dala", "dala-macros", "dala-beam", "dala-gpu"][..]),
        ("dala-macros", &["dala", "dala-ir", "dala-beam", "dala-gpu"]),
        ("dala", &["dala-beam", "dala-gpu", "cranelift", "wgpu"]),
        ("dala-beam", &["dala-gpu"]),
        ("dala-gpu", &["dala-beam"]),
    ] {
        let manifest = fs::read_to_string(workspace().join(member).join("Cargo.toml")).expect("a member");
        let dependencies = manifest.split("[dependencies]").nth(1).unwrap_or_default();
        let dependencies = dependencies.split("\n[").next().unwrap_or_default();
        for name in forbidden {
            let known = dependencies
                .lines()
                .any(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', '.', '='])));
            assert!(!known, "{member} may not depend on {name}");
        }
    }
}

#[test]
fn the_scan_finds_a_use_that_goes_up() {
    let folder = tempfile::tempdir().expect("temporary folder");
    fs::create_dir(folder.path().join("pid")).expect("writable");
    let file = folder.path().join("pid/table.rs");
    fs::write(&file, "use crate::sync::Arc;\n// crate::sched is named here only\n").expect("writable");
    assert!(wrong_uses(folder.path(), DALA).is_empty());
    fs::write(&file, "use crate::{sync::Arc};\nfn f() { crate::sched::wake() }\n").expect("writable");
    assert_eq!(wrong_uses(folder.path(), DALA), ["pid/table.rs: pid may not know sched"]);
    assert!(own_clocks(folder.path()).is_empty());
    fs::write(&file, "// Not Instant::now\nfn f() { std::time::Instant::now(); }\n").expect("writable");
    assert_eq!(own_clocks(folder.path()), ["pid/table.rs: Instant"]);
}
