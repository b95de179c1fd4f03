//! Register code, read: the instructions of a function with the registers they read and write.

use smallvec::SmallVec;

use super::source::Source;
use crate::abi::Word;
use crate::interp::code::{CALL_WORDS, CELL, FRAME, INDEX, INLINE, X_NIL};
use crate::interp::opcode::{LEN_SHIFT, Opcode, general_form};
use crate::interp::shape::{Ends, Label, More, Role};

/// A register: of the x registers, or, with [`FLOAT`], of the float registers.
pub(super) type Register = u16;
/// Bit of a [`Register`] that is a float register.
pub(super) const FLOAT: u16 = 0x8000;

/// An instruction, its first word in the general form.
#[derive(Clone, Debug)]
pub(super) struct Instruction {
    /// Its offset in the module's code.
    pub(super) at: u32,
    pub(super) op: Opcode,
    /// Its words, the first two in the general form.
    pub(super) words: SmallVec<[u64; 4]>,
    /// Its first word as it is dispatched.
    pub(super) first: u64,
    /// Those of its words that linking fills in, by number.
    pub(super) open: SmallVec<[u16; 2]>,
    pub(super) reads: SmallVec<[Register; 4]>,
    pub(super) writes: SmallVec<[Register; 2]>,
    /// Offsets it may jump to.
    pub(super) targets: SmallVec<[u32; 2]>,
    /// Whether it may go on behind itself.
    pub(super) falls: bool,
    /// Offset of the handler of what it raises.
    pub(super) handler: Option<u32>,
}

impl Instruction {
    pub(super) fn a(&self) -> u16 {
        (self.words[0] >> 16) as u16
    }

    pub(super) fn b(&self) -> u16 {
        (self.words[0] >> 32) as u16
    }

    pub(super) fn c(&self) -> u16 {
        (self.words[0] >> 48) as u16
    }

    /// Offset of the next instruction.
    pub(super) fn next(&self) -> u32 {
        self.at + self.words.len() as u32
    }

    /// The offset that is `relative` words from here (low 32 bits, signed).
    pub(super) fn target(&self, relative: u64) -> u32 {
        self.at.wrapping_add(relative as u32)
    }

    /// Operand `index` of those packed four a word from word `from` on.
    pub(super) fn packed(&self, from: usize, index: usize) -> u16 {
        (self.words[from + index / 4] >> (16 * (index % 4))) as u16
    }

    /// Whether it calls what returns to the next instruction.
    pub(super) fn calls(&self) -> bool {
        matches!(self.op, Opcode::Call | Opcode::CallExt | Opcode::CallFun | Opcode::Apply)
    }

    /// Whether it opens a frame.
    pub(super) fn opens(&self) -> bool {
        matches!(
            self.op,
            Opcode::Open | Opcode::Open0 | Opcode::Open1 | Opcode::Open2 | Opcode::Open3 | Opcode::Open4
        )
    }

    /// Whether it is arithmetic of a loop over small integers, most likely; of `b` and, perhaps, `c`. (A sign is changed
    /// of what has just been found to be negative, be that what it may.)
    pub(super) fn is_integer_arithmetic(&self) -> bool {
        matches!(
            self.op,
            Opcode::Add
                | Opcode::Sub
                | Opcode::AddSmall
                | Opcode::SubSmall
                | Opcode::Mul
                | Opcode::IntDiv
                | Opcode::IntRem
                | Opcode::BitAnd
                | Opcode::BitOr
                | Opcode::BitXor
                | Opcode::ShiftLeft
                | Opcode::ShiftRight
                | Opcode::BitNot
        )
    }

    /// The word of the instruction that an operand is, by number.
    pub(super) fn own_word(&self, operand: u16) -> Option<usize> {
        let is_own = operand & (FRAME | INLINE) == INLINE && operand != X_NIL;
        is_own.then_some(usize::from(operand & INDEX))
    }

    /// Whether an operand always has the same value.
    pub(super) fn is_constant(&self, operand: u16) -> bool {
        operand == X_NIL || self.own_word(operand).is_some()
    }

    /// The constant that an operand is, if it is known.
    pub(super) fn constant(&self, operand: u16) -> Option<u64> {
        if operand == X_NIL {
            return Some(Word::NIL.to_bits());
        }
        let index = self.own_word(operand).filter(|&index| !self.is_open(index))?;
        self.words.get(index).copied()
    }

    /// Whether linking fills the word of this number in.
    pub(super) fn is_open(&self, index: usize) -> bool {
        self.open.iter().any(|&open| usize::from(open) == index)
    }

    fn read(&mut self, operand: u16) {
        if operand & (FRAME | INLINE) == 0 && operand != X_NIL {
            self.reads.push(operand & INDEX);
        }
    }

    fn write(&mut self, operand: u16) {
        if operand & (FRAME | INLINE) == 0 {
            self.writes.push(operand & INDEX);
        }
    }

    fn role(&mut self, role: Role, operand: u16) {
        match role {
            Role::Plain => {}
            Role::Def => self.write(operand),
            Role::Use => self.read(operand),
            Role::FloatDef => self.writes.push(operand | FLOAT),
            Role::FloatUse => self.reads.push(operand | FLOAT),
        }
    }

    fn read_first(&mut self, count: u16) {
        self.reads.extend(0..count);
    }

    /// The registers of `count` masks from word `from` on.
    fn read_masks(&mut self, from: usize, count: usize) {
        for index in 0..count {
            let mut mask = self.words[from + index];
            while mask != 0 {
                self.reads.push((index * 64) as u16 + mask.trailing_zeros() as u16);
                mask &= mask - 1;
            }
        }
    }

    /// Slots that opening a frame makes, and where their sources stand.
    pub(super) fn frame_slots(&self) -> (usize, usize) {
        let first = if self.op == Opcode::Open { 2 + usize::from(self.c()) } else { 2 };
        (usize::from(self.a()), first)
    }

    /// The masks of live x registers of a heap check: where they stand, and how many.
    #[expect(clippy::wildcard_enum_match_arm, reason = "all others have the one mask")]
    fn masks(&self) -> (usize, usize) {
        match self.op {
            Opcode::Open => (2, usize::from(self.c())),
            Opcode::Gc => (2, usize::from(self.a())),
            _ => (1, 1),
        }
    }

    fn label(&mut self, relative: u64) {
        let target = self.target(relative);
        self.targets.push(target);
    }

    /// Two offsets a word, from word `from` on.
    fn labels(&mut self, from: usize, count: usize) {
        for index in 0..count {
            self.label(self.words[from + index / 2] >> (32 * (index % 2)));
        }
    }

    /// What the op's shape says, and what it leaves to the op itself.
    fn operands(&mut self, source: &Source<'_>) {
        let shape = self.op.shape();
        for (role, field) in shape.fields.into_iter().zip([self.a(), self.b(), self.c()]) {
            self.role(role, field);
        }
        match shape.label {
            Label::Nowhere => {}
            Label::First => self.label(self.words[0] >> 32),
            Label::Word(index) => match self.words[usize::from(index)] as u32 {
                0 => {}
                offset => self.label(u64::from(offset)),
            },
        }
        self.falls = shape.ends == Ends::No;
        match shape.more {
            More::Nothing => {}
            More::Second(role) => self.role(role, self.words[1] as u16),
            More::Packed { from, each } => {
                for index in 0..usize::from(self.c()) * usize::from(each) {
                    self.read(self.packed(usize::from(from), index));
                }
            }
            More::Own => self.own_operands(source),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "only ops whose shape says so come here")]
    fn own_operands(&mut self, source: &Source<'_>) {
        match self.op {
            Opcode::Move2 => {
                let second = self.words[1] as u16;
                if second != self.a() {
                    self.read(second);
                }
            }
            Opcode::Open
            | Opcode::Open0
            | Opcode::Open1
            | Opcode::Open2
            | Opcode::Open3
            | Opcode::Open4
            | Opcode::Gc
            | Opcode::GcOne
            | Opcode::ConsChecked => {
                let (from, count) = self.masks();
                self.read_masks(from, count);
                if self.opens() {
                    let (slots, first) = self.frame_slots();
                    (0..slots).for_each(|slot| self.read(self.packed(first, slot)));
                }
            }
            Opcode::Return => self.reads.push(0),
            Opcode::Call | Opcode::CallTail => {
                let arity = source.function(self.at + 1).map_or(0, |function| function.arity);
                self.read_first(arity as u16);
            }
            Opcode::CallExt | Opcode::CallExtTail => self.read_first(self.b()),
            Opcode::CallFun | Opcode::CallFunTail => self.read_first(self.b() + 1),
            Opcode::Apply | Opcode::ApplyTail => self.read_first(self.b() + 2),
            Opcode::SwitchTable => {
                self.labels(4, self.words[3] as u32 as usize);
                self.label(self.words[3] >> 32);
            }
            Opcode::SwitchWords => {
                let count = self.words[2] as u32 as usize;
                self.labels(3 + count, count);
                self.label(self.words[2] >> 32);
            }
            Opcode::SwitchArity => {
                let count = self.words[2] as u32 as usize;
                (0..count).for_each(|case| self.label(self.words[3 + case] >> 32));
                self.label(self.words[2] >> 32);
            }
            Opcode::TupleUpdate => {
                for index in 0..usize::from(self.c()) {
                    self.read((self.words[2 + index] >> 32) as u16);
                }
            }
            Opcode::BsCreate => {
                for index in 0..usize::from(self.c()) {
                    let first = self.words[3 + 2 * index];
                    self.read(first as u16);
                    if first >> 40 & 1 == 1 {
                        self.read((first >> 16) as u16);
                    }
                }
            }
            Opcode::Woken => self.label(self.words[1]),
            _ => {}
        }
        if self.calls() {
            // The result.
            self.writes.push(0);
        }
    }
}

/// The instructions of function `number`, in order. `None` when they are not what the encoder writes.
pub(super) fn decode(source: &Source<'_>, number: usize) -> Option<Vec<Instruction>> {
    let start = source.functions[number].entry;
    let end = match source.functions.get(number + 1) {
        Some(next) => next.entry as usize - CELL,
        None => source.len(),
    };
    let mut instructions = Vec::new();
    let mut at = start as usize;
    while at < end {
        let first = source.word(at);
        let second = if at + 1 < end { source.word(at + 1) } else { 0 };
        let (op, word, second) = general_form(first, second)?;
        let len = match usize::from(word as u16 >> LEN_SHIFT) {
            0 => second as u32 as usize,
            len => len,
        };
        if len == 0 || at + len > end {
            return None;
        }
        let mut words: SmallVec<[u64; 4]> = (at..at + len).map(|index| source.word(index)).collect();
        words[0] = word;
        if len > 1 {
            words[1] = second;
        }
        let row = source.row_at(at as u32).copied();
        let mut handler = row.map(|row| row.handler).filter(|&handler| handler != 0);
        let mut instruction = Instruction {
            at: at as u32,
            op,
            words,
            first,
            open: (0..len)
                .filter(|&index| source.is_open((at + index) as u32))
                .map(|index| index as u16)
                .collect(),
            reads: SmallVec::new(),
            writes: SmallVec::new(),
            targets: SmallVec::new(),
            falls: true,
            handler: None,
        };
        instruction.operands(source);
        if instruction.calls() {
            // The frame word says it for what is called, the row for what cannot be.
            let offset = (instruction.words[CALL_WORDS - 1] >> 32) as u32;
            if offset != 0 {
                handler = Some(instruction.next().wrapping_add(offset));
            }
        }
        instruction.handler = handler;
        at += len;
        instructions.push(instruction);
    }
    Some(instructions)
}
