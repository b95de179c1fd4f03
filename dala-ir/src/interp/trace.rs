//! Exception traces: raw ones, made when an exception is raised, and the lists that programs see.
//!
//! A raw trace is the tuple `{Class, Top, Args, ErrorInfo, Pcs, Given}`: `Top` is `{M, F, ArityOrArgs}` of the built-in
//! function that raised, `Args` a list that the first code frame shows instead of its arity, `ErrorInfo` the map that
//! the first frame carries, `Pcs` the code addresses (even words, which are small integers to everyone else), and
//! `Given` the list that was passed to `erlang:raise/3`. What is absent is `none`-like: the atom `undefined`.

use super::code::{self, Place};
use super::frame::Raise;
use super::outcome::Class;
use crate::abi::{Atom, Word, atoms};
use crate::term::view::{ListIter, tuple_elements};
use crate::term::{TermWriter, map};

const CLASS: usize = 0;
const FIELDS: usize = 6;

const ABSENT: Word = Word::atom(atoms::UNDEFINED);

fn present(word: Word) -> Option<Word> {
    (word != ABSENT).then_some(word)
}

/// Whether the term has the form of a raw trace.
pub(super) fn is_raw(trace: Word) -> bool {
    tuple_elements(trace).is_some_and(|fields| {
        fields.len() == FIELDS && fields[CLASS].as_atom().and_then(Class::from_atom).is_some()
    })
}

/// The term, if a trace can be gone on with from it: a raw one, or a list as programs see it.
pub(super) fn usable(trace: Word) -> Option<Word> {
    (is_raw(trace) || crate::term::view::list_len(trace).is_some()).then_some(trace)
}

/// Class of a raw trace.
pub(super) fn class(trace: Word) -> Option<Class> {
    if !is_raw(trace) {
        return None;
    }
    Class::from_atom(tuple_elements(trace)?[CLASS].as_atom()?)
}

/// The trace, as one of another class.
pub(super) fn with_class<W: TermWriter + ?Sized>(heap: &mut W, trace: Word, class: Class) -> Word {
    match tuple_elements(trace) {
        Some(fields) if fields[CLASS] != Word::atom(class.atom()) => {
            let mut fields = fields.to_vec();
            fields[CLASS] = Word::atom(class.atom());
            heap.tuple(&fields)
        }
        _ => trace,
    }
}

/// The raw trace of an exception raised at the first of `pcs`.
pub(super) fn make<W: TermWriter + ?Sized>(heap: &mut W, raise: &Raise, pcs: &[Word]) -> Word {
    let exception = &raise.exception;
    let builtin = raise.shown_builtin();
    let top = match builtin {
        Some((module, function, arity)) => {
            let shown = exception.args.unwrap_or(Word::small_int(i64::from(arity)));
            heap.tuple(&[Word::atom(module), Word::atom(function), shown])
        }
        None => ABSENT,
    };
    let args = if builtin.is_some() { ABSENT } else { exception.args.unwrap_or(ABSENT) };
    let pcs = heap.list(pcs, Word::NIL);
    let class = Word::atom(exception.class.atom());
    let info = exception.error_info.unwrap_or(ABSENT);
    heap.tuple(&[class, top, args, info, pcs, exception.trace.unwrap_or(ABSENT)])
}

/// The list `[{M, F, ArityOrArgs, [{file, F}, {line, L}]}]` of a raw trace; of anything else, the term itself.
pub fn build_stacktrace<W: TermWriter + ?Sized>(heap: &mut W, trace: Word) -> Word {
    if !is_raw(trace) {
        return trace;
    }
    let Some(&[_, top, args, info, pcs, given]) =
        tuple_elements(trace).and_then(|f| f.first_chunk::<FIELDS>())
    else {
        return trace;
    };
    if let Some(given) = present(given) {
        let room = super::frame::trace_frames().max(1);
        let shown: Vec<Word> = ListIter::new(given).take(room + 1).collect();
        return if shown.len() > room { heap.list(&shown[..room], Word::NIL) } else { given };
    }
    let mut error_info = present(info);
    let mut items = Vec::new();
    if let Some(&[module, function, shown]) =
        present(top).and_then(tuple_elements).and_then(|f| f.first_chunk::<3>())
    {
        let info = info_list(heap, error_info.take(), None);
        items.push(heap.tuple(&[module, function, shown, info]));
    }
    let mut args = present(args);
    for pc in ListIter::new(pcs) {
        let Some(code) = code::find(pc.to_bits()) else { continue };
        let Some(place) = code.place_before(super::frame::pc_of(pc)) else { continue };
        let shown = args.take().unwrap_or(Word::small_int(i64::from(place.arity)));
        let info = info_list(heap, error_info.take(), Some(&place));
        items.push(heap.tuple(&[Word::atom(place.module), Word::atom(place.function), shown, info]));
    }
    heap.list(&items, Word::NIL)
}

/// The list of a process's code addresses, as [`build_stacktrace`] shows frames.
pub fn places_list<W: TermWriter + ?Sized>(heap: &mut W, pcs: &[Word]) -> Word {
    let mut items = Vec::new();
    for &pc in pcs {
        let Some(code) = code::find(pc.to_bits()) else { continue };
        let Some(place) = code.place_before(super::frame::pc_of(pc)) else { continue };
        let info = info_list(heap, None, Some(&place));
        let arity = Word::small_int(i64::from(place.arity));
        items.push(heap.tuple(&[Word::atom(place.module), Word::atom(place.function), arity, info]));
    }
    heap.list(&items, Word::NIL)
}

fn info_list<W: TermWriter + ?Sized>(
    heap: &mut W,
    error_info: Option<Word>,
    place: Option<&Place<'_>>,
) -> Word {
    if let Some(info) = error_info.filter(|info| info.is_cons()) {
        return info;
    }
    let mut items = Vec::new();
    if let Some((file, line)) = place.and_then(|place| place.line) {
        let file = heap.charlist(file);
        items.push(heap.tuple(&[Word::atom(atoms::FILE), file]));
        items.push(heap.tuple(&[Word::atom(atoms::LINE), Word::small_int(i64::from(line))]));
    }
    if let Some(info) = error_info {
        items.push(heap.tuple(&[Word::atom(atoms::ERROR_INFO), info]));
    }
    heap.list(&items, Word::NIL)
}

/// What `catch` gives for an exception.
pub(super) fn catch_value<W: TermWriter + ?Sized>(
    heap: &mut W,
    class: Word,
    reason: Word,
    trace: Word,
) -> Word {
    match class.as_atom().and_then(Class::from_atom) {
        Some(Class::Throw) => reason,
        Some(Class::Exit) => heap.tuple(&[Word::atom(atoms::EXIT_UPPER), reason]),
        _ => {
            let list = build_stacktrace(heap, trace);
            let pair = heap.tuple(&[reason, list]);
            heap.tuple(&[Word::atom(atoms::EXIT_UPPER), pair])
        }
    }
}

/// `#{module => erl_erts_errors}`, what errors of operators carry.
pub(super) fn operator_error_info<W: TermWriter + ?Sized>(heap: &mut W) -> Word {
    map::from_pairs(heap, &[(Word::atom(atoms::MODULE), Word::atom(Atom::new("erl_erts_errors")))])
}
