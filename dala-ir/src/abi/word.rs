//! The term word: eight bytes that hold an immediate or point to a heap object.
//!
//! | low 3 bits | meaning |
//! |---|---|
//! | `xx0` | small integer, 63 bits, `value << 1` |
//! | `001` | cons cell (the pointer's target is `[head, tail]`) |
//! | `011` | boxed object (the target starts with a [`Header`]) |
//! | `101` | another immediate; the next 3 bits say which, the upper 58 are its payload |
//! | `111` | header: never a value, only the first word of a boxed object, or a collector's forwarding mark |
//!
//! # Validity
//! A pointer word is *valid* while the heap object behind it lives: until its actor's next safepoint (see
//! `interp`), or for as long as the message, owned term or literal that holds it. A safepoint moves what the
//! registered roots reach and frees the rest, so **a word kept across one without being a root is dangling**.
//! Functions that read words are safe to call because making a pointer word is `unsafe`: whoever calls
//! [`Word::cons_at`] or [`Word::boxed_at`] promises validity for all later reads.

#![expect(unsafe_code, reason = "making a pointer word is a promise about memory")]

use super::{Atom, Header, Pid};

/// Largest small integer.
pub const SMALL_MAX: i64 = i64::MAX >> 1;
/// Smallest small integer.
pub const SMALL_MIN: i64 = i64::MIN >> 1;

const TAG_CONS: u64 = 0b001;
const TAG_BOXED: u64 = 0b011;
/// Low bits of a header word; see [`Header`].
pub(crate) const TAG_HEADER: u64 = 0b111;
const TAG_MASK: u64 = 0b111;

const SUB_MASK: u64 = 0b111_111;
const SUB_NIL: u64 = 0b000_101;
const SUB_ATOM: u64 = 0b001_101;
const SUB_PID: u64 = 0b010_101;
const SUB_PORT: u64 = 0b011_101;
const SUB_NONE: u64 = 0b100_101;
const SUB_SHIFT: u32 = 6;

/// A term word. Equality and hash are those of the bits; term equality is `term::compare`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Word(u64);

/// What the low bits of a word say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// Small integer.
    Small,
    /// Cons cell.
    Cons,
    /// Boxed object; its [`Header`] says which.
    Boxed,
    /// The empty list.
    Nil,
    /// Atom.
    Atom,
    /// Process of this node.
    Pid,
    /// Port of this node.
    Port,
    /// Not a term: marks an absent value.
    None,
    /// Not a term: header of a boxed object.
    Header,
}

impl Word {
    /// The empty list.
    pub const NIL: Word = Word(SUB_NIL);
    /// No term at all: what an empty slot holds. No program can see it.
    pub const NONE: Word = Word(SUB_NONE);

    /// The small integer `value`, or `None` when it needs more than 63 bits.
    #[inline]
    pub const fn small(value: i64) -> Option<Word> {
        if value >= SMALL_MIN && value <= SMALL_MAX { Some(Word((value << 1) as u64)) } else { None }
    }

    /// The small integer `value`.
    ///
    /// # Panics
    /// When it needs more than 63 bits.
    #[inline]
    #[track_caller]
    pub const fn small_int(value: i64) -> Word {
        match Word::small(value) {
            Some(word) => word,
            None => panic!("integer does not fit a small"),
        }
    }

    /// The atom `atom`.
    #[inline]
    pub const fn atom(atom: Atom) -> Word {
        Word((atom.index() as u64) << SUB_SHIFT | SUB_ATOM)
    }

    /// The local pid `pid`.
    #[inline]
    pub const fn pid(pid: Pid) -> Word {
        Word(pid.to_bits() << SUB_SHIFT | SUB_PID)
    }

    /// The local port with number `id` (58 bits).
    #[inline]
    pub const fn port(id: u64) -> Word {
        Word(id << SUB_SHIFT | SUB_PORT)
    }

    /// The cons cell at `cell`.
    ///
    /// # Safety
    /// `cell` points to two initialised words, aligned to 8, that stay valid as the module docs say.
    #[inline]
    pub unsafe fn cons_at(cell: *const Word) -> Word {
        Word(cell as u64 | TAG_CONS)
    }

    /// The boxed object at `object`.
    ///
    /// # Safety
    /// `object` points to a header and the words it counts, aligned to 8, that stay valid as the module docs say.
    #[inline]
    pub unsafe fn boxed_at(object: *const Word) -> Word {
        Word(object as u64 | TAG_BOXED)
    }

    /// The raw bits.
    #[inline]
    pub const fn to_bits(self) -> u64 {
        self.0
    }

    /// The word with these bits.
    ///
    /// # Safety
    /// The bits come from [`Word::to_bits`] of a word that is still valid, or are those of an immediate.
    #[inline]
    pub const unsafe fn from_bits(bits: u64) -> Word {
        Word(bits)
    }

    /// What the word is.
    #[inline]
    pub const fn tag(self) -> Tag {
        if self.0 & 1 == 0 {
            return Tag::Small;
        }
        match self.0 & TAG_MASK {
            TAG_CONS => Tag::Cons,
            TAG_BOXED => Tag::Boxed,
            TAG_HEADER => Tag::Header,
            _ => match self.0 & SUB_MASK {
                SUB_NIL => Tag::Nil,
                SUB_ATOM => Tag::Atom,
                SUB_PID => Tag::Pid,
                SUB_PORT => Tag::Port,
                _ => Tag::None,
            },
        }
    }

    /// Whether it is a small integer.
    #[inline]
    pub const fn is_small(self) -> bool {
        self.0 & 1 == 0
    }

    /// Whether both words are small integers.
    #[inline]
    pub const fn both_small(self, other: Word) -> bool {
        (self.0 | other.0) & 1 == 0
    }

    /// Whether it is a cons cell.
    #[inline]
    pub const fn is_cons(self) -> bool {
        self.0 & TAG_MASK == TAG_CONS
    }

    /// Whether it is the empty list.
    #[inline]
    pub const fn is_nil(self) -> bool {
        self.0 == SUB_NIL
    }

    /// Whether it is [`Word::NONE`].
    #[inline]
    pub const fn is_none(self) -> bool {
        self.0 == SUB_NONE
    }

    /// Whether it points to a boxed object.
    #[inline]
    pub const fn is_boxed(self) -> bool {
        self.0 & TAG_MASK == TAG_BOXED
    }

    /// Whether it points into a heap at all.
    #[inline]
    pub const fn is_pointer(self) -> bool {
        // 001 and 011: bit 0 set, bit 2 clear.
        self.0 & 0b101 == 0b001
    }

    /// Whether it is an atom.
    #[inline]
    pub const fn is_atom(self) -> bool {
        self.0 & SUB_MASK == SUB_ATOM
    }

    /// Whether it is a local pid.
    #[inline]
    pub const fn is_local_pid(self) -> bool {
        self.0 & SUB_MASK == SUB_PID
    }

    /// Whether it is a header word.
    #[inline]
    pub const fn is_header(self) -> bool {
        self.0 & TAG_MASK == TAG_HEADER
    }

    /// The small integer's value, if it is one.
    #[inline]
    pub const fn as_small(self) -> Option<i64> {
        if self.is_small() { Some(self.0 as i64 >> 1) } else { None }
    }

    /// The atom, if it is one.
    #[inline]
    pub const fn as_atom(self) -> Option<Atom> {
        if self.is_atom() { Some(Atom::from_index((self.0 >> SUB_SHIFT) as u32)) } else { None }
    }

    /// The local pid, if it is one.
    #[inline]
    pub const fn as_pid(self) -> Option<Pid> {
        if self.is_local_pid() { Some(Pid::from_bits(self.0 >> SUB_SHIFT)) } else { None }
    }

    /// The local port's number, if it is one.
    #[inline]
    pub const fn as_port(self) -> Option<u64> {
        if self.0 & SUB_MASK == SUB_PORT { Some(self.0 >> SUB_SHIFT) } else { None }
    }

    /// Address of the heap object, if the word points to one.
    #[inline]
    pub const fn pointer(self) -> Option<*mut Word> {
        if self.is_pointer() { Some((self.0 & !TAG_MASK) as *mut Word) } else { None }
    }

    /// The header, if the word is one.
    #[inline]
    pub const fn as_header(self) -> Option<Header> {
        if self.is_header() { Some(Header::from_bits(self.0)) } else { None }
    }

    /// The header `header` as a word, to be stored as the first word of an object.
    #[inline]
    pub const fn header(header: Header) -> Word {
        Word(header.to_bits())
    }
}

impl std::fmt::Debug for Word {
    /// Shows immediates; heap objects by kind alone, since their validity is not known here.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.tag() {
            Tag::Small => write!(f, "{}", self.0 as i64 >> 1),
            Tag::Atom => write!(f, "{:?}", Atom::from_index((self.0 >> SUB_SHIFT) as u32)),
            Tag::Nil => f.write_str("[]"),
            Tag::Pid => write!(f, "{:?}", Pid::from_bits(self.0 >> SUB_SHIFT)),
            tag => write!(f, "{tag:?}({:#x})", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smalls_round_trip_up_to_63_bits() {
        for value in [0, 1, -1, SMALL_MAX, SMALL_MIN] {
            assert_eq!(Word::small(value).and_then(Word::as_small), Some(value));
        }
        assert_eq!(Word::small(SMALL_MAX + 1), None);
        assert_eq!(Word::small(SMALL_MIN - 1), None);
    }

    #[test]
    fn immediates_are_not_pointers() {
        for word in
            [Word::NIL, Word::NONE, Word::small_int(-5), Word::atom(Atom::from_index(7)), Word::port(3)]
        {
            assert!(!word.is_pointer(), "{word:?}");
            assert!(word.pointer().is_none());
        }
    }

    #[test]
    fn tags_tell_immediates_apart() {
        assert_eq!(Word::NIL.tag(), Tag::Nil);
        assert_eq!(Word::atom(Atom::from_index(0)).tag(), Tag::Atom);
        assert_eq!(Word::pid(Pid::from_parts(1, 2)).tag(), Tag::Pid);
        assert_eq!(Word::port(9).as_port(), Some(9));
        assert_eq!(Word::NONE.tag(), Tag::None);
    }
}
