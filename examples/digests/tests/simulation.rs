//! Whatever fails, and whenever: each file is in the list in the end, once, with its digest.

use dala::registry::Topic;
use dala::sim::{Faults, Simulation};
use digests::{Plan, start};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

const FILES: usize = 20;

/// Starts until all is done: what fails too often ends the tree, as an impatient user would find.
async fn digest_all(plan: Plan) {
    for _ in 0..100 {
        let Ok(supervisor) = start(plan.clone(), Topic::new()).await else { continue };
        supervisor.ended().await.expect("the runtime goes on");
        if lines(&plan.list).len() == FILES {
            return;
        }
    }
    panic!("not done after 100 starts: {:?}", lines(&plan.list));
}

fn lines(list: &Path) -> Vec<String> {
    std::fs::read_to_string(list).unwrap_or_default().lines().map(str::to_owned).collect()
}

fn run(seeds: u64, faults: Faults) {
    let folder = tempfile::tempdir().expect("a folder");
    let (files, list) = (folder.path().join("files"), folder.path().join("list"));
    std::fs::create_dir(&files).expect("a folder");
    for file in 0..FILES {
        std::fs::write(files.join(format!("{file:03}")), "x".repeat(file)).expect("a file");
    }
    let expected = {
        let plan =
            Plan { folder: files.clone(), list: folder.path().join("right"), workers: 1, panic_on: None };
        Simulation::new().seeds(1).faults(quick_disk(Faults::none())).run(move || digest_all(plan.clone()));
        by_path(&folder.path().join("right"))
    };
    assert_eq!(expected.len(), FILES);
    assert_eq!(expected.get(files.join("000").to_str().expect("text")).map(String::as_str), Some(EMPTY));
    Simulation::new().seeds(seeds).faults(faults).run(move || {
        let (expected, list) = (expected.clone(), list.clone());
        let plan = Plan { folder: files.clone(), list: list.clone(), workers: 3, panic_on: None };
        async move {
            let _ = std::fs::remove_file(&list);
            digest_all(plan).await;
            assert_eq!(lines(&list).len(), FILES, "no line twice");
            assert_eq!(by_path(&list), expected);
        }
    });
}

/// The SHA-256 of nothing.
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn by_path(list: &Path) -> BTreeMap<String, String> {
    let pair = |line: &String| {
        let (digest, path) = line.split_once("  ")?;
        Some((path.to_owned(), digest.to_owned()))
    };
    lines(list).iter().filter_map(pair).collect()
}

fn quick_disk(faults: Faults) -> Faults {
    faults.disk(Duration::from_millis(1)..Duration::from_millis(50))
}

#[test]
fn workers_and_the_scanner_may_fail() {
    let faults =
        Faults::none().crash("Worker", 0.02).crash("Scanner", 0.01).delay(0.1, Duration::from_millis(100));
    run(100, quick_disk(faults));
}

#[test]
fn the_ledger_and_the_queue_may_fail() {
    run(100, quick_disk(Faults::none().crash("Ledger", 0.02).crash("Queue", 0.01)));
}
