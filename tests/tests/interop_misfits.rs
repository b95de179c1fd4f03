//! What Elixir sends to a Rust actor and is none of its messages.

use std::sync::mpsc::channel;

use dala::message::DeadLetterCause;
use dala::{Atom, Pid};
use dala_ir::term::OwnedTerm;
use dala_tests::border::{Note, Stage, atom, term};

/// A term, as Elixir writes it to the actor, and why it does not convert.
fn misfits() -> Vec<(OwnedTerm, &'static str, &'static str)> {
    let tag = Atom::new;
    vec![
        (
            term(&(tag("add"), 1_i64, "two".to_owned())),
            "{add,1,<<\"two\">>}",
            "b: expected an integer from -9223372036854775808 to 9223372036854775807, found the binary \"two\"",
        ),
        (
            term(&(tag("trap"), tag("perhaps"))),
            "{trap,perhaps}",
            "on: expected `true` or `false`, found the atom `perhaps`",
        ),
        (
            term(&(tag("link_with"), 7_i64)),
            "{link_with,7}",
            "peer: expected a pid of this node, found the integer 7",
        ),
    ]
}

#[test]
fn a_message_that_does_not_convert_reaches_the_unhandled_hook_and_the_dead_letters() {
    let stage = Stage::new();
    let (peer, notes) = stage.peer();
    let (sender, letters) = channel();
    stage.runtime.dead_letters().add_hook(move |letter| drop(sender.send(letter.clone())));
    for (number, (message, shown, why)) in misfits().into_iter().enumerate() {
        let way = if number % 2 == 0 { "tell" } else { "cast" };
        stage.run(way, &(peer.pid(), message));
        assert_eq!(notes.next(), Note::Unhandled(shown.to_owned(), why.to_owned()));
        let letter = letters.recv().unwrap();
        assert_eq!((letter.to, letter.message.as_str()), (peer.pid(), shown));
        assert_eq!(letter.cause, DeadLetterCause::NotConverted(why.to_owned()));
        assert_eq!(stage.runtime.dead_letters().count(), number as u64 + 1);
    }
    // It lives on, and takes what it understands.
    assert_eq!(stage.runtime.block_on(peer.add(1, 2)), Ok(3));
}

#[test]
fn an_unknown_message_says_what_the_actor_would_take() {
    let stage = Stage::new();
    let (peer, notes) = stage.peer();
    stage.run("tell", &(peer.pid(), atom("whatever")));
    let Note::Unhandled(shown, why) = notes.next() else { panic!("it is unhandled") };
    assert_eq!(shown, "whatever");
    assert!(why.starts_with("expected `{told, what: term}` or `{add, a: i64, b: i64}`"), "{why}");
    assert!(why.ends_with("found the atom `whatever`"), "{why}");
}

#[test]
fn a_call_that_does_not_convert_ends_the_callers_wait_with_the_reason() {
    let stage = Stage::new();
    let (peer, notes) = stage.peer();
    for (message, shown, why) in misfits() {
        let result = stage.run("call", &(peer.pid(), message, atom("infinity")));
        let quoted = why.replace('"', "\\\"");
        let expected =
            format!("{{{{exited,{{{{not_understood,<<\"{quoted}\">>}},{{'Elixir.GenServer',call,[");
        assert!(result.starts_with(&expected), "{result}\n{expected}");
        assert!(result.ends_with("{messages,[]}}"), "nothing is left behind: {result}");
        assert_eq!(notes.next(), Note::Unhandled(shown.to_owned(), why.to_owned()));
    }
    assert_eq!(stage.runtime.dead_letters().count(), 3);
}

#[test]
fn misfits_keep_their_place_among_their_senders_messages() {
    let stage = Stage::new();
    let (peer, notes) = stage.peer();
    let good = |number: i64| term(&(Atom::new("told"), number));
    let items: Vec<(Pid, OwnedTerm)> =
        vec![(peer.pid(), good(1)), (peer.pid(), atom("odd")), (peer.pid(), good(2))];
    stage.run("tell_all", &items);
    assert_eq!(notes.told(), "1");
    assert!(matches!(notes.next(), Note::Unhandled(..)));
    assert_eq!(notes.told(), "2");
}
