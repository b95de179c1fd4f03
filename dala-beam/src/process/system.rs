//! What all processes of one runtime share.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use dala::runtime::Handle;
use dala::{MemoryLimit, Moment};
use dala_ir::abi::{Atom, Pid};
use dala_ir::interp::{HAS_JIT, JitMode};

use super::ended::Ended;
use super::sandbox::{Confined, Grant, Guarded};
use crate::code::{Bundle, CodeServer, ObjectCache};
use crate::heap::HeapOptions;
use crate::trace::Tracees;

/// How a runtime for BEAM code is set up.
#[derive(Clone, Debug)]
pub struct SystemOptions {
    /// Folders searched for modules before the installed libraries (`-pa`).
    pub paths: Vec<PathBuf>,
    /// OTP's root, with `lib` below; found by itself when not given.
    pub otp: Option<PathBuf>,
    /// Elixir's root, with `lib` below; found by itself when not given.
    pub elixir: Option<PathBuf>,
    /// Folder in which what modules were compiled to is kept, so that only the first start waits for that; a few
    /// megabytes. It must be writable by its owner alone, else it is not used. With none, each start compiles what it
    /// loads.
    pub cache: Option<PathBuf>,
    /// Modules and applications that the program carries along. With some, neither OTP nor Elixir is looked for, and
    /// `otp` and `elixir` mean nothing.
    pub bundle: Option<Arc<Bundle>>,
    /// Reductions an activation may use (OTP: 4000).
    pub reductions: i64,
    /// Heaps of new processes.
    pub heap: HeapOptions,
    /// Most memory that each process may hold: heap and messages that wait. One that holds more ends with
    /// `{over_limit, bytes, Bytes}`.
    pub memory: MemoryLimit,
    /// Which functions get machine code. One for the whole program: the last system that was made says it. Where a
    /// build makes none ([`HAS_JIT`]), or the OS refuses executable memory, code is interpreted whatever this says.
    pub jit: JitMode,
    /// Whether `halt` ends the OS process when nobody waits for the program's end. Otherwise it only ends the
    /// program's processes: an app that embeds Erlang goes on.
    pub exits_on_halt: bool,
}

impl Default for SystemOptions {
    fn default() -> SystemOptions {
        SystemOptions {
            paths: Vec::new(),
            otp: None,
            elixir: None,
            cache: None,
            bundle: None,
            reductions: 4000,
            heap: HeapOptions::default(),
            memory: MemoryLimit::NONE,
            jit: JitMode::On,
            exits_on_halt: false,
        }
    }
}

impl SystemOptions {
    /// The defaults, changed by `DALA_REDUCTIONS` (budget of an activation), `DALA_GC_STRESS` (collect at every
    /// safepoint, unless it is empty or `0`), `DALA_JIT` (`off`, `on`, `eager`: each function when it is called
    /// first, `ahead`: each when its module is loaded) and `DALA_CACHE` (the folder [`SystemOptions::cache`], or `off`). Without the last, the cache is that of
    /// the user.
    pub fn from_environment() -> SystemOptions {
        let mut options = SystemOptions::default();
        let read = |name: &str| std::env::var(name).ok();
        if let Some(reductions) = read("DALA_REDUCTIONS").and_then(|text| text.parse().ok()) {
            options.reductions = reductions;
        }
        options.heap.stress = read("DALA_GC_STRESS").is_some_and(|text| !matches!(text.as_str(), "" | "0"));
        if let Ok(Some(jit)) = jit_from_environment() {
            options.jit = jit;
        }
        options.cache = ObjectCache::default_root();
        options
    }
}

/// The mode of the JIT that `DALA_JIT` asks for, if it is set.
///
/// # Errors
/// With a text, when it is no mode, or one that this build does not have.
pub fn jit_from_environment() -> Result<Option<JitMode>, String> {
    let Some(text) = std::env::var_os("DALA_JIT") else { return Ok(None) };
    let mode = match text.to_str() {
        Some("off") => return Ok(Some(JitMode::Off)),
        Some("on") => JitMode::On,
        Some("eager") => JitMode::Eager,
        Some("ahead") => JitMode::Ahead,
        _ => return Err(format!("DALA_JIT={}: not `off`, `on`, `eager` or `ahead`", text.to_string_lossy())),
    };
    match HAS_JIT {
        true => Ok(Some(mode)),
        false => Err(format!(
            "DALA_JIT={}: this build has no JIT (feature `jit` of dala-beam; Unix on x86-64, Linux on arm64)",
            text.to_string_lossy()
        )),
    }
}

/// Number of workers that `DALA_WORKERS` asks for, if it is set.
///
/// # Errors
/// With a text, when it is no number from 1 to 1024.
pub fn workers_from_environment() -> Result<Option<usize>, String> {
    let Some(text) = std::env::var_os("DALA_WORKERS") else { return Ok(None) };
    let number =
        text.to_str().and_then(|text| text.parse().ok()).filter(|number| (1..=1024).contains(number));
    match number {
        Some(number) => Ok(Some(number)),
        None => Err(format!("DALA_WORKERS={}: not a number from 1 to 1024", text.to_string_lossy())),
    }
}

/// Shared state of one runtime for BEAM code. Processes hold it in an `Arc`.
#[derive(Debug)]
pub struct System {
    /// Loaded modules and where others are found.
    pub code: CodeServer,
    /// Tables and other state of built-in functions.
    pub builtins: crate::bif::State,
    /// Who is traced.
    pub(crate) tracees: Tracees,
    /// The options it was made with.
    pub options: SystemOptions,
    /// When it started; monotonic time counts from here.
    pub start: Moment,
    /// The runtime that its processes run on.
    pub runtime: Handle,
    /// Modules whose processes are confined.
    pub(super) confined: Confined,
    /// OTP's own servers, once it has started.
    guarded: OnceLock<Guarded>,
    /// Told when a process calls `halt`.
    pub(super) halted: Mutex<Option<Sender<Ended>>>,
    /// A process called `halt`, and this OS process ends with it.
    halting: AtomicBool,
}

impl System {
    /// A system with nothing loaded, on a runtime.
    pub fn new(runtime: Handle, options: SystemOptions) -> Arc<System> {
        dala_ir::interp::set_jit_mode(options.jit);
        let builtins = crate::bif::State::default();
        // `application:get_env/2` reads this table, which application_controller would have made. OTP's libraries do so
        // everywhere, in crash reports too.
        builtins.tables.add_public(Atom::new("ac_tab"));
        let system = Arc::new(System {
            code: CodeServer::new(&options),
            builtins,
            tracees: Tracees::default(),
            options,
            start: runtime.now(),
            runtime,
            confined: Confined::default(),
            guarded: OnceLock::new(),
            halted: Mutex::new(None),
            halting: AtomicBool::new(false),
        });
        crate::interop::report::log_reports(&system);
        system
    }

    /// Ends the program (`erlang:halt/1`).
    pub fn halt(&self, status: i32) {
        self.halting.store(self.options.exits_on_halt, Ordering::Release);
        match self.halted.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            Some(sender) if sender.send(Ended::Halted(status)).is_ok() => {}
            _ if self.options.exits_on_halt => {
                dala_ir::interp::keep::keep_machine_code();
                std::process::exit(status)
            }
            _ => self.kill_all(),
        }
    }

    /// Whether the whole program is about to end.
    pub(crate) fn is_halting(&self) -> bool {
        self.halting.load(Ordering::Acquire)
    }

    /// Kills every Erlang process; native actors go on.
    fn kill_all(&self) {
        let is_process = |pid: &Pid| {
            dala::actor::process::behaviour_of(*pid)
                == Some(std::any::TypeId::of::<super::process::Process>())
        };
        self.processes().into_iter().filter(is_process).for_each(dala::actor::process::kill);
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

    /// From now on messages to the processes that have names now are for those who were granted what they do.
    pub(crate) fn guard_servers(&self) {
        let named = self.registered().into_iter();
        let guarded = Guarded::new(named.filter_map(|name| Some((name.text(), self.whereis(name)?))));
        // Started twice, it has the same servers.
        let _ = self.guarded.set(guarded);
    }

    /// The grant that a message to `pid` needs.
    pub(crate) fn guard_of(&self, pid: Pid) -> Option<Grant> {
        self.guarded.get()?.needed(pid)
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
