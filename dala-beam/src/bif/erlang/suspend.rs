//! `suspend_process`, `resume_process`: a process that others hold back.
//!
//! Suspending is a question to the process (see [`info`](super::info)): from its next activation on it takes signals in
//! and runs nothing, until all who suspended it have resumed it or ended. Each of them counts its own calls.

use dala::actor::process as actor;
use dala_ir::abi::{Pid, Word, atoms};
use dala_ir::interp::{BifResult, Exception};
use dala_ir::term::{OwnedTerm, TermWriter, view};

use super::question::{Question, is_process};
use crate::bif::Answer;
use crate::bif::arguments::{boolean, named};
use crate::heap::own;
use crate::process::{Process, message};

/// What a process has to do with suspending.
#[derive(Debug, Default)]
pub struct Suspensions {
    /// Who holds it back.
    by: Vec<Pid>,
    /// Whom it holds back, and how many times it said so.
    of: Vec<(Pid, i64)>,
}

impl Suspensions {
    /// Whether somebody holds the process back.
    pub(crate) fn holds(&self) -> bool {
        !self.by.is_empty()
    }

    /// Lets go of all that the process holds back, which ends.
    pub(crate) fn release(&mut self, me: Pid) {
        for (pid, _) in self.of.drain(..) {
            // Who is gone needs no resuming.
            drop(actor::ask(pid, Box::new(Question::Resume(me))));
        }
    }

    fn count(&mut self, pid: Pid) -> Option<&mut i64> {
        self.of.iter_mut().find(|(held, _)| *held == pid).map(|(_, count)| count)
    }

    /// `process_info(suspending)`: `{Pid, Count, 0}` each; nothing is ever outstanding.
    pub(super) fn word(&self, heap: &mut impl TermWriter) -> Word {
        let held: Vec<Word> = self
            .of
            .iter()
            .map(|&(pid, count)| heap.tuple(&[Word::pid(pid), Word::small_int(count), Word::small_int(0)]))
            .collect();
        heap.list(&held, Word::NIL)
    }
}

/// What goes back to who suspended: one message when it is done, another when the process ended first.
#[derive(Debug)]
pub struct Told {
    asker: Pid,
    done: Option<OwnedTerm>,
    gone: Option<OwnedTerm>,
}

impl Told {
    fn send(&self, message: Option<&OwnedTerm>) {
        if let Some(message) = message {
            // Who asked may be gone meanwhile.
            drop(actor::send(self.asker, message::node_of(message.root())));
        }
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        self.send(self.gone.as_ref());
    }
}

/// The process is told to wait.
pub(super) fn suspended(p: &mut Process, by: Pid, mut told: Told) {
    // Who ended meanwhile cannot resume it.
    let suspensions = p.suspensions.make();
    if actor::is_alive(by) && !suspensions.by.contains(&by) {
        suspensions.by.push(by);
    }
    told.gone = None;
    told.send(told.done.as_ref());
}

/// The process is told to go on, as far as `by` is concerned.
pub(super) fn resumed(p: &mut Process, by: Pid) {
    let suspensions = p.suspensions.make();
    suspensions.by.retain(|&holder| holder != by);
    if !suspensions.holds() {
        // Questions are answered behind an activation: another one goes on with what was held back.
        actor::wake(p.pid);
    }
}

/// `erts_internal:suspend_process(Pid, Options)`: a boolean, `badarg`, `badopt`, or the reference of a message that
/// brings one of them.
pub(crate) fn suspend_process(p: &mut Process, [pid, options]: [Word; 2]) -> Answer {
    let Some(options) = view::list_to_vec(options) else { return Ok(Word::atom(named!("badopt"))) };
    let (mut unless_suspending, mut waits, mut tag) = (false, true, None);
    for option in options {
        if option == Word::atom(named!("unless_suspending")) {
            unless_suspending = true;
        } else if option == Word::atom(named!("asynchronous")) {
            waits = false;
        } else {
            match view::tuple_elements(option) {
                Some(&[name, value]) if name == Word::atom(named!("asynchronous")) => {
                    (waits, tag) = (false, Some(value));
                }
                _ => return Ok(Word::atom(named!("badopt"))),
            }
        }
    }
    let Some(target) = pid.as_pid().filter(|&pid| pid != p.pid) else {
        return Ok(Word::atom(atoms::BADARG));
    };
    let is_there = is_process(target) && actor::is_alive(target);
    if !is_there && waits {
        return Ok(Word::atom(atoms::BADARG));
    }
    if is_there && unless_suspending && p.suspensions.make().count(target).is_some() {
        return Ok(boolean(false));
    }
    let reference = p.new_reference();
    let mut pair = |tag: Word, value: Word| own(p.heap.tuple(&[tag, value]));
    let told = Told {
        asker: p.pid,
        done: match tag {
            Some(tag) => Some(pair(tag, Word::atom(named!("suspended")))),
            None => waits.then(|| pair(reference, boolean(true))),
        },
        gone: match tag {
            Some(tag) => Some(pair(tag, Word::atom(named!("exited")))),
            None => waits.then(|| pair(reference, Word::atom(atoms::BADARG))),
        },
    };
    match p.suspensions.make().count(target) {
        Some(count) => *count += 1,
        None => p.suspensions.make().of.push((target, 1)),
    }
    let question = Question::Suspend { by: p.pid, told };
    // Dropped where there is nobody to ask; that tells.
    drop(actor::ask(target, Box::new(question)));
    Ok(if waits { reference } else { boolean(true) })
}

/// `resume_process(Pid)`.
pub(crate) fn resume_process(p: &mut Process, [pid]: [Word; 1]) -> BifResult {
    let target = pid.as_pid().filter(|&pid| actor::is_alive(pid));
    let Some((target, count)) = target.and_then(|pid| Some((pid, p.suspensions.make().count(pid)?))) else {
        return BifResult::Raise(Exception::badarg());
    };
    *count -= 1;
    if *count == 0 {
        p.suspensions.make().of.retain(|&(held, _)| held != target);
        drop(actor::ask(target, Box::new(Question::Resume(p.pid))));
    }
    BifResult::Value(boolean(true))
}
