//! Which family an instruction belongs to; the simple ones are lowered here.

use dala_ir::ir::{Constant, Immediate, Op, Terminator};

use super::Lowering;
use super::context::Slot;
use super::emit::Emitter;
use super::flow::EdgeKind;
use crate::opcode::Instruction as I;
use crate::opcode::operand::{Register, Source};

impl Emitter<'_> {
    /// A test of one value.
    fn test(&mut self, op: Op, value: &Source) -> Lowering<()> {
        let value = self.source(value)?;
        let condition = self.build.value(op, &[value]);
        self.branch(condition)
    }

    /// A test of two values.
    fn compare(&mut self, op: Op, first: &Source, second: &Source) -> Lowering<()> {
        let values = [self.source(first)?, self.source(second)?];
        let condition = self.build.value(op, &values);
        self.branch(condition)
    }

    fn nil(&mut self, slots: &[Register]) -> Lowering<()> {
        for slot in slots {
            let nil = self.build.constant(Constant::Nil);
            self.write(*slot, nil)?;
        }
        Ok(())
    }

    /// Lowers one instruction.
    pub(super) fn instruction(&mut self, instruction: &I) -> Lowering<()> {
        match instruction {
            I::Label { .. }
            | I::Line { .. }
            | I::IntCodeEnd {}
            | I::OnLoad {}
            | I::NifStart {}
            | I::ExecutableLine { .. }
            | I::DebugLine { .. }
            | I::TestHeap { .. }
            | I::Allocate { .. }
            | I::AllocateHeap { .. }
            | I::Deallocate { .. }
            | I::Trim { .. }
            | I::RecvMark { .. }
            | I::RecvSet { .. }
            | I::FClearError {}
            | I::FCheckError { .. }
            | I::Swap { .. }
            | I::Catch { .. }
            | I::Try { .. }
            | I::TryEnd { .. }
            | I::TryCase { .. }
            | I::BsAdd { .. }
            | I::BsUtf8Size { .. }
            | I::BsUtf16Size { .. } => Ok(()),

            I::AllocateZero { slots, .. } | I::AllocateHeapZero { slots, .. } => {
                // The frame comes into being here: its slots are numbered from 0.
                for slot in 0..*slots as u16 {
                    let nil = self.build.constant(Constant::Nil);
                    self.write_slot(Slot::Y(slot), nil)?;
                }
                Ok(())
            }
            I::Init { slot } => self.nil(&[*slot]),
            I::InitYregs { slots } => self.nil(slots),
            I::Move { from: Source::Register(..), .. } => Ok(()),
            I::Move { from, to } => {
                let value = self.source(from)?;
                self.write(*to, value)
            }
            I::Jump { .. } => {
                let target = self.edge(EdgeKind::Normal)?;
                self.build.terminate(Terminator::Jump(target));
                Ok(())
            }

            I::FuncInfo { arity, .. } => self.function_clause(*arity),
            I::Badmatch { value } => self.raise_with(Op::Badmatch, &[value]),
            I::IfEnd {} => self.raise_with(Op::IfClause, &[]),
            I::CaseEnd { value } => self.raise_with(Op::CaseClause, &[value]),
            I::TryCaseEnd { value } => self.raise_with(Op::TryClause, &[value]),
            I::Badrecord { value } => self.raise_with(Op::Badrecord, &[value]),
            I::Raise { trace, reason } => self.raise_with(Op::Reraise, &[trace, reason]),
            I::RawRaise {} => {
                let arguments = self.arguments(3_u32)?;
                self.fallible(Op::RawRaise, &arguments, Immediate::None, None, Some(Register::X(0)))
            }
            I::BuildStacktrace {} => self.build_stacktrace(),
            I::CatchEnd { .. } => self.catch_end(),

            I::Call { arity, target } => self.call(*arity, *target),
            I::CallLast { arity, target, .. } | I::CallOnly { arity, target } => {
                self.tail_call(*arity, *target)
            }
            I::CallExt { arity, target } => self.call_ext(*arity, *target),
            I::CallExtLast { arity, target, .. } | I::CallExtOnly { arity, target } => {
                self.tail_call_ext(*arity, *target)
            }
            I::CallFun { arity } => {
                self.call_fun(*arity, &Source::Register(Register::X((*arity).into()), None))
            }
            I::CallFun2 { arity, fun, .. } => self.call_fun(*arity, fun),
            I::Apply { arity } => self.apply(*arity),
            I::ApplyLast { arity, .. } => self.tail_apply(*arity),
            I::Return {} => {
                // OTP's loader makes a tail call of `call_fun` and a return, too: a program may loop by it.
                let value = self.read(Register::X(0))?;
                self.build.return_value(value);
                Ok(())
            }
            I::MakeFun2 { lambda } => self.make_fun_of_arguments(*lambda),
            I::MakeFun3 { lambda, to, free } => self.make_fun(*lambda, *to, free),

            I::Bif0 { bif, to } => self.bif(None, *bif, &[], *to),
            I::Bif1 { fail, bif, argument, to } | I::GcBif1 { fail, bif, argument, to, .. } => {
                self.bif(*fail, *bif, &[argument], *to)
            }
            I::Bif2 { fail, bif, first, second, to } | I::GcBif2 { fail, bif, first, second, to, .. } => {
                self.bif(*fail, *bif, &[first, second], *to)
            }
            I::Bif3 { fail, bif, first, second, third, to }
            | I::GcBif3 { fail, bif, first, second, third, to, .. } => {
                self.bif(*fail, *bif, &[first, second, third], *to)
            }

            I::Send {} => {
                let arguments = self.arguments(2_u32)?;
                self.fallible(Op::Send, &arguments, Immediate::None, None, Some(Register::X(0)))
            }
            I::LoopRec { to, .. } => self.loop_rec(*to),
            I::RemoveMessage {} => self.effect(Op::RecvAccept, &[]),
            I::Timeout {} => self.effect(Op::RecvTimedOut, &[]),
            I::LoopRecEnd { .. } => self.loop_rec_end(),
            I::Wait { .. } => self.wait(),
            I::WaitTimeout { time, .. } => self.wait_timeout(time),
            I::RecvMarkerReserve { to } => self.total(Op::MarkerReserve, &[], Immediate::None, *to),
            I::RecvMarkerBind { marker, reference } => self.effect(Op::MarkerBind, &[marker, reference]),
            I::RecvMarkerClear { reference } => self.effect(Op::MarkerClear, &[reference]),
            I::RecvMarkerUse { reference } => self.effect(Op::MarkerUse, &[reference]),

            I::IsLt { first, second, .. } => self.compare(Op::Lt, first, second),
            I::IsGe { first, second, .. } => self.compare(Op::Ge, first, second),
            I::IsEq { first, second, .. } => self.compare(Op::Eq, first, second),
            I::IsNe { first, second, .. } => self.compare(Op::Ne, first, second),
            I::IsEqExact { first, second, .. } => self.compare(Op::EqExact, first, second),
            I::IsNeExact { first, second, .. } => self.compare(Op::NeExact, first, second),
            I::IsFunction2 { value, arity, .. } => self.compare(Op::IsFunctionArity, value, arity),
            I::IsInteger { value, .. } => self.test(Op::IsInteger, value),
            I::IsFloat { value, .. } => self.test(Op::IsFloat, value),
            I::IsNumber { value, .. } => self.test(Op::IsNumber, value),
            I::IsAtom { value, .. } => self.test(Op::IsAtom, value),
            I::IsPid { value, .. } => self.test(Op::IsPid, value),
            I::IsReference { value, .. } => self.test(Op::IsReference, value),
            I::IsPort { value, .. } => self.test(Op::IsPort, value),
            I::IsNil { value, .. } => self.test(Op::IsNil, value),
            I::IsBinary { value, .. } => self.test(Op::IsBinary, value),
            I::IsBitstring { value, .. } => self.test(Op::IsBitstring, value),
            I::IsList { value, .. } => self.test(Op::IsList, value),
            I::IsNonemptyList { value, .. } => self.test(Op::IsCons, value),
            I::IsTuple { value, .. } => self.test(Op::IsTuple, value),
            I::IsBoolean { value, .. } => self.test(Op::IsBoolean, value),
            I::IsMap { value, .. } => self.test(Op::IsMap, value),
            I::IsFunction { value, .. } => self.test(Op::IsFunction, value),
            I::TestArity { tuple, arity, .. } => self.test_arity(tuple, *arity),
            I::IsTaggedTuple { value, arity, tag, .. } => self.is_tagged_tuple(value, *arity, tag),
            I::SelectVal { value, targets, .. } => self.select_val(value, targets),
            I::SelectTupleArity { tuple, targets, .. } => self.select_tuple_arity(tuple, targets),
            I::GetList { list, head, tail } => self.get_list(list, Some(*head), Some(*tail)),
            I::GetHead { list, to } => self.get_list(list, Some(*to), None),
            I::GetTail { list, to } => self.get_list(list, None, Some(*to)),
            I::GetTupleElement { tuple, index, to } => self.get_tuple_element(tuple, *index, *to),
            I::SetTupleElement { value, tuple, index } => self.set_tuple_element(value, tuple, *index),
            I::PutList { head, tail, to } => {
                let values = self.sources([head, tail])?;
                self.total(Op::Cons, &values, Immediate::None, *to)
            }
            I::PutTuple2 { to, elements } => {
                let values = self.sources(elements)?;
                self.total(Op::Tuple, &values, Immediate::None, *to)
            }
            I::UpdateRecord { size, tuple, to, updates, .. } => {
                self.update_record(*size, tuple, *to, updates)
            }

            I::PutMapAssoc { fail, map, to, pairs, .. } => self.put_map(Op::MapPut, *fail, map, *to, pairs),
            I::PutMapExact { fail, map, to, pairs, .. } => {
                self.put_map(Op::MapUpdate, *fail, map, *to, pairs)
            }
            I::HasMapFields { map, keys, .. } => self.has_map_fields(map, keys),
            I::GetMapElements { map, pairs, .. } => self.get_map_elements(map, pairs),

            I::FMove { from, to } => self.move_float(from, *to),
            I::FConv { from, to } => self.convert_to_float(from, *to),
            I::FAdd { fail, first, second, to } => {
                self.float_arithmetic(Op::FAdd, *fail, *first, *second, *to)
            }
            I::FSub { fail, first, second, to } => {
                self.float_arithmetic(Op::FSub, *fail, *first, *second, *to)
            }
            I::FMul { fail, first, second, to } => {
                self.float_arithmetic(Op::FMul, *fail, *first, *second, *to)
            }
            I::FDiv { fail, first, second, to } => {
                self.float_arithmetic(Op::FDiv, *fail, *first, *second, *to)
            }
            I::FNegate { value, to, .. } => self.negate_float(*value, *to),

            I::BsStartMatch3 { .. }
            | I::BsStartMatch4 { .. }
            | I::BsGetInteger2 { .. }
            | I::BsGetFloat2 { .. }
            | I::BsGetBinary2 { .. }
            | I::BsSkipBits2 { .. }
            | I::BsTestTail2 { .. }
            | I::BsTestUnit { .. }
            | I::BsMatchString { .. }
            | I::BsGetUtf8 { .. }
            | I::BsSkipUtf8 { .. }
            | I::BsGetUtf16 { .. }
            | I::BsSkipUtf16 { .. }
            | I::BsGetUtf32 { .. }
            | I::BsSkipUtf32 { .. }
            | I::BsGetTail { .. }
            | I::BsGetPosition { .. }
            | I::BsSetPosition { .. }
            | I::BsMatch { .. } => self.match_bits(instruction),
            I::BsCreateBin { .. }
            | I::BsInitWritable {}
            | I::BsInit2 { .. }
            | I::BsInitBits { .. }
            | I::BsAppend { .. }
            | I::BsPrivateAppend { .. }
            | I::BsPutInteger { .. }
            | I::BsPutBinary { .. }
            | I::BsPutFloat { .. }
            | I::BsPutString { .. }
            | I::BsPutUtf8 { .. }
            | I::BsPutUtf16 { .. }
            | I::BsPutUtf32 { .. } => self.build_bits(instruction),
        }
    }
}
