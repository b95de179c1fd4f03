//! Structure: tables, edges, which op may stand where.

use super::{At, Fault, Place, VerifyError};
use crate::ir::{Block, Effects, Function, Immediate, InstData, Module, Terminator, Type};

const MAX_ARITY: u32 = 255;

/// Checks the module's own tables.
///
/// # Errors
/// The first broken rule.
pub fn check_tables(module: &Module) -> Result<(), VerifyError> {
    let fail = |fault| Err(VerifyError { place: Place::default(), fault });
    let functions = module.functions.len();
    for &(name, arity, function) in &module.exports {
        match module.functions.get(function.index()) {
            None => return fail(Fault::NoSuchRow(function.to_string())),
            Some(found) if found.arity != arity => {
                return fail(Fault::CallArity {
                    name: format!("{name}/{arity}"),
                    expected: found.arity as usize,
                    found: arity as usize,
                });
            }
            Some(_) => {}
        }
    }
    for lambda in &module.lambdas {
        match module.functions.get(lambda.function.index()) {
            None => return fail(Fault::NoSuchRow(lambda.function.to_string())),
            Some(found) if found.arity < lambda.free => {
                return fail(Fault::CallArity {
                    name: lambda.function.to_string(),
                    expected: found.arity as usize,
                    found: lambda.free as usize,
                });
            }
            Some(_) => {}
        }
    }
    if let Some(import) = module.imports.iter().find(|import| import.arity > MAX_ARITY) {
        return fail(Fault::Arity(import.arity));
    }
    match module.on_load {
        Some(function) if function.index() >= functions => fail(Fault::NoSuchRow(function.to_string())),
        Some(function) if module.functions[function.index()].arity != 0 => {
            fail(Fault::Arity(module.functions[function.index()].arity))
        }
        _ => Ok(()),
    }
}

/// Checks the structure of one function.
///
/// # Errors
/// The first broken rule.
pub fn check(function: &Function, module: &Module) -> Result<(), VerifyError> {
    if function.arity > MAX_ARITY {
        return At::function(function).fails(Fault::Arity(function.arity));
    }
    let Some(entry) = function.blocks.first() else { return At::function(function).fails(Fault::NoEntry) };
    let is_term = |value: &crate::ir::Value| function.value_types.get(value.index()) == Some(&Type::Term);
    if entry.params.len() != function.arity as usize || !entry.params.iter().all(is_term) {
        return At::block(function, Function::ENTRY).fails(Fault::EntryParams(function.arity));
    }
    for block in function.block_ids() {
        check_block(function, module, block)?;
    }
    Ok(())
}

fn check_block(function: &Function, module: &Module, block: Block) -> Result<(), VerifyError> {
    let data = function.block(block);
    for (index, inst) in data.insts.iter().enumerate() {
        let at = At::inst(function, block, index);
        check_inst(at, function, module, inst)?;
        if inst.op.effects().has(Effects::ATTEMPTED) {
            return at.fails(Fault::Misplaced { op: inst.op.name(), terminator: "a block" });
        }
        let is_last = index + 1 == data.insts.len() && data.terminator == Terminator::Unreachable;
        if inst.op.effects().has(Effects::NO_RETURN) && !is_last {
            return at.fails(Fault::NotLast(inst.op.name()));
        }
    }
    let at = At::terminator(function, block);
    for call in data.terminator.successors() {
        if call.block.index() >= function.blocks.len() {
            return at.fails(Fault::NoSuchBlock(call.block));
        }
        if call.block == Function::ENTRY {
            return at.fails(Fault::EdgeToEntry);
        }
    }
    let (inst, terminator, fits) = match &data.terminator {
        Terminator::Attempt { inst, .. } => {
            let effects = inst.op.effects();
            let fits = effects.has(Effects::RAISES)
                && !effects.has(Effects::CALLS)
                && !effects.has(Effects::NO_RETURN);
            (inst, "attempt", fits)
        }
        Terminator::Try { inst, ok, .. } => {
            if ok.is_some() == inst.op.effects().has(Effects::NO_RETURN) {
                return at.fails(Fault::OkBlock);
            }
            let effects = inst.op.effects();
            (inst, "try", effects.has(Effects::RAISES) && !effects.has(Effects::ATTEMPTED))
        }
        Terminator::TailCall(inst) => (inst, "tail", inst.op.effects().has(Effects::CALLS)),
        Terminator::Jump(_)
        | Terminator::Branch { .. }
        | Terminator::Switch { .. }
        | Terminator::SwitchArity { .. }
        | Terminator::Return(_)
        | Terminator::RecvNext { .. }
        | Terminator::Wait(_)
        | Terminator::WaitTimeout { .. }
        | Terminator::Unreachable => return Ok(()),
    };
    if !fits {
        return at.fails(Fault::Misplaced { op: inst.op.name(), terminator });
    }
    if inst.result.is_some() {
        return at.fails(Fault::TerminatorResult);
    }
    check_inst(at, function, module, inst)
}

fn check_inst(at: At<'_>, function: &Function, module: &Module, inst: &InstData) -> Result<(), VerifyError> {
    if inst.location as usize >= function.locations.len().max(1) {
        return at.fails(Fault::NoSuchRow(format!("location {}", inst.location)));
    }
    let count = inst.args.len();
    let arity = |name: String, expected: usize| {
        if expected == count { Ok(()) } else { at.fails(Fault::CallArity { name, expected, found: count }) }
    };
    match &inst.immediate {
        Immediate::Function(id) => match module.functions.get(id.index()) {
            Some(callee) => arity(format!("{}/{}", callee.name, callee.arity), callee.arity as usize),
            None => at.fails(Fault::NoSuchRow(id.to_string())),
        },
        Immediate::Import(id) => match module.imports.get(id.index()) {
            Some(import) => arity(
                format!("{}:{}/{}", import.module, import.function, import.arity),
                import.arity as usize,
            ),
            None => at.fails(Fault::NoSuchRow(id.to_string())),
        },
        Immediate::Lambda(id) => match module.lambdas.get(id.index()) {
            Some(lambda) => arity(id.to_string(), lambda.free as usize),
            None => at.fails(Fault::NoSuchRow(id.to_string())),
        },
        Immediate::Message(id) => match module.typing.message(*id) {
            Some(message) => arity(id.to_string(), inst.op.operands().len() + message.fields.len()),
            None => at.fails(Fault::NoSuchRow(id.to_string())),
        },
        Immediate::Constant(crate::ir::Constant::Literal(id)) if id.index() >= module.literals.len() => {
            at.fails(Fault::NoSuchRow(id.to_string()))
        }
        Immediate::None
        | Immediate::Constant(_)
        | Immediate::Index(_)
        | Immediate::ArityAndTag(..)
        | Immediate::Segment(_)
        | Immediate::Bits { .. }
        | Immediate::Segments(_)
        | Immediate::Indices(_) => {
            // Further operands of what calls, or says that it was called, are arguments.
            let effects = inst.op.effects();
            let passes = effects.has(Effects::CALLS) || effects.has(Effects::NO_RETURN);
            let arguments = count.saturating_sub(inst.op.operands().len());
            if passes && arguments > MAX_ARITY as usize {
                return at.fails(Fault::Arity(arguments as u32));
            }
            Ok(())
        }
    }
}
