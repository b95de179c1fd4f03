//! The I/O servers: `user`, the group leader of programs, and `standard_error`.
//!
//! They are Erlang processes, since I/O requests name Erlang functions to call; their module is `erlang/dala_io.erl`.

use std::sync::{Arc, mpsc};
use std::time::Duration;

use dala_ir::abi::{Atom, Pid, Word};
use dala_ir::term::{Fragment, TermWriter};

use crate::process::{Entry, System};

/// `erlang/dala_io.erl`, compiled.
static MODULE: &[u8] = include_bytes!("erlang/dala_io.beam");

/// The modules that the runtime carries, since no installation has them.
pub(crate) fn carried(module: Atom) -> Option<&'static [u8]> {
    (module.text() == "dala_io").then_some(MODULE)
}

/// Starts both servers and gives the pid of `user`.
///
/// # Errors
/// With a text, when they cannot be started.
pub fn start(system: &Arc<System>) -> Result<Pid, String> {
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

/// Waits until what processes logged so far is printed, but no longer than `limit`. For the end of a program.
pub fn flush(system: &Arc<System>, limit: Duration) {
    let (sender, receiver) = mpsc::channel();
    let entry = Entry::Function(Atom::new("dala_io"), Atom::new("flush"), Word::NIL);
    if system.start_process(entry, None, Some(sender)).is_ok() {
        // Late, or a server that is gone: the program ends all the same.
        let _ = receiver.recv_timeout(limit);
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::process::Command;

    use super::MODULE;

    #[test]
    fn compiled_module_is_that_of_its_source() {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/otp/erlang/dala_io.erl");
        let build = tempfile::tempdir().unwrap();
        let status = Command::new("erlc")
            .args(["+deterministic", "+no_debug_info", "-o"])
            .arg(build.path())
            .arg(source)
            .status();
        assert!(status.expect("erlc, which the tests need").success());
        let compiled = std::fs::read(build.path().join("dala_io.beam")).unwrap();
        assert!(compiled == MODULE, "dala_io.beam is older than dala_io.erl: compile it as the source says");
    }
}
