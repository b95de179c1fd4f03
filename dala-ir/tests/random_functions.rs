//! Random functions do the same before and after all passes (see `compare`).
//!
//! `DALA_SEEDS=FROM..TO` runs other seeds than the test does by itself.

mod compare;
mod execute;
mod generate;
mod machine;

use compare::{Tally, compare};
use generate::Random;

fn seeds() -> std::ops::Range<u64> {
    match std::env::var("DALA_SEEDS").ok().and_then(|text| {
        let (from, to) = text.split_once("..")?;
        Some(from.parse().ok()?..to.parse().ok()?)
    }) {
        Some(range) => range,
        None => 0..200,
    }
}

#[test]
fn optimized_functions_do_what_they_did() {
    let mut tally = Tally::default();
    for seed in seeds() {
        compare(&mut Random::new(seed), &format!("seed {seed}"), &mut tally);
    }
    // An idle test would show here.
    assert!(tally.returned > 1000 && tally.raised > 200 && tally.changed > 150, "{tally:?}");
    #[cfg(dala_jit)]
    assert!(dala_ir::interp::jit_counts().functions > 100, "{:?}", dala_ir::interp::jit_counts());
}

#[test]
fn bytes_choose_functions() {
    let mut tally = Tally::default();
    for bytes in [&b""[..], b"\x00", b"a few bytes that choose", &[0xff; 300]] {
        compare(&mut Random::of_bytes(bytes), &format!("{bytes:?}"), &mut tally);
    }
    assert!(tally.returned > 10, "{tally:?}");
}
