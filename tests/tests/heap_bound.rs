//! A loop that allocates and drops does not make a process grow, however long it runs.
//!
//! By hand, 1e8 allocations: `dala run --print-result -pa target/diff/ebin heap_bound loop 25000000` (four and more
//! objects a round) after `cargo test -p dala-tests --test diff -- heap_bound`, which compiles the program.
use std::path::Path;
use std::process::Command;

use dala_tests::diff::suite::dala_binary;

#[test]
fn a_million_allocations_in_a_loop_keep_the_heap_under_a_megabyte() {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the workspace");
    let ebin = tempfile::tempdir().expect("temporary folder");
    let compiled = Command::new("erlc")
        .arg("-o")
        .arg(ebin.path())
        .arg(workspace.join("tests/diff/heap_bound.erl"))
        .status()
        .expect("erlc is installed (scripts/setup.sh)");
    assert!(compiled.success());
    let ran = Command::new(dala_binary().expect("cargo builds the command"))
        .args(["run", "--print-result", "-pa"])
        .arg(ebin.path())
        // Each round makes a fun, four list cells, a float, a binary, a map and two tuples.
        .args(["heap_bound", "loop", "250000"])
        .output()
        .expect("the command was just built");
    let output = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    assert_eq!(output.trim(), "{most_bytes_under_1_mb,true}");
}
