//! SSA: one definition each, and it dominates the uses.

use super::{At, Fault, VerifyError};
use crate::analysis::liveness::for_each_operand;
use crate::analysis::{ControlFlow, DominatorTree};
use crate::ir::{Block, Function, Value};

/// Where a value is defined: block, and number of the instruction plus one (parameters: 0).
type Definition = (Block, usize);

/// Checks definitions and uses.
///
/// # Errors
/// The first broken rule.
pub fn check(function: &Function, cfg: &ControlFlow, domtree: &DominatorTree) -> Result<(), VerifyError> {
    let definitions = definitions(function)?;
    for &block in cfg.reverse_postorder() {
        let data = function.block(block);
        let check_use = |value: Value, index: usize| {
            let is_defined = match definitions.get(value.index()).copied().flatten() {
                Some((home, position)) if home == block => position <= index,
                Some((home, _)) => domtree.dominates(home, block),
                None => false,
            };
            if is_defined {
                Ok(())
            } else {
                At::inst(function, block, index).fails(Fault::NotDominated(value))
            }
        };
        for (index, inst) in data.insts.iter().enumerate() {
            for &value in &inst.args {
                check_use(value, index)?;
            }
        }
        let end = data.insts.len();
        let mut operands = Vec::new();
        for_each_operand(&data.terminator, |value| operands.push(value));
        for call in data.terminator.successors() {
            operands.extend_from_slice(&call.args);
        }
        for value in operands {
            check_use(value, end)?;
        }
    }
    Ok(())
}

fn definitions(function: &Function) -> Result<Vec<Option<Definition>>, VerifyError> {
    let mut definitions: Vec<Option<Definition>> = vec![None; function.value_types.len()];
    let mut define =
        |value: Value, definition: Definition, at: At<'_>| match definitions.get_mut(value.index()) {
            None => at.fails(Fault::NoType(value)),
            Some(Some(_)) => at.fails(Fault::DefinedTwice(value)),
            Some(slot) => {
                *slot = Some(definition);
                Ok(())
            }
        };
    for block in function.block_ids() {
        let data = function.block(block);
        for &parameter in &data.params {
            define(parameter, (block, 0), At::block(function, block))?;
        }
        for (index, inst) in data.insts.iter().enumerate() {
            let at = At::inst(function, block, index);
            match (inst.result, inst.op.result()) {
                (Some(value), Some(ty)) => {
                    define(value, (block, index + 1), at)?;
                    if function.type_of(value) != ty {
                        return at.fails(Fault::Result(inst.op.name()));
                    }
                }
                (None, None) => {}
                _ => return at.fails(Fault::Result(inst.op.name())),
            }
        }
    }
    Ok(definitions)
}
