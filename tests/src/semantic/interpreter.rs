//! The suite on BEAM processes: compiled Erlang code (`tests/beam/obedient.erl`) in the IR interpreter.

use super::{Command, Event, Report, SuiteBackend};
use crate::beam;
use dala::actor::process;
use dala::message::NodeBox;
use dala::runtime::Handle;
use dala::{Atom, ExitReason, Pid};
use dala_beam::process::{Entry, System};
use dala_ir::abi::Word;
use dala_ir::term::{Fragment, OwnedTerm, TermWriter as _};
use std::sync::{Arc, Mutex};

/// Interpreted processes.
#[derive(Debug, Default)]
pub struct Interpreter {
    /// The system of the case that runs, and who tells the suite what its processes saw.
    case: Mutex<Option<(Arc<System>, Pid)>>,
}

/// What a process tells, converted on its way.
#[dala::message]
#[derive(Debug)]
pub enum Told {
    /// [`Event::Said`].
    Said(Pid, u32),
    /// [`Event::Spawned`].
    Spawned(Pid, Pid),
    /// [`Event::Exit`].
    ExitSeen(Pid, Pid, OwnedTerm),
    /// [`Event::Down`].
    DownSeen(Pid, Pid, OwnedTerm),
}

/// Passes on what processes tell.
#[derive(Debug)]
pub struct Reporter {
    report: Report,
}

#[dala::actor]
impl Reporter {
    #[handler]
    fn told(&mut self, told: Told) {
        let (who, event) = match told {
            Told::Said(who, number) => (who, Event::Said(number)),
            Told::Spawned(who, child) => (who, Event::Spawned(child)),
            Told::ExitSeen(who, from, reason) => {
                (who, Event::Exit(from, ExitReason::from_term(reason.root())))
            }
            Told::DownSeen(who, of, reason) => (who, Event::Down(of, ExitReason::from_term(reason.root()))),
        };
        self.report.note(who, event);
    }
}

impl SuiteBackend for Interpreter {
    fn name(&self) -> &'static str {
        "interpreted processes"
    }

    fn begin(&self, runtime: &Handle, report: &Report) {
        let reporter = runtime.spawn(Reporter { report: report.clone() }).expect("pids are left").pid();
        *self.case.lock().expect("cases run on one thread") = Some((beam::unstarted(runtime), reporter));
    }

    fn spawn(&self, _: &Handle, _: Report) -> Pid {
        let case = self.case.lock().expect("cases run on one thread");
        let (system, reporter) = case.as_ref().expect("a case has begun");
        let mut scratch = Fragment::new();
        let arguments = scratch.list(&[Word::pid(*reporter)], Word::NIL);
        let entry = Entry::Function(Atom::new("obedient"), Atom::new("start"), arguments);
        system.start_process(entry, None, None).expect("pids are left")
    }

    fn command(&self, to: Pid, command: Command) {
        // Told to the dead: lost, as every message is.
        let _ = process::send(to, NodeBox::for_shape(command));
    }
}
