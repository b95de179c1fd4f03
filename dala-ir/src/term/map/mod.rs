//! Maps: sorted arrays up to 32 keys (`flat`), hash tries beyond (`trie`).
//!
//! # Invariants
//! - A map of at most [`FLAT_MAX`] keys is flat, a larger one a trie, always: form follows size.
//! - Flat keys ascend by [`cmp_exact`]; updates that add no key share the key tuple.
//! - Maps with equal keys have tries of one shape, so they iterate in one order, which is OTP's for keys that hash
//!   as there (all but atoms, pids, references and funs).
//! - All updates are persistent: the old map stays as it was.

mod flat;
mod iter;
mod trie;

pub use iter::MapIter;

use super::compare::{cmp_exact, eq_exact};
use super::view::{self, MapRef};
use super::writer::TermWriter;
use crate::abi::Word;

/// Most keys of a flat map.
pub const FLAT_MAX: usize = 32;

impl<'a> MapRef<'a> {
    /// The value of `key`.
    #[inline]
    pub fn get(&self, key: Word) -> Option<Word> {
        match *self {
            MapRef::Flat { keys, values, .. } => flat::position(keys, key).map(|index| values[index]),
            MapRef::Trie { root, .. } => trie::get(root, key),
        }
    }

    /// Keys and values in the order of `maps:to_list/1`.
    pub fn iter(self) -> MapIter<'a> {
        MapIter::new(self)
    }

    /// Keys and values in the order of `maps:next/1`, which is also the one that maps print in.
    pub fn iter_next(self) -> MapIter<'a> {
        MapIter::in_next_order(self)
    }
}

/// The value of `key` in `map`; `None` when it has none or `map` is no map.
#[inline]
pub fn get(map: Word, key: Word) -> Option<Word> {
    view::map(map)?.get(key)
}

/// `map` with `key` set to `value`; `None` when `map` is no map.
pub fn put<W: TermWriter + ?Sized>(writer: &mut W, map: Word, key: Word, value: Word) -> Option<Word> {
    Some(match view::map(map)? {
        MapRef::Flat { keys_tuple, keys, values } => match flat::position(keys, key) {
            Some(index) if values[index] == value => map,
            Some(index) => flat::with_value(writer, keys_tuple, values, index, value),
            None if keys.len() < FLAT_MAX => flat::with_key(writer, keys, values, key, value),
            None => {
                let mut pairs: Vec<(Word, Word)> = keys.iter().copied().zip(values.iter().copied()).collect();
                pairs.push((key, value));
                trie::from_distinct(writer, &pairs)
            }
        },
        MapRef::Trie { size, root } => {
            let (new_root, is_new) = trie::put(writer, root, key, value);
            if new_root == root { map } else { trie::whole(writer, size + usize::from(is_new), new_root) }
        }
    })
}

/// `map` with all `pairs` set, the last of equal keys counting, as `M#{K => V, ...}` does; `None` when `map` is no map.
pub fn put_all<W: TermWriter + ?Sized>(writer: &mut W, map: Word, pairs: &[(Word, Word)]) -> Option<Word> {
    let view = view::map(map)?;
    if let MapRef::Flat { keys_tuple, keys, values } = view
        && let Some(changed) = flat::with_values(writer, keys_tuple, keys, values, pairs)
            .or_else(|| flat::with_pairs(writer, keys, values, pairs))
    {
        return Some(changed);
    }
    if pairs.len() > 2 && pairs.len() * 8 > view.len() {
        let all: Vec<(Word, Word)> = view.iter().chain(pairs.iter().copied()).collect();
        return Some(from_pairs(writer, &all));
    }
    pairs.iter().try_fold(map, |map, &(key, value)| put(writer, map, key, value))
}

/// `map` with other values of keys that it has, as `M#{K := V, ...}` does; `None` when it lacks one or is no map.
pub fn update_all<W: TermWriter + ?Sized>(writer: &mut W, map: Word, pairs: &[(Word, Word)]) -> Option<Word> {
    match view::map(map)? {
        MapRef::Flat { keys_tuple, keys, values } => {
            flat::with_values(writer, keys_tuple, keys, values, pairs)
        }
        view => {
            let has_all = pairs.iter().all(|&(key, _)| view.get(key).is_some());
            has_all.then(|| put_all(writer, map, pairs))?
        }
    }
}

/// `map` with the value of `key`, which it has, replaced by `value`; `None` when it lacks the key or is no map.
pub fn update<W: TermWriter + ?Sized>(writer: &mut W, map: Word, key: Word, value: Word) -> Option<Word> {
    get(map, key)?;
    put(writer, map, key, value)
}

/// `map` without `key`, and the value it had; `None` when it lacks the key or is no map.
pub fn remove<W: TermWriter + ?Sized>(writer: &mut W, map: Word, key: Word) -> Option<(Word, Word)> {
    let view = view::map(map)?;
    let value = view.get(key)?;
    let rest = match view {
        MapRef::Flat { keys, values, .. } => flat::without(writer, keys, values, flat::position(keys, key)?),
        MapRef::Trie { size, .. } if size == FLAT_MAX + 1 => {
            let pairs: Vec<(Word, Word)> = view.iter().filter(|&(other, _)| !eq_exact(other, key)).collect();
            from_distinct(writer, pairs)
        }
        MapRef::Trie { size, root } => {
            let root = trie::remove(writer, root, key);
            trie::whole(writer, size - 1, root)
        }
    };
    Some((rest, value))
}

/// The map with these pairs; of equal keys the last counts. O(n log n).
pub fn from_pairs<W: TermWriter + ?Sized>(writer: &mut W, pairs: &[(Word, Word)]) -> Word {
    if pairs.len() <= FLAT_MAX {
        let mut sorted = pairs.to_vec();
        // Stable, so that the last of equal keys stays last.
        sorted.sort_by(|a, b| cmp_exact(a.0, b.0));
        let mut distinct: Vec<(Word, Word)> = Vec::with_capacity(sorted.len());
        for pair in sorted {
            match distinct.last_mut() {
                Some(last) if eq_exact(last.0, pair.0) => *last = pair,
                _ => distinct.push(pair),
            }
        }
        return flat::from_sorted(writer, &distinct);
    }
    from_distinct(writer, trie::distinct(pairs))
}

/// The map with these pairs, whose keys all differ.
fn from_distinct<W: TermWriter + ?Sized>(writer: &mut W, mut pairs: Vec<(Word, Word)>) -> Word {
    if pairs.len() > FLAT_MAX {
        return trie::from_distinct(writer, &pairs);
    }
    pairs.sort_by(|a, b| cmp_exact(a.0, b.0));
    flat::from_sorted(writer, &pairs)
}

/// The flat map of `keys` and `values`, whose keys are known to ascend and differ, such as a literal's.
pub fn from_sorted<W: TermWriter + ?Sized>(writer: &mut W, pairs: &[(Word, Word)]) -> Word {
    if pairs.len() <= FLAT_MAX { flat::from_sorted(writer, pairs) } else { from_pairs(writer, pairs) }
}

/// `maps:merge(A, B)`: where both have a key, `b`'s value counts. `None` when one is no map.
pub fn merge<W: TermWriter + ?Sized>(writer: &mut W, a: Word, b: Word) -> Option<Word> {
    let (view_a, view_b) = (view::map(a)?, view::map(b)?);
    if view_b.is_empty() {
        return Some(a);
    }
    if view_a.is_empty() {
        return Some(b);
    }
    let both_large = view_a.len() > 8 * view_b.len() || view_b.len() > 8 * view_a.len();
    if !both_large {
        let pairs: Vec<(Word, Word)> = view_a.iter().chain(view_b.iter()).collect();
        return Some(from_pairs(writer, &pairs));
    }
    if view_a.len() >= view_b.len() {
        return view_b.iter().try_fold(a, |map, (key, value)| put(writer, map, key, value));
    }
    view_a.iter().try_fold(b, |map, (key, value)| {
        if view_b.get(key).is_some() { Some(map) } else { put(writer, map, key, value) }
    })
}

#[cfg(test)]
mod tests;
