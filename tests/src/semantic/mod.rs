//! One suite of signal, lifecycle and supervision rules for every kind of actor.
//!
//! A [`SuiteBackend`] spawns actors that obey [`Command`]s and report [`Event`]s; the [`CASES`](cases::CASES) say what must come out,
//! after the Erlang reference manual ("Processes"). It runs on native actors, on a scripted behaviour, on BEAM processes in the
//! interpreter, and on native actors and processes in turn; a new behaviour joins by implementing the trait and calling [`run_all`].

pub mod cases;
pub mod interpreter;
pub mod mixed;
pub mod native;
pub mod scripted;

use dala::runtime::Handle;
use dala::supervise::{ChildSpec, Intensity, Restart, Supervisor, SupervisorRef};
use dala::{Atom, ExitReason, Pid, Runtime};
use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What an actor of the suite does when it is told to. In Erlang: `{link, Peer}`, `demonitor`, ...
#[dala::message]
#[derive(Debug)]
pub enum Command {
    /// Links with `peer`.
    Link {
        /// Whom.
        peer: Pid,
    },
    /// Ends the link with `peer`.
    Unlink {
        /// Whom.
        peer: Pid,
    },
    /// Watches `peer`.
    Monitor {
        /// Whom.
        peer: Pid,
    },
    /// Ends the last monitor.
    Demonitor,
    /// Sets whether it traps exits.
    TrapExits {
        /// Whether.
        on: bool,
    },
    /// Sends an exit signal.
    Exit {
        /// Whom.
        to: Pid,
        /// Why.
        reason: Atom,
    },
    /// Ends.
    Stop {
        /// Why.
        reason: Atom,
    },
    /// Panics, or raises an error.
    Crash,
    /// Reports [`Event::Said`].
    Say {
        /// With this number.
        number: u32,
    },
    /// Sends `to`, an actor of the same case, the command to say `number`.
    Relay {
        /// Whom.
        to: Pid,
        /// What.
        number: u32,
    },
    /// Spawns another actor of this kind, linked; reports [`Event::Spawned`].
    SpawnLinked,
    /// Spawns another actor of this kind, watched; reports [`Event::Spawned`].
    SpawnMonitored,
}

/// What an actor of the suite reports.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// It was told to.
    Said(u32),
    /// An EXIT message.
    Exit(Pid, ExitReason),
    /// A DOWN message.
    Down(Pid, ExitReason),
    /// A child.
    Spawned(Pid),
}

/// Where an actor reports, and so do its children.
#[derive(Clone, Debug)]
pub struct Report(Sender<(Pid, Event)>);

impl Report {
    /// Notes what `who` saw.
    pub fn note(&self, who: Pid, event: Event) {
        // The case may be over.
        let _ = self.0.send((who, event));
    }
}

/// A kind of actor that the suite can run on.
pub trait SuiteBackend: Sync {
    /// Its name, for failures.
    fn name(&self) -> &'static str;
    /// A case begins on this runtime.
    fn begin(&self, runtime: &Handle, report: &Report) {
        let _ = (runtime, report);
    }
    /// Spawns an actor that obeys commands.
    fn spawn(&self, runtime: &Handle, report: Report) -> Pid;
    /// Sends it a command, on behalf of the running actor if there is one.
    fn command(&self, to: Pid, command: Command);
}

/// Who reports what supervisors start.
pub const SUPERVISOR: Pid = dala::pid::NOBODY;

/// Longest wait for an event that must come.
const PATIENCE: Duration = Duration::from_secs(20);

/// The runtime and the actors of one case.
pub struct Scene {
    backend: &'static dyn SuiteBackend,
    /// Where they live.
    pub runtime: Runtime,
    report: Report,
    events: Receiver<(Pid, Event)>,
    /// Events of others that came while waiting for those of one.
    kept: Mutex<VecDeque<(Pid, Event)>>,
}

impl std::fmt::Debug for Scene {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scene").field("backend", &self.backend.name()).finish_non_exhaustive()
    }
}

impl Scene {
    /// A new actor.
    pub fn spawn(&self) -> Pid {
        self.backend.spawn(self.runtime.handle(), self.report.clone())
    }

    /// Tells an actor.
    pub fn tell(&self, to: Pid, command: Command) {
        self.backend.command(to, command);
    }

    /// The next event of `who`.
    #[track_caller]
    pub fn next(&self, who: Pid) -> Event {
        let mut kept = self.kept.lock().expect("cases run on one thread");
        if let Some(index) = kept.iter().position(|(of, _)| *of == who) {
            return kept.remove(index).expect("just found").1;
        }
        loop {
            match self.events.recv_timeout(PATIENCE) {
                Ok((of, event)) if of == who => return event,
                Ok(other) => kept.push_back(other),
                Err(_) => panic!("{who} reports nothing; others: {kept:?}"),
            }
        }
    }

    /// A supervised actor; each start of it is reported as [`Event::Spawned`] of [`SUPERVISOR`].
    pub fn child(&self, id: &str, restart: Restart) -> ChildSpec {
        let (backend, report) = (self.backend, self.report.clone());
        let start = move || {
            let runtime = Handle::current().ok_or(ExitReason::custom("supervisors run in a runtime"))?;
            let pid = backend.spawn(&runtime, report.clone());
            report.note(SUPERVISOR, Event::Spawned(pid));
            Ok(pid)
        };
        ChildSpec::new(id, start).restart(restart)
    }

    /// The actor that a supervisor started next.
    #[track_caller]
    pub fn started(&self) -> Pid {
        match self.next(SUPERVISOR) {
            Event::Spawned(pid) => pid,
            other => panic!("no start: {other:?}"),
        }
    }

    /// A supervisor with these children.
    pub fn supervise<const N: usize>(&self, restarts: u32, children: [ChildSpec; N]) -> SupervisorRef {
        let intensity = Intensity { restarts, within: Duration::from_secs(600) };
        let supervisor = children.into_iter().fold(Supervisor::new().intensity(intensity), Supervisor::child);
        self.runtime.block_on(supervisor.start(self.runtime.handle())).expect("the children start")
    }

    /// Waits until `who` did what it was told.
    #[track_caller]
    pub fn settle(&self, who: Pid) {
        self.tell(who, Command::Say { number: u32::MAX });
        assert_eq!(self.next(who), Event::Said(u32::MAX));
    }
}

/// The reason that an atom of this text is.
pub fn reason(text: &str) -> ExitReason {
    ExitReason::from(Atom::new(text))
}

/// Runs all cases on one and on two workers.
///
/// # Panics
/// Naming the case, when one fails.
pub fn run_all(backend: &'static dyn SuiteBackend) {
    let failed = Arc::new(Mutex::new(Vec::new()));
    for workers in [1, 2] {
        for (name, case) in cases::CASES {
            let (sender, events) = channel();
            let runtime = Runtime::builder().workers(workers).build().expect("the runtime starts");
            let report = Report(sender);
            backend.begin(runtime.handle(), &report);
            let scene = Scene { backend, runtime, report, events, kept: Mutex::default() };
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| case(&scene)));
            if outcome.is_err() {
                failed.lock().expect("not poisoned").push(format!("{name} ({workers} workers)"));
            }
        }
    }
    let failed = failed.lock().expect("not poisoned");
    assert!(failed.is_empty(), "on {}: {}", backend.name(), failed.join(", "));
}
