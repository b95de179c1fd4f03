//! The text form of the IR.
#![no_main]

use dala_tests::fuzz;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::count((fuzz::target("ir_text").check)(bytes)));
