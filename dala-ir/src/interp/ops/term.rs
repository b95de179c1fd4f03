//! Tests that look behind a pointer.

use crate::abi::{Kind, Word, atoms};
use crate::interp::code::Opcode;
use crate::term::view;

/// The value of a one-operand test that needs more than the tag.
#[inline(never)]
pub(crate) fn test(op: Opcode, word: Word) -> bool {
    let kind = || view::kind(word);
    match op {
        Opcode::IsInteger => view::is_integer(word),
        Opcode::IsFloat => kind() == Some(Kind::Float),
        Opcode::IsNumber => view::is_integer(word) || kind() == Some(Kind::Float),
        Opcode::IsBoolean => word == Word::atom(atoms::TRUE) || word == Word::atom(atoms::FALSE),
        Opcode::IsPid => word.is_local_pid() || kind() == Some(Kind::ExternalPid),
        Opcode::IsReference => {
            matches!(kind(), Some(Kind::Reference | Kind::ResourceReference | Kind::ExternalReference))
        }
        Opcode::IsPort => word.as_port().is_some() || kind() == Some(Kind::ExternalPort),
        Opcode::IsMap => matches!(kind(), Some(Kind::FlatMap | Kind::TrieMap)),
        Opcode::IsBinary => view::bits(word).is_some_and(|bits| bits.is_binary()),
        Opcode::IsBitstring => matches!(kind(), Some(Kind::HeapBinary | Kind::SubBinary | Kind::RefBinary)),
        Opcode::IsFunction => matches!(kind(), Some(Kind::Fun | Kind::ExportFun)),
        _ => false,
    }
}

/// Arguments that a fun takes.
pub(crate) fn fun_arity(word: Word) -> Option<u32> {
    match view::kind(word)? {
        Kind::Fun => view::fun(word).map(|fun| fun.head.arity),
        Kind::ExportFun => view::export_fun(word).map(|fun| fun.head.arity),
        _ => None,
    }
}

/// `is_function(Fun, Arity)`
pub(crate) fn is_function_arity(fun: Word, arity: Word) -> bool {
    fun_arity(fun).is_some_and(|found| arity.as_small() == Some(i64::from(found)))
}
