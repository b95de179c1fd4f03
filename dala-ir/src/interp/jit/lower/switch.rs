//! Jumps by value.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, Value};
use cranelift_frontend::Switch;

use super::Segment;
use crate::abi::{Header, Kind, Word};
use crate::interp::code::UNSORTED;
use crate::interp::jit::helpers::Helper;
use crate::interp::opcode::Opcode;

impl Segment<'_, '_> {
    pub(super) fn switch_value(&mut self) {
        let value = self.get(self.ins.a());
        let ins = self.ins;
        let otherwise = ins.targets.last().copied().unwrap_or(ins.at);
        let otherwise = self.target(otherwise);
        let mut switch = Switch::new();
        let mut value = value;
        if ins.op == Opcode::SwitchTable {
            let is_not_small = self.not_small(value);
            let small = self.b.create_block();
            self.b.ins().brif(is_not_small, otherwise, &[], small, &[]);
            self.b.switch_to_block(small);
            let number = self.b.ins().sshr_imm_s(value, 1);
            let lowest = self.word(ins.words[2]);
            value = self.b.ins().isub(number, lowest);
            for index in 0..ins.targets.len() - 1 {
                let block = self.target(ins.targets[index]);
                switch.set_entry(index as u128, block);
            }
        } else if !ins.open.is_empty() {
            return self.switch_atoms(value, otherwise);
        } else {
            let count = ins.words[2] as u32 as usize;
            for index in 0..count {
                let (key, block) = (u128::from(ins.words[3 + index]), self.target(ins.targets[index]));
                if !switch.entries().contains_key(&key) {
                    switch.set_entry(key, block);
                }
            }
        }
        switch.emit(self.b, value, otherwise);
    }

    /// Jumps by words that linking fills in, of which few are compared one after the other.
    fn switch_atoms(&mut self, value: Value, otherwise: Block) {
        let ins = self.ins;
        let count = ins.words[2] as u32 as usize;
        if count <= UNSORTED {
            for index in 0..count {
                let (key, block) = (self.own_word(3 + index), self.target(ins.targets[index]));
                let (is_it, next) = (self.b.ins().icmp(IntCC::Equal, value, key), self.b.create_block());
                self.b.ins().brif(is_it, block, &[], next, &[]);
                self.b.switch_to_block(next);
            }
            self.b.ins().jump(otherwise, &[]);
            return;
        }
        // What it finds is where the interpreter would go, in words from here.
        let place = self.address(ins.at);
        let relative = self.helper(Helper::SwitchWords, [place, value]);
        let mut switch = Switch::new();
        for &target in &ins.targets {
            let key = u128::from(target.wrapping_sub(ins.at));
            if !switch.entries().contains_key(&key) {
                let block = self.target(target);
                switch.set_entry(key, block);
            }
        }
        switch.emit(self.b, relative, otherwise);
    }

    pub(super) fn switch_arity(&mut self) {
        let value = self.get(self.ins.a());
        let ins = self.ins;
        let otherwise = ins.targets.last().copied().unwrap_or(ins.at);
        let otherwise = self.target(otherwise);
        let header = self.tuple_header(value, otherwise);
        let mut switch = Switch::new();
        for index in 0..ins.words[2] as u32 as usize {
            let arity = ins.words[3 + index] as u32 as usize;
            let block = self.target(ins.targets[index]);
            let wanted = Word::header(Header::new(Kind::Tuple, arity)).to_bits();
            if !switch.entries().contains_key(&u128::from(wanted)) {
                switch.set_entry(u128::from(wanted), block);
            }
        }
        switch.emit(self.b, header, otherwise);
    }

    /// The header of a boxed object; goes on at `otherwise` where there is none.
    fn tuple_header(&mut self, value: Value, otherwise: Block) -> Value {
        let low = self.b.ins().band_imm_s(value, 0b111);
        let is_boxed = self.b.ins().icmp_imm_s(IntCC::Equal, low, 0b011);
        let next = self.b.create_block();
        self.b.ins().brif(is_boxed, next, &[], otherwise, &[]);
        self.b.switch_to_block(next);
        self.load(value, -3)
    }
}
