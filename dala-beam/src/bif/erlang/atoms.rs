//! Atoms to and from text.

use dala_ir::abi::{Atom, Word, atoms};
use dala_ir::interp::Exception;
use dala_ir::term::{ListIter, TermWriter};

use crate::bif::Answer;
use crate::bif::arguments::{atom, badarg, bytes, named, system_limit};
use crate::process::Process;

/// `atom_to_list(Atom)`.
pub(crate) fn atom_to_list(p: &mut Process, [name]: [Word; 1]) -> Answer {
    let text = atom(name)?.text();
    Ok(p.heap.charlist(text))
}

/// `list_to_atom(String)`.
pub(crate) fn list_to_atom(_: &mut Process, [text]: [Word; 1]) -> Answer {
    intern(&text_of_list(text)?)
}

/// `list_to_existing_atom(String)`.
pub(crate) fn list_to_existing_atom(_: &mut Process, [text]: [Word; 1]) -> Answer {
    existing(&text_of_list(text)?)
}

/// `atom_to_binary(Atom, Encoding)`.
pub(crate) fn atom_to_binary(p: &mut Process, [name, encoding]: [Word; 2]) -> Answer {
    let text = atom(name)?.text();
    if is_latin1(encoding)? {
        let mut bytes = Vec::with_capacity(text.len());
        for point in text.chars() {
            bytes.push(u8::try_from(u32::from(point)).map_err(|_| Exception::badarg())?);
        }
        Ok(p.heap.binary(&bytes))
    } else {
        Ok(p.heap.binary(text.as_bytes()))
    }
}

/// `binary_to_atom(Binary, Encoding)`.
pub(crate) fn binary_to_atom(_: &mut Process, [text, encoding]: [Word; 2]) -> Answer {
    intern(&text_of_binary(text, encoding)?)
}

/// `binary_to_existing_atom(Binary, Encoding)`.
pub(crate) fn binary_to_existing_atom(_: &mut Process, [text, encoding]: [Word; 2]) -> Answer {
    existing(&text_of_binary(text, encoding)?)
}

fn intern(text: &str) -> Answer {
    // OTP tells a text that is too long (system_limit) from one that is no text (badarg).
    match Atom::try_new(text) {
        Ok(atom) => Ok(Word::atom(atom)),
        Err(_) => system_limit(),
    }
}

fn existing(text: &str) -> Answer {
    Atom::existing(text).map_or_else(badarg, |atom| Ok(Word::atom(atom)))
}

fn is_latin1(encoding: Word) -> Result<bool, Exception> {
    let encoding = atom(encoding)?;
    if encoding == named!("latin1") {
        Ok(true)
    } else if encoding == named!("utf8") || encoding == named!("unicode") {
        Ok(false)
    } else {
        badarg()
    }
}

fn text_of_list(list: Word) -> Result<String, Exception> {
    let mut iter = ListIter::new(list);
    let mut text = String::new();
    for item in iter.by_ref() {
        let point = item.as_small().and_then(|value| u32::try_from(value).ok()).and_then(char::from_u32);
        text.push(point.ok_or(Exception::badarg())?);
    }
    if iter.ended_proper() { Ok(text) } else { badarg() }
}

/// Characters of the longest atom.
const MAX_CHARACTERS: usize = 255;

fn text_of_binary(binary: Word, encoding: Word) -> Result<String, Exception> {
    let latin1 = is_latin1(encoding)?;
    let bytes = bytes(binary)?;
    if latin1 {
        Ok(bytes.iter().map(|&byte| char::from(byte)).collect())
    } else {
        String::from_utf8(bytes.into_owned()).map_err(|error| {
            // As in OTP, a beginning that is too long counts before what is wrong behind it.
            let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let is_long = valid.iter().filter(|&&byte| byte & 0xc0 != 0x80).count() >= MAX_CHARACTERS;
            if is_long { Exception::error_atom(atoms::SYSTEM_LIMIT) } else { Exception::badarg() }
        })
    }
}
