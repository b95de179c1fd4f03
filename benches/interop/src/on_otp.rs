//! OTP's side: compiles the Erlang and C files, and runs `interop:main/1` in `erl`.

use std::path::Path;
use std::process::Command;

/// Puts everything into `folder`. Without a C compiler there is no NIF in C, without rustler none of that; their rows are
/// empty then.
pub(crate) fn compile(folder: &Path) -> Result<(), String> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("beam");
    for module in ["interop.erl", "interop_native.erl", "interop_rustler.erl"] {
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
    if let Err(problem) = build_rustler(&folder.join("interop_rustler.so")) {
        eprintln!("no NIF by rustler: {problem}");
    }
    Ok(())
}

/// Builds `benches/rustler`, a workspace of its own, with the options that its `Cargo.toml` has.
fn build_rustler(library: &Path) -> Result<(), String> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let target = here.join("../../target/rustler");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--release", "--target-dir"]).arg(&target).arg("--manifest-path");
    let built = cargo.arg(here.join("../rustler/Cargo.toml")).status();
    if !built.map_err(|error| error.to_string())?.success() {
        return Err("it does not build".to_owned());
    }
    // A shared library is called `.so` by OTP on macOS too.
    let name = format!("{}interop_rustler{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let made = target.join("release").join(name);
    std::fs::copy(&made, library).map(drop).map_err(|error| format!("{}: {error}", made.display()))
}

/// Prints nanoseconds for one of each case.
pub(crate) fn command(folder: &Path, port: &Path, times: u32) -> Command {
    let mut command = Command::new("erl");
    let run = format!("interop:main([{times}, {:?}]), halt().", port.display().to_string());
    command.args(["-noshell", "-noinput", "+S", "2", "-pa"]).arg(folder).args(["-eval", &run]);
    command
}
