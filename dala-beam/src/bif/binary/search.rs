//! Patterns of `binary:match/3` and its kin.

use std::borrow::Cow;

use smallvec::SmallVec;

use dala_ir::abi::Word;
use dala_ir::interp::Exception;
use dala_ir::term::{resource, view};

use crate::bif::arguments::{badarg, bytes, named};

/// One or more non-empty byte strings to look for. Made of binaries for a call without an allocation, if they are few.
#[derive(Debug)]
pub(super) struct Pattern<'a> {
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

/// What is looked for.
#[expect(clippy::large_enum_variant, reason = "it lives on the stack, for one call")]
#[derive(Debug)]
pub(super) enum Wanted<'a> {
    /// Made for this call.
    Given(Pattern<'a>),
    /// `binary:compile_pattern/1` has made it.
    Compiled(&'a Pattern<'static>),
}

impl<'a> Wanted<'a> {
    /// The pattern that `word` is: a binary, a list of binaries, or a compiled one. It is to be looked for in `subject`: in
    /// nothing anything is looked for, as in OTP.
    ///
    /// # Errors
    /// `badarg` of anything else, of an empty list, and of an empty needle.
    pub(super) fn within(word: Word, subject: &[u8]) -> Result<Wanted<'a>, Exception> {
        if subject.is_empty() {
            return Ok(Wanted::Given(Pattern { needles: SmallVec::new(), starts: Bytes::default() }));
        }
        let Some(tuple) = view::tuple_elements(word) else { return Ok(Wanted::Given(Pattern::new(word)?)) };
        let &[kind, compiled] = tuple else { return badarg() };
        match resource::get::<Pattern<'static>>(compiled) {
            Some(compiled) if kind == compiled.kind() => Ok(Wanted::Compiled(compiled)),
            _ => badarg(),
        }
    }

    /// As [`Pattern::find`].
    pub(super) fn find(&self, subject: &[u8], start: usize, end: usize) -> Option<(usize, usize)> {
        match self {
            Wanted::Given(pattern) => pattern.find(subject, start, end),
            Wanted::Compiled(pattern) => pattern.find(subject, start, end),
        }
    }
}

impl<'a> Pattern<'a> {
    /// The pattern that a binary or a list of binaries is.
    fn new(word: Word) -> Result<Pattern<'a>, Exception> {
        let mut needles: SmallVec<[Cow<'_, [u8]>; 16]> = SmallVec::new();
        if word.is_cons() {
            let mut rest = word;
            while let Some((needle, tail)) = view::cons(rest) {
                needles.push(bytes(needle)?);
                rest = tail;
            }
            if !rest.is_nil() {
                return badarg();
            }
        } else {
            needles.push(bytes(word)?);
        }
        if needles.iter().any(|needle| needle.is_empty()) {
            return badarg();
        }
        needles.sort_by_key(|needle| std::cmp::Reverse(needle.len()));
        let mut starts = Bytes::default();
        for needle in &needles {
            starts.insert(needle[0]);
        }
        Ok(Pattern { needles, starts })
    }

    /// As [`new`](Pattern::new), to be kept; with the bytes of its needles.
    pub(super) fn compile(word: Word) -> Result<(Pattern<'static>, usize), Exception> {
        let Pattern { needles, starts } = Pattern::new(word)?;
        let bytes = needles.iter().map(|needle| needle.len()).sum();
        let needles = needles.into_iter().map(|needle| Cow::Owned(needle.into_owned())).collect();
        Ok((Pattern { needles, starts }, bytes))
    }

    /// What OTP's searches are named after: Boyer and Moore, Aho and Corasick.
    pub(super) fn kind(&self) -> Word {
        Word::atom(if self.needles.len() == 1 { named!("bm") } else { named!("ac") })
    }

    /// Start and length of the first match within `start..end`.
    fn find(&self, subject: &[u8], start: usize, end: usize) -> Option<(usize, usize)> {
        let window = &subject[..end.min(subject.len())];
        if let [needle] = &self.needles[..] {
            return find_one(window, needle, start).map(|at| (at, needle.len()));
        }
        (start..window.len()).filter(|&at| self.starts.contains(window[at])).find_map(|at| {
            let is_there = |needle: &&Cow<'_, [u8]>| {
                needle[0] == window[at] && window[at + 1..].starts_with(&needle[1..])
            };
            let needle = self.needles.iter().find(is_there)?;
            Some((at, needle.len()))
        })
    }
}

/// Where `needle` begins.
fn find_one(window: &[u8], needle: &[u8], start: usize) -> Option<usize> {
    let rest = window.get(start..)?;
    let found = match needle {
        &[byte] => memchr::memchr(byte, rest),
        _ => memchr::memmem::find(rest, needle),
    };
    found.map(|at| start + at)
}
