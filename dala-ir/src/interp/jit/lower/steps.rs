//! Instructions whose work is done by functions, and calls of built-in functions.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value};

use super::Segment;
use crate::abi::Word;
use crate::interp::code::{self, CALL_WORDS};
use crate::interp::jit::helpers::Helper;
use crate::interp::jit::offsets::{HP, REDS};
use crate::interp::jit::steps::NO_MATCH;
use crate::interp::opcode::Opcode;
use crate::interp::shape::Role;

/// The function of an instruction that finds something, or goes on at its label.
fn matcher(op: Opcode) -> Option<Helper> {
    Some(match op {
        Opcode::RecvNext => Helper::ReceiveNext,
        Opcode::RecvAccept => Helper::ReceiveAccept,
        Opcode::RecvSkip => Helper::ReceiveSkip,
        Opcode::RecvSkipTo => Helper::ReceiveSkipTo,
        Opcode::RecvTimedOut => Helper::ReceiveTimedOut,
        Opcode::Woken => Helper::Woken,
        Opcode::MarkerReserve => Helper::MarkerReserve,
        Opcode::MarkerBind => Helper::MarkerBind,
        Opcode::MarkerClear => Helper::MarkerClear,
        Opcode::MarkerUse => Helper::MarkerUse,
        Opcode::BsGetInteger => Helper::BsGetInteger,
        Opcode::BsGetFloat => Helper::BsGetFloat,
        Opcode::BsGetBinary => Helper::BsGetBinary,
        Opcode::BsGetRest => Helper::BsGetRest,
        Opcode::BsTail => Helper::BsTail,
        Opcode::BsSkip => Helper::BsSkip,
        Opcode::BsSkipRest => Helper::BsSkipRest,
        Opcode::BsMatchString => Helper::BsMatchString,
        Opcode::BsGetUtf | Opcode::BsSkipUtf => Helper::BsGetUtf,
        _ => return None,
    })
}

/// Whether there may be nothing that it finds.
fn may_fail(op: Opcode) -> bool {
    !matches!(
        op,
        Opcode::RecvAccept
            | Opcode::RecvSkip
            | Opcode::RecvSkipTo
            | Opcode::RecvTimedOut
            | Opcode::MarkerReserve
            | Opcode::MarkerBind
            | Opcode::MarkerClear
            | Opcode::MarkerUse
            | Opcode::BsTail
    )
}

impl Segment<'_, '_> {
    /// Whether the instruction's work is done by a function.
    pub(super) fn step(&mut self) -> bool {
        if let Some(helper) = matcher(self.ins.op) {
            self.try_match(helper);
            return true;
        }
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
        let value = match self.in_line() {
            Some(value) => value,
            None => self.work(),
        };
        self.set(self.ins.a(), value);
        self.end_with_label();
        true
    }

    /// Goes on behind the instruction with the value that its function gives, or at its label where it gives none.
    fn try_match(&mut self, helper: Helper) {
        let ins = self.ins;
        if ins.op == Opcode::RecvNext {
            let left = self.charge();
            self.b.def_var(self.reds, left);
        }
        let value = self.found(helper);
        if ins.op == Opcode::Woken {
            let woken = self.target(ins.targets[1]);
            self.b.ins().jump(woken, &[]);
            return;
        }
        if ins.op.shape().fields[0] == Role::Def {
            self.set(ins.a(), value);
        }
        self.end_with_label();
    }

    /// The value that the function of a matching instruction gives; goes on at the label where it gives none.
    pub(super) fn found(&mut self, helper: Helper) -> Value {
        let ins = self.ins;
        for &register in &ins.reads {
            self.flush(register);
        }
        let value = self.ask(helper, code::word(Opcode::Unfinished, 1, 0, 0, 0));
        if !may_fail(ins.op) {
            return value;
        }
        let matches = self.b.create_block();
        let is_match = self.b.ins().icmp_imm_s(IntCC::NotEqual, value, NO_MATCH.to_bits() as i64);
        let label = ins.targets.first().copied();
        let no_match = match label {
            Some(label) => self.target(label),
            None => self.b.create_block(),
        };
        self.b.ins().brif(is_match, matches, &[], no_match, &[]);
        if label.is_none() {
            // It raises, and has changed nothing.
            self.b.set_cold_block(no_match);
            self.b.switch_to_block(no_match);
            self.leave(ins.at);
        }
        self.b.switch_to_block(matches);
        value
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
        self.ask_for(helper, label)
    }

    /// As [`Segment::ask_for`], where that is rare: the code of it lies behind all that is not.
    pub(super) fn ask_rarely(&mut self, helper: Helper, label: u16) -> Value {
        let value = self.ask_for(helper, label);
        if let Some(block) = self.b.current_block() {
            self.b.set_cold_block(block);
        }
        value
    }

    /// The value that a function gives for the instruction, whose label, if any, is in its word `label`.
    pub(super) fn ask_for(&mut self, helper: Helper, label: u16) -> Value {
        for &register in &self.ins.reads {
            self.flush(register);
        }
        let value = self.ask(helper, code::word(Opcode::Unfinished, 1, label, 0, 0));
        if let Some(&label) = self.ins.targets.first() {
            let is_value = self.b.ins().icmp_imm_s(IntCC::NotEqual, value, NO_MATCH.to_bits() as i64);
            let (done, failed) = (self.b.create_block(), self.target(label));
            self.b.ins().brif(is_value, done, &[], failed, &[]);
            self.b.switch_to_block(done);
        }
        value
    }

    /// Calls the built-in function of an export entry, whose arguments are in x0.. . `left` of the budget is left then.
    pub(super) fn call_built_in(&mut self, arity: u16, left: Value) {
        let ins = self.ins;
        let pop = if self.is_tail() { ins.a() } else { 0 };
        if pop != 0 {
            // As in the interpreter: the frame stays until the function has returned.
            let back = self.address(ins.at + CALL_WORDS as u32);
            self.write_slot(0, back);
        } else if !self.is_tail() {
            self.mark_return();
        }
        self.try_quick(left, pop);
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
