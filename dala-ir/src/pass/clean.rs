//! Control flow that says the same with fewer blocks: edges to a block that only jumps go where it jumps, a branch whose
//! edges are one is a jump, a block that only one jump leads to is part of the one before, and what control cannot reach
//! is dropped.

use smallvec::SmallVec;

use super::Shape;
use crate::analysis::liveness::{for_each_use, implicit_params};
use crate::ir::{Block, BlockCall, BlockData, Effects, Function, Op, Tables, Terminator, Value};

/// Jumps in a row that one edge is led past.
const MOST_HOPS: usize = 16;

/// Runs the pass.
pub(super) fn run(function: &mut Function, shape: &mut Shape, _: Tables<'_>) {
    shape.forget();
    branch_on_bools(function);
    thread_jumps(function);
    unite_edges(function);
    merge(function);
    drop_unreachable(function);
}

/// `switch` on the atom of a bool becomes a branch on the bool itself.
fn branch_on_bools(function: &mut Function) {
    for data in &mut function.blocks {
        let Terminator::Switch { value, cases, default } = &data.terminator else { continue };
        // A bool must not live across a call.
        let mut behind_calls =
            data.insts.iter().rev().take_while(|inst| !inst.op.effects().has(Effects::CALLS));
        let made = behind_calls.find(|inst| inst.result == Some(*value));
        let Some(inst) = made.filter(|inst| inst.op == Op::BoolTerm) else { continue };
        let target = |truth: bool| {
            let atom = if truth { crate::abi::atoms::TRUE } else { crate::abi::atoms::FALSE };
            let case = cases.iter().find(|(key, _)| *key == crate::ir::Constant::Atom(atom));
            case.map_or(default, |(_, call)| call).clone()
        };
        data.terminator =
            Terminator::Branch { condition: inst.args[0], then: target(true), otherwise: target(false) };
    }
}

/// Where the edge `call` ends when it is led past blocks that only jump.
fn destination(function: &Function, is_threadable: &[bool], call: &BlockCall) -> Option<BlockCall> {
    let mut now: Option<BlockCall> = None;
    for _ in 0..MOST_HOPS {
        let from = now.as_ref().unwrap_or(call);
        if !is_threadable[from.block.index()] {
            break;
        }
        let data = function.block(from.block);
        let Terminator::Jump(next) = &data.terminator else { break };
        let args = next
            .args
            .iter()
            .map(|arg| match data.params.iter().position(|parameter| parameter == arg) {
                Some(place) => from.args[place],
                None => *arg,
            })
            .collect();
        now = Some(BlockCall { block: next.block, args });
    }
    now
}

fn thread_jumps(function: &mut Function) {
    let is_empty_jump =
        |data: &BlockData| data.insts.is_empty() && matches!(data.terminator, Terminator::Jump(_));
    if !function.blocks.iter().any(is_empty_jump) {
        return;
    }
    // A parameter of such a block may be used only by its own jump: behind it, nothing would define it.
    let mut uses = vec![0_u32; function.value_types.len()];
    for block in function.block_ids() {
        for_each_use(function, block, |value| uses[value.index()] += 1);
    }
    let is_threadable: Vec<bool> = function
        .blocks
        .iter()
        .map(|data| {
            let Terminator::Jump(next) = &data.terminator else { return false };
            let own = |parameter: &Value| next.args.iter().filter(|arg| *arg == parameter).count() as u32;
            data.insts.is_empty()
                && data.params.iter().all(|parameter| uses[parameter.index()] == own(parameter))
        })
        .collect();
    for block in function.block_ids() {
        let mut changes: SmallVec<[(usize, BlockCall); 2]> = SmallVec::new();
        let terminator = &function.block(block).terminator;
        let mut edge = 0;
        terminator.for_each_successor(|call| {
            // What the edge fills by itself it can fill only where it leads.
            if implicit_params(terminator, edge) == 0
                && let Some(end) = destination(function, &is_threadable, call)
            {
                changes.push((edge, end));
            }
            edge += 1;
        });
        if !changes.is_empty() {
            let mut edges = function.blocks[block.index()].terminator.successors_mut();
            for (edge, end) in changes {
                *edges[edge] = end;
            }
        }
    }
}

/// A choice whose edges are all the same is a jump.
fn unite_edges(function: &mut Function) {
    for data in &mut function.blocks {
        let same = match &data.terminator {
            Terminator::Branch { then, otherwise, .. } => (then == otherwise).then_some(then),
            Terminator::Switch { cases, default, .. } => {
                cases.iter().all(|(_, call)| call == default).then_some(default)
            }
            Terminator::SwitchArity { cases, default, .. } => {
                cases.iter().all(|(_, call)| call == default).then_some(default)
            }
            Terminator::Jump(_)
            | Terminator::Attempt { .. }
            | Terminator::Try { .. }
            | Terminator::Return(_)
            | Terminator::TailCall(_)
            | Terminator::RecvNext { .. }
            | Terminator::Wait(_)
            | Terminator::WaitTimeout { .. }
            | Terminator::Unreachable => None,
        };
        if let Some(call) = same.cloned() {
            data.terminator = Terminator::Jump(call);
        }
    }
}

/// Which blocks control can reach.
fn reachable(function: &Function) -> Vec<bool> {
    let mut is_reachable = vec![false; function.blocks.len()];
    let mut work = vec![Function::ENTRY];
    is_reachable[Function::ENTRY.index()] = true;
    while let Some(block) = work.pop() {
        function.block(block).terminator.for_each_successor(|call| {
            if !std::mem::replace(&mut is_reachable[call.block.index()], true) {
                work.push(call.block);
            }
        });
    }
    is_reachable
}

/// Appends to each block the one that it jumps to and that nothing else leads to.
fn merge(function: &mut Function) {
    let is_reachable = reachable(function);
    let mut edges_to = vec![0_u32; function.blocks.len()];
    for block in function.block_ids().filter(|block| is_reachable[block.index()]) {
        function.block(block).terminator.for_each_successor(|call| edges_to[call.block.index()] += 1);
    }
    let mut alias: Vec<Option<Value>> = Vec::new();
    for block in function.block_ids().filter(|block| is_reachable[block.index()]) {
        while let Terminator::Jump(call) = &function.block(block).terminator {
            let target = call.block;
            if edges_to[target.index()] != 1 || target == block {
                break;
            }
            let call = call.clone();
            let taken = std::mem::replace(
                &mut function.blocks[target.index()],
                BlockData { params: Vec::new(), insts: Vec::new(), terminator: Terminator::Unreachable },
            );
            alias.resize(function.value_types.len(), None);
            for (parameter, argument) in taken.params.iter().zip(call.args) {
                alias[parameter.index()] = Some(argument);
            }
            let data = &mut function.blocks[block.index()];
            data.insts.extend(taken.insts);
            data.terminator = taken.terminator;
        }
    }
    if !alias.is_empty() {
        replace_values(function, &alias);
    }
}

/// Replaces each value that has an alias, everywhere.
pub(super) fn replace_values(function: &mut Function, alias: &[Option<Value>]) {
    let replace = |value: &mut Value| {
        while let Some(other) = alias.get(value.index()).copied().flatten() {
            *value = other;
        }
    };
    for data in &mut function.blocks {
        for inst in &mut data.insts {
            inst.args.iter_mut().for_each(replace);
        }
        data.terminator.for_each_value_mut(replace);
    }
}

fn drop_unreachable(function: &mut Function) {
    let is_reachable = reachable(function);
    if is_reachable.iter().all(|&reached| reached) {
        return;
    }
    let mut number = vec![Function::ENTRY; function.blocks.len()];
    let kept = is_reachable.iter().enumerate().filter(|(_, reached)| **reached);
    for (new, (index, _)) in kept.enumerate() {
        number[index] = Block::new(new);
    }
    let mut index = 0;
    function.blocks.retain(|_| {
        index += 1;
        is_reachable[index - 1]
    });
    for data in &mut function.blocks {
        for call in data.terminator.successors_mut() {
            call.block = number[call.block.index()];
        }
    }
}
