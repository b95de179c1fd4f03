//! Tests of types.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::I64;
use cranelift_codegen::ir::{Block, InstBuilder, Value};

use super::Segment;
use crate::abi::{Header, Kind, Word, atoms};
use crate::interp::jit::helpers::Helper;
use crate::interp::opcode::Opcode;

/// Low byte of the headers of a kind.
pub(super) fn header_byte(kind: Kind) -> i64 {
    (Word::header(Header::new(kind, 0)).to_bits() & 0xff) as i64
}

impl Segment<'_, '_> {
    /// Whether the instruction is a test of a type, or of what a tuple is.
    pub(super) fn type_test(&mut self) -> bool {
        use Kind::*;
        match self.ins.op {
            Opcode::IsInteger => self.small_or_kind(&[BigPositive, BigNegative]),
            Opcode::IsNumber => self.small_or_kind(&[BigPositive, BigNegative, Float]),
            Opcode::IsFloat => self.kind(&[Float]),
            Opcode::IsMap => self.kind(&[FlatMap, TrieMap]),
            Opcode::IsTuple => self.kind(&[Tuple]),
            Opcode::IsBitstring => self.kind(&[HeapBinary, SubBinary, RefBinary]),
            Opcode::IsFunction => self.kind(&[Fun, ExportFun]),
            Opcode::IsReference => self.kind(&[Reference, ResourceReference, ExternalReference]),
            Opcode::IsAtom => self.immediate(Word::atom(atoms::TRUE), &[]),
            Opcode::IsPid => self.immediate(Word::pid(crate::abi::Pid::from_bits(0)), &[ExternalPid]),
            Opcode::IsPort => self.immediate(Word::port(0), &[ExternalPort]),
            Opcode::IsBoolean => {
                let value = self.get(self.ins.a());
                let (true_, false_) = (Word::atom(atoms::TRUE), Word::atom(atoms::FALSE));
                let is_true = self.b.ins().icmp_imm_s(IntCC::Equal, value, true_.to_bits() as i64);
                let is_false = self.b.ins().icmp_imm_s(IntCC::Equal, value, false_.to_bits() as i64);
                let holds = self.b.ins().bor(is_true, is_false);
                self.branch(holds);
            }
            Opcode::IsNil => {
                let value = self.get(self.ins.a());
                let holds = self.b.ins().icmp_imm_s(IntCC::Equal, value, Word::NIL.to_bits() as i64);
                self.branch(holds);
            }
            Opcode::IsTrue => {
                let value = self.get(self.ins.a());
                self.branch(value);
            }
            Opcode::IsCons => {
                let value = self.get(self.ins.a());
                let holds = self.is_cons(value);
                self.branch(holds);
            }
            Opcode::IsList => {
                let value = self.get(self.ins.a());
                let is_cons = self.is_cons(value);
                let is_nil = self.b.ins().icmp_imm_s(IntCC::Equal, value, Word::NIL.to_bits() as i64);
                let holds = self.b.ins().bor(is_cons, is_nil);
                self.branch(holds);
            }
            Opcode::IsBinary => {
                let value = self.get(self.ins.a());
                let holds = self.helper(Helper::IsBinary, [value, value]);
                self.branch(holds);
            }
            Opcode::IsFunctionArity => {
                let (fun, arity) = (self.get(self.ins.a()), self.get(self.ins.b()));
                let holds = self.helper(Helper::IsFunctionArity, [fun, arity]);
                self.branch(holds);
            }
            Opcode::HasArity => {
                let (_, next) = self.ways();
                let value = self.get(self.ins.a());
                self.tuple_of(value, next);
            }
            Opcode::IsTagged => {
                let (no, next) = self.ways();
                let value = self.get(self.ins.a());
                let is_tuple = self.b.create_block();
                self.tuple_of(value, is_tuple);
                self.b.switch_to_block(is_tuple);
                let tag = self.load(value, 8 - 3);
                let wanted = self.own_word(2);
                let holds = self.b.ins().icmp(IntCC::Equal, tag, wanted);
                self.b.ins().brif(holds, next, &[], no, &[]);
            }
            _ => return false,
        }
        true
    }

    /// Goes on behind the instruction where `holds` is not zero, else at its label.
    pub(super) fn branch(&mut self, holds: Value) {
        let (no, next) = self.ways();
        self.b.ins().brif(holds, next, &[], no, &[]);
    }

    /// Goes on at `yes` when the value is a tuple of the arity that the instruction names, else at its label.
    fn tuple_of(&mut self, value: Value, yes: Block) {
        let (no, _) = self.ways();
        let (is_boxed, boxed) = (self.is_boxed(value), self.b.create_block());
        self.b.ins().brif(is_boxed, boxed, &[], no, &[]);
        self.b.switch_to_block(boxed);
        let header = self.load(value, -3);
        let arity = (self.ins.words[1] >> 32) as usize;
        let wanted = self.word(Word::header(Header::new(Kind::Tuple, arity)).to_bits());
        let holds = self.b.ins().icmp(IntCC::Equal, header, wanted);
        self.b.ins().brif(holds, yes, &[], no, &[]);
    }

    fn small_or_kind(&mut self, kinds: &[Kind]) {
        let value = self.get(self.ins.a());
        let (_, next) = self.ways();
        let (not_small, other) = (self.not_small(value), self.b.create_block());
        self.b.ins().brif(not_small, other, &[], next, &[]);
        self.b.switch_to_block(other);
        self.boxed_kind(value, kinds);
    }

    fn kind(&mut self, kinds: &[Kind]) {
        let value = self.get(self.ins.a());
        self.boxed_kind(value, kinds);
    }

    /// An immediate of the same tag as `like`, or a boxed object of a kind.
    fn immediate(&mut self, like: Word, kinds: &[Kind]) {
        let value = self.get(self.ins.a());
        let tag = self.b.ins().band_imm_s(value, 0b111_111);
        let holds = self.b.ins().icmp_imm_s(IntCC::Equal, tag, (like.to_bits() & 0b111_111) as i64);
        if kinds.is_empty() {
            return self.branch(holds);
        }
        let (_, next) = self.ways();
        let other = self.b.create_block();
        self.b.ins().brif(holds, next, &[], other, &[]);
        self.b.switch_to_block(other);
        self.boxed_kind(value, kinds);
    }

    /// Ends with whether the value is a boxed object of one of the kinds.
    fn boxed_kind(&mut self, value: Value, kinds: &[Kind]) {
        let (no, next) = self.ways();
        let (is_boxed, boxed) = (self.is_boxed(value), self.b.create_block());
        self.b.ins().brif(is_boxed, boxed, &[], no, &[]);
        self.b.switch_to_block(boxed);
        let holds = self.header_is(value, kinds);
        self.b.ins().brif(holds, next, &[], no, &[]);
    }

    /// Whether the boxed object's kind is one of these.
    pub(super) fn header_is(&mut self, value: Value, kinds: &[Kind]) -> Value {
        let header = self.load(value, -3);
        if let [kind] = kinds {
            let byte = self.b.ins().band_imm_s(header, 0xff);
            return self.b.ins().icmp_imm_s(IntCC::Equal, byte, header_byte(*kind));
        }
        let number = self.b.ins().ushr_imm_s(header, 3);
        let number = self.b.ins().band_imm_s(number, 0x1f);
        let set: i64 = kinds.iter().map(|&kind| 1 << (kind as u8)).sum();
        let set = self.b.ins().iconst(I64, set);
        let bits = self.b.ins().ushr(set, number);
        self.b.ins().band_imm_s(bits, 1)
    }
}
