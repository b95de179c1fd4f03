//! Module `maps`, and the map guards of module `erlang`.

use dala_ir::abi::{Word, atoms};
use dala_ir::interp::Exception;
use dala_ir::term::view::{self, MapRef};
use dala_ir::term::{TermWriter, map as term_map};

use super::Answer;
use super::arguments::{badarg, boolean, list, map, named, tagged_error, tuple};
use crate::process::Process;

/// `map_size(Map)`.
pub(crate) fn map_size(p: &mut Process, [target]: [Word; 1]) -> Answer {
    Ok(Word::small_int(map(p, target)?.len() as i64))
}

/// `map_get(Key, Map)`, `maps:get/2`.
pub(crate) fn get(p: &mut Process, [key, target]: [Word; 2]) -> Answer {
    match map(p, target)?.get(key) {
        Some(value) => Ok(value),
        None => Err(tagged_error(p, atoms::BADKEY, key)),
    }
}

/// `is_map_key(Key, Map)`, `maps:is_key/2`.
pub(crate) fn is_key(p: &mut Process, [key, target]: [Word; 2]) -> Answer {
    Ok(boolean(map(p, target)?.get(key).is_some()))
}

/// `maps:find(Key, Map)`.
pub(crate) fn find(p: &mut Process, [key, target]: [Word; 2]) -> Answer {
    Ok(match map(p, target)?.get(key) {
        Some(value) => p.heap.tuple(&[Word::atom(atoms::OK), value]),
        None => Word::atom(atoms::ERROR),
    })
}

/// `maps:put(Key, Value, Map)`.
pub(crate) fn put(p: &mut Process, [key, value, target]: [Word; 3]) -> Answer {
    match term_map::put(&mut p.heap, target, key, value) {
        Some(updated) => Ok(updated),
        None => Err(tagged_error(p, atoms::BADMAP, target)),
    }
}

/// `maps:update(Key, Value, Map)`.
pub(crate) fn update(p: &mut Process, [key, value, target]: [Word; 3]) -> Answer {
    map(p, target)?;
    match term_map::update(&mut p.heap, target, key, value) {
        Some(updated) => Ok(updated),
        None => Err(tagged_error(p, atoms::BADKEY, key)),
    }
}

/// `maps:remove(Key, Map)`.
pub(crate) fn remove(p: &mut Process, [key, target]: [Word; 2]) -> Answer {
    map(p, target)?;
    Ok(term_map::remove(&mut p.heap, target, key).map_or(target, |(rest, _)| rest))
}

/// `maps:take(Key, Map)`.
pub(crate) fn take(p: &mut Process, [key, target]: [Word; 2]) -> Answer {
    map(p, target)?;
    Ok(match term_map::remove(&mut p.heap, target, key) {
        Some((rest, value)) => p.heap.tuple(&[value, rest]),
        None => Word::atom(atoms::ERROR),
    })
}

/// `maps:keys(Map)`.
pub(crate) fn keys(p: &mut Process, [target]: [Word; 1]) -> Answer {
    let keys: Vec<Word> = map(p, target)?.iter().map(|(key, _)| key).collect();
    p.charge(keys.len() / 16);
    Ok(p.heap.list(&keys, Word::NIL))
}

/// `maps:values(Map)`.
pub(crate) fn values(p: &mut Process, [target]: [Word; 1]) -> Answer {
    let values: Vec<Word> = map(p, target)?.iter().map(|(_, value)| value).collect();
    p.charge(values.len() / 16);
    Ok(p.heap.list(&values, Word::NIL))
}

/// `maps:merge(A, B)`.
pub(crate) fn merge(p: &mut Process, [left, right]: [Word; 2]) -> Answer {
    let (mine, theirs) = (map(p, left)?.len(), map(p, right)?.len());
    // As OTP does: one of the two, where it is the result.
    if theirs == 0 || left == right {
        return Ok(left);
    }
    if mine == 0 {
        return Ok(right);
    }
    p.charge((mine + theirs) / 8);
    term_map::merge(&mut p.heap, left, right).ok_or(Exception::badarg())
}

/// `maps:from_list([{Key, Value}])`.
pub(crate) fn from_list(p: &mut Process, [items]: [Word; 1]) -> Answer {
    let mut pairs = Vec::new();
    for item in list(items)? {
        let &[key, value] = tuple(item)? else { return badarg() };
        pairs.push((key, value));
    }
    p.charge(pairs.len() / 4);
    Ok(term_map::from_pairs(&mut p.heap, &pairs))
}

/// `maps:from_keys([Key], Value)`.
pub(crate) fn from_keys(p: &mut Process, [keys, value]: [Word; 2]) -> Answer {
    let pairs: Vec<(Word, Word)> = list(keys)?.into_iter().map(|key| (key, value)).collect();
    p.charge(pairs.len() / 4);
    Ok(term_map::from_pairs(&mut p.heap, &pairs))
}

/// Entries that the first step of an iterator unfolds. Each further step doubles what was given before, so that
/// skipping to the place costs no more than O(n) in all.
const FIRST_STEP: usize = 64;

/// `erts_internal:map_next(Path, Map, Accumulator)`: the next entries of a map in iteration order.
///
/// `Path` is 0 at first, later what the last call returned; here it is the number of entries already given. With
/// accumulator `iterator` the result is `{Key, Value, Next}`, nested, ending in `[Path | Map]` or `none` (see
/// `maps:next/1`). With a list, all entries are put before it.
pub(crate) fn map_next(p: &mut Process, [path, target, accumulator]: [Word; 3]) -> Answer {
    let Some(view) = view::map(target) else { return badarg() };
    let Some(done) = path.as_small().and_then(|done| usize::try_from(done).ok()) else { return badarg() };
    let is_iterator = accumulator == Word::atom(named!("iterator"));
    if !is_iterator {
        if !accumulator.is_cons() && !accumulator.is_nil() {
            return badarg();
        }
        let mut entries: Vec<(Word, Word)> = view.iter_next().skip(done).collect();
        p.charge(entries.len() / 4);
        // OTP prepends the entries of a big map one by one, which turns their order round.
        if matches!(view, MapRef::Trie { .. }) {
            entries.reverse();
        }
        let pairs: Vec<Word> = entries.into_iter().map(|(key, value)| p.heap.tuple(&[key, value])).collect();
        return Ok(p.heap.list(&pairs, accumulator));
    }
    let entries: Vec<(Word, Word)> = view.iter_next().skip(done).take(done.max(FIRST_STEP)).collect();
    let next = done + entries.len();
    p.charge((next + entries.len()) / 16);
    let mut result = if next >= view.len() {
        Word::atom(named!("none"))
    } else {
        p.heap.cons(Word::small_int(next as i64), target)
    };
    for &(key, value) in entries.iter().rev() {
        result = p.heap.tuple(&[key, value, result]);
    }
    Ok(result)
}
