//! Options that make a table of OTP's scale: here they change nothing, and `ets:info` tells what OTP would have made of
//! them.

use dala_ir::abi::{Atom, Word, atoms};
use dala_ir::interp::Exception;
use dala_ir::term::TermWriter;

use super::table::{Protection, TableType};
use crate::bif::arguments::{as_boolean, badarg, boolean, index, named, tuple};
use crate::process::Process;

/// `write_concurrency`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Writers {
    #[default]
    One,
    Many,
    /// `auto`
    Adaptive,
    /// `{debug_hash_fixed_number_of_locks, N}`, which OTP's own tests ask for.
    Locks(usize),
}

/// What was asked for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Concurrency {
    pub(crate) reads: bool,
    pub(crate) writers: Writers,
    /// `decentralized_counters`, unless it is left to the other options.
    pub(crate) decentralized: Option<bool>,
}

/// The tag of `Writers::Locks`.
fn locks() -> Atom {
    named!("debug_hash_fixed_number_of_locks")
}

/// OTP's bounds of N.
const FEWEST_LOCKS: usize = 64;
const MOST_LOCKS: usize = 32_768;

impl Writers {
    /// Reads the option's value.
    pub(super) fn read(value: Word) -> Result<Writers, Exception> {
        if value == Word::atom(named!("auto")) {
            return Ok(Writers::Adaptive);
        }
        if let Some(value) = as_boolean(value) {
            return Ok(if value { Writers::Many } else { Writers::One });
        }
        match *tuple(value)? {
            [tag, count] if tag == Word::atom(locks()) => match index(count)? {
                count @ 1..=MOST_LOCKS => Ok(Writers::Locks(count.next_power_of_two().max(FEWEST_LOCKS))),
                _ => badarg(),
            },
            _ => badarg(),
        }
    }

    /// The option as `ets:info` shows it.
    pub(super) fn word(self, p: &mut Process) -> Word {
        match self {
            Writers::One => Word::atom(atoms::FALSE),
            Writers::Many => Word::atom(atoms::TRUE),
            Writers::Adaptive => Word::atom(named!("auto")),
            Writers::Locks(count) => p.heap.tuple(&[Word::atom(locks()), Word::small_int(count as i64)]),
        }
    }
}

impl Concurrency {
    /// What is left of it in a table of this kind and protection.
    ///
    /// # Errors
    /// `badarg` for locks of an ordered table, which has none to count.
    pub(super) fn settle(
        mut self,
        kind: TableType,
        protection: Protection,
    ) -> Result<Concurrency, Exception> {
        let is_ordered = kind == TableType::OrderedSet;
        if is_ordered && matches!(self.writers, Writers::Locks(_)) {
            return badarg();
        }
        if protection == Protection::Private {
            self.writers = Writers::One;
        }
        self.decentralized = Some(match self.writers {
            Writers::One => false,
            Writers::Many => self.decentralized.unwrap_or(is_ordered),
            Writers::Adaptive | Writers::Locks(_) => self.decentralized.unwrap_or(true),
        });
        Ok(self)
    }

    /// `decentralized_counters` as `ets:info` shows it.
    pub(super) fn decentralized_word(self) -> Word {
        boolean(self.decentralized.unwrap_or(false))
    }
}
