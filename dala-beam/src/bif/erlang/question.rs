//! What one process asks or tells another beside messages.
//!
//! Another process is put a [`Question`], which it answers between two activations; the asker waits (`BifResult::Wait`) and is
//! woken. Between its turns the asker keeps the number of the question in `bif_state`.

use std::sync::{Arc, Mutex, PoisonError};

use dala::actor::process as actor;
use dala::pid::Ref;
use dala_ir::abi::{Pid, Word, atoms};
use dala_ir::interp::{BifResult, Exception};
use dala_ir::term::OwnedTerm;
use hashbrown::HashMap;

use super::info::{info, stack_trace};
use super::suspend::{self, Told};
use super::system_task::{Task, TaskDone, run_task};
use crate::bif::Answer;
use crate::bif::arguments::boolean;
use crate::code::Leaving;
use crate::heap::own;
use crate::interop::report::Unlogged;
use crate::process::Process;

/// What became of a question.
#[derive(Debug)]
enum Fate {
    /// It is on its way.
    Open,
    /// It was answered.
    Answered(OwnedTerm),
    /// Who was asked is gone.
    Gone,
}

type Slot = Arc<Mutex<Fate>>;

/// Questions that were put and whose answers were not fetched yet, by number.
#[derive(Debug, Default)]
pub struct Questions(Mutex<HashMap<u64, Slot>>);

impl Questions {
    fn with<R>(&self, act: impl FnOnce(&mut HashMap<u64, Slot>) -> R) -> R {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Forgets the question of a process that ends; `state` is its `bif_state`.
    pub(crate) fn forget(&self, state: Word) {
        if let Some(number) = state.as_small() {
            self.with(|questions| questions.remove(&(number as u64)));
        }
    }
}

/// Where the answer to a question goes. The asker is woken by the answer, and by its being dropped unanswered, which
/// happens when the process that was asked ends first.
#[derive(Debug)]
pub struct Reply {
    asker: Pid,
    slot: Slot,
}

impl Reply {
    pub(super) fn answer(self, answer: OwnedTerm) {
        *self.slot.lock().unwrap_or_else(PoisonError::into_inner) = Fate::Answered(answer);
    }
}

impl Drop for Reply {
    fn drop(&mut self) {
        {
            let mut fate = self.slot.lock().unwrap_or_else(PoisonError::into_inner);
            if matches!(*fate, Fate::Open) {
                *fate = Fate::Gone;
            }
        }
        actor::wake(self.asker);
    }
}

/// What a process is asked or told out of order with its messages.
#[derive(Debug)]
pub enum Question {
    /// `process_info(Pid, Item | [Item])`.
    Info {
        /// The items.
        items: OwnedTerm,
        /// Who waits for them.
        reply: Reply,
    },
    /// `is_process_alive(Pid)`, behind the signals that the asker sent before.
    Alive(Reply),
    /// Where it is, for the report of an actor that it waits for.
    Stack(Unlogged),
    /// `group_leader(Leader, Pid)`.
    GroupLeader(Pid),
    /// `suspend_process(Pid)`.
    Suspend {
        /// Who holds it back.
        by: Pid,
        /// What they are told.
        told: Told,
    },
    /// `resume_process(Pid)`, the last of that process.
    Resume(Pid),
    /// Literals that are to be freed.
    CopyOut(Arc<Leaving>),
    /// `request_system_task(Pid, _, _)`
    Task {
        /// What.
        task: Task,
        /// Who is told.
        done: TaskDone,
    },
}

/// Answers a question to `p`. For `Behaviour::asked`.
pub fn answer(p: &mut Process, question: Question) {
    match question {
        Question::Info { items, reply } => {
            let answer = info(p, items.root(), false).unwrap_or(Word::atom(atoms::UNDEFINED));
            reply.answer(own(answer));
        }
        Question::Alive(reply) => reply.answer(OwnedTerm::from(atoms::TRUE)),
        Question::Suspend { by, told } => suspend::suspended(p, by, told),
        Question::Resume(by) => suspend::resumed(p, by),
        Question::Stack(report) => {
            let trace = stack_trace(p);
            report.of_caller(trace);
        }
        Question::CopyOut(leaving) => {
            if p.copy_out(leaving.literals()).is_err() {
                leaving.need();
            }
        }
        Question::GroupLeader(leader) => p.group_leader = Word::pid(leader),
        Question::Task { task, done } => run_task(p, task, done),
    }
}

/// What there is to an asker's turn.
pub(crate) enum Asked {
    /// It waits.
    Waiting,
    /// The answer; none of a process that ended first.
    Answered(Option<Word>),
}

/// Puts a question to process `pid` at the asker's first turn; at later ones, sees what became of it.
pub(crate) fn ask(p: &mut Process, pid: Pid, question: impl FnOnce(Reply) -> Question) -> Asked {
    ask_by(p, |reply| actor::ask(pid, Box::new(question(reply))).is_ok())
}

/// As [`ask`]; `put` puts the question, and says whether there was anybody to ask.
pub(super) fn ask_by(p: &mut Process, put: impl FnOnce(Reply) -> bool) -> Asked {
    let Some(number) = p.bif_state.as_small() else {
        let slot = Arc::new(Mutex::new(Fate::Open));
        let reply = Reply { asker: p.pid, slot: Arc::clone(&slot) };
        if !put(reply) {
            return Asked::Answered(None);
        }
        let number = Ref::fresh().to_bits();
        p.system.builtins.questions.with(|questions| questions.insert(number, slot));
        p.bif_state = Word::small_int(number as i64);
        return Asked::Waiting;
    };
    let number = number as u64;
    let Some(slot) = p.system.builtins.questions.with(|questions| questions.get(&number).cloned()) else {
        p.bif_state = Word::NONE;
        return Asked::Answered(None);
    };
    let mut fate = slot.lock().unwrap_or_else(PoisonError::into_inner);
    if matches!(*fate, Fate::Open) {
        return Asked::Waiting;
    }
    let fate = std::mem::replace(&mut *fate, Fate::Gone);
    p.system.builtins.questions.with(|questions| questions.remove(&number));
    p.bif_state = Word::NONE;
    Asked::Answered(match fate {
        Fate::Answered(answer) => Some(p.heap.copy_owned(&answer)),
        Fate::Open | Fate::Gone => None,
    })
}

/// `is_process_alive(Pid)`: of a process with something to do, after the signals that the asker sent it before.
pub(crate) fn is_process_alive(p: &mut Process, [pid]: [Word; 1]) -> BifResult {
    let Some(pid) = pid.as_pid() else { return BifResult::Raise(Exception::badarg()) };
    let is_at_rest = || actor::load(pid).is_none_or(|load| load == 0);
    if p.bif_state.is_none() && (pid == p.pid || is_at_rest() || !is_process(pid)) {
        return BifResult::Value(boolean(pid == p.pid || actor::is_alive(pid)));
    }
    match ask(p, pid, Question::Alive) {
        Asked::Waiting => BifResult::Wait,
        Asked::Answered(answer) => BifResult::Value(boolean(answer.is_some())),
    }
}

/// Whether `pid` names a process that can answer questions; a native actor cannot.
pub(crate) fn is_process(pid: Pid) -> bool {
    actor::behaviour_of(pid) == Some(std::any::TypeId::of::<Process>())
}

/// `erts_internal:group_leader(Leader, Pid)`: `true`, or `badarg` as a value.
pub(crate) fn set_group_leader(p: &mut Process, [leader, pid]: [Word; 2]) -> Answer {
    let (Some(leader), Some(pid)) = (leader.as_pid(), pid.as_pid()) else {
        return Ok(Word::atom(atoms::BADARG));
    };
    if pid == p.pid {
        p.group_leader = Word::pid(leader);
    } else if actor::ask(pid, Box::new(Question::GroupLeader(leader))).is_err() {
        return Ok(Word::atom(atoms::BADARG));
    }
    Ok(boolean(true))
}

/// Asks all processes to copy out literals.
pub(crate) fn ask_to_copy_out(p: &Process, leaving: &Arc<Leaving>) {
    for pid in p.system.processes().into_iter().filter(|&pid| is_process(pid)) {
        // Who is gone has none.
        drop(actor::ask(pid, Box::new(Question::CopyOut(leaving.clone()))));
    }
}
