//! Built-in functions whose answer a function of terms mostly has: no host is asked, no register written to memory.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::I64;
use cranelift_codegen::ir::{BlockArg, InstBuilder, Value};

use super::Segment;
use crate::abi::{Kind, Word, atoms};
use crate::interp::jit::helpers::Helper;
use crate::interp::opcode::Opcode;

/// Built-in functions, and the function of their two arguments that answers for each.
const QUICK: [(&str, &str, Helper); 1] = [("lists", "member", Helper::IsAmongFew)];

/// As [`QUICK`], of `erlang`, where the call stands in a guard or is known to be one that a guard may have: with the
/// number of arguments.
const IN_LINE: [(&str, u32, Helper); 6] = [
    ("length", 1, Helper::LengthOfFew),
    ("tuple_size", 1, Helper::TupleSize),
    ("map_size", 1, Helper::MapSize),
    ("byte_size", 1, Helper::ByteSize),
    ("max", 2, Helper::Max),
    ("min", 2, Helper::Min),
];

impl Segment<'_, '_> {
    /// The value of a `Bif` that is mostly had without asking the host.
    pub(super) fn in_line(&mut self) -> Option<Value> {
        if self.ins.op != Opcode::Bif {
            return None;
        }
        let callee = self.source.built_in(self.ins.at)?;
        if callee.module != atoms::ERLANG {
            return None;
        }
        let (name, arity) = (callee.function.text(), callee.arity);
        let helper = IN_LINE.iter().find(|row| (row.0, row.1) == (name, arity)).map(|row| row.2);
        let before = self.known.clone();
        let (done, other) = if (name, arity) == ("element", 2) {
            let value = self.any_element();
            let done = self.block_with(&[I64]);
            self.jump_with(done, value);
            (done, self.leave.take()?.block)
        } else {
            let helper = helper?;
            let done = self.block_with(&[I64]);
            let arguments = [0, arity as usize - 1].map(|index| self.get(self.ins.packed(4, index)));
            let value = self.helper(helper, arguments);
            let is_value = self.b.ins().icmp_imm_s(IntCC::NotEqual, value, Word::NONE.to_bits() as i64);
            let other = self.b.create_block();
            self.b.set_cold_block(other);
            self.b.ins().brif(is_value, done, &[BlockArg::Value(value)], other, &[]);
            (done, other)
        };
        self.b.seal_block(other);
        self.b.switch_to_block(other);
        self.known = before.clone();
        let value = self.ask_rarely(Helper::Bif, 2);
        self.jump_with(done, value);
        self.b.switch_to_block(done);
        self.known = before;
        Some(self.b.block_params(done)[0])
    }

    /// `element/2`; leaves where there is no such element.
    fn any_element(&mut self) -> Value {
        let [index, tuple] = [0, 1].map(|index| self.get(self.ins.packed(4, index)));
        let not_small = self.not_small(index);
        self.guard_not(not_small);
        let is_boxed = self.is_boxed(tuple);
        self.guard(is_boxed);
        let is_tuple = self.header_is(tuple, &[Kind::Tuple]);
        self.guard(is_tuple);
        let header = self.load(tuple, -3);
        let arity = self.b.ins().ushr_imm_s(header, 8);
        let index = self.b.ins().sshr_imm_s(index, 1);
        let before = self.b.ins().iadd_imm_s(index, -1);
        let has_element = self.b.ins().icmp(IntCC::UnsignedLessThan, before, arity);
        self.guard(has_element);
        let offset = self.b.ins().ishl_imm_s(index, 3);
        let place = self.b.ins().iadd(tuple, offset);
        self.load(place, -3)
    }

    /// Where the instruction calls a built-in function that is quick: goes on behind the call with the answer, if there is
    /// one, and here if not. `left` of the budget is left then, `pop` words of frame go with a tail call.
    pub(super) fn try_quick(&mut self, left: Value, pop: u16) {
        let Some(callee) = self.source.import(self.ins.at) else { return };
        let is_callee = |&&(module, function, _): &&(&str, &str, Helper)| {
            callee.arity == 2 && callee.function.text() == function && callee.module.text() == module
        };
        let Some(&(.., helper)) = QUICK.iter().find(is_callee) else { return };
        let arguments = [self.register(0), self.register(1)];
        let value = self.helper(helper, arguments);
        let (done, other) = (self.b.create_block(), self.b.create_block());
        let is_value = self.b.ins().icmp_imm_s(IntCC::NotEqual, value, Word::NONE.to_bits() as i64);
        self.b.ins().brif(is_value, done, &[], other, &[]);
        self.b.switch_to_block(done);
        let known = self.known.clone();
        self.b.def_var(self.reds, left);
        if self.is_tail() {
            self.return_value(value, pop);
        } else {
            self.define(0, value);
            let next = self.target(self.ins.next());
            self.b.ins().jump(next, &[]);
        }
        self.b.switch_to_block(other);
        self.known = known;
    }
}
