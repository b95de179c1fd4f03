//! What a process does to others: send, spawn, link, monitor, exit.

use dala::actor::process as actor;
use dala::pid::Ref;
use dala::signal::AliasMode;
use dala_ir::abi::{Atom, Pid, Word, atoms};
use dala_ir::interp::Exception;
use dala_ir::term::{OwnedTerm, TermWriter, view};

use super::process::{Priority, Process, Settings};
use super::{message, reason};
use crate::bif::arguments::named;
use crate::heap::HeapOptions;
use crate::interop::reply;
use crate::trace::TraceFlags;

/// What a monitor's DOWN message shows beside the pid.
#[derive(Debug, Default)]
pub(super) struct MonitorView {
    /// The name it was set up with.
    pub(super) name: Option<Atom>,
    /// What stands in the place of `'DOWN'`.
    pub(super) tag: Option<OwnedTerm>,
    /// The process, when the reference is an alias.
    pub(super) alias_of: Option<Pid>,
    /// Whether it was set up as a port's, of a name that nobody has.
    pub(super) of_port: bool,
}

/// What a new process runs.
#[derive(Clone, Copy, Debug)]
pub enum Entry<'a> {
    /// `module:function(args...)`; the arguments are a proper list.
    Function(Atom, Atom, Word),
    /// `fun(args...)`.
    Fun(Word, &'a [Word]),
}

/// `spawn_opt`.
#[derive(Clone, Debug)]
pub struct SpawnRequest<'a> {
    /// What to run.
    pub entry: Entry<'a>,
    /// Links both.
    pub link: bool,
    /// Monitors the child.
    pub monitor: Option<MonitorOptions>,
    /// Its heap.
    pub heap: HeapOptions,
    /// Limits and hints.
    pub settings: Settings,
    /// Its priority.
    pub priority: Priority,
}

/// Options of `monitor/3` and `{monitor, _}`.
#[derive(Clone, Debug, Default)]
pub struct MonitorOptions {
    /// The reference is an alias too.
    pub alias: Option<AliasMode>,
    /// What stands in the place of `'DOWN'`.
    pub tag: Option<OwnedTerm>,
    /// `monitor(port, _)`.
    pub of_port: bool,
}

impl Process {
    /// `Destination ! Message`.
    ///
    /// # Errors
    /// `badarg` when the destination is a name that nobody has, or no destination at all; `{not_granted, _}` of a confined
    /// process.
    pub fn send(&mut self, to: Word, message: Word) -> Result<(), Exception> {
        if self.tracing.has(TraceFlags::SEND) {
            self.tell_send(to, message);
        }
        if let Some(pid) = crate::port::actor_of(to) {
            self.may_send(pid, message)?;
            self.send_to(pid, message);
            return Ok(());
        }
        if let Some(name) = to.as_atom() {
            let pid = self.system.whereis(name).ok_or(Exception::badarg())?;
            self.may_send(pid, message)?;
            self.send_to(pid, message);
            return Ok(());
        }
        if let Some(reference) = view::reference(to) {
            if let Some(call) = reply::call_by(reference) {
                self.answer_call(call, message);
            } else if reference.high != 0 {
                let owner = Pid::from_bits(reference.high);
                self.may_send(owner, message)?;
                let mut node = crate::interop::inbound::node_for(&self.system, owner, message);
                if node.is_call() {
                    // The caller stands where the alias would: it comes as the term that it is.
                    node = message::node_of(message);
                }
                node.set_alias(Ref::from_bits(reference.low));
                drop(actor::send(owner, node));
            }
            return Ok(());
        }
        match view::tuple_elements(to) {
            Some(&[name, node]) if name.is_atom() && node.is_atom() => {
                // Messages to other nodes and to names nobody has are lost.
                if node == Word::atom(atoms::NONODE)
                    && let Some(pid) = name.as_atom().and_then(|name| self.system.whereis(name))
                {
                    self.may_send(pid, message)?;
                    self.send_to(pid, message);
                }
                Ok(())
            }
            _ if matches!(view::kind(to), Some(dala_ir::abi::Kind::ExternalPid)) => Ok(()),
            _ => Err(Exception::badarg()),
        }
    }

    /// Refuses messages of a confined process to servers that would do for it what it may not do.
    ///
    /// # Errors
    /// `error:{not_granted, Grant}`
    pub(crate) fn may_send(&mut self, to: Pid, message: Word) -> Result<(), Exception> {
        match self.confined.is_some().then(|| self.system.guard_of(to)).flatten() {
            Some(grant) if !is_harmless(message) => self.needs(grant),
            _ => Ok(()),
        }
    }

    /// Sends to a local pid; lost when it does not exist.
    pub fn send_to(&mut self, pid: Pid, message: Word) {
        // As OTP: sending costs more to those who send much.
        self.charge(4);
        if let Some(&[tag, _]) = view::tuple_elements(message)
            && let Some(call) = reply::call_of(tag)
        {
            return self.answer_call(call, message);
        }
        let mut node = crate::interop::inbound::node_for(&self.system, pid, message);
        if !node.is_call() {
            node.set_sender(self.pid);
        }
        drop(actor::send(pid, node));
    }

    /// `link/1` with a local pid. When it does not exist, a process that traps exits gets an exit signal.
    ///
    /// # Errors
    /// `error:noproc` when it does not exist and exits are not trapped.
    pub fn link(&mut self, pid: Pid) -> Result<(), Exception> {
        if self.may_tell_of_others() && pid != self.pid && actor::is_alive(pid) {
            let is_new = !self.activation().is_linked(pid);
            self.tell_link(pid, true, is_new);
        }
        if self.is_trapping_exits {
            self.activation().link(pid);
            return Ok(());
        }
        let linked = self.activation().try_link(pid);
        linked.map_err(|_| Exception::error(Word::atom(atoms::NOPROC)))
    }

    /// `unlink/1`.
    pub fn unlink(&mut self, pid: Pid) {
        if self.may_tell_of_others() && pid != self.pid {
            let is_linked = self.activation().is_linked(pid);
            self.tell_link(pid, false, is_linked);
        }
        self.activation().unlink(pid);
    }

    /// The linked actors.
    pub fn links(&mut self) -> Vec<Pid> {
        self.activation().links()
    }

    /// What is watched, and by which name if it was asked for by one.
    pub(crate) fn watched(&mut self) -> Vec<(Pid, Option<Atom>)> {
        let watched = self.activation().monitors();
        let shown = self.monitors.get();
        let name = |reference| shown.and_then(|shown| shown.get(reference)).and_then(|view| view.name);
        watched.iter().map(|(reference, pid)| (*pid, name(reference))).collect()
    }

    /// Monitors a pid; `name` is what the DOWN message shows instead of it.
    pub fn monitor_pid(&mut self, pid: Pid, name: Option<Atom>, options: MonitorOptions) -> Word {
        let reference = self.activation().monitor(pid, options.alias);
        self.monitor_reference(reference, name, options)
    }

    /// The term of a new monitor; remembers what its DOWN message shows.
    pub(super) fn monitor_reference(
        &mut self,
        reference: Ref,
        name: Option<Atom>,
        options: MonitorOptions,
    ) -> Word {
        let alias_of = options.alias.map(|_| self.pid);
        if name.is_some() || options.tag.is_some() || alias_of.is_some() {
            let shown = MonitorView { name, tag: options.tag, alias_of, of_port: options.of_port };
            self.monitors.make().insert(reference, shown);
        }
        self.heap.reference(reference.to_bits(), alias_of.map_or(0, Pid::to_bits))
    }

    /// `monitor(process, Target, Options)`: a pid, a registered name or `{Name, Node}`.
    ///
    /// # Errors
    /// `badarg` when the target is something else.
    pub fn monitor(&mut self, target: Word, options: MonitorOptions) -> Result<Word, Exception> {
        if let Some(pid) = target.as_pid() {
            return Ok(self.monitor_pid(pid, None, options));
        }
        match target.view() {
            view::TermView::ExternalPid(external) if !options.of_port => {
                return Ok(self.monitor_elsewhere(target, external.node, &options));
            }
            view::TermView::ExternalPort(external) if options.of_port => {
                return Ok(self.monitor_elsewhere(target, external.node, &options));
            }
            _ => {}
        }
        let name = match view::tuple_elements(target) {
            Some(&[name, node]) if node.is_atom() => name,
            Some(_) => return Err(Exception::badarg()),
            None => target,
        };
        let name = name.as_atom().ok_or(Exception::badarg())?;
        let pid = self.system.whereis(name).unwrap_or(dala::pid::NOBODY);
        Ok(self.monitor_pid(pid, Some(name), options))
    }

    /// The monitor of something on another node, or of one of this node in an earlier life: it fires at once.
    fn monitor_elsewhere(&mut self, target: Word, node: Atom, options: &MonitorOptions) -> Word {
        let reference = match options.alias {
            Some(mode) => self.alias(mode),
            None => self.new_reference(),
        };
        let tag = options.tag.as_ref().map_or(Word::atom(atoms::DOWN), |tag| self.heap.copy_owned(tag));
        let kind = if options.of_port { atoms::PORT } else { atoms::PROCESS };
        let why = if node == atoms::NONODE { atoms::NOPROC } else { atoms::NOCONNECTION };
        let message = self.heap.tuple(&[tag, reference, Word::atom(kind), target, Word::atom(why)]);
        self.send_to(self.pid, message);
        reference
    }

    /// `demonitor/1`: whether it was active.
    ///
    /// # Errors
    /// `badarg` when `reference` is no reference.
    pub fn demonitor(&mut self, reference: Word) -> Result<bool, Exception> {
        let reference = Ref::from_bits(view::reference(reference).ok_or(Exception::badarg())?.low);
        let was_active = self.activation().demonitor(reference);
        if was_active && let Some(monitors) = self.monitors.get_mut() {
            monitors.remove(&reference);
        }
        Ok(was_active)
    }

    /// `alias/1`.
    pub fn alias(&mut self, mode: AliasMode) -> Word {
        let me = self.pid;
        let alias = self.activation().alias(mode);
        self.heap.reference(alias.to_bits(), me.to_bits())
    }

    /// `unalias/1`: whether it was active.
    ///
    /// # Errors
    /// `badarg` when `alias` is no reference.
    pub fn unalias(&mut self, alias: Word) -> Result<bool, Exception> {
        let alias = view::reference(alias).ok_or(Exception::badarg())?;
        Ok(alias.high == self.pid.to_bits() && self.activation().unalias(Ref::from_bits(alias.low)))
    }

    /// `exit(Pid, Reason)`. Who sends it to itself and traps no exits is dead at once; who traps them has the message when it
    /// looks for messages, unless it traps them no more by then.
    pub fn exit_signal(&mut self, to: Pid, why: Word) {
        actor::exit(self.pid, to, reason::from_term(why));
        if to == self.pid && !self.is_trapping_exits {
            self.activation().take_in();
        }
    }

    /// `make_ref()`.
    pub fn new_reference(&mut self) -> Word {
        self.heap.reference(Ref::fresh().to_bits(), 0)
    }

    /// `process_flag(trap_exit, _)`; returns what it was. Signals that were not taken in yet act as it is now.
    pub fn set_trap_exit(&mut self, traps: bool) -> bool {
        self.is_trapping_exits = traps;
        self.activation().set_traps_exits(traps)
    }

    /// `register(Name, Pid)`; says whether it could.
    pub fn register(&mut self, name: Atom, pid: Pid) -> bool {
        self.system.register(name, pid)
    }
}

/// Whether a request to one of OTP's servers only asks for the name of the current folder, as compilers do for their messages.
fn is_harmless(message: Word) -> bool {
    let Some(&[_, _, request]) = view::tuple_elements(message) else { return false };
    matches!(view::tuple_elements(request), Some(&[name]) if name == Word::atom(named!("get_cwd")))
}
