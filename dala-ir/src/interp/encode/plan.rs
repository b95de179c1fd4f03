//! What the encoder decides about a function before it picks registers: which instructions are emitted where, which
//! values live across calls, and in which blocks a frame is open.

use smallvec::SmallVec;

use crate::analysis::liveness::{for_each_operand, implicit_params};
use crate::analysis::{ControlFlow, Liveness};
use crate::ir::{Block, Constant, Effects, Function, Immediate, InstData, Op, Terminator, Type, Value};

/// The plan of one function.
pub(super) struct Plan<'f> {
    pub(super) function: &'f Function,
    pub(super) cfg: ControlFlow,
    pub(super) live: Liveness,
    /// Constant values; they have no register.
    pub(super) constants: Vec<Option<Constant>>,
    /// Values that live across a call or wait: in an open frame they have a slot.
    pub(super) crossing: Vec<bool>,
    /// By block.
    pub(super) blocks: Vec<BlockPlan>,
}

/// The plan of one block.
#[derive(Clone, Default)]
pub(super) struct BlockPlan {
    /// Instructions to emit, by number.
    pub(super) schedule: Vec<u32>,
    /// The test that is fused with the branch, by number.
    pub(super) fused: Option<u32>,
    /// Values whose last use is the instruction at this place of the schedule.
    pub(super) dies: Vec<SmallVec<[Value; 4]>>,
    /// Values whose last use are the terminator's operands (not its edges).
    pub(super) dies_at_end: SmallVec<[Value; 4]>,
    /// Whether nobody uses the result of the instruction at this place of the schedule.
    pub(super) unused: Vec<bool>,
    /// Parameters that nobody uses.
    pub(super) dead_params: SmallVec<[Value; 4]>,
    /// Whether control arrives with an open frame.
    pub(super) enters_open: bool,
    /// Whether the frame is open within the block; if it was not on arrival, the block opens it first.
    pub(super) is_open: bool,
}

/// Whether the op runs other code, so that only frame slots survive it.
pub(super) fn calls(op: Op) -> bool {
    op.effects().has(Effects::CALLS)
}

/// Whether the op is a test that a branch may fuse with.
fn is_test(inst: &InstData) -> bool {
    inst.op.result() == Some(Type::Bool)
}

impl<'f> Plan<'f> {
    pub(super) fn new(function: &'f Function) -> Plan<'f> {
        let cfg = ControlFlow::compute(function);
        let live = Liveness::compute(function, &cfg);
        let count = function.value_types.len();
        let mut plan = Plan {
            function,
            cfg,
            live,
            constants: vec![None; count],
            crossing: vec![false; count],
            blocks: vec![BlockPlan::default(); function.blocks.len()],
        };
        let mut uses = vec![0u32; count];
        for &block in plan.cfg.reverse_postorder() {
            crate::analysis::liveness::for_each_use(function, block, |value| uses[value.index()] += 1);
            for inst in &function.block(block).insts {
                if let (Op::Const, Immediate::Constant(constant), Some(result)) =
                    (inst.op, &inst.immediate, inst.result)
                {
                    plan.constants[result.index()] = Some(*constant);
                }
            }
        }
        for index in 0..plan.cfg.reverse_postorder().len() {
            let block = plan.cfg.reverse_postorder()[index];
            plan.schedule(block, &mut uses);
        }
        for index in 0..plan.cfg.reverse_postorder().len() {
            let block = plan.cfg.reverse_postorder()[index];
            plan.scan(block);
        }
        plan.open_frames();
        plan
    }

    pub(super) fn is_constant(&self, value: Value) -> bool {
        self.constants[value.index()].is_some()
    }

    fn schedule(&mut self, block: Block, uses: &mut [u32]) {
        let data = self.function.block(block);
        let fused = match &data.terminator {
            Terminator::Branch { condition, .. } if uses[condition.index()] == 1 => {
                let test = data.insts.iter().rposition(|inst| inst.result == Some(*condition));
                // A test that reads changing memory stays where it is unless nothing follows it.
                test.filter(|&test| {
                    is_test(&data.insts[test])
                        && (data.insts[test].op.effects() == Effects::PURE || test + 1 == data.insts.len())
                })
            }
            Terminator::Jump(_)
            | Terminator::Branch { .. }
            | Terminator::Switch { .. }
            | Terminator::SwitchArity { .. }
            | Terminator::Attempt { .. }
            | Terminator::Try { .. }
            | Terminator::Return(_)
            | Terminator::TailCall(_)
            | Terminator::RecvNext { .. }
            | Terminator::Wait(_)
            | Terminator::WaitTimeout { .. }
            | Terminator::Unreachable => None,
        };
        let mut schedule = Vec::with_capacity(data.insts.len());
        // Backwards, so that what only dropped instructions used is dropped too.
        for (index, inst) in data.insts.iter().enumerate().rev() {
            let is_unused = inst.result.is_some_and(|result| uses[result.index()] == 0);
            if inst.op == Op::Const || Some(index) == fused {
                continue;
            }
            if is_unused && inst.op.effects().is_removable() {
                for arg in &inst.args {
                    uses[arg.index()] -= 1;
                }
                continue;
            }
            schedule.push(index as u32);
        }
        schedule.reverse();
        let plan = &mut self.blocks[block.index()];
        plan.schedule = schedule;
        plan.fused = fused.map(|index| index as u32);
    }

    /// Values live behind the terminator's operands.
    pub(super) fn live_out(&self, block: Block) -> Vec<Value> {
        let mut live = self.live.live_out(self.function, block);
        live.retain(|value| !self.is_constant(*value));
        live
    }

    /// Operands of the block's terminator and fused test.
    pub(super) fn end_operands(&self, block: Block) -> SmallVec<[Value; 4]> {
        let data = self.function.block(block);
        let mut operands = SmallVec::new();
        match self.blocks[block.index()].fused {
            Some(test) => operands.extend_from_slice(&data.insts[test as usize].args),
            None => for_each_operand(&data.terminator, |value| operands.push(value)),
        }
        operands
    }

    /// Finds last uses, and what lives across calls.
    fn scan(&mut self, block: Block) {
        let data = self.function.block(block);
        let live_out = self.live_out(block);
        if data.terminator.is_safepoint() {
            for value in &live_out {
                self.crossing[value.index()] = true;
            }
        }
        let mut live: std::collections::HashSet<Value> = live_out.into_iter().collect();
        let mut dies_at_end = SmallVec::new();
        for value in self.end_operands(block) {
            if !self.is_constant(value) && live.insert(value) {
                dies_at_end.push(value);
            }
        }
        let schedule = std::mem::take(&mut self.blocks[block.index()].schedule);
        let mut dies = vec![SmallVec::new(); schedule.len()];
        let mut unused = vec![false; schedule.len()];
        for (place, &index) in schedule.iter().enumerate().rev() {
            let inst = &data.insts[index as usize];
            if let Some(result) = inst.result {
                unused[place] = !live.remove(&result);
            }
            if calls(inst.op) {
                for value in &live {
                    self.crossing[value.index()] = true;
                }
            }
            for &value in &inst.args {
                if !self.is_constant(value) && live.insert(value) {
                    dies[place].push(value);
                }
            }
        }
        let dead_params = data.params.iter().copied().filter(|parameter| !live.contains(parameter)).collect();
        let plan = &mut self.blocks[block.index()];
        plan.schedule = schedule;
        plan.dies = dies;
        plan.unused = unused;
        plan.dead_params = dead_params;
        plan.dies_at_end = dies_at_end;
    }

    /// A block opens the frame when it calls or waits; from there on it stays open.
    fn open_frames(&mut self) {
        let order = self.cfg.reverse_postorder().to_vec();
        let mut changed = true;
        for &block in &order {
            let data = self.function.block(block);
            let plan = &self.blocks[block.index()];
            let is_open = data.terminator.is_safepoint()
                || plan.schedule.iter().any(|&index| calls(data.insts[index as usize].op));
            self.blocks[block.index()].is_open = is_open;
        }
        while changed {
            changed = false;
            for &block in &order {
                if !self.blocks[block.index()].enters_open
                    && self.cfg.predecessors(block).iter().any(|before| self.blocks[before.index()].is_open)
                {
                    let plan = &mut self.blocks[block.index()];
                    plan.enters_open = true;
                    plan.is_open = true;
                    changed = true;
                }
            }
        }
    }

    /// Values that an edge passes on: argument for each parameter that the edge does not fill itself.
    pub(super) fn edge_pairs(&self, block: Block, edge: usize) -> Vec<(Value, Value)> {
        let terminator = &self.function.block(block).terminator;
        let call = terminator.successor(edge);
        let filled = implicit_params(terminator, edge);
        let params = &self.function.block(call.block).params;
        params[filled.min(params.len())..].iter().copied().zip(call.args.iter().copied()).collect()
    }
}
