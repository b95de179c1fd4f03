//! `crypto:crypto_one_time/4,5`, `crypto_init`, `crypto_update`, `crypto_final`, `crypto_one_time_aead`, `cipher_info`,
//! for AES. Errors carry the places in OTP's C sources, as `crypto.erl` shows them.

use std::sync::{Mutex, PoisonError};

use dala_ir::abi::{Atom, Word, atoms};
use dala_ir::interp::Exception;
use dala_ir::term::resource::{self, Resource};
use dala_ir::term::{TermWriter, map, view};

use super::modes::{self, BLOCK, Mode, Running};
use super::{aead, failure};
use crate::bif::Answer;
use crate::bif::arguments::{as_boolean, named};
use crate::bif::iodata;
use crate::process::Process;

/// Name; bytes of the key; mode; the number that OpenSSL has for it.
const CIPHERS: &[(&str, usize, Mode, Option<i64>)] = &[
    ("aes_128_cbc", 16, Mode::Cbc, Some(419)),
    ("aes_192_cbc", 24, Mode::Cbc, Some(423)),
    ("aes_256_cbc", 32, Mode::Cbc, Some(427)),
    ("aes_128_ctr", 16, Mode::Ctr, None),
    ("aes_192_ctr", 24, Mode::Ctr, None),
    ("aes_256_ctr", 32, Mode::Ctr, None),
    ("aes_128_ecb", 16, Mode::Ecb, Some(418)),
    ("aes_192_ecb", 24, Mode::Ecb, Some(422)),
    ("aes_256_ecb", 32, Mode::Ecb, Some(426)),
    ("aes_128_gcm", 16, Mode::Gcm, Some(895)),
    ("aes_192_gcm", 24, Mode::Gcm, Some(898)),
    ("aes_256_gcm", 32, Mode::Gcm, Some(901)),
];

#[derive(Clone, Copy)]
struct Cipher {
    key_len: usize,
    mode: Mode,
    number: Option<i64>,
}

impl Cipher {
    fn named(name: Word) -> Option<Cipher> {
        let name = name.as_atom()?.text();
        let row = CIPHERS.iter().find(|row| row.0 == name)?;
        Some(Cipher { key_len: row.1, mode: row.2, number: row.3 })
    }

    fn iv_len(self) -> usize {
        match self.mode {
            Mode::Ecb => 0,
            Mode::Cbc | Mode::Ctr => BLOCK,
            Mode::Gcm => aead::NONCE,
        }
    }

    fn is_stream(self) -> bool {
        matches!(self.mode, Mode::Ctr | Mode::Gcm)
    }
}

/// How the last block is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Padding {
    /// What does not fill a block is lost.
    Undefined,
    /// What does not fill a block is an error.
    None,
    Pkcs,
    Zero,
    Random,
}

/// What `crypto_init` makes and the others go on with.
struct Context {
    running: Box<dyn Running>,
    is_stream: bool,
    encrypts: bool,
    padding: Padding,
    /// Data that no block was made of yet.
    waiting: Vec<u8>,
    size: usize,
    padded: Option<usize>,
}

const API: &str = "api_ng.c";

impl Context {
    /// The arguments stand from `first` on.
    fn read(p: &mut Process, cipher: Word, key: Word, iv: Word, options: Word) -> Result<Context, Exception> {
        let Some(of) = Cipher::named(cipher) else {
            return Err(failure(p, "badarg", (API, 242), 0, "Unknown cipher"));
        };
        let (encrypts, padding) = options_of(p, options)?;
        let Ok(key) = iodata::to_bytes(key) else {
            return Err(failure(p, "badarg", (API, 219), 1, "Bad key"));
        };
        if key.len() != of.key_len {
            return Err(failure(p, "badarg", (API, 244), 1, "Bad key size"));
        }
        if of.mode == Mode::Gcm {
            return Err(failure(p, "badarg", (API, 250), 0, "Missing arguments for this cipher"));
        }
        let Ok(iv) = iodata::to_bytes(iv) else {
            return Err(failure(p, "badarg", (API, 304), 2, "Bad iv type"));
        };
        let running = (of.mode == Mode::Ecb || iv.len() == of.iv_len())
            .then(|| modes::start(of.mode, &key, &iv, encrypts))
            .flatten();
        let Some(running) = running else { return Err(failure(p, "badarg", (API, 310), 2, "Bad iv size")) };
        let is_stream = of.is_stream();
        Ok(Context { running, is_stream, encrypts, padding, waiting: Vec::new(), size: 0, padded: None })
    }

    fn update(&mut self, data: &[u8]) -> Vec<u8> {
        self.size += data.len();
        self.waiting.extend_from_slice(data);
        let mut ready = self.waiting.len();
        if !self.is_stream {
            ready -= ready % BLOCK;
            // The last block may be padding.
            if !self.encrypts && self.padding == Padding::Pkcs && ready > 0 && ready == self.waiting.len() {
                ready -= BLOCK;
            }
        }
        let mut done: Vec<u8> = self.waiting.drain(..ready).collect();
        self.running.apply(&mut done);
        done
    }

    /// The end of the data; else what is wrong with it, and where OTP's C code says so.
    fn finish(&mut self) -> Result<Vec<u8>, (i64, &'static str)> {
        const BAD_END: (i64, &str) = (638, "Can't finalize");
        let mut last = std::mem::take(&mut self.waiting);
        let missing = (BLOCK - last.len() % BLOCK) % BLOCK;
        if self.is_stream {
            // Of a block of one byte.
            self.padded = Some(usize::from(self.encrypts && self.padding == Padding::Pkcs));
            return Ok(last);
        }
        if !self.encrypts {
            self.padded = Some(0);
            if self.padding != Padding::Pkcs {
                return if missing == 0 { Ok(Vec::new()) } else { Err(BAD_END) };
            }
            if last.len() != BLOCK {
                return Err(BAD_END);
            }
            self.running.apply(&mut last);
            let count = last.last().map_or(0, |&byte| usize::from(byte));
            let is_padding = (1..=BLOCK).contains(&count)
                && last[BLOCK.saturating_sub(count)..].iter().all(|&byte| usize::from(byte) == count);
            last.truncate(BLOCK.saturating_sub(count));
            return if is_padding { Ok(last) } else { Err(BAD_END) };
        }
        self.padded = Some(missing);
        match self.padding {
            Padding::Undefined => return Ok(Vec::new()),
            Padding::None if missing > 0 => return Err((610, "Padding 'none' but unfilled last block")),
            Padding::Pkcs => {
                let missing = BLOCK - last.len();
                self.padded = Some(missing);
                last.resize(BLOCK, missing as u8);
            }
            Padding::None | Padding::Zero | Padding::Random if missing == 0 => return Ok(Vec::new()),
            Padding::None | Padding::Zero => last.resize(BLOCK, 0),
            Padding::Random => last.extend(super::random(missing).map_err(|_| BAD_END)?),
        }
        self.running.apply(&mut last);
        Ok(last)
    }
}

fn options_of(p: &mut Process, options: Word) -> Result<(bool, Padding), Exception> {
    if let Some(encrypts) = as_boolean(options) {
        return Ok((encrypts, Padding::Undefined));
    }
    let Some(all) = view::list_to_vec(options) else {
        return Err(failure(p, "badarg", (API, 120), 3, "Options are not a boolean or a proper list"));
    };
    let (mut encrypts, mut padding) = (true, Padding::Undefined);
    for option in all {
        let Some(&[name, value]) = view::tuple_elements(option) else {
            return Err(failure(p, "badarg", (API, 128), 3, "Bad option format"));
        };
        match name.as_atom().map(Atom::text) {
            Some("encrypt") => match as_boolean(value) {
                Some(given) => encrypts = given,
                None => return Err(failure(p, "badarg", (API, 141), 3, "Bad 'encrypt' option value")),
            },
            Some("padding") => {
                padding = match value.as_atom().map(Atom::text) {
                    Some("undefined") => Padding::Undefined,
                    Some("none") => Padding::None,
                    Some("pkcs_padding") => Padding::Pkcs,
                    Some("zero") => Padding::Zero,
                    Some("random") => Padding::Random,
                    _ => return Err(failure(p, "badarg", (API, 168), 3, "Bad 'padding' option value")),
                }
            }
            Some(other) => {
                let text = format!("Bad tag in option: {other}");
                return Err(failure(p, "badarg", (API, 174), 3, &text));
            }
            None => return Err(failure(p, "badarg", (API, 134), 3, "Bad option format")),
        }
    }
    Ok((encrypts, padding))
}

fn data_of(p: &mut Process, data: Word, argument: i64) -> Result<Vec<u8>, Exception> {
    let Ok(data) = iodata::to_bytes(data) else {
        return Err(failure(p, "badarg", (API, 966), argument, "expected binary as data"));
    };
    p.charge(data.len() / 64 + 1);
    Ok(data.to_vec())
}

fn bad_end(p: &mut Process, (line, text): (i64, &str)) -> Exception {
    failure(p, "error", (API, line), 0, text)
}

/// `ng_crypto_one_time_nif(Cipher, Key, IV, Data, Options)`.
pub(crate) fn crypto_one_time(p: &mut Process, [cipher, key, iv, data, options]: [Word; 5]) -> Answer {
    let mut context = Context::read(p, cipher, key, iv, options)?;
    let data = data_of(p, data, 3)?;
    let mut done = context.update(&data);
    match context.finish() {
        Ok(last) => done.extend_from_slice(&last),
        Err(why) => return Err(bad_end(p, why)),
    }
    Ok(p.heap.binary(&done))
}

/// `ng_crypto_init_nif(Cipher, Key, IV, Options)`: a state.
pub(crate) fn crypto_init(p: &mut Process, [cipher, key, iv, options]: [Word; 4]) -> Answer {
    let context = Context::read(p, cipher, key, iv, options)?;
    Ok(Resource::new(Mutex::new(context)).write(&mut p.heap))
}

fn with_context<R>(
    p: &mut Process,
    state: Word,
    act: impl FnOnce(&mut Context) -> R,
) -> Result<R, Exception> {
    match resource::get::<Mutex<Context>>(state) {
        Some(context) => Ok(act(&mut context.lock().unwrap_or_else(PoisonError::into_inner))),
        None => Err(failure(p, "badarg", (API, 731), 0, "Bad State")),
    }
}

/// `ng_crypto_update_nif(State, Data)`.
pub(crate) fn crypto_update(p: &mut Process, [state, data]: [Word; 2]) -> Answer {
    with_context(p, state, |_| ())?;
    let data = data_of(p, data, 1)?;
    let done = with_context(p, state, |context| context.update(&data))?;
    Ok(p.heap.binary(&done))
}

/// `ng_crypto_final_nif(State)`.
pub(crate) fn crypto_final(p: &mut Process, [state]: [Word; 1]) -> Answer {
    match with_context(p, state, Context::finish)? {
        Ok(last) => Ok(p.heap.binary(&last)),
        Err(why) => Err(bad_end(p, why)),
    }
}

/// `ng_crypto_get_data_nif(State)`.
pub(crate) fn crypto_get_data(p: &mut Process, [state]: [Word; 1]) -> Answer {
    let (encrypts, padding, size, padded) =
        with_context(p, state, |context| (context.encrypts, context.padding, context.size, context.padded))?;
    let padding = Word::atom(match padding {
        Padding::Undefined => atoms::UNDEFINED,
        Padding::None => named!("none"),
        Padding::Pkcs => named!("pkcs_padding"),
        Padding::Zero => named!("zero"),
        Padding::Random => named!("random"),
    });
    let padded = padded.map_or(-1, |padded| padded as i64);
    let pairs = [
        (Word::atom(named!("encrypt")), Word::atom(if encrypts { atoms::TRUE } else { atoms::FALSE })),
        (Word::atom(named!("padding_size")), Word::small_int(padded)),
        (Word::atom(named!("padding_type")), padding),
        (Word::atom(named!("size")), Word::small_int(size as i64)),
    ];
    Ok(map::from_pairs(&mut p.heap, &pairs))
}

/// `aead_cipher_nif(Cipher, Key, IV, Data, AAD, TagOrTagLength, Encrypt)`: `{Data, Tag}`, or the data, or `error`.
pub(crate) fn aead_cipher(p: &mut Process, [cipher, key, iv, data, aad, tag, encrypts]: [Word; 7]) -> Answer {
    const FILE: &str = "aead.c";
    let bad = |p: &mut Process, line, argument, text| Err(failure(p, "badarg", (FILE, line), argument, text));
    let Some(encrypts) = as_boolean(encrypts) else { return bad(p, 78, 6, "Bad enc flag") };
    let Ok(key) = iodata::to_bytes(key) else { return bad(p, 87, 1, "non-binary key") };
    let of = match Cipher::named(cipher).filter(|of| of.key_len == key.len()) {
        Some(of) if of.mode == Mode::Gcm => of,
        Some(_) => return bad(p, 94, 0, "Not aead cipher"),
        None => return bad(p, 90, 0, "Unknown cipher or invalid key size"),
    };
    let Ok(iv) = iodata::to_bytes(iv) else { return bad(p, 105, 2, "non-binary iv") };
    let Ok(data) = iodata::to_bytes(data) else { return bad(p, 98, 3, "non-binary text") };
    let Ok(aad) = iodata::to_bytes(aad) else { return bad(p, 108, 4, "non-binary AAD") };
    if iv.is_empty() {
        return bad(p, 111, 2, "Bad IV length");
    }
    if iv.len() != of.iv_len() {
        return Err(failure(p, "notsup", (FILE, 111), 2, "Nonces of other than 12 bytes"));
    }
    p.charge((data.len() + aad.len()) / 64 + 1);
    let mut data = data.to_vec();
    if encrypts {
        let Some(tag_len) = tag.as_small().and_then(|len| usize::try_from(len).ok()) else {
            return bad(p, 69, 5, "Bad tag length");
        };
        let made = aead::encrypt(&key, &iv, &aad, &mut data);
        let Some(made) = made.filter(|made| (1..=made.len()).contains(&tag_len)) else {
            return Err(failure(p, "error", (FILE, 156), 5, "Can't get Tag"));
        };
        let (data, tag) = (p.heap.binary(&data), p.heap.binary(&made[..tag_len]));
        return Ok(p.heap.tuple(&[data, tag]));
    }
    let Ok(tag) = iodata::to_bytes(tag) else { return bad(p, 74, 5, "non-binary tag") };
    if aead::decrypt(&key, &iv, &aad, &mut data, &tag) {
        return Ok(p.heap.binary(&data));
    }
    Ok(Word::atom(atoms::ERROR))
}

/// `cipher_info_nif(Cipher)`.
pub(crate) fn cipher_info(p: &mut Process, [cipher]: [Word; 1]) -> Answer {
    let of = Cipher::named(cipher).ok_or(Exception::badarg())?;
    let mode = match of.mode {
        Mode::Ecb => named!("ecb_mode"),
        Mode::Cbc => named!("cbc_mode"),
        Mode::Ctr => named!("ctr_mode"),
        Mode::Gcm => named!("gcm_mode"),
    };
    let count = |count: usize| Word::small_int(count as i64);
    let is_aead = Word::atom(if of.mode == Mode::Gcm { atoms::TRUE } else { atoms::FALSE });
    let pairs = [
        (Word::atom(named!("block_size")), count(if of.is_stream() { 1 } else { BLOCK })),
        (Word::atom(named!("iv_length")), count(of.iv_len())),
        (Word::atom(named!("key_length")), count(of.key_len)),
        (Word::atom(named!("mode")), Word::atom(mode)),
        (Word::atom(named!("prop_aead")), is_aead),
        (Word::atom(named!("type")), of.number.map_or(Word::atom(atoms::UNDEFINED), Word::small_int)),
    ];
    Ok(map::from_pairs(&mut p.heap, &pairs))
}

/// `cipher_algorithms()`.
pub(crate) fn cipher_algorithms(p: &mut Process, []: [Word; 0]) -> Answer {
    let names: Vec<&str> = CIPHERS.iter().map(|row| row.0).collect();
    Ok(super::names(p, &names))
}
