//! Running a process.

#![expect(unsafe_code, reason = "runs verified register code on an actor's block")]

use super::frame::Resume;
use super::host::Host;
use super::machine::{Machine, Outcome, Suspend};
use super::state::{State, Vm};
use crate::abi::{Word, atoms};

/// Runs a process until its budget is used up, it waits, or it is done. It must have been started
/// ([`start`](super::start)); one without frames has nothing to do and exits `normal`.
///
/// # Panics
/// When a heap object is damaged.
pub fn run<M: Machine>(machine: &mut M) -> Suspend {
    resume(machine)
}

fn resume(host: &mut (dyn Host + 'static)) -> Suspend {
    let context = host.context();
    if context.sp == context.top {
        return Suspend::Exited(Outcome::Exit(Word::atom(atoms::NORMAL)));
    }
    let (sp, hp, reds) = (context.sp, context.hp, context.reductions);
    let mut vm = Vm::new(host);
    let mut state = State { word: 0, pc: std::ptr::null(), sp, hp, reds, vm: &raw mut vm };
    // SAFETY: the top of a suspended process's stack is a resume record, and what it names satisfies the contract of
    // handlers (see `state`).
    unsafe {
        let at = Resume::of(*sp).expect("a suspended process has a resume record on top");
        state.pc = at.pc();
        let resumed = (*sp.add(1)).as_small().unwrap_or(0) as usize;
        state.x().copy_from_nonoverlapping(sp.add(2), resumed);
        (*state.vm).resumed = resumed;
        state.sp = sp.add(2 + resumed);
        // What it yielded before must not ask for a reduction again, or a budget of one would get nowhere. (A function
        // entry asks before it is jumped to.)
        if at.is_receive() {
            state.reds += 1;
        }
        state.run();
        let stopped = (*state.vm).suspend.take();
        stopped.unwrap_or(Suspend::Exited(Outcome::Exit(Word::atom(atoms::NORMAL))))
    }
}
