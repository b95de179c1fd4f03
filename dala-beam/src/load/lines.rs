//! Chunk Line: places in the source.

use super::error::LoadError;
use crate::opcode::cursor::{Cursor, Integer};
use crate::opcode::error::{DecodeError, DecodeErrorKind as Kind};

/// Places in the source, by the operand of `line`.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    /// Entry 0 is no place.
    items: Vec<Place>,
    /// Names of files; the first is that of the module.
    files: Vec<String>,
}

/// A place in the source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Place {
    /// Index of the file: 0 is `Module.erl`, others count from 1 in [`Lines::files`].
    pub file: u32,
    /// Line, from 1; 0 for no place.
    pub line: u32,
}

impl Lines {
    /// The place that `line index` tells, if it tells one. As in OTP, lines from 2^24 on are none.
    pub fn place(&self, index: u32) -> Option<Place> {
        self.items.get(index as usize).copied().filter(|place| (1..1 << 24).contains(&place.line))
    }

    /// Names of the files other than `Module.erl`; [`Place::file`] 1 is the first.
    pub fn files(&self) -> &[String] {
        &self.files
    }

    /// Name of file `index`; `None` for file 0.
    pub fn file(&self, index: u32) -> Option<&str> {
        self.files.get((index as usize).checked_sub(1)?).map(String::as_str)
    }

    /// Number of places, with the empty one.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there is no place.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

/// Reads the chunk; one of an unknown version tells no place.
///
/// # Errors
/// When it is malformed.
pub fn read(data: &[u8]) -> Result<Lines, LoadError> {
    read_entries(data).map_err(LoadError::in_chunk("Line"))
}

fn read_entries(data: &[u8]) -> Result<Lines, DecodeError> {
    let mut cursor = Cursor::new(data);
    if cursor.u32()? != 0 {
        return Ok(Lines::default());
    }
    let _flags = cursor.u32()?;
    let _instructions = cursor.u32()?;
    let at = cursor.position();
    let item_count = cursor.u32()? as usize;
    let file_count = cursor.u32()?;
    cursor.check_count(item_count, 1, at)?;
    let mut items = Vec::with_capacity(item_count + 1);
    items.push(Place::default());
    let mut file = 0;
    while items.len() <= item_count {
        let at = cursor.position();
        let first = cursor.u8()?;
        let value = match cursor.compact_value(first)? {
            Integer::Small(value) => u32::try_from(value).unwrap_or(0),
            Integer::Big(_) => 0,
        };
        match first & 7 {
            1 => items.push(Place { file, line: value }),
            2 if value <= file_count => file = value,
            2 => {
                let kind = Kind::Index { what: "file", index: value.into(), count: file_count as usize };
                return Err(kind.at(at));
            }
            _ => return Err(Kind::Tag(first).at(at)),
        }
    }
    let mut files = Vec::new();
    for _ in 0..file_count {
        let length = cursor.u16()?;
        // Latin-1 names occur in files that are not Unicode: shown as well as can be.
        files.push(String::from_utf8_lossy(cursor.take(length.into())?).into_owned());
    }
    Ok(Lines { items, files })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_follow_changes_of_the_file() {
        // Lines 5 and 6 of file 0, then line 7 of file 1.
        let data = b"\0\0\0\0\0\0\0\0\0\0\0\x03\0\0\0\x03\0\0\0\x01\x51\x61\x12\x71\0\x03a.h";
        let lines = read(data).unwrap();
        assert_eq!(lines.place(0), None);
        assert_eq!(lines.place(2), Some(Place { file: 0, line: 6 }));
        assert_eq!(lines.place(3), Some(Place { file: 1, line: 7 }));
        assert_eq!((lines.file(0), lines.file(1)), (None, Some("a.h")));
        assert_eq!(lines.place(99), None);
    }
}
