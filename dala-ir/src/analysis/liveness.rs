//! Which values are live where a block begins.
//!
//! By the uses of each value in turn: from a use up through the predecessors to the definition. The cost is that
//! of the answer, so functions of tens of thousands of blocks with few live values each stay cheap.

use super::cfg::ControlFlow;
use crate::ir::{Block, BlockCall, Function, InstData, Terminator, Value};

/// Values live at the beginning of each block, its parameters not among them.
#[derive(Clone, Debug)]
pub struct Liveness {
    live_in: Vec<Vec<Value>>,
}

impl Liveness {
    /// Liveness in `function`, which is well formed.
    pub fn compute(function: &Function, cfg: &ControlFlow) -> Liveness {
        let mut defined_in: Vec<Option<Block>> = vec![None; function.value_types.len()];
        for &block in cfg.reverse_postorder() {
            let data = function.block(block);
            for value in data.params.iter().copied().chain(data.insts.iter().filter_map(|inst| inst.result)) {
                defined_in[value.index()] = Some(block);
            }
        }
        let mut uses: Vec<(Value, Block)> = Vec::new();
        for &block in cfg.reverse_postorder() {
            for_each_use(function, block, |value| {
                if defined_in[value.index()] != Some(block) {
                    uses.push((value, block));
                }
            });
        }
        uses.sort_unstable();
        uses.dedup();
        let mut live_in: Vec<Vec<Value>> = vec![Vec::new(); function.blocks.len()];
        let mut work = Vec::new();
        for (value, block) in uses {
            work.push(block);
            while let Some(block) = work.pop() {
                if defined_in[value.index()] == Some(block) || live_in[block.index()].last() == Some(&value) {
                    continue;
                }
                live_in[block.index()].push(value);
                work.extend_from_slice(cfg.predecessors(block));
            }
        }
        Liveness { live_in }
    }

    /// Values live at the beginning of `block` besides its parameters, in ascending order.
    pub fn live_in(&self, block: Block) -> &[Value] {
        &self.live_in[block.index()]
    }

    /// Values live at the end of `block`, behind the terminator's own operands: what a successor needs, and what
    /// its edges pass. In ascending order, each once.
    pub fn live_out(&self, function: &Function, block: Block) -> Vec<Value> {
        let mut live = Vec::new();
        for call in function.block(block).terminator.successors() {
            live.extend_from_slice(self.live_in(call.block));
            live.extend_from_slice(&call.args);
        }
        live.sort_unstable();
        live.dedup();
        live
    }
}

/// Calls `f` for every value that the block's instructions and terminator use, edge arguments included.
pub fn for_each_use(function: &Function, block: Block, mut f: impl FnMut(Value)) {
    let data = function.block(block);
    for inst in &data.insts {
        inst.args.iter().copied().for_each(&mut f);
    }
    for_each_operand(&data.terminator, &mut f);
    data.terminator.for_each_successor(|call| call.args.iter().copied().for_each(&mut f));
}

/// Calls `f` for every value that the terminator itself uses, not its edges.
pub fn for_each_operand(terminator: &Terminator, mut f: impl FnMut(Value)) {
    match terminator {
        Terminator::Branch { condition: value, .. }
        | Terminator::Switch { value, .. }
        | Terminator::SwitchArity { value, .. }
        | Terminator::WaitTimeout { time: value, .. }
        | Terminator::Return(value) => f(*value),
        Terminator::Attempt { inst, .. } | Terminator::Try { inst, .. } | Terminator::TailCall(inst) => {
            inst.args.iter().copied().for_each(f)
        }
        Terminator::Jump(_) | Terminator::RecvNext { .. } | Terminator::Wait(_) | Terminator::Unreachable => {
        }
    }
}

/// How many of the first parameters of its block an edge fills by itself: see [`Terminator`].
pub fn implicit_params(terminator: &Terminator, edge: usize) -> usize {
    let result = |inst: &InstData| usize::from(inst.op.result().is_some());
    match (terminator, edge) {
        (Terminator::Attempt { inst, .. }, 0) => result(inst),
        (Terminator::Try { inst, ok: Some(_), .. }, 0) => result(inst),
        (Terminator::Try { ok: Some(_), .. }, 1) | (Terminator::Try { ok: None, .. }, 0) => 3,
        (Terminator::RecvNext { .. }, 0) => 1,
        (Terminator::WaitTimeout { .. }, 2) => 3,
        _ => 0,
    }
}

/// The edges of a terminator with the number of parameters that each fills by itself.
pub fn edges(terminator: &Terminator) -> impl Iterator<Item = (&BlockCall, usize)> {
    terminator
        .successors()
        .into_iter()
        .enumerate()
        .map(|(edge, call)| (call, implicit_params(terminator, edge)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::Atom;
    use crate::ir::{FunctionBuilder, Op, Type};

    #[test]
    fn value_used_behind_a_loop_is_live_through_it() {
        let mut build = FunctionBuilder::new(Atom::new("f"), 2);
        let (list, other) = (build.params(build.entry())[0], build.params(build.entry())[1]);
        let head = build.create_block_with(&[Type::Term]);
        let [body, done] = [(); 2].map(|()| build.create_block());
        build.jump(head, &[list]);
        build.switch_to(head);
        let rest = build.params(head)[0];
        let condition = build.value(Op::IsCons, &[rest]);
        build.terminate(Terminator::Branch {
            condition,
            then: BlockCall::new(body, &[]),
            otherwise: BlockCall::new(done, &[]),
        });
        build.switch_to(body);
        let tail = build.value(Op::Tail, &[rest]);
        build.jump(head, &[tail]);
        build.switch_to(done);
        build.terminate(Terminator::Return(other));
        let function = build.finish();
        let cfg = ControlFlow::compute(&function);
        let live = Liveness::compute(&function, &cfg);
        assert_eq!(live.live_in(head), [other]);
        assert_eq!(live.live_in(body), [other, rest]);
        assert_eq!(live.live_in(done), [other]);
        assert_eq!(live.live_out(&function, body), [other, tail]);
        assert!(live.live_in(Function::ENTRY).is_empty());
    }
}
