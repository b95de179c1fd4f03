//! What a process may do and use: grants, and limits that it shares with all that it spawns.
//!
//! - A process is *confined* or not; it is from its start, and what it spawns is confined with it. Nothing frees it.
//! - Grants are asked for where Erlang code meets the emulator: at built-in functions (`bif/grants.rs` says which need what), and
//!   where a message goes to one of OTP's own servers, which would do for others what these may not do. So it does not
//!   matter through which library a confined process comes. A call that is refused raises `error:{not_granted, Grant}`.
//! - Limits are those of a [`Sandbox`] as it is used once: of all processes in it together, but for memory, which each of them has.

use std::num::NonZeroU64;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use dala::MemoryLimit;
use dala::pid::NOBODY;
use dala_ir::abi::atom::AtomError;
use dala_ir::abi::{Atom, Pid, Word};
use dala_ir::term::view;
use hashbrown::{HashMap, HashSet};

use super::signals::Entry;
use super::system::System;

macro_rules! grants {
    ($($variant:ident $name:literal $doc:literal;)*) => {
        /// Something that a confined process may do only when it was granted.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Grant {
            $(#[doc = $doc] $variant,)*
        }

        impl Grant {
            /// All there are.
            pub const ALL: &[Grant] = &[$(Grant::$variant),*];

            /// Its name, an atom in errors.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Grant::$variant => $name,)*
                }
            }

            /// The one of this name.
            pub fn named(name: &str) -> Option<Grant> {
                Grant::ALL.iter().copied().find(|grant| grant.name() == name)
            }
        }
    };
}
grants! {
    Files "files" "Read and write files and folders.";
    Programs "programs" "Start programs and open other ports.";
    Environment "environment" "Read and set environment variables, read the command line.";
    Code "code" "Load modules that are nobody else's: new ones, and those that a confined process loaded before.";
    Processes "processes" "End, suspend and link with processes outside, list them all, make pids of texts.";
    Natives "natives" "Call native functions and start native actors that the program in Rust has for Erlang.";
    Emulator "emulator" "Change what all share: halt, flags of the emulator, persistent terms, tracing, code paths, OTP's applications.";
}

/// A set of [`Grant`]s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Grants(u32);

impl Grants {
    /// None.
    pub const NONE: Grants = Grants(0);

    /// These and `grant`.
    #[must_use]
    pub const fn with(self, grant: Grant) -> Grants {
        Grants(self.0 | 1 << grant as u32)
    }

    /// Whether `grant` is one of these.
    pub const fn has(self, grant: Grant) -> bool {
        self.0 & 1 << grant as u32 != 0
    }
}

impl FromIterator<Grant> for Grants {
    fn from_iter<I: IntoIterator<Item = Grant>>(grants: I) -> Grants {
        grants.into_iter().fold(Grants::NONE, Grants::with)
    }
}

/// What processes that are started in it may do and use. Without more said they may compute, and talk to processes, and
/// have no limits.
///
/// ```
/// use dala::MemoryLimit;
/// use dala_beam::process::{Grant, Sandbox};
///
/// let sandbox = Sandbox::new()
///     .grant(Grant::Files)
///     .memory(MemoryLimit::bytes(64 << 20))
///     .processes(100)
///     .atoms(1_000)
///     .reductions_per_second(1_000_000);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sandbox {
    grants: Grants,
    memory: Option<MemoryLimit>,
    processes: Option<u32>,
    atoms: Option<u32>,
    reductions_per_second: Option<NonZeroU64>,
}

impl Sandbox {
    /// Without grants and limits.
    pub const fn new() -> Sandbox {
        Sandbox {
            grants: Grants::NONE,
            memory: None,
            processes: None,
            atoms: None,
            reductions_per_second: None,
        }
    }

    /// With one more grant.
    #[must_use]
    pub const fn grant(mut self, grant: Grant) -> Sandbox {
        self.grants = self.grants.with(grant);
        self
    }

    /// With more grants.
    #[must_use]
    pub fn grants(mut self, grants: impl IntoIterator<Item = Grant>) -> Sandbox {
        self.grants = grants.into_iter().fold(self.grants, Grants::with);
        self
    }

    /// Ends each process that holds more: heap and messages that wait.
    #[must_use]
    pub const fn memory(mut self, limit: MemoryLimit) -> Sandbox {
        self.memory = Some(limit);
        self
    }

    /// At most so many processes at once; a spawn of more raises `system_limit`.
    #[must_use]
    pub const fn processes(mut self, most: u32) -> Sandbox {
        self.processes = Some(most);
        self
    }

    /// At most so many atoms that did not exist before, as none is ever freed; more raise `system_limit`. One call that makes many
    /// (`binary_to_term/1`, loading a module) may go over it, and is then the last.
    #[must_use]
    pub const fn atoms(mut self, most: u32) -> Sandbox {
        self.atoms = Some(most);
        self
    }

    /// At most so many reductions a second, those of built-in functions among them; who uses more waits. 0 is no limit.
    #[must_use]
    pub const fn reductions_per_second(mut self, most: u64) -> Sandbox {
        self.reductions_per_second = NonZeroU64::new(most);
        self
    }

    /// A sandbox as it is used once.
    pub(crate) fn confinement(self) -> Arc<Confinement> {
        Arc::new(Confinement {
            sandbox: self,
            processes: AtomicU32::new(0),
            mates: Mutex::default(),
            atoms: AtomicU32::new(0),
            used_until: AtomicU64::new(0),
        })
    }
}

/// A [`Sandbox`] in use.
#[derive(Debug)]
pub(crate) struct Confinement {
    sandbox: Sandbox,
    /// How many live.
    processes: AtomicU32,
    /// Which they are: those may end one another, and link.
    mates: Mutex<Mates>,
    /// Those that were made.
    atoms: AtomicU32,
    /// Until when, on the runtime's clock, the rate of reductions is used up: a leaky bucket (ITU-T I.371, "GCRA", virtual
    /// scheduling). Nanoseconds.
    used_until: AtomicU64,
}

/// The processes of a sandbox that live. A process is known by a number before it has a pid, and until it ends, whoever hears
/// of that first: so its pid is not noted after its end.
#[derive(Debug, Default)]
struct Mates {
    joined: u64,
    /// By number; [`NOBODY`] until the pid is known.
    living: HashMap<u64, Pid>,
    pids: HashSet<Pid>,
}

impl Mates {
    fn join(&mut self) -> u64 {
        self.joined += 1;
        self.living.insert(self.joined, NOBODY);
        self.joined
    }

    fn know(&mut self, number: u64, pid: Pid) {
        if let Some(known) = self.living.get_mut(&number) {
            *known = pid;
            self.pids.insert(pid);
        }
    }

    fn leave(&mut self, number: u64) {
        if let Some(pid) = self.living.remove(&number) {
            self.pids.remove(&pid);
        }
    }
}

/// There are as many processes as there may be.
#[derive(Debug)]
pub(crate) struct TooMany;

impl Confinement {
    /// Counts a process in.
    pub(crate) fn join(self: &Arc<Confinement>) -> Result<Member, TooMany> {
        let most = self.sandbox.processes.unwrap_or(u32::MAX);
        // Nothing else is published by the count.
        let counted = self
            .processes
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |count| (count < most).then(|| count + 1));
        counted.map_err(|_| TooMany)?;
        let number = self.mates().join();
        Ok(Member { confinement: self.clone(), number })
    }

    fn mates(&self) -> std::sync::MutexGuard<'_, Mates> {
        self.mates.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A process in a sandbox: counted as long as it lives.
#[derive(Debug)]
pub(crate) struct Member {
    confinement: Arc<Confinement>,
    number: u64,
}

impl Drop for Member {
    fn drop(&mut self) {
        self.confinement.processes.fetch_sub(1, Ordering::Relaxed);
        self.confinement.mates().leave(self.number);
    }
}

/// How long a process may be ahead of its rate: what it may use at once after a rest.
const BURST: Duration = Duration::from_millis(20);

impl Member {
    /// One more process of the same sandbox.
    pub(crate) fn join(&self) -> Result<Member, TooMany> {
        self.confinement.join()
    }

    /// What [`spawned`](Member::spawned) knows it by.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// It runs for the first time, as `pid`.
    pub(crate) fn began(&self, pid: Pid) {
        self.confinement.mates().know(self.number, pid);
    }

    /// It spawned the member `number`, which is `pid`, and may not have run yet, or have ended.
    pub(crate) fn spawned(&self, number: u64, pid: Pid) {
        self.confinement.mates().know(number, pid);
    }

    /// Whether `pid` is in the same sandbox.
    pub(crate) fn is_mate(&self, pid: Pid) -> bool {
        self.confinement.mates().pids.contains(&pid)
    }

    /// Whether it has `grant`.
    pub(crate) fn has(&self, grant: Grant) -> bool {
        self.confinement.sandbox.grants.has(grant)
    }

    /// The limit of each process.
    pub(crate) fn memory(&self) -> Option<MemoryLimit> {
        self.confinement.sandbox.memory
    }

    /// Whether it may make atoms.
    pub(crate) fn may_make_atoms(&self) -> bool {
        self.confinement
            .sandbox
            .atoms
            .is_none_or(|most| self.confinement.atoms.load(Ordering::Relaxed) < most)
    }

    /// Counts atoms that it made.
    pub(crate) fn made_atoms(&self, made: u64) {
        self.confinement.atoms.fetch_add(u32::try_from(made).unwrap_or(u32::MAX), Ordering::Relaxed);
    }

    /// Counts reductions that it used, at `now`.
    pub(crate) fn used(&self, reductions: u64, now: Duration) {
        let Some(rate) = self.confinement.sandbox.reductions_per_second else { return };
        let now = u64::try_from(now.as_nanos()).unwrap_or(u64::MAX);
        let took = u128::from(reductions) * 1_000_000_000 / u128::from(rate.get());
        let took = u64::try_from(took).unwrap_or(u64::MAX);
        // Racing threads each add their own.
        let _ = self.confinement.used_until.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |until| {
            Some(until.max(now).saturating_add(took))
        });
    }

    /// How long it has to wait at `now` before it goes on.
    pub(crate) fn pause(&self, now: Duration) -> Option<Duration> {
        self.confinement.sandbox.reductions_per_second?;
        let until = Duration::from_nanos(self.confinement.used_until.load(Ordering::Relaxed));
        let ahead = until.checked_sub(now)?.checked_sub(BURST)?;
        (!ahead.is_zero()).then_some(ahead)
    }
}

/// Which modules' processes are confined, and which modules confined processes loaded.
#[derive(Debug, Default)]
pub(crate) struct Confined {
    modules: RwLock<HashMap<Atom, Arc<Confinement>>>,
    /// Whether there are any: spawning asks.
    has_modules: AtomicBool,
    loaded: Mutex<HashSet<Atom>>,
}

impl Confined {
    fn add(&self, modules: impl IntoIterator<Item = Atom>, sandbox: &Sandbox) {
        let confinement = sandbox.confinement();
        let mut all = self.modules.write().unwrap_or_else(PoisonError::into_inner);
        all.extend(modules.into_iter().map(|module| (module, confinement.clone())));
        // The lock orders what a spawn sees.
        self.has_modules.store(true, Ordering::Release);
    }

    /// The confinement of processes of `module`.
    fn of(&self, module: Atom) -> Option<Arc<Confinement>> {
        self.modules.read().unwrap_or_else(PoisonError::into_inner).get(&module).cloned()
    }

    /// Whether a confined process loaded the module.
    fn has_loaded(&self, module: Atom) -> bool {
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner).contains(&module)
    }

    /// A confined process loads the module, which is nobody else's.
    fn loads(&self, module: Atom) {
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner).insert(module);
    }
}

impl System {
    /// Confines the processes of a module from now on: those that are started with a function of it, and the `gen_server`s and their
    /// like whose callback module it is. They share the sandbox's limits, and so does what they spawn. Those that are confined already
    /// stay as they are.
    ///
    /// # Errors
    /// When the name is no atom.
    pub fn confine_module(&self, module: &str, sandbox: Sandbox) -> Result<(), AtomError> {
        self.confined.add([Atom::try_new(module)?], &sandbox);
        Ok(())
    }

    /// Confines the processes of an OTP application, as [`confine_module`](System::confine_module) those of each of its modules;
    /// the process that calls its `start/2`, and `stop/1` in the end, among them.
    ///
    /// # Errors
    /// With a text, when there is no such application, or its `.app` file cannot be read.
    pub fn confine_application(&self, name: &str, sandbox: Sandbox) -> Result<(), String> {
        let modules = crate::otp::boot::modules_of(self, name)?;
        self.confined.add(modules, &sandbox);
        Ok(())
    }

    /// The confinement of a process that runs this first.
    pub(super) fn confinement_of(&self, entry: &Entry<'_>) -> Option<Arc<Confinement>> {
        if !self.confined.has_modules.load(Ordering::Acquire) {
            return None;
        }
        let module = match *entry {
            Entry::Function(module, function, args) => {
                callback_module(module, function, args).unwrap_or(module)
            }
            Entry::Fun(fun, _) => match (view::fun(fun), view::export_fun(fun)) {
                (Some(fun), _) => fun.head.module,
                (_, Some(fun)) => fun.head.module,
                _ => return None,
            },
        };
        self.confined.of(module)
    }

    /// Whether a confined process with [`Grant::Code`] may load or delete the module: it is new, or was loaded by one.
    pub(crate) fn is_free_for_confined(&self, module: Atom) -> bool {
        if self.confined.has_loaded(module) {
            return true;
        }
        let is_free = !self.code.has_module(module);
        if is_free {
            self.confined.loads(module);
        }
        is_free
    }
}

/// The callback module of a process that `proc_lib` starts (as `proc_lib:translate_initial_call/1` finds it), or that starts an
/// application.
fn callback_module(module: Atom, function: Atom, args: Word) -> Option<Atom> {
    match (module.text(), function.text()) {
        ("proc_lib", "init_p") => {}
        ("application_master", "start_it") => return application_module(args),
        _ => return None,
    }
    let args = view::list_to_vec(args)?;
    let &[_, _, module, function, args] = args.first_chunk::<5>()?;
    let (module, function) = (module.as_atom()?, function.as_atom()?);
    if (module.text(), function.text()) != ("gen", "init_it") {
        return Some(module);
    }
    // `[gen_server, Starter, Parent, Module, Argument, Options]`, with a name before the module if it has one.
    let args = view::list_to_vec(args)?;
    let from = args.len().checked_sub(3)?;
    let (callback, argument) = (args.get(from)?.as_atom()?, *args.get(from + 1)?);
    match (callback.text(), view::tuple_elements(argument)) {
        ("supervisor", Some(&[_, module, _])) => module.as_atom(),
        _ => Some(callback),
    }
}

/// The callback module of an application, from `[Tag, State, Master, Type]`: the records of `application_master.erl` and `.hrl`.
fn application_module(args: Word) -> Option<Atom> {
    let args = view::list_to_vec(args)?;
    let state = view::tuple_elements(*args.get(1)?)?;
    let application = view::tuple_elements(*state.get(2)?)?;
    let &[module, _] = view::tuple_elements(*application.get(4)?)? else { return None };
    module.as_atom()
}

/// OTP's own servers, which do for others what a confined process may not do, with the grant that a message to them needs.
#[derive(Debug, Default)]
pub(crate) struct Guarded(HashMap<Pid, Grant>);

impl Guarded {
    /// The processes that have these names when OTP has started.
    pub(crate) fn new(named: impl Iterator<Item = (&'static str, Pid)>) -> Guarded {
        let needed = |(name, pid): (&'static str, Pid)| Some((pid, needed_for(name)?));
        Guarded(named.filter_map(needed).collect())
    }

    /// The grant that is needed to send something to `pid`.
    pub(crate) fn needed(&self, pid: Pid) -> Option<Grant> {
        self.0.get(&pid).copied()
    }
}

/// The grant that a server of this name needs. What prints and logs is for all.
fn needed_for(name: &str) -> Option<Grant> {
    match name {
        "user" | "standard_error" | "logger" | "logger_proxy" | "logger_std_h_default" | "Elixir.Logger" => {
            None
        }
        "file_server_2" | "erl_prim_loader" => Some(Grant::Files),
        "code_server" | "erts_code_purger" | "elixir_code_server" | "elixir_config" => Some(Grant::Code),
        _ => Some(Grant::Emulator),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grants_are_those_that_were_given() {
        let some: Grants = [Grant::Files, Grant::Natives].into_iter().collect();
        for &grant in Grant::ALL {
            assert_eq!(some.has(grant), matches!(grant, Grant::Files | Grant::Natives));
            assert_eq!(Grant::named(grant.name()), Some(grant));
        }
        assert_eq!(Grant::named("everything"), None);
    }

    #[test]
    fn processes_are_counted_as_long_as_they_live() {
        let confinement = Sandbox::new().processes(2).confinement();
        let first = confinement.join().unwrap();
        let second = first.join().unwrap();
        assert!(second.join().is_err());
        drop(first);
        assert!(second.join().is_ok());
    }

    #[test]
    fn mates_are_those_that_live_whoever_tells_of_them_when() {
        let confinement = Sandbox::new().confinement();
        let parent = confinement.join().unwrap();
        let pid = |slot| Pid::from_parts(slot, 1);
        parent.began(pid(1));
        // Its parent hears of it, then it runs.
        let child = parent.join().unwrap();
        parent.spawned(child.number(), pid(2));
        child.began(pid(2));
        assert!(parent.is_mate(pid(2)) && child.is_mate(pid(1)));
        drop(child);
        assert!(!parent.is_mate(pid(2)));
        // It ran and ended before its parent hears of it.
        let child = parent.join().unwrap();
        let number = child.number();
        child.began(pid(3));
        drop(child);
        parent.spawned(number, pid(3));
        assert!(!parent.is_mate(pid(3)));
        // It ends without having run.
        let child = parent.join().unwrap();
        parent.spawned(child.number(), pid(4));
        drop(child);
        assert!(!parent.is_mate(pid(4)));
        drop(parent);
        let mates = confinement.mates();
        assert_eq!((mates.living.len(), mates.pids.len()), (0, 0));
    }

    #[test]
    fn who_is_ahead_of_the_rate_waits_and_who_rests_may_go_on() {
        let confinement = Sandbox::new().reductions_per_second(1000).confinement();
        let member = confinement.join().unwrap();
        let at = Duration::from_millis;
        assert_eq!(member.pause(at(1000)), None);
        member.used(10, at(1000));
        assert_eq!(member.pause(at(1000)), None, "within the burst");
        member.used(500, at(1000));
        assert_eq!(member.pause(at(1000)), Some(at(510) - BURST));
        assert_eq!(member.pause(at(1600)), None);
        // What was not used is not saved up.
        member.used(100, at(9000));
        assert_eq!(member.pause(at(9000)), Some(at(100) - BURST));
        let free = Sandbox::new().confinement().join().unwrap();
        free.used(u64::MAX, at(0));
        assert_eq!(free.pause(at(0)), None);
    }

    #[test]
    fn atoms_are_counted() {
        let member = Sandbox::new().atoms(2).confinement().join().unwrap();
        assert!(member.may_make_atoms());
        member.made_atoms(2);
        assert!(!member.may_make_atoms());
    }
}
