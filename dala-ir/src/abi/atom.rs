//! Atoms: interned names, one table for the whole OS process.
//!
//! The table only grows; an atom is never freed (as in OTP). Texts are leaked once and handed out as `&'static str`;
//! reading one takes no lock, since comparing and sorting terms does it all the time. Finding an atom by its text
//! takes a read lock.

use std::cell::Cell;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::{OnceLock, RwLock};

/// Most atoms a process may have, as OTP's default (`erl +t`).
pub const MAX_ATOMS: usize = 1_048_576;
/// Longest atom in code points (OTP: 255).
pub const MAX_ATOM_CHARS: usize = 255;

/// An interned name.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Atom(u32);

/// Why a text is no atom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AtomError {
    /// More than [`MAX_ATOM_CHARS`] code points.
    #[error("atom longer than {MAX_ATOM_CHARS} characters")]
    TooLong,
    /// [`MAX_ATOMS`] exist already.
    #[error("more than {MAX_ATOMS} atoms")]
    TableFull,
}

#[derive(Default)]
struct Table {
    by_text: HashMap<&'static str, u32>,
}

const CHUNK: usize = 1 << 10;

type Chunk = [OnceLock<&'static str>; CHUNK];

/// Texts by index, in chunks that never move. A slot is set before its index is given out.
static CHUNKS: [OnceLock<Box<Chunk>>; MAX_ATOMS / CHUNK] = [const { OnceLock::new() }; MAX_ATOMS / CHUNK];

fn set_text(index: usize, text: &'static str) {
    let chunk = CHUNKS[index / CHUNK].get_or_init(|| Box::new([const { OnceLock::new() }; CHUNK]));
    let former = chunk[index % CHUNK].set(text);
    debug_assert!(former.is_ok(), "atom {index} was named before");
}

fn table() -> &'static RwLock<Table> {
    static TABLE: OnceLock<RwLock<Table>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = Table::default();
        for (index, &text) in KNOWN.iter().enumerate() {
            set_text(index, text);
            let former = table.by_text.insert(text, index as u32);
            debug_assert!(former.is_none(), "atom {text} stands twice in the table");
        }
        RwLock::new(table)
    })
}

thread_local! {
    /// Atoms that this thread made.
    static MADE: Cell<u64> = const { Cell::new(0) };
}

impl Atom {
    /// The atom named `text`, made when it does not exist.
    ///
    /// # Errors
    /// When the text is too long or the table is full.
    pub fn try_new(text: &str) -> Result<Atom, AtomError> {
        if let Some(atom) = Atom::existing(text) {
            return Ok(atom);
        }
        if text.chars().count() > MAX_ATOM_CHARS {
            return Err(AtomError::TooLong);
        }
        let mut table = table().write().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(&index) = table.by_text.get(text) {
            return Ok(Atom(index));
        }
        if table.by_text.len() >= MAX_ATOMS {
            return Err(AtomError::TableFull);
        }
        let index = table.by_text.len() as u32;
        let text: &'static str = Box::leak(text.into());
        set_text(index as usize, text);
        table.by_text.insert(text, index);
        MADE.set(MADE.get() + 1);
        Ok(Atom(index))
    }

    /// The atom named `text`, for texts of our own.
    ///
    /// # Panics
    /// Where [`Atom::try_new`] gives an error.
    #[track_caller]
    pub fn new(text: &str) -> Atom {
        match Atom::try_new(text) {
            Ok(atom) => atom,
            Err(error) => panic!("{error}"),
        }
    }

    /// The atom named `text` if it exists already (`binary_to_existing_atom`).
    pub fn existing(text: &str) -> Option<Atom> {
        let table = table().read().unwrap_or_else(|poisoned| poisoned.into_inner());
        table.by_text.get(text).map(|&index| Atom(index))
    }

    /// The order of terms: that of the texts.
    #[inline]
    pub fn cmp_text(self, other: Atom) -> Ordering {
        let (a, b) = (self.text(), other.text());
        // Most differ early, and calling a function to find out takes longer than that.
        first_bytes(a).cmp(&first_bytes(b)).then_with(|| a.cmp(b))
    }

    /// Its text.
    #[inline]
    pub fn text(self) -> &'static str {
        let index = self.0 as usize;
        if let Some(text) = KNOWN.get(index) {
            // These can be named before the table exists.
            return text;
        }
        let chunk = CHUNKS.get(index / CHUNK).and_then(OnceLock::get);
        chunk.and_then(|chunk| chunk[index % CHUNK].get()).copied().unwrap_or("")
    }

    /// How many atoms this thread has made, ever.
    pub fn made_by_this_thread() -> u64 {
        MADE.get()
    }

    /// Number of atoms that exist (`erlang:system_info(atom_count)`).
    pub fn count() -> usize {
        table().read().unwrap_or_else(|poisoned| poisoned.into_inner()).by_text.len()
    }

    /// Index in the table.
    #[inline]
    pub const fn index(self) -> u32 {
        self.0
    }

    /// The atom with this index of the table.
    #[inline]
    pub const fn from_index(index: u32) -> Atom {
        Atom(index)
    }
}

/// The first bytes of a text as a number, which orders texts as they do.
#[inline]
fn first_bytes(text: &str) -> u64 {
    match text.as_bytes().first_chunk::<8>() {
        Some(first) => u64::from_be_bytes(*first),
        None => {
            let number = text.bytes().fold(0, |number, byte| number << 8 | u64::from(byte));
            // Nothing orders before any byte, or as one that is 0: then the texts tell.
            if text.is_empty() { 0 } else { number << (64 - 8 * text.len()) }
        }
    }
}

impl std::fmt::Debug for Atom {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "'{}'", self.text())
    }
}

impl std::fmt::Display for Atom {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.text())
    }
}

macro_rules! known_atoms {
    ($($name:ident = $text:literal,)*) => {
        /// Atoms that Rust code names; their indices are fixed.
        #[expect(non_camel_case_types, clippy::upper_case_acronyms, reason = "private index of the table below")]
        mod index { #[repr(u32)] #[derive(Clone, Copy)] pub(super) enum Known { $($name,)* } }
        const KNOWN: &[&str] = &[$($text,)*];
        /// Atoms that Rust code names.
        pub mod atoms {
            use super::{Atom, index::Known};
            $(#[doc = concat!("`", $text, "`")] pub const $name: Atom = Atom(Known::$name as u32);)*
        }
    };
}

known_atoms! {
    FALSE = "false", TRUE = "true", NIL_ATOM = "nil", UNDEFINED = "undefined", OK = "ok", ERROR = "error",
    EXIT = "exit", THROW = "throw", EXIT_UPPER = "EXIT", DOWN = "DOWN", NORMAL = "normal", KILL = "kill",
    KILLED = "killed", SHUTDOWN = "shutdown", NOPROC = "noproc", NOCONNECTION = "noconnection",
    NOCATCH = "nocatch", BADARG = "badarg", BADARITH = "badarith", BADMATCH = "badmatch",
    CASE_CLAUSE = "case_clause", IF_CLAUSE = "if_clause", TRY_CLAUSE = "try_clause",
    FUNCTION_CLAUSE = "function_clause", UNDEF = "undef", BADFUN = "badfun", BADARITY = "badarity",
    BADMAP = "badmap", BADKEY = "badkey", BADRECORD = "badrecord", TIMEOUT_VALUE = "timeout_value",
    SYSTEM_LIMIT = "system_limit", INFINITY = "infinity", PROCESS = "process", PORT = "port", TIMEOUT = "timeout",
    DOLLAR_GEN_CALL = "$gen_call", DOLLAR_GEN_CAST = "$gen_cast", SYSTEM = "system", INFO = "info",
    REPLY = "reply", NOREPLY = "noreply", STOP = "stop", FILE = "file", LINE = "line", MODULE = "module",
    ERROR_INFO = "error_info", CAUSE = "cause", NONODE = "nonode@nohost", ERLANG = "erlang",
    MODULE_INFO = "module_info", MINUS = "-", ALL = "all", UNDEFINED_FUNCTION = "undefined_function",
    ERROR_HANDLER = "error_handler", PANIC = "panic", NOTIFY = "notify", EMPTY = "",
    ALIAS = "alias", STRUCT = "__struct__", NOT_PURGED = "not_purged",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_text_gives_same_atom() {
        assert_eq!(Atom::new("a fresh atom"), Atom::new("a fresh atom"));
        assert_eq!(Atom::new("ok"), atoms::OK);
        assert_eq!(atoms::OK.text(), "ok");
    }

    #[test]
    fn atoms_made_by_racing_threads_agree() {
        let atoms: Vec<Vec<Atom>> = std::thread::scope(|scope| {
            let make = || (0..3000).map(|n| Atom::new(&format!("racing {n}"))).collect();
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(make)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(atoms.windows(2).all(|pair| pair[0] == pair[1]));
        assert!(atoms[0].iter().enumerate().all(|(n, atom)| atom.text() == format!("racing {n}")));
    }

    #[test]
    fn long_atoms_are_refused() {
        assert_eq!(Atom::try_new(&"é".repeat(256)), Err(AtomError::TooLong));
        assert!(Atom::try_new(&"é".repeat(255)).is_ok());
    }
}
