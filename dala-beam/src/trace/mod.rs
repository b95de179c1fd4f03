//! Tracing: telling another process what a process does (`erlang:trace/3`, `erlang:trace_pattern/3`, `dbg`).
//!
//! - [`flags`]: what may be traced. [`tracees`]: who is traced, and how a process learns that it is.
//! - [`events`]: what is told when a process sends, gets a message, spawns, links, runs, collects, ends.
//! - [`calls`]: what is told of calls, which [breakpoints](dala_ir::interp) lead to; which functions have them, and with
//!   what match specification, is in `code::call_patterns`. [`actions`]: what only those specifications can do.
//!
//! # What it costs where nothing is traced
//! A process compares one number with another once a slice; a test of its own flags (a word beside others that are read)
//! where it sends, spawns, links, looks at its mailbox or collects. Calls cost nothing: code with a breakpoint is other
//! code.
//!
//! # Order
//! The process that does something tells of it itself, before it goes on. So what one process does is told in order, and
//! everything that was told before somebody asked `trace_delivered` is delivered.

pub(crate) mod actions;
mod calls;
mod events;
pub(crate) mod flags;
mod tracees;

pub(crate) use flags::TraceFlags;
pub(crate) use tracees::{Tracee, Tracees};

/// What a process knows of its being traced.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tracing {
    /// Its flags, and its tracer.
    pub(crate) tracee: Tracee,
    /// As of when.
    epoch: u64,
    /// Messages at the front of its mailbox that were told of.
    told: usize,
}

impl Tracing {
    /// Whether any of `flags` is set.
    #[inline]
    pub(crate) fn has(&self, flags: TraceFlags) -> bool {
        self.tracee.flags.has(flags)
    }
}
