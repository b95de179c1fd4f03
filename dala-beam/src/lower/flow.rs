//! Where control goes from an instruction.

use smallvec::{SmallVec, smallvec};

use super::bifs::BifKind;
use crate::load::BeamFile;
use crate::opcode::Instruction as I;
use crate::opcode::operand::{Fail, Import, Label, StartFail};

/// What an edge carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EdgeKind {
    /// The instruction was executed.
    Normal,
    /// It failed and changed nothing.
    Fail,
    /// It raised.
    Unwind,
}

/// Where control goes.
#[derive(Clone, Debug, Default)]
pub(super) struct Flow {
    /// To the next instruction.
    pub(super) next: bool,
    /// To these labels.
    pub(super) targets: SmallVec<[(EdgeKind, Label); 2]>,
    /// It may raise.
    pub(super) raises: bool,
}

impl Flow {
    fn next() -> Flow {
        Flow { next: true, ..Flow::default() }
    }

    fn raises() -> Flow {
        Flow { next: true, raises: true, ..Flow::default() }
    }

    fn end() -> Flow {
        Flow::default()
    }

    fn end_raising() -> Flow {
        Flow { raises: true, ..Flow::default() }
    }

    fn jump(target: Label) -> Flow {
        Flow { targets: smallvec![(EdgeKind::Normal, target)], ..Flow::default() }
    }

    /// Goes to the label when it fails; raises when there is none.
    fn may_fail(fail: Fail) -> Flow {
        match fail {
            Some(label) => Flow { next: true, targets: smallvec![(EdgeKind::Fail, label)], raises: false },
            None => Flow::raises(),
        }
    }

    fn select(targets: impl Iterator<Item = Label>, default: Label) -> Flow {
        let targets = targets.chain([default]).map(|label| (EdgeKind::Normal, label)).collect();
        Flow { targets, ..Flow::default() }
    }
}

/// Where control goes from `instruction`.
pub(super) fn flow(file: &BeamFile, instruction: &I) -> Flow {
    let bif = |bif: Import, fail: Fail| {
        let import = file.imports[bif.0 as usize];
        if BifKind::of(&import).is_total() { Flow::next() } else { Flow::may_fail(fail) }
    };
    match instruction {
        I::Label { .. }
        | I::Line { .. }
        | I::IntCodeEnd {}
        | I::OnLoad {}
        | I::NifStart {}
        | I::ExecutableLine { .. }
        | I::DebugLine { .. }
        | I::Allocate { .. }
        | I::AllocateHeap { .. }
        | I::AllocateZero { .. }
        | I::AllocateHeapZero { .. }
        | I::TestHeap { .. }
        | I::Init { .. }
        | I::InitYregs { .. }
        | I::Deallocate { .. }
        | I::Trim { .. }
        | I::RemoveMessage {}
        | I::Timeout {}
        | I::RecvMark { .. }
        | I::RecvSet { .. }
        | I::RecvMarkerBind { .. }
        | I::RecvMarkerClear { .. }
        | I::RecvMarkerReserve { .. }
        | I::RecvMarkerUse { .. }
        | I::Move { .. }
        | I::Swap { .. }
        | I::GetList { .. }
        | I::GetHead { .. }
        | I::GetTail { .. }
        | I::GetTupleElement { .. }
        | I::SetTupleElement { .. }
        | I::PutList { .. }
        | I::PutTuple2 { .. }
        | I::UpdateRecord { .. }
        | I::MakeFun2 { .. }
        | I::MakeFun3 { .. }
        | I::Catch { .. }
        | I::CatchEnd { .. }
        | I::Try { .. }
        | I::TryEnd { .. }
        | I::TryCase { .. }
        | I::BuildStacktrace {}
        | I::Bif0 { .. }
        | I::FClearError {}
        | I::FCheckError { .. }
        | I::FMove { .. }
        | I::FNegate { .. }
        | I::BsGetTail { .. }
        | I::BsGetPosition { .. }
        | I::BsSetPosition { .. }
        | I::BsInitWritable {}
        | I::BsAdd { .. }
        | I::BsUtf8Size { .. }
        | I::BsUtf16Size { .. }
        | I::BsPutInteger { .. }
        | I::BsPutBinary { .. }
        | I::BsPutFloat { .. }
        | I::BsPutString { .. }
        | I::BsPutUtf8 { .. }
        | I::BsPutUtf16 { .. }
        | I::BsPutUtf32 { .. } => Flow::next(),

        I::Jump { target } | I::LoopRecEnd { target } | I::Wait { target } => Flow::jump(*target),
        I::LoopRec { fail, .. } => Flow::may_fail(Some(*fail)),
        I::WaitTimeout { target, .. } => {
            Flow { next: true, targets: smallvec![(EdgeKind::Fail, *target)], raises: true }
        }
        I::SelectVal { fail, targets, .. } => Flow::select(targets.0.iter().map(|(_, label)| *label), *fail),
        I::SelectTupleArity { fail, targets, .. } => {
            Flow::select(targets.0.iter().map(|(_, label)| *label), *fail)
        }

        I::FuncInfo { .. }
        | I::Badmatch { .. }
        | I::IfEnd {}
        | I::CaseEnd { .. }
        | I::TryCaseEnd { .. }
        | I::Badrecord { .. }
        | I::Raise { .. } => Flow::end_raising(),
        I::Return {}
        | I::CallLast { .. }
        | I::CallOnly { .. }
        | I::CallExtLast { .. }
        | I::CallExtOnly { .. }
        | I::ApplyLast { .. } => Flow::end(),

        I::CallExt { target, .. } if never_returns(file, *target) => Flow::end_raising(),
        I::Call { .. }
        | I::CallExt { .. }
        | I::CallFun { .. }
        | I::CallFun2 { .. }
        | I::Apply { .. }
        | I::Send {}
        | I::RawRaise {} => Flow::raises(),
        I::FConv { .. } | I::FAdd { .. } | I::FSub { .. } | I::FMul { .. } | I::FDiv { .. } => Flow::raises(),

        I::Bif1 { fail, bif: import, .. }
        | I::Bif2 { fail, bif: import, .. }
        | I::Bif3 { fail, bif: import, .. }
        | I::GcBif1 { fail, bif: import, .. }
        | I::GcBif2 { fail, bif: import, .. }
        | I::GcBif3 { fail, bif: import, .. } => bif(*import, *fail),

        I::IsLt { fail, .. }
        | I::IsGe { fail, .. }
        | I::IsEq { fail, .. }
        | I::IsNe { fail, .. }
        | I::IsEqExact { fail, .. }
        | I::IsNeExact { fail, .. }
        | I::IsInteger { fail, .. }
        | I::IsFloat { fail, .. }
        | I::IsNumber { fail, .. }
        | I::IsAtom { fail, .. }
        | I::IsPid { fail, .. }
        | I::IsReference { fail, .. }
        | I::IsPort { fail, .. }
        | I::IsNil { fail, .. }
        | I::IsBinary { fail, .. }
        | I::IsBitstring { fail, .. }
        | I::IsList { fail, .. }
        | I::IsNonemptyList { fail, .. }
        | I::IsTuple { fail, .. }
        | I::IsBoolean { fail, .. }
        | I::IsMap { fail, .. }
        | I::IsFunction { fail, .. }
        | I::IsFunction2 { fail, .. }
        | I::TestArity { fail, .. }
        | I::IsTaggedTuple { fail, .. }
        | I::HasMapFields { fail, .. }
        | I::GetMapElements { fail, .. }
        | I::PutMapAssoc { fail, .. }
        | I::PutMapExact { fail, .. }
        | I::BsStartMatch3 { fail, .. }
        | I::BsGetInteger2 { fail, .. }
        | I::BsGetFloat2 { fail, .. }
        | I::BsGetBinary2 { fail, .. }
        | I::BsSkipBits2 { fail, .. }
        | I::BsTestTail2 { fail, .. }
        | I::BsTestUnit { fail, .. }
        | I::BsMatchString { fail, .. }
        | I::BsGetUtf8 { fail, .. }
        | I::BsSkipUtf8 { fail, .. }
        | I::BsGetUtf16 { fail, .. }
        | I::BsSkipUtf16 { fail, .. }
        | I::BsGetUtf32 { fail, .. }
        | I::BsSkipUtf32 { fail, .. }
        | I::BsMatch { fail, .. }
        | I::BsInit2 { fail, .. }
        | I::BsInitBits { fail, .. }
        | I::BsAppend { fail, .. }
        | I::BsPrivateAppend { fail, .. }
        | I::BsCreateBin { fail, .. } => Flow::may_fail(*fail),
        I::BsStartMatch4 { fail: StartFail::Label(fail), .. } => Flow::may_fail(*fail),
        I::BsStartMatch4 { .. } => Flow::next(),
    }
}

/// Whether a function of another module only raises. Compilers put nothing behind a call of one, so the code
/// that follows belongs to something else.
pub(super) fn never_returns(file: &BeamFile, import: Import) -> bool {
    let import = &file.imports[import.0 as usize];
    import.module.text() == "erlang"
        && matches!((import.function.text(), import.arity), ("error", 1..=3) | ("exit" | "throw", 1))
}
