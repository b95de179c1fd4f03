//! Registered names across the border: one table for Rust actors and Elixir processes.

use dala::Atom;
use dala_beam::interop::Server;
use dala_tests::border::Stage;

/// `{note, Text}`.
#[dala::message(name = "note")]
struct TextNote {
    text: String,
}

/// `end`.
#[dala::message]
struct End;

#[test]
fn elixir_finds_calls_and_cannot_take_the_name_of_a_rust_actor() {
    let stage = Stage::new();
    let (peer, _notes) = stage.peer();
    let name = Atom::new("ledger");
    stage.runtime.register(name, peer.pid()).unwrap();
    let found = stage.run("named", &name);
    let expected = format!("{{{},42,'Elixir.ArgumentError',{{registered_name,ledger}},true}}", peer.pid());
    assert_eq!(found, expected);
}

#[test]
fn elixir_watches_a_rust_actor_by_its_name_which_goes_with_it() {
    let stage = Stage::new();
    let (peer, _notes) = stage.peer();
    let name = Atom::new("ledger to watch");
    stage.runtime.register(name, peer.pid()).unwrap();
    assert_eq!(stage.run("watched_by_name", &name), "{finished,nil}");
    assert_eq!(stage.runtime.whereis(name), None);
}

#[test]
fn rust_finds_and_tells_an_elixir_process_by_the_name_that_it_took() {
    let stage = Stage::new();
    let (peer, notes) = stage.peer();
    let name = Atom::new("elixir side");
    let process = stage.spawn("take_a_name", &(peer.pid(), name));
    assert_eq!(notes.told(), "registered");
    assert_eq!(stage.runtime.whereis(name), Some(process));
    assert_eq!(stage.runtime.name_of(process), Some(name));
    assert!(stage.runtime.register(name, peer.pid()).is_err(), "the name is taken");
    let server = Server::named(&stage.system, "elixir side");
    server.tell(TextNote { text: "hello".to_owned() }).unwrap();
    assert_eq!(notes.told(), "{by_name,<<\"hello\">>}");
    stage.runtime.block_on(peer.watch(process)).unwrap();
    server.tell(End).unwrap();
    notes.next();
    assert_eq!(stage.runtime.whereis(name), None);
    assert!(server.tell(End).is_err());
}

#[test]
fn a_rust_actor_joins_otps_process_groups_and_leaves_them_when_it_ends() {
    let stage = Stage::new();
    let (peer, _notes) = stage.peer();
    assert_eq!(stage.run("grouped", &peer.pid()), "{true,[3],true}");
}

#[test]
fn elixir_reaches_a_rust_actor_by_a_via_name() {
    let stage = Stage::new();
    let (peer, notes) = stage.peer();
    assert_eq!(stage.run("via", &peer.pid()), "{true,3,ok}");
    assert_eq!(notes.told(), "by_via");
}
