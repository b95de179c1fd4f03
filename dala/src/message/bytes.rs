//! Byte strings of the binary region.

use dala_ir::abi::Word;
use dala_ir::term::bits::share;
use dala_ir::term::writer::HEAP_BINARY_BYTES;
use dala_ir::term::{SharedBinary, TermWriter, view};

/// Immutable bytes: a binary in Erlang. Cloning shares them, and so does sending more than 64 of them to an Erlang
/// process, or getting them from one; fewer are copied.
#[derive(Clone)]
pub struct Bytes {
    buffer: SharedBinary,
    /// Where they begin in the buffer.
    start: usize,
    len: usize,
}

impl Bytes {
    /// The bytes.
    #[inline]
    pub fn as_slice(&self) -> &[u8] {
        self.buffer.slice(self.start, self.len)
    }

    /// The bytes of `owner`, which are not copied; it is dropped when nobody has them any more, no Erlang process either.
    ///
    /// ```
    /// let bytes = dala::Bytes::from_owner(vec![7; 1000]);
    /// assert_eq!(bytes[999], 7);
    /// ```
    pub fn from_owner(owner: impl AsRef<[u8]> + Send + 'static) -> Bytes {
        let buffer = SharedBinary::of_owner(owner);
        let len = buffer.used();
        Bytes { buffer, start: 0, len }
    }

    pub(super) fn write_shared(&self, writer: &mut dyn TermWriter) -> Word {
        if self.len > HEAP_BINARY_BYTES {
            writer.shared_bits(self.buffer.clone(), self.start * 8, self.len * 8)
        } else {
            writer.binary(self.as_slice())
        }
    }

    /// The bytes of a binary; `None` of any other term.
    pub(super) fn of_term(term: Word) -> Option<Bytes> {
        let bits = view::bits(term)?;
        if let (Some(bytes), Some((buffer, first_bit))) = (bits.as_bytes(), share(term))
            && bytes.len() > HEAP_BINARY_BYTES
        {
            return Some(Bytes { buffer, start: first_bit / 8, len: bytes.len() });
        }
        bits.to_bytes().map(|bytes| Bytes::from(&*bytes))
    }
}

impl From<&[u8]> for Bytes {
    /// A copy.
    fn from(bytes: &[u8]) -> Bytes {
        Bytes { buffer: SharedBinary::copy_of(bytes), start: 0, len: bytes.len() }
    }
}

impl<const N: usize> From<&[u8; N]> for Bytes {
    /// A copy.
    fn from(bytes: &[u8; N]) -> Bytes {
        Bytes::from(bytes.as_slice())
    }
}

impl From<Vec<u8>> for Bytes {
    /// A copy: see [`Bytes::from_owner`] for one without.
    fn from(bytes: Vec<u8>) -> Bytes {
        Bytes::from(bytes.as_slice())
    }
}

impl std::ops::Deref for Bytes {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        self.as_slice()
    }
}

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl Default for Bytes {
    fn default() -> Bytes {
        Bytes::from(&[])
    }
}

impl PartialEq for Bytes {
    fn eq(&self, other: &Bytes) -> bool {
        self.as_slice() == other.as_slice()
    }
}

impl Eq for Bytes {}

impl std::hash::Hash for Bytes {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.as_slice().hash(state);
    }
}

impl std::fmt::Debug for Bytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "b\"{}\"", self.as_slice().escape_ascii())
    }
}
