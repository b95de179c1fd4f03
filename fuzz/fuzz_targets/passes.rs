//! Random functions do the same before and after all passes, interpreted and as machine code.
#![no_main]

#[path = "../../dala-ir/tests/compare/mod.rs"]
mod compare;
#[path = "../../dala-ir/tests/execute/mod.rs"]
mod execute;
#[path = "../../dala-ir/tests/generate/mod.rs"]
mod generate;
#[path = "../../dala-ir/tests/machine/mod.rs"]
mod machine;

use dala_tests::fuzz::{Verdict, count};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    compare::compare(&mut generate::Random::of_bytes(bytes), "these bytes", &mut compare::Tally::default());
    count(Verdict::Accepted);
});
