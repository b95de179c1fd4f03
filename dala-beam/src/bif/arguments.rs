//! Reading arguments: what a built-in function asks of its terms, with `badarg` when they are something else.

use dala_ir::abi::{Atom, Word, atoms};
use dala_ir::interp::Exception;
use dala_ir::term::view::{self, BitsRef, ListIter, MapRef};
use smallvec::SmallVec;

use super::Answer;

/// `badarg`, with the built-in function's own frame on top of the trace.
pub(crate) fn badarg<T>() -> Result<T, Exception> {
    Err(Exception::badarg())
}

/// `badarg` for a cause that `format_error/2` of the function's module knows.
pub(crate) fn badarg_because<T>(cause: Atom) -> Result<T, Exception> {
    Err(Exception::badarg()).map_err(because(cause))
}

/// Adds such a cause to a failure.
pub(crate) fn because(cause: Atom) -> impl Fn(Exception) -> Exception {
    move |exception| Exception { error_info: Some(Word::atom(cause)), ..exception }
}

/// The cause of an option that is none.
pub(crate) fn bad_option(exception: Exception) -> Exception {
    because(named!("badopt"))(exception)
}

/// `system_limit`, likewise.
pub(crate) fn system_limit<T>() -> Result<T, Exception> {
    Err(Exception::error_atom(atoms::SYSTEM_LIMIT))
}

/// `true` or `false`.
#[inline]
pub(crate) fn boolean(value: bool) -> Word {
    Word::atom(if value { atoms::TRUE } else { atoms::FALSE })
}

/// The truth value of `true` and `false`.
#[inline]
pub(crate) fn as_boolean(word: Word) -> Option<bool> {
    match word.as_atom()? {
        atoms::TRUE => Some(true),
        atoms::FALSE => Some(false),
        _ => None,
    }
}

/// A boolean argument.
pub(crate) fn truth(word: Word) -> Result<bool, Exception> {
    as_boolean(word).ok_or(Exception::badarg())
}

/// An atom argument.
#[inline]
pub(crate) fn atom(word: Word) -> Result<Atom, Exception> {
    word.as_atom().ok_or(Exception::badarg())
}

/// A small integer argument.
#[inline]
pub(crate) fn small(word: Word) -> Result<i64, Exception> {
    word.as_small().ok_or(Exception::badarg())
}

/// One more than OTP's largest small integer: what must be one there is `badarg` from here on.
const OTP_SMALL_END: usize = 1 << 59;

/// The lowest byte of what is a small integer in OTP: what its readers of digits take of an element.
pub(crate) fn low_byte(word: Word) -> Option<u8> {
    let end = OTP_SMALL_END as i64;
    word.as_small().filter(|value| (-end..end).contains(value)).map(|value| value as u8)
}

/// A small integer argument of at least 0.
#[inline]
pub(crate) fn index(word: Word) -> Result<usize, Exception> {
    let value = word.as_small().and_then(|value| usize::try_from(value).ok());
    value.filter(|&value| value < OTP_SMALL_END).ok_or(Exception::badarg())
}

/// An arity, 0 to 255.
pub(crate) fn arity(word: Word) -> Result<u32, Exception> {
    word.as_small().and_then(|value| u8::try_from(value).ok()).map(u32::from).ok_or(Exception::badarg())
}

/// Elements of a tuple argument.
#[inline]
pub(crate) fn tuple<'a>(word: Word) -> Result<&'a [Word], Exception> {
    view::tuple_elements(word).ok_or(Exception::badarg())
}

/// Elements of a proper list argument.
pub(crate) fn list(word: Word) -> Result<Vec<Word>, Exception> {
    view::list_to_vec(word).ok_or(Exception::badarg())
}

/// Elements of a proper list argument that has a few elements, mostly.
pub(crate) fn option_list(word: Word) -> Result<SmallVec<[Word; 4]>, Exception> {
    let mut elements = ListIter::new(word);
    let options = elements.by_ref().collect();
    if elements.ended_proper() { Ok(options) } else { badarg() }
}

/// A bitstring argument.
#[inline]
pub(crate) fn bits<'a>(word: Word) -> Result<BitsRef<'a>, Exception> {
    view::bits(word).ok_or(Exception::badarg())
}

/// Bytes of a binary argument, copied when they do not start on a byte boundary.
pub(crate) fn bytes<'a>(word: Word) -> Result<std::borrow::Cow<'a, [u8]>, Exception> {
    bits(word)?.to_bytes().ok_or(Exception::badarg())
}

/// A map argument; `{badmap, Word}` otherwise.
pub(crate) fn map<'a>(p: &mut crate::process::Process, word: Word) -> Result<MapRef<'a>, Exception> {
    match view::map(word) {
        Some(map) => Ok(map),
        None => Err(tagged_error(p, atoms::BADMAP, word)),
    }
}

/// The error `{tag, value}`.
pub(crate) fn tagged_error(p: &mut crate::process::Process, tag: Atom, value: Word) -> Exception {
    use dala_ir::term::TermWriter;
    Exception::error(p.heap.tuple(&[Word::atom(tag), value]))
}

/// `Ok(ok)`, the atom.
pub(crate) fn ok() -> Answer {
    Ok(Word::atom(atoms::OK))
}

/// An atom that Rust code names once, cached where it stands.
macro_rules! named {
    ($text:literal) => {{
        static ATOM: std::sync::OnceLock<dala_ir::abi::Atom> = std::sync::OnceLock::new();
        *ATOM.get_or_init(|| dala_ir::abi::Atom::new($text))
    }};
}
pub(crate) use named;
