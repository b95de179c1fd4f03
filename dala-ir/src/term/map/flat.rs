//! Maps of at most 32 keys: a tuple of ascending keys, shared between updates, and the values in its order.

#![expect(unsafe_code, reason = "makes map objects")]

use super::super::compare::{cmp_exact, eq_exact};
use super::super::writer::TermWriter;
use crate::abi::{Kind, Word};

/// Where `key` stands among `keys`.
#[inline]
pub(super) fn position(keys: &[Word], key: Word) -> Option<usize> {
    if !key.is_pointer() {
        // An immediate equals only itself, and a scan of at most 32 words beats searching.
        return keys.iter().position(|&other| other == key);
    }
    keys.iter().position(|&other| eq_exact(other, key))
}

fn with_keys<W: TermWriter + ?Sized>(writer: &mut W, keys_tuple: Word, values: &[Word]) -> Word {
    let mut payload = smallvec::SmallVec::<[Word; 36]>::new();
    payload.push(keys_tuple);
    payload.extend_from_slice(values);
    // SAFETY: a flat map's payload is its key tuple and as many values; all callers pass both in key order.
    unsafe { writer.boxed(Kind::FlatMap, &payload) }
}

pub(super) fn from_sorted<W: TermWriter + ?Sized>(writer: &mut W, pairs: &[(Word, Word)]) -> Word {
    let keys: smallvec::SmallVec<[Word; 32]> = pairs.iter().map(|pair| pair.0).collect();
    let values: smallvec::SmallVec<[Word; 32]> = pairs.iter().map(|pair| pair.1).collect();
    let keys_tuple = writer.tuple(&keys);
    with_keys(writer, keys_tuple, &values)
}

pub(super) fn with_value<W: TermWriter + ?Sized>(
    writer: &mut W,
    keys_tuple: Word,
    values: &[Word],
    index: usize,
    value: Word,
) -> Word {
    let mut values = smallvec::SmallVec::<[Word; 32]>::from_slice(values);
    values[index] = value;
    with_keys(writer, keys_tuple, &values)
}

pub(super) fn with_key<W: TermWriter + ?Sized>(
    writer: &mut W,
    keys: &[Word],
    values: &[Word],
    key: Word,
    value: Word,
) -> Word {
    let place = keys.partition_point(|&other| cmp_exact(other, key).is_lt());
    let mut keys = smallvec::SmallVec::<[Word; 32]>::from_slice(keys);
    let mut values = smallvec::SmallVec::<[Word; 32]>::from_slice(values);
    keys.insert(place, key);
    values.insert(place, value);
    let keys_tuple = writer.tuple(&keys);
    with_keys(writer, keys_tuple, &values)
}

pub(super) fn without<W: TermWriter + ?Sized>(
    writer: &mut W,
    keys: &[Word],
    values: &[Word],
    index: usize,
) -> Word {
    let mut keys = smallvec::SmallVec::<[Word; 32]>::from_slice(keys);
    let mut values = smallvec::SmallVec::<[Word; 32]>::from_slice(values);
    keys.remove(index);
    values.remove(index);
    let keys_tuple = writer.tuple(&keys);
    with_keys(writer, keys_tuple, &values)
}
