//! Which instructions have machine code; all others are left to the interpreter.

use super::decode::Instruction;
use crate::interp::opcode::Opcode;

/// Largest tuple that is copied in line by an update.
const COPIED_ELEMENTS: u64 = 16;

/// Whether there is machine code for the instruction.
pub(super) fn is_inline(ins: &Instruction) -> bool {
    match ins.op {
        Opcode::Jump
        | Opcode::Move
        | Opcode::Move2
        | Opcode::MoveWord
        | Opcode::MoveFloat
        | Opcode::Open
        | Opcode::Open0
        | Opcode::Open1
        | Opcode::Open2
        | Opcode::Open3
        | Opcode::Open4
        | Opcode::Gc
        | Opcode::GcOne
        | Opcode::Kill
        | Opcode::Return
        | Opcode::ReturnValue
        | Opcode::ReturnWord
        | Opcode::Call
        | Opcode::CallTail
        | Opcode::CallExt
        | Opcode::CallExtTail
        | Opcode::CallFun
        | Opcode::CallFunTail
        | Opcode::IsInteger
        | Opcode::IsFloat
        | Opcode::IsNumber
        | Opcode::IsAtom
        | Opcode::IsBoolean
        | Opcode::IsPid
        | Opcode::IsReference
        | Opcode::IsPort
        | Opcode::IsNil
        | Opcode::IsCons
        | Opcode::IsList
        | Opcode::IsTuple
        | Opcode::IsMap
        | Opcode::IsBinary
        | Opcode::IsBitstring
        | Opcode::IsFunction
        | Opcode::IsTrue
        | Opcode::IsFunctionArity
        | Opcode::HasArity
        | Opcode::IsTagged
        | Opcode::EqExact
        | Opcode::NeExact
        | Opcode::Eq
        | Opcode::Ne
        | Opcode::Lt
        | Opcode::Ge
        | Opcode::LtSmall
        | Opcode::GeSmall
        | Opcode::EqWord
        | Opcode::NeWord
        | Opcode::MapHasKey
        | Opcode::SwitchTable
        | Opcode::SwitchWords
        | Opcode::SwitchArity
        | Opcode::BoolTerm
        | Opcode::Head
        | Opcode::Tail
        | Opcode::HeadTail
        | Opcode::TupleGet
        | Opcode::TupleGetFar
        | Opcode::Cons
        | Opcode::ConsChecked
        | Opcode::Tuple
        | Opcode::MakeFun
        | Opcode::Unbox
        | Opcode::Box
        | Opcode::ToFloat
        | Opcode::FAdd
        | Opcode::FSub
        | Opcode::FMul
        | Opcode::FDiv
        | Opcode::FNeg
        | Opcode::Add
        | Opcode::Sub
        | Opcode::AddSmall
        | Opcode::SubSmall
        | Opcode::Mul
        | Opcode::Divide
        | Opcode::IntDiv
        | Opcode::IntRem
        | Opcode::BitAnd
        | Opcode::BitOr
        | Opcode::BitXor
        | Opcode::ShiftLeft
        | Opcode::ShiftRight
        | Opcode::Negate
        | Opcode::BitNot
        | Opcode::MapGet
        | Opcode::MapNew
        | Opcode::MapPut
        | Opcode::MapUpdate
        | Opcode::Bif
        | Opcode::Send
        | Opcode::ActorSend
        | Opcode::BsCreate
        | Opcode::BsStart
        | Opcode::BsContext
        | Opcode::BsPosition
        | Opcode::BsSetPosition
        | Opcode::BsTestTail
        | Opcode::BsTestSize
        | Opcode::RecvNext
        | Opcode::RecvAccept
        | Opcode::RecvSkip
        | Opcode::RecvSkipTo
        | Opcode::RecvTimedOut
        | Opcode::Woken
        | Opcode::MarkerReserve
        | Opcode::MarkerBind
        | Opcode::MarkerClear
        | Opcode::MarkerUse
        | Opcode::BsGetFloat
        | Opcode::BsGetBinary
        | Opcode::BsGetRest
        | Opcode::BsTail
        | Opcode::BsSkipRest
        | Opcode::BsMatchString
        | Opcode::BsGetUtf
        | Opcode::BsSkipUtf
        | Opcode::BsGetInteger
        | Opcode::BsSkip => true,
        Opcode::BsTestUnit => ins.words[2].is_power_of_two(),
        Opcode::TupleUpdate => ins.words[1] >> 32 <= COPIED_ELEMENTS,
        Opcode::Apply
        | Opcode::ApplyTail
        | Opcode::Done
        | Opcode::StartFunction
        | Opcode::StartFun
        | Opcode::StartBehind
        | Opcode::Traced
        | Opcode::CallTraced
        | Opcode::TracedReturn
        | Opcode::TracedException
        | Opcode::TupleSet
        | Opcode::Wait
        | Opcode::WaitTimeout
        | Opcode::RaiseValue
        | Opcode::IfClause
        | Opcode::FunctionClause
        | Opcode::Reraise
        | Opcode::RawRaise
        | Opcode::BuildStacktrace
        | Opcode::CatchValue
        | Opcode::BsUtf8Size
        | Opcode::BsUtf16Size
        | Opcode::Unfinished
        | Opcode::Native => false,
    }
}
