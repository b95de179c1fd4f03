//! Emitting instructions on bitstrings that carry segments.

use super::EncodeError;
use super::emit::{FunctionEmitter, Label};
use super::instruction::Ins;
use super::moves::Place;
use crate::interp::opcode::Opcode;
use crate::ir::inst::{Segment, SegmentFlags, SegmentKind};
use crate::ir::{Immediate, InstData};

/// Flags and unit of a segment, as [`Opcode::BsGetInteger`] has them.
fn segment_word(segment: Segment) -> u64 {
    u64::from(segment.unit) | flags_word(segment.flags)
}

fn flags_word(flags: SegmentFlags) -> u64 {
    u64::from(flags.signed) << 16 | u64::from(flags.little) << 17
}

/// Number of a segment kind in [`Opcode::BsCreate`].
fn kind_number(kind: SegmentKind) -> u64 {
    match kind {
        SegmentKind::Integer => 0,
        SegmentKind::Float => 1,
        SegmentKind::Binary => 2,
        SegmentKind::Append => 3,
        SegmentKind::PrivateAppend => 4,
        SegmentKind::String => 5,
        SegmentKind::Utf8 => 6,
        SegmentKind::Utf16 => 7,
        SegmentKind::Utf32 => 8,
    }
}

impl FunctionEmitter<'_, '_> {
    pub(super) fn segment(
        &mut self,
        op: Opcode,
        inst: &InstData,
        result: Option<Place>,
        ends: (Option<Label>, Option<Label>),
    ) -> Result<(), EncodeError> {
        let Immediate::Segment(segment) = inst.immediate else { return Ok(()) };
        self.simple(op, 3, inst, result, segment_word(segment), ends)
    }

    pub(super) fn code_point(
        &mut self,
        op: Opcode,
        bits: u64,
        inst: &InstData,
        result: Option<Place>,
        ends: (Option<Label>, Option<Label>),
    ) -> Result<(), EncodeError> {
        let Immediate::Segment(segment) = inst.immediate else { return Ok(()) };
        self.simple(op, 3, inst, result, bits | flags_word(segment.flags), ends)
    }

    /// Two words a segment: source and size operands, kind, has-size (bit 40), then unit, flags, and number.
    pub(super) fn create(
        &mut self,
        inst: &InstData,
        result: Option<Place>,
        ends: (Option<Label>, Option<Label>),
    ) -> Result<(), EncodeError> {
        let Immediate::Segments(rows) = &inst.immediate else { return Ok(()) };
        let count = u16::try_from(rows.len()).map_err(|_| EncodeError::TooLong)?;
        let mut ins = Ins::long(Opcode::BsCreate, 3 + 2 * rows.len());
        let mut operands = inst.args.iter();
        for (index, row) in rows.iter().enumerate() {
            let source = match operands.next() {
                Some(&value) => ins.operand(self.place(value))?,
                None => 0,
            };
            let size = match if row.has_size { operands.next() } else { None } {
                Some(&value) => ins.operand(self.place(value))?,
                None => 0,
            };
            let first = u64::from(source)
                | u64::from(size) << 16
                | kind_number(row.kind) << 32
                | u64::from(row.has_size) << 40;
            let second = u64::from(row.unit) | flags_word(row.flags) | u64::from(row.number) << 32;
            ins = ins.word(3 + 2 * index, first).word(4 + 2 * index, second);
        }
        let to = ins.operand(self.result(result))?;
        self.finish(ins.a(to).c(count), inst, Some(2), ends.0, ends.1)
    }

    pub(super) fn match_string(&mut self, inst: &InstData, otherwise: Label) -> Result<(), EncodeError> {
        let Immediate::Bits { bit_len, bytes } = &inst.immediate else { return Ok(()) };
        let mut ins = Ins::long(Opcode::BsMatchString, 3 + bytes.len().div_ceil(8));
        ins = ins.word(2, u64::from(*bit_len) << 32);
        for (index, &byte) in bytes.iter().enumerate() {
            ins = ins.word(3 + index / 8, u64::from(byte) << (8 * (index % 8)));
        }
        let context = ins.operand(self.place(inst.args[0]))?;
        let at = self.push(ins.a(context))?;
        self.target(at, 2, false, otherwise);
        Ok(())
    }
}
