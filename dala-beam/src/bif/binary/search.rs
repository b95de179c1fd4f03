//! Patterns of `binary:match/3` and its kin.

use std::borrow::Cow;

use dala_ir::abi::Word;
use dala_ir::interp::Exception;
use dala_ir::term::view;

use crate::bif::arguments::{badarg, bytes, list, named};

/// One or more non-empty byte strings to look for.
#[derive(Debug)]
pub(crate) struct Pattern<'a> {
    /// Longest first, so that the first that matches at a place is the one that counts.
    needles: Vec<Cow<'a, [u8]>>,
    /// Bytes that a needle starts with.
    starts: Box<[bool; 256]>,
}

impl Pattern<'_> {
    /// As [`new`](Pattern::new), to be looked for in `subject`: in nothing anything is looked for, as in OTP.
    pub(crate) fn within(word: Word, subject: &[u8]) -> Result<Pattern<'static>, Exception> {
        match subject {
            [] => Ok(Pattern { needles: Vec::new(), starts: Box::new([false; 256]) }),
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
        let mut needles = if source.is_cons() {
            list(source)?.into_iter().map(bytes).collect::<Result<Vec<_>, _>>()?
        } else {
            vec![bytes(source)?]
        };
        if needles.iter().any(|needle| needle.is_empty())
            || is_single.is_some_and(|single| single != (needles.len() == 1))
        {
            return badarg();
        }
        needles.sort_by_key(|needle| std::cmp::Reverse(needle.len()));
        let mut starts = Box::new([false; 256]);
        for needle in &needles {
            starts[usize::from(needle[0])] = true;
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
        (start..window.len()).filter(|&at| self.starts[usize::from(window[at])]).find_map(|at| {
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
