//! Chunk Type (OTP 25 and later): what the compiler knows of values.
//!
//! Hints only: a file may claim anything, so nothing that keeps memory safe may rest on them.

use super::error::LoadError;
use crate::opcode::cursor::Cursor;
use crate::opcode::error::DecodeError;

/// Types a value may have, as bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TypeSet(pub u16);

impl TypeSet {
    /// Any term.
    pub const ANY: TypeSet = TypeSet(0xfff);
    /// Atom.
    pub const ATOM: TypeSet = TypeSet(1 << 0);
    /// Bitstring.
    pub const BITSTRING: TypeSet = TypeSet(1 << 1);
    /// Cons cell.
    pub const CONS: TypeSet = TypeSet(1 << 2);
    /// Float.
    pub const FLOAT: TypeSet = TypeSet(1 << 3);
    /// Fun.
    pub const FUN: TypeSet = TypeSet(1 << 4);
    /// Integer.
    pub const INTEGER: TypeSet = TypeSet(1 << 5);
    /// Map.
    pub const MAP: TypeSet = TypeSet(1 << 6);
    /// Empty list.
    pub const NIL: TypeSet = TypeSet(1 << 7);
    /// Pid.
    pub const PID: TypeSet = TypeSet(1 << 8);
    /// Port.
    pub const PORT: TypeSet = TypeSet(1 << 9);
    /// Reference.
    pub const REFERENCE: TypeSet = TypeSet(1 << 10);
    /// Tuple.
    pub const TUPLE: TypeSet = TypeSet(1 << 11);

    const NAMES: [&str; 12] = [
        "atom",
        "bitstring",
        "cons",
        "float",
        "fun",
        "integer",
        "map",
        "nil",
        "pid",
        "port",
        "reference",
        "tuple",
    ];

    /// Whether it has no type that is not in `other`.
    pub fn is_within(self, other: TypeSet) -> bool {
        self.0 & !other.0 == 0
    }
}

impl std::fmt::Debug for TypeSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if *self == TypeSet::ANY {
            return f.write_str("any");
        }
        let names = TypeSet::NAMES.iter().enumerate().filter(|(bit, _)| self.0 >> bit & 1 != 0);
        f.write_str(&names.map(|(_, name)| *name).collect::<Vec<_>>().join(" | "))
    }
}

/// What is known of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValueType {
    /// Types it may have.
    pub set: TypeSet,
    /// Least value, if it is an integer.
    pub lower: Option<i64>,
    /// Greatest value, if it is an integer.
    pub upper: Option<i64>,
    /// Number of bits that its size is divisible by, if it is a bitstring.
    pub unit: u16,
}

impl ValueType {
    /// Nothing is known.
    pub const ANY: ValueType = ValueType { set: TypeSet::ANY, lower: None, upper: None, unit: 1 };
}

/// The type table.
#[derive(Clone, Debug, Default)]
pub struct Types(Vec<ValueType>);

impl Types {
    /// The entry, or any term when there is none.
    pub fn get(&self, index: u32) -> ValueType {
        self.0.get(index as usize).copied().unwrap_or(ValueType::ANY)
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Reads the chunk; one of an unknown version tells nothing.
///
/// # Errors
/// When it is malformed.
pub fn read(data: &[u8]) -> Result<Types, LoadError> {
    read_entries(data).map_err(LoadError::in_chunk("Type"))
}

fn read_entries(data: &[u8]) -> Result<Types, DecodeError> {
    let mut cursor = Cursor::new(data);
    let types = match cursor.u32()? {
        1 => {
            let count = cursor.count(18)?;
            (0..count).map(|_| read_version_1(&mut cursor)).collect::<Result<_, _>>()?
        }
        2 | 3 => {
            let count = cursor.count(2)?;
            (0..count).map(|_| read_version_3(&mut cursor)).collect::<Result<_, _>>()?
        }
        _ => Vec::new(),
    };
    Ok(Types(types))
}

/// OTP 25: bit 2 is a match context; both bounds always present.
fn read_version_1(cursor: &mut Cursor<'_>) -> Result<ValueType, DecodeError> {
    let bits = cursor.u16()?;
    let (lower, upper) = (cursor.i64()?, cursor.i64()?);
    let bounded = lower <= upper;
    let is_context = bits & 0b100 != 0;
    let set = bits & 0b11 | bits >> 1 & !0b11;
    Ok(ValueType {
        // A match context is no term, so nothing is said of it.
        set: if is_context || set == 0 { TypeSet::ANY } else { TypeSet(set & TypeSet::ANY.0) },
        lower: bounded.then_some(lower),
        upper: bounded.then_some(upper),
        unit: 1,
    })
}

/// OTP 26 to 28: bounds and unit only where a bit says so.
fn read_version_3(cursor: &mut Cursor<'_>) -> Result<ValueType, DecodeError> {
    let bits = cursor.u16()?;
    let lower = if bits & 1 << 12 != 0 { Some(cursor.i64()?) } else { None };
    let upper = if bits & 1 << 13 != 0 { Some(cursor.i64()?) } else { None };
    let unit = if bits & 1 << 14 != 0 { u16::from(cursor.u8()?) + 1 } else { 1 };
    let set = bits & TypeSet::ANY.0;
    Ok(ValueType { set: if set == 0 { TypeSet::ANY } else { TypeSet(set) }, lower, upper, unit })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_number_the_types_differently() {
        let mut old = b"\0\0\0\x01\0\0\0\x01\0\x48".to_vec();
        old.extend(1_i64.to_be_bytes());
        old.extend(9_i64.to_be_bytes());
        let mut new = b"\0\0\0\x03\0\0\0\x01\x30\x24".to_vec();
        new.extend(1_i64.to_be_bytes());
        new.extend(9_i64.to_be_bytes());
        let expected = ValueType {
            set: TypeSet(TypeSet::CONS.0 | TypeSet::INTEGER.0),
            lower: Some(1),
            upper: Some(9),
            unit: 1,
        };
        assert_eq!(read(&old).unwrap().get(0), expected);
        assert_eq!(read(&new).unwrap().get(0), expected);
    }

    #[test]
    fn unknown_version_tells_nothing() {
        let types = read(b"\0\0\0\x63\xff\xff").unwrap();
        assert_eq!(types.get(0), ValueType::ANY);
    }
}
