//! Global value numbering: an instruction that computes, without an effect, what one that dominates it computed from the
//! same operands is dropped, and its result is that one's.
//!
//! Bools and floats are no terms and must not live across a call, so theirs are shared within a block only, up to the
//! next call. Elements of tuples count as unchanging where the function overwrites none.

use hashbrown::HashMap;
use smallvec::SmallVec;

use super::Shape;
use super::clean::replace_values;
use crate::ir::{Block, Effects, Function, Immediate, InstData, Op, Tables, Type, Value};

/// What makes two instructions the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    op: Op,
    immediate: Small,
    args: SmallVec<[Value; 2]>,
}

/// The immediates of ops that are shared.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Small {
    None,
    Constant(crate::ir::Constant),
    Index(u32),
    ArityAndTag(u32, crate::abi::Atom),
}

/// Runs the pass.
pub(super) fn run(function: &mut Function, shape: &mut Shape, _: Tables<'_>) {
    let overwrites = function.blocks.iter().any(|data| data.insts.iter().any(|inst| inst.op == Op::TupleSet));
    let tree = shape.tree(function);
    let mut known: HashMap<Key, Value> = HashMap::new();
    // The keys that each block on the path from the entry has added.
    let mut scopes: Vec<(Block, Vec<Key>)> = Vec::new();
    let mut alias: Vec<Option<Value>> = vec![None; function.value_types.len()];
    let mut found_any = false;
    for block in tree.preorder() {
        while let Some((open, keys)) = scopes.last()
            && !tree.dominates(*open, block)
        {
            keys.iter().for_each(|key| {
                known.remove(key);
            });
            scopes.pop();
        }
        let mut added = Vec::new();
        let mut machine: Vec<Key> = Vec::new();
        let mut insts = std::mem::take(&mut function.blocks[block.index()].insts);
        insts.retain_mut(|inst| {
            inst.args.iter_mut().for_each(|value| *value = alias[value.index()].unwrap_or(*value));
            if inst.op.effects().has(Effects::CALLS) {
                machine.drain(..).for_each(|key| {
                    known.remove(&key);
                });
            }
            let (Some(key), Some(result)) = (key(inst, overwrites), inst.result) else { return true };
            if let Some(&before) = known.get(&key) {
                alias[result.index()] = Some(before);
                found_any = true;
                return false;
            }
            let is_machine = !inst.op.result().is_some_and(Type::is_scannable);
            if is_machine { &mut machine } else { &mut added }.push(key.clone());
            known.insert(key, result);
            true
        });
        function.blocks[block.index()].insts = insts;
        machine.drain(..).for_each(|key| {
            known.remove(&key);
        });
        scopes.push((block, added));
    }
    if found_any {
        replace_values(function, &alias);
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "of all others the table of ops says it")]
fn key(inst: &InstData, overwrites: bool) -> Option<Key> {
    let is_shared = match inst.op {
        // A context is made anew: two have two positions.
        Op::BsContext | Op::MarkerTerm => false,
        Op::TupleGet => !overwrites,
        _ => inst.op.effects() == Effects::PURE,
    };
    let immediate = match &inst.immediate {
        _ if !is_shared => return None,
        Immediate::None => Small::None,
        Immediate::Constant(constant) => Small::Constant(*constant),
        Immediate::Index(index) => Small::Index(*index),
        Immediate::ArityAndTag(arity, tag) => Small::ArityAndTag(*arity, *tag),
        Immediate::Function(_)
        | Immediate::Import(_)
        | Immediate::Lambda(_)
        | Immediate::Segment(_)
        | Immediate::Bits { .. }
        | Immediate::Segments(_)
        | Immediate::Indices(_)
        | Immediate::Message(_) => return None,
    };
    Some(Key { op: inst.op, immediate, args: inst.args.iter().copied().collect() })
}
