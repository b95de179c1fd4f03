//! Calls: plain ones go from machine code to machine code, all others are left to the interpreter.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::I64;
use cranelift_codegen::ir::{BlockArg, InstBuilder, Value};

use super::{PASSED, Segment};
use crate::abi::{Header, Kind, Word};
use crate::interp::code::{CELL, FRAME_HEAD};
use crate::interp::export::{ExportEntry, FunEntry};
use crate::interp::jit::offsets::X;
use crate::interp::opcode::Opcode;

/// Number of slots that a call clears by its mask.
const CLEARED: u16 = 16;

impl Segment<'_, '_> {
    pub(super) fn is_tail(&self) -> bool {
        matches!(self.ins.op, Opcode::CallTail | Opcode::CallExtTail | Opcode::CallFunTail)
    }

    /// What is left of the budget after a call; leaves where that is nothing.
    pub(super) fn charge(&mut self) -> Value {
        let reds = self.reds();
        let left = self.b.ins().iadd_imm_s(reds, -1);
        let is_left = self.b.ins().icmp_imm_s(IntCC::SignedGreaterThan, left, 0);
        self.guard(is_left);
        left
    }

    /// The native cell of the entry at `address`; leaves where it is empty.
    fn cell(&mut self, address: Value) -> Value {
        let cell = self.load(address, -(CELL as i32 * 8));
        self.guard(cell);
        cell
    }

    /// Everything that a call does before it goes on at the entry, with `left` of the budget.
    fn prepare(&mut self, left: Value) {
        self.b.def_var(self.reds, left);
        if self.is_tail() {
            return self.pop(self.ins.a());
        }
        self.mark_return();
    }

    /// Clears the slots that a call clears, and stores where it returns to.
    pub(super) fn mark_return(&mut self) {
        let mask = self.ins.a();
        if mask != 0 {
            let nil = self.word(Word::NIL.to_bits());
            for slot in (0..CLEARED).filter(|slot| mask >> slot & 1 == 1) {
                self.write_slot(FRAME_HEAD as u16 + slot, nil);
            }
        }
        let back = self.address(self.ins.next());
        self.write_slot(0, back);
        self.write_frame();
    }

    /// Goes on at machine code of a function of `arity` arguments.
    fn enter(&mut self, address: Value, arity: u16) {
        for register in PASSED..arity {
            self.flush(register);
        }
        let count = arity.min(PASSED);
        let (signature, arguments) = (self.signature(count), self.arguments(count));
        self.b.ins().return_call_indirect(signature, address, &arguments);
    }

    pub(super) fn call(&mut self) {
        let entry = self.flow.entry();
        let called = self.source.function(self.ins.at + 1).expect("the encoder names one of the module's");
        let arity = called.arity as u16;
        let left = self.charge();
        if called.entry == entry && self.flow.heads.contains_key(&entry) {
            self.prepare(left);
            if self.head == entry {
                self.b.ins().jump(self.body, &[]);
                return;
            }
            for register in PASSED..arity {
                self.flush(register);
            }
            let (function, arguments) = (self.segment_of(entry), self.arguments(arity.min(PASSED)));
            self.b.ins().return_call(function, &arguments);
            return;
        }
        let target = self.address(called.entry);
        let address = self.cell(target);
        self.prepare(left);
        self.enter(address, arity);
    }

    pub(super) fn call_export(&mut self) {
        let left = self.charge();
        let entry = self.own_word(1);
        let target = self.load(entry, ExportEntry::TARGET as i32);
        // 0 where there is nothing, odd for a built-in function.
        self.guard(target);
        let is_built_in = self.not_small(target);
        let (built_in, code) = (self.b.create_block(), self.b.create_block());
        self.b.ins().brif(is_built_in, built_in, &[], code, &[]);
        self.b.switch_to_block(built_in);
        let known = self.known.clone();
        self.call_built_in(self.ins.b(), left);
        self.known = known;
        self.b.switch_to_block(code);
        let address = self.cell(target);
        self.prepare(left);
        self.enter(address, self.ins.b());
    }

    pub(super) fn call_fun(&mut self) {
        let arity = self.ins.b();
        let fun = self.register(arity);
        let is_boxed = self.is_boxed(fun);
        self.guard(is_boxed);
        let header = self.load(fun, -3);
        let kind = self.b.ins().band_imm_s(header, 0xff);
        let wanted = Word::header(Header::new(Kind::Fun, 0)).to_bits();
        let is_fun = self.b.ins().icmp_imm_s(IntCC::Equal, kind, wanted as i64);
        self.guard(is_fun);
        let entry = self.load(fun, 8 - 3);
        let takes = self.b.ins().uload32(super::memory(), entry, FunEntry::TAKES as i32);
        let is_arity = self.b.ins().icmp_imm_s(IntCC::Equal, takes, i64::from(arity));
        self.guard(is_arity);
        let code = self.load(entry, FunEntry::CODE as i32);
        let left = self.charge();
        let address = self.cell(code);
        self.prepare(left);
        for register in PASSED..arity {
            self.flush(register);
        }
        // Object, function and count come before the free variables.
        let words = self.b.ins().ushr_imm_s(header, 8);
        let free = self.b.ins().iadd_imm_s(words, -2);
        let (with, without) = (self.b.create_block(), self.b.create_block());
        self.b.ins().brif(free, with, &[], without, &[]);
        self.b.switch_to_block(without);
        self.enter(address, arity);
        self.b.switch_to_block(with);
        self.enter_with_free(address, arity, fun, free);
    }

    /// Goes on at a fun's machine code, with its free variables behind the arguments.
    fn enter_with_free(&mut self, address: Value, arity: u16, fun: Value, free: Value) {
        for register in 0..arity.min(PASSED) {
            self.flush(register);
        }
        let (turn, done) = (self.block_with(&[I64]), self.b.create_block());
        let first = self.word(0);
        self.jump_with(turn, first);
        self.b.switch_to_block(turn);
        let offset = self.b.block_params(turn)[0];
        let from = self.b.ins().iadd(fun, offset);
        let value = self.load(from, 24 - 3);
        let vm = self.vm();
        let to = self.b.ins().iadd(vm, offset);
        self.store(value, to, X + i32::from(arity) * 8);
        let offset = self.b.ins().iadd_imm_s(offset, 8);
        let end = self.b.ins().ishl_imm_s(free, 3);
        let is_more = self.b.ins().icmp(IntCC::UnsignedLessThan, offset, end);
        self.b.ins().brif(is_more, turn, &[BlockArg::Value(offset)], done, &[]);
        self.b.switch_to_block(done);
        let mut arguments = self.arguments(0);
        for register in 0..PASSED {
            let value = self.load_register(register);
            arguments.push(value);
        }
        let signature = self.signature(PASSED);
        self.b.ins().return_call_indirect(signature, address, &arguments);
    }
}
