//! What a process does for another that asks: collecting garbage, looking for old code.

use dala::actor::process as actor;
use dala_ir::abi::{Atom, Pid, Word, atoms};
use dala_ir::interp::{BifResult, Exception};
use dala_ir::term::{Fragment, OwnedTerm, TermWriter, copy_term, view};

use super::code::is_in_old_code;
use super::question::{Question, is_process};
use crate::bif::Answer;
use crate::bif::arguments::{atom, badarg, boolean, named};
use crate::heap::own;
use crate::process::Process;

/// `erts_internal:garbage_collect(major | minor)`: a built-in function does not collect, the entry of a function does. So the
/// answer is that of one.
pub(crate) fn garbage_collect(p: &mut Process, [kind]: [Word; 1]) -> BifResult {
    match is_major(kind) {
        Ok(is_major) => request_collection(p, is_major),
        Err(exception) => return BifResult::Raise(exception),
    }
    BifResult::call(named!("dala_code"), named!("collected"), &[])
}

fn is_major(kind: Word) -> Result<bool, Exception> {
    match atom(kind)?.text() {
        "major" => Ok(true),
        "minor" => Ok(false),
        _ => badarg(),
    }
}

fn request_collection(p: &mut Process, is_major: bool) {
    if is_major {
        p.heap.request_major();
    } else {
        p.heap.context.request_collection();
    }
}

/// `erts_internal:request_system_task(Pid, Priority, {garbage_collect, Id, Kind} | {check_process_code, Id, Module})`.
pub(crate) fn request_system_task(p: &mut Process, [pid, _priority, request]: [Word; 3]) -> Answer {
    let Some(pid) = pid.as_pid() else { return badarg() };
    let Some(&[kind, id, what]) = view::tuple_elements(request) else { return badarg() };
    let task = match atom(kind)?.text() {
        "garbage_collect" => Task::CollectGarbage { is_major: is_major(what)? },
        "check_process_code" => Task::CheckCode(atom(what)?),
        _ => return badarg(),
    };
    let mut done = TaskDone { asker: p.pid, kind, id: Some(own(id)) };
    if pid == p.pid {
        run_task(p, task, done);
    } else if is_process(pid) {
        // Dropped where there is nobody, it says so.
        drop(actor::ask(pid, Box::new(Question::Task { task, done })));
    } else {
        // A native actor has nothing to collect, and is in no code.
        done.tell(matches!(task, Task::CollectGarbage { .. }) && actor::is_alive(pid));
    }
    Ok(Word::atom(atoms::OK))
}

/// What a process is asked to do for another.
#[derive(Clone, Copy, Debug)]
pub enum Task {
    /// `garbage_collect(Pid)`
    CollectGarbage {
        /// Of both generations.
        is_major: bool,
    },
    /// `check_process_code(Pid, Module)`
    CheckCode(Atom),
}

/// Who is told of the end of a task, by the message `{Kind, Id, Result}`; when the process that was asked ends first, with the
/// result `false`.
#[derive(Debug)]
pub struct TaskDone {
    asker: Pid,
    kind: Word,
    /// Until they are told.
    id: Option<OwnedTerm>,
}

impl TaskDone {
    fn tell(&mut self, result: bool) {
        let Some(id) = self.id.take() else { return };
        let mut scratch = Fragment::new();
        let id = copy_term(id.root(), &mut scratch, crate::heap::is_literal);
        let message = scratch.tuple(&[self.kind, id, boolean(result)]);
        // The asker may be gone meanwhile.
        drop(actor::send(self.asker, crate::process::message::node_of(message)));
    }
}

impl Drop for TaskDone {
    fn drop(&mut self) {
        self.tell(false);
    }
}

pub(super) fn run_task(p: &mut Process, task: Task, mut done: TaskDone) {
    let result = match task {
        Task::CollectGarbage { is_major } => {
            request_collection(p, is_major);
            true
        }
        Task::CheckCode(module) => is_in_old_code(p, module),
    };
    done.tell(result);
}
