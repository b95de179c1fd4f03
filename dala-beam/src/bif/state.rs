//! What built-in functions keep for a whole runtime.

use std::sync::OnceLock;

use super::ets::Tables;
use super::os::Environment;
use super::persistent_term::PersistentTerms;

/// Tables and other shared state of built-in functions; one per [`System`](crate::process::System).
#[derive(Debug, Default)]
pub struct State {
    /// ETS tables.
    pub tables: Tables,
    /// Persistent terms.
    pub persistent_terms: PersistentTerms,
    /// Environment variables.
    pub environment: Environment,
    /// Nanoseconds from monotonic to system time, set when first asked for.
    pub(crate) time_offset: OnceLock<i64>,
}
