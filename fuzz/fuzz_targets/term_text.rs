//! Terms in Erlang syntax.
#![no_main]

use dala_tests::fuzz;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::count((fuzz::target("term_text").check)(bytes)));
