//! Processes of a system in which OTP was not started, as in an app that only wants a function's value.

use std::sync::mpsc::channel;
use std::time::Duration;

use dala::{Atom, Runtime};
use dala_beam::process::{Ended, Entry};
use dala_ir::abi::Word;
use dala_ir::term::{Fragment, TermWriter as _};
use dala_tests::beam;
use dala_tests::border::text;

/// How `MODULE:FUNCTION(ARGUMENTS..)` ends; the arguments are made by `write`.
fn call(module: &str, function: &str, write: impl Fn(&mut Fragment) -> Vec<Word>) -> Ended {
    let runtime = Runtime::builder().workers(1).build().unwrap();
    let system = beam::unstarted(runtime.handle());
    let mut scratch = Fragment::new();
    let arguments = write(&mut scratch);
    let arguments = scratch.list(&arguments, Word::NIL);
    let (sender, ended) = channel();
    let entry = Entry::Function(Atom::new(module), Atom::new(function), arguments);
    system.start_process(entry, None, Some(sender)).unwrap();
    ended.recv_timeout(Duration::from_secs(30)).expect("it ends")
}

#[test]
fn io_lib_prints_atoms() {
    let ended = call("io_lib", "format", |scratch| {
        let format = scratch.binary(b"~p");
        let values = scratch.list(&[Word::atom(Atom::new("An atom"))], Word::NIL);
        vec![format, values]
    });
    match ended {
        Ended::Value(value) => assert_eq!(text(&value), "[\"'An atom'\"]"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_a_crashing_server_ended_with_is_its_own_reason() {
    let ended = call("proc_lib", "init_p", |scratch| {
        let ancestors = scratch.list(&[], Word::NIL);
        let reason = scratch.list(&[Word::atom(Atom::new("own_reason"))], Word::NIL);
        vec![
            Word::atom(Atom::new("test")),
            ancestors,
            Word::atom(Atom::new("erlang")),
            Word::atom(Atom::new("error")),
            reason,
        ]
    });
    match ended {
        Ended::Raised { reason, .. } => {
            assert!(text(&reason).starts_with("{own_reason,"), "{}", text(&reason))
        }
        other => panic!("{other:?}"),
    }
}
