//! Built-in functions against real OTP.
//!
//! `golden/*.txt` holds one call a line and what OTP 25 answered, `{ok, Value}` or `{Class, Reason}`. To add a case,
//! add its call (before two spaces and `=>`, which may be left out) and run the tests with `BLESS=1` where `erl` is
//! installed.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use dala_ir::abi::{Atom, Word, atoms};
use dala_ir::interp::BifResult;
use dala_ir::term::compare::eq_exact;
use dala_ir::term::print::{Style, print};
use dala_ir::term::{TermWriter, view};

use super::{call, lookup};
use crate::otp::read_term::read_term;
use crate::process::{Mfa, Process, System, SystemOptions};

mod coverage;
mod named;
mod source;
mod tables;

/// A process that does not run: enough for what concerns only its heap and the system.
pub(super) fn idle_process(runtime: &dala::Runtime) -> Process {
    let mfa = Mfa { module: atoms::ERLANG, function: atoms::UNDEFINED, arity: 0 };
    let system = System::new(runtime.handle().clone(), SystemOptions::default());
    Process::new(system, crate::heap::HeapOptions::default(), mfa)
}

pub(super) fn runtime() -> dala::Runtime {
    dala::Runtime::builder().workers(1).build().expect("one thread can be started")
}

/// Reads a term of our own text.
pub(super) fn term(p: &mut Process, text: &str) -> Word {
    match read_term(text, &mut p.heap) {
        Ok(term) => term,
        Err(error) => panic!("{text}: {error}"),
    }
}

/// Calls `module:name(arguments...)` as `{ok, Value}` or `{Class, Reason}`.
pub(super) fn answer(p: &mut Process, module: &str, name: &str, arguments: &[Word]) -> Word {
    let Some(index) = lookup(Atom::new(module), Atom::new(name), arguments.len() as u32) else {
        return Word::atom(atoms::UNDEF);
    };
    match call(p, index, arguments) {
        BifResult::Value(value) => p.heap.tuple(&[Word::atom(atoms::OK), value]),
        BifResult::Raise(exception) => p.heap.tuple(&[Word::atom(exception.class.atom()), exception.reason]),
        other => panic!("{module}:{name} went on with {other:?}"),
    }
}

/// Calls `text`, such as `lists:member(1, [])`.
pub(super) fn eval(p: &mut Process, text: &str) -> Word {
    let (module, rest) = text.split_once(':').expect("a module");
    let (name, arguments) = rest.split_once('(').expect("arguments");
    let arguments = arguments.strip_suffix(')').expect("a closing parenthesis");
    let arguments = term(p, &format!("[{arguments}]"));
    let arguments = view::list_to_vec(arguments).expect("just read as a list");
    answer(p, module, name.trim_matches('\''), &arguments)
}

/// Checks that `text` evaluates to `expected`.
#[track_caller]
pub(super) fn check(p: &mut Process, text: &str, expected: &str) {
    let found = eval(p, text);
    let expected = term(p, expected);
    assert!(
        eq_exact(found, expected),
        "{text}\n   is {}\n not {}",
        print(found, Style::Plain),
        print(expected, Style::Plain)
    );
}

fn golden_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/bif/tests/golden")
}

#[test]
fn built_ins_answer_as_otp_does() {
    let runtime = runtime();
    let mut problems = String::new();
    let mut files: Vec<PathBuf> = std::fs::read_dir(golden_folder())
        .expect("the folder is part of the source")
        .map(|f| f.unwrap().path())
        .collect();
    files.sort();
    assert!(files.len() >= 9);
    for file in files {
        if std::env::var_os("BLESS").is_some() {
            bless(&file);
        }
        let mut p = idle_process(&runtime);
        for line in std::fs::read_to_string(&file).expect("a readable file").lines() {
            let (call, expected) =
                line.split_once("  =>  ").unwrap_or_else(|| panic!("{line}: run with BLESS=1"));
            let found = eval(&mut p, call);
            let expected = term(&mut p, expected);
            if !eq_exact(found, expected) {
                let (found, expected) = (print(found, Style::Plain), print(expected, Style::Plain));
                writeln!(problems, "{call}\n   is {found}\n  not {expected}").expect("a string takes all");
            }
        }
    }
    assert!(problems.is_empty(), "{problems}");
}

/// Has the installed OTP answer the calls of `file` again.
fn bless(file: &Path) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/bif/tests");
    let build = tempfile::tempdir().expect("a folder for the compiled helper");
    let compiled =
        std::process::Command::new("erlc").arg("-o").arg(build.path()).arg(folder.join("bless.erl")).status();
    assert!(compiled.is_ok_and(|status| status.success()), "erlc is needed to bless");
    let ran = std::process::Command::new("erl")
        .args(["-noshell", "-pa"])
        .arg(build.path())
        .args(["-run", "bless", "main"])
        .arg(file)
        .status();
    assert!(ran.is_ok_and(|status| status.success()), "erl could not answer {}", file.display());
}

#[test]
fn failing_built_ins_carry_arguments_and_error_info() {
    let runtime = runtime();
    let mut p = idle_process(&runtime);
    let index = lookup(atoms::ERLANG, Atom::new("element"), 2).expect("in the table");
    let arguments = [Word::small_int(1), Word::NIL];
    let BifResult::Raise(exception) = call(&mut p, index, &arguments) else { panic!("badarg was due") };
    assert!(exception.is_builtin_frame);
    let args = exception.args.expect("the argument list");
    let expected = term(&mut p, "[1, []]");
    assert!(eq_exact(args, expected));
    let info = exception.error_info.expect("the error_info map");
    let expected = term(&mut p, "#{module => erl_erts_errors}");
    assert!(eq_exact(info, expected));
}

#[test]
fn error_1_is_its_callers_error() {
    let runtime = runtime();
    let mut p = idle_process(&runtime);
    let index = lookup(atoms::ERLANG, atoms::ERROR, 1).expect("in the table");
    let BifResult::Raise(exception) = call(&mut p, index, &[Word::atom(atoms::OK)]) else {
        panic!("error was due")
    };
    assert!(!exception.is_builtin_frame && exception.args.is_none() && exception.error_info.is_none());
}
