//! The process as code and built-in functions see it.

use std::sync::Arc;

use dala::Qos;
use dala::mailbox::receive::Receive;
use dala::message::Call;
use dala::pid::Ref;
use dala_ir::abi::{Atom, Pid, Word, atoms};
use dala_ir::term::OwnedTerm;
use hashbrown::HashMap;

use super::current::Current;
use super::dictionary::Dictionary;
use super::ended::Watcher;
use super::receive::{Markers, Timeout};
use super::sandbox::Member;
use super::signals::MonitorView;
use super::system::System;
use crate::bif::erlang::suspend::Suspensions;
use crate::heap::{Heap, HeapOptions, Rare};
use crate::trace::Tracing;

/// A function by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Mfa {
    /// Module.
    pub module: Atom,
    /// Function.
    pub function: Atom,
    /// Arity.
    pub arity: u32,
}

impl Mfa {
    /// Of a process that was told what to run otherwise.
    pub const UNKNOWN: Mfa = Mfa { module: atoms::ERLANG, function: atoms::UNDEFINED, arity: 0 };
}

/// `process_flag(max_heap_size, _)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaxHeap {
    /// Words; 0 is no limit.
    pub words: usize,
    /// Whether a process over it is killed.
    pub kills: bool,
    /// Whether that is logged.
    pub logs: bool,
}

impl Default for MaxHeap {
    fn default() -> MaxHeap {
        MaxHeap { words: 0, kills: true, logs: true }
    }
}

/// What a process was told that its heap or its queue need not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The limit as it was given; the heap knows it only where it kills.
    pub max_heap: MaxHeap,
    /// `process_flag(min_bin_vheap_size, _)`: a hint.
    pub min_binary_heap: usize,
    /// `process_flag(message_queue_data, off_heap)`: a hint.
    pub has_off_heap_queue: bool,
    /// `process_flag(async_dist, true)`: kept, without effect.
    pub is_sending_asynchronously: bool,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            max_heap: MaxHeap::default(),
            min_binary_heap: 46_422,
            has_off_heap_queue: false,
            is_sending_asynchronously: false,
        }
    }
}

/// `process_flag(priority, _)`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Priority {
    /// `low`
    Low,
    /// `normal`
    #[default]
    Normal,
    /// `high`
    High,
    /// `max`
    Max,
}

impl Priority {
    /// The class of such a process: processes of `high` run before those of `normal` do, `low` waits for both.
    pub fn class(self) -> Qos {
        match self {
            Priority::Low => Qos::Background,
            Priority::Normal => Qos::UserFacing,
            Priority::High | Priority::Max => Qos::Realtime,
        }
    }
}

/// A BEAM process.
#[derive(Debug)]
pub struct Process {
    /// Heap, stack and budget. It implements `TermWriter`: `p.heap.tuple(&[..])`.
    pub heap: Heap,
    /// Its name for ever; nobody's until it first runs.
    pub pid: Pid,
    /// What all processes of the runtime share.
    pub system: Arc<System>,
    /// `put/2` and friends.
    pub dictionary: Dictionary,
    /// Group leader, a pid.
    pub group_leader: Word,
    /// The function it was spawned with.
    pub initial_call: Mfa,
    /// Who spawned it (`process_info(parent)`).
    pub parent: Option<Pid>,
    /// Whether exit signals become messages.
    pub is_trapping_exits: bool,
    /// `process_flag(priority, _)`.
    pub priority: Priority,
    /// Limits and hints.
    pub settings: Settings,
    /// `process_flag(sensitive, _)`.
    pub is_sensitive: bool,
    /// Whether and for whom it is traced.
    pub(crate) tracing: Tracing,
    /// `process_flag(save_calls, _)`.
    pub save_calls: u32,
    /// `process_flag(error_handler, _)`.
    pub error_handler: Atom,
    /// What it may do and use, if that is not everything.
    pub(crate) confined: Option<Member>,
    /// Whether it would run on, had it not used up its activation.
    pub is_runnable: bool,
    /// Who suspends it, and whom it does.
    pub(crate) suspensions: Rare<Suspensions>,
    /// What a built-in function keeps between its turns (`Retry`, `Wait`): a root, [`Word::NONE`] otherwise. Whoever
    /// sets it clears it with its last turn.
    pub bif_state: Word,
    /// The native actor's reply that it waits for (`interop::gen_call`).
    pub(crate) awaited: Option<Call<OwnedTerm>>,
    /// Reductions of activations that ended (`process_info(reductions)`).
    pub reductions_before: u64,
    /// Budget the running activation started with.
    pub activation_budget: i64,
    /// Reductions of the slice that the last activation ended in.
    pub slice_spent: i64,
    pub(super) current: Current,
    pub(super) watcher: Option<Watcher>,
    pub(super) receive: Receive,
    pub(super) timeout: Timeout,
    pub(super) markers: Rare<Markers>,
    pub(super) monitors: Rare<HashMap<Ref, MonitorView>>,
}

impl Process {
    /// A process that has not run yet.
    pub fn new(system: Arc<System>, options: HeapOptions, initial_call: Mfa) -> Process {
        let pid = dala::pid::NOBODY;
        Process {
            heap: Heap::new(options),
            pid,
            dictionary: Dictionary::new(),
            group_leader: Word::pid(pid),
            initial_call,
            parent: None,
            is_trapping_exits: false,
            priority: Priority::Normal,
            settings: Settings::default(),
            is_sensitive: false,
            tracing: Tracing::default(),
            save_calls: 0,
            error_handler: atoms::ERROR_HANDLER,
            confined: None,
            is_runnable: true,
            suspensions: Rare::default(),
            bif_state: Word::NONE,
            awaited: None,
            reductions_before: 0,
            activation_budget: 0,
            slice_spent: 0,
            current: Current::default(),
            watcher: None,
            receive: Receive::default(),
            timeout: Timeout::default(),
            markers: Rare::default(),
            monitors: Rare::default(),
            system,
        }
    }

    /// Charges the running activation for work that a built-in function did, in reductions.
    #[inline]
    pub fn charge(&mut self, reductions: usize) {
        self.heap.context.charge(i64::try_from(reductions).unwrap_or(i64::MAX));
    }

    /// What is left of the budget; a built-in function of unbounded length answers `Retry` when it is not positive.
    #[inline]
    pub fn reductions_left(&self) -> i64 {
        self.heap.context.reductions_left()
    }

    /// Whether anything that it does is told to somebody.
    #[inline]
    pub(crate) fn is_traced(&self) -> bool {
        !self.tracing.tracee.flags.is_empty()
    }

    /// The term that names an actor: a port or a pid.
    pub fn identity(&self, pid: dala_ir::abi::Pid) -> Word {
        if self.system.builtins.ports.is_port(pid) { crate::port::port_word(pid) } else { Word::pid(pid) }
    }

    /// Reductions so far.
    pub fn reductions(&self) -> u64 {
        let spent = self.activation_budget.saturating_sub(self.reductions_left()).max(0);
        self.reductions_before.saturating_add(spent as u64)
    }
}
