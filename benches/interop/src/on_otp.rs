//! OTP's side: compiles the Erlang and C files, and runs `interop:main/1` in `erl`.

use std::path::Path;
use std::process::Command;

/// Puts everything into `folder`. Without a C compiler there is no NIF, and its row is empty.
pub(crate) fn compile(folder: &Path) -> Result<(), String> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("beam");
    for module in ["interop.erl", "interop_native.erl"] {
        let status = Command::new("erlc").arg("-o").arg(folder).arg(sources.join(module)).status();
        if !status.map_err(|error| format!("erlc: {error}"))?.success() {
            return Err(format!("{module} does not compile"));
        }
    }
    let library = folder.join("interop_native.so");
    let compiled = Command::new("cc")
        .args(["-shared", "-fPIC", "-O2", "-o"])
        .arg(library)
        .arg(sources.join("interop_native.c"))
        .status();
    if !compiled.is_ok_and(|status| status.success()) {
        eprintln!("no C compiler: no NIF");
    }
    Ok(())
}

/// Prints nanoseconds for one of each case.
pub(crate) fn command(folder: &Path, port: &Path, times: u32) -> Command {
    let mut command = Command::new("erl");
    let run = format!("interop:main([{times}, {:?}]), halt().", port.display().to_string());
    command.args(["-noshell", "-noinput", "+S", "2", "-pa"]).arg(folder).args(["-eval", &run]);
    command
}
