//! Links, monitors, exit signals and `kill` between Rust actors and Elixir processes, by Elixir's own functions and by
//! Dala's. That the rules hold in every pairing is tested by `semantic.rs`; here it is how each side *shows* reasons.

use dala::actor::process;
use dala::{Atom, ExitReason, Pid};
use dala_ir::term::OwnedTerm;
use dala_tests::border::{Note, Stage, atom, term, text};

fn reason(text: &str) -> ExitReason {
    ExitReason::from(Atom::new(text))
}

fn shown(reason: &ExitReason) -> String {
    text(&OwnedTerm::build(|scratch| reason.write(scratch)))
}

#[test]
fn an_elixir_process_linked_with_a_rust_actor_sees_its_reason() {
    let stage = Stage::new();
    let (peer, notes) = stage.peer();
    assert_eq!(stage.run("linked_from_the_start", &peer.pid()), "{done,true}");
    assert!(matches!(notes.next(), Note::Ended(ExitReason::Term(_))));
}

#[test]
fn an_elixir_process_that_watches_a_rust_actor_gets_its_reason_once_it_is_gone() {
    let stage = Stage::new();
    let (peer, _notes) = stage.peer();
    assert_eq!(stage.run("watched", &peer.pid()), "{finished,false}");
    assert_eq!(stage.run("ended", &(peer.pid(), atom("whatever"))), "noproc");
}

#[test]
fn a_panic_shows_in_elixir_with_message_and_place() {
    let stage = Stage::new();
    let (observer, told) = stage.peer();
    let (peer, _notes) = stage.peer();
    let process = stage.spawn("trap", &(observer.pid(), peer.pid()));
    assert_eq!(told.told(), "linked");
    // Kept: a call that is dropped before it was begun is cancelled.
    let crash = peer.crash("boom".to_owned());
    let seen = told.told();
    let expected = format!("{{exit,{},{{panic,<<\"boom\">>,<<\"tests/src/border.rs:", peer.pid());
    assert!(seen.starts_with(&expected), "{seen}");
    assert!(process::is_alive(process));
    assert!(stage.runtime.block_on(crash).is_err());
}

#[test]
fn an_elixir_process_that_does_not_trap_ends_with_the_rust_actor_it_is_linked_with() {
    let stage = Stage::new();
    let (observer, told) = stage.peer();
    let (peer, _notes) = stage.peer();
    let follower = stage.spawn("follow", &(observer.pid(), peer.pid()));
    assert_eq!(told.told(), "linked");
    stage.runtime.block_on(observer.watch(follower)).unwrap();
    stage.runtime.block_on(peer.stop(atom("oops"))).unwrap();
    assert_eq!(told.next(), Note::Down(follower, reason("oops")));
}

#[test]
fn a_rust_actor_linked_with_an_elixir_process_sees_its_reason() {
    let stage = Stage::new();
    let (peer, notes) = stage.peer();
    let server = stage.server(peer);
    notes.told();
    let pid = server.pid().expect("it lives");
    stage.runtime.block_on(peer.link_with(pid)).unwrap();
    stage.runtime.block_on(peer.watch(pid)).unwrap();
    process::exit(dala::pid::NOBODY, pid, ExitReason::from_term(term(&(Atom::new("lost"), 7_i64)).root()));
    let (mut exit, mut down) = (None, None);
    for _ in 0..2 {
        match notes.next() {
            Note::Exit(from, reason) => exit = Some((from, shown(&reason))),
            Note::Down(of, reason) => down = Some((of, shown(&reason))),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(exit, Some((pid, "{lost,7}".to_owned())));
    assert_eq!(down, exit);
}

#[test]
fn a_rust_actor_that_does_not_trap_ends_with_the_elixir_process_it_is_linked_with() {
    let stage = Stage::new();
    let (peer, notes) = stage.peer();
    let (observer, told) = stage.peer();
    let server = stage.server(observer);
    told.told();
    stage.runtime.block_on(peer.trap(false)).unwrap();
    let linked: bool = stage.runtime.block_on(server.call(LinkWith { peer: peer.pid() })).unwrap();
    assert!(linked);
    process::kill(server.pid().expect("it lives"));
    assert_eq!(notes.next(), Note::Ended(ExitReason::Killed));
}

/// `Border.Server`'s `{link_with, Pid}`.
#[dala::message]
struct LinkWith {
    peer: Pid,
}

#[test]
fn an_exit_signal_from_elixir_reaches_a_rust_actor() {
    let stage = Stage::new();
    let (peer, notes) = stage.peer();
    stage.runtime.block_on(peer.trap(false)).unwrap();
    assert_eq!(stage.run("ended", &(peer.pid(), atom("enough"))), "enough");
    assert_eq!(notes.next(), Note::Ended(reason("enough")));
}

#[test]
fn a_rust_actor_that_traps_exits_is_told_of_elixirs_signal_and_lives() {
    let stage = Stage::new();
    let (peer, notes) = stage.peer();
    let (observer, told) = stage.peer();
    let server = stage.server(observer);
    told.told();
    let process = stage.spawn("exit_other", &(peer.pid(), atom("please"), observer.pid()));
    assert_eq!(told.told(), "sent");
    assert_eq!(notes.next(), Note::Exit(process, reason("please")));
    assert_eq!(stage.runtime.block_on(peer.add(1, 1)), Ok(2));
    drop(server);
}

#[test]
fn kill_from_elixir_cannot_be_trapped_by_a_rust_actor_not_even_in_a_handler_that_waits() {
    let stage = Stage::new();
    let (peer, notes) = stage.peer();
    let never = peer.never();
    assert_eq!(notes.told(), "asked");
    assert_eq!(stage.run("ended", &(peer.pid(), atom("kill"))), "killed");
    assert_eq!(notes.next(), Note::Ended(ExitReason::Killed));
    assert!(stage.runtime.block_on(never).is_err());
}

#[test]
fn an_exit_signal_from_rust_is_a_message_to_an_elixir_process_that_traps() {
    let stage = Stage::new();
    let (peer, notes) = stage.peer();
    let server = stage.server(peer);
    notes.told();
    let pid = server.pid().expect("it lives");
    let trapped: bool = stage.runtime.block_on(server.call(Trap { on: true })).unwrap();
    assert!(!trapped);
    let (other, _others) = stage.peer();
    stage.runtime.block_on(other.end_other(pid, atom("please"))).unwrap();
    assert_eq!(notes.told(), format!("{{exit,{},please}}", other.pid()));
    stage.runtime.block_on(peer.watch(pid)).unwrap();
    stage.runtime.block_on(other.end_other(pid, atom("kill"))).unwrap();
    assert_eq!(notes.next(), Note::Down(pid, ExitReason::Killed));
}

/// `Border.Server`'s `{trap, On}`.
#[dala::message]
struct Trap {
    on: bool,
}

#[test]
fn kill_from_rust_ends_an_elixir_process_that_computes_for_ever() {
    let stage = Stage::new();
    let (peer, notes) = stage.peer();
    let busy = stage.spawn("compute", &peer.pid());
    assert_eq!(notes.told(), "computing");
    stage.runtime.block_on(peer.watch(busy)).unwrap();
    process::kill(busy);
    assert_eq!(notes.next(), Note::Down(busy, ExitReason::Killed));
}
