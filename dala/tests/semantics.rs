//! The page of guarantees names tests that exist.

use std::collections::HashMap;
use std::path::Path;

const PAGE: &str = include_str!("../../docs/semantics.md");

/// `file::test` of everything between backticks that looks so.
fn named(page: &str) -> Vec<(&str, &str)> {
    page.split('`')
        .skip(1)
        .step_by(2)
        .filter_map(|code| code.split_once("::"))
        .filter(|(file, _)| file.ends_with(".rs"))
        .collect()
}

/// Whether `source` has a test of this name: a function under `#[test]`, in `proptest!`, or a case of the semantic suite.
fn has_test(source: &str, name: &str) -> bool {
    let function = format!("fn {name}(");
    let is_listed = source.contains(&format!("(\"{name}\", {name})"));
    source.match_indices(&function).any(|(at, _)| {
        let before = source[..at].trim_end().trim_end_matches("async").trim_end();
        is_listed
            || before.ends_with("#[test]")
            || before.ends_with("#[dala::test]")
            || before.ends_with("#[cfg(debug_assertions)]\n#[test]")
    })
}

#[test]
fn every_test_that_the_page_of_guarantees_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the workspace");
    let mut sources: HashMap<&str, String> = HashMap::new();
    let named = named(PAGE);
    assert!(named.len() > 50, "found {} tests on the page", named.len());
    for (file, test) in named {
        let source = sources.entry(file).or_insert_with(|| {
            std::fs::read_to_string(root.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
        });
        assert!(has_test(source, test), "{file} has no test `{test}`");
    }
}

#[test]
fn every_rule_has_a_proof_or_says_that_there_is_none_to_give() {
    let rows = PAGE.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| rule"));
    let unproved: Vec<&str> = rows.filter(|row| row.trim_end().ends_with("| |")).collect();
    // Two rows say what is *not* promised.
    assert_eq!(unproved.len(), 2, "{unproved:?}");
}

#[test]
fn a_test_that_is_not_there_is_noticed() {
    assert!(has_test("#[test]\nfn it_holds() {}", "it_holds"));
    assert!(!has_test("#[test]\nfn it_holds() {}", "it"));
    assert!(!has_test("fn it_holds() {}", "it_holds"));
    assert_eq!(named("see `a/b.rs::works` and `x::y`"), [("a/b.rs", "works")]);
}
