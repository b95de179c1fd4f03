//! Where a receive can only match messages of certain keys, the place that skips a message says which: a long queue is not walked
//! then.

use smallvec::SmallVec;

use super::Shape;
use crate::analysis::receive::{Definitions, Key, accepted};
use crate::ir::{Block, Constant, Function, Immediate, InstData, Op, Tables, Terminator, Type, Value};

/// Runs the pass.
pub(super) fn run(function: &mut Function, shape: &mut Shape, _: Tables<'_>) {
    let skips: Vec<Block> =
        function.block_ids().filter(|&block| receive_behind(function, block).is_some()).collect();
    if skips.is_empty() {
        return;
    }
    let tree = shape.tree(function);
    let definitions = Definitions::of(function);
    let mut known: Vec<(Block, SmallVec<[Key; 4]>)> = Vec::new();
    for &skip in &skips {
        let Some((receive, args)) = receive_behind(function, skip) else { continue };
        let Some(keys) = accepted(function, &definitions, receive) else { continue };
        // As the receive will find them: its parameters are what the jump gives it.
        let there = keys.into_iter().map(|key| {
            let Key::Value(value) = key else { return Some(key) };
            let block = definitions.block(value)?;
            if block == receive {
                let place = function.block(receive).params.iter().position(|&param| param == value)?;
                return args.get(place).copied().map(Key::Value);
            }
            (block != skip && tree.dominates(block, skip)).then_some(key)
        });
        if let Some(keys) = there.collect() {
            known.push((skip, keys));
        }
    }
    for (block, keys) in known {
        say(function, block, &keys);
    }
}

/// The receive that goes on behind a block that skips a message, and what is passed to it.
fn receive_behind(function: &Function, block: Block) -> Option<(Block, &[Value])> {
    let data = function.block(block);
    let Terminator::Jump(to) = &data.terminator else { return None };
    let skips = data.insts.last().is_some_and(|inst| inst.op == Op::RecvSkip);
    let receives = matches!(function.block(to.block).terminator, Terminator::RecvNext { .. });
    (skips && receives).then_some((to.block, &to.args[..]))
}

/// Makes the skip at the end of `block` one to `keys`.
fn say(function: &mut Function, block: Block, keys: &[Key]) {
    let Function { blocks, value_types, .. } = function;
    let insts = &mut blocks[block.index()].insts;
    let Some(skip) = insts.pop() else { return };
    let args = keys.iter().map(|key| match *key {
        Key::Value(value) => value,
        Key::Atom(atom) => {
            let value = Value::new(value_types.len());
            value_types.push(Type::Term);
            insts.push(InstData {
                op: Op::Const,
                args: SmallVec::new(),
                immediate: Immediate::Constant(Constant::Atom(atom)),
                result: Some(value),
                location: skip.location,
            });
            value
        }
    });
    let args = args.collect();
    insts.push(InstData { op: Op::RecvSkipTo, args, ..skip });
}
