//! What changes once the types are known.

use super::walk::Walk;
use crate::ir::{
    BlockCall, BlockData, Constant, Effects, Function, Immediate, InstData, MessageId, Op, Protocol,
    Terminator, Typing,
};
use crate::types::{ActorType, Kinds, Life, TermType, TupleShape, compares_exactly};

/// Changes an instruction that stands in a block.
pub(super) fn inst(walk: &Walk<'_>, inst: &mut InstData) {
    simplify(walk, inst);
    let makes_term = inst.op.result() == Some(crate::ir::Type::Term);
    if inst.op == Op::Const || !makes_term || !(inst.op.effects().is_removable() || cannot_raise(walk, inst))
    {
        return;
    }
    if let Some(constant) = walk.result_type(inst).single() {
        inst.op = Op::Const;
        inst.args.clear();
        inst.immediate = Immediate::Constant(constant);
    }
}

/// Another op that does the same with less.
#[expect(clippy::wildcard_enum_match_arm, reason = "the others have no simpler form")]
fn simplify(walk: &Walk<'_>, inst: &mut InstData) {
    match inst.op {
        Op::Eq if compares_exactly(&walk.args(inst)) => inst.op = Op::EqExact,
        Op::Ne if compares_exactly(&walk.args(inst)) => inst.op = Op::NeExact,
        Op::IsList if !walk.type_of(inst.args[0]).kinds().meets(Kinds::NIL) => inst.op = Op::IsCons,
        Op::IsList if !walk.type_of(inst.args[0]).kinds().meets(Kinds::CONS) => inst.op = Op::IsNil,
        // Only where it cannot raise: the two forms show different traces.
        Op::Add | Op::Sub if cannot_raise(walk, inst) => {
            if let Some(constant @ Constant::Int(_)) = walk.type_of(inst.args[1]).single() {
                inst.op = if inst.op == Op::Add { Op::AddSmall } else { Op::SubSmall };
                inst.immediate = Immediate::Constant(constant);
                inst.args.truncate(1);
            }
        }
        Op::ToFloat if walk.type_of(inst.args[0]).kinds() == Kinds::FLOAT => inst.op = Op::Unbox,
        _ => {}
    }
}

/// Whether the instruction gives a result whatever the values of its operands, being of their types.
#[expect(clippy::wildcard_enum_match_arm, reason = "of the others that is not known")]
fn cannot_raise(walk: &Walk<'_>, inst: &InstData) -> bool {
    let is_integer = |index: usize| walk.type_of(inst.args[index]).kinds().is_within(Kinds::INTEGER);
    let is_small = |index: usize| is_integer(index) && walk.type_of(inst.args[index]).range().is_small();
    match inst.op {
        // Large enough integers do not fit in memory, and large enough floats are none; sums of small ones are safe.
        Op::Add | Op::Sub | Op::Mul => is_small(0) && is_small(1),
        Op::Negate | Op::BitNot | Op::AddSmall | Op::SubSmall => is_small(0),
        Op::BitAnd | Op::BitOr | Op::BitXor => is_integer(0) && is_integer(1),
        Op::IntDiv | Op::IntRem => {
            let range = walk.type_of(inst.args[1]).range();
            let excludes_zero =
                range.lower().is_some_and(|low| low > 0) || range.upper().is_some_and(|high| high < 0);
            is_integer(0) && is_integer(1) && excludes_zero
        }
        Op::ShiftRight => is_small(0) && is_small(1) && walk.type_of(inst.args[1]).range().lower() >= Some(0),
        Op::MapPut => walk.type_of(inst.args[0]).kinds().is_within(Kinds::MAP),
        Op::ToFloat => is_small(0),
        _ => false,
    }
}

/// Whether the instruction never gives a result.
#[expect(clippy::wildcard_enum_match_arm, reason = "of the others that is not known")]
fn must_fail(walk: &Walk<'_>, inst: &InstData) -> bool {
    let excludes = |index: usize, kinds: Kinds| !walk.type_of(inst.args[index]).kinds().meets(kinds);
    match inst.op {
        Op::Add | Op::Sub | Op::Mul | Op::Divide => excludes(0, Kinds::NUMBER) || excludes(1, Kinds::NUMBER),
        Op::Negate | Op::ToFloat | Op::AddSmall | Op::SubSmall => excludes(0, Kinds::NUMBER),
        Op::IntDiv | Op::IntRem | Op::BitAnd | Op::BitOr | Op::BitXor | Op::ShiftLeft | Op::ShiftRight => {
            excludes(0, Kinds::INTEGER) || excludes(1, Kinds::INTEGER)
        }
        Op::BitNot => excludes(0, Kinds::INTEGER),
        Op::MapGet | Op::MapPut | Op::MapUpdate => excludes(0, Kinds::MAP),
        Op::ActorSend => sends_nothing(walk, inst),
        Op::BsStart => excludes(0, Kinds::BITSTRING.or(Kinds::HIDDEN)),
        _ => false,
    }
}

/// Whether no actor can get the message: the destination is none, has ended or does not take it, or a field does not convert.
fn sends_nothing(walk: &Walk<'_>, inst: &InstData) -> bool {
    let (typing, to) = (walk.tables.typing, walk.type_of(inst.args[0]));
    let Immediate::Message(id) = inst.immediate else { return false };
    let Some(message) = typing.message(id) else { return false };
    let fields = message.fields.iter().zip(&inst.args[1..]);
    let is_name = to.kinds().meets(Kinds::ATOM);
    !to.kinds().meets(Kinds::PID.or(Kinds::ATOM))
        || fields.into_iter().any(|(wanted, &field)| walk.type_of(field).meet(wanted).is_none())
        || !is_name && to.as_actor().is_some_and(|actor| !may_take(typing, *actor, id))
}

/// Whether such an actor may take the message.
fn may_take(typing: &Typing, actor: ActorType, message: MessageId) -> bool {
    let takes = |protocol: &Protocol| protocol.messages.iter().any(|taken| taken.message == message);
    actor.life == Life::Any && typing.protocol(actor.protocol).is_none_or(takes)
}

/// Changes the terminator of a block.
pub(super) fn terminator(walk: &mut Walk<'_>, function: &mut Function, data: &mut BlockData) {
    match &mut data.terminator {
        Terminator::Branch { condition, then, otherwise } => {
            if let Some(truth) = walk.truth(*condition) {
                let taken = if truth { then } else { otherwise };
                data.terminator = Terminator::Jump(taken.clone());
            }
        }
        Terminator::Switch { value, cases, default } => {
            let ty = walk.type_of(*value);
            let literals = walk.tables.literals;
            cases.retain(|(key, _)| !ty.meet(&TermType::of_constant(*key, literals)).is_none());
            let rest = cases.iter().fold(ty.clone(), |ty, (key, _)| ty.without_constant(*key));
            if rest.is_none()
                && let Some((_, last)) = cases.pop()
            {
                *default = last;
            }
            if cases.is_empty() {
                data.terminator = Terminator::Jump(default.clone());
            }
        }
        Terminator::SwitchArity { value, cases, default } => {
            let ty = walk.type_of(*value);
            cases.retain(|(arity, _)| !ty.meet(&TermType::tuple(TupleShape::Arity(*arity))).is_none());
            let is_only_case = ty.kinds() == Kinds::TUPLE
                && ty.shape().arity().is_some_and(|arity| cases.iter().any(|(case, _)| *case == arity));
            if is_only_case && let Some((_, only)) = cases.pop() {
                *default = only;
            }
            if cases.is_empty() {
                data.terminator = Terminator::Jump(default.clone());
            }
        }
        Terminator::Attempt { inst, ok, fail } => {
            simplify(walk, inst);
            let is_total = !inst.op.effects().has(Effects::RAISES);
            if is_total || cannot_raise(walk, inst) {
                let (inst, ok) = (inst.clone(), ok.clone());
                becomes_plain(walk, function, data, inst, ok);
            } else if must_fail(walk, inst) {
                data.terminator = Terminator::Jump(fail.clone());
            }
        }
        Terminator::Try { inst, ok: Some(ok), .. } if !inst.op.effects().has(Effects::CALLS) => {
            simplify(walk, inst);
            let is_total = !inst.op.effects().has(Effects::RAISES);
            if is_total || cannot_raise(walk, inst) {
                let (inst, ok) = (inst.clone(), ok.clone());
                becomes_plain(walk, function, data, inst, ok);
            }
        }
        Terminator::Try { .. }
        | Terminator::Jump(_)
        | Terminator::Return(_)
        | Terminator::TailCall(_)
        | Terminator::RecvNext { .. }
        | Terminator::Wait(_)
        | Terminator::WaitTimeout { .. }
        | Terminator::Unreachable => {}
    }
}

/// The instruction of the terminator becomes the last of the block, which then jumps.
fn becomes_plain(
    walk: &mut Walk<'_>,
    function: &mut Function,
    data: &mut BlockData,
    mut inst: InstData,
    mut ok: BlockCall,
) {
    if let Some(ty) = inst.op.result() {
        let result = walk.new_value(function, ty);
        inst.result = Some(result);
        ok.args.insert(0, result);
    }
    self::inst(walk, &mut inst);
    walk.step(&inst);
    data.insts.push(inst);
    data.terminator = Terminator::Jump(ok);
}
