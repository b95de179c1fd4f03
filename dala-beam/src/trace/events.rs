//! What is told of a process beside its calls (reference manual of `erlang:trace/3`, "trace messages").

use dala::actor::process as actor;
use dala::message::ExitReason;
use dala_ir::abi::{Atom, Pid, Word};
use dala_ir::interp::{CallTarget, frame};
use dala_ir::term::{Fragment, TermWriter, view};

use super::{TraceFlags, Tracee};
use crate::bif::arguments::named;
use crate::bif::erlang::{heap_sizes, info, time};
use crate::port::actor_of;
use crate::process::{Process, System, message};

impl Process {
    /// Learns whether it is traced, where that may have changed. `taken` counts the messages that it has taken in: it was
    /// not told of them, and will not be.
    #[inline]
    pub(crate) fn learn_tracing(&mut self, taken: impl FnOnce(&mut Process) -> usize) {
        if self.tracing.epoch != self.system.tracees.epoch() {
            let taken = taken(self);
            self.look_up_tracing(taken);
        }
    }

    #[cold]
    fn look_up_tracing(&mut self, taken: usize) {
        // Before the table: what changes meanwhile is learnt the next time.
        self.tracing.epoch = self.system.tracees.epoch();
        let tracee = self.system.tracees.of(self.pid);
        if tracee.flags.has(TraceFlags::RECEIVE) && !self.tracing.has(TraceFlags::RECEIVE) {
            self.tracing.told = taken;
        }
        self.tracing.tracee = tracee;
    }

    /// Changes its own flags.
    pub(crate) fn set_own_tracing(&mut self, tracee: Tracee) {
        self.system.tracees.replace(self.pid, tracee);
        let taken = self.taken_in();
        self.look_up_tracing(taken);
    }

    /// Whether its tracer is told when it does what any of `flags` says.
    #[inline]
    pub(crate) fn is_told_of(&self, flags: TraceFlags) -> bool {
        self.tracing.has(flags) && !self.is_sensitive
    }

    /// Tells its tracer: `{trace, Pid, Fields...}`.
    pub(super) fn tell(&mut self, scratch: &mut Fragment, fields: &[Word]) {
        self.tell_as(self.tracing.tracee, scratch, fields);
    }

    /// As [`tell`](Process::tell), where it was traced like that before.
    pub(super) fn tell_as(&mut self, tracee: Tracee, scratch: &mut Fragment, fields: &[Word]) {
        if !tell(&self.system, scratch, self.pid, tracee, fields) {
            self.set_own_tracing(Tracee::default());
        }
    }

    /// Tells the tracer of `pid`, itself or another, if it is told of `flag`.
    fn tell_of(&mut self, pid: Pid, flag: TraceFlags, fields: &[Word]) {
        if pid == self.pid {
            if self.is_told_of(flag) {
                self.tell(&mut Fragment::new(), fields);
            }
        } else if !self.system.tracees.is_unused() {
            let tracee = self.system.tracees.of(pid);
            if tracee.flags.has(flag) {
                tell(&self.system, &mut Fragment::new(), pid, tracee, fields);
            }
        }
    }

    /// Before it sends.
    #[cold]
    pub(crate) fn tell_send(&mut self, to: Word, message: Word) {
        if self.is_sensitive {
            return;
        }
        let is_there = match actor_of(to) {
            Some(pid) => actor::is_alive(pid),
            // It fails, with nothing told of it.
            None if !to.is_atom() && view::tuple_elements(to).is_none() && view::reference(to).is_none() => {
                return;
            }
            None => true,
        };
        let event = if is_there { named!("send") } else { named!("send_to_non_existing_process") };
        self.tell(&mut Fragment::new(), &[Word::atom(event), message, to]);
    }

    /// Tells of messages that arrived since the last time. The receive that goes on starts at the front again.
    #[cold]
    pub(crate) fn tell_arrivals(&mut self) {
        self.restart_receive();
        for _ in 0..self.tracing.told {
            self.receive_skip();
        }
        while let Some(message) = self.look_at_message() {
            self.tracing.told += 1;
            if !self.is_sensitive {
                self.tell(&mut Fragment::new(), &[Word::atom(named!("receive")), message]);
            }
            self.receive_skip();
        }
        self.restart_receive();
    }

    /// Whether messages arrived that were not told of.
    pub(crate) fn has_untold(&mut self) -> bool {
        self.message_queue_length() > self.tracing.told
    }

    /// A message left the mailbox.
    #[inline]
    pub(crate) fn count_told_off(&mut self) {
        self.tracing.told = self.tracing.told.saturating_sub(1);
    }

    /// What of a child is traced, given that this process spawns it.
    pub(crate) fn inherited_tracing(&mut self, is_linked: bool) -> Tracee {
        use TraceFlags as F;
        let Tracee { flags, tracer } = self.tracing.tracee;
        let (always, once) = if is_linked {
            (F::SET_ON_SPAWN.with(F::SET_ON_LINK), F::SET_ON_FIRST_SPAWN.with(F::SET_ON_FIRST_LINK))
        } else {
            (F::SET_ON_SPAWN, F::SET_ON_FIRST_SPAWN)
        };
        if !flags.has(always) && !flags.has(once) {
            return self.system.tracees.of_new();
        }
        let mut passed = flags;
        if flags.has(once) {
            passed = flags.without(F::SET_ON_SPAWN).without(F::SET_ON_FIRST_SPAWN);
            passed = passed.without(F::SET_ON_LINK).without(F::SET_ON_FIRST_LINK);
            let left = flags.without(once).without(if flags.has(always) { F::NONE } else { always });
            self.set_own_tracing(Tracee { flags: left, tracer });
        }
        Tracee { flags: passed, tracer }
    }

    /// It spawned a process.
    #[cold]
    pub(crate) fn tell_spawn(
        &mut self,
        child: Pid,
        (module, function, args): (Atom, Atom, Word),
        is_linked: bool,
    ) {
        if !self.is_told_of(TraceFlags::PROCS) {
            return;
        }
        let mut scratch = Fragment::new();
        let called = scratch.tuple(&[Word::atom(module), Word::atom(function), args]);
        self.tell(&mut scratch, &[Word::atom(named!("spawn")), Word::pid(child), called]);
        if is_linked {
            self.tell(&mut scratch, &[Word::atom(named!("link")), Word::pid(child)]);
        }
    }

    /// The child was made with its flags: enters them in the table.
    pub(crate) fn enter_tracee(&self, child: Pid, tracee: Tracee) {
        if tracee != Tracee::default() {
            self.system.tracees.inherit(child, tracee);
        }
    }

    /// It runs for the first time, linked to its parent or not.
    pub(crate) fn tell_started(&mut self, is_linked: bool) {
        let has_inherited = self.tracing.tracee != Tracee::default();
        if has_inherited {
            self.system.tracees.inherit(self.pid, self.tracing.tracee);
        }
        self.look_up_tracing(0);
        if !has_inherited || !self.is_told_of(TraceFlags::PROCS) {
            return;
        }
        let Some(parent) = self.parent else { return };
        let mut scratch = Fragment::new();
        if let Some((target, args)) = frame::starting_call(self) {
            let list = scratch.list(&args, Word::NIL);
            let called = match target {
                CallTarget::Function(module, function) => [Word::atom(module), Word::atom(function), list],
                CallTarget::Fun(fun) => {
                    let args = scratch.list(&[fun, list], Word::NIL);
                    [Word::atom(named!("erlang")), Word::atom(named!("apply")), args]
                }
            };
            let called = scratch.tuple(&called);
            self.tell(&mut scratch, &[Word::atom(named!("spawned")), Word::pid(parent), called]);
        }
        if is_linked {
            self.tell(&mut scratch, &[Word::atom(named!("getting_linked")), Word::pid(parent)]);
        }
    }

    /// It links itself to `peer`, or ends that; for the peer something changes, or not.
    #[cold]
    pub(crate) fn tell_link(&mut self, peer: Pid, is_linking: bool, is_change: bool) {
        let (event, other) = if is_linking {
            (named!("link"), named!("getting_linked"))
        } else {
            (named!("unlink"), named!("getting_unlinked"))
        };
        let me = self.pid;
        self.tell_of(me, TraceFlags::PROCS, &[Word::atom(event), Word::pid(peer)]);
        if is_change {
            self.tell_of(peer, TraceFlags::PROCS, &[Word::atom(other), Word::pid(me)]);
        }
    }

    /// Whether others may have to be told of what it does to them.
    #[inline]
    pub(crate) fn may_tell_of_others(&self) -> bool {
        !self.system.tracees.is_unused()
    }

    /// A receive timed out.
    #[cold]
    pub(crate) fn tell_timeout(&mut self) {
        if !self.is_sensitive {
            self.tell(&mut Fragment::new(), &[Word::atom(named!("receive")), Word::atom(named!("timeout"))]);
        }
    }

    /// A process got a name, or lost it.
    #[cold]
    pub(crate) fn tell_name(&mut self, of: Pid, event: Atom, name: Atom) {
        self.tell_of(of, TraceFlags::PROCS, &[Word::atom(event), Word::atom(name)]);
    }

    /// It begins to run (`in`), or ends that for now (`out`).
    #[cold]
    pub(crate) fn tell_running(&mut self, event: Atom) {
        if self.is_told_of(TraceFlags::RUNNING) {
            let at = info::current_function(self);
            self.tell(&mut Fragment::new(), &[Word::atom(event), at]);
        }
    }

    /// A collection begins that is to make room for `words`, or ends that gave back as many.
    #[cold]
    pub(crate) fn tell_collection(&mut self, event: Atom, words: usize) {
        if self.is_sensitive {
            return;
        }
        let mut scratch = Fragment::new();
        let sizes = self.heap.sizes();
        let list = heap_sizes::list(&sizes, Some((named!("wordsize"), words)), &mut scratch);
        self.tell(&mut scratch, &[Word::atom(event), list]);
    }

    /// It ends; `peers` are linked to it.
    #[cold]
    pub(crate) fn tell_exit(&mut self, reason: &ExitReason, peers: &[Pid]) {
        self.learn_tracing(|_| 0);
        if self.is_told_of(TraceFlags::PROCS) {
            let mut scratch = Fragment::new();
            let reason = reason.write(&mut scratch);
            self.tell(&mut scratch, &[Word::atom(named!("exit")), reason]);
            if let Some(name) = self.system.name_of(self.pid) {
                self.tell(&mut scratch, &[Word::atom(named!("unregister")), Word::atom(name)]);
            }
        }
        let me = Word::pid(self.pid);
        for &peer in peers {
            self.tell_of(peer, TraceFlags::PROCS, &[Word::atom(named!("getting_unlinked")), me]);
        }
        self.system.tracees.forget(self.pid);
    }
}

/// Tells the tracer of `pid`. Says whether it is there.
fn tell(system: &System, scratch: &mut Fragment, pid: Pid, tracee: Tracee, fields: &[Word]) -> bool {
    // Who traces itself is told nothing.
    if tracee.tracer == pid {
        return true;
    }
    let time = timestamp(system, scratch, tracee.flags);
    let tag = if time.is_some() { named!("trace_ts") } else { named!("trace") };
    let mut elements: smallvec::SmallVec<[Word; 8]> = smallvec::smallvec![Word::atom(tag), Word::pid(pid)];
    elements.extend_from_slice(fields);
    elements.extend(time);
    let told = scratch.tuple(&elements);
    actor::send(tracee.tracer, message::node_of(told)).is_ok()
}

/// The time of a message, as the flags want it.
fn timestamp(system: &System, scratch: &mut Fragment, flags: TraceFlags) -> Option<Word> {
    use std::sync::atomic::{AtomicI64, Ordering};
    static UNIQUE: AtomicI64 = AtomicI64::new(0);
    if flags.has(TraceFlags::TIMESTAMP) {
        return Some(time::now_in(system, scratch));
    }
    let is_strict = flags.has(TraceFlags::STRICT_MONOTONIC_TIMESTAMP);
    if !is_strict && !flags.has(TraceFlags::MONOTONIC_TIMESTAMP) {
        return None;
    }
    let now = scratch.integer(time::monotonic(system));
    if !is_strict {
        return Some(now);
    }
    let number = scratch.integer(UNIQUE.fetch_add(1, Ordering::Relaxed));
    Some(scratch.tuple(&[now, number]))
}
