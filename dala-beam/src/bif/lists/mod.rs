//! Module `lists`: what OTP writes in C.

use dala_ir::abi::{Word, atoms};
use dala_ir::term::compare::{eq_exact, eq_loose};
use dala_ir::term::{ListIter, TermWriter, view};

use super::Answer;
use super::arguments::{badarg, boolean, named, small};
use crate::process::Process;

/// `lists:reverse(List, Tail)`.
pub(crate) fn reverse(p: &mut Process, [items, tail]: [Word; 2]) -> Answer {
    let mut iter = ListIter::new(items);
    let (mut reversed, mut seen) = (tail, 0);
    for item in iter.by_ref() {
        reversed = p.heap.cons(item, reversed);
        seen += 1;
    }
    p.charge(seen / 16);
    if iter.ended_proper() { Ok(reversed) } else { badarg() }
}

/// `lists:member(Term, List)`.
pub(crate) fn member(p: &mut Process, [term, items]: [Word; 2]) -> Answer {
    let mut iter = ListIter::new(items);
    let mut seen = 0;
    for item in iter.by_ref() {
        seen += 1;
        if eq_exact(item, term) {
            p.charge(seen / 16);
            return Ok(Word::atom(atoms::TRUE));
        }
    }
    p.charge(seen / 16);
    if iter.ended_proper() { Ok(Word::atom(atoms::FALSE)) } else { badarg() }
}

/// `lists:keyfind(Key, N, Tuples)`.
pub(crate) fn keyfind(p: &mut Process, [key, position, items]: [Word; 3]) -> Answer {
    Ok(find(p, key, position, items)?.unwrap_or(Word::atom(atoms::FALSE)))
}

/// `lists:keymember(Key, N, Tuples)`.
pub(crate) fn keymember(p: &mut Process, [key, position, items]: [Word; 3]) -> Answer {
    Ok(boolean(find(p, key, position, items)?.is_some()))
}

/// `lists:keysearch(Key, N, Tuples)`.
pub(crate) fn keysearch(p: &mut Process, [key, position, items]: [Word; 3]) -> Answer {
    Ok(match find(p, key, position, items)? {
        Some(found) => p.heap.tuple(&[Word::atom(named!("value")), found]),
        None => Word::atom(atoms::FALSE),
    })
}

/// The first tuple whose element `position` equals (`==`) `key`; what is no tuple, or too short, is passed over.
fn find(
    p: &mut Process,
    key: Word,
    position: Word,
    items: Word,
) -> Result<Option<Word>, dala_ir::interp::Exception> {
    let place = small(position)?;
    if place < 1 {
        return badarg();
    }
    let place = place as usize - 1;
    let mut iter = ListIter::new(items);
    let mut seen = 0;
    for item in iter.by_ref() {
        seen += 1;
        if let Some(&element) = view::tuple_elements(item).and_then(|elements| elements.get(place))
            && eq_loose(element, key)
        {
            p.charge(seen / 16);
            return Ok(Some(item));
        }
    }
    p.charge(seen / 16);
    if iter.ended_proper() { Ok(None) } else { badarg() }
}
