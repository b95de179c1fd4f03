//! Finds out whether the optimiser makes sibling calls of the interpreter's dispatching calls (see
//! `src/interp/state/mod.rs`), and what machine code there is for the target.

use std::env::var;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(dala_tail_calls)");
    for cfg in ["dala_native", "dala_codegen", "dala_jit"] {
        println!("cargo::rustc-check-cfg=cfg({cfg})");
    }
    let optimises = matches!(var("OPT_LEVEL").as_deref(), Ok("2" | "3" | "s" | "z"));
    // Six arguments in registers.
    let has_registers = match var("CARGO_CFG_TARGET_ARCH").as_deref() {
        Ok("x86_64") => var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family.contains("unix")),
        arch => arch == Ok("aarch64"),
    };
    // Running machine code, making it ahead of time, and making it while a program runs: each processor has stubs of its own.
    // On arm64 the system has to tell other cores of new code, which is known of Linux alone.
    let is_unix = var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family.contains("unix"));
    let is_linux = var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux" || os == "android");
    let (has_stubs, has_jit) = match var("CARGO_CFG_TARGET_ARCH").as_deref() {
        Ok("x86_64") => (is_unix, is_unix),
        Ok("aarch64") => (is_unix, is_linux),
        _ => (false, false),
    };
    for (feature, cfg, is_possible) in [
        ("AOT", "dala_native", has_stubs),
        ("CODEGEN", "dala_codegen", has_stubs),
        ("JIT", "dala_jit", has_jit),
    ] {
        if is_possible && var(format!("CARGO_FEATURE_{feature}")).is_ok() {
            println!("cargo::rustc-cfg={cfg}");
        }
    }
    // Instrumented code keeps what it measures in the frame.
    let flags = var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    let is_instrumented = ["sanitizer", "instrument", "opt-level"].iter().any(|flag| flags.contains(flag));
    if optimises && has_registers && !is_instrumented {
        println!("cargo::rustc-cfg=dala_tail_calls");
    }
}
