//! Where control goes from an instruction.

use smallvec::{SmallVec, smallvec};

use super::bifs::BifKind;
use crate::load::BeamFile;
use crate::opcode::Instruction as I;
use crate::opcode::OperandVisitor;
use crate::opcode::operand::{Fail, FloatRegister, Import, Label, Register, Source};

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
        // An integer may be too large for a float.
        | I::FConv { .. }
        | I::RawRaise {} => Flow::raises(),

        I::Bif1 { fail, bif: import, .. }
        | I::Bif2 { fail, bif: import, .. }
        | I::Bif3 { fail, bif: import, .. }
        | I::GcBif1 { fail, bif: import, .. }
        | I::GcBif2 { fail, bif: import, .. }
        | I::GcBif3 { fail, bif: import, .. } => bif(*import, *fail),

        // These check what an instruction before or behind them does, or compute a size that is not used.
        I::FCheckError { .. }
        | I::FNegate { .. }
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

        // These fail where their rows say so, and else go on.
        other @ (by_operands!()
        | I::Allocate { .. }
        | I::AllocateHeap { .. }
        | I::AllocateZero { .. }
        | I::AllocateHeapZero { .. }
        | I::Deallocate { .. }
        | I::Catch { .. }
        | I::CatchEnd { .. }
        | I::Move { .. }
        | I::SetTupleElement { .. }
        | I::MakeFun2 { .. }
        | I::Try { .. }
        | I::TryEnd { .. }
        | I::TryCase { .. }
        | I::BsInit2 { .. }
        | I::BsInitWritable {}
        | I::BsAppend { .. }
        | I::BsPrivateAppend { .. }
        | I::Trim { .. }
        | I::BsInitBits { .. }
        | I::BuildStacktrace {}
        | I::BsStartMatch3 { .. }
        | I::Swap { .. }
        | I::BsStartMatch4 { .. }
        | I::RecvMarkerReserve { .. }) => {
            let mut found = FailOperand(None);
            other.visit_operands(&mut found);
            found.0.map_or_else(Flow::next, Flow::may_fail)
        }
    }
}

/// Finds where an instruction goes when it fails.
struct FailOperand(Option<Fail>);

impl OperandVisitor for FailOperand {
    fn read(&mut self, _: &Source) {}
    fn read_float(&mut self, _: FloatRegister) {}
    fn write(&mut self, _: Register) {}
    fn write_float(&mut self, _: FloatRegister) {}
    fn fail(&mut self, fail: Fail) {
        self.0 = Some(fail);
    }
}

/// Whether a function of another module only raises. Compilers put nothing behind a call of one, so the code
/// that follows belongs to something else.
pub(super) fn never_returns(file: &BeamFile, import: Import) -> bool {
    let import = &file.imports[import.0 as usize];
    import.module.text() == "erlang"
        && matches!((import.function.text(), import.arity), ("error", 1..=3) | ("exit" | "throw", 1))
}
