//! Headers of boxed heap objects, and what follows each.

use super::word::TAG_HEADER;

const KIND_SHIFT: u32 = 3;
const KIND_MASK: u64 = 0x1f;
const SIZE_SHIFT: u32 = 8;
/// Set in the kinds whose payload holds no terms; a scanner skips those.
const RAW: u8 = 0x10;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $number:expr,)*) => {
        /// What a boxed object is. The payload words behind the header are given in order.
        ///
        /// In scanned kinds every payload word is a term word; plain numbers are stored as small integers and
        /// addresses (aligned to 2 at least) as themselves, which scan as small integers.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Kind { $($(#[$doc])* $name = $number,)* }

        impl Kind {
            const fn from_number(number: u8) -> Option<Kind> {
                match number {
                    $(n if n == Kind::$name as u8 => Some(Kind::$name),)*
                    _ => None,
                }
            }
            /// All kinds.
            pub const ALL: &'static [Kind] = &[$(Kind::$name),*];
        }
    };
}

kinds! {
    /// `[element; n]`.
    Tuple = 0,
    /// Map of at most 32 keys: `[keys tuple, value; n]`, keys in term order (integers before floats).
    FlatMap = 1,
    /// Map of more than 32 keys: `[size, root node]`.
    TrieMap = 2,
    /// Inner node of a trie map: `[bitmap (small), child; popcount]`; a child is a node or a leaf (cons of key
    /// and value). A bitmap of 0 marks a node of leaves whose keys have one hash.
    TrieNode = 3,
    /// Local fun: `[fun entry address, number of free variables (small), free variable; n]`.
    Fun = 4,
    /// `fun M:F/A`: `[export entry address]`.
    ExportFun = 5,
    /// Part of a heap binary, or of the buffer of a shared one, from whose start it counts:
    /// `[whole (HeapBinary or RefBinary word), bit offset (small), bit size (small)]`.
    SubBinary = 6,
    /// Match context, not a term that programs see: `[bitstring, bit position (small), bit end (small)]`.
    MatchContext = 7,
    /// Pid of another node: `[node atom, id (small), serial (small), creation (small)]`.
    ExternalPid = 8,
    /// Port of another node: `[node atom, id (small), creation (small)]`.
    ExternalPort = 9,
    /// Reference of another node: `[node atom, creation (small), number (small); n]`.
    ExternalReference = 10,
    /// Non-negative big integer: `[limb; n]`, least significant first, the last not zero.
    BigPositive = RAW,
    /// Negative big integer: the limbs of its absolute value.
    BigNegative = RAW + 1,
    /// `[f64 bits]`.
    Float = RAW + 2,
    /// Bitstring of at most 64 bytes: `[bit size, byte; n padded to words]`; bits after the end are zero.
    HeapBinary = RAW + 3,
    /// Slice of a shared binary: `[address of the shared binary, bit offset, bit size]`; owns one count of it.
    RefBinary = RAW + 4,
    /// Reference made by this node: `[low 64 bits, high 64 bits]`; process-local aliases carry the pid in the
    /// high word.
    Reference = RAW + 5,
    /// Reference that owns a native resource (table, counter array): `[low, high, resource address]`; owns
    /// one count of it.
    ResourceReference = RAW + 6,
    /// Words of no meaning: what is left where an object shrank.
    Filler = RAW + 7,
}

impl Kind {
    /// Whether the payload holds no term words.
    #[inline]
    pub const fn is_raw(self) -> bool {
        self as u8 & RAW != 0
    }
}

/// First word of a boxed object: its kind and the number of payload words behind it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(transparent)]
pub struct Header(u64);

impl Header {
    /// Largest number of payload words.
    pub const MAX_WORDS: usize = (1 << (64 - SIZE_SHIFT)) - 1;

    /// Header of an object of `words` payload words.
    #[inline]
    pub const fn new(kind: Kind, words: usize) -> Header {
        debug_assert!(words <= Header::MAX_WORDS);
        Header((words as u64) << SIZE_SHIFT | (kind as u64) << KIND_SHIFT | TAG_HEADER)
    }

    /// The kind of the object.
    ///
    /// # Panics
    /// When the bits are those of no kind: memory is corrupt.
    #[inline]
    pub const fn kind(self) -> Kind {
        match Kind::from_number((self.0 >> KIND_SHIFT & KIND_MASK) as u8) {
            Some(kind) => kind,
            None => panic!("heap object of no kind"),
        }
    }

    /// Number of payload words behind the header.
    #[inline]
    pub const fn words(self) -> usize {
        (self.0 >> SIZE_SHIFT) as usize
    }

    /// Whether it heads an object of kind `kind`.
    #[inline]
    pub const fn is(self, kind: Kind) -> bool {
        self.0 >> KIND_SHIFT & KIND_MASK == kind as u64
    }

    pub(crate) const fn to_bits(self) -> u64 {
        self.0
    }

    pub(crate) const fn from_bits(bits: u64) -> Header {
        Header(bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_keeps_kind_and_size() {
        for &kind in Kind::ALL {
            let header = Header::new(kind, 12345);
            assert_eq!((header.kind(), header.words()), (kind, 12345));
            assert!(header.is(kind));
        }
    }
}
