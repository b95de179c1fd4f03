//! Reading terms.
//!
//! [`Word::view`] shows any term as an enum; the free functions ([`cons`], [`tuple_elements`], [`header`]) ask for
//! one kind and cost one compare and one load, for the interpreter. All are safe, because making a pointer word is
//! what is unsafe. The lifetimes of returned slices are the caller's choice: **take none past a safepoint**.

#![expect(unsafe_code, reason = "reads the heap objects behind pointer words")]

use crate::abi::{Atom, ExportHead, FunHead, Header, Kind, Pid, Tag, Word};

/// A term, as seen from outside.
#[derive(Clone, Copy, Debug)]
pub enum TermView<'a> {
    /// Integer of at most 63 bits.
    Small(i64),
    /// Any other integer.
    Big(BigRef<'a>),
    /// Float; never NaN or infinite.
    Float(f64),
    /// Atom.
    Atom(Atom),
    /// Process of this node.
    Pid(Pid),
    /// Port of this node, by number.
    Port(u64),
    /// Reference of this node.
    Reference(ReferenceRef),
    /// Local fun.
    Fun(FunRef<'a>),
    /// `fun M:F/A`.
    ExportFun(ExportFunRef<'a>),
    /// Process of another node.
    ExternalPid(ExternalRef<'a>),
    /// Port of another node.
    ExternalPort(ExternalRef<'a>),
    /// Reference of another node.
    ExternalReference(ExternalRef<'a>),
    /// `[]`
    Nil,
    /// Cons cell: head and tail.
    Cons(Word, Word),
    /// Tuple: its elements.
    Tuple(&'a [Word]),
    /// Map.
    Map(MapRef<'a>),
    /// Bitstring.
    Bits(BitsRef<'a>),
    /// No term: a match context, an absent value.
    Hidden,
}

/// A big integer's parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BigRef<'a> {
    /// Whether it is below zero.
    pub negative: bool,
    /// Absolute value, least significant limb first; the last is not zero.
    pub limbs: &'a [u64],
}

/// A reference of this node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReferenceRef {
    /// Low 64 bits.
    pub low: u64,
    /// High 64 bits.
    pub high: u64,
    /// Address of the [`ResourceHead`](super::resource::ResourceHead) it owns a count of, if any.
    pub resource: Option<std::ptr::NonNull<super::resource::ResourceHead>>,
}

impl ReferenceRef {
    /// All 128 bits as one number, the order of references.
    #[inline]
    pub const fn number(self) -> u128 {
        (self.high as u128) << 64 | self.low as u128
    }
}

/// A local fun.
#[derive(Clone, Copy, Debug)]
pub struct FunRef<'a> {
    /// What the code behind it is.
    pub head: &'a FunHead,
    /// Values of the free variables.
    pub free: &'a [Word],
}

/// An external fun.
#[derive(Clone, Copy, Debug)]
pub struct ExportFunRef<'a> {
    /// What the code behind it is.
    pub head: &'a ExportHead,
}

/// A pid, port or reference of another node.
#[derive(Clone, Copy, Debug)]
pub struct ExternalRef<'a> {
    /// Its node.
    pub node: Atom,
    /// The incarnation of the node.
    pub creation: u32,
    numbers: &'a [Word],
}

impl<'a> ExternalRef<'a> {
    /// How many numbers it has: two for a pid (id, serial), one for a port, the 32-bit words of a reference.
    #[inline]
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether it has none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// Number `index`, or 0 behind the last.
    #[inline]
    pub fn number(&self, index: usize) -> u64 {
        self.numbers.get(index).and_then(|word| word.as_small()).unwrap_or(0) as u64
    }

    /// All numbers.
    pub fn numbers(self) -> impl DoubleEndedIterator<Item = u64> + ExactSizeIterator + 'a {
        self.numbers.iter().map(|word| word.as_small().unwrap_or(0) as u64)
    }
}

/// A map in one of its two forms. Lookup and update are in [`map`](super::map).
#[derive(Clone, Copy, Debug)]
pub enum MapRef<'a> {
    /// At most 32 keys, in term order with integers before floats.
    Flat {
        /// The tuple that holds the keys.
        keys_tuple: Word,
        /// The keys.
        keys: &'a [Word],
        /// Their values, in the same order.
        values: &'a [Word],
    },
    /// More than 32 keys.
    Trie {
        /// Number of keys.
        size: usize,
        /// Root node.
        root: Word,
    },
}

impl MapRef<'_> {
    /// Number of keys.
    #[inline]
    pub fn len(&self) -> usize {
        match self {
            MapRef::Flat { values, .. } => values.len(),
            MapRef::Trie { size, .. } => *size,
        }
    }

    /// Whether it has no key.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Bits of a bitstring: those bytes that hold any of them, and where the first bit stands.
#[derive(Clone, Copy, Debug)]
pub struct BitsRef<'a> {
    /// Bytes that the bits lie in, from the first bit's byte to the last bit's.
    pub bytes: &'a [u8],
    /// Position of the first bit in the first byte, 0 (most significant) to 7.
    pub bit_offset: u32,
    /// Number of bits.
    pub bit_len: usize,
}

impl<'a> BitsRef<'a> {
    /// Bits `bit_offset .. bit_offset + bit_len` of `bytes`.
    ///
    /// # Panics
    /// When they reach past the end of `bytes`.
    #[inline]
    #[track_caller]
    pub fn new(bytes: &'a [u8], bit_offset: usize, bit_len: usize) -> BitsRef<'a> {
        let first = bit_offset / 8;
        let last = (bit_offset + bit_len).div_ceil(8);
        if bit_len == 0 {
            return BitsRef { bytes: &[], bit_offset: 0, bit_len: 0 };
        }
        BitsRef { bytes: &bytes[first..last], bit_offset: (bit_offset % 8) as u32, bit_len }
    }

    /// All bits of `bytes`.
    #[inline]
    pub fn whole(bytes: &'a [u8]) -> BitsRef<'a> {
        BitsRef { bytes, bit_offset: 0, bit_len: bytes.len() * 8 }
    }

    /// Whether the number of bits divides by 8: `is_binary`.
    #[inline]
    pub fn is_binary(&self) -> bool {
        self.bit_len.is_multiple_of(8)
    }

    /// The bytes, if it is a binary that starts on a byte.
    #[inline]
    pub fn as_bytes(&self) -> Option<&'a [u8]> {
        (self.bit_offset == 0 && self.is_binary()).then_some(self.bytes)
    }

    /// The bytes of a binary, copied only when it does not start on a byte; `None` for another bitstring.
    pub fn to_bytes(self) -> Option<std::borrow::Cow<'a, [u8]>> {
        if !self.is_binary() {
            return None;
        }
        Some(match self.as_bytes() {
            Some(bytes) => bytes.into(),
            None => (0..self.bit_len / 8).map(|index| self.byte(index)).collect::<Vec<u8>>().into(),
        })
    }

    /// Eight bits from bit `8 * index`; missing bits behind the end are whatever follows there or zero.
    #[inline]
    pub fn byte(&self, index: usize) -> u8 {
        let high = self.bytes.get(index).copied().unwrap_or(0);
        if self.bit_offset == 0 {
            return high;
        }
        let low = self.bytes.get(index + 1).copied().unwrap_or(0);
        high << self.bit_offset | low >> (8 - self.bit_offset)
    }

    /// Bits `start .. start + len` of these.
    ///
    /// # Panics
    /// When they reach past the end.
    #[inline]
    #[track_caller]
    pub fn slice(&self, start: usize, len: usize) -> BitsRef<'a> {
        assert!(
            start.checked_add(len).is_some_and(|end| end <= self.bit_len),
            "slice past the end of a bitstring"
        );
        BitsRef::new(self.bytes, self.bit_offset as usize + start, len)
    }
}

impl Word {
    /// What the term is.
    #[inline]
    pub fn view<'a>(self) -> TermView<'a> {
        match self.tag() {
            Tag::Small => TermView::Small(self.to_bits() as i64 >> 1),
            Tag::Nil => TermView::Nil,
            Tag::Atom => self.as_atom().map_or(TermView::Hidden, TermView::Atom),
            Tag::Pid => self.as_pid().map_or(TermView::Hidden, TermView::Pid),
            Tag::Port => self.as_port().map_or(TermView::Hidden, TermView::Port),
            Tag::Cons => cons(self).map_or(TermView::Hidden, |(head, tail)| TermView::Cons(head, tail)),
            Tag::Boxed => {
                boxed(self).map_or(TermView::Hidden, |(header, payload)| view_boxed(header, payload))
            }
            Tag::None | Tag::Header => TermView::Hidden,
        }
    }
}

fn view_boxed<'a>(header: Header, payload: &'a [Word]) -> TermView<'a> {
    match header.kind() {
        Kind::Tuple => TermView::Tuple(payload),
        Kind::FlatMap | Kind::TrieMap => map_of(header, payload).map_or(TermView::Hidden, TermView::Map),
        Kind::Fun => TermView::Fun(fun_of(payload)),
        Kind::ExportFun => TermView::ExportFun(export_fun_of(payload)),
        Kind::SubBinary | Kind::HeapBinary | Kind::RefBinary => {
            bits_of(header, payload).map_or(TermView::Hidden, TermView::Bits)
        }
        Kind::ExternalPid => external_of(payload, 3).map_or(TermView::Hidden, TermView::ExternalPid),
        Kind::ExternalPort => external_of(payload, 2).map_or(TermView::Hidden, TermView::ExternalPort),
        Kind::ExternalReference => {
            external_of(payload, 1).map_or(TermView::Hidden, TermView::ExternalReference)
        }
        Kind::BigPositive | Kind::BigNegative => TermView::Big(big_of(header, payload)),
        Kind::Float => TermView::Float(f64::from_bits(payload[0].to_bits())),
        Kind::Reference | Kind::ResourceReference => TermView::Reference(reference_of(payload)),
        Kind::MatchContext | Kind::TrieNode | Kind::Filler => TermView::Hidden,
    }
}

/// Head and tail, if `word` is a cons cell.
#[inline]
pub fn cons(word: Word) -> Option<(Word, Word)> {
    if !word.is_cons() {
        return None;
    }
    let cell = word.pointer()?;
    // SAFETY: a cons word points to two initialised words (`Word::cons_at`).
    Some(unsafe { (*cell, *cell.add(1)) })
}

/// Head and tail in place, if `word` is a cons cell.
#[inline]
pub fn cell<'a>(word: Word) -> Option<&'a [Word; 2]> {
    if !word.is_cons() {
        return None;
    }
    let cell = word.pointer()?;
    // SAFETY: a cons word points to two initialised words (`Word::cons_at`).
    Some(unsafe { &*cell.cast::<[Word; 2]>() })
}

/// Header of the object that `word` points to, if it points to a boxed one.
#[inline]
pub fn header(word: Word) -> Option<Header> {
    if !word.is_boxed() {
        return None;
    }
    let object = word.pointer()?;
    // SAFETY: a boxed word points to a header (`Word::boxed_at`).
    unsafe { (*object).as_header() }
}

/// Kind of the object that `word` points to, if it points to a boxed one.
#[inline]
pub fn kind(word: Word) -> Option<Kind> {
    header(word).map(Header::kind)
}

/// Header and payload words of the object that `word` points to, if it points to a boxed one.
#[inline]
pub fn boxed<'a>(word: Word) -> Option<(Header, &'a [Word])> {
    if !word.is_boxed() {
        return None;
    }
    let object = word.pointer()?;
    // SAFETY: a boxed word points to a header and the words it counts (`Word::boxed_at`).
    unsafe {
        let header = (*object).as_header()?;
        Some((header, std::slice::from_raw_parts(object.add(1), header.words())))
    }
}

/// Payload of a boxed object of kind `kind`, if `word` is one.
#[inline]
pub fn payload<'a>(word: Word, kind: Kind) -> Option<&'a [Word]> {
    boxed(word).filter(|(header, _)| header.is(kind)).map(|(_, payload)| payload)
}

/// Elements, if `word` is a tuple.
#[inline]
pub fn tuple_elements<'a>(word: Word) -> Option<&'a [Word]> {
    payload(word, Kind::Tuple)
}

/// The float, if `word` is one.
#[inline]
pub fn float(word: Word) -> Option<f64> {
    payload(word, Kind::Float).map(|payload| f64::from_bits(payload[0].to_bits()))
}

/// The parts of a big integer, if `word` is one.
#[inline]
pub fn big<'a>(word: Word) -> Option<BigRef<'a>> {
    boxed(word)
        .filter(|(header, _)| header.is(Kind::BigPositive) || header.is(Kind::BigNegative))
        .map(|(header, payload)| big_of(header, payload))
}

/// Whether `word` is an integer of any size.
#[inline]
pub fn is_integer(word: Word) -> bool {
    word.is_small() || big(word).is_some()
}

/// The map, if `word` is one.
#[inline]
pub fn map<'a>(word: Word) -> Option<MapRef<'a>> {
    boxed(word).and_then(|(header, payload)| map_of(header, payload))
}

/// The bits, if `word` is a bitstring. Costs a few loads whatever its form.
#[inline]
pub fn bits<'a>(word: Word) -> Option<BitsRef<'a>> {
    boxed(word).and_then(|(header, payload)| bits_of(header, payload))
}

/// The bytes, if `word` is a binary that starts on a byte boundary, as nearly all do.
#[inline]
pub fn bytes<'a>(word: Word) -> Option<&'a [u8]> {
    bits(word)?.as_bytes()
}

/// The local fun, if `word` is one.
#[inline]
pub fn fun<'a>(word: Word) -> Option<FunRef<'a>> {
    payload(word, Kind::Fun).map(fun_of)
}

/// The external fun, if `word` is one.
#[inline]
pub fn export_fun<'a>(word: Word) -> Option<ExportFunRef<'a>> {
    payload(word, Kind::ExportFun).map(export_fun_of)
}

/// The reference, if `word` is one of this node.
#[inline]
pub fn reference(word: Word) -> Option<ReferenceRef> {
    boxed(word)
        .filter(|(header, _)| header.is(Kind::Reference) || header.is(Kind::ResourceReference))
        .map(|(_, payload)| reference_of(payload))
}

/// Address that payload words hold raw.
#[inline]
pub(crate) fn address_of<T>(word: Word) -> *const T {
    std::ptr::with_exposed_provenance(word.to_bits() as usize)
}

#[inline]
fn big_of<'a>(header: Header, payload: &'a [Word]) -> BigRef<'a> {
    // SAFETY: the payload of a big integer is limbs; `Word` is a transparent `u64`.
    let limbs = unsafe { std::slice::from_raw_parts(payload.as_ptr().cast::<u64>(), payload.len()) };
    BigRef { negative: header.is(Kind::BigNegative), limbs }
}

#[inline]
fn reference_of(payload: &[Word]) -> ReferenceRef {
    let resource = payload.get(2).and_then(|word| {
        std::ptr::NonNull::new(address_of::<super::resource::ResourceHead>(*word).cast_mut())
    });
    ReferenceRef { low: payload[0].to_bits(), high: payload[1].to_bits(), resource }
}

#[inline]
fn fun_of<'a>(payload: &'a [Word]) -> FunRef<'a> {
    // SAFETY: a fun's first payload word is the address of an entry that starts with a `FunHead` and outlives it.
    let head = unsafe { &*address_of::<FunHead>(payload[0]) };
    FunRef { head, free: &payload[2..] }
}

#[inline]
fn export_fun_of<'a>(payload: &'a [Word]) -> ExportFunRef<'a> {
    // SAFETY: as for a fun, with an `ExportHead`.
    ExportFunRef { head: unsafe { &*address_of::<ExportHead>(payload[0]) } }
}

#[inline]
fn map_of<'a>(header: Header, payload: &'a [Word]) -> Option<MapRef<'a>> {
    if header.is(Kind::FlatMap) {
        let keys_tuple = payload[0];
        Some(MapRef::Flat { keys_tuple, keys: tuple_elements(keys_tuple)?, values: &payload[1..] })
    } else if header.is(Kind::TrieMap) {
        Some(MapRef::Trie { size: payload[0].as_small()? as usize, root: payload[1] })
    } else {
        None
    }
}

#[inline]
fn bits_of<'a>(header: Header, payload: &'a [Word]) -> Option<BitsRef<'a>> {
    match header.kind() {
        Kind::HeapBinary => Some(heap_bits(payload)),
        Kind::RefBinary | Kind::SubBinary => match shared_part(header, payload) {
            Some(part) => Some(part.bits()),
            None => {
                let (_, whole) = boxed(payload[0])?;
                Some(heap_bits(whole).slice(payload[1].as_small()? as usize, payload[2].as_small()? as usize))
            }
        },
        _ => None,
    }
}

/// Bits of a shared binary.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SharedPart<'a> {
    /// The object that owns a count of it.
    pub(crate) owner: Option<Word>,
    pub(crate) address: *const u8,
    /// From the start of the buffer.
    pub(crate) bit_offset: usize,
    pub(crate) bit_len: usize,
    lifetime: std::marker::PhantomData<&'a [u8]>,
}

impl<'a> SharedPart<'a> {
    #[inline]
    fn bits(self) -> BitsRef<'a> {
        let SharedPart { address, bit_offset, bit_len, .. } = self;
        // SAFETY: an object owns a count of the shared binary, and its bits were written before it, or the part of it,
        // was made.
        let bytes = unsafe {
            let start = super::binary::bytes_of(address).add(bit_offset / 8);
            std::slice::from_raw_parts(start, (bit_offset % 8 + bit_len).div_ceil(8))
        };
        BitsRef { bytes, bit_offset: (bit_offset % 8) as u32, bit_len }
    }
}

/// The part of a shared binary that a slice of one is, or a part of such a slice.
#[inline]
pub(crate) fn shared_part<'a>(header: Header, payload: &'a [Word]) -> Option<SharedPart<'a>> {
    let (owner, owned, bit_offset, bit_len) = match header.kind() {
        Kind::RefBinary => (None, payload, payload[1].to_bits() as usize, payload[2].to_bits() as usize),
        Kind::SubBinary => {
            let (_, owned) = boxed(payload[0]).filter(|(header, _)| header.is(Kind::RefBinary))?;
            (Some(payload[0]), owned, payload[1].as_small()? as usize, payload[2].as_small()? as usize)
        }
        _ => return None,
    };
    let address = address_of(owned[0]);
    Some(SharedPart { owner, address, bit_offset, bit_len, lifetime: std::marker::PhantomData })
}

/// Bytes of the whole buffer that a bitstring is a part of.
pub fn buffer_bytes(word: Word) -> Option<usize> {
    let (header, payload) = boxed(word)?;
    match header.kind() {
        Kind::HeapBinary => Some(heap_bits(payload).bytes.len()),
        Kind::RefBinary | Kind::SubBinary => match shared_part(header, payload) {
            // SAFETY: an object owns a count of the shared binary.
            Some(part) => Some(unsafe { super::binary::used_of(part.address) }),
            None => boxed(payload[0]).map(|(_, whole)| heap_bits(whole).bytes.len()),
        },
        _ => None,
    }
}

#[inline]
fn heap_bits<'a>(payload: &'a [Word]) -> BitsRef<'a> {
    let bit_len = payload[0].to_bits() as usize;
    // SAFETY: the words behind the bit size hold the bytes, padded to words.
    let bytes =
        unsafe { std::slice::from_raw_parts(payload.as_ptr().add(1).cast::<u8>(), bit_len.div_ceil(8)) };
    BitsRef { bytes, bit_offset: 0, bit_len }
}

fn external_of<'a>(payload: &'a [Word], creation: usize) -> Option<ExternalRef<'a>> {
    let numbers = if creation == 1 { &payload[2..] } else { &payload[1..creation] };
    Some(ExternalRef {
        node: payload[0].as_atom()?,
        creation: payload[creation].as_small().unwrap_or(0) as u32,
        numbers,
    })
}

/// Elements of a list, and then what stood at its end.
#[derive(Clone, Copy, Debug)]
pub struct ListIter {
    rest: Word,
}

impl ListIter {
    /// The elements of `list`; of a word that is no list, none.
    #[inline]
    pub fn new(list: Word) -> ListIter {
        ListIter { rest: list }
    }

    /// What is left: at the end, nil for a proper list, and the tail of an improper one.
    #[inline]
    pub fn rest(&self) -> Word {
        self.rest
    }

    /// Whether all elements were taken and the list was proper.
    #[inline]
    pub fn ended_proper(&self) -> bool {
        self.rest.is_nil()
    }
}

impl Iterator for ListIter {
    type Item = Word;

    #[inline]
    fn next(&mut self) -> Option<Word> {
        let (head, tail) = cons(self.rest)?;
        self.rest = tail;
        Some(head)
    }
}

/// Number of elements of a proper list, or `None` of anything else. O(length).
pub fn list_len(list: Word) -> Option<usize> {
    let mut iter = ListIter::new(list);
    let len = iter.by_ref().count();
    iter.ended_proper().then_some(len)
}

/// Elements of a proper list, or `None` of anything else.
pub fn list_to_vec(list: Word) -> Option<Vec<Word>> {
    let mut iter = ListIter::new(list);
    let items = iter.by_ref().collect();
    iter.ended_proper().then_some(items)
}
