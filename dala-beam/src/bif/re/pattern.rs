//! A compiled pattern: the only place that calls the PCRE2 library.

#![expect(unsafe_code, reason = "calls the PCRE2 library")]

use std::borrow::Cow;
use std::ffi::c_void;
use std::ptr::{self, NonNull};
use std::sync::OnceLock;

use pcre2_sys as sys;

use super::places;

/// How a pattern is to be read; bits as PCRE2's compile options.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Flags {
    /// `PCRE2_CASELESS` and its kin.
    pub(super) options: u32,
    /// `PCRE2_NEWLINE_*`; 0 for a line feed.
    pub(super) newline: u32,
    /// `PCRE2_BSR_*`; 0 for all of Unicode's line ends.
    pub(super) bsr: u32,
}

impl Flags {
    /// Whether PCRE2 would look for the start of a match in the wrong places: what it finds out of `\w` for UTF-8
    /// leaves out the letters from 128 to 255 of our tables.
    fn starts_wrong(self, source: &[u8]) -> bool {
        self.options & (sys::PCRE2_UTF | sys::PCRE2_UCP) == sys::PCRE2_UTF
            && source.windows(2).any(|pair| pair == b"\\w")
    }
}

/// PCRE2's numbers for what PCRE 8 reads otherwise.
const UNKNOWN_ESCAPE: i32 = 103;
const UNKNOWN_ESCAPE_IN_CLASS: i32 = 107;
const NO_SUCH_GROUP: i32 = 115;
const NOT_CONTROLLED: i32 = 168;
const INVALID_RANGE: i32 = 150;
const NO_DIGITS: i32 = 178;

/// Makes one place of a pattern, of which PCRE2 said `error`, mean to it what it means to PCRE 8; says whether there was
/// one. There the hyphen of `[\d-z]` is itself, as are the letters of `\i` and `[\B]`, and the digit of `\8` where there are
/// fewer groups.
fn amend(pattern: &mut Vec<u8>, error: CompileError) -> bool {
    let behind = |count| error.offset.checked_sub(count);
    let escaped = |at: usize| (pattern.get(at) == Some(&b'\\')).then(|| pattern.get(at + 1)).flatten();
    match error.code {
        INVALID_RANGE => {
            let Some(hyphen) = behind(1).filter(|&at| pattern.get(at) == Some(&b'-')) else { return false };
            pattern.insert(hyphen, b'\\');
            return true;
        }
        UNKNOWN_ESCAPE | UNKNOWN_ESCAPE_IN_CLASS => {
            // The place is that of the letter, or behind it.
            let mut places = [behind(1), behind(2)].into_iter().flatten();
            if let Some(at) = places.find(|&at| escaped(at).is_some()) {
                pattern.remove(at);
                return true;
            }
        }
        NO_SUCH_GROUP => {
            let digits =
                pattern[..error.offset].iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
            if let Some(at) = behind(digits + 1).filter(|&at| matches!(escaped(at), Some(b'8' | b'9'))) {
                pattern.remove(at);
                return true;
            }
        }
        // `\x` without digits is a zero; in braces there must be some.
        NO_DIGITS if behind(2).is_some_and(|at| pattern[at..error.offset] == *b"\\x") => {
            pattern.splice(error.offset..error.offset, *b"00");
            return true;
        }
        // `\c` before a delete character is a question mark.
        NOT_CONTROLLED => {
            let mut places = [behind(1), behind(2), behind(3)].into_iter().flatten();
            if let Some(at) = places.find(|&at| pattern[at..].starts_with(b"\\c\x7f")) {
                pattern.splice(at..at + 3, *b"\\?");
                return true;
            }
        }
        _ => {}
    }
    false
}

/// Bounds of one match.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Limits {
    /// Most calls of the matcher's inner function.
    pub(super) matches: Option<u32>,
    /// Deepest nesting of backtracking.
    pub(super) depth: Option<u32>,
}

/// Why a pattern was refused, as PCRE 8 sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct CompileError {
    /// PCRE2's number, or one of the module `errors`.
    pub(super) code: i32,
    /// Place in the pattern, in bytes.
    pub(super) offset: usize,
}

/// Why no match was found, besides there being none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MatchError {
    /// [`Limits::matches`] was reached.
    MatchLimit,
    /// [`Limits::depth`] was reached.
    DepthLimit,
    /// The subject is no UTF-8, the offset lies inside a character, or memory ran out.
    Other,
}

/// Byte ranges of the whole match and of the groups, up to the last one that is set.
pub(super) type Groups = Vec<Option<(usize, usize)>>;

/// A compiled pattern. Immutable, so threads may share it.
#[derive(Debug)]
pub(super) struct Pattern {
    code: NonNull<sys::pcre2_code_8>,
    /// Number of groups.
    pub(super) captures: u32,
    /// Groups by name, sorted by name and then by number.
    pub(super) names: Vec<(Vec<u8>, usize)>,
}

// SAFETY: PCRE2 never writes to compiled code while matching (pcre2api, "Multithreading"); the JIT is not used.
unsafe impl Send for Pattern {}
// SAFETY: as above.
unsafe impl Sync for Pattern {}

impl Pattern {
    /// Compiles `source` as PCRE 8 reads it.
    pub(super) fn compile(source: &[u8], mut flags: Flags) -> Result<Pattern, CompileError> {
        if flags.starts_wrong(source) {
            flags.options |= sys::PCRE2_NO_START_OPTIMIZE;
        }
        let mut amended = Cow::Borrowed(source);
        loop {
            let error = match Pattern::compile_as_it_is(&amended, flags) {
                Ok(pattern) => return Ok(pattern),
                Err(error) => error,
            };
            if error.offset > amended.len() || !amend(amended.to_mut(), error) {
                let offset = (error.offset + source.len()).saturating_sub(amended.len());
                return Err(places::as_pcre_8(source, CompileError { offset, ..error }));
            }
        }
    }

    fn compile_as_it_is(source: &[u8], flags: Flags) -> Result<Pattern, CompileError> {
        let mut code = 0;
        let mut offset = 0;
        // SAFETY: the context is used with valid values and freed once; the source is read for its length; the tables
        // live for ever.
        let compiled = unsafe {
            let context = sys::pcre2_compile_context_create_8(ptr::null_mut());
            if context.is_null() {
                return Err(CompileError { code: sys::PCRE2_ERROR_HEAP_FAILED as i32, offset: 0 });
            }
            let newline = if flags.newline == 0 { sys::PCRE2_NEWLINE_LF } else { flags.newline };
            sys::pcre2_set_newline_8(context, newline);
            sys::pcre2_set_bsr_8(context, if flags.bsr == 0 { sys::PCRE2_BSR_UNICODE } else { flags.bsr });
            sys::pcre2_set_character_tables_8(context, latin1_tables().as_ptr());
            // `\K` may stand in lookarounds in PCRE 8.
            sys::pcre2_set_compile_extra_options_8(context, sys::PCRE2_EXTRA_ALLOW_LOOKAROUND_BSK);
            let compiled = sys::pcre2_compile_8(
                source.as_ptr(),
                source.len(),
                flags.options,
                &raw mut code,
                &raw mut offset,
                context,
            );
            sys::pcre2_compile_context_free_8(context);
            compiled
        };
        let code = NonNull::new(compiled).ok_or(CompileError { code, offset })?;
        let mut pattern = Pattern { code, captures: 0, names: Vec::new() };
        pattern.captures = pattern.number(sys::PCRE2_INFO_CAPTURECOUNT);
        pattern.names = pattern.name_table();
        Ok(pattern)
    }

    fn number(&self, what: u32) -> u32 {
        let mut value: u32 = 0;
        // SAFETY: all items asked for here are 32-bit numbers.
        unsafe { sys::pcre2_pattern_info_8(self.code.as_ptr(), what, (&raw mut value).cast::<c_void>()) };
        value
    }

    /// Rows of the name table: two bytes of group number, the name, a zero.
    fn name_table(&self) -> Vec<(Vec<u8>, usize)> {
        let count = self.number(sys::PCRE2_INFO_NAMECOUNT) as usize;
        let size = self.number(sys::PCRE2_INFO_NAMEENTRYSIZE) as usize;
        if count == 0 || size < 3 {
            return Vec::new();
        }
        let mut table: *const u8 = ptr::null();
        let target = (&raw mut table).cast::<c_void>();
        // SAFETY: the item is a pointer to `count` rows of `size` bytes that live as long as the code.
        let rows = unsafe {
            sys::pcre2_pattern_info_8(self.code.as_ptr(), sys::PCRE2_INFO_NAMETABLE, target);
            std::slice::from_raw_parts(table, count * size)
        };
        rows.chunks_exact(size)
            .map(|row| {
                let name = row[2..].iter().copied().take_while(|&byte| byte != 0).collect();
                (name, usize::from(row[0]) << 8 | usize::from(row[1]))
            })
            .collect()
    }

    /// The first match at or behind `offset`. `options` are PCRE2's match options.
    ///
    /// # Errors
    /// See [`MatchError`].
    pub(super) fn find(
        &self,
        subject: &[u8],
        offset: usize,
        options: u32,
        limits: Limits,
    ) -> Result<Option<Groups>, MatchError> {
        // SAFETY: data and context are used with this code and freed once; the subject is read for its length; the
        // vector has as many pairs as the library says.
        unsafe {
            let data = sys::pcre2_match_data_create_from_pattern_8(self.code.as_ptr(), ptr::null_mut());
            if data.is_null() {
                return Err(MatchError::Other);
            }
            let context = sys::pcre2_match_context_create_8(ptr::null_mut());
            if context.is_null() {
                sys::pcre2_match_data_free_8(data);
                return Err(MatchError::Other);
            }
            if let Some(most) = limits.matches {
                sys::pcre2_set_match_limit_8(context, most);
            }
            if let Some(most) = limits.depth {
                sys::pcre2_set_depth_limit_8(context, most);
            }
            let found = sys::pcre2_match_8(
                self.code.as_ptr(),
                subject.as_ptr(),
                subject.len(),
                offset,
                options,
                data,
                context,
            );
            let result = match found {
                sys::PCRE2_ERROR_NOMATCH => Ok(None),
                sys::PCRE2_ERROR_MATCHLIMIT | sys::PCRE2_ERROR_HEAPLIMIT => Err(MatchError::MatchLimit),
                sys::PCRE2_ERROR_DEPTHLIMIT => Err(MatchError::DepthLimit),
                groups if groups > 0 => {
                    let ends = sys::pcre2_get_ovector_pointer_8(data);
                    let ends = std::slice::from_raw_parts(ends, 2 * groups as usize);
                    let is_set = |pair: &[usize]| pair[0] != sys::PCRE2_UNSET && pair[0] <= pair[1];
                    Ok(Some(
                        ends.chunks_exact(2)
                            .map(|pair| is_set(pair).then(|| (pair[0], pair[1] - pair[0])))
                            .collect(),
                    ))
                }
                _ => Err(MatchError::Other),
            };
            sys::pcre2_match_context_free_8(context);
            sys::pcre2_match_data_free_8(data);
            result
        }
    }
}

impl Drop for Pattern {
    fn drop(&mut self) {
        // SAFETY: made by `compile`, freed once.
        unsafe { sys::pcre2_code_free_8(self.code.as_ptr()) };
    }
}

/// PCRE2's character tables for ISO 8859-1, which OTP's `re` takes bytes for: letters above 127 are letters.
/// Layout: lower case, flipped case, ten sets of 256 bits, types (pcre2_maketables.c).
fn latin1_tables() -> &'static [u8; TABLES] {
    static TABLE: OnceLock<Box<[u8; TABLES]>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = Box::new([0; TABLES]);
        for byte in 0..=255_u8 {
            let at = usize::from(byte);
            let is_upper = byte.is_ascii_uppercase() || (0xc0..=0xde).contains(&byte) && byte != 0xd7;
            let is_lower = byte.is_ascii_lowercase()
                || (0xdf..=0xff).contains(&byte) && byte != 0xf7
                || matches!(byte, 0xaa | 0xb5 | 0xba);
            // ß, ÿ, ª, µ and º have no capital in ISO 8859-1.
            let has_capital = is_lower && !matches!(byte, 0xdf | 0xff | 0xaa | 0xb5 | 0xba);
            table[at] = if is_upper { byte + 32 } else { byte };
            table[256 + at] = match (is_upper, has_capital) {
                (true, _) => byte + 32,
                (_, true) => byte - 32,
                _ => byte,
            };
            let is_letter = is_upper || is_lower;
            let is_digit = byte.is_ascii_digit();
            let is_space = matches!(byte, 9..=13 | 32 | 0x85 | 0xa0);
            let is_word = is_letter || is_digit || byte == b'_';
            let is_control = byte < 32 || (0x7f..0xa0).contains(&byte);
            let is_graph = !is_control && byte != 32 && byte != 0xa0;
            let sets = [
                is_space,
                byte.is_ascii_hexdigit(),
                is_digit,
                is_upper,
                is_lower,
                is_word,
                is_graph,
                is_graph || byte == 32 || byte == 0xa0,
                is_graph && !is_letter && !is_digit,
                is_control,
            ];
            for (set, holds) in sets.into_iter().enumerate() {
                table[512 + 32 * set + at / 8] |= u8::from(holds) << (at % 8);
            }
            table[512 + 320 + at] = u8::from(is_space)
                | u8::from(is_letter) << 1
                | u8::from(is_lower) << 2
                | u8::from(is_digit) << 3
                | u8::from(is_word) << 4;
        }
        table
    })
}

/// Bytes of the tables.
const TABLES: usize = 512 + 320 + 256;

#[cfg(test)]
mod tests {
    use super::*;

    fn find(pattern: &str, options: u32, subject: &[u8]) -> Option<Groups> {
        let flags = Flags { options, ..Flags::default() };
        let pattern = Pattern::compile(pattern.as_bytes(), flags).unwrap();
        pattern.find(subject, 0, 0, Limits::default()).unwrap()
    }

    #[test]
    fn groups_end_with_the_last_one_that_is_set() {
        assert_eq!(
            find("(a)(x)?(b)?(y)?", 0, b"ab"),
            Some(vec![Some((0, 2)), Some((0, 1)), None, Some((1, 1))])
        );
        assert_eq!(find("x", 0, b"ab"), None);
    }

    #[test]
    fn bytes_are_latin1_letters() {
        assert_eq!(find("\\w+", 0, b"\xc9t\xd7"), Some(vec![Some((0, 2))]));
        let flags = Flags { options: sys::PCRE2_CASELESS, ..Flags::default() };
        let pattern = Pattern::compile(b"\xe9", flags).unwrap();
        assert!(pattern.find(b"\xc9", 0, 0, Limits::default()).unwrap().is_some());
    }

    #[test]
    fn letters_of_latin1_are_found_in_utf_8() {
        assert_eq!(find("\\w", sys::PCRE2_UTF, "-å".as_bytes()), Some(vec![Some((1, 2))]));
        assert_eq!(find("\\w", sys::PCRE2_UTF, "Ѐ".as_bytes()), None);
    }

    #[test]
    fn a_hyphen_behind_a_class_is_itself() {
        assert_eq!(find("[\\d-z[:alpha:]-!]+", 0, b"12-34z"), Some(vec![Some((0, 6))]));
        let error = Pattern::compile(b"[\\d-z](", Flags::default()).unwrap_err();
        assert_eq!((error.code, error.offset), (114, 7));
    }

    #[test]
    fn unknown_escapes_are_literal() {
        assert_eq!(find("a\\id[\\z\\C]\\j+", 0, b"aidzjj"), Some(vec![Some((0, 6))]));
        assert_eq!(find("^A\\8B\\91(C)\\1$", 0, b"A8B91CC"), Some(vec![Some((0, 7)), Some((5, 1))]));
        let error = Pattern::compile(b"\\i\\8(", Flags::default()).unwrap_err();
        assert_eq!((error.code, error.offset), (114, 5));
        assert!(find("(?=a\\Kb)", 0, b"ab").is_some());
        assert_eq!(find("^\\c\x7f", 0, b"?ab"), Some(vec![Some((0, 1))]));
        for pattern in [&b"\\7"[..], b"\\k<a>", b"[\\N]", b"\\L"] {
            assert!(Pattern::compile(pattern, Flags::default()).is_err());
        }
    }

    #[test]
    fn names_are_sorted_and_errors_have_a_place() {
        let pattern = Pattern::compile(b"(?<b>x)(?<a>y)", Flags::default()).unwrap();
        assert_eq!(pattern.names, [(b"a".to_vec(), 2), (b"b".to_vec(), 1)]);
        assert_eq!(pattern.captures, 2);
        let error = Pattern::compile(b"a)", Flags::default()).unwrap_err();
        assert_eq!((error.code, error.offset), (122, 1));
    }

    #[test]
    fn limits_end_a_match() {
        let pattern = Pattern::compile(b"(a+)+$", Flags::default()).unwrap();
        let limits = Limits { matches: Some(10), depth: None };
        assert_eq!(pattern.find(b"aaaaaaaaaaaaaaa!", 0, 0, limits), Err(MatchError::MatchLimit));
    }
}
