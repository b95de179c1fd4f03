//! Chunk AtU8: the atoms of the module, its name first.

use dala_ir::abi::Atom;

use super::error::LoadError;
use super::limits;
use crate::opcode::cursor::Cursor;
use crate::opcode::error::{DecodeError, DecodeErrorKind as Kind};

/// Reads the chunk; index 1 of the file is the first entry.
///
/// # Errors
/// When it is malformed, has no atom, or an atom cannot be made.
pub fn read(data: &[u8]) -> Result<Vec<Atom>, LoadError> {
    read_entries(data).map_err(LoadError::in_chunk("AtU8"))
}

fn read_entries(data: &[u8]) -> Result<Vec<Atom>, DecodeError> {
    let mut cursor = Cursor::new(data);
    let count = cursor.u32()? as i32;
    // OTP 28 marks its form, whose lengths are compact terms, by a negative count.
    let long = count < 0;
    let count = cursor.check_count(count.unsigned_abs() as usize, 1, 0)?;
    if count == 0 {
        return Err(Kind::Other("there is no atom, so no module name").at(0));
    }
    if count > limits::MAX_ATOMS {
        let kind =
            Kind::TooLarge { what: "number of atoms", value: count as u64, limit: limits::MAX_ATOMS as u64 };
        return Err(kind.at(0));
    }
    let mut atoms = Vec::with_capacity(count);
    for _ in 0..count {
        let at = cursor.position();
        let length = if long { cursor.compact_unsigned("length of an atom")? } else { cursor.u8()?.into() };
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let text = std::str::from_utf8(cursor.take(length)?).map_err(|_| Kind::Utf8.at(at))?;
        atoms.push(Atom::try_new(text).map_err(|error| Kind::Atom(error.to_string()).at(at))?);
    }
    Ok(atoms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_encodings_give_the_same_atoms() {
        let old = read(b"\0\0\0\x02\x01a\x03b\xc3\xa9").unwrap();
        let new = read(b"\xff\xff\xff\xfe\x10a\x30b\xc3\xa9").unwrap();
        assert_eq!(old, new);
        assert_eq!(old[1].text(), "bé");
    }

    #[test]
    fn long_atom_of_the_new_encoding_is_read() {
        // 510 as a plain number of 11 bits: the upper three stand in the first byte.
        let mut data = b"\xff\xff\xff\xff\x28\xfe".to_vec();
        data.extend("é".repeat(255).into_bytes());
        assert_eq!(read(&data).unwrap()[0].text().chars().count(), 255);
    }

    #[test]
    fn malformed_tables_are_refused_with_their_place() {
        assert!(read(b"\0\0\0\0").is_err());
        assert!(read(b"\x7f\xff\xff\xff\x01a").is_err());
        assert_eq!(
            read(b"\0\0\0\x02\x01a\x05bc").unwrap_err().to_string(),
            "chunk AtU8, byte 7: 5 more bytes expected, 2 left"
        );
        assert_eq!(
            read(b"\0\0\0\x01\x02\xff\xfe").unwrap_err().to_string(),
            "chunk AtU8, byte 4: text is not UTF-8"
        );
    }
}
