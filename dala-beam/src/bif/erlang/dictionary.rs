//! The process dictionary.

use dala_ir::abi::{Word, atoms};
use dala_ir::term::TermWriter;
use dala_ir::term::compare::eq_exact;

use crate::bif::Answer;
use crate::process::Process;

const UNDEFINED: Word = Word::atom(atoms::UNDEFINED);

/// `put(Key, Value)`.
pub(crate) fn put(p: &mut Process, [key, value]: [Word; 2]) -> Answer {
    Ok(p.dictionary.put(key, value).unwrap_or(UNDEFINED))
}

/// `get(Key)`.
pub(crate) fn get(p: &mut Process, [key]: [Word; 1]) -> Answer {
    Ok(p.dictionary.get(key).unwrap_or(UNDEFINED))
}

/// `get()`.
pub(crate) fn get_all(p: &mut Process, []: [Word; 0]) -> Answer {
    let entries = p.dictionary.entries().collect();
    Ok(pairs(p, entries))
}

/// `erase(Key)`.
pub(crate) fn erase(p: &mut Process, [key]: [Word; 1]) -> Answer {
    Ok(p.dictionary.erase(key).unwrap_or(UNDEFINED))
}

/// `erase()`.
pub(crate) fn erase_all(p: &mut Process, []: [Word; 0]) -> Answer {
    let entries = p.dictionary.erase_all();
    Ok(pairs(p, entries))
}

/// `get_keys()`.
pub(crate) fn get_keys(p: &mut Process, []: [Word; 0]) -> Answer {
    let keys: Vec<Word> = p.dictionary.entries().map(|(key, _)| key).collect();
    Ok(p.heap.list(&keys, Word::NIL))
}

/// `get_keys(Value)`.
pub(crate) fn get_keys_of(p: &mut Process, [value]: [Word; 1]) -> Answer {
    let keys: Vec<Word> =
        p.dictionary.entries().filter(|&(_, other)| eq_exact(other, value)).map(|(key, _)| key).collect();
    Ok(p.heap.list(&keys, Word::NIL))
}

fn pairs(p: &mut Process, entries: Vec<(Word, Word)>) -> Word {
    let pairs: Vec<Word> = entries.into_iter().map(|(key, value)| p.heap.tuple(&[key, value])).collect();
    p.heap.list(&pairs, Word::NIL)
}
