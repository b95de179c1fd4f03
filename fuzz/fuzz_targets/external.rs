//! The external term format, decoded and encoded again.
#![no_main]

use dala_tests::fuzz;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::count((fuzz::target("external").check)(bytes)));
libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max: usize, seed: u32| {
    dala_fuzz::mutate(data, size, max, seed, fuzz::change_term)
});
