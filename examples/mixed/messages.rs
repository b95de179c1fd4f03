//! The messages between the Rust actors and the Elixir process.

use std::collections::BTreeMap;

/// `{line, Number, Text}`: a line of the log, from 1.
#[dala::message]
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) number: u64,
    pub(crate) text: String,
}

/// `ack`: which line was counted last?
#[dala::message]
pub(crate) struct Ack;

/// `{ack, Last}`.
#[dala::message(name = "ack")]
#[derive(Debug)]
pub(crate) struct Acked {
    pub(crate) last: u64,
}

/// `{crash_at, Number}`: die before that line is counted.
#[dala::message]
pub(crate) struct CrashAt {
    pub(crate) number: u64,
}

/// `table`: the report, please.
#[dala::message]
pub(crate) struct Table;

/// `{table, Text}`.
#[dala::message(name = "table")]
#[derive(Debug)]
pub(crate) struct TableText {
    pub(crate) text: String,
}

/// `{lookup, Key}`: what does this word mean?
#[dala::message]
pub(crate) struct Lookup {
    pub(crate) key: String,
}

/// `{class, Category, Severity}`; severity from 0 (routine) to 3 (error).
#[dala::message]
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Class {
    pub(crate) category: String,
    pub(crate) severity: u8,
}

/// `{checkpoint, Last, Counts}`: the state after line `last`.
#[dala::message]
#[derive(Clone, Debug, Default)]
pub(crate) struct Checkpoint {
    pub(crate) last: u64,
    pub(crate) counts: BTreeMap<String, u64>,
}

/// `restore`: the last checkpoint, please.
#[dala::message]
pub(crate) struct Restore;
