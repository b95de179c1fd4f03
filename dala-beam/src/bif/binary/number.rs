//! `binary:encode_unsigned/1,2`, `binary:decode_unsigned/1,2`.

use dala_ir::abi::Word;
use dala_ir::interp::Exception;
use dala_ir::term::TermWriter;
use dala_ir::term::bits::{Endian, read_integer};
use dala_ir::term::view::{self, BitsRef};

use super::is_little;
use crate::bif::Answer;
use crate::bif::arguments::{badarg, bytes, system_limit};
use crate::process::Process;

/// `binary:encode_unsigned(Integer)`: big endian.
pub(crate) fn encode_unsigned(p: &mut Process, [number]: [Word; 1]) -> Answer {
    let bytes = little_endian_bytes(number)?;
    Ok(p.heap.binary(&bytes.into_iter().rev().collect::<Vec<u8>>()))
}

/// `binary:encode_unsigned(Integer, Endianness)`.
pub(crate) fn encode_unsigned_endian(p: &mut Process, [number, endian]: [Word; 2]) -> Answer {
    if !is_little(endian)? {
        return encode_unsigned(p, [number]);
    }
    let bytes = little_endian_bytes(number)?;
    Ok(p.heap.binary(&bytes))
}

/// `binary:decode_unsigned(Binary)`: big endian.
pub(crate) fn decode_unsigned(p: &mut Process, [binary]: [Word; 1]) -> Answer {
    let bytes = bytes(binary)?;
    from_bytes(p, &bytes, Endian::Big)
}

/// `binary:decode_unsigned(Binary, Endianness)`.
pub(crate) fn decode_unsigned_endian(p: &mut Process, [binary, endian]: [Word; 2]) -> Answer {
    if !is_little(endian)? {
        return decode_unsigned(p, [binary]);
    }
    let bytes = bytes(binary)?;
    from_bytes(p, &bytes, Endian::Little)
}

/// The number; `system_limit` where no arithmetic could use it (OTP makes it all the same).
fn from_bytes(p: &mut Process, bytes: &[u8], endian: Endian) -> Answer {
    p.charge(bytes.len() / 256);
    match read_integer(&mut p.heap, BitsRef::whole(bytes), endian, false) {
        Some(number) => Ok(number),
        None => system_limit(),
    }
}

fn little_endian_bytes(number: Word) -> Result<Vec<u8>, Exception> {
    let small;
    let limbs = match number.as_small() {
        Some(value) => {
            small = [u64::try_from(value).map_err(|_| Exception::badarg())?];
            &small[..]
        }
        None => match view::big(number) {
            Some(big) if !big.negative => big.limbs,
            _ => return badarg(),
        },
    };
    let mut bytes: Vec<u8> = limbs.iter().flat_map(|limb| limb.to_le_bytes()).collect();
    while bytes.len() > 1 && bytes.last() == Some(&0) {
        bytes.pop();
    }
    Ok(bytes)
}
