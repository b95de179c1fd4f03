//! Built-in functions whose answer a function of terms mostly has: no host is asked, no register written to memory.

use cranelift_codegen::ir::InstBuilder;
use cranelift_codegen::ir::Value;
use cranelift_codegen::ir::condcodes::IntCC;

use super::Segment;
use crate::abi::Word;
use crate::interp::jit::helpers::Helper;

/// Built-in functions, and the function of their two arguments that answers for each.
const QUICK: [(&str, &str, Helper); 1] = [("lists", "member", Helper::IsAmongFew)];

impl Segment<'_, '_> {
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
