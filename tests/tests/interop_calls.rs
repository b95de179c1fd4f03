//! Calls and casts between Rust actors and Elixir's own `GenServer`, in both directions, and how they fail.

use std::time::Duration;

use dala::{CallError, ExitReason, Pid};
use dala_beam::interop::{Server, ServerError, ServerSpec, StartError};
use dala_ir::term::OwnedTerm;
use dala_tests::border::{Add, Echo, Note, Stage, atom, term, text};

/// Requests of `Border.Server` beside those that a Rust peer takes too.
#[dala::message]
enum Request {
    Wrong,
    Distract,
    Never,
    EndWith { reason: OwnedTerm },
    StopWith { reason: OwnedTerm },
    Fail { text: String },
    Ask { whom: Pid, request: OwnedTerm },
}

/// `{note, Text}` under its Elixir name.
#[dala::message(name = "note")]
struct TextNote {
    text: String,
}

/// No time limit: whatever ends the wait is not one.
fn for_ever() -> OwnedTerm {
    atom("infinity")
}

fn add(a: i64, b: i64) -> OwnedTerm {
    term(&(dala::Atom::new("add"), a, b))
}

#[test]
fn a_genserver_call_from_elixir_gets_the_rust_actors_reply() {
    let stage = Stage::new();
    let (peer, _notes) = stage.peer();
    assert_eq!(stage.run("call", &(peer.pid(), add(40, 2), for_ever())), "{{replied,42},{messages,[]}}");
}

#[test]
fn a_process_that_waits_for_a_rust_actor_has_no_monitor_and_is_woken_by_the_reply_alone() {
    let stage = Stage::new();
    let (peer, notes) = stage.peer();
    let gated = term(&dala::Atom::new("hold"));
    let caller = stage.begin_in("Elixir.Border", "call", &(peer.pid(), gated, for_ever()));
    notes.told();
    stage.run("tell", &(caller.pid, atom("a message that waits as well")));
    let looks = "[{status,waiting},{monitors,[]},{message_queue_len,1}]";
    while stage.run("look", &caller.pid) != looks {
        std::thread::yield_now();
    }
    notes.open();
    let replied = "{{replied,1},{messages,['a message that waits as well']}}";
    assert_eq!(text(&caller.value()), replied);
}

#[test]
fn a_killed_process_waits_no_longer_and_the_actor_goes_on() {
    let stage = Stage::new();
    let (peer, notes) = stage.peer();
    let caller =
        stage.begin_in("Elixir.Border", "call", &(peer.pid(), term(&dala::Atom::new("hold")), for_ever()));
    notes.told();
    stage.run("ended", &(caller.pid, atom("kill")));
    notes.open();
    assert_eq!(stage.run("call", &(peer.pid(), add(40, 2), for_ever())), "{{replied,42},{messages,[]}}");
}

#[test]
fn gen_call_by_itself_and_of_a_traced_process_is_as_otp_has_it() {
    let stage = Stage::new();
    let (peer, _notes) = stage.peer();
    let by_gen = stage.run("by_gen", &(peer.pid(), add(40, 2)));
    assert_eq!(by_gen, "{{ok,42},{ok,42},function_clause}");
    assert_eq!(stage.run("traced", &(peer.pid(), add(1, 2))), "told");
}

#[test]
fn an_async_handler_answers_elixir_too() {
    let stage = Stage::new();
    let (peer, _notes) = stage.peer();
    let request = term(&(dala::Atom::new("add_later"), 40_i64, 2_i64));
    assert_eq!(stage.run("call", &(peer.pid(), request, for_ever())), "{{replied,42},{messages,[]}}");
}

#[test]
fn any_term_crosses_to_rust_and_back_unchanged() {
    let stage = Stage::new();
    let (peer, notes) = stage.peer();
    let server = stage.server(peer);
    notes.told();
    let big = 1_i128 << 100;
    let terms = [
        term(&(big, 0.5_f64, "text".to_owned(), vec![1_u8, 2, 3])),
        term(&std::collections::BTreeMap::from([("a".to_owned(), Some(1_i64)), ("b".to_owned(), None)])),
        term(&dala::Bytes::from(vec![7_u8; 10_000])),
        term(&(0..10_000_i64).collect::<Vec<_>>()),
        term(&(peer.pid(), dala::Atom::new("an atom"))),
    ];
    for sent in terms {
        let request = term(&(dala::Atom::new("echo"), sent.clone()));
        let there = stage.run("call", &(peer.pid(), request, for_ever()));
        assert_eq!(there, format!("{{{{replied,{}}},{{messages,[]}}}}", text(&sent)));
        let back: OwnedTerm = stage.runtime.block_on(server.call(Echo { what: sent.clone() })).unwrap();
        assert!(dala_ir::term::eq_exact(back.root(), sent.root()), "{}", text(&back));
    }
}

#[test]
fn a_genserver_cast_from_elixir_reaches_the_rust_actor_as_its_message() {
    let stage = Stage::new();
    let (peer, notes) = stage.peer();
    let request = term(&(dala::Atom::new("told"), "by cast".to_owned()));
    assert_eq!(stage.run("cast", &(peer.pid(), request.clone())), "ok");
    assert_eq!(notes.told(), "<<\"by cast\">>");
    stage.run("tell", &(peer.pid(), request));
    assert_eq!(notes.told(), "<<\"by cast\">>");
}

#[test]
fn a_typed_call_from_rust_gets_the_elixir_servers_reply() {
    let stage = Stage::new();
    let (peer, notes) = stage.peer();
    let server = stage.server(peer);
    notes.told();
    let sum: i64 = stage.runtime.block_on(server.call(Add { a: 40, b: 2 })).unwrap();
    assert_eq!(sum, 42);
}

#[test]
fn casts_and_messages_from_rust_reach_their_callbacks_in_order() {
    let stage = Stage::new();
    let (peer, notes) = stage.peer();
    let server = stage.server(peer);
    notes.told();
    for number in 0..50 {
        server.cast(TextNote { text: format!("c{number}") }).unwrap();
        server.tell(TextNote { text: format!("i{number}") }).unwrap();
    }
    for number in 0..50 {
        assert_eq!(notes.told(), format!("{{cast,<<\"c{number}\">>}}"));
        assert_eq!(notes.told(), format!("{{info,<<\"i{number}\">>}}"));
    }
}

#[test]
fn a_call_through_elixir_back_into_rust_completes() {
    let stage = Stage::new();
    let (peer, notes) = stage.peer();
    let server = stage.server(peer);
    notes.told();
    let ask = Request::Ask { whom: peer.pid(), request: add(20, 22) };
    let sum: i64 = stage.runtime.block_on(server.call(ask)).unwrap();
    assert_eq!(sum, 42);
}

#[test]
fn a_reply_of_another_type_says_what_it_is() {
    let stage = Stage::new();
    let (peer, notes) = stage.peer();
    let server = stage.server(peer);
    notes.told();
    let error = stage.runtime.block_on(server.call::<_, i64>(Request::Wrong)).unwrap_err();
    assert!(matches!(error, ServerError::Reply(_)), "{error:?}");
    let said = error.to_string();
    assert!(said.starts_with("the reply does not convert: expected an integer"), "{said}");
    assert!(said.contains("total"), "{said}");
}

#[test]
fn only_what_is_tagged_as_the_reply_is_taken_for_it() {
    let stage = Stage::new();
    let (peer, notes) = stage.peer();
    let server = stage.server(peer);
    notes.told();
    let reply: i64 = stage.runtime.block_on(server.call(Request::Distract)).unwrap();
    assert_eq!(reply, 3);
}

#[test]
fn names_that_are_no_atoms_are_errors() {
    let stage = Stage::new();
    let long = "x".repeat(256);
    let error = stage
        .runtime
        .block_on(Server::named(&stage.system, &long).call::<_, i64>(Request::Wrong))
        .unwrap_err();
    assert_eq!(error.to_string(), "no process: no name has more than 255 characters");
    let (peer, _notes) = stage.peer();
    let _entered = stage.runtime.enter();
    assert!(matches!(stage.server_spec(peer).named(&long).start(), Err(StartError::Name(_))));
    let spec = ServerSpec::new(&stage.system, &long, &peer.pid());
    assert!(matches!(spec.start(), Err(StartError::Name(_))));
}

#[test]
fn elixir_gives_up_at_its_timeout_and_never_sees_the_late_reply() {
    let stage = Stage::new();
    let (peer, notes) = stage.peer();
    let (observer, told) = stage.peer();
    let opener = std::thread::spawn(move || {
        assert_eq!(notes.told(), "held");
        assert_eq!(told.told(), "gave_up");
        notes.open();
        notes
    });
    let result = stage.run("late", &(peer.pid(), atom("hold"), 5_i64, observer.pid()));
    assert_eq!(result, "{timeout,2,{messages,[]}}");
    drop(opener.join().unwrap());
}

#[test]
fn rust_gives_up_at_its_timeout_while_the_elixir_server_lives_on() {
    let stage = Stage::new();
    let (peer, notes) = stage.peer();
    let server = stage.server(peer);
    notes.told();
    let limit = Duration::from_millis(5);
    let error = stage.runtime.block_on(server.call_timeout::<_, i64>(Request::Never, limit)).unwrap_err();
    assert!(matches!(error, ServerError::Timeout(waited) if waited == limit), "{error:?}");
    assert_eq!(notes.told(), "asked");
    let sum: i64 = stage.runtime.block_on(server.call(Add { a: 1, b: 2 })).unwrap();
    assert_eq!(sum, 3);
}

#[test]
fn a_rust_actor_that_panics_during_a_call_ends_the_elixir_callers_wait_with_the_reason() {
    let stage = Stage::new();
    let (peer, notes) = stage.peer();
    let request = term(&(dala::Atom::new("crash"), "boom".to_owned()));
    let result = stage.run("call", &(peer.pid(), request, for_ever()));
    assert!(result.starts_with("{{exited,{{panic,<<\"boom\">>,<<\"tests/src/border.rs:"), "{result}");
    assert!(result.contains("{'Elixir.GenServer',call,[") && result.ends_with("{messages,[]}}"), "{result}");
    assert!(matches!(notes.next(), Note::Ended(ExitReason::Panic(_))));
}

#[test]
fn a_rust_actor_that_is_killed_during_a_call_ends_the_elixir_callers_wait() {
    let stage = Stage::new();
    let (peer, notes) = stage.peer();
    let killer = std::thread::spawn(move || {
        assert_eq!(notes.told(), "asked");
        peer.kill();
        notes
    });
    let result = stage.run("call", &(peer.pid(), atom("never"), for_ever()));
    assert!(result.starts_with("{{exited,{killed,{'Elixir.GenServer',call,["), "{result}");
    drop(killer.join().unwrap());
}

#[test]
fn an_elixir_server_that_ends_during_a_call_ends_the_rust_callers_wait_with_the_reason() {
    let stage = Stage::new();
    let (peer, notes) = stage.peer();
    let reasons = [
        (Request::EndWith { reason: atom("oops") }, "oops"),
        (Request::StopWith { reason: atom("tired") }, "tired"),
        (Request::StopWith { reason: atom("normal") }, "normal"),
    ];
    for (request, expected) in reasons {
        let server = stage.server(peer);
        notes.told();
        // As long as a test may take: the limit is not what ends it.
        let call = server.call_timeout::<_, i64>(request, Duration::from_secs(600));
        let error = stage.runtime.block_on(call).unwrap_err();
        let ServerError::Exited(reason) = error else { panic!("{error:?}") };
        assert_eq!(reason, ExitReason::from(dala::Atom::new(expected)));
        assert_eq!(notes.told(), format!("{{terminated,{expected}}}"));
    }
    let server = stage.server(peer);
    notes.told();
    let call =
        server.call_timeout::<_, i64>(Request::Fail { text: "broken".to_owned() }, Duration::from_secs(600));
    let error = stage.runtime.block_on(call).unwrap_err().to_string();
    assert!(error.contains("'Elixir.RuntimeError'") && error.contains("broken"), "{error}");
}

#[test]
fn an_elixir_server_that_is_killed_during_a_call_ends_the_rust_callers_wait() {
    let stage = Stage::new();
    let (peer, notes) = stage.peer();
    let server = stage.server(peer);
    notes.told();
    let pid = server.pid().expect("it lives");
    let killer = std::thread::spawn(move || {
        assert_eq!(notes.told(), "asked");
        dala::actor::process::kill(pid);
        notes
    });
    let call = server.call_timeout::<_, i64>(Request::Never, Duration::from_secs(600));
    let error = stage.runtime.block_on(call).unwrap_err();
    assert!(matches!(error, ServerError::Exited(ExitReason::Killed)), "{error:?}");
    drop(killer.join().unwrap());
}

#[test]
fn calls_of_the_dead_and_of_names_that_nobody_has_fail_at_once() {
    let stage = Stage::new();
    let (peer, notes) = stage.peer();
    peer.exit(ExitReason::Kill);
    assert_eq!(notes.next(), Note::Ended(ExitReason::Killed));
    // The hook runs before the end is known.
    while peer.is_alive() {
        std::thread::yield_now();
    }
    let result = stage.run("call", &(peer.pid(), add(1, 2), for_ever()));
    assert!(result.starts_with("{{exited,{noproc,{'Elixir.GenServer',call,["), "{result}");
    let result = stage.run("call", &(atom("nobody is called that"), add(1, 2), for_ever()));
    assert!(result.starts_with("{{exited,{noproc,{'Elixir.GenServer',call,["), "{result}");
    assert_eq!(stage.runtime.block_on(peer.add(1, 2)), Err(CallError::NoProc));
    let server = Server::named(&stage.system, "nobody is called that");
    let error = stage.runtime.block_on(server.call::<_, i64>(Add { a: 1, b: 2 })).unwrap_err();
    assert_eq!(error.to_string(), "no process: nothing is registered as nobody is called that");
    assert!(server.tell(TextNote { text: String::new() }).is_err());
}
