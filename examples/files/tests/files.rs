//! The example tells types that are known, measures, and draws what it measured.
#[path = "../../../dala-gpu/tests/fetched/skip.rs"]
mod skip;

use std::path::{Path, PathBuf};
use std::process::Command;

fn fetched() -> PathBuf {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target");
    std::env::var_os("DALA_AI").map_or_else(|| target.join("ai"), PathBuf::from)
}

/// The Elixir modules, compiled.
fn ebin() -> PathBuf {
    let ebin = Path::new(env!("CARGO_TARGET_TMPDIR")).join("files-ebin");
    std::fs::create_dir_all(&ebin).expect("the target folder is writable");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sources = ["lib/file_census.ex", "../../dala-gpu/elixir/tensor.ex", "../../dala-gpu/elixir/model.ex"];
    let sources = sources.map(|source| root.join(source));
    let compiled = Command::new("elixirc").arg("-o").arg(&ebin).args(sources).output();
    let compiled = compiled.expect("elixirc is installed (scripts/setup.sh)");
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
    ebin
}

fn run(ai: &Path, folder: &Path, svg: &Path) -> std::process::Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_files"));
    command.args(["--clients", "1,4,16", "--milliseconds", "100"]).env_remove("ORT_DYLIB_PATH");
    let command = command.arg("--ai").arg(ai).arg("--folder").arg(folder).arg("--svg").arg(svg);
    command.arg("--ebin").arg(ebin()).output().expect("it starts")
}

#[test]
fn it_tells_types_serves_clients_and_draws_what_it_measured() {
    let ai = fetched();
    if !ai.join("lib/libonnxruntime.so").is_file() || !ai.join("models/magika.json").is_file() {
        skip::skip(format!("no library or no model in {} (scripts/setup-ai.sh fetches them)", ai.display()));
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let line = "{\"name\": \"dala\", \"version\": [1, 2, 3], \"actors\": true}\n";
    let python = "import sys\n\n\ndef main(argv):\n    for name in argv[1:]:\n        print(f\"hello {name}\")\n    return 0\n\n\nif __name__ == \"__main__\":\n    sys.exit(main(sys.argv))\n";
    for (name, content) in [("a", line.repeat(8)), ("b", line.repeat(20)), ("c", python.repeat(3))] {
        std::fs::write(folder.path().join(name), content).expect("it is writable");
    }
    let svg = folder.path().join("out/clients.svg");
    let output = run(&ai, folder.path(), &svg);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("     2 jsonl (class 88)"), "{text}");
    assert!(text.contains("     1 python"), "{text}");
    for (clients, way) in [(1, "one by one"), (16, "one by one"), (1, "in batches"), (16, "in batches")] {
        let row = text.lines().find(|line| line.starts_with(&format!("| {clients} | {way} |")));
        let cells: Vec<f64> = row
            .unwrap_or_else(|| panic!("no row for {clients} {way}: {text}"))
            .split('|')
            .filter_map(|cell| cell.trim().parse().ok())
            .collect();
        let [_, per_second, median, p99, rows] = cells[..] else { panic!("{row:?}") };
        assert!(per_second > 0.0 && median > 0.0 && p99 >= median && rows >= 1.0, "{row:?}");
        assert!(way != "one by one" || rows == 1.0, "{row:?}");
    }
    assert!(text.ends_with("bytes left in the region: 0\n"), "{text}");
    let svg = std::fs::read_to_string(svg).expect("the plot");
    assert!(svg.starts_with("<svg") && svg.ends_with("</svg>\n") && !svg.contains("NaN"), "{svg}");
    let curves = svg.lines().filter_map(|line| line.split_once("points='")).map(|(_, points)| points);
    let lengths: Vec<_> = curves.map(|points| points.matches(',').count()).collect();
    assert_eq!(lengths, [3; 6], "two ways: their rate, median and 99 %, at three numbers of clients");
}

#[test]
fn without_a_library_it_says_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = run(Path::new("nowhere"), folder.path(), &folder.path().join("clients.svg"));
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(cfg!(feature = "tract") || (!output.status.success() && text.contains("setup-ai.sh")), "{text}");
}

#[test]
fn the_guide_shows_the_module_that_runs_here() {
    let module = include_str!("../lib/file_census.ex");
    assert!(include_str!("../../../docs/ai.md").contains(module), "docs/ai.md has another FileCensus");
}
