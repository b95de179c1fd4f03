//! Instructions whose work is done by functions, and calls of built-in functions.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value};

use super::Segment;
use crate::abi::Word;
use crate::interp::code::{self, CALL_WORDS};
use crate::interp::jit::helpers::Helper;
use crate::interp::jit::offsets::{HP, REDS};
use crate::interp::opcode::Opcode;

impl Segment<'_, '_> {
    /// Whether the instruction's work is done by a function.
    pub(super) fn step(&mut self) -> bool {
        if !matches!(
            self.ins.op,
            Opcode::MapPut
                | Opcode::MapUpdate
                | Opcode::BsCreate
                | Opcode::Bif
                | Opcode::Send
                | Opcode::ActorSend
        ) {
            return false;
        }
        let value = self.work();
        self.set(self.ins.a(), value);
        self.end_with_label();
        true
    }

    /// The value that the instruction's function gives.
    pub(super) fn work(&mut self) -> Value {
        let ins = self.ins;
        let (helper, label) = match ins.op {
            Opcode::MapPut => (Helper::MapPut, 2),
            Opcode::MapUpdate => (Helper::MapUpdate, 2),
            Opcode::BsCreate => (Helper::BsCreate, 2),
            Opcode::Bif => (Helper::Bif, 2),
            Opcode::ActorSend => (Helper::ActorSend, 2),
            _ => (Helper::Send, 0),
        };
        for &register in &ins.reads {
            self.flush(register);
        }
        self.ask(helper, code::word(Opcode::Unfinished, 1, label, 0, 0))
    }

    /// Calls the built-in function of an export entry, whose arguments are in x0.. .
    pub(super) fn call_built_in(&mut self, arity: u16) {
        let ins = self.ins;
        let pop = if self.is_tail() { ins.a() } else { 0 };
        if pop != 0 {
            // As in the interpreter: the frame stays until the function has returned.
            let back = self.address(ins.at + CALL_WORDS as u32);
            self.write_slot(0, back);
        } else if !self.is_tail() {
            self.mark_return();
        }
        for register in 0..arity {
            self.flush(register);
        }
        let value = self.ask(Helper::CallBuiltIn, code::word(Opcode::Unfinished, 1, 0, arity, pop));
        if self.is_tail() {
            return self.return_value(value, pop);
        }
        self.define(0, value);
        let next = self.target(ins.next());
        self.b.ins().jump(next, &[]);
    }

    /// The value that the instruction's work gives; where there is none, leaves with `unfinished`.
    fn ask(&mut self, helper: Helper, unfinished: u64) -> Value {
        self.write_frame();
        self.write_pointers();
        let (pc, word) = (self.address(self.ins.at), self.word(self.ins.words[0]));
        let value = self.helper(helper, [pc, word]);
        let vm = self.vm();
        for (variable, offset) in [(self.hp, HP), (self.reds, REDS)] {
            let value = self.load(vm, offset);
            self.b.def_var(variable, value);
        }
        let (done, failed) = (self.b.create_block(), self.b.create_block());
        self.b.set_cold_block(failed);
        let is_value = self.b.ins().icmp_imm_s(IntCC::NotEqual, value, Word::NONE.to_bits() as i64);
        self.b.ins().brif(is_value, done, &[], failed, &[]);
        self.b.switch_to_block(failed);
        let flow = self.flow;
        for &register in flow.live(self.ins.at) {
            self.flush(register);
        }
        self.count_exit(self.ins.op);
        let unfinished = self.word(unfinished);
        self.leave_to(pc, unfinished);
        self.b.switch_to_block(done);
        value
    }
}
