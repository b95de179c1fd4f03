//! From raw operands to the kinds that the table asks for.

use dala_ir::abi::Atom;

use super::decode::Tables;
use super::error::DecodeErrorKind as Kind;
use super::operand::*;

/// How the table's operand kinds are made from raw operands.
pub trait FromOperand: Sized {
    /// Name of the kind, for errors and the reference page.
    const KIND: &'static str;

    /// Converts.
    ///
    /// # Errors
    /// When the operand is of another kind.
    fn from_operand(operand: Operand, tables: &Tables<'_>) -> Result<Self, Kind>;
}

fn wrong<T: FromOperand>(operand: &Operand) -> Kind {
    Kind::Operand { expected: T::KIND, found: operand.describe() }
}

macro_rules! from_operand {
    (total $ty:ty, $kind:literal, $tables:ident, { $($pattern:pat $(if $guard:expr)? => $value:expr),* $(,)? }) => {
        impl FromOperand for $ty {
            const KIND: &'static str = $kind;
            fn from_operand(operand: Operand, $tables: &Tables<'_>) -> Result<Self, Kind> {
                match operand { $($pattern $(if $guard)? => $value,)* }
            }
        }
    };
    ($ty:ty, $kind:literal, $tables:ident, { $($pattern:pat $(if $guard:expr)? => $value:expr),* $(,)? }) => {
        impl FromOperand for $ty {
            const KIND: &'static str = $kind;
            fn from_operand(operand: Operand, $tables: &Tables<'_>) -> Result<Self, Kind> {
                match operand {
                    $($pattern $(if $guard)? => $value,)*
                    other => Err(wrong::<Self>(&other)),
                }
            }
        }
    };
}

/// Largest plain number an instruction may hold: sizes and arities beyond it would overflow later arithmetic.
pub const MAX_UNSIGNED: u64 = 1 << 40;

from_operand!(u64, "number", _tables, {
    Operand::Unsigned(value) if value <= MAX_UNSIGNED => Ok(value),
    Operand::Unsigned(value) => Err(Kind::TooLarge { what: "number", value, limit: MAX_UNSIGNED }),
});
from_operand!(u32, "number", _tables, {
    Operand::Unsigned(value) if value <= u32::MAX.into() => Ok(value as u32),
    Operand::Unsigned(value) => Err(Kind::TooLarge { what: "number", value, limit: u32::MAX.into() }),
});
from_operand!(u8, "arity", _tables, {
    Operand::Unsigned(value) if value <= 255 => Ok(value as u8),
    Operand::Unsigned(value) => Err(Kind::TooLarge { what: "arity", value, limit: 255 }),
});
from_operand!(Label, "label", _tables, { Operand::Label(Some(label)) => Ok(label) });
from_operand!(Fail, "label", _tables, { Operand::Label(label) => Ok(label) });
from_operand!(Atom, "atom", _tables, { Operand::Atom(atom) => Ok(atom) });
from_operand!(Register, "register", _tables, {
    Operand::Register(register) | Operand::Typed(register, _) => Ok(register),
});
from_operand!(FloatRegister, "float register", _tables, { Operand::Float(register) => Ok(register) });
from_operand!(Source, "value", _tables, {
    Operand::Register(register) => Ok(Source::Register(register, None)),
    Operand::Typed(register, index) => Ok(Source::Register(register, Some(index))),
    Operand::Integer(value) => Ok(Source::Integer(value)),
    Operand::BigInteger(bytes) => Ok(Source::BigInteger(bytes)),
    Operand::Atom(atom) => Ok(Source::Atom(atom)),
    Operand::Nil => Ok(Source::Nil),
    Operand::Literal(literal) => Ok(Source::Literal(literal)),
});
from_operand!(total Size, "number or value", tables, {
    Operand::Unsigned(value) if value <= MAX_UNSIGNED => Ok(Size::Unsigned(value)),
    Operand::Unsigned(value) => Err(Kind::TooLarge { what: "number", value, limit: MAX_UNSIGNED }),
    other => Source::from_operand(other, tables).map(Size::Source),
});
from_operand!(total FloatSource, "value or float register", tables, {
    Operand::Float(register) => Ok(FloatSource::Float(register)),
    other => Source::from_operand(other, tables).map(FloatSource::Source),
});
from_operand!(FloatTarget, "register or float register", _tables, {
    Operand::Float(register) => Ok(FloatTarget::Float(register)),
    Operand::Register(register) | Operand::Typed(register, _) => Ok(FloatTarget::Register(register)),
});
from_operand!(Allocation, "heap space", _tables, {
    Operand::Unsigned(words) => Ok(Allocation { words, ..Allocation::default() }),
    Operand::Allocation(allocation) => Ok(allocation),
});
from_operand!(Import, "import", tables, {
    Operand::Unsigned(index) if index < tables.imports as u64 => Ok(Import(index as u32)),
    Operand::Unsigned(index) => Err(Kind::Index { what: "import", index, count: tables.imports }),
});
from_operand!(Lambda, "fun", tables, {
    Operand::Unsigned(index) if index < tables.lambdas as u64 => Ok(Lambda(index as u32)),
    Operand::Unsigned(index) => Err(Kind::Index { what: "fun", index, count: tables.lambdas }),
});
from_operand!(StartFail, "label, no_fail or resume", _tables, {
    Operand::Label(label) => Ok(StartFail::Label(label)),
    Operand::Atom(atom) => match atom.text() {
        "no_fail" => Ok(StartFail::NoFail),
        "resume" => Ok(StartFail::Resume),
        other => Err(Kind::Word { what: "way to fail", text: other.into() }),
    },
});
from_operand!(total FunTag, "fun, safe or unsafe", tables, {
    Operand::Atom(atom) => match atom.text() {
        "safe" => Ok(FunTag::Safe),
        "unsafe" => Ok(FunTag::Unsafe),
        other => Err(Kind::Word { what: "kind of fun call", text: other.into() }),
    },
    // Releases differ in how the index is tagged.
    Operand::Label(None) => Ok(FunTag::Unsafe),
    Operand::Integer(index) if index >= 0 => Lambda::from_operand(Operand::Unsigned(index as u64), tables).map(FunTag::Lambda),
    other => Lambda::from_operand(other, tables).map(FunTag::Lambda),
});
from_operand!(UpdateHint, "copy or reuse", _tables, {
    Operand::Atom(atom) => match atom.text() {
        "copy" => Ok(UpdateHint::Copy),
        "reuse" => Ok(UpdateHint::Reuse),
        other => Err(Kind::Word { what: "update hint", text: other.into() }),
    },
});

/// A list whose entries are one operand each.
impl<T: FromOperand> FromOperand for Vec<T> {
    const KIND: &'static str = "list";

    fn from_operand(operand: Operand, tables: &Tables<'_>) -> Result<Self, Kind> {
        match operand {
            Operand::List(list) => list.into_iter().map(|entry| T::from_operand(entry, tables)).collect(),
            other => Err(wrong::<Self>(&other)),
        }
    }
}

/// A list whose entries are two operands each.
#[derive(Clone, Debug, PartialEq)]
pub struct Pairs<A, B>(pub Vec<(A, B)>);

impl<A: FromOperand, B: FromOperand> FromOperand for Pairs<A, B> {
    const KIND: &'static str = "list of pairs";

    fn from_operand(operand: Operand, tables: &Tables<'_>) -> Result<Self, Kind> {
        let Operand::List(list) = operand else { return Err(wrong::<Self>(&operand)) };
        if !list.len().is_multiple_of(2) {
            return Err(Kind::ListLength { length: list.len(), group: 2 });
        }
        let mut pairs = Vec::with_capacity(list.len() / 2);
        let mut list = list.into_iter();
        while let (Some(first), Some(second)) = (list.next(), list.next()) {
            pairs.push((A::from_operand(first, tables)?, B::from_operand(second, tables)?));
        }
        Ok(Pairs(pairs))
    }
}

impl FromOperand for SegmentKind {
    const KIND: &'static str = "segment type";

    fn from_operand(operand: Operand, _tables: &Tables<'_>) -> Result<Self, Kind> {
        let Operand::Atom(atom) = operand else { return Err(wrong::<Self>(&operand)) };
        Ok(match atom.text() {
            "integer" => SegmentKind::Integer,
            "float" => SegmentKind::Float,
            "binary" => SegmentKind::Binary,
            "append" => SegmentKind::Append,
            "private_append" => SegmentKind::PrivateAppend,
            "string" => SegmentKind::String,
            "utf8" => SegmentKind::Utf8,
            "utf16" => SegmentKind::Utf16,
            "utf32" => SegmentKind::Utf32,
            other => return Err(Kind::Word { what: "segment type", text: other.into() }),
        })
    }
}

/// The segments of `bs_create_bin`.
#[derive(Clone, Debug, PartialEq)]
pub struct Segments(pub Vec<Segment>);

impl FromOperand for Segments {
    const KIND: &'static str = "list of segments";

    fn from_operand(operand: Operand, tables: &Tables<'_>) -> Result<Self, Kind> {
        let Operand::List(list) = operand else { return Err(wrong::<Self>(&operand)) };
        if !list.len().is_multiple_of(6) {
            return Err(Kind::ListLength { length: list.len(), group: 6 });
        }
        let mut segments = Vec::with_capacity(list.len() / 6);
        let mut list = list.into_iter();
        while let (Some(kind), Some(number), Some(unit), Some(flags), Some(value), Some(size)) =
            (list.next(), list.next(), list.next(), list.next(), list.next(), list.next())
        {
            segments.push(Segment {
                kind: SegmentKind::from_operand(kind, tables)?,
                number: u64::from_operand(number, tables)?,
                unit: u64::from_operand(unit, tables)?,
                flags: Source::from_operand(flags, tables)?,
                value: Size::from_operand(value, tables)?,
                size: Size::from_operand(size, tables)?,
            });
        }
        Ok(Segments(segments))
    }
}

/// The commands of `bs_match`.
#[derive(Clone, Debug, PartialEq)]
pub struct MatchCommands(pub Vec<MatchCommand>);

impl FromOperand for MatchCommands {
    const KIND: &'static str = "list of match commands";

    fn from_operand(operand: Operand, tables: &Tables<'_>) -> Result<Self, Kind> {
        let Operand::List(list) = operand else { return Err(wrong::<Self>(&operand)) };
        let length = list.len();
        let mut list = list.into_iter();
        let mut commands = Vec::new();
        while let Some(command) = list.next() {
            let mut next = || list.next().ok_or(Kind::ListLength { length, group: 1 });
            let word = Atom::from_operand(command, tables)?;
            commands.push(match word.text() {
                "ensure_at_least" => MatchCommand::EnsureAtLeast {
                    size: u64::from_operand(next()?, tables)?,
                    unit: u64::from_operand(next()?, tables)?,
                },
                "ensure_exactly" => MatchCommand::EnsureExactly(u64::from_operand(next()?, tables)?),
                kind @ ("integer" | "binary") => {
                    let _live = next()?;
                    let flags = Size::from_operand(next()?, tables)?;
                    let size = plain_number(next()?)?;
                    let unit = u64::from_operand(next()?, tables)?;
                    let to = Register::from_operand(next()?, tables)?;
                    if kind == "integer" {
                        MatchCommand::Integer { flags, size, unit, to }
                    } else {
                        MatchCommand::Binary { flags, size, unit, to }
                    }
                }
                "skip" => MatchCommand::Skip(u64::from_operand(next()?, tables)?),
                "get_tail" => {
                    let _live = next()?;
                    let unit = u64::from_operand(next()?, tables)?;
                    MatchCommand::GetTail { unit, to: Register::from_operand(next()?, tables)? }
                }
                "=:=" => {
                    let _live = next()?;
                    let size = u64::from_operand(next()?, tables)?;
                    let value = match next()? {
                        Operand::Unsigned(value) => Source::Integer(value as i64),
                        other => Source::from_operand(other, tables)?,
                    };
                    MatchCommand::Equal { size, value }
                }
                other => return Err(Kind::Word { what: "match command", text: other.into() }),
            });
        }
        Ok(MatchCommands(commands))
    }
}

/// A size that is a plain number or, in some releases, an integer.
fn plain_number(operand: Operand) -> Result<u64, Kind> {
    match operand {
        Operand::Unsigned(value) if value <= MAX_UNSIGNED => Ok(value),
        Operand::Integer(value) if (0..=MAX_UNSIGNED as i64).contains(&value) => Ok(value as u64),
        other => Err(Kind::Operand { expected: "number", found: other.describe() }),
    }
}
