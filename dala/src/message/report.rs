//! What went wrong, for people: actors that crashed, children that supervisors lost. One line or more on standard error unless
//! somebody else takes them: [`Builder::reports`](crate::Builder::reports), a frontend with a log of its own, or the subscriber of the
//! crate `tracing` that the thread has, if the feature `tracing` is on.

use super::exit::{self, ExitReason};
use crate::pid::Pid;
use crate::sync::{Arc, Mutex, lock};
use dala_ir::abi::Atom;
use std::fmt::{self, Display, Formatter};

/// Something that went wrong. Its text is for people: a line for what happened, and indented ones for what is known of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Report {
    /// An actor ended by itself in a way that is no orderly one: it panicked, stopped with such a reason, or held too much
    /// memory.
    Crash(Crash),
    /// A child of a supervisor ended, and was not told to.
    Child(LostChild),
}

/// How an actor ended.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Crash {
    /// The actor.
    pub pid: Pid,
    /// Its type.
    pub actor: &'static str,
    /// Its name, if it had one.
    pub name: Option<Atom>,
    /// Why it ended. Of a panic it has the place, and the stack where `RUST_BACKTRACE` asks for it.
    pub reason: ExitReason,
    /// The call that it was handling, if it was one.
    pub call: Option<CrashedCall>,
    /// It was ending already: what panicked is its `terminate`, or a destructor of its state or of a message that was left.
    pub was_ending: bool,
}

/// A call whose handler crashed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CrashedCall {
    /// The message's type.
    pub message: &'static str,
    /// Who called, where that is known: of calls by Erlang processes.
    pub caller: Option<Pid>,
}

/// What a supervisor does about a child that ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum ChildFate {
    /// It is started again, perhaps with others.
    StartedAgain,
    /// It is not a child that is started again.
    LeftOut,
    /// There were too many restarts: the supervisor ends.
    GivenUp,
}

/// A child that ended, or could not be started again.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LostChild {
    /// The supervisor.
    pub supervisor: Pid,
    /// The child's id.
    pub id: String,
    /// Who it was; none of a start that failed.
    pub pid: Option<Pid>,
    /// Why it ended, or did not start.
    pub reason: ExitReason,
    /// What follows.
    pub fate: ChildFate,
}

impl CrashedCall {
    pub(crate) fn new(message: &'static str, caller: Option<Pid>) -> CrashedCall {
        CrashedCall { message, caller }
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Report::Crash(crash) => crash.fmt(f),
            Report::Child(child) => child.fmt(f),
        }
    }
}

impl Display for Crash {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "actor {} {}", self.actor, self.pid)?;
        if let Some(name) = self.name {
            write!(f, " ({})", name.text())?;
        }
        let when = if self.was_ending { " at its end" } else { "" };
        write!(f, " crashed{when}: {}", self.reason)?;
        if let (None, ExitReason::Panic(panic)) = (&self.call, &self.reason)
            && let Some(message) = panic.handling
        {
            write!(f, "\n  while it handled {message}")?;
        }
        if let Some(CrashedCall { message, caller }) = &self.call {
            write!(f, "\n  while it answered {message}")?;
            if let Some(caller) = caller {
                write!(f, " to {caller}")?;
            }
        }
        if let ExitReason::Panic(panic) = &self.reason
            && let Some(stack) = &panic.stack
        {
            write!(f, "\n  its stack:\n{}", stack.trim_end())?;
        }
        Ok(())
    }
}

impl Display for LostChild {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "supervisor {}: child {} ", self.supervisor, self.id)?;
        match self.pid {
            Some(pid) => write!(f, "{pid} ended: {}", self.reason.brief())?,
            None => write!(f, "did not start: {}", self.reason.brief())?,
        }
        f.write_str(match self.fate {
            ChildFate::StartedAgain => "; it is started again",
            ChildFate::LeftOut => "; it is not started again",
            ChildFate::GivenUp => "; too many restarts, the supervisor ends",
        })
    }
}

/// Writes a line for people. Where nobody reads any more it is lost, and stops nobody: `eprintln` alone panics there.
pub fn on_standard_error(line: &dyn Display) {
    let _ = exit::catch_here(|| eprintln!("{line}"));
}

pub(crate) type Hook = Arc<dyn Fn(&Report) + Send + Sync>;

/// Where the reports of one runtime go.
#[derive(Clone, Default)]
enum Goal {
    #[default]
    StandardError,
    Nowhere,
    /// The app's own.
    App(Hook),
    Frontend(Hook),
}

/// Where the reports of one runtime go: to the app's hook, or a frontend's, or to standard error.
#[derive(Default)]
pub struct Reports(Mutex<Goal>);

impl fmt::Debug for Reports {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reports").finish_non_exhaustive()
    }
}

impl Reports {
    pub(crate) fn to_app(hook: Option<Hook>) -> Reports {
        Reports(Mutex::new(hook.map_or(Goal::StandardError, Goal::App)))
    }

    pub(crate) fn nowhere() -> Reports {
        Reports(Mutex::new(Goal::Nowhere))
    }

    /// For a frontend with a log of its own: from now on it gets the reports that the app takes no notice of. The hook is called
    /// on the thread of what went wrong, before links and monitors learn of it, and must not block.
    pub fn hand_over(&self, hook: impl Fn(&Report) + Send + Sync + 'static) {
        let mut goal = lock(&self.0);
        if matches!(*goal, Goal::StandardError | Goal::Frontend(_)) {
            *goal = Goal::Frontend(Arc::new(hook));
        }
    }

    pub(crate) fn tell(&self, report: &Report) {
        let goal = lock(&self.0).clone();
        match goal {
            Goal::StandardError if crate::observe::tell_subscriber(report) => {}
            Goal::StandardError => on_standard_error(report),
            Goal::Nowhere => {}
            Goal::App(hook) | Goal::Frontend(hook) => hook(report),
        }
    }
}
