//! Arity of funs.

use crate::abi::Word;
use crate::term::view;

/// Arguments that a fun takes.
pub(crate) fn fun_arity(word: Word) -> Option<u32> {
    let local = view::fun(word).map(|fun| fun.head.arity);
    local.or_else(|| view::export_fun(word).map(|fun| fun.head.arity))
}

/// `is_function(Fun, Arity)`
pub(crate) fn is_function_arity(fun: Word, arity: Word) -> bool {
    fun_arity(fun).is_some_and(|found| arity.as_small() == Some(i64::from(found)))
}
