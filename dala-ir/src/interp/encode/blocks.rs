//! Emitting blocks: heap checks, frames, instructions in order.

use smallvec::SmallVec;

use super::EncodeError;
use super::color::BitSet;
use super::emit::FunctionEmitter;
use super::instruction::Ins;
use super::moves::Place;
use crate::interp::code::{X_NIL, X_SCRATCH};
use crate::interp::opcode::Opcode;
use crate::ir::{Block, InstData, Op, Value};

impl FunctionEmitter<'_, '_> {
    pub(super) fn emit_block(&mut self, block: Block, next: Option<Block>) -> Result<(), EncodeError> {
        let plan = self.plan;
        let data = plan.function.block(block);
        let block_plan = &plan.blocks[block.index()];
        self.block = block;
        let enters_open = block_plan.enters_open;
        let mut taken = self.colors.taken_on_entry(plan, block, enters_open);
        for parameter in data.params.iter().filter(|parameter| !block_plan.dead_params.contains(parameter)) {
            self.colors.define_taken(plan, *parameter, enters_open, &mut taken);
        }
        self.taken = taken;
        self.may = if enters_open { self.may_on_entry(block) } else { BitSet::default() };
        let mut needs = super::needs::heap_needs(plan, block);
        if block_plan.is_open && !enters_open {
            let live_in = plan.live.live_in(block).iter().chain(&data.params);
            let stores: Vec<(u16, u16)> = live_in
                .filter(|value| !block_plan.dead_params.contains(value) && plan.crossing[value.index()])
                .filter(|value| !plan.is_constant(**value))
                .map(|&value| (self.colors.slot(value), self.colors.register(value)))
                .collect();
            // The first heap check merges with that for the frame when nothing else allocates before it.
            let need = match needs.first_mut() {
                Some(first) if first.is_first && first.words <= u32::from(u16::MAX) => {
                    std::mem::take(&mut first.words)
                }
                _ => 0,
            };
            let live = self.taken.x.clone();
            self.open_frame(&stores, &live, need as u16)?;
            stores.iter().for_each(|&(slot, _)| self.may.insert(slot));
            let mut taken = std::mem::take(&mut self.taken);
            self.colors.open(plan, block, &mut taken);
            self.taken = taken;
        }
        let open = block_plan.is_open;
        // The head that was left to the next instruction, which takes the tail.
        let mut head_of: Option<Value> = None;
        for (place, &index) in block_plan.schedule.iter().enumerate() {
            let inst = &data.insts[index as usize];
            let mut check = None;
            if let Some(need) = needs.iter().find(|need| need.place == place && need.words > 0) {
                match self.taken.x.words() {
                    // A list cell checks for itself.
                    masks @ ([] | [_]) if inst.op == Op::Cons => {
                        check = Some((masks.first().copied().unwrap_or(0), need.words));
                    }
                    _ => self.heap_check(need.words)?,
                }
            }
            for &value in &block_plan.dies[place] {
                let mut taken = std::mem::take(&mut self.taken);
                self.colors.release(plan, value, open, &mut taken);
                self.taken = taken;
            }
            match (head_of, self.head_before_tail(block, place)) {
                // Head and tail of one cell at once.
                (Some(head), _) => self.emit_head_tail(head, inst)?,
                (None, true) => {}
                (None, false) => match check {
                    Some((live, words)) => {
                        self.emit_cons_checked(inst, block_plan.unused[place], live, words)?;
                    }
                    None => self.emit_inst(inst, block_plan.unused[place])?,
                },
            }
            head_of = match head_of {
                None if self.head_before_tail(block, place) => inst.result,
                _ => None,
            };
            if let Some(result) = inst.result.filter(|_| !block_plan.unused[place]) {
                let mut taken = std::mem::take(&mut self.taken);
                self.colors.define_taken(plan, result, open, &mut taken);
                self.taken = taken;
                if let Place::Slot(slot) = self.place(result) {
                    self.may.insert(slot);
                }
            }
        }
        for &value in &block_plan.dies_at_end {
            let mut taken = std::mem::take(&mut self.taken);
            self.colors.release(plan, value, open, &mut taken);
            self.taken = taken;
        }
        self.emit_terminator(block, next)?;
        self.outs[block.index()] = Some(std::mem::take(&mut self.may));
        Ok(())
    }

    /// Opens the frame: `stores` are (slot, x register), `live` the x registers that are live.
    pub(super) fn open_frame(
        &mut self,
        stores: &[(u16, u16)],
        live: &BitSet,
        need: u16,
    ) -> Result<(), EncodeError> {
        let slots = usize::from(self.colors.slots);
        let masks = live.words();
        let mut sources = vec![X_NIL; slots];
        for &(slot, register) in stores {
            sources[usize::from(slot)] = register;
        }
        const FEW: [Opcode; 5] = [Opcode::Open0, Opcode::Open1, Opcode::Open2, Opcode::Open3, Opcode::Open4];
        let (mut ins, first) = match FEW.get(slots).filter(|_| masks.len() <= 1) {
            Some(&op) => {
                let mut ins = Ins::new(op, if slots == 0 { 2 } else { 3 });
                ins.words[1] = masks.first().copied().unwrap_or(0);
                (ins, 2)
            }
            None => {
                let mut ins = Ins::long(Opcode::Open, 2 + masks.len() + slots.div_ceil(4));
                ins.words[2..2 + masks.len()].copy_from_slice(masks);
                (ins.c(masks.len() as u16), 2 + masks.len())
            }
        };
        for (index, source) in sources.into_iter().enumerate() {
            ins.words[first + index / 4] |= u64::from(source) << (16 * (index % 4));
        }
        self.push(ins.a(self.colors.slots).b(need))?;
        Ok(())
    }

    /// Slots that may hold something where the block begins.
    pub(super) fn may_on_entry(&self, block: Block) -> BitSet {
        let mut may = BitSet::default();
        for before in self.plan.cfg.predecessors(block) {
            match &self.outs[before.index()] {
                Some(out) => {
                    (0..self.colors.slots).filter(|&slot| out.has(slot)).for_each(|slot| may.insert(slot))
                }
                None => (0..self.colors.slots).for_each(|slot| may.insert(slot)),
            }
        }
        let data = self.plan.function.block(block);
        for &value in self.plan.live.live_in(block).iter().chain(&data.params) {
            if let Place::Slot(slot) = self.place_when(value, true) {
                may.insert(slot);
            }
        }
        may
    }

    /// Whether the instruction takes the head, and the next one the tail, of one cell, and both are used.
    pub(super) fn head_before_tail(&self, block: Block, place: usize) -> bool {
        let plan = self.block_plan(block);
        let (Some(&first), Some(&second)) = (plan.schedule.get(place), plan.schedule.get(place + 1)) else {
            return false;
        };
        let insts = &self.plan.function.block(block).insts;
        let (first, second) = (&insts[first as usize], &insts[second as usize]);
        first.op == Op::Head
            && second.op == Op::Tail
            && first.args == second.args
            && !plan.unused[place]
            && !plan.unused[place + 1]
    }

    pub(super) fn emit_head_tail(&mut self, head: Value, tail: &InstData) -> Result<(), EncodeError> {
        let mut ins = Ins::new(Opcode::HeadTail, 1);
        let list = ins.operand(self.place(tail.args[0]))?;
        let head = ins.operand(self.place(head))?;
        let tail = match tail.result {
            Some(result) => ins.operand(self.place(result))?,
            None => X_SCRATCH,
        };
        self.push(ins.a(head).b(list).c(tail))?;
        Ok(())
    }

    /// `Cons` that makes room for `words` words; `live` is the mask of live x registers.
    fn emit_cons_checked(
        &mut self,
        inst: &InstData,
        is_unused: bool,
        live: u64,
        words: u32,
    ) -> Result<(), EncodeError> {
        let mut ins = Ins::new(Opcode::ConsChecked, 3).word(1, live).word(2, u64::from(words));
        let to = match inst.result {
            Some(result) if !is_unused => ins.operand(self.place(result))?,
            _ => X_SCRATCH,
        };
        let (head, tail) = (ins.operand(self.place(inst.args[0]))?, ins.operand(self.place(inst.args[1]))?);
        self.push(ins.a(to).b(head).c(tail))?;
        Ok(())
    }

    pub(super) fn heap_check(&mut self, words: u32) -> Result<(), EncodeError> {
        let masks: SmallVec<[u64; 4]> = self.taken.x.words().into();
        if masks.len() <= 1 {
            let live = masks.first().copied().unwrap_or(0);
            self.push(Ins::new(Opcode::GcOne, 2).high(words).word(1, live))?;
            return Ok(());
        }
        let mut ins = Ins::long(Opcode::Gc, 2 + masks.len());
        ins.words[2..].copy_from_slice(&masks);
        self.push(ins.a(masks.len() as u16).high(words))?;
        Ok(())
    }
}
