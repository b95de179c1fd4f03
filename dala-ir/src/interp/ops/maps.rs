//! Maps.

use crate::abi::{Atom, Word, atoms};
use crate::interp::frame::Raise;
use crate::interp::outcome::{Class, Exception};
use crate::interp::trace;
use crate::term::{TermWriter, map, view};

fn error<W: TermWriter + ?Sized>(heap: &mut W, reason: Atom, subject: Word) -> Raise {
    let reason = heap.tuple(&[Word::atom(reason), subject]);
    Raise::error(reason)
}

/// The exception of looking up a key that is not there, or in no map.
#[cold]
#[inline(never)]
pub(crate) fn no_value<W: TermWriter + ?Sized>(heap: &mut W, subject: Word, key: Word) -> Raise {
    let (tag, value) =
        if view::map(subject).is_some() { (atoms::BADKEY, key) } else { (atoms::BADMAP, subject) };
    let reason = heap.tuple(&[Word::atom(tag), value]);
    let exception = Exception {
        args: Some(heap.list(&[key, subject], Word::NIL)),
        is_builtin_frame: true,
        error_info: Some(trace::operator_error_info(heap)),
        ..Exception::new(Class::Error, reason)
    };
    Raise::of(exception, atoms::ERLANG, Atom::new("map_get"), 2)
}

/// `Map#{K => V, ..}`
pub(crate) fn put<W: TermWriter + ?Sized>(
    heap: &mut W,
    subject: Word,
    pairs: &[(Word, Word)],
) -> Result<Word, Raise> {
    match map::put_all(heap, subject, pairs) {
        Some(map) => Ok(map),
        None => Err(error(heap, atoms::BADMAP, subject)),
    }
}

/// `Map#{K := V, ..}`
pub(crate) fn update<W: TermWriter + ?Sized>(
    heap: &mut W,
    subject: Word,
    pairs: &[(Word, Word)],
) -> Result<Word, Raise> {
    let Some(found) = view::map(subject) else { return Err(error(heap, atoms::BADMAP, subject)) };
    if let Some((key, _)) = pairs.iter().find(|(key, _)| found.get(*key).is_none()) {
        return Err(error(heap, atoms::BADKEY, *key));
    }
    put(heap, subject, pairs)
}
