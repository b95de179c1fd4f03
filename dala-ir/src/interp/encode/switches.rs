//! Emitting jumps by value.

use super::EncodeError;
use super::emit::{FunctionEmitter, Label};
use super::instruction::Ins;
use super::moves::Place;
use crate::interp::opcode::Opcode;
use crate::ir::{Block, Constant, Value};

impl FunctionEmitter<'_, '_> {
    pub(super) fn emit_switch(
        &mut self,
        block: Block,
        value: Value,
        keys: &[Constant],
    ) -> Result<(), EncodeError> {
        let default = self.edge_label(block, keys.len());
        let mut immediates: Vec<(Constant, Label)> = Vec::new();
        for (edge, key) in keys.iter().enumerate() {
            let label = self.edge_label(block, edge);
            if key.word().is_some() {
                immediates.push((*key, label));
            } else {
                // `/=` leads to the target when the terms are equal.
                let mut ins = Ins::new(Opcode::NeExact, 2);
                let key = Place::Constant(*key);
                let (left, right) = (ins.operand(self.place(value))?, ins.operand(key)?);
                let at = self.push(ins.a(left).b(right))?;
                self.target(at, 1, false, label);
            }
        }
        let integers: Option<Vec<i64>> = keys
            .iter()
            .filter(|key| key.word().is_some())
            .map(|key| if let Constant::Int(value) = key { Some(*value) } else { None })
            .collect();
        if let Some(integers) = integers
            && let (Some(&low), Some(&high)) = (integers.iter().min(), integers.iter().max())
            && integers.len() >= 4
            && high.checked_sub(low).is_some_and(|range| range / 4 <= integers.len() as i64)
        {
            let labels: Vec<Label> = immediates.iter().map(|&(_, label)| label).collect();
            return self.emit_switch_table(value, low, high, &integers, &labels, default);
        }
        let count = immediates.len();
        let mut ins = Ins::long(Opcode::SwitchWords, 3 + count + count.div_ceil(2));
        let operand = ins.operand(self.place(value))?;
        ins.words[2] = count as u64;
        for (index, &(key, _)) in immediates.iter().enumerate() {
            ins = ins.constant(3 + index, key);
        }
        let at = self.push(ins.a(operand))?;
        // The keys are sorted by their words.
        self.module.switches.push(at as u32);
        self.target(at, 2, true, default);
        for (index, &(_, label)) in immediates.iter().enumerate() {
            self.target(at, 3 + count + index / 2, index % 2 == 1, label);
        }
        Ok(())
    }

    pub(super) fn emit_switch_table(
        &mut self,
        value: Value,
        low: i64,
        high: i64,
        integers: &[i64],
        targets: &[Label],
        default: Label,
    ) -> Result<(), EncodeError> {
        let count = (high - low + 1) as usize;
        let mut table = vec![default; count];
        for (integer, label) in integers.iter().zip(targets) {
            table[(integer - low) as usize] = *label;
        }
        let mut ins = Ins::long(Opcode::SwitchTable, 4 + count.div_ceil(2));
        let operand = ins.operand(self.place(value))?;
        ins.words[2] = low as u64;
        ins.words[3] = count as u64;
        let at = self.push(ins.a(operand))?;
        self.target(at, 3, true, default);
        for (index, &label) in table.iter().enumerate() {
            self.target(at, 4 + index / 2, index % 2 == 1, label);
        }
        Ok(())
    }

    pub(super) fn emit_switch_arity(
        &mut self,
        block: Block,
        value: Value,
        arities: &[u32],
    ) -> Result<(), EncodeError> {
        let default = self.edge_label(block, arities.len());
        let mut cases: Vec<(u32, Label)> = Vec::new();
        for (edge, &arity) in arities.iter().enumerate() {
            cases.push((arity, self.edge_label(block, edge)));
        }
        cases.sort_by_key(|(arity, _)| *arity);
        let mut ins = Ins::long(Opcode::SwitchArity, 3 + cases.len());
        let operand = ins.operand(self.place(value))?;
        ins.words[2] = cases.len() as u64;
        for (index, (arity, _)) in cases.iter().enumerate() {
            ins.words[3 + index] = u64::from(*arity);
        }
        let at = self.push(ins.a(operand))?;
        self.target(at, 2, true, default);
        for (index, &(_, label)) in cases.iter().enumerate() {
            self.target(at, 3 + index, true, label);
        }
        Ok(())
    }
}
