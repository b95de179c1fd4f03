//! What built-in functions keep for a whole runtime.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64};

use super::dala_io::StandardInput;
#[cfg(feature = "tracing")]
use super::dala_tracing::Subscriber;
use super::erlang::question::Questions;
use super::erlang::timers::TimerTable;
use super::ets::Tables;
use super::os::Environment;
use super::persistent_term::PersistentTerms;
use super::re::Patterns;
use crate::interop::{ActorKinds, GenCalls, NativeCalls, Outside};

/// Tables and other shared state of built-in functions; one per [`System`](crate::process::System).
#[derive(Debug, Default)]
pub struct State {
    /// ETS tables.
    pub tables: Tables,
    /// Persistent terms.
    pub persistent_terms: PersistentTerms,
    /// Compiled regular expressions.
    pub patterns: Patterns,
    /// Environment variables.
    pub environment: Environment,
    /// Timers that have not fired.
    pub timers: TimerTable,
    /// Ports.
    pub(crate) ports: crate::port::Ports,
    /// Answers that processes wait for.
    pub questions: Questions,
    /// Calls of native functions that processes wait for.
    pub natives: NativeCalls,
    /// Calls of native actors.
    pub gen_calls: GenCalls,
    /// Native actors that `Dala.Actor` starts.
    pub kinds: ActorKinds,
    /// What Erlang code takes for Rust code that is no actor.
    pub(crate) outside: Outside,
    /// Standard input.
    pub input: StandardInput,
    /// Where events of OTP's logger go.
    #[cfg(feature = "tracing")]
    pub(crate) subscriber: Subscriber,
    /// Whether nobody reads standard output any more.
    pub(crate) has_lost_reader: AtomicBool,
    /// Who gets the runtime's own log events (`system_flag(system_logger, _)`): a pid's bits, 0 for nobody.
    pub(crate) system_logger: AtomicU64,
    /// Whether `erts_debug:set_internal_state/2` does anything.
    pub(crate) has_internal_state: AtomicBool,
    /// Totals that `statistics/1` last told.
    pub(crate) statistics: Statistics,
    /// Nanoseconds from monotonic to system time, set when first asked for.
    pub(crate) time_offset: OnceLock<i64>,
}

/// What `statistics/1` said last, since it tells differences.
#[derive(Debug, Default)]
pub(crate) struct Statistics {
    pub(crate) wall_clock: AtomicU64,
    pub(crate) runtime: AtomicU64,
    pub(crate) reductions: AtomicU64,
}
