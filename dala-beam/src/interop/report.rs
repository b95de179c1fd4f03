//! What goes wrong in Rust, in OTP's log: actors that crash, children that Rust supervisors lose.
//!
//! The report of an actor that crashed while a process waited for its reply has the stack of that process. It is asked for
//! it before links and monitors learn of the crash, so it still waits.

use std::sync::Arc;

use dala::actor::process as actor;
use dala::message::Report;
use dala::message::report::on_standard_error;
use dala_ir::abi::{Pid, Word};

use crate::bif::erlang::question::{Question, is_process};
use crate::process::{System, stack_trace};

/// From now on `system` logs what its runtime reports, unless the app does something else with it.
pub(crate) fn log_reports(system: &Arc<System>) {
    let system = Arc::downgrade(system);
    let reports = system.upgrade().map(|system| system.runtime.clone());
    if let Some(runtime) = reports {
        runtime.reports().hand_over(move |report| match system.upgrade() {
            Some(system) => log(system, report),
            None => on_standard_error(report),
        });
    }
}

fn log(system: Arc<System>, report: &Report) {
    let (pid, caller) = match report {
        Report::Crash(crash) => (crash.pid, crash.call.as_ref().and_then(|call| call.caller)),
        Report::Child(child) => (child.supervisor, None),
        _ => (dala::pid::NOBODY, None),
    };
    let report = Unlogged { system, pid, text: report.to_string() };
    if let Some(caller) = caller.filter(|&caller| is_process(caller)) {
        // Of a caller that ended the report has no stack: it is logged when it is dropped.
        drop(actor::ask(caller, Box::new(Question::Stack(report))));
    }
}

/// A report that is not logged yet; it is when it is dropped.
#[derive(Debug)]
pub struct Unlogged {
    system: Arc<System>,
    pid: Pid,
    text: String,
}

impl Unlogged {
    /// Adds where the process is that waits for what crashed.
    pub(crate) fn of_caller(mut self, trace: Word) {
        let frames = stack_trace::frames(trace);
        if !frames.is_empty() {
            self.text.push_str(", which was in");
            for frame in frames {
                self.text.push_str("\n    ");
                self.text.push_str(&frame);
            }
        }
    }
}

impl Drop for Unlogged {
    fn drop(&mut self) {
        self.system.log_text(self.pid, &self.text);
    }
}
