//! What is only known where machine code runs: words that linking fills in, addresses of instructions, stubs.
//!
//! Machine code of linked code has them as constants, machine code of object code finds them from its own place, and
//! stubs from the `Vm`, or has them as constants that are patched; see [`Source`](crate::interp::jit::source::Source).

use cranelift_codegen::ir::types::I64;
use cranelift_codegen::ir::{ExternalName, GlobalValueData, InstBuilder, UserExternalName, Value};

use super::{Segment, memory};
use crate::interp::jit::exits;
use crate::interp::jit::helpers::Helper;
use crate::interp::jit::offsets;
use crate::interp::opcode::Opcode;

/// Namespace of names that are heads of the function.
pub(super) const SEGMENTS: u32 = 0;
/// Namespace of the name that is the module's register code.
pub(in crate::interp::jit) const CODE: u32 = 1;
/// Namespace of constants that are words of register code, by offset.
pub(in crate::interp::jit) const WORDS: u32 = 2;
/// Namespace of constants that are addresses of stubs, by place.
pub(in crate::interp::jit) const STUBS: u32 = 3;

impl Segment<'_, '_> {
    /// Address of the word of register code at an offset.
    pub(super) fn address(&mut self, at: u32) -> Value {
        if let Some(address) = self.source.address(at) {
            return self.word(address);
        }
        let name = UserExternalName { namespace: CODE, index: 0 };
        let code = *self.code.get_or_insert_with(|| self.b.func.declare_imported_user_function(name));
        let word = self.b.func.create_global_value(GlobalValueData::Symbol {
            name: ExternalName::user(code),
            offset: (i64::from(at) * 8).into(),
            colocated: true,
            tls: false,
        });
        self.b.ins().symbol_value(I64, word)
    }

    /// The word of this number of the instruction.
    pub(super) fn own_word(&mut self, index: usize) -> Value {
        if !self.ins.is_open(index) {
            return self.word(self.ins.words[index]);
        }
        let at = self.ins.at + index as u32;
        let word = if self.source.is_patched() {
            self.patched(WORDS, at)
        } else {
            let place = self.address(at);
            // Linking fills it in before any of this runs, and nothing else writes to it.
            self.b.ins().load(I64, memory().with_readonly(), place, 0)
        };
        if self.source.is_atom(at) {
            self.atoms.insert(word);
        }
        word
    }

    /// A constant that is known where the machine code runs.
    fn patched(&mut self, namespace: u32, index: u32) -> Value {
        let name = self.b.func.declare_imported_user_function(UserExternalName { namespace, index });
        let value = self.b.func.create_global_value(GlobalValueData::Symbol {
            name: ExternalName::user(name),
            offset: 0.into(),
            colocated: false,
            tls: false,
        });
        self.b.ins().symbol_value(I64, value)
    }

    /// Where exits at an op are counted, if they are.
    pub(super) fn counter(&self, op: Opcode) -> Option<u64> {
        let function = self.source.name_of(self.flow.entry()).filter(|_| exits::are_counted())?;
        Some(exits::counter(format!("{op:?} in {function}")))
    }

    /// Address of the stub of one of our functions.
    pub(super) fn stub(&mut self, helper: Helper) -> Value {
        let has_floats = self.flow.has_floats;
        if self.source.is_linked() {
            return self.word(helper.stub(has_floats));
        }
        if self.source.is_patched() {
            return self.patched(STUBS, helper.place(has_floats) as u32);
        }
        let vm = self.vm();
        let stubs = self.b.ins().load(I64, memory().with_readonly(), vm, offsets::STUBS);
        self.b.ins().load(I64, memory().with_readonly(), stubs, helper.place(has_floats))
    }
}
