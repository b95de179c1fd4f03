//! Emitting calls.

use smallvec::SmallVec;

use super::EncodeError;
use super::emit::{Fixup, FunctionEmitter, Label};
use super::instruction::Ins;
use super::moves::Place;
use crate::interp::code::{CALL_WORDS, FRAME_HEAD};
use crate::interp::object::Symbol;
use crate::interp::opcode::Opcode;
use crate::ir::{Immediate, InstData, Op, Value};

impl FunctionEmitter<'_, '_> {
    /// Puts a call's operands into registers and clears dead slots; gives the mask for those of the first 16 that the
    /// call itself clears.
    pub(super) fn prepare_call(&mut self, inst: &InstData, is_tail: bool) -> Result<u16, EncodeError> {
        let moves = call_registers(inst)
            .into_iter()
            .map(|(value, register)| (Place::X(register), self.place(value)))
            .collect();
        self.moves(moves)?;
        if is_tail {
            return Ok(0);
        }
        let mut mask = 0;
        let mut dead: SmallVec<[u64; 4]> = SmallVec::new();
        for slot in (0..self.colors.slots).filter(|&slot| self.may.has(slot) && !self.taken.slots.has(slot)) {
            if slot < 16 {
                mask |= 1 << slot;
            } else {
                let word = usize::from(slot - 16) / 64;
                dead.resize(dead.len().max(word + 1), 0);
                dead[word] |= 1 << ((slot - 16) % 64);
            }
        }
        for (index, &bits) in dead.iter().enumerate().filter(|(_, bits)| **bits != 0) {
            let first = (FRAME_HEAD + 16 + 64 * index) as u16;
            self.push(Ins::new(Opcode::Kill, 2).a(first).word(1, bits))?;
        }
        self.may = self.taken.slots.clone();
        Ok(mask)
    }

    pub(super) fn emit_tail_call(&mut self, inst: &InstData) -> Result<(), EncodeError> {
        self.prepare_call(inst, true)?;
        let pop = self.frame_words();
        let arity = call_arity(inst);
        let at = match (inst.op, &inst.immediate) {
            (Op::Call, Immediate::Function(id)) => {
                let at = self.push(Ins::new(Opcode::CallTail, 2).a(pop))?;
                self.module.relocate(at + 1, Symbol::Function(id.index() as u32));
                at
            }
            (Op::CallExt, Immediate::Import(id)) => {
                let at = self.push(Ins::new(Opcode::CallExtTail, CALL_WORDS).a(pop).b(arity))?;
                self.module.relocate(at + 1, Symbol::Import(id.index() as u32));
                at
            }
            (Op::CallFun, _) => self.push(Ins::new(Opcode::CallFunTail, CALL_WORDS).a(pop).b(arity))?,
            _ => self.push(Ins::new(Opcode::ApplyTail, CALL_WORDS).a(pop).b(arity))?,
        };
        self.row(at, inst.location, None);
        if inst.op != Op::Call {
            // Where what is called turns out not to be code, the frame stays until it has returned.
            self.module.words[at + CALL_WORDS - 1] |= u64::from(pop);
            self.push(Ins::new(Opcode::Return, 1).a(pop))?;
        }
        Ok(())
    }

    /// Emits a call that returns; the result is then in x0.
    pub(super) fn emit_call(&mut self, inst: &InstData, handler: Option<Label>) -> Result<(), EncodeError> {
        let mask = self.prepare_call(inst, false)?;
        let arity = call_arity(inst);
        let at = match (inst.op, &inst.immediate) {
            (Op::Call, Immediate::Function(id)) => {
                let at = self.push(Ins::new(Opcode::Call, CALL_WORDS).a(mask))?;
                self.module.relocate(at + 1, Symbol::Function(id.index() as u32));
                at
            }
            (Op::CallExt, Immediate::Import(id)) => {
                let at = self.push(Ins::new(Opcode::CallExt, CALL_WORDS).a(mask).b(arity))?;
                self.module.relocate(at + 1, Symbol::Import(id.index() as u32));
                at
            }
            (Op::CallFun, _) => self.push(Ins::new(Opcode::CallFun, CALL_WORDS).a(mask).b(arity))?,
            _ => self.push(Ins::new(Opcode::Apply, CALL_WORDS).a(mask).b(arity))?,
        };
        self.module.words[at + CALL_WORDS - 1] |= u64::from(self.frame_words());
        if let Some(label) = handler {
            self.fixups.push(Fixup { word: at + CALL_WORDS - 1, high: true, base: at + CALL_WORDS, label });
        }
        self.row(at, inst.location, handler);
        Ok(())
    }
}

/// The x registers that a call wants its operands in.
pub(super) fn call_registers(inst: &InstData) -> SmallVec<[(Value, u16); 8]> {
    let args = &inst.args;
    // What is called; the arguments are the further operands.
    let fixed = inst.op.operands().len();
    let count = args.len() - fixed;
    let spread = args[fixed..].iter().enumerate().map(|(index, &value)| (value, index as u16));
    let callee = args[..fixed].iter().enumerate().map(|(index, &value)| (value, (count + index) as u16));
    spread.chain(callee).collect()
}

/// Number of arguments that a call passes.
pub(super) fn call_arity(inst: &InstData) -> u16 {
    (inst.args.len() - inst.op.operands().len()) as u16
}
