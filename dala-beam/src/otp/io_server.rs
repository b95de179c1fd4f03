//! The I/O servers: `user`, the group leader of programs, and `standard_error`.
//!
//! They are Erlang processes, since I/O requests name Erlang functions to call; their module is `erlang/dala_io.erl`.

use std::sync::Arc;

use dala_ir::abi::{Atom, Pid, Word};
use dala_ir::term::{Fragment, TermWriter};

use crate::process::{Entry, System};

/// Starts both servers and gives the pid of `user`.
///
/// # Errors
/// With a text, when they cannot be started.
pub(super) fn start(system: &Arc<System>) -> Result<Pid, String> {
    let module = Atom::new("dala_io");
    system.code.ensure_loaded(module).map_err(|error| error.to_string())?;
    let user = start_one(system, module, "user", 1)?;
    start_one(system, module, "standard_error", 2)?;
    Ok(user)
}

fn start_one(system: &Arc<System>, module: Atom, name: &str, device: i64) -> Result<Pid, String> {
    let mut scratch = Fragment::new();
    let arguments = scratch.list(&[Word::small_int(device)], Word::NIL);
    let entry = Entry::Function(module, Atom::new("start"), arguments);
    let pid = system.start_process(entry, None, None).map_err(|_| format!("cannot start {name}"))?;
    if system.register(Atom::new(name), pid) { Ok(pid) } else { Err(format!("{name} runs already")) }
}
