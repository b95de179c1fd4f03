//! A random function before and after all passes: same result or exception, same stack trace, whatever the budget and the
//! collections, interpreted and as machine code.

use dala_ir::abi::Atom;
use dala_ir::interp::JitMode;
use dala_ir::term::{OwnedTerm, view};
use dala_ir::text::{parse_module, print_module};
use dala_ir::verify::verify_module;

use crate::execute::execute;
use crate::generate::{self, Random};

/// Second arguments; the first is a number of turns.
const ARGUMENTS: &str = "[0, 1, -1, 3, 255, 4611686018427387903, -4611686018427387904, 16#123456789abcdef01, 1.0, 2.5,
    'ok', 'true', 'false', 'a', [], [1], [1 | 'b'], {}, {'ok'}, {'ok', 1}, {'a', 2, 3}, {1, 2}, #{}, #{'a' => 1},
    <<\"6162\" 16>>, <<\"e0\" 3>>]";

/// How functions ended.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) returned: u32,
    pub(crate) raised: u32,
    /// Modules that some pass changed.
    pub(crate) changed: u32,
}

/// The items of a list in the text form.
fn terms(list: &str) -> Vec<OwnedTerm> {
    let module = parse_module(&format!("module 't' literal lit0 = {list}")).unwrap();
    let items = view::list_to_vec(module.literals[0].root()).expect("a list");
    items.into_iter().map(OwnedTerm::copy_of).collect()
}

/// Makes a module of three functions and calls them, before and after. `whence` names it when they differ.
pub(crate) fn compare(random: &mut Random, whence: &str, tally: &mut Tally) {
    let module = generate::module(random, 3);
    verify_module(&module).unwrap_or_else(|errors| panic!("{whence}: {errors:?}\n{}", print_module(&module)));
    let mut optimized = module.clone();
    dala_ir::pass::optimize(&mut optimized);
    tally.changed += u32::from(print_module(&module) != print_module(&optimized));
    let arguments = terms(ARGUMENTS);
    for turn in 0..12 {
        let name = Atom::new(&format!("f{}", random.below(3)));
        let fuel = terms(&format!("[{}]", random.below(4))).remove(0);
        let args = [fuel, random.pick(&arguments)];
        let (budget, stress) = random.pick(&[(4000, false), (1, false), (7, true)]);
        let before = execute(&module, &[], name, &args, budget, stress, JitMode::Off);
        // Machine code takes time to make: once a module.
        let jit = match turn {
            0 => JitMode::Eager,
            1 => JitMode::Ahead,
            _ => JitMode::Off,
        };
        let after = execute(&optimized, &[], name, &args, budget, stress, jit);
        assert!(
            before == after,
            "{whence}: {name}({args:?}) {before:?}, optimized {after:?}\n{}\n{}",
            print_module(&module),
            print_module(&optimized)
        );
        tally.returned += u32::from(before.shown.starts_with('='));
        tally.raised += u32::from(before.shown.starts_with("raises"));
    }
}
