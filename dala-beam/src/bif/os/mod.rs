//! Module `os`: environment, identity, clocks.
//!
//! Strings are lists of code points; the environment is read and written as UTF-8.

use std::ffi::OsString;

use dala_ir::abi::{Word, atoms};
use dala_ir::interp::Exception;
use dala_ir::term::{ListIter, TermWriter, view};

use super::Answer;
use super::arguments::{atom, badarg, boolean, named};
use crate::process::Process;

/// Text of a list of code points or a UTF-8 binary, without zero bytes.
pub(crate) fn text(word: Word) -> Result<String, Exception> {
    let text = match view::bits(word).and_then(view::BitsRef::to_bytes) {
        Some(bytes) => String::from_utf8(bytes.into_owned()).map_err(|_| Exception::badarg())?,
        None => {
            let mut iter = ListIter::new(word);
            let mut text = String::new();
            for item in iter.by_ref() {
                let point =
                    item.as_small().and_then(|value| u32::try_from(value).ok()).and_then(char::from_u32);
                text.push(point.ok_or(Exception::badarg())?);
            }
            if !iter.ended_proper() {
                return badarg();
            }
            text
        }
    };
    if text.contains('\0') { badarg() } else { Ok(text) }
}

/// Name of an environment variable.
fn variable(word: Word) -> Result<String, Exception> {
    let name = text(word)?;
    if name.contains('=') { badarg() } else { Ok(name) }
}

/// `os:getenv(Name)`: a string or `false`.
pub(crate) fn getenv(p: &mut Process, [name]: [Word; 1]) -> Answer {
    let name = text(name)?;
    let value = p.system.builtins.environment.get(&name);
    Ok(match value {
        Some(value) => p.heap.charlist(&value),
        None => boolean(false),
    })
}

/// `os:putenv(Name, Value)`.
pub(crate) fn putenv(p: &mut Process, [name, value]: [Word; 2]) -> Answer {
    let (name, value) = (variable(name)?, text(value)?);
    p.system.builtins.environment.set(name, Some(value));
    Ok(boolean(true))
}

/// `os:unsetenv(Name)`.
pub(crate) fn unsetenv(p: &mut Process, [name]: [Word; 1]) -> Answer {
    let name = variable(name)?;
    p.system.builtins.environment.set(name, None);
    Ok(boolean(true))
}

/// `os:env()`: `[{Name, Value}]`.
pub(crate) fn env(p: &mut Process, []: [Word; 0]) -> Answer {
    let all = p.system.builtins.environment.all();
    let pairs: Vec<Word> = all
        .into_iter()
        .map(|(name, value)| {
            let (name, value) = (p.heap.charlist(&name), p.heap.charlist(&value));
            p.heap.tuple(&[name, value])
        })
        .collect();
    Ok(p.heap.list(&pairs, Word::NIL))
}

/// `os:getpid()`.
pub(crate) fn getpid(p: &mut Process, []: [Word; 0]) -> Answer {
    let text = std::process::id().to_string();
    Ok(p.heap.charlist(&text))
}

/// `os:type()`.
pub(crate) fn os_type(p: &mut Process) -> Word {
    let (family, name) = match std::env::consts::OS {
        "windows" => (named!("win32"), named!("nt")),
        "macos" | "ios" => (named!("unix"), named!("darwin")),
        "linux" | "android" => (named!("unix"), named!("linux")),
        other => (named!("unix"), dala_ir::abi::Atom::new(other)),
    };
    p.heap.tuple(&[Word::atom(family), Word::atom(name)])
}

/// `os:set_signal(Signal, Option)`: signals keep the operating system's defaults.
pub(crate) fn set_signal(_: &mut Process, [signal, option]: [Word; 2]) -> Answer {
    let signals = ["hup", "quit", "abrt", "alrm", "term", "usr1", "usr2", "chld", "stop", "tstp"].map(Some);
    let is_known = signals.contains(&atom(signal)?.text().strip_prefix("sig"));
    if !is_known || !["default", "ignore", "handle"].contains(&atom(option)?.text()) {
        return badarg();
    }
    Ok(Word::atom(atoms::OK))
}

/// `file:native_name_encoding()`, `prim_file`'s view of file names.
pub(crate) fn native_name_encoding(_: &mut Process, []: [Word; 0]) -> Answer {
    Ok(Word::atom(named!("utf8")))
}

/// `prim_file:internal_name2native(Name)`: a zero-terminated binary, as the file functions of OTP pass it.
pub(crate) fn name_to_native(p: &mut Process, [name]: [Word; 1]) -> Answer {
    let mut bytes = text(name)?.into_bytes();
    bytes.push(0);
    Ok(p.heap.binary(&bytes))
}

/// `prim_file:internal_normalize_utf8(Binary)`: a string, or the binary when it is no UTF-8.
pub(crate) fn normalize_utf8(p: &mut Process, [name]: [Word; 1]) -> Answer {
    let bytes = super::arguments::bytes(name)?;
    let bytes = bytes.strip_suffix(&[0]).unwrap_or(&bytes);
    std::str::from_utf8(bytes).map(|text| p.heap.charlist(text)).or_else(|_| badarg())
}

/// `prim_file:is_translatable(Name)`.
pub(crate) fn is_translatable(_: &mut Process, [name]: [Word; 1]) -> Answer {
    let bytes = super::arguments::bytes(name)?;
    Ok(boolean(std::str::from_utf8(&bytes).is_ok()))
}

/// The environment as programs of one runtime see it: that of the OS process, with their own changes. The OS
/// process's own is never written, since other threads may be reading it.
#[derive(Debug, Default)]
pub struct Environment {
    changes: std::sync::RwLock<std::collections::BTreeMap<String, Option<String>>>,
}

impl Environment {
    fn get(&self, name: &str) -> Option<String> {
        let changes = self.changes.read().unwrap_or_else(|poisoned| poisoned.into_inner());
        match changes.get(name) {
            Some(value) => value.clone(),
            None if name.is_empty() => None,
            None => std::env::var_os(name).map(lossy),
        }
    }

    fn set(&self, name: String, value: Option<String>) {
        self.changes.write().unwrap_or_else(|poisoned| poisoned.into_inner()).insert(name, value);
    }

    /// All variables that are set.
    pub fn all(&self) -> Vec<(String, String)> {
        let mut all: std::collections::BTreeMap<String, String> =
            std::env::vars_os().map(|(name, value)| (lossy(name), lossy(value))).collect();
        let changes = self.changes.read().unwrap_or_else(|poisoned| poisoned.into_inner());
        for (name, value) in changes.iter() {
            match value {
                Some(value) => drop(all.insert(name.clone(), value.clone())),
                None => drop(all.remove(name)),
            }
        }
        all.into_iter().collect()
    }
}

fn lossy(text: OsString) -> String {
    text.to_string_lossy().into_owned()
}
