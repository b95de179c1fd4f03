//! What a changed `.beam` file makes of a module runs, within bounds.
#![no_main]

use dala_tests::fuzz;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::count((fuzz::target("run").check)(bytes)));
libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max: usize, seed: u32| {
    dala_fuzz::mutate(data, size, max, seed, fuzz::change_module)
});
