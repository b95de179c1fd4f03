//! Safepoints: what is live across one must be something that the collector can scan.

use super::{At, Fault, VerifyError};
use crate::analysis::{ControlFlow, Liveness};
use crate::ir::{Block, Effects, Function, Value};

/// Checks that no machine value lives across a safepoint.
///
/// # Errors
/// The first broken rule.
pub fn check(function: &Function, cfg: &ControlFlow, liveness: &Liveness) -> Result<(), VerifyError> {
    if function.value_types.iter().all(|ty| ty.is_scannable()) {
        return Ok(());
    }
    for &block in cfg.reverse_postorder() {
        check_block(function, liveness, block)?;
    }
    Ok(())
}

fn check_block(function: &Function, liveness: &Liveness, block: Block) -> Result<(), VerifyError> {
    let data = function.block(block);
    let is_machine = |value: &Value| !function.type_of(*value).is_scannable();
    let live_out = liveness.live_out(function, block);
    if data.terminator.is_safepoint()
        && let Some(&value) = live_out.iter().find(|value| is_machine(value))
    {
        return At::terminator(function, block).fails(Fault::MachineValue(value));
    }
    // Machine values that a later instruction, the terminator or a successor uses.
    let mut live: Vec<Value> = live_out.into_iter().filter(is_machine).collect();
    crate::analysis::liveness::for_each_operand(&data.terminator, |value| {
        if is_machine(&value) {
            live.push(value);
        }
    });
    for (index, inst) in data.insts.iter().enumerate().rev() {
        live.retain(|&value| Some(value) != inst.result);
        if inst.op.effects().has(Effects::CALLS)
            && let Some(&value) = live.first()
        {
            return At::inst(function, block, index).fails(Fault::MachineValue(value));
        }
        live.extend(inst.args.iter().copied().filter(is_machine));
    }
    Ok(())
}
