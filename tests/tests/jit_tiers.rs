//! Which functions the JIT compiles, and that what was hot once is compiled when its module is loaded again.
//!
//! Counts are those of the whole OS process, so one test runs at a time.

use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use dala::{Atom, Runtime};
use dala_beam::process::{Ended, Entry, System, SystemOptions};
use dala_ir::abi::Word;
use dala_ir::interp::{HAS_JIT, JitCounts, JitMode, jit_counts};
use dala_ir::term::{Fragment, TermWriter as _};
use dala_tests::beam;
use dala_tests::border::text;

static ONE: Mutex<()> = Mutex::new(());
/// The functions of `tests/beam/tiers.erl`.
const FUNCTIONS: usize = 14;
const LIMIT: Duration = Duration::from_secs(60);

/// Runs `tiers:turns(turns)` in a system with this cache.
fn run(cache: Option<&Path>, turns: i64) {
    let runtime = Runtime::builder().workers(1).build().unwrap();
    let options = SystemOptions {
        paths: vec![beam::modules().to_owned()],
        cache: cache.map(Path::to_owned),
        jit: JitMode::On,
        ..SystemOptions::default()
    };
    let system = System::new(runtime.handle().clone(), options);
    let mut scratch = Fragment::new();
    let arguments = scratch.list(&[Word::small(turns).unwrap()], Word::NIL);
    let (sender, ended) = channel();
    let entry = Entry::Function(Atom::new("tiers"), Atom::new("turns"), arguments);
    system.start_process(entry, None, Some(sender)).unwrap();
    match ended.recv_timeout(LIMIT).expect("it ends") {
        Ended::Value(value) => assert_eq!(text(&value), "done"),
        other => panic!("{other:?}"),
    }
}

/// Waits for what another thread does.
fn wait(what: &str, is_done: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_done() {
        assert!(start.elapsed() < LIMIT, "{what}: {:?}", jit_counts());
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The files of machine code in a cache.
fn kept(cache: &Path) -> Vec<PathBuf> {
    let builds = std::fs::read_dir(cache).unwrap().map(|build| build.unwrap().path());
    let files = builds.flat_map(|build| std::fs::read_dir(build).unwrap().map(|file| file.unwrap().path()));
    files.filter(|file| file.extension().is_some_and(|extension| extension == "hot")).collect()
}

#[test]
fn functions_are_found_that_machine_code_calls_beside_a_long_loop() {
    if !HAS_JIT {
        return;
    }
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let before = jit_counts().functions;
    // Slices alone find two or three of the functions in so many turns.
    for _ in 0..10 {
        run(None, 100);
    }
    wait("compiled", || jit_counts().functions >= before + FUNCTIONS - 2);
}

#[test]
fn what_was_hot_is_compiled_when_its_module_is_loaded_again() {
    if !HAS_JIT {
        return;
    }
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let cache = tempfile::tempdir().unwrap();
    let before = jit_counts().functions;
    run(Some(cache.path()), 2_000);
    wait("compiled", || jit_counts().functions >= before + FUNCTIONS - 2);
    wait("kept", || !kept(cache.path()).is_empty());

    let before = jit_counts();
    run(Some(cache.path()), 1);
    let JitCounts { functions, kept: found, .. } = jit_counts();
    assert!(found >= before.kept + FUNCTIONS - 2, "{found} of {before:?}");
    assert_eq!(functions, before.functions, "nothing is compiled twice");

    // What does not fit is not run.
    for file in kept(cache.path()) {
        let mut bytes = std::fs::read(&file).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        std::fs::write(&file, bytes).unwrap();
    }
    run(Some(cache.path()), 1);
    assert_eq!(jit_counts().kept, found);
}
