//! Tests of types. The label is in the first word, or in the low half of the second where that is full.

#![expect(unsafe_code, reason = "handlers keep the contract of `state`")]

use super::funs;
use crate::abi::{Header, Kind, Word, atoms};
use crate::interp::state::handler;
use crate::term::view;

/// A test of one term.
pub(in crate::interp) trait TypeTest {
    /// Whether it is one.
    fn holds(word: Word) -> bool;
}

macro_rules! type_tests {
    ($($name:ident |$word:ident| $holds:expr,)*) => {
        $(
            #[derive(Debug)]
            pub(in crate::interp) struct $name;

            impl TypeTest for $name {
                #[inline(always)]
                fn holds($word: Word) -> bool {
                    $holds
                }
            }
        )*
    };
}

type_tests! {
    IsInteger |word| word.is_small() || (word.is_boxed() && view::is_integer(word)),
    IsFloat |word| view::kind(word) == Some(Kind::Float),
    IsNumber |word| word.is_small() || (word.is_boxed() && (view::is_integer(word) || view::kind(word) == Some(Kind::Float))),
    IsAtom |word| word.is_atom(),
    IsBoolean |word| word == Word::atom(atoms::TRUE) || word == Word::atom(atoms::FALSE),
    IsPid |word| word.is_local_pid() || view::kind(word) == Some(Kind::ExternalPid),
    IsReference |word| matches!(
        view::kind(word),
        Some(Kind::Reference | Kind::ResourceReference | Kind::ExternalReference)
    ),
    IsPort |word| word.as_port().is_some() || view::kind(word) == Some(Kind::ExternalPort),
    IsNil |word| word.is_nil(),
    IsCons |word| word.is_cons(),
    IsList |word| word.is_cons() || word.is_nil(),
    IsTuple |word| word.is_boxed() && view::header(word).is_some_and(|header| header.is(Kind::Tuple)),
    IsMap |word| matches!(view::kind(word), Some(Kind::FlatMap | Kind::TrieMap)),
    IsBinary |word| view::bits(word).is_some_and(|bits| bits.is_binary()),
    IsBitstring |word| matches!(
        view::kind(word),
        Some(Kind::HeapBinary | Kind::SubBinary | Kind::RefBinary)
    ),
    IsFunction |word| matches!(view::kind(word), Some(Kind::Fun | Kind::ExportFun)),
    IsTrue |word| word != Word::small_int(0),
}

handler! {
    fn test[T: TypeTest](s) {
        if T::holds(s.get(s.a())) { s.next_len() } else { s.jump(s.word >> 32) }
    }
}

handler! {
    fn quick_test[T: TypeTest, const A: bool](s) {
        if T::holds(s.read::<A>(s.a())) { s.next(1) } else { s.jump(s.word >> 32) }
    }
}

handler! {
    fn is_function_arity(s) {
        if funs::is_function_arity(s.get(s.a()), s.get(s.b())) { s.next_len() } else { s.jump(s.w(1)) }
    }
}

/// The header of a tuple of `second >> 32` elements.
#[inline(always)]
fn wanted_header(second: u64) -> Word {
    Word::header(Header::new(Kind::Tuple, (second >> 32) as usize))
}

/// The header of a boxed object.
#[inline(always)]
unsafe fn object(word: Word) -> *const Word {
    (word.to_bits() - 3) as *const Word
}

handler! {
    fn has_arity(s) {
        let (word, second) = (s.get(s.a()), s.w(1));
        let holds = word.is_boxed() && *object(word) == wanted_header(second);
        if holds { s.next_len() } else { s.jump(second) }
    }
}

handler! {
    fn quick_has_arity[const A: bool](s) {
        let (word, second) = (s.read::<A>(s.a()), s.w(1));
        let holds = word.is_boxed() && *object(word) == wanted_header(second);
        if holds { s.next(2) } else { s.jump(second) }
    }
}

handler! {
    fn is_tagged(s) {
        let (word, second) = (s.get(s.a()), s.w(1));
        let holds = word.is_boxed()
            && *object(word) == wanted_header(second)
            && (*object(word).add(1)).to_bits() == s.w(2);
        if holds { s.next_len() } else { s.jump(second) }
    }
}

handler! {
    fn quick_is_tagged[const A: bool](s) {
        let (word, second) = (s.read::<A>(s.a()), s.w(1));
        let holds = word.is_boxed()
            && *object(word) == wanted_header(second)
            && (*object(word).add(1)).to_bits() == s.w(2);
        if holds { s.next(3) } else { s.jump(second) }
    }
}
