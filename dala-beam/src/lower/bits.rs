//! Matching and building bitstrings.

use dala_ir::ir::inst::{BuildSegment, Segment, SegmentFlags, SegmentKind as IrKind};
use dala_ir::ir::{BlockCall, Immediate, Op, Terminator, Type, Value};

use super::emit::Emitter;
use super::flow::EdgeKind;
use super::literals::atom_list;
use super::{Lowering, Reason};
use crate::load::strings;
use crate::opcode::Instruction as I;
use crate::opcode::operand::{self, Fail, MatchCommand, SegmentKind, Size, Source, StartFail};

/// Flags of a segment as stored in a number.
const LITTLE: u32 = 2;
const SIGNED: u32 = 4;
const NATIVE: u32 = 16;

fn flags_of_number(flags: u32) -> SegmentFlags {
    let is_native_little = cfg!(target_endian = "little") && flags & NATIVE != 0;
    SegmentFlags { signed: flags & SIGNED != 0, little: flags & LITTLE != 0 || is_native_little }
}

fn segment(unit: u64, flags: SegmentFlags) -> Lowering<Immediate> {
    Ok(Immediate::Segment(Segment { unit: checked_unit(unit)?, flags }))
}

fn checked_unit(unit: u64) -> Lowering<u16> {
    match unit {
        1..=256 => Ok(unit as u16),
        _ => Err(format!("a segment has a unit of {unit} bits").into()),
    }
}

fn index(bits: u64) -> Lowering<Immediate> {
    let bits = u32::try_from(bits).map_err(|_| "a segment is too large")?;
    Ok(Immediate::Index(bits))
}

fn is_all(size: &Source) -> bool {
    matches!(size, Source::Atom(atom) if atom.text() == "all")
}

/// A segment to build, before its operands are read.
struct NewSegment {
    kind: IrKind,
    unit: u64,
    flags: SegmentFlags,
    value: Value,
    size: Option<Value>,
    number: u64,
}

impl Emitter<'_> {
    /// The match context in a register. What may have come from elsewhere is checked when it is run.
    fn context_of(&mut self, source: &Source) -> Lowering<Value> {
        let value = self.source(source)?;
        if self.build.type_of(value) == Type::Context {
            return Ok(value);
        }
        Ok(self.build.value(Op::BsContext, &[value]))
    }

    /// Flags as a number, or as a list of atoms.
    fn flags(&self, flags: &Source) -> Lowering<SegmentFlags> {
        match flags {
            Source::Nil => Ok(SegmentFlags::default()),
            Source::Literal(literal) => {
                let mut found = SegmentFlags::default();
                let term = self.literals.term(*literal).ok_or("the flags of a segment are no list")?;
                for flag in atom_list(term)? {
                    match flag {
                        "signed" => found.signed = true,
                        "little" => found.little = true,
                        "native" => found.little |= cfg!(target_endian = "little"),
                        "unsigned" | "big" | "aligned" | "exact" => {}
                        other => return Err(format!("{other} is no flag of a segment").into()),
                    }
                }
                Ok(found)
            }
            Source::Register(..) | Source::Integer(_) | Source::BigInteger(_) | Source::Atom(_) => {
                Err("the flags of a segment are no list".into())
            }
        }
    }

    fn flags_of(&self, flags: &Size) -> Lowering<SegmentFlags> {
        match flags {
            Size::Unsigned(number) => Ok(flags_of_number(*number as u32)),
            Size::Source(source) => self.flags(source),
        }
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "`instruction` names all, and which of them come here"
    )]
    pub(super) fn match_bits(&mut self, instruction: &I) -> Lowering<()> {
        match instruction {
            I::BsStartMatch3 { fail, source, to, .. }
            | I::BsStartMatch4 { fail: StartFail::Label(fail), source, to, .. } => {
                let value = self.source(source)?;
                self.fallible(Op::BsStart, &[value], Immediate::None, *fail, Some(*to))
            }
            I::BsStartMatch4 { fail: StartFail::NoFail, source, to, .. } => {
                let value = self.source(source)?;
                self.total(Op::BsStart, &[value], Immediate::None, *to)
            }
            I::BsStartMatch4 { fail: StartFail::Resume, source, to, .. } => {
                let context = self.context_of(source)?;
                self.write(*to, context)
            }
            I::BsGetInteger2 { fail, context, size, unit, flags, to, .. } => {
                let values = [self.context_of(context)?, self.source(size)?];
                let immediate = segment(*unit, flags_of_number(*flags))?;
                self.fallible(Op::BsGetInteger, &values, immediate, *fail, Some(*to))
            }
            I::BsGetFloat2 { fail, context, size, unit, flags, to, .. } => {
                let values = [self.context_of(context)?, self.source(size)?];
                let immediate = segment(*unit, flags_of_number(*flags))?;
                self.fallible(Op::BsGetFloat, &values, immediate, *fail, Some(*to))
            }
            I::BsGetBinary2 { fail, context, size, unit, to, .. } if is_all(size) => {
                let context = self.context_of(context)?;
                let immediate = Immediate::Index(checked_unit(*unit)?.into());
                self.fallible(Op::BsGetRest, &[context], immediate, *fail, Some(*to))
            }
            I::BsGetBinary2 { fail, context, size, unit, flags, to, .. } => {
                let values = [self.context_of(context)?, self.source(size)?];
                let immediate = segment(*unit, flags_of_number(*flags))?;
                self.fallible(Op::BsGetBinary, &values, immediate, *fail, Some(*to))
            }
            I::BsSkipBits2 { fail, context, size, unit, .. } if is_all(size) => {
                let context = self.context_of(context)?;
                let immediate = Immediate::Index(checked_unit(*unit)?.into());
                self.fallible(Op::BsSkipRest, &[context], immediate, *fail, None)
            }
            I::BsSkipBits2 { fail, context, size, unit, flags } => {
                let values = [self.context_of(context)?, self.source(size)?];
                let immediate = segment(*unit, flags_of_number(*flags))?;
                self.fallible(Op::BsSkip, &values, immediate, *fail, None)
            }
            I::BsTestTail2 { context, bits, .. } => {
                let context = self.context_of(context)?;
                let Size::Unsigned(bits) = bits else {
                    // An integer of over 64 bits: more than any bitstring has.
                    let fail = self.edge(EdgeKind::Fail)?;
                    self.build.terminate(Terminator::Jump(fail));
                    return Ok(());
                };
                let condition = self.build.value_with(Op::BsTestTail, &[context], index(*bits)?);
                self.branch(condition)
            }
            I::BsTestUnit { context, unit, .. } => {
                let context = self.context_of(context)?;
                let immediate = Immediate::Index(checked_unit(*unit)?.into());
                let condition = self.build.value_with(Op::BsTestUnit, &[context], immediate);
                self.branch(condition)
            }
            I::BsMatchString { context, bits, offset, .. } => {
                let bytes =
                    strings::slice(&self.file.strings, *offset, *bits).map_err(|kind| kind.to_string())?;
                let immediate = bits_to_match(bytes.to_vec(), *bits)?;
                let context = self.context_of(context)?;
                let condition = self.build.value_with(Op::BsMatchString, &[context], immediate);
                self.branch(condition)
            }
            I::BsGetUtf8 { fail, context, flags, to, .. } => {
                self.code_point(Op::BsGetUtf8, *fail, context, *flags, Some(*to))
            }
            I::BsSkipUtf8 { fail, context, flags, .. } => {
                self.code_point(Op::BsSkipUtf8, *fail, context, *flags, None)
            }
            I::BsGetUtf16 { fail, context, flags, to, .. } => {
                self.code_point(Op::BsGetUtf16, *fail, context, *flags, Some(*to))
            }
            I::BsSkipUtf16 { fail, context, flags, .. } => {
                self.code_point(Op::BsSkipUtf16, *fail, context, *flags, None)
            }
            I::BsGetUtf32 { fail, context, flags, to, .. } => {
                self.code_point(Op::BsGetUtf32, *fail, context, *flags, Some(*to))
            }
            I::BsSkipUtf32 { fail, context, flags, .. } => {
                self.code_point(Op::BsSkipUtf32, *fail, context, *flags, None)
            }
            I::BsGetTail { context, to, .. } => {
                let context = self.context_of(context)?;
                self.total(Op::BsTail, &[context], Immediate::None, *to)
            }
            I::BsGetPosition { context, to, .. } => {
                let context = self.context_of(context)?;
                self.total(Op::BsPosition, &[context], Immediate::None, *to)
            }
            I::BsSetPosition { context, position } => {
                let values = [self.context_of(context)?, self.source(position)?];
                self.build.inst(Op::BsSetPosition, &values, Immediate::None);
                Ok(())
            }
            I::BsMatch { context, commands, .. } => self.match_commands(context, &commands.0),
            _ => Err("not an instruction that matches bits".into()),
        }
    }

    fn code_point(
        &mut self,
        op: Op,
        fail: Fail,
        context: &Source,
        flags: u32,
        to: Option<operand::Register>,
    ) -> Lowering<()> {
        let context = self.context_of(context)?;
        let immediate = segment(1, flags_of_number(flags))?;
        self.fallible(op, &[context], immediate, fail, to)
    }

    /// `bs_match`: each command a step of its own. When one fails, the context stands where it stood before.
    fn match_commands(&mut self, context: &Source, commands: &[MatchCommand]) -> Lowering<()> {
        let context = self.context_of(context)?;
        let start = self.build.value(Op::BsPosition, &[context]);
        let mut results: Vec<(operand::Register, Value)> = Vec::new();
        for command in commands {
            match command {
                MatchCommand::EnsureAtLeast { size, unit } => {
                    self.ensure_at_least(context, start, *size, *unit)?
                }
                MatchCommand::EnsureExactly(size) => {
                    let condition = self.build.value_with(Op::BsTestTail, &[context], index(*size)?);
                    self.require(condition, context, start)?;
                }
                MatchCommand::Integer { flags, size, unit, to } => {
                    let immediate = segment(*unit, self.flags_of(flags)?)?;
                    let values = [context, self.integer(*size)?];
                    let fail = self.restoring(context, start)?;
                    let value = self.attempt(Op::BsGetInteger, &values, immediate, fail);
                    results.extend(value.map(|value| (*to, value)));
                }
                MatchCommand::Binary { flags, size, unit, to } => {
                    let immediate = segment(*unit, self.flags_of(flags)?)?;
                    let values = [context, self.integer(*size)?];
                    let fail = self.restoring(context, start)?;
                    let value = self.attempt(Op::BsGetBinary, &values, immediate, fail);
                    results.extend(value.map(|value| (*to, value)));
                }
                MatchCommand::Skip(size) => {
                    let values = [context, self.integer(*size)?];
                    let fail = self.restoring(context, start)?;
                    self.attempt(Op::BsSkip, &values, segment(1, SegmentFlags::default())?, fail);
                }
                MatchCommand::GetTail { to, .. } => {
                    let tail = self.build.value(Op::BsTail, &[context]);
                    results.push((*to, tail));
                }
                MatchCommand::Equal { size, value } => {
                    let immediate = bits_to_match(big_endian(value, *size)?, *size)?;
                    let condition = self.build.value_with(Op::BsMatchString, &[context], immediate);
                    self.require(condition, context, start)?;
                }
            }
        }
        for (to, value) in results {
            self.write(to, value)?;
        }
        let next = self.edge(EdgeKind::Normal)?;
        self.build.terminate(Terminator::Jump(next));
        Ok(())
    }

    /// At least `size` bits, and behind them a multiple of `unit`.
    fn ensure_at_least(&mut self, context: Value, start: Value, size: u64, unit: u64) -> Lowering<()> {
        let condition = self.build.value_with(Op::BsTestSize, &[context], index(size)?);
        self.require(condition, context, start)?;
        if unit <= 1 {
            return Ok(());
        }
        let unit_immediate = Immediate::Index(checked_unit(unit)?.into());
        if size.is_multiple_of(unit) {
            let condition = self.build.value_with(Op::BsTestUnit, &[context], unit_immediate);
            return self.require(condition, context, start);
        }
        let before = self.build.value(Op::BsPosition, &[context]);
        let values = [context, self.integer(size)?];
        let fail = self.restoring(context, start)?;
        self.attempt(Op::BsSkip, &values, segment(1, SegmentFlags::default())?, fail);
        let condition = self.build.value_with(Op::BsTestUnit, &[context], unit_immediate);
        self.build.inst(Op::BsSetPosition, &[context, before], Immediate::None);
        self.require(condition, context, start)
    }

    /// An edge to the fail label that puts the context back first.
    fn restoring(&mut self, context: Value, start: Value) -> Lowering<BlockCall> {
        let current = self.build.current_block();
        let target = self.edge(EdgeKind::Fail)?;
        let block = self.build.create_block();
        self.build.switch_to(block);
        self.build.inst(Op::BsSetPosition, &[context, start], Immediate::None);
        self.build.terminate(Terminator::Jump(target));
        self.build.switch_to(current);
        Ok(BlockCall::new(block, &[]))
    }

    /// Goes on in a new block when `condition` is true.
    fn require(&mut self, condition: Value, context: Value, start: Value) -> Lowering<()> {
        let otherwise = self.restoring(context, start)?;
        let next = self.build.create_block();
        self.build.terminate(Terminator::Branch { condition, then: BlockCall::new(next, &[]), otherwise });
        self.build.switch_to(next);
        Ok(())
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "`instruction` names all, and which of them come here"
    )]
    pub(super) fn build_bits(&mut self, instruction: &I) -> Lowering<()> {
        match instruction {
            I::BsCreateBin { fail, to, segments, .. } => {
                let mut new = Vec::with_capacity(segments.0.len());
                for segment in &segments.0 {
                    new.push(self.segment_to_build(segment)?);
                }
                self.create(new, *fail, *to)
            }
            I::BsInitWritable {} => {
                let immediate = Immediate::Segments(Box::default());
                self.total(Op::BsCreate, &[], immediate, operand::Register::X(0))
            }
            I::BsInit2 { fail, to, .. } | I::BsInitBits { fail, to, .. } => {
                let segments = self.old_segments(Vec::new())?;
                self.create(segments, *fail, *to)
            }
            I::BsAppend { fail, unit, source, to, .. } => {
                self.append(IrKind::Append, *unit, source, *fail, *to)
            }
            I::BsPrivateAppend { fail, unit, source, to, .. } => {
                self.append(IrKind::PrivateAppend, *unit, source, *fail, *to)
            }
            _ => Err("no bitstring is being made".into()),
        }
    }

    fn append(
        &mut self,
        kind: IrKind,
        unit: u64,
        source: &Source,
        fail: Fail,
        to: operand::Register,
    ) -> Lowering<()> {
        let value = self.source(source)?;
        let first = NewSegment { kind, unit, flags: SegmentFlags::default(), value, size: None, number: 1 };
        let segments = self.old_segments(vec![first])?;
        self.create(segments, fail, to)
    }

    fn create(&mut self, segments: Vec<NewSegment>, fail: Fail, to: operand::Register) -> Lowering<()> {
        let mut rows = Vec::with_capacity(segments.len());
        let mut values = Vec::with_capacity(segments.len() * 2);
        for segment in segments {
            rows.push(BuildSegment {
                kind: segment.kind,
                unit: checked_unit(segment.unit)?,
                flags: segment.flags,
                has_size: segment.size.is_some(),
                number: segment.number as u32,
            });
            values.push(segment.value);
            values.extend(segment.size);
        }
        self.fallible(Op::BsCreate, &values, Immediate::Segments(rows.into()), fail, Some(to))
    }

    /// One segment of `bs_create_bin`.
    fn segment_to_build(&mut self, segment: &operand::Segment) -> Lowering<NewSegment> {
        let flags = self.flags(&segment.flags)?;
        let number = segment.number;
        let kind = match segment.kind {
            SegmentKind::String => {
                let (Size::Unsigned(offset), Some(length)) = (&segment.value, plain(&segment.size)) else {
                    return Err("a segment of bytes has no place".into());
                };
                let value = self.bytes(*offset, length)?;
                return Ok(NewSegment { kind: IrKind::String, unit: 8, flags, value, size: None, number });
            }
            SegmentKind::Integer => IrKind::Integer,
            SegmentKind::Float => IrKind::Float,
            SegmentKind::Binary => IrKind::Binary,
            SegmentKind::Append => IrKind::Append,
            SegmentKind::PrivateAppend => IrKind::PrivateAppend,
            SegmentKind::Utf8 => IrKind::Utf8,
            SegmentKind::Utf16 => IrKind::Utf16,
            SegmentKind::Utf32 => IrKind::Utf32,
        };
        let value = self.size(&segment.value)?;
        let is_code_point = matches!(kind, IrKind::Utf8 | IrKind::Utf16 | IrKind::Utf32);
        let size = match &segment.size {
            _ if is_code_point => None,
            Size::Source(source) if is_all(source) => None,
            Size::Source(Source::Atom(atom)) if atom.text() == "undefined" => None,
            size @ (Size::Unsigned(_) | Size::Source(_)) => Some(self.size(size)?),
        };
        let unit = if is_code_point { 1 } else { segment.unit };
        Ok(NewSegment { kind, unit, flags, value, size, number })
    }

    fn size(&mut self, size: &Size) -> Lowering<Value> {
        match size {
            Size::Unsigned(number) => self.integer(*number),
            Size::Source(source) => self.source(source),
        }
    }

    fn bytes(&mut self, offset: u64, length: u64) -> Lowering<Value> {
        let bits = length.checked_mul(8).ok_or("a segment is too large")?;
        let bytes = strings::slice(&self.file.strings, offset, bits).map_err(|kind| kind.to_string())?;
        let constant = self.literals.binary(bytes);
        Ok(self.build.constant(constant))
    }

    /// The segments that OTP 24 writes by single instructions, which stand behind the current one.
    #[expect(clippy::wildcard_enum_match_arm, reason = "whatever else it is, it ends the run")]
    fn old_segments(&mut self, mut segments: Vec<NewSegment>) -> Lowering<Vec<NewSegment>> {
        let file = self.file;
        for located in &file.code[self.position + 1..] {
            let number = segments.len() as u64 + 1;
            let new = match &located.instruction {
                I::BsPutInteger { size, unit, flags, value, .. } => {
                    self.old_segment(IrKind::Integer, *unit, *flags, value, size, number)?
                }
                I::BsPutFloat { size, unit, flags, value, .. } => {
                    self.old_segment(IrKind::Float, *unit, *flags, value, size, number)?
                }
                I::BsPutBinary { size, unit, flags, value, .. } => {
                    self.old_segment(IrKind::Binary, *unit, *flags, value, size, number)?
                }
                I::BsPutString { length, offset } => {
                    let value = self.bytes(*offset, *length)?;
                    let flags = SegmentFlags::default();
                    NewSegment { kind: IrKind::String, unit: 8, flags, value, size: None, number }
                }
                I::BsPutUtf8 { flags, value, .. } => {
                    self.old_code_point(IrKind::Utf8, *flags, value, number)?
                }
                I::BsPutUtf16 { flags, value, .. } => {
                    self.old_code_point(IrKind::Utf16, *flags, value, number)?
                }
                I::BsPutUtf32 { flags, value, .. } => {
                    self.old_code_point(IrKind::Utf32, *flags, value, number)?
                }
                I::Line { .. } => continue,
                _ => break,
            };
            segments.push(new);
        }
        Ok(segments)
    }

    fn old_segment(
        &mut self,
        kind: IrKind,
        unit: u64,
        flags: u32,
        value: &Source,
        size: &Source,
        number: u64,
    ) -> Lowering<NewSegment> {
        let value = self.source(value)?;
        let size = if is_all(size) { None } else { Some(self.source(size)?) };
        Ok(NewSegment { kind, unit, flags: flags_of_number(flags), value, size, number })
    }

    fn old_code_point(
        &mut self,
        kind: IrKind,
        flags: u32,
        value: &Source,
        number: u64,
    ) -> Lowering<NewSegment> {
        let value = self.source(value)?;
        Ok(NewSegment { kind, unit: 1, flags: flags_of_number(flags), value, size: None, number })
    }
}

fn plain(size: &Size) -> Option<u64> {
    match size {
        Size::Unsigned(number) => Some(*number),
        Size::Source(Source::Integer(number)) => u64::try_from(*number).ok(),
        Size::Source(_) => None,
    }
}

/// Bits to match, with zeros behind the last one.
fn bits_to_match(mut bytes: Vec<u8>, bits: u64) -> Lowering<Immediate> {
    let bit_len = u32::try_from(bits).map_err(|_| "a segment is too large")?;
    if let Some(last) = bytes.last_mut()
        && bit_len % 8 != 0
    {
        *last &= 0xff << (8 - bit_len % 8);
    }
    Ok(Immediate::Bits { bit_len, bytes: bytes.into() })
}

/// The low `size` bits of an integer, first bit first.
fn big_endian(value: &Source, size: u64) -> Lowering<Vec<u8>> {
    const MAX_BITS: u64 = 1 << 16;
    if size > MAX_BITS {
        return Err("a segment is too large".into());
    }
    let (digits, fill): (Vec<u8>, u8) = match value {
        Source::Integer(value) => (value.to_be_bytes().to_vec(), if *value < 0 { 0xff } else { 0 }),
        Source::BigInteger(bytes) => {
            (bytes.to_vec(), if bytes.first().is_some_and(|byte| byte & 0x80 != 0) { 0xff } else { 0 })
        }
        Source::Register(..) | Source::Atom(_) | Source::Nil | Source::Literal(_) => {
            return Err(Reason::from("bits are compared with something that is no integer"));
        }
    };
    let length = size.div_ceil(8) as usize;
    let mut bytes = vec![fill; length];
    let taken = digits.len().min(length);
    bytes[length - taken..].copy_from_slice(&digits[digits.len() - taken..]);
    let shift = (length as u64 * 8 - size) as u32;
    if shift > 0 {
        for index in 0..length {
            let next = bytes.get(index + 1).copied().unwrap_or(0);
            bytes[index] = bytes[index] << shift | next >> (8 - shift);
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_to_match_become_left_aligned_bits() {
        assert_eq!(big_endian(&Source::Integer(0x123), 12).unwrap(), [0x12, 0x30]);
        assert_eq!(big_endian(&Source::Integer(-1), 3).unwrap(), [0xe0]);
        assert_eq!(big_endian(&Source::Integer(5), 72).unwrap(), [0, 0, 0, 0, 0, 0, 0, 0, 5]);
    }
}
