//! Types of operands, immediates and edges.

use std::collections::HashSet;

use super::{At, Fault, VerifyError};
use crate::analysis::liveness::edges;
use crate::ir::{Block, Constant, Function, InstData, Terminator, Type, Value};

/// Checks types everywhere, unreachable code included. Definitions are checked already.
///
/// # Errors
/// The first broken rule.
pub fn check(function: &Function) -> Result<(), VerifyError> {
    for block in function.block_ids() {
        let data = function.block(block);
        for (index, inst) in data.insts.iter().enumerate() {
            check_inst(At::inst(function, block, index), function, inst)?;
        }
        check_terminator(function, block)?;
    }
    Ok(())
}

fn type_of(function: &Function, value: Value) -> Option<Type> {
    function.value_types.get(value.index()).copied()
}

fn check_inst(at: At<'_>, function: &Function, inst: &InstData) -> Result<(), VerifyError> {
    inst.check(|value| type_of(function, value)).or_else(|error| at.fails(error))
}

fn check_terminator(function: &Function, block: Block) -> Result<(), VerifyError> {
    let terminator = &function.block(block).terminator;
    let at = At::terminator(function, block);
    let wants = |value: Value, wanted: Type| match type_of(function, value) {
        Some(found) if wanted.accepts(found) => Ok(()),
        _ => at.fails(Fault::TerminatorType(wanted.name())),
    };
    match terminator {
        Terminator::Branch { condition, .. } => wants(*condition, Type::Bool)?,
        Terminator::Return(value) => wants(*value, Type::Term)?,
        Terminator::WaitTimeout { time, .. } => wants(*time, Type::Term)?,
        Terminator::Switch { value, cases, .. } => {
            wants(*value, Type::Term)?;
            let mut seen = HashSet::new();
            let fits = |key: &Constant| !matches!(key, Constant::Int(_)) || key.word().is_some();
            if !cases.iter().all(|(key, _)| fits(key) && seen.insert(*key)) {
                return at.fails(Fault::SwitchKeys);
            }
        }
        Terminator::SwitchArity { value, cases, .. } => {
            wants(*value, Type::Term)?;
            let mut seen = HashSet::new();
            if !cases.iter().all(|(arity, _)| seen.insert(*arity)) {
                return at.fails(Fault::SwitchKeys);
            }
        }
        Terminator::Attempt { inst, .. } | Terminator::Try { inst, .. } | Terminator::TailCall(inst) => {
            check_inst(at, function, inst)?;
        }
        Terminator::Jump(_) | Terminator::RecvNext { .. } | Terminator::Wait(_) | Terminator::Unreachable => {
        }
    }
    for (edge, (call, filled)) in edges(terminator).enumerate() {
        let params = &function.block(call.block).params;
        let expected = params.len().checked_sub(filled);
        if expected != Some(call.args.len()) {
            let expected = expected.unwrap_or(0);
            return at.fails(Fault::EdgeArity { block: call.block, expected, found: call.args.len() });
        }
        for (index, &parameter) in params.iter().enumerate() {
            let found = if index < filled {
                Some(filled_type(terminator, edge, index))
            } else {
                type_of(function, call.args[index - filled])
            };
            let wanted = type_of(function, parameter);
            if !wanted.zip(found).is_some_and(|(wanted, found)| wanted.accepts(found)) {
                let found = found.map_or("missing value", Type::name);
                return at.fails(Fault::EdgeType { block: call.block, parameter, found });
            }
        }
    }
    Ok(())
}

fn filled_type(terminator: &Terminator, edge: usize, index: usize) -> Type {
    match terminator {
        Terminator::Attempt { inst, .. } => inst.op.result().unwrap_or(Type::Term),
        Terminator::Try { inst, ok: Some(_), .. } if edge == 0 => inst.op.result().unwrap_or(Type::Term),
        // Class, reason, trace.
        Terminator::Try { .. } | Terminator::WaitTimeout { .. } if index == 2 => Type::Trace,
        Terminator::Try { .. } | Terminator::WaitTimeout { .. } => Type::Term,
        // The message.
        Terminator::RecvNext { .. } => Type::Term,
        // Their edges fill nothing.
        Terminator::Jump(_)
        | Terminator::Branch { .. }
        | Terminator::Switch { .. }
        | Terminator::SwitchArity { .. }
        | Terminator::Return(_)
        | Terminator::TailCall(_)
        | Terminator::Wait(_)
        | Terminator::Unreachable => Type::Term,
    }
}
