//! A place that sends, made one that sends without a tuple where it can.

use smallvec::SmallVec;

use super::site::{Content, Site, Way, definition};
use crate::abi::atoms;
use crate::ir::{
    Block, BlockCall, BlockData, Constant, Function, Immediate, InstData, Op, Tables, Terminator, Type, Value,
};

/// Changes a place; whether it did.
///
/// ```text
/// v3 = tuple v1, v2               v3 = tuple v1, v2
/// v4 = send v0, v3                attempt actor_send msg0 v0, v2 -> ok(), fail()
/// ..                              ok():   v5 = tuple v1, v2      jump rest(v5)
///                                 fail(): v6 = tuple v1, v2
///                                         v7 = send v0, v6       jump rest(v7)
///                                 rest(v4): ..
/// ```
/// Of the tuples those stay that somebody uses.
pub(super) fn specialise(function: &mut Function, tables: Tables<'_>, site: &Site) -> bool {
    let Some(protocol) = site.protocol.filter(|_| site.way != Way::Call) else { return false };
    let Some(content) = Content::of(function, tables, site.message) else { return false };
    let Some((taken, row)) = tables.typing.taken(protocol, content.tag(), content.len()) else {
        return false;
    };
    // One that has fields which this sender does not know is made from the tuple.
    if row.fields.len() != content.len() {
        return false;
    }
    let message = Immediate::Message(taken.message);
    let Some(made) = definition(function, site.message).cloned() else { return false };
    let mut head = std::mem::replace(&mut function.blocks[site.block.index()], empty());
    let mut behind = head.insts.split_off(site.index);
    let mut fields: SmallVec<[Value; 4]> = SmallVec::from_slice(&[site.destination]);
    match content {
        Content::Fields(_, values) => fields.extend(values),
        Content::Constants(_, constants) => {
            for constant in constants {
                fields.push(add_constant(function, &mut head, constant));
            }
        }
    }
    let [mut ok, mut fail] = [empty(), empty()];
    // What the place gives when it has sent without a tuple, and the message for when it has not.
    let value = match site.way {
        Way::Send => add(function, &mut ok, &made),
        Way::Cast | Way::Call => add_constant(function, &mut ok, Constant::Atom(atoms::OK)),
    };
    let tuple = add(function, &mut fail, &made);
    let sent = |inst: &InstData| {
        let mut inst = inst.clone();
        inst.args[1] = tuple;
        inst
    };
    let terminator = std::mem::replace(&mut head.terminator, Terminator::Unreachable);
    let location = if behind.is_empty() {
        match terminator {
            Terminator::TailCall(inst) => {
                ok.terminator = Terminator::Return(value);
                fail.terminator = Terminator::TailCall(sent(&inst));
                inst.location
            }
            Terminator::Try { inst, ok: Some(next), unwind } => {
                let mut straight = next.clone();
                straight.args.insert(0, value);
                ok.terminator = Terminator::Jump(straight);
                fail.terminator = Terminator::Try { inst: sent(&inst), ok: Some(next), unwind };
                inst.location
            }
            // Nothing else sends.
            terminator @ (Terminator::Jump(_)
            | Terminator::Branch { .. }
            | Terminator::Switch { .. }
            | Terminator::SwitchArity { .. }
            | Terminator::Attempt { .. }
            | Terminator::Try { ok: None, .. }
            | Terminator::Return(_)
            | Terminator::RecvNext { .. }
            | Terminator::Wait(_)
            | Terminator::WaitTimeout { .. }
            | Terminator::Unreachable) => {
                head.terminator = terminator;
                function.blocks[site.block.index()] = head;
                return false;
            }
        }
    } else {
        let inst = behind.remove(0);
        let params = inst.result.into_iter().collect();
        let given = add(function, &mut fail, &sent(&inst));
        let rest = push(function, BlockData { params, insts: behind, terminator });
        let to_rest = |value: Value| {
            let values = if inst.result.is_some() { vec![value] } else { Vec::new() };
            Terminator::Jump(BlockCall::new(rest, &values))
        };
        ok.terminator = to_rest(value);
        fail.terminator = to_rest(given);
        inst.location
    };
    let [ok, fail] = [ok, fail].map(|block| BlockCall::new(push(function, block), &[]));
    let inst = InstData { op: Op::ActorSend, args: fields, immediate: message, result: None, location };
    head.terminator = Terminator::Attempt { inst, ok, fail };
    function.blocks[site.block.index()] = head;
    true
}

fn empty() -> BlockData {
    BlockData { params: Vec::new(), insts: Vec::new(), terminator: Terminator::Unreachable }
}

fn push(function: &mut Function, block: BlockData) -> Block {
    function.blocks.push(block);
    Block::new(function.blocks.len() - 1)
}

/// Adds a copy of an instruction that gives a term; its result.
fn add(function: &mut Function, block: &mut BlockData, inst: &InstData) -> Value {
    function.value_types.push(Type::Term);
    let result = Value::new(function.value_types.len() - 1);
    block.insts.push(InstData { result: Some(result), ..inst.clone() });
    result
}

fn add_constant(function: &mut Function, block: &mut BlockData, constant: Constant) -> Value {
    let immediate = Immediate::Constant(constant);
    let inst = InstData { op: Op::Const, args: SmallVec::new(), immediate, result: None, location: 0 };
    add(function, block, &inst)
}
