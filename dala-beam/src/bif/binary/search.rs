//! Patterns of `binary:match/3` and its kin.

use std::borrow::Cow;

use smallvec::SmallVec;

use dala_ir::abi::Word;
use dala_ir::interp::Exception;
use dala_ir::term::view;

use crate::bif::arguments::{badarg, bytes, named};

/// One or more non-empty byte strings to look for. Made anew for each call: what `string` looks for, a dozen kinds of white
/// space, takes no allocation.
#[derive(Debug)]
pub(crate) struct Pattern<'a> {
    /// Longest first, so that the first that matches at a place is the one that counts.
    needles: SmallVec<[Cow<'a, [u8]>; 16]>,
    starts: Bytes,
}

/// A set of bytes.
#[derive(Clone, Copy, Debug, Default)]
struct Bytes([u64; 4]);

impl Bytes {
    fn insert(&mut self, byte: u8) {
        self.0[usize::from(byte / 64)] |= 1 << (byte % 64);
    }

    #[inline]
    fn contains(&self, byte: u8) -> bool {
        self.0[usize::from(byte / 64)] >> (byte % 64) & 1 == 1
    }
}

impl Pattern<'_> {
    /// As [`new`](Pattern::new), to be looked for in `subject`: in nothing anything is looked for, as in OTP.
    pub(crate) fn within(word: Word, subject: &[u8]) -> Result<Pattern<'static>, Exception> {
        match subject {
            [] => Ok(Pattern { needles: SmallVec::new(), starts: Bytes::default() }),
            _ => Pattern::new(word),
        }
    }

    /// The pattern that `word` is: a binary, a list of binaries, or a compiled one.
    ///
    /// # Errors
    /// `badarg` of anything else, of an empty list, and of an empty needle.
    pub(crate) fn new(word: Word) -> Result<Pattern<'static>, Exception> {
        // Compiled for one needle (`bm`), or for several.
        let (source, is_single) = match view::tuple_elements(word) {
            Some(&[kind, pattern]) if kind == Word::atom(named!("bm")) => (pattern, Some(true)),
            Some(&[kind, pattern]) if kind == Word::atom(named!("ac")) => (pattern, Some(false)),
            Some(_) => return badarg(),
            None => (word, None),
        };
        let mut needles: SmallVec<[Cow<'_, [u8]>; 16]> = SmallVec::new();
        if source.is_cons() {
            let mut rest = source;
            while let Some((needle, tail)) = view::cons(rest) {
                needles.push(bytes(needle)?);
                rest = tail;
            }
            if !rest.is_nil() {
                return badarg();
            }
        } else {
            needles.push(bytes(source)?);
        }
        if needles.iter().any(|needle| needle.is_empty())
            || is_single.is_some_and(|single| single != (needles.len() == 1))
        {
            return badarg();
        }
        needles.sort_by_key(|needle| std::cmp::Reverse(needle.len()));
        let mut starts = Bytes::default();
        for needle in &needles {
            starts.insert(needle[0]);
        }
        Ok(Pattern { needles, starts })
    }

    /// Whether it has one needle only.
    pub(crate) fn is_single(&self) -> bool {
        self.needles.len() == 1
    }

    /// Start and length of the first match within `start..end`.
    pub(crate) fn find(&self, subject: &[u8], start: usize, end: usize) -> Option<(usize, usize)> {
        let window = &subject[..end.min(subject.len())];
        if let [needle] = &self.needles[..] {
            return find_one(window, needle, start).map(|at| (at, needle.len()));
        }
        (start..window.len()).filter(|&at| self.starts.contains(window[at])).find_map(|at| {
            let needle = self.needles.iter().find(|needle| window[at..].starts_with(needle))?;
            Some((at, needle.len()))
        })
    }
}

/// Horspool's search (1980): sublinear on average, O(n m) at worst.
fn find_one(window: &[u8], needle: &[u8], start: usize) -> Option<usize> {
    if let &[byte] = needle {
        return window.get(start..)?.iter().position(|&other| other == byte).map(|at| start + at);
    }
    let last = needle.len() - 1;
    let mut skips = [needle.len(); 256];
    for (at, &byte) in needle[..last].iter().enumerate() {
        skips[usize::from(byte)] = last - at;
    }
    let mut at = start;
    while at + needle.len() <= window.len() {
        let end = window[at + last];
        if end == needle[last] && window[at..].starts_with(needle) {
            return Some(at);
        }
        at += skips[usize::from(end)];
    }
    None
}
