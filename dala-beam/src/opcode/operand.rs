//! Operands of instructions: the raw ones of the file, and the typed ones that `kinds` makes of them.

use dala_ir::abi::Atom;

use super::cursor::{Cursor, Integer};
use super::decode::Tables;
use super::error::{DecodeError, DecodeErrorKind as Kind};

/// Number of x registers: x1023 is scratch space of the emulator and never occurs in files.
pub const X_REGISTERS: u64 = 1023;
/// Number of stack slots a frame may have.
pub const Y_REGISTERS: u64 = 1 << 13;
/// Number of float registers.
pub const FLOAT_REGISTERS: u64 = 1023;

/// A term of the code as stored.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// `u`: a plain number.
    Unsigned(u64),
    /// `i`: an integer of 64 bits.
    Integer(i64),
    /// `i`: a wider integer, big endian two's complement.
    BigInteger(Box<[u8]>),
    /// `a` with index 0.
    Nil,
    /// `a`.
    Atom(Atom),
    /// `x` or `y`.
    Register(Register),
    /// `x` or `y` with an index into the type table.
    Typed(Register, u32),
    /// `f`; `None` for label 0.
    Label(Option<Label>),
    /// `h`: a character.
    Char(u64),
    /// Float register.
    Float(FloatRegister),
    /// Literal.
    Literal(Literal),
    /// List.
    List(Vec<Operand>),
    /// What a heap allocation must hold.
    Allocation(Allocation),
}

/// A term register or stack slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Register {
    /// Argument and temporary register.
    X(u16),
    /// Stack slot of the current frame.
    Y(u16),
}

/// A floating-point register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FloatRegister(pub u16);

/// A label; never 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Label(pub u32);

/// Where to go on failure; `None` means that an exception is raised.
pub type Fail = Option<Label>;

/// Index into the import table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Import(pub u32);

/// Index into the literal table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Literal(pub u32);

/// Index into the fun table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Lambda(pub u32);

/// A value that an instruction reads.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// What a register holds, with what the type table says of it.
    Register(Register, Option<u32>),
    /// An integer.
    Integer(i64),
    /// An integer of more than 64 bits, big endian two's complement.
    BigInteger(Box<[u8]>),
    /// An atom.
    Atom(Atom),
    /// The empty list.
    Nil,
    /// A literal of the module.
    Literal(Literal),
}

/// A source, or a plain number where the instruction allows one in the same place.
#[derive(Clone, Debug, PartialEq)]
pub enum Size {
    /// Plain number.
    Unsigned(u64),
    /// Anything else.
    Source(Source),
}

/// A float register or a term.
#[derive(Clone, Debug, PartialEq)]
pub enum FloatSource {
    /// A float register.
    Float(FloatRegister),
    /// A term.
    Source(Source),
}

/// Where `fmove` stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FloatTarget {
    /// A float register.
    Float(FloatRegister),
    /// A boxed float in a term register.
    Register(Register),
}

/// What a test for heap space must make room for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allocation {
    /// Words.
    pub words: u64,
    /// Boxed floats.
    pub floats: u64,
    /// Funs.
    pub funs: u64,
}

/// How `bs_start_match4` fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartFail {
    /// Goes to the label.
    Label(Fail),
    /// The source is known to be a bitstring.
    NoFail,
    /// The source is known to be a match context.
    Resume,
}

/// What `call_fun2` knows about the fun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FunTag {
    /// It is a fun of the right arity.
    Safe,
    /// Nothing.
    Unsafe,
    /// It is made from this entry of the fun table.
    Lambda(Lambda),
}

/// Whether `update_record` may overwrite its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpdateHint {
    /// Copy.
    Copy,
    /// The source may be changed in place when that is safe.
    Reuse,
}

/// One segment of `bs_create_bin`.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    /// Its type.
    pub kind: SegmentKind,
    /// Its number in the source, from 1.
    pub number: u64,
    /// Bits that a size of 1 stands for.
    pub unit: u64,
    /// Signedness and endianness: a literal list of atoms, or nil.
    pub flags: Source,
    /// The value; an offset into the strings for [`SegmentKind::String`].
    pub value: Size,
    /// The size; atom `all`, `undefined`, or bytes for [`SegmentKind::String`].
    pub size: Size,
}

/// Type of a segment of `bs_create_bin`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SegmentKind {
    /// Integer.
    Integer,
    /// Float.
    Float,
    /// Bitstring.
    Binary,
    /// Bitstring that the result starts with, and that may be extended in place.
    Append,
    /// As append, and nobody else has the bitstring.
    PrivateAppend,
    /// Bytes from the string chunk.
    String,
    /// Code point.
    Utf8,
    /// Code point.
    Utf16,
    /// Code point.
    Utf32,
}

/// One command of `bs_match` (OTP 26).
#[derive(Clone, Debug, PartialEq)]
pub enum MatchCommand {
    /// At least `size` bits must be left, and the rest be divisible by `unit`.
    EnsureAtLeast {
        /// Bits.
        size: u64,
        /// Bits.
        unit: u64,
    },
    /// Exactly this many bits must be left.
    EnsureExactly(u64),
    /// Reads an integer.
    Integer {
        /// Signedness and endianness.
        flags: Size,
        /// Number of units.
        size: u64,
        /// Bits a unit.
        unit: u64,
        /// Result.
        to: Register,
    },
    /// Reads a bitstring.
    Binary {
        /// Signedness and endianness, of no use.
        flags: Size,
        /// Number of units.
        size: u64,
        /// Bits a unit.
        unit: u64,
        /// Result.
        to: Register,
    },
    /// Steps over bits.
    Skip(u64),
    /// Reads all that is left.
    GetTail {
        /// Bits the rest is known to be divisible by.
        unit: u64,
        /// Result.
        to: Register,
    },
    /// The next bits must be the big-endian integer `value`.
    Equal {
        /// Bits.
        size: u64,
        /// The integer.
        value: Source,
    },
}

impl Operand {
    /// What it is, for errors.
    pub(crate) fn describe(&self) -> &'static str {
        match self {
            Operand::Unsigned(_) => "number",
            Operand::Integer(_) | Operand::BigInteger(_) => "integer",
            Operand::Nil => "nil",
            Operand::Atom(_) => "atom",
            Operand::Register(Register::X(_)) | Operand::Typed(Register::X(_), _) => "x register",
            Operand::Register(Register::Y(_)) | Operand::Typed(Register::Y(_), _) => "y register",
            Operand::Label(_) => "label",
            Operand::Char(_) => "character",
            Operand::Float(_) => "float register",
            Operand::Literal(_) => "literal",
            Operand::List(_) => "list",
            Operand::Allocation(_) => "allocation list",
        }
    }

    /// Reads one operand; every index in it is checked against `tables`.
    ///
    /// # Errors
    /// When the bytes are none, or an index is out of range.
    pub fn read(cursor: &mut Cursor<'_>, tables: &Tables<'_>) -> Result<Operand, DecodeError> {
        let at = cursor.position();
        let first = cursor.u8()?;
        if first & 7 == 7 && first >> 4 == 1 && first & 8 == 0 {
            let count = cursor.compact_unsigned("length of an operand list")?;
            let count = usize::try_from(count).unwrap_or(usize::MAX);
            let count = cursor.check_count(count, 1, at)?;
            let mut list = Vec::with_capacity(count);
            for _ in 0..count {
                let at = cursor.position();
                let first = cursor.u8()?;
                // A list in a list does not occur, so that decoding needs no recursion.
                list.push(Operand::read_flat(cursor, first, at, tables)?);
            }
            return Ok(Operand::List(list));
        }
        Operand::read_flat(cursor, first, at, tables)
    }

    fn read_flat(
        cursor: &mut Cursor<'_>,
        first: u8,
        at: usize,
        tables: &Tables<'_>,
    ) -> Result<Operand, DecodeError> {
        if first & 7 == 1 {
            return Ok(match cursor.compact_value(first)? {
                Integer::Small(value) => Operand::Integer(value),
                Integer::Big(bytes) => Operand::BigInteger(bytes),
            });
        }
        if first & 7 == 7 {
            return Operand::read_extended(cursor, first, at, tables);
        }
        let value = match cursor.compact_value(first)? {
            Integer::Small(value) if value >= 0 => value as u64,
            Integer::Small(_) => return Err(Kind::Other("an index is negative").at(at)),
            // A match command may compare with an integer of 64 bits, stored as a plain number.
            Integer::Big(bytes) if first & 7 == 0 => return Ok(Operand::BigInteger(bytes)),
            Integer::Big(bytes) => return Err(Kind::TooWide { what: "operand", bytes: bytes.len() }.at(at)),
        };
        let bounded = |what, limit: u64| {
            if value < limit {
                Ok(value)
            } else {
                Err(Kind::TooLarge { what, value, limit: limit - 1 }.at(at))
            }
        };
        match first & 7 {
            0 => Ok(Operand::Unsigned(value)),
            2 if value == 0 => Ok(Operand::Nil),
            2 => match tables.atoms.get((value - 1) as usize) {
                Some(&atom) => Ok(Operand::Atom(atom)),
                None => Err(Kind::Index { what: "atom", index: value, count: tables.atoms.len() }.at(at)),
            },
            3 => Ok(Operand::Register(Register::X(bounded("x register", X_REGISTERS)? as u16))),
            4 => Ok(Operand::Register(Register::Y(bounded("y register", Y_REGISTERS)? as u16))),
            5 if value == 0 => Ok(Operand::Label(None)),
            5 => {
                if value >= u64::from(tables.labels) {
                    let count = tables.labels as usize;
                    return Err(Kind::Index { what: "label", index: value, count }.at(at));
                }
                Ok(Operand::Label(Some(Label(value as u32))))
            }
            _ => Ok(Operand::Char(value)),
        }
    }

    fn read_extended(
        cursor: &mut Cursor<'_>,
        first: u8,
        at: usize,
        tables: &Tables<'_>,
    ) -> Result<Operand, DecodeError> {
        if first & 8 != 0 {
            return Err(Kind::Tag(first).at(at));
        }
        match first >> 4 {
            2 => {
                let number = cursor.compact_unsigned("float register")?;
                if number >= FLOAT_REGISTERS {
                    let limit = FLOAT_REGISTERS - 1;
                    return Err(Kind::TooLarge { what: "float register", value: number, limit }.at(at));
                }
                Ok(Operand::Float(FloatRegister(number as u16)))
            }
            3 => {
                let count = cursor.compact_unsigned("length of an allocation list")?;
                let mut allocation = Allocation::default();
                for _ in 0..count {
                    let at = cursor.position();
                    let kind = cursor.compact_unsigned("kind of allocation")?;
                    let number = cursor.compact_unsigned("size of an allocation")?;
                    let field = match kind {
                        0 => &mut allocation.words,
                        1 => &mut allocation.floats,
                        2 => &mut allocation.funs,
                        _ => {
                            return Err(
                                Kind::TooLarge { what: "kind of allocation", value: kind, limit: 2 }.at(at)
                            );
                        }
                    };
                    *field = field.saturating_add(number);
                }
                Ok(Operand::Allocation(allocation))
            }
            4 => {
                let index = cursor.compact_unsigned("literal")?;
                if index >= tables.literals as u64 {
                    return Err(Kind::Index { what: "literal", index, count: tables.literals }.at(at));
                }
                Ok(Operand::Literal(Literal(index as u32)))
            }
            5 => {
                let at = cursor.position();
                let inner = cursor.u8()?;
                if !matches!(inner & 7, 3 | 4) {
                    return Err(Kind::Operand { expected: "register", found: "another operand" }.at(at));
                }
                let register = Operand::read_flat(cursor, inner, at, tables)?;
                let index = cursor.compact_unsigned("type")?;
                let index = u32::try_from(index).map_err(|_| {
                    Kind::TooLarge { what: "type", value: index, limit: u32::MAX.into() }.at(at)
                })?;
                match register {
                    Operand::Register(register) => Ok(Operand::Typed(register, index)),
                    other => Err(Kind::Operand { expected: "register", found: other.describe() }.at(at)),
                }
            }
            _ => Err(Kind::Tag(first).at(at)),
        }
    }
}
