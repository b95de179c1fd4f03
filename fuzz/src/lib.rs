//! What fuzz targets share.

use libfuzzer_sys::fuzzer_mutate;

/// Two changes of three are of the structure that `change` knows, the others libFuzzer's own.
pub fn mutate(
    data: &mut [u8],
    size: usize,
    max: usize,
    seed: u32,
    change: impl Fn(&[u8], u64) -> Option<Vec<u8>>,
) -> usize {
    if seed % 3 != 0
        && let Some(changed) = change(&data[..size], seed.into())
        && changed.len() <= max
    {
        data[..changed.len()].copy_from_slice(&changed);
        return changed.len();
    }
    fuzzer_mutate(data, size, max)
}
