//! Why bytes are not what they should be, and where.

/// Bytes that could not be decoded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("byte {offset}: {kind}")]
pub struct DecodeError {
    /// Position in the chunk's data.
    pub offset: usize,
    /// What is wrong there.
    pub kind: DecodeErrorKind,
}

/// What is wrong with some bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// The data ends too early.
    #[error("{wanted} more bytes expected, {left} left")]
    Truncated {
        /// Bytes that should follow.
        wanted: usize,
        /// Bytes that do.
        left: usize,
    },
    /// A number is outside what is allowed.
    #[error("{what} is {value}, at most {limit} allowed")]
    TooLarge {
        /// What the number counts.
        what: &'static str,
        /// The number.
        value: u64,
        /// Largest one accepted.
        limit: u64,
    },
    /// A number has more bits than any use of it allows.
    #[error("{what} has {bytes} bytes")]
    TooWide {
        /// What the number is.
        what: &'static str,
        /// How many bytes it has.
        bytes: usize,
    },
    /// An operand of another kind was expected.
    #[error("{expected} expected, {found} found")]
    Operand {
        /// Kind that the instruction takes here.
        expected: &'static str,
        /// Kind that stands there.
        found: &'static str,
    },
    /// The first byte of a compact term starts none.
    #[error("{0:#04x} starts no operand")]
    Tag(u8),
    /// An index into a table that is shorter.
    #[error("{what} {index} of {count}")]
    Index {
        /// The table.
        what: &'static str,
        /// The index.
        index: u64,
        /// How many entries there are.
        count: usize,
    },
    /// A number that names no instruction of any release known here.
    #[error("unknown opcode {0}")]
    UnknownOpcode(u8),
    /// An instruction that no supported release emits.
    #[error("opcode {number} ({name}) is obsolete: compile the module with OTP 24 or later")]
    ObsoleteOpcode {
        /// Its number.
        number: u8,
        /// Its name.
        name: &'static str,
    },
    /// A list operand has a length that the instruction does not allow.
    #[error("operand list of {length} is not in groups of {group}")]
    ListLength {
        /// Terms in the list.
        length: usize,
        /// How many make one entry.
        group: usize,
    },
    /// A word that stands for no segment type, command or the like.
    #[error("{text} is no {what}")]
    Word {
        /// What was expected.
        what: &'static str,
        /// The word found.
        text: String,
    },
    /// Text that is not UTF-8.
    #[error("text is not UTF-8")]
    Utf8,
    /// An atom that cannot be made.
    #[error("{0}")]
    Atom(String),
    /// A literal that is no term.
    #[error("{0}")]
    Literal(String),
    /// Data goes on after its end.
    #[error("{0} bytes too many")]
    Trailing(usize),
    /// A version that is not known.
    #[error("version {0} is not known")]
    Version(u32),
    /// Anything else.
    #[error("{0}")]
    Other(&'static str),
}

impl DecodeErrorKind {
    /// The error at byte `offset`.
    pub(crate) fn at(self, offset: usize) -> DecodeError {
        DecodeError { offset, kind: self }
    }
}
