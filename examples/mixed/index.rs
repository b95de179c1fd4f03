//! Knows what words in logs mean.

use crate::messages::{Class, Lookup};
use std::collections::HashMap;

/// Category and severity by keyword: package managers' actions and states, and what logs say when things go wrong.
const KEYWORDS: &[(&str, u8, &[&str])] = &[
    ("installation", 0, &["install", "unpack", "select", "prepare", "installed", "unpacked"]),
    ("configuration", 0, &["configure", "trigproc", "configured", "conffile", "link", "auto"]),
    ("upgrade", 1, &["upgrade", "downgrade", "reinstall"]),
    ("removal", 1, &["remove", "purge", "disappear", "removed", "not-installed", "config-files"]),
    ("progress", 0, &["status", "startup", "transaction", "end", "read", "command", "request"]),
    ("incomplete", 1, &["half-configured", "half-installed", "triggers-pending", "triggers-awaited"]),
    (
        "warning",
        2,
        &["warning", "warn", "deprecated", "skipping", "skipped", "retry", "timeout", "unreadable"],
    ),
    (
        "failure",
        3,
        &["error", "errors", "failed", "failure", "fatal", "panic", "critical", "denied", "refused"],
    ),
    ("security", 2, &["auth", "authentication", "password", "sudo", "root", "invalid", "unauthorized"]),
    ("network", 0, &["connection", "connect", "connected", "disconnected", "http", "https", "port", "host"]),
];

/// The index.
#[derive(Debug)]
pub(crate) struct Index {
    classes: HashMap<&'static str, Class>,
}

impl Index {
    pub(crate) fn new() -> Index {
        let mut classes = HashMap::new();
        for &(category, severity, words) in KEYWORDS {
            for &word in words {
                classes.insert(word, Class { category: category.to_owned(), severity });
            }
        }
        Index { classes }
    }
}

#[dala::actor]
impl Index {
    /// `GenServer.call(:index, {:lookup, key})`.
    #[handler]
    fn lookup(&mut self, lookup: Lookup) -> Class {
        match self.classes.get(lookup.key.as_str()) {
            Some(class) => class.clone(),
            None => Class { category: "other".to_owned(), severity: 0 },
        }
    }
}
