//! Maps of at most 32 keys: a tuple of ascending keys, shared between updates, and the values in its order.

#![expect(unsafe_code, reason = "makes map objects")]

use smallvec::SmallVec;

use super::super::compare::{cmp_exact, eq_exact};
use super::super::writer::TermWriter;
use super::FLAT_MAX;
use crate::abi::{Header, Kind, Word};

/// Where `key` stands among `keys`.
#[inline]
pub(super) fn position(keys: &[Word], key: Word) -> Option<usize> {
    if !key.is_pointer() {
        // An immediate equals only itself, and a scan of at most 32 words beats searching.
        return keys.iter().position(|&other| other == key);
    }
    keys.iter().position(|&other| eq_exact(other, key))
}

/// A flat map object whose values `fill` writes, in key order.
///
/// # Safety
/// `fill` writes all `len` values, of the keys in `keys_tuple` in their order.
#[inline]
unsafe fn make<W: TermWriter + ?Sized>(
    writer: &mut W,
    keys_tuple: Word,
    len: usize,
    fill: impl FnOnce(*mut Word),
) -> Word {
    let object = writer.alloc_words(len + 2);
    // SAFETY: room for header, key tuple and values was just allocated; `fill` writes the values.
    unsafe {
        object.write(Word::header(Header::new(Kind::FlatMap, len + 1)));
        object.add(1).write(keys_tuple);
        fill(object.add(2));
        Word::boxed_at(object)
    }
}

/// The map with `values` under the keys of `keys_tuple`.
fn with_keys<W: TermWriter + ?Sized>(writer: &mut W, keys_tuple: Word, values: &[Word]) -> Word {
    // SAFETY: all callers pass as many values as keys, in key order.
    unsafe {
        make(writer, keys_tuple, values.len(), |to| {
            to.copy_from_nonoverlapping(values.as_ptr(), values.len())
        })
    }
}

pub(super) fn from_sorted<W: TermWriter + ?Sized>(writer: &mut W, pairs: &[(Word, Word)]) -> Word {
    let keys: Words = pairs.iter().map(|pair| pair.0).collect();
    let values: Words = pairs.iter().map(|pair| pair.1).collect();
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
    debug_assert!(index < values.len());
    // SAFETY: the old values are copied in their order, then one that exists is replaced.
    unsafe {
        make(writer, keys_tuple, values.len(), |to| {
            to.copy_from_nonoverlapping(values.as_ptr(), values.len());
            to.add(index).write(value);
        })
    }
}

/// The map with other values under keys that it has; `None` when it lacks one.
#[inline]
pub(super) fn with_values<W: TermWriter + ?Sized>(
    writer: &mut W,
    keys_tuple: Word,
    keys: &[Word],
    values: &[Word],
    pairs: &[(Word, Word)],
) -> Option<Word> {
    let mut places = SmallVec::<[usize; 32]>::new();
    // Constant keys come in the map's order.
    let mut from = 0;
    for &(key, _) in pairs {
        let place = match position(&keys[from..], key) {
            Some(behind) => from + behind,
            None => position(&keys[..from], key)?,
        };
        places.push(place);
        from = place + 1;
    }
    // SAFETY: the old values are copied in their order, then some that exist are replaced.
    Some(unsafe {
        make(writer, keys_tuple, values.len(), |to| {
            to.copy_from_nonoverlapping(values.as_ptr(), values.len());
            for (&place, &(_, value)) in places.iter().zip(pairs) {
                to.add(place).write(value);
            }
        })
    })
}

type Words = SmallVec<[Word; 32]>;

/// Puts a key that is not there in its place, and its value in the same one.
#[inline]
fn insert(keys: &mut Words, values: &mut Words, key: Word, value: Word) {
    let place = keys.partition_point(|&other| cmp_exact(other, key).is_lt());
    keys.insert(place, key);
    values.insert(place, value);
}

/// The map with other values, of keys that it has or not; `None` when it would have too many.
pub(super) fn with_pairs<W: TermWriter + ?Sized>(
    writer: &mut W,
    keys: &[Word],
    values: &[Word],
    pairs: &[(Word, Word)],
) -> Option<Word> {
    let mut keys = Words::from_slice(keys);
    let mut values = Words::from_slice(values);
    for &(key, value) in pairs {
        if let Some(place) = position(&keys, key) {
            values[place] = value;
            continue;
        }
        if keys.len() == FLAT_MAX {
            return None;
        }
        insert(&mut keys, &mut values, key, value);
    }
    let keys_tuple = writer.tuple(&keys);
    Some(with_keys(writer, keys_tuple, &values))
}

pub(super) fn with_key<W: TermWriter + ?Sized>(
    writer: &mut W,
    keys: &[Word],
    values: &[Word],
    key: Word,
    value: Word,
) -> Word {
    let mut keys = Words::from_slice(keys);
    let mut values = Words::from_slice(values);
    insert(&mut keys, &mut values, key, value);
    let keys_tuple = writer.tuple(&keys);
    with_keys(writer, keys_tuple, &values)
}

pub(super) fn without<W: TermWriter + ?Sized>(
    writer: &mut W,
    keys: &[Word],
    values: &[Word],
    index: usize,
) -> Word {
    let mut keys = Words::from_slice(keys);
    let mut values = Words::from_slice(values);
    keys.remove(index);
    values.remove(index);
    let keys_tuple = writer.tuple(&keys);
    with_keys(writer, keys_tuple, &values)
}
