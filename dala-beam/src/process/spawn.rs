//! Starting processes.

use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::mpsc::Sender;

use dala::MemoryLimit;
use dala::actor::{SpawnError, SpawnOptions};
use dala::message::ExitReason;
use dala_ir::abi::{Pid, Word, atoms};
use dala_ir::interp::{self, CallTarget, Exception, TailCall};
use dala_ir::term::{TermWriter, view};

use super::ended::{Ended, Watcher};
use super::process::{Mfa, Process};
use super::sandbox::{Confinement, Member, Sandbox, TooMany};
use super::signals::{Entry, SpawnRequest};
use super::system::System;
use crate::bif::arguments::named;
use crate::trace::TraceFlags;

impl Process {
    /// Spawns a process. The monitor's reference is the second part.
    ///
    /// # Errors
    /// `badarg` when the entry is none, `system_limit` when there are too many processes.
    pub fn spawn(&mut self, request: SpawnRequest<'_>) -> Result<(Pid, Option<Word>), Exception> {
        let confined = match &self.confined {
            Some(member) => Some(member.join()),
            None => self.system.confinement_of(&request.entry).map(|confinement| confinement.join()),
        };
        let confined = confined.transpose().map_err(|TooMany| Exception::error_atom(atoms::SYSTEM_LIMIT))?;
        let memory = confined.as_ref().and_then(Member::memory).unwrap_or(self.system.options.memory);
        let mut child = Process::new(self.system.clone(), request.heap.within(memory), Mfa::UNKNOWN);
        let number = confined.as_ref().map(Member::number);
        child.confined = confined;
        child.parent = Some(self.pid);
        child.group_leader = self.group_leader;
        child.priority = request.priority;
        child.settings = request.settings;
        child.error_handler = self.error_handler;
        child.set_entry(request.entry)?;
        let tracee = self.inherited_tracing(request.link);
        child.tracing.tracee = tracee;
        let mut options = SpawnOptions::default().starting();
        options.qos = Some(request.priority.class());
        options.memory = Some(memory);
        options.link = request.link;
        options.monitor = request.monitor.is_some();
        options.alias = request.monitor.as_ref().and_then(|monitor| monitor.alias);
        let spawned = self.system.runtime.spawn_behaviour(child, &options);
        let spawned = spawned.map_err(|_| Exception::error_atom(atoms::SYSTEM_LIMIT))?;
        if let (Some(member), Some(number)) = (&self.confined, number) {
            member.spawned(number, spawned.pid);
        }
        let monitor = match (spawned.monitor, request.monitor) {
            (Some(reference), Some(options)) => Some(self.monitor_reference(reference, None, options)),
            _ => None,
        };
        self.enter_tracee(spawned.pid, tracee);
        if self.tracing.has(TraceFlags::PROCS) {
            let entry = match request.entry {
                Entry::Function(module, function, args) => (module, function, args),
                Entry::Fun(fun, args) => {
                    let args = self.heap.list(args, Word::NIL);
                    let args = self.heap.list(&[fun, args], Word::NIL);
                    (atoms::ERLANG, named!("apply"), args)
                }
            };
            self.tell_spawn(spawned.pid, entry, request.link);
        }
        Ok((spawned.pid, monitor))
    }

    /// Starts a process from outside of any.
    pub(super) fn begin(self, memory: MemoryLimit) -> Result<Pid, Exception> {
        let runtime = self.system.runtime.clone();
        let options = SpawnOptions::default().starting().memory(memory);
        let spawned = runtime.spawn_behaviour(self, &options);
        spawned.map(|spawned| spawned.pid).map_err(|_| Exception::error_atom(atoms::SYSTEM_LIMIT))
    }

    /// Sets up what the process runs first.
    ///
    /// # Errors
    /// `badarg` when it is nothing to run.
    pub(super) fn set_entry(&mut self, entry: Entry<'_>) -> Result<(), Exception> {
        let (target, args) = match entry {
            Entry::Function(module, function, args) => {
                let args = view::list_to_vec(args).ok_or(Exception::badarg())?;
                self.initial_call = Mfa { module, function, arity: args.len() as u32 };
                (CallTarget::Function(module, function), args)
            }
            // A fun is what `apply/2` calls: so `process_info` says, and so the process was made.
            Entry::Fun(fun, args) => {
                if view::fun(fun).is_none() && view::export_fun(fun).is_none() {
                    return Err(Exception::badarg());
                }
                self.initial_call = Mfa { module: atoms::ERLANG, function: named!("apply"), arity: 2 };
                (CallTarget::Fun(self.heap.copy(fun)), args.to_vec())
            }
        };
        let args = args.into_iter().map(|arg| self.heap.copy(arg)).collect();
        interp::start(self, &TailCall { target, args })
            .map_err(|_| Exception::error_atom(atoms::SYSTEM_LIMIT))
    }
}

impl System {
    /// Spawns a process from outside of any, for the actor that runs on this thread, if one does. It runs when
    /// something wakes it, or at once where the options say so. It is confined if it is told, or its module is.
    ///
    /// # Errors
    /// As [`Handle::spawn_behaviour`](dala::Handle::spawn_behaviour), and [`SpawnError::Init`] when the entry is none.
    pub(crate) fn spawn(
        self: &Arc<System>,
        entry: Entry<'_>,
        group_leader: Option<Pid>,
        options: &SpawnOptions,
        confinement: Option<Arc<Confinement>>,
    ) -> Result<Pid, SpawnError> {
        let confined = self.join(confinement, &entry).map_err(|TooMany| SpawnError::TooManyActors)?;
        let limit = options.memory.or_else(|| confined.as_ref().and_then(Member::memory));
        let memory = limit.unwrap_or(self.options.memory);
        let options = options.clone().memory(memory);
        let mut process = Process::new(self.clone(), self.options.heap.within(memory), Mfa::UNKNOWN);
        process.confined = confined;
        process.group_leader = self.leader(group_leader);
        process
            .set_entry(entry)
            .map_err(|_| SpawnError::Init(ExitReason::custom("this is nothing that a process can run")))?;
        Ok(self.runtime.spawn_behaviour(process, &options)?.pid)
    }

    /// Who prints for a process from outside: `user`, unless another is given or nothing of OTP runs.
    fn leader(&self, given: Option<Pid>) -> Word {
        let leader = given.or_else(|| self.whereis(named!("user")));
        Word::pid(leader.unwrap_or(dala::pid::NOBODY))
    }

    fn join(
        &self,
        confinement: Option<Arc<Confinement>>,
        entry: &Entry<'_>,
    ) -> Result<Option<Member>, TooMany> {
        confinement.or_else(|| self.confinement_of(entry)).map(|confinement| confinement.join()).transpose()
    }

    /// Starts a process from outside. `group_leader` is `user` when not given; `watcher` learns how the process ends,
    /// or that something called `halt` first.
    ///
    /// # Errors
    /// When the entry is none, or there are too many processes.
    pub fn start_process(
        self: &Arc<System>,
        entry: Entry<'_>,
        group_leader: Option<Pid>,
        watcher: Option<Sender<Ended>>,
    ) -> Result<Pid, Exception> {
        let watch = watcher.map(|watcher| {
            *self.halted.lock().unwrap_or_else(PoisonError::into_inner) = Some(watcher.clone());
            // Nobody listens any more when the program ends first.
            Watcher(Box::new(move |ended| drop(watcher.send(ended))))
        });
        self.start_watched(entry, group_leader, watch, None)
    }

    /// As [`start_process`](System::start_process), of a process in a sandbox.
    ///
    /// # Errors
    /// As [`start_process`](System::start_process).
    pub fn start_confined(
        self: &Arc<System>,
        entry: Entry<'_>,
        group_leader: Option<Pid>,
        watcher: Sender<Ended>,
        sandbox: Sandbox,
    ) -> Result<Pid, Exception> {
        *self.halted.lock().unwrap_or_else(PoisonError::into_inner) = Some(watcher.clone());
        let watch = Watcher(Box::new(move |ended| drop(watcher.send(ended))));
        self.start_watched(entry, group_leader, Some(watch), Some(sandbox.confinement()))
    }

    /// As [`start_process`](System::start_process); `watch` learns how the process ends, and nothing of `halt`.
    pub(crate) fn start_watched_by(
        self: &Arc<System>,
        entry: Entry<'_>,
        watch: impl FnOnce(Ended) + Send + 'static,
        sandbox: Option<&Sandbox>,
    ) -> Result<Pid, Exception> {
        let confinement = sandbox.map(|sandbox| sandbox.confinement());
        self.start_watched(entry, None, Some(Watcher(Box::new(watch))), confinement)
    }

    fn start_watched(
        self: &Arc<System>,
        entry: Entry<'_>,
        group_leader: Option<Pid>,
        watcher: Option<Watcher>,
        confinement: Option<Arc<Confinement>>,
    ) -> Result<Pid, Exception> {
        let confined = self.join(confinement, &entry);
        let confined = confined.map_err(|TooMany| Exception::error_atom(atoms::SYSTEM_LIMIT))?;
        let memory = confined.as_ref().and_then(Member::memory).unwrap_or(self.options.memory);
        let mut process = Process::new(self.clone(), self.options.heap.within(memory), Mfa::UNKNOWN);
        process.confined = confined;
        process.group_leader = self.leader(group_leader);
        process.watcher = watcher;
        process.set_entry(entry)?;
        process.begin(memory)
    }
}
