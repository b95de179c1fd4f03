//! Module `dala`: what `Dala.Actor` (`otp/erlang/Elixir.Dala.Actor.erl`) is written on. Nobody else calls these.

use dala::actor::{SpawnOptions, process as actor};
use dala_ir::abi::Word;
use dala_ir::interp::Exception;
use dala_ir::term::TermWriter as _;

use super::Answer;
use super::arguments::{atom, badarg, boolean, list, named, truth};
use crate::interop::KindError;
use crate::process::Process;

/// `dala:spawn_actor(Kind, Arguments, IsLinked, Tag)`: the pid of a native actor that is asleep, a child of this process.
/// `{Tag, ok}` comes when its `init` is done.
pub(crate) fn spawn_actor(p: &mut Process, [kind, arguments, is_linked, tag]: [Word; 4]) -> Answer {
    let (name, arguments) = (atom(kind)?, list(arguments)?);
    let failed = |p: &mut Process, what: Word, text: String| {
        let text = p.heap.binary(text.as_bytes());
        let reason = p.heap.tuple(&[what, kind, text]);
        Err(Exception::error(reason))
    };
    let Some(found) = p.system.builtins.kinds.get(name) else {
        let text = "Rust added no such kind (System::add_actors)".to_owned();
        return failed(p, Word::atom(named!("no_actor")), text);
    };
    let mut options = SpawnOptions::default();
    options.link = truth(is_linked)?;
    let reply = crate::interop::inbound::told_to(p.pid, tag);
    let runtime = p.system.runtime.clone();
    match found.start(&arguments, &runtime, options, reply) {
        Ok(pid) => Ok(Word::pid(pid)),
        Err(error @ KindError::Arguments(_)) => failed(p, Word::atom(named!("bad_args")), error.to_string()),
        Err(error) => failed(p, Word::atom(named!("not_started")), error.to_string()),
    }
}

/// `dala:wake_actor(Pid)`: lets it begin.
pub(crate) fn wake_actor(_: &mut Process, [pid]: [Word; 1]) -> Answer {
    let Some(pid) = pid.as_pid() else { return badarg() };
    actor::wake(pid);
    Ok(boolean(true))
}

/// `dala:link_actors(Pid, Peer)`: has one link itself with the other; whether it is there.
pub(crate) fn link_actors(_: &mut Process, [pid, peer]: [Word; 2]) -> Answer {
    let (Some(pid), Some(peer)) = (pid.as_pid(), peer.as_pid()) else { return badarg() };
    Ok(boolean(actor::link(pid, peer).is_ok()))
}
