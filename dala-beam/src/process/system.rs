//! What all processes of one runtime share.

use std::path::PathBuf;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use dala::runtime::Handle;
use dala_ir::abi::{Atom, Pid};

use super::ended::Ended;
use crate::code::CodeServer;
use crate::heap::HeapOptions;

/// How a runtime for BEAM code is set up.
#[derive(Clone, Debug)]
pub struct SystemOptions {
    /// Folders searched for modules before the installed libraries (`-pa`).
    pub paths: Vec<PathBuf>,
    /// OTP's root, with `lib` below; found by itself when not given.
    pub otp: Option<PathBuf>,
    /// Elixir's root, with `lib` below; found by itself when not given.
    pub elixir: Option<PathBuf>,
    /// Reductions an activation may use (OTP: 4000).
    pub reductions: i64,
    /// Heaps of new processes.
    pub heap: HeapOptions,
}

impl Default for SystemOptions {
    fn default() -> SystemOptions {
        SystemOptions {
            paths: Vec::new(),
            otp: None,
            elixir: None,
            reductions: 4000,
            heap: HeapOptions::default(),
        }
    }
}

impl SystemOptions {
    /// The defaults, changed by `DALA_REDUCTIONS` (budget of an activation) and `DALA_GC_STRESS` (collect at every
    /// safepoint, unless it is empty or `0`).
    pub fn from_environment() -> SystemOptions {
        let mut options = SystemOptions::default();
        let read = |name: &str| std::env::var(name).ok();
        if let Some(reductions) = read("DALA_REDUCTIONS").and_then(|text| text.parse().ok()) {
            options.reductions = reductions;
        }
        options.heap.stress = read("DALA_GC_STRESS").is_some_and(|text| !matches!(text.as_str(), "" | "0"));
        options
    }
}

/// Shared state of one runtime for BEAM code. Processes hold it in an `Arc`.
#[derive(Debug)]
pub struct System {
    /// Loaded modules and where others are found.
    pub code: CodeServer,
    /// Tables and other state of built-in functions.
    pub builtins: crate::bif::State,
    /// The options it was made with.
    pub options: SystemOptions,
    /// When it started; monotonic time counts from here.
    pub start: Instant,
    /// The runtime that its processes run on.
    pub runtime: Handle,
    /// Told when a process calls `halt`.
    pub(super) halted: Mutex<Option<Sender<Ended>>>,
}

impl System {
    /// A system with nothing loaded, on a runtime.
    pub fn new(runtime: Handle, options: SystemOptions) -> Arc<System> {
        let builtins = crate::bif::State::default();
        // `application:get_env/2` reads this table, which application_controller would have made. OTP's libraries do so
        // everywhere, in crash reports too.
        builtins.tables.add_public(Atom::new("ac_tab"));
        Arc::new(System {
            code: CodeServer::new(&options),
            builtins,
            options,
            start: Instant::now(),
            runtime,
            halted: Mutex::new(None),
        })
    }

    /// Ends the program (`erlang:halt/1`).
    pub fn halt(&self, status: i32) {
        match self.halted.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            // Nobody waits any more when the program ends already.
            Some(sender) => drop(sender.send(Ended::Halted(status))),
            None => std::process::exit(status),
        }
    }

    /// Tells people of something that went wrong, on standard error, as OTP's logger would.
    pub fn report(&self, text: &str) {
        eprint!("=ERROR REPORT====\n{text}");
    }

    /// Names a process (`register/2`); says whether it could.
    pub fn register(&self, name: Atom, pid: Pid) -> bool {
        self.runtime.register(name, pid).is_ok()
    }

    /// Takes a name away; says whether there was one.
    pub fn unregister(&self, name: Atom) -> bool {
        self.runtime.unregister(name).is_some()
    }

    /// The process of this name.
    pub fn whereis(&self, name: Atom) -> Option<Pid> {
        self.runtime.whereis(name)
    }

    /// The name of a process.
    pub fn name_of(&self, pid: Pid) -> Option<Atom> {
        self.runtime.name_of(pid)
    }

    /// All names.
    pub fn registered(&self) -> Vec<Atom> {
        self.runtime.names()
    }

    /// Whether a process lives.
    pub fn is_alive(&self, pid: Pid) -> bool {
        dala::actor::process::is_alive(pid)
    }

    /// All live actors.
    pub fn processes(&self) -> Vec<Pid> {
        self.runtime.actors()
    }
}
