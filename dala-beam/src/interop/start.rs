//! Starting `gen_server` processes from Rust.

use std::sync::Arc;

use dala::actor::SpawnOptions;
use dala::supervise::ChildSpec;
use dala::{ExitReason, MemoryLimit, SpawnError, StableLayout};
use dala_ir::abi::atom::AtomError;
use dala_ir::abi::{Atom, Pid, Word};
use dala_ir::term::{Fragment, OwnedTerm, TermWriter};

use super::Server;
use crate::process::{Entry, Sandbox, System};

/// How a `gen_server` (Elixir: `GenServer`) is started from Rust, once or again and again by a supervisor.
#[derive(Clone, Debug)]
pub struct ServerSpec {
    system: Arc<System>,
    module: Result<Atom, AtomError>,
    argument: OwnedTerm,
    name: Option<Result<Atom, AtomError>>,
    mailbox: Option<u32>,
    memory: Option<MemoryLimit>,
    group_leader: Option<Pid>,
    sandbox: Option<Sandbox>,
}

/// Why a server was not started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The process table is full, or this thread is in no runtime.
    #[error(transparent)]
    Spawn(#[from] SpawnError),
    /// The name is taken.
    #[error("the name {0} is taken")]
    NameTaken(Atom),
    /// The name, or that of the module, is no atom.
    #[error(transparent)]
    Name(#[from] AtomError),
}

impl ServerSpec {
    /// A server of callback module `module` (Elixir modules are called `Elixir.Name`), whose `init/1` gets `argument`.
    pub fn new(system: &Arc<System>, module: &str, argument: &impl StableLayout) -> ServerSpec {
        let mut scratch = Fragment::new();
        let argument = OwnedTerm::copy_of(argument.write_term(&mut scratch));
        let (system, module) = (system.clone(), Atom::try_new(module));
        ServerSpec {
            system,
            module,
            argument,
            name: None,
            mailbox: None,
            memory: None,
            group_leader: None,
            sandbox: None,
        }
    }

    /// Registers it under `name`, before it runs.
    #[must_use]
    pub fn named(mut self, name: &str) -> ServerSpec {
        self.name = Some(Atom::try_new(name));
        self
    }

    /// Lets at most `capacity` messages of Rust senders wait in a lane of its mailbox. Erlang's `!` never waits.
    #[must_use]
    pub fn mailbox(mut self, capacity: u32) -> ServerSpec {
        self.mailbox = Some(capacity);
        self
    }

    /// Ends it when its heap and the messages that wait take more memory than this.
    #[must_use]
    pub fn memory(mut self, limit: MemoryLimit) -> ServerSpec {
        self.memory = Some(limit);
        self
    }

    /// Where what it prints goes: an I/O server, [`boot::start`](crate::otp::boot::start)'s (`user`) unless it is told.
    #[must_use]
    pub fn group_leader(mut self, leader: Pid) -> ServerSpec {
        self.group_leader = Some(leader);
        self
    }

    /// Confines it, and what it spawns, to what the sandbox grants; each start has the sandbox's limits anew.
    #[must_use]
    pub fn sandbox(mut self, sandbox: Sandbox) -> ServerSpec {
        self.sandbox = Some(sandbox);
        self
    }

    /// Starts it, linked with the actor that runs on this thread, if any: that actor is its parent, whose end it
    /// follows (OTP manual, `gen_server`). Its `init/1` runs later; when that fails the link tells.
    ///
    /// # Errors
    /// See [`StartError`].
    pub fn start(&self) -> Result<Pid, StartError> {
        let (module, name) = (self.module?, self.name.transpose()?);
        let mut scratch = Fragment::new();
        let parent = dala::actor::process::running();
        let [starter, parent] = [Word::pid(dala::pid::NOBODY), Word::pid(parent)];
        let argument = self.argument.copy_to(&mut scratch);
        let [gen_server, module] = [Word::atom(Atom::new("gen_server")), Word::atom(module)];
        // As `gen:start` spawns it; the starter, whom `init_ack` tells, is nobody.
        let init = scratch.list(&[gen_server, starter, parent, module, argument, Word::NIL], Word::NIL);
        let [gen_module, init_it] = [Word::atom(Atom::new("gen")), Word::atom(Atom::new("init_it"))];
        let ancestors = scratch.list(&[parent], Word::NIL);
        let args = scratch.list(&[parent, ancestors, gen_module, init_it, init], Word::NIL);
        let entry = Entry::Function(Atom::new("proc_lib"), Atom::new("init_p"), args);
        let mut options = SpawnOptions::default().linked();
        options.mailbox = self.mailbox;
        options.memory = self.memory;
        let confinement = self.sandbox.map(Sandbox::confinement);
        let pid = self.system.spawn(entry, self.group_leader, &options, confinement)?;
        if let Some(name) = name
            && !self.system.register(name, pid)
        {
            dala::actor::process::kill(pid);
            return Err(StartError::NameTaken(name));
        }
        dala::actor::process::wake(pid);
        Ok(pid)
    }

    /// A child of a supervisor that starts it, again after each failure.
    pub fn child(self, id: impl Into<String>) -> ChildSpec {
        ChildSpec::new(id, move || self.start().map_err(|error| ExitReason::custom(error.to_string())))
    }

    /// The server that this starts, by name if it has one.
    pub fn server(&self, pid: Pid) -> Server {
        match &self.name {
            Some(Ok(name)) => Server::named(&self.system, name.text()),
            _ => Server::of_pid(&self.system, pid),
        }
    }
}
