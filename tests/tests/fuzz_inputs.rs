//! What the fuzz targets of `fuzz/` check, without a fuzzer: what was found once (`fuzz/regressions`), and inputs to start
//! from, whole and a little changed.

use std::fs;
use std::path::Path;

use dala_tests::fuzz::{Sources, TARGETS, Target, Verdict, change_module, change_term, target};
use dala_tests::mutated::Random;

/// How many seeds pass the check, of how many.
fn check_seeds(name: &str, most: usize, is_taken: bool) {
    let target = target(name);
    let seeds = (target.seeds)(&Sources::few());
    let step = seeds.len().div_ceil(most);
    for seed in seeds.iter().step_by(step) {
        let verdict = (target.check)(seed);
        assert!(verdict == Verdict::Accepted || !is_taken, "{name} refuses {seed:?}");
    }
}

/// A thousand changed inputs; some must get through, or the check is idle.
fn check_changed(target: Target, cases: usize, change: impl Fn(&[u8], u64) -> Option<Vec<u8>>) {
    let seeds = (target.seeds)(&Sources::few());
    let mut random = Random::new(7);
    let mut accepted = 0;
    for case in 0..cases {
        let seed = random.pick(&seeds);
        let mut input = match case % 2 {
            0 => change(seed, random.number()).unwrap_or_default(),
            _ => seed.clone(),
        };
        if !input.is_empty() && case % 2 == 1 {
            let at = random.below(input.len());
            input[at] = random.number() as u8;
        }
        accepted += usize::from((target.check)(&input) == Verdict::Accepted);
    }
    assert!(accepted > cases / 50, "{}: {accepted} of {cases} got through", target.name);
    assert!(accepted < cases, "{}: nothing was refused", target.name);
}

#[test]
fn what_was_found_is_mended() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/regressions");
    for target in TARGETS {
        let Ok(entries) = fs::read_dir(root.join(target.name)) else { continue };
        for entry in entries {
            let path = entry.expect("readable").path();
            eprintln!("{}", path.display());
            (target.check)(&fs::read(&path).expect("readable"));
        }
    }
}

#[test]
fn modules_load_as_they_are_and_changed() {
    check_seeds("load", 10, true);
    check_changed(target("load"), 60, change_module);
}

#[test]
fn external_terms_decode_as_they_are_and_changed() {
    check_seeds("external", 500, true);
    check_changed(target("external"), 2000, change_term);
}

#[test]
fn terms_become_typed_values_as_they_are_and_changed() {
    check_seeds("typed", 500, false);
    check_changed(target("typed"), 2000, change_term);
}

#[test]
fn ir_reads_as_it_is_and_changed() {
    check_seeds("ir_text", 40, false);
    check_changed(target("ir_text"), 300, change_text);
}

#[test]
fn terms_read_as_they_are_and_changed() {
    check_seeds("term_text", 500, true);
    check_changed(target("term_text"), 2000, change_text);
}

/// A part of a text in another place of it.
fn change_text(text: &[u8], seed: u64) -> Option<Vec<u8>> {
    let mut random = Random::new(seed);
    let (from, to) = (random.below(text.len()), random.below(text.len()));
    let part = text[from..text.len().min(from + 1 + random.below(8))].to_vec();
    let mut text = text.to_vec();
    text.splice(to..to, part);
    Some(text)
}
