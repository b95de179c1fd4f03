//! What fuzzers feed, and what must hold whatever they feed: one file a target.
//!
//! `fuzz/fuzz_targets` hands bytes to these checks, `make_corpus` writes what it starts from, and
//! `tests/tests/fuzz_inputs.rs` replays what was once found (`fuzz/regressions`) beside changed seeds, without a fuzzer.
//! A check panics when something does not hold, and says whether the bytes got anywhere: a fuzzer whose inputs are all
//! refused tests nothing.

mod external;
mod inputs;
mod ir;
mod module;
mod term_text;
mod typed;

use std::sync::atomic::{AtomicU64, Ordering};

pub use external::change as change_term;
pub use inputs::{Sources, make_corpus};
pub use module::change as change_module;

/// Whether a decoder took an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It did, and all that must hold of the result held.
    Accepted,
    /// It said what is wrong with it.
    Refused,
}

impl Verdict {
    fn of(is_accepted: bool) -> Verdict {
        if is_accepted { Verdict::Accepted } else { Verdict::Refused }
    }
}

/// Something that takes bytes from others.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Name of the fuzz target, its corpus and its regressions.
    pub name: &'static str,
    /// What must hold.
    pub check: fn(&[u8]) -> Verdict,
    /// Inputs to start from.
    pub seeds: fn(&Sources) -> Vec<Vec<u8>>,
}

/// All of them, but for `passes`, whose generator belongs to the tests of `dala-ir`.
pub const TARGETS: &[Target] = &[
    Target { name: "load", check: module::load, seeds: module::seeds },
    Target { name: "run", check: module::run, seeds: module::small_seeds },
    Target { name: "external", check: external::check, seeds: external::seeds },
    Target { name: "typed", check: typed::check, seeds: typed::seeds },
    Target { name: "ir_text", check: ir::check, seeds: ir::seeds },
    Target { name: "term_text", check: term_text::check, seeds: term_text::seeds },
];

/// The target of this name.
///
/// # Panics
/// When there is none.
pub fn target(name: &str) -> Target {
    *TARGETS.iter().find(|target| target.name == name).expect("a row of the table")
}

/// Counts an input of a fuzzer, and tells now and then how many were accepted.
pub fn count(verdict: Verdict) {
    static ALL: AtomicU64 = AtomicU64::new(0);
    static ACCEPTED: AtomicU64 = AtomicU64::new(0);
    let accepted = match verdict {
        Verdict::Accepted => ACCEPTED.fetch_add(1, Ordering::Relaxed) + 1,
        Verdict::Refused => ACCEPTED.load(Ordering::Relaxed),
    };
    let all = ALL.fetch_add(1, Ordering::Relaxed) + 1;
    if all.is_power_of_two() && all >= 64 {
        eprintln!("accepted: {accepted} of {all}");
    }
}
