//! Types of constants.

use super::{IntRange, Kinds, TermType, TupleShape};
use crate::ir::Constant;
use crate::term::OwnedTerm;
use crate::term::view::TermView;

impl TermType {
    /// Type of a constant; `literals` are those of its module.
    pub fn of_constant(constant: Constant, literals: &[OwnedTerm]) -> TermType {
        match constant {
            Constant::Int(value) => TermType::integer(IntRange::exactly(value)),
            Constant::Atom(atom) => TermType::atom(atom),
            Constant::Nil => TermType::of(Kinds::NIL),
            Constant::Literal(id) => {
                literals.get(id.index()).map_or(TermType::ANY, |term| TermType::of_term(term.view()))
            }
        }
    }

    /// Type of a term.
    pub fn of_term(term: TermView<'_>) -> TermType {
        match term {
            TermView::Small(value) => TermType::integer(IntRange::exactly(value)),
            TermView::Big(_) => TermType::of(Kinds::INTEGER),
            TermView::Float(_) => TermType::of(Kinds::FLOAT),
            TermView::Atom(atom) => TermType::atom(atom),
            TermView::Pid(_) | TermView::ExternalPid(_) => TermType::of(Kinds::PID),
            TermView::Port(_) | TermView::ExternalPort(_) => TermType::of(Kinds::PORT),
            TermView::Reference(_) | TermView::ExternalReference(_) => TermType::of(Kinds::REFERENCE),
            TermView::Fun(_) | TermView::ExportFun(_) => TermType::of(Kinds::FUN),
            TermView::Nil => TermType::of(Kinds::NIL),
            TermView::Cons(..) => TermType::of(Kinds::CONS),
            TermView::Tuple(elements) => {
                let arity = elements.len() as u32;
                TermType::tuple(match elements.first().and_then(|first| first.as_atom()) {
                    Some(tag) => TupleShape::Tagged(arity, tag),
                    None => TupleShape::Arity(arity),
                })
            }
            TermView::Map(_) => TermType::of(Kinds::MAP),
            TermView::Bits(_) => TermType::of(Kinds::BITSTRING),
            TermView::Hidden => TermType::ANY,
        }
    }
}
