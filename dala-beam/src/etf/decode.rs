//! Bytes to terms.
//!
//! One loop reads tag after tag. Finished terms go on a value stack; a frame on the frame stack says how many more
//! values its compound term waits for, and what to build of them then. So nesting costs a frame, not native stack,
//! and nothing half-built is ever on the heap when an error ends the walk.

#![expect(unsafe_code, reason = "makes funs over entries that the code server owns")]

use std::io::Read;
use std::ptr::NonNull;

use dala_ir::abi::{Atom, ExportHead, FunHead, Pid, Word};
use dala_ir::term::TermWriter;
use dala_ir::term::big::MAX_LIMBS;
use dala_ir::term::view;

use super::{LocalNode, tags};

/// How to decode.
#[derive(Clone, Copy, Debug)]
pub struct DecodeOptions {
    /// Whether new atoms and funs of unknown code are errors (`binary_to_term(B, [safe])`).
    pub safe: bool,
    /// Pids, ports and references of this node become local ones.
    pub node: LocalNode,
    /// Most bytes that a compressed term may unfold to.
    pub max_uncompressed: usize,
}

impl Default for DecodeOptions {
    fn default() -> DecodeOptions {
        DecodeOptions { safe: false, node: LocalNode::default(), max_uncompressed: 1 << 30 }
    }
}

/// Who knows code by name, for funs.
///
/// # Safety
/// Entries given out live as long as any fun that names them, and start with the head they are given out as.
pub unsafe trait CodeLookup {
    /// The entry of `fun Module:Function/Arity`, loaded or not.
    fn export(&mut self, module: Atom, function: Atom, arity: u32) -> Option<NonNull<ExportHead>>;

    /// The entry of the fun that `identity` describes; its `function` is unknown (the empty atom).
    fn fun(&mut self, identity: &FunHead) -> Option<NonNull<FunHead>>;
}

/// Knows no code: funs do not decode.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoCode;

// SAFETY: gives out nothing.
unsafe impl CodeLookup for NoCode {
    fn export(&mut self, _module: Atom, _function: Atom, _arity: u32) -> Option<NonNull<ExportHead>> {
        None
    }

    fn fun(&mut self, _identity: &FunHead) -> Option<NonNull<FunHead>> {
        None
    }
}

/// A decoded term.
#[derive(Clone, Copy, Debug)]
pub struct Decoded {
    /// The term, on the writer's memory.
    pub term: Word,
    /// Bytes it took (`binary_to_term(B, [used])`).
    pub used: usize,
}

/// Why bytes are no term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("byte {offset} of the external term: {kind}")]
pub struct DecodeError {
    /// Where decoding stopped. Inside a compressed term, in its unfolded bytes.
    pub offset: usize,
    /// What is wrong there.
    pub kind: DecodeErrorKind,
}

/// What is wrong with the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// They do not start with 131.
    #[error("expected version byte 131, found {0}")]
    Version(u8),
    /// The input ends inside the term.
    #[error("unexpected end")]
    Truncated,
    /// A tag that does not exist, or not here.
    #[error("unexpected tag {0}")]
    Tag(u8),
    /// An atom that is too long or not UTF-8, or one too many.
    #[error("not an atom")]
    Atom,
    /// A new atom in safe mode.
    #[error("atom does not exist yet")]
    NewAtom,
    /// Float that is NaN, infinite or no number.
    #[error("not a float")]
    Float,
    /// Integer over the limit.
    #[error("integer too large")]
    Integer,
    /// Bit count of a bitstring's last byte is not 1 to 8, or is not 0 for an empty one.
    #[error("bad bit count {0}")]
    BitCount(u8),
    /// A key stands twice in a map.
    #[error("map key stands twice")]
    DuplicateKey,
    /// Fields of a pid, port, reference or fun are out of range.
    #[error("malformed identifier")]
    Identifier,
    /// The code of a fun is not known.
    #[error("unknown fun")]
    UnknownFun,
    /// The compressed part is damaged or of another size than stated.
    #[error("damaged compressed term")]
    Compressed,
    /// A local term of another runtime, or changed since.
    #[error("local term of another node")]
    Foreign,
    /// The stated size is over the limit.
    #[error("term too large")]
    TooLarge,
}

use DecodeErrorKind as Kind;

/// The term that `bytes` start with: a version byte and what follows.
///
/// # Errors
/// When they are no such thing; nothing of it is kept then, but atoms it named exist and memory it took on the
/// writer is garbage.
pub fn decode<W: TermWriter + ?Sized>(
    bytes: &[u8],
    writer: &mut W,
    code: &mut dyn CodeLookup,
    options: &DecodeOptions,
) -> Result<Decoded, DecodeError> {
    let error = |offset, kind| DecodeError { offset, kind };
    match bytes {
        [] => Err(error(0, Kind::Truncated)),
        [tags::VERSION, tags::COMPRESSED, rest @ ..] => {
            let (size, rest) = rest.split_first_chunk::<4>().ok_or(error(2, Kind::Truncated))?;
            let size = u32::from_be_bytes(*size) as usize;
            if size > options.max_uncompressed {
                return Err(error(2, Kind::TooLarge));
            }
            let mut decoder = flate2::read::ZlibDecoder::new(rest);
            let mut plain = Vec::new();
            // One byte more than stated shows a stream that is too long.
            decoder
                .by_ref()
                .take(size as u64 + 1)
                .read_to_end(&mut plain)
                .map_err(|_| error(6, Kind::Compressed))?;
            if plain.len() != size {
                return Err(error(6, Kind::Compressed));
            }
            let decoded = decode_term(&plain, writer, code, options)?;
            if decoded.used != size {
                return Err(error(6, Kind::Compressed));
            }
            Ok(Decoded { term: decoded.term, used: 6 + decoder.total_in() as usize })
        }
        [tags::VERSION, tags::LOCAL_EXT, rest @ ..] => {
            let (seal, rest) = rest.split_first_chunk::<8>().ok_or(error(2, Kind::Truncated))?;
            let decoded = decode_term(rest, writer, code, options)
                .map_err(|failure| error(failure.offset + 10, failure.kind))?;
            if super::local_seal(&rest[..decoded.used]) != *seal {
                return Err(error(2, Kind::Foreign));
            }
            Ok(Decoded { used: decoded.used + 10, ..decoded })
        }
        [tags::VERSION, rest @ ..] => decode_term(rest, writer, code, options)
            .map(|decoded| Decoded { used: decoded.used + 1, ..decoded })
            .map_err(|failure| error(failure.offset + 1, failure.kind)),
        [other, ..] => Err(error(0, Kind::Version(*other))),
    }
}

/// The term that `bytes` start with, without a version byte, as inside other formats.
///
/// # Errors
/// As [`decode`].
pub fn decode_term<W: TermWriter + ?Sized>(
    bytes: &[u8],
    writer: &mut W,
    code: &mut dyn CodeLookup,
    options: &DecodeOptions,
) -> Result<Decoded, DecodeError> {
    let mut decoder = Decoder { bytes, at: 0, writer, code, options, values: Vec::new(), frames: Vec::new() };
    match decoder.run() {
        Ok(term) => Ok(Decoded { term, used: decoder.at }),
        Err(kind) => Err(DecodeError { offset: decoder.at, kind }),
    }
}

/// A compound term that waits for `missing` more values, the first of which is value `start`.
struct Frame {
    missing: usize,
    start: usize,
    build: Build,
}

enum Build {
    Tuple,
    /// The last value is the tail.
    List,
    Map,
    Fun(NonNull<FunHead>),
}

struct Decoder<'a, W: TermWriter + ?Sized> {
    bytes: &'a [u8],
    at: usize,
    writer: &'a mut W,
    code: &'a mut dyn CodeLookup,
    options: &'a DecodeOptions,
    values: Vec<Word>,
    frames: Vec<Frame>,
}

impl<'a, W: TermWriter + ?Sized> Decoder<'a, W> {
    fn run(&mut self) -> Result<Word, Kind> {
        loop {
            let Some(mut value) = self.term()? else { continue };
            loop {
                let Some(frame) = self.frames.last_mut() else { return Ok(value) };
                self.values.push(value);
                frame.missing -= 1;
                if frame.missing > 0 {
                    break;
                }
                let (start, build) = (frame.start, std::mem::replace(&mut frame.build, Build::Tuple));
                self.frames.pop();
                value = self.build(start, &build)?;
                self.values.truncate(start);
            }
        }
    }

    fn build(&mut self, start: usize, build: &Build) -> Result<Word, Kind> {
        let values = &self.values[start..];
        Ok(match *build {
            Build::Tuple => self.writer.tuple(values),
            Build::List => match values.split_last() {
                Some((&tail, items)) => self.writer.list(items, tail),
                None => Word::NIL,
            },
            Build::Map => {
                let pairs: Vec<(Word, Word)> =
                    values.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
                let map = self.writer.map_from_pairs(&pairs);
                if view::map(map).is_none_or(|map| map.len() != pairs.len()) {
                    return Err(Kind::DuplicateKey);
                }
                map
            }
            // SAFETY: `CodeLookup` gives out entries that outlive their funs.
            Build::Fun(entry) => unsafe { self.writer.fun(entry, values) },
        })
    }

    /// Waits for `count` values, each of which takes a byte at least.
    fn open(&mut self, count: usize, build: Build) -> Result<Option<Word>, Kind> {
        if count > self.bytes.len() - self.at {
            return Err(Kind::Truncated);
        }
        let start = self.values.len();
        if count == 0 {
            return self.build(start, &build).map(Some);
        }
        self.frames.push(Frame { missing: count, start, build });
        Ok(None)
    }

    /// Reads one tag and what belongs to it: a finished term, or `None` when a frame was opened for it.
    fn term(&mut self) -> Result<Option<Word>, Kind> {
        let tag = self.u8()?;
        let term = match tag {
            tags::SMALL_INTEGER_EXT => Word::small_int(i64::from(self.u8()?)),
            tags::INTEGER_EXT => Word::small_int(i64::from(self.u32()? as i32)),
            tags::SMALL_BIG_EXT => {
                let len = usize::from(self.u8()?);
                self.big(len)?
            }
            tags::LARGE_BIG_EXT => {
                let len = self.len()?;
                self.big(len)?
            }
            tags::NEW_FLOAT_EXT => {
                let value = f64::from_bits(u64::from_be_bytes(self.array()?));
                self.float(value)?
            }
            tags::FLOAT_EXT => {
                let text = self.take(31)?;
                let end = text.iter().position(|&byte| byte == 0).unwrap_or(text.len());
                let text = std::str::from_utf8(&text[..end]).map_err(|_| Kind::Float)?;
                self.float(text.trim().parse().map_err(|_| Kind::Float)?)?
            }
            tags::ATOM_EXT | tags::SMALL_ATOM_EXT | tags::ATOM_UTF8_EXT | tags::SMALL_ATOM_UTF8_EXT => {
                Word::atom(self.atom_of(tag)?)
            }
            tags::NIL_EXT => Word::NIL,
            tags::STRING_EXT => {
                let len = usize::from(self.u16()?);
                let bytes = self.take(len)?;
                self.writer.byte_list(bytes, Word::NIL)
            }
            tags::LIST_EXT => {
                let count = self.len()?;
                return self.open(count.checked_add(1).ok_or(Kind::Truncated)?, Build::List);
            }
            tags::SMALL_TUPLE_EXT => {
                let arity = usize::from(self.u8()?);
                return self.open(arity, Build::Tuple);
            }
            tags::LARGE_TUPLE_EXT => {
                let arity = self.len()?;
                return self.open(arity, Build::Tuple);
            }
            tags::MAP_EXT => {
                let pairs = self.len()?;
                return self.open(pairs.checked_mul(2).ok_or(Kind::Truncated)?, Build::Map);
            }
            tags::BINARY_EXT => {
                let len = self.len()?;
                let bytes = self.take(len)?;
                self.writer.binary(bytes)
            }
            tags::BIT_BINARY_EXT => {
                let len = self.len()?;
                let last = self.u8()?;
                let bytes = self.take(len)?;
                let valid = if len == 0 { last == 0 } else { (1..=8).contains(&last) };
                if !valid {
                    return Err(Kind::BitCount(last));
                }
                let bit_len = if len == 0 { 0 } else { len * 8 - 8 + usize::from(last) };
                self.writer.bitstring(view::BitsRef::new(bytes, 0, bit_len))
            }
            tags::PID_EXT | tags::NEW_PID_EXT => self.pid_of(tag)?,
            tags::PORT_EXT | tags::NEW_PORT_EXT | tags::V4_PORT_EXT => self.port_of(tag)?,
            tags::REFERENCE_EXT => {
                let node = self.atom()?;
                let number = self.u32()?;
                let creation = self.small_creation()?;
                self.reference(node, creation, &[number])
            }
            tags::NEW_REFERENCE_EXT | tags::NEWER_REFERENCE_EXT => {
                let count = usize::from(self.u16()?);
                let node = self.atom()?;
                let creation =
                    if tag == tags::NEW_REFERENCE_EXT { self.small_creation()? } else { self.u32()? };
                if count == 0 || count > 5 {
                    return Err(Kind::Identifier);
                }
                let mut numbers = [0; 5];
                for number in &mut numbers[..count] {
                    *number = self.u32()?;
                }
                self.reference(node, creation, &numbers[..count])
            }
            tags::EXPORT_EXT => {
                let module = self.atom()?;
                let function = self.atom()?;
                let arity = match self.u8()? {
                    tags::SMALL_INTEGER_EXT => u32::from(self.u8()?),
                    other => return Err(Kind::Tag(other)),
                };
                let entry = self.code.export(module, function, arity).ok_or(Kind::UnknownFun)?;
                // SAFETY: `CodeLookup` gives out entries that outlive their funs.
                unsafe { self.writer.export_fun(entry) }
            }
            tags::NEW_FUN_EXT => return self.new_fun(),
            other => return Err(Kind::Tag(other)),
        };
        Ok(Some(term))
    }

    fn new_fun(&mut self) -> Result<Option<Word>, Kind> {
        let _size = self.u32()?;
        let arity = u32::from(self.u8()?);
        let uniq = self.array()?;
        let index = self.u32()?;
        let free = self.u32()?;
        let module = self.atom()?;
        let _old_index = self.plain_integer()?;
        let old_uniq = self.plain_integer()? as u32;
        let tag = self.u8()?;
        let _creator = self.pid_of(tag)?;
        let function = dala_ir::abi::atoms::EMPTY;
        let identity = FunHead { module, function, arity, index, free, old_uniq, uniq };
        let entry = self.code.fun(&identity).ok_or(Kind::UnknownFun)?;
        self.open(free as usize, Build::Fun(entry))
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], Kind> {
        let taken = self.bytes[self.at..].get(..count).ok_or(Kind::Truncated)?;
        self.at += count;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Kind> {
        let taken = *self.bytes[self.at..].first_chunk().ok_or(Kind::Truncated)?;
        self.at += N;
        Ok(taken)
    }

    fn u8(&mut self) -> Result<u8, Kind> {
        self.array().map(|[byte]| byte)
    }

    fn u16(&mut self) -> Result<u16, Kind> {
        self.array().map(u16::from_be_bytes)
    }

    fn u32(&mut self) -> Result<u32, Kind> {
        self.array().map(u32::from_be_bytes)
    }

    /// A length of four bytes.
    fn len(&mut self) -> Result<usize, Kind> {
        self.u32().map(|len| len as usize)
    }

    fn plain_integer(&mut self) -> Result<i64, Kind> {
        match self.u8()? {
            tags::SMALL_INTEGER_EXT => self.u8().map(i64::from),
            tags::INTEGER_EXT => self.u32().map(|value| i64::from(value as i32)),
            // Old uniqs are 27 bits, but written by other nodes.
            tags::SMALL_BIG_EXT => {
                let len = usize::from(self.u8()?);
                let word = self.big(len)?;
                word.as_small().ok_or(Kind::Identifier)
            }
            other => Err(Kind::Tag(other)),
        }
    }

    fn big(&mut self, len: usize) -> Result<Word, Kind> {
        let negative = self.u8()? != 0;
        let bytes = self.take(len)?;
        if len > 8 * MAX_LIMBS {
            return Err(Kind::Integer);
        }
        let limbs: Vec<u64> = bytes
            .chunks(8)
            .map(|chunk| {
                let mut limb = [0; 8];
                limb[..chunk.len()].copy_from_slice(chunk);
                u64::from_le_bytes(limb)
            })
            .collect();
        Ok(self.writer.big(negative, &limbs))
    }

    fn float(&mut self, value: f64) -> Result<Word, Kind> {
        if !value.is_finite() {
            return Err(Kind::Float);
        }
        Ok(self.writer.float(value))
    }

    fn atom(&mut self) -> Result<Atom, Kind> {
        let tag = self.u8()?;
        self.atom_of(tag)
    }

    fn atom_of(&mut self, tag: u8) -> Result<Atom, Kind> {
        let len = match tag {
            tags::ATOM_EXT | tags::ATOM_UTF8_EXT => usize::from(self.u16()?),
            tags::SMALL_ATOM_EXT | tags::SMALL_ATOM_UTF8_EXT => usize::from(self.u8()?),
            other => return Err(Kind::Tag(other)),
        };
        let bytes = self.take(len)?;
        let latin1;
        let text = match std::str::from_utf8(bytes) {
            Ok(text) if matches!(tag, tags::ATOM_UTF8_EXT | tags::SMALL_ATOM_UTF8_EXT) || text.is_ascii() => {
                text
            }
            _ if matches!(tag, tags::ATOM_EXT | tags::SMALL_ATOM_EXT) => {
                latin1 = bytes.iter().map(|&byte| char::from(byte)).collect::<String>();
                &latin1
            }
            _ => return Err(Kind::Atom),
        };
        if self.options.safe {
            return Atom::existing(text).ok_or(Kind::NewAtom);
        }
        Atom::try_new(text).map_err(|_| Kind::Atom)
    }

    fn is_local(&self, node: Atom, creation: u32) -> bool {
        node == self.options.node.name && (creation == self.options.node.creation || creation == 0)
    }

    /// A creation as the old tags have it: two bits of a byte.
    fn small_creation(&mut self) -> Result<u32, Kind> {
        match self.u8()? {
            creation @ 0..4 => Ok(creation.into()),
            _ => Err(Kind::Identifier),
        }
    }

    fn pid_of(&mut self, tag: u8) -> Result<Word, Kind> {
        if !matches!(tag, tags::PID_EXT | tags::NEW_PID_EXT) {
            return Err(Kind::Tag(tag));
        }
        let node = self.atom()?;
        let (id, serial) = (self.u32()?, self.u32()?);
        let creation = if tag == tags::PID_EXT { self.small_creation()? } else { self.u32()? };
        let in_range =
            id < 1 << dala_ir::abi::pid::SLOT_BITS && serial < 1 << dala_ir::abi::pid::GENERATION_BITS;
        if !self.is_local(node, creation) {
            return Ok(self.writer.external_pid(node, id, serial, creation));
        }
        if in_range { Ok(Word::pid(Pid::from_parts(id, serial))) } else { Err(Kind::Identifier) }
    }

    fn port_of(&mut self, tag: u8) -> Result<Word, Kind> {
        let node = self.atom()?;
        let id =
            if tag == tags::V4_PORT_EXT { u64::from_be_bytes(self.array()?) } else { u64::from(self.u32()?) };
        let creation = if tag == tags::PORT_EXT { self.small_creation()? } else { self.u32()? };
        if !self.is_local(node, creation) {
            return Ok(self.writer.external_port(node, id, creation));
        }
        if id < 1 << 58 { Ok(Word::port(id)) } else { Err(Kind::Identifier) }
    }

    fn reference(&mut self, node: Atom, creation: u32, numbers: &[u32]) -> Word {
        let number = |index: usize| numbers.get(index).map_or(0, |&number| u64::from(number));
        if self.is_local(node, creation) && number(4) == 0 {
            return self.writer.reference(number(1) << 32 | number(0), number(3) << 32 | number(2));
        }
        self.writer.external_reference(node, creation, numbers)
    }
}
