//! Module `crypto`: what `crypto.erl` calls, as far as digests, message authentication, AES and random numbers go. OTP
//! manual: crypto. Other ciphers and public keys are not there: `undef`, and `supports/1` says so.
//!
//! Failures are `{Tag, #{c_file_name, ...}, Text}` as the C library raises them; `crypto.erl` makes
//! `{Tag, {File, Line}, Text}` of that.

use dala_ir::abi::{Atom, Word};
use dala_ir::interp::Exception;
use dala_ir::term::{TermWriter, map};

use super::arguments::{badarg, bytes, index, named, ok};
use super::{Answer, iodata};
use crate::process::Process;
use dala_ir::term::resource::{self, Resource};

mod aead;
mod cipher;
mod digest;
mod modes;

pub(crate) use cipher::*;

use digest::{Hash, Hmac};

/// Most bytes of one `strong_rand_bytes/1`.
const MAX_RANDOM: usize = 1 << 30;
/// Most rounds and bytes of one key derivation.
const MAX_DERIVED: usize = 1 << 24;

/// The error of a C function, with the place that OTP's has.
fn failure(p: &mut Process, tag: &str, (file, line): (&str, i64), argument: i64, text: &str) -> Exception {
    let file = p.heap.charlist(file);
    let place = [
        (Word::atom(named!("c_file_name")), file),
        (Word::atom(named!("c_file_line_num")), Word::small_int(line)),
        (Word::atom(named!("c_function_arg_num")), Word::small_int(argument)),
    ];
    let place = map::from_pairs(&mut p.heap, &place);
    let text = p.heap.charlist(text);
    Exception::error(p.heap.tuple(&[Word::atom(Atom::new(tag)), place, text]))
}

fn hash_of(kind: Word) -> Option<Hash> {
    Hash::new(kind.as_atom()?.text())
}

fn bad_digest(p: &mut Process) -> Exception {
    failure(p, "badarg", ("hash.c", 108), 0, "Bad digest type")
}

/// `hash_nif(Type, Data)`.
pub(crate) fn hash(p: &mut Process, [kind, data]: [Word; 2]) -> Answer {
    let Some(mut hash) = hash_of(kind) else { return Err(bad_digest(p)) };
    let data = iodata::to_bytes(data)?;
    p.charge(data.len() / 64 + 1);
    hash.update(&data);
    Ok(p.heap.binary(&hash.finish()))
}

/// `hash_info_nif(Type)`.
pub(crate) fn hash_info(p: &mut Process, [kind]: [Word; 1]) -> Answer {
    let hash = hash_of(kind).ok_or(Exception::badarg())?;
    let pairs = [
        (Word::atom(named!("block_size")), Word::small_int(hash.block_size() as i64)),
        (Word::atom(named!("size")), Word::small_int(hash.size() as i64)),
        (Word::atom(named!("type")), Word::small_int(hash.number())),
    ];
    Ok(map::from_pairs(&mut p.heap, &pairs))
}

/// `hash_init_nif(Type)`: a state.
pub(crate) fn hash_init(p: &mut Process, [kind]: [Word; 1]) -> Answer {
    match hash_of(kind) {
        Some(hash) => Ok(Resource::new(hash).write(&mut p.heap)),
        None => Err(bad_digest(p)),
    }
}

fn state<T: Clone + Send + Sync + 'static>(
    p: &mut Process,
    word: Word,
    place: (&str, i64),
) -> Result<T, Exception> {
    match resource::get::<T>(word) {
        Some(state) => Ok(state.clone()),
        None => Err(failure(p, "badarg", place, 0, "Bad state")),
    }
}

/// `hash_update_nif(State, Data)`: a new state; the former one stays as it is.
pub(crate) fn hash_update(p: &mut Process, [hash, data]: [Word; 2]) -> Answer {
    let mut hash: Hash = state(p, hash, ("hash.c", 172))?;
    let data = iodata::to_bytes(data)?;
    p.charge(data.len() / 64 + 1);
    hash.update(&data);
    Ok(Resource::new(hash).write(&mut p.heap))
}

/// `hash_final_nif(State)`.
pub(crate) fn hash_final(p: &mut Process, [hash]: [Word; 1]) -> Answer {
    let hash: Hash = state(p, hash, ("hash.c", 205))?;
    Ok(p.heap.binary(&hash.finish()))
}

/// An HMAC of these arguments.
fn hmac(p: &mut Process, kind: Word, digest: Word, key: Word) -> Result<Hmac, Exception> {
    match kind.as_atom().map(Atom::text) {
        Some("hmac") => {}
        Some("cmac" | "poly1305") => {
            return Err(failure(p, "notsup", ("mac.c", 243), 0, "Unsupported mac algorithm"));
        }
        _ => return Err(failure(p, "badarg", ("mac.c", 233), 0, "Unknown mac algorithm")),
    }
    let key = iodata::to_bytes(key)?;
    match digest.as_atom().and_then(|digest| Hmac::new(digest.text(), &key)) {
        Some(hmac) => Ok(hmac),
        None => Err(failure(p, "badarg", ("mac.c", 263), 1, "Bad digest algorithm for HMAC")),
    }
}

/// `mac_nif(Type, Digest, Key, Data)`.
pub(crate) fn mac(p: &mut Process, [kind, digest, key, data]: [Word; 4]) -> Answer {
    let mut hmac = hmac(p, kind, digest, key)?;
    let data = iodata::to_bytes(data)?;
    p.charge(data.len() / 64 + 1);
    hmac.update(&data);
    Ok(p.heap.binary(&hmac.finish()))
}

/// `mac_init_nif(Type, Digest, Key)`.
pub(crate) fn mac_init(p: &mut Process, [kind, digest, key]: [Word; 3]) -> Answer {
    let hmac = hmac(p, kind, digest, key)?;
    Ok(Resource::new(hmac).write(&mut p.heap))
}

/// `mac_update_nif(State, Data)`.
pub(crate) fn mac_update(p: &mut Process, [hmac, data]: [Word; 2]) -> Answer {
    let mut hmac: Hmac = state(p, hmac, ("mac.c", 653))?;
    let data = iodata::to_bytes(data)?;
    p.charge(data.len() / 64 + 1);
    hmac.update(&data);
    Ok(Resource::new(hmac).write(&mut p.heap))
}

/// `mac_final_nif(State)`.
pub(crate) fn mac_final(p: &mut Process, [hmac]: [Word; 1]) -> Answer {
    let hmac: Hmac = state(p, hmac, ("mac.c", 693))?;
    Ok(p.heap.binary(&hmac.finish()))
}

/// `pbkdf2_hmac_nif(Digest, Password, Salt, Rounds, KeyLength)`.
pub(crate) fn pbkdf2_hmac(p: &mut Process, [digest, password, salt, rounds, len]: [Word; 5]) -> Answer {
    let Some(kind) = digest.as_atom().filter(|kind| Hash::new(kind.text()).is_some()) else {
        return Err(failure(p, "badarg", ("pbkdf2_hmac.c", 34), 0, "Bad digest type"));
    };
    let (Ok(password), Ok(salt)) = (bytes(password), bytes(salt)) else {
        return Err(failure(p, "badarg", ("pbkdf2_hmac.c", 41), 1, "Not binary"));
    };
    let positive = |word| index(word).ok().filter(|value| (1..=MAX_DERIVED).contains(value));
    let (Some(rounds), Some(len)) = (positive(rounds), positive(len)) else {
        return Err(failure(p, "badarg", ("pbkdf2_hmac.c", 53), 3, "Not integer"));
    };
    p.charge(rounds.saturating_mul(len) / 64);
    match digest::pbkdf2(kind.text(), &password, &salt, rounds as u32, len) {
        Some(key) => Ok(p.heap.binary(&key)),
        None => badarg(),
    }
}

/// Random bytes of the operating system.
fn random(len: usize) -> Result<Vec<u8>, Exception> {
    let mut data = vec![0; len];
    getrandom::fill(&mut data).map_err(|_| Exception::error_atom(named!("low_entropy")))?;
    Ok(data)
}

/// `strong_rand_bytes_nif(N)`.
pub(crate) fn strong_rand_bytes(p: &mut Process, [len]: [Word; 1]) -> Answer {
    let len = index(len)?;
    if len > MAX_RANDOM {
        return badarg();
    }
    p.charge(len / 64);
    let data = random(len)?;
    Ok(p.heap.binary(&data))
}

/// A random number below `bound`, both big-endian and of the same length: by rejection, so that all are as likely.
fn below(bound: &[u8]) -> Result<Vec<u8>, Exception> {
    let Some(first) = bound.iter().position(|&byte| byte != 0) else { return badarg() };
    let mask = 0xff_u8 >> bound[first].leading_zeros();
    loop {
        let mut found = random(bound.len())?;
        found[..first].fill(0);
        found[first] &= mask;
        if found.as_slice() < bound {
            return Ok(found);
        }
    }
}

/// Without leading zeros, but one byte at least.
fn trimmed(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|&&byte| byte == 0).count();
    &number[zeros.min(number.len().saturating_sub(1))..]
}

/// `strong_rand_range_nif(Range)`: below the range, both big-endian.
pub(crate) fn strong_rand_range(p: &mut Process, [range]: [Word; 1]) -> Answer {
    let found = below(&bytes(range)?)?;
    Ok(p.heap.binary(trimmed(&found)))
}

/// `rand_uniform_nif(From, To)`: from `From` to below `To`, each behind 32 bits of length.
pub(crate) fn rand_uniform(p: &mut Process, [from, to]: [Word; 2]) -> Answer {
    let number = |word: Word| {
        let bytes = bytes(word)?;
        Ok::<_, Exception>(bytes.get(4..).ok_or(Exception::badarg())?.to_vec())
    };
    let (mut from, mut to) = (number(from)?, number(to)?);
    let len = from.len().max(to.len()) + 1;
    for side in [&mut from, &mut to] {
        side.splice(..0, std::iter::repeat_n(0, len - side.len()));
    }
    if from >= to {
        return badarg();
    }
    let mut borrow = 0;
    let mut range = to;
    for (digit, less) in range.iter_mut().zip(&from).rev() {
        let difference = i16::from(*digit) - i16::from(*less) - borrow;
        borrow = i16::from(difference < 0);
        *digit = difference.rem_euclid(256) as u8;
    }
    let mut found = below(&range)?;
    let mut carry = 0;
    for (digit, more) in found.iter_mut().zip(&from).rev() {
        let sum = u16::from(*digit) + u16::from(*more) + carry;
        carry = sum >> 8;
        *digit = sum as u8;
    }
    let digits = trimmed(&found);
    let mut encoded = (digits.len() as u32).to_be_bytes().to_vec();
    encoded.extend_from_slice(digits);
    Ok(p.heap.binary(&encoded))
}

/// `rand_seed_nif(Seed)`: the operating system needs none.
pub(crate) fn rand_seed(_: &mut Process, [seed]: [Word; 1]) -> Answer {
    iodata::to_bytes(seed)?;
    ok()
}

/// `do_exor(Data, Data)`.
pub(crate) fn exor(p: &mut Process, [first, second]: [Word; 2]) -> Answer {
    let (first, second) = (iodata::to_bytes(first)?, iodata::to_bytes(second)?);
    if first.len() != second.len() {
        return badarg();
    }
    let mixed: Vec<u8> = first.iter().zip(&second).map(|(first, second)| first ^ second).collect();
    Ok(p.heap.binary(&mixed))
}

/// `hash_equals_nif(Binary, Binary)`: takes as long whatever they hold.
pub(crate) fn hash_equals(_: &mut Process, [first, second]: [Word; 2]) -> Answer {
    let (first, second) = (bytes(first)?, bytes(second)?);
    if first.len() != second.len() {
        return badarg();
    }
    let difference = first.iter().zip(second.iter()).fold(0, |sum, (first, second)| sum | first ^ second);
    Ok(super::arguments::boolean(std::hint::black_box(difference) == 0))
}

fn names(p: &mut Process, names: &[&str]) -> Word {
    let names: Vec<Word> = names.iter().map(|name| Word::atom(Atom::new(name))).collect();
    p.heap.list(&names, Word::NIL)
}

/// `hash_algorithms()`.
pub(crate) fn hash_algorithms(p: &mut Process, []: [Word; 0]) -> Answer {
    Ok(names(p, digest::NAMES))
}

/// `mac_algorithms()`.
pub(crate) fn mac_algorithms(p: &mut Process, []: [Word; 0]) -> Answer {
    Ok(names(p, &["hmac"]))
}

/// `pubkey_algorithms()`, `curve_algorithms()`, `rsa_opts_algorithms()`: none.
pub(crate) fn no_algorithms(_: &mut Process, []: [Word; 0]) -> Answer {
    Ok(Word::NIL)
}

/// `info_fips()`.
pub(crate) fn info_fips(_: &mut Process, []: [Word; 0]) -> Answer {
    Ok(Word::atom(named!("not_supported")))
}

/// `info_lib()`: `[{Name, Number, Text}]`.
pub(crate) fn info_lib(p: &mut Process, []: [Word; 0]) -> Answer {
    let name = p.heap.binary(b"RustCrypto");
    let text = p.heap.binary(b"RustCrypto: digests, HMAC and AES");
    let row = p.heap.tuple(&[name, Word::small_int(0), text]);
    Ok(p.heap.list(&[row], Word::NIL))
}

/// `info_nif()`.
pub(crate) fn info(p: &mut Process, []: [Word; 0]) -> Answer {
    let text = p.heap.charlist("RustCrypto");
    let pairs = [
        (Word::atom(named!("compile_type")), Word::atom(named!("normal"))),
        (Word::atom(named!("cryptolib_version_compiled")), text),
        (Word::atom(named!("cryptolib_version_linked")), text),
        (Word::atom(named!("fips_provider_available")), Word::atom(dala_ir::abi::atoms::FALSE)),
        (Word::atom(named!("link_type")), Word::atom(named!("static"))),
    ];
    Ok(map::from_pairs(&mut p.heap, &pairs))
}
