//! `link/1`, `unlink/1`.

use dala_ir::abi::{Kind, Word, atoms};
use dala_ir::term::{TermWriter, view};

use crate::bif::Answer;
use crate::bif::arguments::badarg;
use crate::port::actor_of;
use crate::process::Process;

/// `link(Pid)`: fails with `noproc` when it does not exist and exits are not trapped, as OTP does for local pids.
pub(crate) fn link(p: &mut Process, [pid]: [Word; 1]) -> Answer {
    match actor_of(pid) {
        Some(pid) => p.link(pid)?,
        None if view::kind(pid) == Some(Kind::ExternalPid) => {
            // No other node can be reached: the link breaks at once.
            if p.is_trapping_exits {
                let message =
                    p.heap.tuple(&[Word::atom(atoms::EXIT_UPPER), pid, Word::atom(atoms::NOCONNECTION)]);
                p.send_to(p.pid, message);
            } else {
                p.exit_signal(p.pid, Word::atom(atoms::NOCONNECTION));
            }
        }
        None => return badarg(),
    }
    Ok(Word::atom(atoms::TRUE))
}

/// `unlink(Pid)`.
pub(crate) fn unlink(p: &mut Process, [pid]: [Word; 1]) -> Answer {
    match actor_of(pid) {
        Some(pid) => p.unlink(pid),
        None if view::kind(pid) == Some(Kind::ExternalPid) => {}
        None => return badarg(),
    }
    Ok(Word::atom(atoms::TRUE))
}
