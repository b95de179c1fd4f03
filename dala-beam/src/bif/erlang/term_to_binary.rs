//! `term_to_binary`, `binary_to_term`, `external_size`, `phash2`, `phash`.

use dala_ir::abi::Word;
use dala_ir::interp::Exception;
use dala_ir::term::{TermWriter, hash};

use crate::bif::Answer;
use crate::bif::arguments::{
    atom, bad_option, badarg, badarg_because, bytes, index, named, option_list, small, system_limit, tuple,
};
use crate::etf::{self, DecodeOptions, EncodeOptions};
use crate::process::Process;

fn encode(p: &mut Process, term: Word, options: &EncodeOptions) -> Result<Vec<u8>, Exception> {
    let bytes = etf::encode(term, options).or_else(|_| system_limit())?;
    p.charge(bytes.len() / 64);
    Ok(bytes)
}

/// `term_to_binary(Term)`.
pub(crate) fn term_to_binary_1(p: &mut Process, [term]: [Word; 1]) -> Answer {
    let bytes = encode(p, term, &EncodeOptions::default())?;
    Ok(p.heap.binary(&bytes))
}

/// `term_to_binary(Term, Options)`.
pub(crate) fn term_to_binary_2(p: &mut Process, [term, options]: [Word; 2]) -> Answer {
    let options = encode_options(options)?;
    let bytes = encode(p, term, &options)?;
    Ok(p.heap.binary(&bytes))
}

/// `term_to_iovec(Term)`.
pub(crate) fn term_to_iovec_1(p: &mut Process, [term]: [Word; 1]) -> Answer {
    let binary = term_to_binary_1(p, [term])?;
    Ok(p.heap.cons(binary, Word::NIL))
}

/// `term_to_iovec(Term, Options)`.
pub(crate) fn term_to_iovec_2(p: &mut Process, [term, options]: [Word; 2]) -> Answer {
    let binary = term_to_binary_2(p, [term, options])?;
    Ok(p.heap.cons(binary, Word::NIL))
}

fn encode_options(options: Word) -> Result<EncodeOptions, Exception> {
    let mut read = EncodeOptions::default();
    for option in option_list(options)? {
        if let Some(name) = option.as_atom() {
            match name.text() {
                "compressed" => read.compression = Some(6),
                "deterministic" => read.deterministic = true,
                "local" => {}
                _ => return badarg(),
            }
            continue;
        }
        let &[name, value] = tuple(option)? else { return badarg() };
        match (atom(name)?.text(), small(value)?) {
            ("compressed", 0) => read.compression = None,
            ("compressed", level @ 1..=9) => read.compression = Some(level as u32),
            ("minor_version", version @ 0..=2) => read.minor_version = version as u8,
            _ => return badarg(),
        }
    }
    Ok(read)
}

/// `external_size(Term)`: what the encoding takes.
pub(crate) fn external_size_1(p: &mut Process, [term]: [Word; 1]) -> Answer {
    let bytes = encode(p, term, &EncodeOptions::default())?;
    Ok(Word::small_int(bytes.len() as i64))
}

/// `external_size(Term, Options)`.
pub(crate) fn external_size_2(p: &mut Process, [term, options]: [Word; 2]) -> Answer {
    let options = EncodeOptions { compression: None, ..encode_options(options)? };
    let bytes = encode(p, term, &options)?;
    Ok(Word::small_int(bytes.len() as i64))
}

/// `binary_to_term(Binary)`.
pub(crate) fn binary_to_term_1(p: &mut Process, [binary]: [Word; 1]) -> Answer {
    binary_to_term_2(p, [binary, Word::NIL])
}

/// `binary_to_term(Binary, [safe, used])`.
pub(crate) fn binary_to_term_2(p: &mut Process, [binary, options]: [Word; 2]) -> Answer {
    let (mut safe, mut used) = (false, false);
    for option in option_list(options).map_err(bad_option)? {
        match atom(option)?.text() {
            "safe" => safe = true,
            "used" => used = true,
            _ => return badarg_because(named!("badopt")),
        }
    }
    let bytes = bytes(binary)?;
    p.charge(bytes.len() / 64);
    let system = std::sync::Arc::clone(&p.system);
    let options = DecodeOptions { safe, ..DecodeOptions::default() };
    let decoded = etf::decode(&bytes, &mut p.heap, &mut system.code.by_name(), &options)
        .map_err(|_| Exception::badarg())?;
    if used {
        return Ok(p.heap.tuple(&[decoded.term, Word::small_int(decoded.used as i64)]));
    }
    Ok(decoded.term)
}

/// `phash2(Term)`.
pub(crate) fn phash2_1(p: &mut Process, [term]: [Word; 1]) -> Answer {
    p.charge(1);
    Ok(Word::small_int(i64::from(hash::phash2(term) & ((1 << 27) - 1))))
}

/// `phash2(Term, Range)`: 1 to 2^32.
pub(crate) fn phash2_2(p: &mut Process, [term, range]: [Word; 2]) -> Answer {
    let range = index(range)? as u64;
    if range == 0 || range > 1 << 32 {
        return badarg();
    }
    p.charge(1);
    Ok(Word::small_int(i64::from(hash::phash2_range(term, range))))
}
