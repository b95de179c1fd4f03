//! Comparison and boolean operators, and type tests, as functions (`erlang:'=:='/2`, `apply(erlang, is_atom, [X])`).

use dala_ir::abi::Word;
use dala_ir::term::compare;
use dala_ir::term::view::{self, TermView};

use crate::bif::Answer;
use crate::bif::arguments::{arity, atom, boolean, truth};
use crate::process::Process;

macro_rules! comparison {
    ($($(#[$doc:meta])* $name:ident = |$left:ident, $right:ident| $test:expr;)*) => {
        $($(#[$doc])* pub(crate) fn $name(_: &mut Process, [$left, $right]: [Word; 2]) -> Answer {
            Ok(boolean($test))
        })*
    };
}

comparison! {
    /// `=:=`.
    eq_exact = |left, right| compare::eq_exact(left, right);
    /// `=/=`.
    ne_exact = |left, right| !compare::eq_exact(left, right);
    /// `==`.
    eq = |left, right| compare::eq_loose(left, right);
    /// `/=`.
    ne = |left, right| !compare::eq_loose(left, right);
    /// `<`.
    lt = |left, right| compare::cmp(left, right).is_lt();
    /// `=<`.
    le = |left, right| compare::cmp(left, right).is_le();
    /// `>`.
    gt = |left, right| compare::cmp(left, right).is_gt();
    /// `>=`.
    ge = |left, right| compare::cmp(left, right).is_ge();
}

/// `and`.
pub(crate) fn and(_: &mut Process, [left, right]: [Word; 2]) -> Answer {
    Ok(boolean(truth(left)? & truth(right)?))
}

/// `or`.
pub(crate) fn or(_: &mut Process, [left, right]: [Word; 2]) -> Answer {
    Ok(boolean(truth(left)? | truth(right)?))
}

/// `xor`.
pub(crate) fn xor(_: &mut Process, [left, right]: [Word; 2]) -> Answer {
    Ok(boolean(truth(left)? ^ truth(right)?))
}

/// `not`.
pub(crate) fn not(_: &mut Process, [value]: [Word; 1]) -> Answer {
    Ok(boolean(!truth(value)?))
}

macro_rules! type_tests {
    ($($(#[$doc:meta])* $name:ident: $pattern:pat => $condition:expr;)*) => {
        $($(#[$doc])* pub(crate) fn $name(_: &mut Process, [term]: [Word; 1]) -> Answer {
            Ok(boolean(matches!(term.view(), $pattern if $condition)))
        })*
    };
}

type_tests! {
    /// `is_atom/1`.
    is_atom: TermView::Atom(_) => true;
    /// `is_bitstring/1`.
    is_bitstring: TermView::Bits(_) => true;
    /// `is_binary/1`.
    is_binary: TermView::Bits(bits) => bits.is_binary();
    /// `is_float/1`.
    is_float: TermView::Float(_) => true;
    /// `is_function/1`.
    is_function: TermView::Fun(_) | TermView::ExportFun(_) => true;
    /// `is_integer/1`.
    is_integer: TermView::Small(_) | TermView::Big(_) => true;
    /// `is_list/1`.
    is_list: TermView::Nil | TermView::Cons(..) => true;
    /// `is_map/1`.
    is_map: TermView::Map(_) => true;
    /// `is_number/1`.
    is_number: TermView::Small(_) | TermView::Big(_) | TermView::Float(_) => true;
    /// `is_pid/1`.
    is_pid: TermView::Pid(_) | TermView::ExternalPid(_) => true;
    /// `is_port/1`.
    is_port: TermView::Port(_) | TermView::ExternalPort(_) => true;
    /// `is_reference/1`.
    is_reference: TermView::Reference(_) | TermView::ExternalReference(_) => true;
    /// `is_tuple/1`.
    is_tuple: TermView::Tuple(_) => true;
}

/// `is_boolean/1`.
pub(crate) fn is_boolean(_: &mut Process, [term]: [Word; 1]) -> Answer {
    Ok(boolean(truth(term).is_ok()))
}

/// `is_function(Term, Arity)`; an arity over 255 is no fun's.
pub(crate) fn is_function_arity(_: &mut Process, [term, wanted]: [Word; 2]) -> Answer {
    let wanted = match arity(wanted) {
        Ok(wanted) => Some(wanted),
        Err(exception) => match wanted.view() {
            TermView::Small(value) if value >= 0 => None,
            TermView::Big(big) if !big.negative => None,
            _ => return Err(exception),
        },
    };
    Ok(boolean(wanted.is_some() && fun_arity(term) == wanted))
}

/// Number of arguments of a fun.
pub(crate) fn fun_arity(term: Word) -> Option<u32> {
    view::fun(term).map(|fun| fun.head.arity).or_else(|| view::export_fun(term).map(|fun| fun.head.arity))
}

/// `is_record(Term, Tag)`.
pub(crate) fn is_record(_: &mut Process, [term, tag]: [Word; 2]) -> Answer {
    let tag = atom(tag)?;
    let elements = view::tuple_elements(term);
    Ok(boolean(elements.is_some_and(|elements| elements.first() == Some(&Word::atom(tag)))))
}

/// `is_record(Term, Tag, Size)`.
pub(crate) fn is_record_sized(_: &mut Process, [term, tag, size]: [Word; 3]) -> Answer {
    let tag = atom(tag)?;
    let size = crate::bif::arguments::small(size)?;
    let elements = view::tuple_elements(term);
    Ok(boolean(
        elements.is_some_and(|elements| {
            elements.len() as i64 == size && elements.first() == Some(&Word::atom(tag))
        }),
    ))
}

/// `erts_internal:cmp_term(A, B)`: -1, 0 or 1 in the order of map keys, where integers stand before floats.
pub(crate) fn cmp_term(_: &mut Process, [left, right]: [Word; 2]) -> Answer {
    let order = compare::cmp_exact(left, right);
    Ok(Word::small_int(order as i64))
}
