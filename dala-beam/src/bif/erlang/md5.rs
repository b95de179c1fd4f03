//! MD5 and checksums: `md5/1`, `md5_init/0`.., `crc32`, `adler32`.

use dala_ir::abi::Word;
use dala_ir::interp::Exception;
use dala_ir::term::TermWriter;
use md5::digest::common::hazmat::{SerializableState as _, SerializedState};
use md5::{Digest, Md5};

use crate::bif::arguments::{badarg, bytes};
use crate::bif::{Answer, iodata};
use crate::process::Process;

/// `md5(IoData)`.
pub(crate) fn md5(p: &mut Process, [data]: [Word; 1]) -> Answer {
    let bytes = iodata::to_bytes(data)?;
    p.charge(bytes.len() / 64);
    Ok(p.heap.binary(&Md5::digest(&bytes)))
}

/// `md5_init()`: the context is the digest's inner state, of 88 bytes as OTP's, in an order of its own.
pub(crate) fn md5_init(p: &mut Process, []: [Word; 0]) -> Answer {
    context(p, &Md5::new())
}

/// `md5_update(Context, IoData)`.
pub(crate) fn md5_update(p: &mut Process, [context, data]: [Word; 2]) -> Answer {
    let mut digest = digest(context)?;
    let bytes = iodata::to_bytes(data)?;
    digest.update(&bytes);
    p.charge(bytes.len() / 64);
    self::context(p, &digest)
}

/// `md5_final(Context)`.
pub(crate) fn md5_final(p: &mut Process, [context]: [Word; 1]) -> Answer {
    let digest = digest(context)?;
    Ok(p.heap.binary(&digest.finalize()))
}

fn context(p: &mut Process, digest: &Md5) -> Answer {
    Ok(p.heap.binary(&digest.serialize()))
}

/// The digest that a context is of.
fn digest(context: Word) -> Result<Md5, Exception> {
    let bytes = bytes(context)?;
    let state = SerializedState::<Md5>::try_from(&*bytes).ok();
    state.and_then(|state| Md5::deserialize(&state).ok()).map_or_else(badarg, Ok)
}

/// `crc32(IoData)`.
pub(crate) fn crc32(p: &mut Process, [data]: [Word; 1]) -> Answer {
    checksum(p, data, 0, crc32_update)
}

/// `crc32(OldCrc, IoData)`.
pub(crate) fn crc32_from(p: &mut Process, [old, data]: [Word; 2]) -> Answer {
    let old = u32_argument(old)?;
    checksum(p, data, old, crc32_update)
}

/// `adler32(IoData)`.
pub(crate) fn adler32(p: &mut Process, [data]: [Word; 1]) -> Answer {
    checksum(p, data, 1, adler32_update)
}

/// `adler32(OldAdler, IoData)`.
pub(crate) fn adler32_from(p: &mut Process, [old, data]: [Word; 2]) -> Answer {
    let old = u32_argument(old)?;
    checksum(p, data, old, adler32_update)
}

/// `adler32_combine(First, Second, SecondSize)`.
pub(crate) fn adler32_combine(p: &mut Process, [first, second, size]: [Word; 3]) -> Answer {
    const BASE: u64 = 65521;
    let (first, second) = (u64::from(u32_argument(first)?), u64::from(u32_argument(second)?));
    let size = crate::bif::arguments::index(size)? as u64 % BASE;
    let (a1, b1, a2, b2) = (first & 0xffff, first >> 16, second & 0xffff, second >> 16);
    let a = (a1 + a2 + BASE - 1) % BASE;
    let b = (b1 + b2 + size * (a1 + BASE - 1)) % BASE;
    Ok(p.heap.unsigned(b << 16 | a))
}

/// `crc32_combine(First, Second, SecondSize)`.
pub(crate) fn crc32_combine(p: &mut Process, [first, second, size]: [Word; 3]) -> Answer {
    let (first, second) = (u32_argument(first)?, u32_argument(second)?);
    let size = crate::bif::arguments::index(size)? as u64;
    // Shifting zero bytes in is linear over GF(2): square the one-bit operator until all of `size` is applied.
    let mut operator: [u32; 32] =
        std::array::from_fn(|bit| if bit == 0 { 0xedb8_8320 } else { 1 << (bit - 1) });
    let mut crc = first;
    let mut bits = u128::from(size) * 8;
    while bits > 0 {
        if bits & 1 == 1 {
            crc = apply(&operator, crc);
        }
        operator = std::array::from_fn(|bit| apply(&operator, operator[bit]));
        bits >>= 1;
    }
    Ok(p.heap.unsigned(u64::from(crc ^ second)))
}

fn apply(operator: &[u32; 32], vector: u32) -> u32 {
    (0..32).filter(|bit| vector >> bit & 1 == 1).fold(0, |sum, bit| sum ^ operator[bit])
}

fn u32_argument(word: Word) -> Result<u32, Exception> {
    word.as_small().and_then(|value| u32::try_from(value).ok()).ok_or(Exception::badarg())
}

fn checksum(p: &mut Process, data: Word, start: u32, update: fn(u32, &[u8]) -> u32) -> Answer {
    let mut sum = start;
    let mut size = 0;
    iodata::for_each_piece(data, |piece| {
        match piece {
            iodata::Piece::Byte(byte) => sum = update(sum, &[byte]),
            iodata::Piece::Bits(bits) => match bits.to_bytes() {
                Some(bytes) => {
                    size += bytes.len();
                    sum = update(sum, &bytes);
                }
                None => return badarg(),
            },
        }
        Ok(())
    })?;
    p.charge(size / 64);
    Ok(p.heap.unsigned(u64::from(sum)))
}

fn crc32_update(crc: u32, bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = crc_table();
    !bytes.iter().fold(!crc, |crc, &byte| TABLE[(crc as u8 ^ byte) as usize] ^ crc >> 8)
}

const fn crc_table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 { 0xedb8_8320 ^ crc >> 1 } else { crc >> 1 };
            bit += 1;
        }
        table[byte] = crc;
        byte += 1;
    }
    table
}

fn adler32_update(sum: u32, bytes: &[u8]) -> u32 {
    const BASE: u32 = 65521;
    let (mut a, mut b) = (sum & 0xffff, sum >> 16);
    // 5552 is the most bytes before `b` could overflow 32 bits.
    for chunk in bytes.chunks(5552) {
        for &byte in chunk {
            a += u32::from(byte);
            b += a;
        }
        a %= BASE;
        b %= BASE;
    }
    b << 16 | a
}
