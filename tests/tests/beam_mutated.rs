//! Changed modules of OTP's and of `tests/diff` run without breaking anything. `DALA_MUTATED=SEED,CASES` runs others
//! than those of every day and names each case before it runs, for one that ends the program.

use std::path::Path;
use std::sync::LazyLock;

use dala_beam::code::CodePaths;
use dala_tests::beam;
use dala_tests::mutated::{Bench, Random, Seed, Tally};

/// Modules of OTP that nothing else needs here, and that touch nothing outside.
const OF_OTP: &[&str] = &[
    "base64",
    "queue",
    "gb_trees",
    "gb_sets",
    "orddict",
    "ordsets",
    "array",
    "string",
    "sofs",
    "dict",
    "proplists",
];

/// Programs of the differential suite.
const PROGRAMS: &[&str] = &[
    "arith_big",
    "arith_small",
    "binaries_build",
    "binaries_match",
    "bitstrings",
    "collections",
    "comprehensions",
    "exceptions_classes",
    "exceptions_stack",
    "floats",
    "funs_closures",
    "guards_select",
    "links_exits",
    "lists_sort",
    "maps_large",
    "maps_small",
    "monitors",
    "selective_receive",
    "term_order",
    "tuples_records",
    "utf_bits",
];

static SEEDS: LazyLock<Vec<(String, Seed)>> = LazyLock::new(|| {
    let paths = CodePaths::find(&[], None, None).expect("OTP and Elixir are installed");
    let installed = |name: &&str| paths.file(&format!("{name}.beam")).expect("a module of stdlib");
    let mut files: Vec<_> = OF_OTP.iter().map(installed).collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("diff");
    let programs = beam::compile_those(&folder, "mutated-programs", |name| PROGRAMS.contains(&name));
    files.extend(PROGRAMS.iter().map(|name| programs.join(name).with_extension("beam")));
    let seed = |path: std::path::PathBuf| {
        let name = path.file_stem().expect("a file").to_string_lossy().into_owned();
        (name, Seed::new(&std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))))
    };
    files.into_iter().map(seed).collect()
});

/// The seed of the first case and the number of cases.
fn asked(cases: u64) -> (u64, u64, bool) {
    let Ok(text) = std::env::var("DALA_MUTATED") else { return (1, cases, false) };
    let (seed, cases) = text.split_once(',').expect("DALA_MUTATED=SEED,CASES");
    (seed.parse().expect("a number"), cases.parse().expect("a number"), true)
}

fn run(stress: bool, cases: u64) -> Tally {
    let (first, cases, is_asked) = asked(cases);
    let mut bench = Bench::new(stress);
    let mut tally = Tally::default();
    for number in first..first + cases {
        let mut random = Random::new(number);
        let (name, seed) = random.pick(&SEEDS);
        if is_asked {
            eprintln!("case {number}: {name}");
        }
        bench.run(&seed.change(&mut random), &mut random, &mut tally);
    }
    eprintln!("{tally:?}");
    tally
}

#[test]
fn unchanged_modules_load_and_return() {
    let mut bench = Bench::new(false);
    let mut tally = Tally::default();
    for (name, seed) in SEEDS.iter() {
        let loaded = tally.loaded;
        bench.run(seed.bytes(), &mut Random::new(1), &mut tally);
        assert_eq!(tally.loaded, loaded + 1, "{name} was refused");
    }
    assert!(tally.returned > 30, "{tally:?}");
}

#[test]
fn changed_modules_break_nothing() {
    let tally = run(false, 400);
    // A bench that refuses all, or where nothing gets anywhere, tests nothing.
    assert!(tally.loaded > 80 && tally.returned > 50 && tally.raised > 50, "{tally:?}");
}

#[test]
fn changed_modules_break_nothing_under_stress_collections() {
    let tally = run(true, 150);
    assert!(tally.loaded > 25 && tally.returned > 20 && tally.raised > 20, "{tally:?}");
}
