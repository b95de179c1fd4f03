//! Random functions do the same before and after all passes: same result or exception, same stack trace, whatever the
//! budget and the collections, interpreted and as machine code.
//!
//! `DALA_SEEDS=FROM..TO` runs other seeds than the test does by itself.

mod execute;
mod generate;
mod machine;

use dala_ir::abi::Atom;
use dala_ir::interp::JitMode;
use dala_ir::ir::Module;
use dala_ir::term::OwnedTerm;
use dala_ir::text::{parse_module, print_module};
use dala_ir::verify::verify_module;
use execute::{Ending, execute};
use generate::Random;

/// Second arguments; the first is a number of turns.
const ARGUMENTS: &str = "[0, 1, -1, 3, 255, 4611686018427387903, -4611686018427387904, 16#123456789abcdef01, 1.0, 2.5,
    'ok', 'true', 'false', 'a', [], [1], [1 | 'b'], {}, {'ok'}, {'ok', 1}, {'a', 2, 3}, {1, 2}, #{}, #{'a' => 1},
    <<\"6162\" 16>>, <<\"e0\" 3>>]";

fn seeds() -> std::ops::Range<u64> {
    match std::env::var("DALA_SEEDS").ok().and_then(|text| {
        let (from, to) = text.split_once("..")?;
        Some(from.parse().ok()?..to.parse().ok()?)
    }) {
        Some(range) => range,
        None => 0..200,
    }
}

fn run(
    module: &Module,
    name: &str,
    args: &[OwnedTerm],
    (budget, stress, jit): (i64, bool, JitMode),
) -> Ending {
    execute(module, &[], Atom::new(name), args, budget, stress, jit)
}

#[test]
fn optimized_functions_do_what_they_did() {
    let arguments = parse_module(&format!("module 't' literal lit0 = {ARGUMENTS}")).unwrap();
    let arguments: Vec<OwnedTerm> = dala_ir::term::view::list_to_vec(arguments.literals[0].root())
        .unwrap()
        .into_iter()
        .map(OwnedTerm::copy_of)
        .collect();
    let (mut returned, mut raised, mut changed) = (0, 0, 0);
    for seed in seeds() {
        let mut random = Random::new(seed);
        let module = generate::module(&mut random, 3);
        verify_module(&module)
            .unwrap_or_else(|errors| panic!("seed {seed}: {errors:?}\n{}", print_module(&module)));
        let mut optimized = module.clone();
        dala_ir::pass::optimize(&mut optimized);
        changed += u32::from(print_module(&module) != print_module(&optimized));
        for turn in 0..12 {
            let name = format!("f{}", random.below(3));
            let fuel = parse_module(&format!("module 't' literal lit0 = [{}]", random.below(4))).unwrap();
            let fuel = dala_ir::term::view::cons(fuel.literals[0].root()).expect("a list").0;
            let args = [OwnedTerm::copy_of(fuel), random.pick(&arguments)];
            let interpreted =
                [(4000, false), (1, false), (7, true)].map(|(budget, stress)| (budget, stress, JitMode::Off));
            let way = random.pick(&interpreted);
            let before = run(&module, &name, &args, way);
            // Machine code takes time to make: once a module.
            let way = if turn == 0 { (way.0, way.1, JitMode::Eager) } else { way };
            let after = run(&optimized, &name, &args, way);
            assert!(
                before == after,
                "seed {seed}: {name}({args:?}) {before:?}, optimized {after:?}\n{}\n{}",
                print_module(&module),
                print_module(&optimized)
            );
            returned += u32::from(before.shown.starts_with('='));
            raised += u32::from(before.shown.starts_with("raises"));
        }
    }
    // An idle test would show here.
    assert!(
        returned > 1000 && raised > 200 && changed > 150,
        "{returned} returned, {raised} raised, {changed} changed"
    );
    #[cfg(dala_jit)]
    assert!(dala_ir::interp::jit_counts().functions > 100, "{:?}", dala_ir::interp::jit_counts());
}
