//! Maps.

#![expect(unsafe_code, reason = "handlers keep the contract of `state`")]

use crate::abi::{Atom, Header, Kind, Word, atoms};
use crate::interp::frame::Raise;
use crate::interp::outcome::{Class, Exception};
use crate::interp::state::{Next, State, handler};
use crate::interp::trace;
use crate::term::{TermWriter, compare, map, view};

handler! {
    fn has_key(s) {
        if map::get(s.get(s.a()), s.get(s.b())).is_some() { s.next_len() } else { s.jump(s.w(1)) }
    }
}

handler! {
    fn get(s) {
        let (subject, key) = (s.get(s.b()), s.get(s.c()));
        match map::get(subject, key) {
            Some(value) => {
                s.set(s.a(), value);
                s.next_len()
            }
            None => s.fail_with(1, |s| {
                let (subject, key) = (s.get(s.b()), s.get(s.c()));
                s.ask(|host| no_value(host.heap(), subject, key))
            }),
        }
    }
}

/// The tuple of keys of a small map that has so many.
#[inline]
fn keys_of(map: Word, count: usize) -> Option<Word> {
    let payload = view::payload(map, Kind::FlatMap)?;
    payload.first().copied().filter(|_| payload.len() == count + 1)
}

handler! {
    fn new(s) {
        let count = usize::from(s.c());
        let Some(keys) = keys_of(s.get(s.b()), count) else {
            return s.misfit();
        };
        let object = s.hp;
        *object = Word::header(Header::new(Kind::FlatMap, count + 1));
        *object.add(1) = keys;
        for index in 0..count {
            *object.add(2 + index) = s.packed(2, index);
        }
        s.hp = object.add(2 + count);
        s.set(s.a(), Word::boxed_at(object));
        s.next_long()
    }
}

handler! {
    fn put(s) {
        let changed = s.aside(|s| put_work(s));
        finish(s, changed)
    }
}

handler! {
    fn update(s) {
        let changed = s.aside(|s| update_work(s));
        finish(s, changed)
    }
}

/// The work of `put`; `None` with an exception stored.
///
/// # Safety
/// The contract of handlers.
pub(in crate::interp) unsafe fn put_work(s: &mut State) -> Option<Word> {
    // SAFETY: as the caller says.
    unsafe {
        if s.c() == 1 {
            let (subject, key, value) = (s.get(s.b()), s.packed(3, 0), s.packed(3, 1));
            if let Some(map) = s.ask(|host| map::put(host.heap(), subject, key, value)) {
                return Some(map);
            }
        }
        changed(s, put_pairs)
    }
}

/// The work of `update`; `None` with an exception stored.
///
/// # Safety
/// The contract of handlers.
pub(in crate::interp) unsafe fn update_work(s: &mut State) -> Option<Word> {
    // SAFETY: as the caller says.
    unsafe {
        if s.c() == 1 {
            let (subject, key, value) = (s.get(s.b()), s.packed(3, 0), s.packed(3, 1));
            if let Some(map) = s.ask(|host| map::update(host.heap(), subject, key, value)) {
                return Some(map);
            }
        }
        changed(s, update_pairs)
    }
}

/// Goes on with the map, or with the exception that is stored.
#[inline(always)]
unsafe fn finish(s: State, changed: Option<Word>) -> Next {
    // SAFETY: the contract of handlers.
    unsafe {
        match changed {
            Some(map) => {
                s.set(s.a(), map);
                s.next_long()
            }
            None => s.fail_stored(2),
        }
    }
}

/// A function that changes pairs of a map.
type Change = fn(&mut dyn TermWriter, Word, &[(Word, Word)]) -> Result<Word, Raise>;

/// Reads the pairs and changes them; `None` with an exception stored.
unsafe fn changed(s: &mut State, change: Change) -> Option<Word> {
    // SAFETY: the contract of handlers.
    unsafe {
        let subject = s.get(s.b());
        let mut pairs: smallvec::SmallVec<[(Word, Word); 8]> = smallvec::SmallVec::new();
        for index in 0..usize::from(s.c()) {
            pairs.push((s.packed(3, 2 * index), s.packed(3, 2 * index + 1)));
        }
        match s.ask(|host| change(host.heap(), subject, &pairs)) {
            Ok(map) => Some(map),
            Err(raised) => {
                s.store(raised);
                None
            }
        }
    }
}

fn error<W: TermWriter + ?Sized>(heap: &mut W, reason: Atom, subject: Word) -> Raise {
    let reason = heap.tuple(&[Word::atom(reason), subject]);
    Raise::error(reason)
}

/// The exception of looking up a key that is not there, or in no map.
#[cold]
#[inline(never)]
fn no_value<W: TermWriter + ?Sized>(heap: &mut W, subject: Word, key: Word) -> Raise {
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
fn put_pairs(heap: &mut dyn TermWriter, subject: Word, pairs: &[(Word, Word)]) -> Result<Word, Raise> {
    match map::put_all(heap, subject, pairs) {
        Some(map) => Ok(map),
        None => Err(error(heap, atoms::BADMAP, subject)),
    }
}

/// `Map#{K := V, ..}`
fn update_pairs(heap: &mut dyn TermWriter, subject: Word, pairs: &[(Word, Word)]) -> Result<Word, Raise> {
    if let Some(map) = map::update_all(heap, subject, pairs) {
        return Ok(map);
    }
    let Some(found) = view::map(subject) else { return Err(error(heap, atoms::BADMAP, subject)) };
    // Of several the smallest: OTP's loader sorts the keys.
    let missing = pairs.iter().map(|&(key, _)| key).filter(|&key| found.get(key).is_none());
    let smallest = missing.min_by(|&a, &b| compare::cmp_exact(a, b));
    Err(error(heap, atoms::BADKEY, smallest.unwrap_or(Word::NIL)))
}
