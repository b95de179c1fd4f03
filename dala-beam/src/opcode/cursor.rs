//! Bounds-checked reading of big-endian numbers and compact terms.

use super::error::{DecodeError, DecodeErrorKind as Kind};

/// A position in untrusted bytes.
#[derive(Clone, Debug)]
pub struct Cursor<'a> {
    bytes: &'a [u8],
    position: usize,
}

/// An integer operand as stored: two's complement of any width.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Integer {
    Small(i64),
    /// Big endian, too wide for an `i64`.
    Big(Box<[u8]>),
}

impl<'a> Cursor<'a> {
    /// Starts at the first of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Cursor<'a> {
        Cursor { bytes, position: 0 }
    }

    /// Offset of the next byte.
    pub fn position(&self) -> usize {
        self.position
    }

    /// Number of bytes left.
    pub fn left(&self) -> usize {
        self.bytes.len() - self.position
    }

    /// The next `count` bytes.
    ///
    /// # Errors
    /// When fewer are left.
    pub fn take(&mut self, count: usize) -> Result<&'a [u8], DecodeError> {
        let left = self.left();
        if count > left {
            return Err(Kind::Truncated { wanted: count, left }.at(self.position));
        }
        let taken = &self.bytes[self.position..self.position + count];
        self.position += count;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    /// The next byte.
    ///
    /// # Errors
    /// At the end.
    pub fn u8(&mut self) -> Result<u8, DecodeError> {
        Ok(self.array::<1>()?[0])
    }

    /// The next 2 bytes, big endian.
    ///
    /// # Errors
    /// When fewer are left.
    pub fn u16(&mut self) -> Result<u16, DecodeError> {
        Ok(u16::from_be_bytes(self.array()?))
    }

    /// The next 4 bytes, big endian.
    ///
    /// # Errors
    /// When fewer are left.
    pub fn u32(&mut self) -> Result<u32, DecodeError> {
        Ok(u32::from_be_bytes(self.array()?))
    }

    /// The next 8 bytes, big endian, signed.
    ///
    /// # Errors
    /// When fewer are left.
    pub fn i64(&mut self) -> Result<i64, DecodeError> {
        Ok(i64::from_be_bytes(self.array()?))
    }

    /// A 32-bit count of entries that take at least `entry_bytes` each, checked against what is left, so that
    /// it is safe to reserve memory for that many.
    ///
    /// # Errors
    /// When the data is too short for so many entries.
    pub fn count(&mut self, entry_bytes: usize) -> Result<usize, DecodeError> {
        let at = self.position;
        let count = self.u32()? as usize;
        self.check_count(count, entry_bytes, at)
    }

    /// Checks a count read by other means; see [`Cursor::count`].
    ///
    /// # Errors
    /// When the data is too short for so many entries.
    pub fn check_count(&self, count: usize, entry_bytes: usize, at: usize) -> Result<usize, DecodeError> {
        let limit = self.left() / entry_bytes.max(1);
        if count > limit {
            let kind = Kind::TooLarge { what: "number of entries", value: count as u64, limit: limit as u64 };
            return Err(kind.at(at));
        }
        Ok(count)
    }

    /// Checks that everything was read.
    ///
    /// # Errors
    /// When bytes are left.
    pub fn finish(&self) -> Result<(), DecodeError> {
        match self.left() {
            0 => Ok(()),
            left => Err(Kind::Trailing(left).at(self.position)),
        }
    }

    /// The value part of a compact term whose first byte `first` was just read.
    pub(crate) fn compact_value(&mut self, first: u8) -> Result<Integer, DecodeError> {
        if first & 0b1000 == 0 {
            return Ok(Integer::Small(i64::from(first >> 4)));
        }
        if first & 0b1_0000 == 0 {
            let low = self.u8()?;
            return Ok(Integer::Small(i64::from(first >> 5) << 8 | i64::from(low)));
        }
        let length = match first >> 5 {
            7 => {
                let at = self.position;
                let more = self.compact_unsigned("length of an integer")?;
                usize::try_from(more)
                    .ok()
                    .and_then(|more| more.checked_add(9))
                    .ok_or_else(|| Kind::Truncated { wanted: usize::MAX, left: self.left() }.at(at))?
            }
            short => usize::from(short) + 2,
        };
        let bytes = self.take(length)?;
        if length > 8 {
            return Ok(Integer::Big(bytes.into()));
        }
        let mut wide = if bytes[0] & 0x80 == 0 { [0; 8] } else { [0xff; 8] };
        wide[8 - length..].copy_from_slice(bytes);
        Ok(Integer::Small(i64::from_be_bytes(wide)))
    }

    /// A compact term that must be a plain number (tag `u`); `what` names it in errors.
    ///
    /// # Errors
    /// When another kind of term stands there, or the number is negative or has over 63 bits.
    pub fn compact_unsigned(&mut self, what: &'static str) -> Result<u64, DecodeError> {
        let at = self.position;
        let first = self.u8()?;
        if first & 7 != 0 {
            return Err(Kind::Operand { expected: "number", found: "another operand" }.at(at));
        }
        // The length of a length would recurse: no number that is used has more than 8 bytes.
        if first & 0b1_1000 == 0b1_1000 && first >> 5 == 7 {
            return Err(Kind::TooWide { what, bytes: 9 }.at(at));
        }
        match self.compact_value(first)? {
            Integer::Small(value) if value >= 0 => Ok(value as u64),
            Integer::Small(_) => Err(Kind::Other("a count is negative").at(at)),
            Integer::Big(bytes) => Err(Kind::TooWide { what, bytes: bytes.len() }.at(at)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(bytes: &[u8]) -> Integer {
        let mut cursor = Cursor::new(bytes);
        let first = cursor.u8().unwrap();
        let value = cursor.compact_value(first).unwrap();
        cursor.finish().unwrap();
        value
    }

    #[test]
    fn compact_values_of_every_width_decode() {
        assert_eq!(value(&[0x10]), Integer::Small(1));
        assert_eq!(value(&[0x08, 0x10]), Integer::Small(16));
        assert_eq!(value(&[0xe8, 0xff]), Integer::Small(2047));
        assert_eq!(value(&[0x18, 0x08, 0x00]), Integer::Small(2048));
        assert_eq!(value(&[0x18, 0xff, 0xff]), Integer::Small(-1));
        assert_eq!(
            value(&[0xf8, 0x00, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
            Integer::Big([1, 2, 3, 4, 5, 6, 7, 8, 9].into())
        );
    }

    #[test]
    fn length_that_names_a_length_is_refused_without_recursion() {
        let bytes = vec![0xf8; 100_000];
        let mut cursor = Cursor::new(&bytes);
        let first = cursor.u8().unwrap();
        assert!(cursor.compact_value(first).is_err());
    }

    #[test]
    fn count_larger_than_the_data_is_refused_before_any_allocation() {
        let error = Cursor::new(&[0xff, 0xff, 0xff, 0xff, 1, 2, 3]).count(1).unwrap_err();
        assert_eq!(error.offset, 0);
    }
}
