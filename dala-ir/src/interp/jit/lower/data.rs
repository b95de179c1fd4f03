//! Lists, tuples and funs: taking apart and building. Room was made by a heap check.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::I64;
use cranelift_codegen::ir::{InstBuilder, Value};

use super::Segment;
use crate::abi::{Header, Kind, Word, atoms};
use crate::interp::opcode::Opcode;

/// The header of a tuple.
fn tuple_header(arity: usize) -> u64 {
    Word::header(Header::new(Kind::Tuple, arity)).to_bits()
}

impl Segment<'_, '_> {
    /// Whether the instruction takes terms apart or builds some.
    pub(super) fn data(&mut self) -> bool {
        match self.ins.op {
            Opcode::BoolTerm => {
                let value = self.get(self.ins.b());
                let (yes, no) = (Word::atom(atoms::TRUE).to_bits(), Word::atom(atoms::FALSE).to_bits());
                let (yes, no) = (self.word(yes), self.word(no));
                let term = self.b.ins().select(value, yes, no);
                self.set(self.ins.a(), term);
            }
            Opcode::Head => {
                let cell = self.cell_of(self.ins.b());
                let head = self.load(cell, -1);
                self.set(self.ins.a(), head);
            }
            Opcode::Tail => {
                let cell = self.cell_of(self.ins.b());
                let tail = self.load(cell, 7);
                self.set(self.ins.a(), tail);
            }
            Opcode::HeadTail => {
                let cell = self.cell_of(self.ins.b());
                let (head, tail) = (self.load(cell, -1), self.load(cell, 7));
                self.set(self.ins.a(), head);
                self.set(self.ins.c(), tail);
            }
            Opcode::TupleGet => self.element(u64::from(self.ins.c())),
            Opcode::TupleGetFar => self.element(self.ins.words[1]),
            Opcode::Cons => self.cons(),
            Opcode::ConsChecked => {
                self.room(self.ins.words[2] as i64);
                self.cons();
            }
            Opcode::Tuple => {
                let count = usize::from(self.ins.c());
                let header = self.word(tuple_header(count));
                let values: Vec<Value> =
                    (0..count).map(|index| self.get(self.ins.packed(2, index))).collect();
                self.boxed(&[header], &values);
            }
            Opcode::MakeFun => {
                let free = usize::from(self.ins.c());
                let header = self.word(Word::header(Header::new(Kind::Fun, free + 2)).to_bits());
                let entry = self.own_word(2);
                let count = self.word(Word::small_int(free as i64).to_bits());
                let values: Vec<Value> = (0..free).map(|index| self.get(self.ins.packed(3, index))).collect();
                self.boxed(&[header, entry, count], &values);
            }
            Opcode::TupleUpdate => self.update(),
            _ => return false,
        }
        true
    }

    /// A cons cell; leaves where the operand is none.
    fn cell_of(&mut self, operand: u16) -> Value {
        let list = self.get(operand);
        let is_cons = self.is_cons(list);
        self.guard(is_cons);
        list
    }

    fn element(&mut self, index: u64) {
        let tuple = self.get(self.ins.b());
        let is_boxed = self.is_boxed(tuple);
        self.guard(is_boxed);
        let header = self.load(tuple, -3);
        let byte = self.b.ins().band_imm_s(header, 0xff);
        let is_tuple = self.b.ins().icmp_imm_s(IntCC::Equal, byte, (tuple_header(0) & 0xff) as i64);
        self.guard(is_tuple);
        let arity = self.b.ins().ushr_imm_s(header, 8);
        let has_element = self.b.ins().icmp_imm_s(IntCC::UnsignedGreaterThan, arity, index as i64);
        self.guard(has_element);
        let value = self.load(tuple, (index as i32 + 1) * 8 - 3);
        self.set(self.ins.a(), value);
    }

    fn cons(&mut self) {
        let (head, tail) = (self.get(self.ins.b()), self.get(self.ins.c()));
        let at = self.allocate(2);
        self.store(head, at, 0);
        self.store(tail, at, 8);
        let list = self.b.ins().bor_imm_s(at, 0b001);
        self.set(self.ins.a(), list);
    }

    /// Writes an object; its place is the instruction's result.
    pub(super) fn boxed(&mut self, head: &[Value], values: &[Value]) {
        let at = self.allocate(head.len() + values.len());
        for (index, &value) in head.iter().chain(values).enumerate() {
            self.store(value, at, index as i32 * 8);
        }
        let object = self.b.ins().bor_imm_s(at, 0b011);
        self.set(self.ins.a(), object);
    }

    fn update(&mut self) {
        let ins = self.ins;
        let size = (ins.words[1] >> 32) as usize;
        let tuple = self.get(ins.b());
        let is_boxed = self.is_boxed(tuple);
        self.guard(is_boxed);
        let header = self.load(tuple, -3);
        let wanted = self.word(tuple_header(size));
        let is_tuple = self.b.ins().icmp(IntCC::Equal, header, wanted);
        // The interpreter refuses an update of no elements, too.
        let is_some = self.b.ins().iconst(I64, i64::from(size != 0));
        self.guard(is_some);
        self.guard(is_tuple);
        let mut values: Vec<Option<Value>> = vec![None; size];
        for change in &ins.words[2..2 + usize::from(ins.c())] {
            let value = self.get((change >> 32) as u16);
            if let Some(place) = values.get_mut(*change as u32 as usize) {
                *place = Some(value);
            }
        }
        let mut elements = Vec::with_capacity(size);
        for (index, value) in values.into_iter().enumerate() {
            elements.push(match value {
                Some(value) => value,
                None => self.load(tuple, (index as i32 + 1) * 8 - 3),
            });
        }
        self.boxed(&[header], &elements);
    }
}
