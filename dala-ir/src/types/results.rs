//! What an op makes of operands of known types.

use super::{AtomSet, IntRange, Kinds, TermType, TupleShape, guard_bifs};
use crate::ir::{Constant, Immediate, InstData, Op, Tables, Type, Typing};
use crate::term::OwnedTerm;

/// Type of an instruction's result when it gives one; the operands' types are `args`, in order. A bool is typed as the
/// atom that [`Op::BoolTerm`] makes of it, a float as a float.
#[expect(clippy::wildcard_enum_match_arm, reason = "of the others only what the table of ops says")]
pub fn result_type(inst: &InstData, args: &[&TermType], tables: Tables<'_>) -> TermType {
    let Tables { literals, typing, .. } = tables;
    match inst.op {
        Op::Const => immediate_type(inst, literals),
        Op::BoolTerm => args[0].meet(&TermType::atoms_of(AtomSet::booleans())),
        Op::Cons => TermType::of(Kinds::CONS),
        Op::Tuple => {
            let arity = inst.args.len() as u32;
            TermType::tuple(match args.first().and_then(|tag| tag.single()) {
                Some(Constant::Atom(tag)) => TupleShape::Tagged(arity, tag),
                _ => TupleShape::Arity(arity),
            })
        }
        Op::TupleUpdate => updated(args[0], &inst.immediate),
        Op::MakeFun => TermType::of(Kinds::FUN),
        Op::MapNew | Op::MapPut | Op::MapUpdate => TermType::of(Kinds::MAP),
        Op::Add => arithmetic(args, IntRange::plus),
        Op::Sub => arithmetic(args, IntRange::minus),
        Op::AddSmall => arithmetic(&[args[0], &immediate_type(inst, literals)], IntRange::plus),
        Op::SubSmall => arithmetic(&[args[0], &immediate_type(inst, literals)], IntRange::minus),
        Op::Mul => arithmetic(args, IntRange::times),
        Op::IntDiv => integers(args, IntRange::divided_by),
        Op::IntRem => integers(args, IntRange::remainder_by),
        Op::BitAnd => integers(args, IntRange::bit_and),
        Op::BitOr | Op::BitXor => integers(args, IntRange::bit_or),
        Op::ShiftLeft => TermType::of(Kinds::INTEGER),
        Op::ShiftRight => integers(args, IntRange::shift_right),
        Op::Negate => arithmetic(&[&TermType::integer(IntRange::exactly(0)), args[0]], IntRange::minus),
        Op::BitNot => TermType::integer(args[0].range().bit_not()),
        Op::Divide | Op::Box => TermType::of(Kinds::FLOAT),
        Op::Bif | Op::CallExt => called(&inst.immediate, tables),
        Op::TupleGet => element(args[0].shape(), &inst.immediate, typing),
        Op::BsGetInteger => matched_integer(args[1], &inst.immediate),
        Op::BsGetFloat => TermType::of(Kinds::FLOAT),
        Op::BsGetBinary | Op::BsGetRest | Op::BsTail | Op::BsCreate => TermType::of(Kinds::BITSTRING),
        Op::BsGetUtf8 | Op::BsGetUtf16 | Op::BsGetUtf32 => natural(Some(21)),
        Op::BsPosition => natural(None),
        Op::BsUtf8Size | Op::BsUtf16Size => natural(Some(3)),
        Op::BsStart | Op::BsContext => TermType::of(Kinds::HIDDEN),
        _ => match inst.op.result() {
            Some(Type::Bool) => TermType::atoms_of(AtomSet::booleans()),
            Some(Type::F64) => TermType::of(Kinds::FLOAT),
            _ => TermType::ANY,
        },
    }
}

/// Type of an instruction's constant.
fn immediate_type(inst: &InstData, literals: &[OwnedTerm]) -> TermType {
    let Immediate::Constant(constant) = inst.immediate else { return TermType::ANY };
    TermType::of_constant(constant, literals)
}

/// Type of a tuple of which some elements are replaced: the arity, and their numbers.
fn updated(tuple: &TermType, immediate: &Immediate) -> TermType {
    let Immediate::Indices(indices) = immediate else { return TermType::of(Kinds::TUPLE) };
    let [arity, replaced @ ..] = &indices[..] else { return TermType::of(Kinds::TUPLE) };
    let was = tuple.shape();
    // The tag stays unless it is what is replaced.
    let is_kept = was.arity() == Some(*arity) && !replaced.contains(&0);
    TermType::tuple(if is_kept { was } else { TupleShape::Arity(*arity) })
}

/// Type of what a built-in or native function gives.
fn called(immediate: &Immediate, tables: Tables<'_>) -> TermType {
    let Immediate::Import(id) = *immediate else { return TermType::ANY };
    match tables.typing.signature(id) {
        Some(signature) => signature.result.clone(),
        None => tables.imports.get(id.index()).map_or(TermType::ANY, guard_bifs::result_type),
    }
}

/// Type of an element of a tuple, of which its shape says something.
fn element(shape: TupleShape, immediate: &Immediate, typing: &Typing) -> TermType {
    let known = match (shape, immediate) {
        (shape, Immediate::Index(0)) => shape.tag().map(TermType::atom),
        (TupleShape::Message(_, _, id), Immediate::Index(index)) => {
            let field = (*index as usize).checked_sub(1);
            typing.message(id).zip(field).and_then(|(message, field)| message.fields.get(field).cloned())
        }
        _ => None,
    };
    known.unwrap_or(TermType::ANY)
}

/// Type of an integer of so many units that a binary holds.
fn matched_integer(size: &TermType, immediate: &Immediate) -> TermType {
    let Immediate::Segment(segment) = immediate else { return TermType::of(Kinds::INTEGER) };
    if segment.flags.signed { TermType::of(Kinds::INTEGER) } else { natural(bits_of(size, segment.unit)) }
}

/// Integers of so many bits, without a sign.
fn natural(bits: Option<u32>) -> TermType {
    let upper = bits.filter(|&bits| bits < 63).map(|bits| (1_i64 << bits) - 1);
    TermType::integer(IntRange::new(Some(0), upper).unwrap_or(IntRange::ANY))
}

fn bits_of(size: &TermType, unit: u16) -> Option<u32> {
    u32::try_from(size.range().upper()?).ok()?.checked_mul(unit.into())
}

/// Of `+`, `-` and `*`: an integer when both operands are, a float when one is.
fn arithmetic(args: &[&TermType], range: fn(IntRange, IntRange) -> IntRange) -> TermType {
    let [a, b] = [args[0], args[1]].map(|ty| ty.kinds().and(Kinds::NUMBER));
    if a.is_empty() || b.is_empty() {
        return TermType::NONE;
    }
    let mut result = TermType::NONE;
    if a.meets(Kinds::INTEGER) && b.meets(Kinds::INTEGER) {
        result = integers(args, range);
    }
    if a.meets(Kinds::FLOAT) || b.meets(Kinds::FLOAT) {
        result = result.join(&TermType::of(Kinds::FLOAT));
    }
    result
}

fn integers(args: &[&TermType], range: fn(IntRange, IntRange) -> IntRange) -> TermType {
    if args.iter().any(|ty| !ty.kinds().meets(Kinds::INTEGER)) {
        return TermType::NONE;
    }
    TermType::integer(range(args[0].range(), args[1].range()))
}
