//! Dead code: instructions without an effect whose results nobody needs, and block parameters that nobody needs with
//! what is passed for them. What is left is numbered anew.

use super::Shape;
use crate::analysis::cfg::reverse_postorder;
use crate::analysis::liveness::{for_each_operand, implicit_params};
use crate::ir::{BlockData, Function, Tables, Terminator, Value};

/// Runs the pass.
pub(super) fn run(function: &mut Function, _: &mut Shape, _: Tables<'_>) {
    let is_needed = needed(function);
    for data in &mut function.blocks {
        data.insts.retain(|inst| {
            !inst.op.effects().is_removable() || inst.result.is_none_or(|result| is_needed[result.index()])
        });
    }
    drop_params(function, &is_needed);
    renumber(function);
}

/// The values that some effect depends on.
fn needed(function: &Function) -> Vec<bool> {
    let order = reverse_postorder(function);
    let mut place = vec![usize::MAX; function.blocks.len()];
    for (index, block) in order.iter().enumerate() {
        place[block.index()] = index;
    }
    let mut is_needed = vec![false; function.value_types.len()];
    let mut has_back_edge = false;
    let mut count = 0;
    loop {
        // Backwards: but for edges back, what uses a value is seen before what makes it.
        for (index, &block) in order.iter().enumerate().rev() {
            let data = function.block(block);
            for_each_operand(&data.terminator, |value| is_needed[value.index()] = true);
            let mut edge = 0;
            data.terminator.for_each_successor(|call| {
                let filled = implicit_params(&data.terminator, edge);
                edge += 1;
                for (parameter, &argument) in
                    function.block(call.block).params[filled..].iter().zip(&call.args)
                {
                    if is_needed[parameter.index()] {
                        is_needed[argument.index()] = true;
                    }
                }
                has_back_edge |= place[call.block.index()] <= index;
            });
            for inst in data.insts.iter().rev() {
                let is_used = inst.result.is_some_and(|result| is_needed[result.index()]);
                if is_used || !inst.op.effects().is_removable() {
                    inst.args.iter().for_each(|argument| is_needed[argument.index()] = true);
                }
            }
        }
        let last = std::mem::replace(&mut count, is_needed.iter().filter(|needed| **needed).count());
        if !has_back_edge || count == last {
            return is_needed;
        }
    }
}

/// Drops parameters that nobody needs, unless some edge fills them by itself or they are the function's arguments.
fn drop_params(function: &mut Function, is_needed: &[bool]) {
    let mut kept_first: Vec<usize> = function.blocks.iter().map(|_| 0).collect();
    kept_first[Function::ENTRY.index()] = usize::MAX;
    for data in &function.blocks {
        for (edge, call) in data.terminator.successors().into_iter().enumerate() {
            let first = &mut kept_first[call.block.index()];
            *first = (*first).max(implicit_params(&data.terminator, edge));
        }
    }
    let kept: Vec<Option<Vec<bool>>> = function
        .blocks
        .iter()
        .zip(&kept_first)
        .map(|(data, &first)| {
            let params = data.params.iter().enumerate();
            let kept: Vec<bool> =
                params.map(|(place, parameter)| place < first || is_needed[parameter.index()]).collect();
            kept.contains(&false).then_some(kept)
        })
        .collect();
    if kept.iter().all(Option::is_none) {
        return;
    }
    for (data, kept) in function.blocks.iter_mut().zip(&kept) {
        if let Some(kept) = kept {
            let mut place = 0;
            data.params.retain(|_| {
                place += 1;
                kept[place - 1]
            });
        }
    }
    for data in &mut function.blocks {
        drop_arguments(&mut data.terminator, &kept);
    }
}

fn drop_arguments(terminator: &mut Terminator, kept: &[Option<Vec<bool>>]) {
    let filled: smallvec::SmallVec<[usize; 4]> =
        (0..terminator.successors().len()).map(|edge| implicit_params(terminator, edge)).collect();
    for (call, filled) in terminator.successors_mut().into_iter().zip(filled) {
        if let Some(kept) = &kept[call.block.index()] {
            let mut place = filled;
            call.args.retain(|_| {
                place += 1;
                kept[place - 1]
            });
        }
    }
}

/// Numbers values in the order in which they are defined, block by block, if numbers became free.
fn renumber(function: &mut Function) {
    let defined =
        |data: &BlockData| data.params.len() + data.insts.iter().filter(|inst| inst.result.is_some()).count();
    if function.blocks.iter().map(defined).sum::<usize>() == function.value_types.len() {
        return;
    }
    let mut number = vec![Value::new(0); function.value_types.len()];
    let mut types = Vec::with_capacity(number.len());
    let mut define = |value: &mut Value| {
        number[value.index()] = Value::new(types.len());
        types.push(function.value_types[value.index()]);
        *value = number[value.index()];
    };
    for data in &mut function.blocks {
        data.params.iter_mut().for_each(&mut define);
        data.insts.iter_mut().filter_map(|inst| inst.result.as_mut()).for_each(&mut define);
    }
    function.value_types = types;
    let rename = |value: &mut Value| *value = number[value.index()];
    for data in &mut function.blocks {
        data.insts.iter_mut().for_each(|inst| inst.args.iter_mut().for_each(rename));
        data.terminator.for_each_value_mut(rename);
    }
}
