//! Emitting terminators, and the moves that an edge needs.

use super::EncodeError;
use super::color::BitSet;
use super::emit::{FunctionEmitter, Label};
use super::instruction::Ins;
use super::moves::Place;
use super::plan::calls;
use crate::analysis::liveness::implicit_params;
use crate::interp::code::X_EXCEPTION;
use crate::interp::opcode::Opcode;
use crate::ir::{Block, Constant, Terminator, Type};

impl FunctionEmitter<'_, '_> {
    /// The label to jump to for an edge: its block, or moves that are emitted later.
    pub(super) fn edge_label(&mut self, block: Block, edge: usize) -> Label {
        let call = self.plan.function.block(block).terminator.successor(edge);
        let target = call.block;
        let is_plain = self.block_plan(block).is_open == self.block_plan(target).enters_open
            && self.edge_moves(block, edge).iter().all(|(to, from)| to == from);
        if is_plain {
            return Label(target.index());
        }
        let label = self.new_label();
        self.stubs.push((label, block, edge));
        label
    }

    /// Moves of an edge, as if the frame were as the target wants it.
    pub(super) fn edge_moves(&self, block: Block, edge: usize) -> Vec<(Place, Place)> {
        let terminator = &self.plan.function.block(block).terminator;
        let target = terminator.successor(edge).block;
        let (from_open, to_open) = (self.block_plan(block).is_open, self.block_plan(target).enters_open);
        let target_plan = self.block_plan(target);
        let params = &self.plan.function.block(target).params;
        let filled = implicit_params(terminator, edge);
        let mut moves = Vec::with_capacity(params.len());
        for (index, &parameter) in params.iter().take(filled).enumerate() {
            let from = match terminator {
                Terminator::Attempt { .. } | Terminator::RecvNext { .. } => self.end_place(block),
                Terminator::Try { ok: Some(_), .. } if edge == 0 => self.end_place(block),
                Terminator::Try { .. } | Terminator::WaitTimeout { .. } => {
                    Place::X(X_EXCEPTION + index as u16)
                }
                Terminator::Jump(_)
                | Terminator::Branch { .. }
                | Terminator::Switch { .. }
                | Terminator::SwitchArity { .. }
                | Terminator::Return(_)
                | Terminator::TailCall(_)
                | Terminator::Wait(_)
                | Terminator::Unreachable => unreachable!("their edges fill no parameter"),
            };
            moves.push((parameter, from));
        }
        for (parameter, argument) in self.plan.edge_pairs(block, edge) {
            moves.push((parameter, self.place_when(argument, from_open)));
        }
        moves
            .into_iter()
            .filter(|(parameter, _)| !target_plan.dead_params.contains(parameter))
            .map(|(parameter, from)| (self.place_when(parameter, to_open), from))
            .collect()
    }

    /// Where the terminator of a block leaves its result.
    pub(super) fn end_place(&self, block: Block) -> Place {
        match &self.plan.function.block(block).terminator {
            Terminator::Try { inst, .. } if calls(inst.op) => Place::X(0),
            Terminator::Attempt { inst, .. } | Terminator::Try { inst, .. }
                if inst.op.result() == Some(Type::F64) =>
            {
                Place::Float(self.colors.end_result(block))
            }
            Terminator::Attempt { .. } | Terminator::Try { .. } | Terminator::RecvNext { .. } => {
                Place::X(self.colors.end_result(block))
            }
            Terminator::Jump(_)
            | Terminator::Branch { .. }
            | Terminator::Switch { .. }
            | Terminator::SwitchArity { .. }
            | Terminator::Return(_)
            | Terminator::TailCall(_)
            | Terminator::Wait(_)
            | Terminator::WaitTimeout { .. }
            | Terminator::Unreachable => unreachable!("they have no result"),
        }
    }

    /// Emits an edge: opens the frame if the target wants it open, moves, and jumps unless the target is `next`.
    pub(super) fn emit_edge(
        &mut self,
        block: Block,
        edge: usize,
        next: Option<Block>,
    ) -> Result<(), EncodeError> {
        let target = self.plan.function.block(block).terminator.successor(edge).block;
        let mut moves = self.edge_moves(block, edge);
        if !self.block_plan(block).is_open && self.block_plan(target).enters_open {
            let mut stores: Vec<(u16, u16)> = Vec::new();
            let mut live = BitSet::default();
            for &value in self.plan.live.live_in(target) {
                if let Place::X(register) = self.place_when(value, false) {
                    live.insert(register);
                    if let Place::Slot(slot) = self.place_when(value, true) {
                        stores.push((slot, register));
                    }
                }
            }
            for (to, from) in &moves {
                if let Place::X(register) = from {
                    live.insert(*register);
                    if let Place::Slot(slot) = to {
                        stores.push((*slot, *register));
                    }
                }
            }
            moves.retain(|(to, from)| !matches!((to, from), (Place::Slot(_), Place::X(_))));
            self.open_frame(&stores, &live, 0)?;
        }
        self.moves(moves)?;
        if next != Some(target) {
            let at = self.push(Ins::new(Opcode::Jump, 1))?;
            self.target(at, 0, true, Label(target.index()));
        }
        Ok(())
    }

    pub(super) fn emit_terminator(&mut self, block: Block, next: Option<Block>) -> Result<(), EncodeError> {
        let plan = self.plan;
        let data = plan.function.block(block);
        match &data.terminator {
            Terminator::Jump(_) => self.emit_edge(block, 0, next),
            Terminator::Branch { condition, .. } => {
                let otherwise = self.edge_label(block, 1);
                match plan.blocks[block.index()].fused {
                    Some(test) => self.emit_test(&data.insts[test as usize], otherwise)?,
                    None => {
                        let mut ins = Ins::new(Opcode::IsTrue, 1);
                        let bool = ins.operand(self.place(*condition))?;
                        let at = self.push(ins.a(bool))?;
                        self.target(at, 0, true, otherwise);
                    }
                }
                self.emit_edge(block, 0, next)
            }
            Terminator::Switch { value, cases, .. } => {
                let keys: Vec<Constant> = cases.iter().map(|(key, _)| *key).collect();
                self.emit_switch(block, *value, &keys)
            }
            Terminator::SwitchArity { value, cases, .. } => {
                let arities: Vec<u32> = cases.iter().map(|(arity, _)| *arity).collect();
                self.emit_switch_arity(block, *value, &arities)
            }
            Terminator::Attempt { inst, .. } => {
                let fail = self.edge_label(block, 1);
                self.emit_op(inst, Some(self.end_place(block)), Some(fail), None)?;
                self.emit_edge(block, 0, next)
            }
            Terminator::Try { inst, ok, .. } => {
                let handler = self.edge_label(block, usize::from(ok.is_some()));
                if calls(inst.op) {
                    self.emit_call(inst, Some(handler))?;
                } else {
                    let result = inst.op.result().map(|_| self.end_place(block));
                    self.emit_op(inst, result, None, Some(handler))?;
                }
                if ok.is_some() { self.emit_edge(block, 0, next) } else { Ok(()) }
            }
            Terminator::Return(value) => {
                let pop = self.frame_words();
                match self.place(*value) {
                    Place::X(0) => self.push(Ins::new(Opcode::Return, 1).a(pop))?,
                    Place::Constant(constant) => {
                        self.push(Ins::new(Opcode::ReturnWord, 2).b(pop).constant(1, constant))?
                    }
                    place @ (Place::X(_) | Place::Slot(_) | Place::Float(_)) => {
                        let mut ins = Ins::new(Opcode::ReturnValue, 1);
                        let value = ins.operand(place)?;
                        self.push(ins.a(value).b(pop))?
                    }
                };
                Ok(())
            }
            Terminator::TailCall(inst) => self.emit_tail_call(inst),
            Terminator::RecvNext { location, .. } => {
                let empty = self.edge_label(block, 1);
                let mut ins = Ins::new(Opcode::RecvNext, 1);
                let message = ins.operand(self.end_place(block))?;
                let at = self.push(ins.a(message))?;
                self.target(at, 0, true, empty);
                self.row(at, *location, None);
                self.emit_edge(block, 0, next)
            }
            Terminator::Wait(_) => {
                let woken = self.edge_label(block, 0);
                let at = self.push(Ins::new(Opcode::Wait, 1))?;
                self.target(at, 0, true, woken);
                Ok(())
            }
            Terminator::WaitTimeout { time, unwind, location, .. } => {
                let [woken, expired] = [0, 1].map(|edge| self.edge_label(block, edge));
                let handler = unwind.as_ref().map(|_| self.edge_label(block, 2));
                let mut ins = Ins::new(Opcode::WaitTimeout, 2);
                let time = ins.operand(self.place(*time))?;
                let at = self.push(ins.a(time))?;
                self.target(at, 1, false, expired);
                self.row(at, *location, handler);
                let at = self.push(Ins::new(Opcode::Woken, 2))?;
                self.target(at, 0, true, expired);
                self.target(at, 1, false, woken);
                Ok(())
            }
            // Behind an op that never returns. A block of its own without one is never reached: verified code has
            // no other way to say so, and raising is better than running into what follows.
            Terminator::Unreachable => {
                let ends = data
                    .insts
                    .last()
                    .is_some_and(|inst| inst.op.effects().has(crate::ir::Effects::NO_RETURN));
                if !ends {
                    let at = self.push(Ins::new(Opcode::IfClause, 1))?;
                    self.row(at, 0, None);
                }
                Ok(())
            }
        }
    }
}
