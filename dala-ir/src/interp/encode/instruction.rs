//! An instruction under construction.

use smallvec::SmallVec;

use super::EncodeError;
use super::moves::Place;
use crate::interp::code::{FRAME, FRAME_HEAD, INDEX, INLINE};
use crate::interp::opcode::Opcode;
use crate::ir::Constant;

/// An instruction under construction.
pub(super) struct Ins {
    pub(super) words: SmallVec<[u64; 8]>,
    /// Words of constants that are operands: they stand behind the others.
    pub(super) constants: SmallVec<[Constant; 4]>,
    /// Words that are constants, by index.
    pub(super) named: SmallVec<[(usize, Constant); 2]>,
    pub(super) fields: [u16; 3],
    pub(super) op: Opcode,
    /// Whether the length stands in the second word.
    pub(super) is_long: bool,
}

impl Ins {
    /// `count` words besides constants.
    pub(super) fn new(op: Opcode, count: usize) -> Ins {
        Ins {
            words: SmallVec::from_elem(0, count),
            constants: SmallVec::new(),
            named: SmallVec::new(),
            fields: [0; 3],
            op,
            is_long: false,
        }
    }

    /// As `new`, with its length in the low half of the second word.
    pub(super) fn long(op: Opcode, count: usize) -> Ins {
        Ins { is_long: true, ..Ins::new(op, count) }
    }

    pub(super) fn a(mut self, field: u16) -> Ins {
        self.fields[0] = field;
        self
    }

    pub(super) fn b(mut self, field: u16) -> Ins {
        self.fields[1] = field;
        self
    }

    pub(super) fn c(mut self, field: u16) -> Ins {
        self.fields[2] = field;
        self
    }

    /// The high half of the first word.
    pub(super) fn high(self, value: u32) -> Ins {
        self.b(value as u16).c((value >> 16) as u16)
    }

    pub(super) fn word(mut self, index: usize, value: u64) -> Ins {
        self.words[index] |= value;
        self
    }

    /// Word `index` is a constant.
    pub(super) fn constant(mut self, index: usize, constant: Constant) -> Ins {
        self.named.push((index, constant));
        self
    }

    /// The operand for what lies at `place`.
    pub(super) fn operand(&mut self, place: Place) -> Result<u16, EncodeError> {
        let (bit, index) = match place {
            Place::X(register) => return Ok(register),
            Place::Float(register) => return Ok(register),
            Place::Slot(slot) => (FRAME, usize::from(slot) + FRAME_HEAD),
            Place::Constant(constant) => {
                let known = self.constants.iter().position(|&other| other == constant);
                let index = known.unwrap_or_else(|| {
                    self.constants.push(constant);
                    self.constants.len() - 1
                });
                (INLINE, self.words.len() + index)
            }
        };
        if index > usize::from(INDEX) { Err(EncodeError::TooLong) } else { Ok(bit | index as u16) }
    }

    /// Puts operands four a word from word `from` on.
    pub(super) fn pack(
        &mut self,
        from: usize,
        places: impl Iterator<Item = Place>,
    ) -> Result<(), EncodeError> {
        for (index, place) in places.enumerate() {
            let operand = self.operand(place)?;
            self.words[from + index / 4] |= u64::from(operand) << (16 * (index % 4));
        }
        Ok(())
    }
}
