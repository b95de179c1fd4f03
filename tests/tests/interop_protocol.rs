//! Messages that changed: an Elixir module that was written for others is refused when it is loaded, with both layouts; one that
//! lacks options which came later works, and these are `None`.

use std::process::Command;

use dala::Atom;
use dala_beam::code::LoadFailure;
use dala_beam::interop::{ActorKind, elixir_module};
use dala_tests::border::Stage;

/// The actor as it was.
mod former {
    #[derive(Debug)]
    pub(crate) struct Till;

    #[dala::actor(name = "Till")]
    impl Till {
        #[message]
        fn pay(&mut self, amount: u32) -> u32 {
            amount
        }
        #[message]
        fn close(&mut self) {}
    }
}

/// With a field more.
mod grown {
    #[derive(Debug)]
    pub(crate) struct Till;

    #[dala::actor(name = "Till")]
    impl Till {
        #[message]
        fn pay(&mut self, amount: u32, tip: u8) -> u32 {
            amount + u32::from(tip)
        }
        #[message]
        fn close(&mut self) {}
    }
}

/// With options more.
mod grown_by_options {
    #[derive(Debug)]
    pub(crate) struct Till;

    #[dala::actor(name = "Till")]
    impl Till {
        #[message]
        fn pay(&mut self, amount: u32, tip: Option<u8>, note: Option<String>) -> u32 {
            amount + tip.map_or(1000, u32::from) + note.map_or(20_000, |_| 0)
        }
        #[message]
        fn close(&mut self, reason: Option<String>) {
            assert_eq!(reason, None);
        }
    }
}

/// Without one of the messages.
mod shrunk {
    #[derive(Debug)]
    pub(crate) struct Till;

    #[dala::actor(name = "Till")]
    impl Till {
        #[message]
        fn pay(&mut self, amount: u32) -> u32 {
            amount
        }
    }
}

/// The module that was written for the former actor, compiled.
fn written() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("till.ex"), elixir_module::<former::Till>("Till")).unwrap();
    let compiled = Command::new("elixirc").arg("till.ex").current_dir(folder.path()).output().unwrap();
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
    std::fs::read(folder.path().join("Elixir.Till.beam")).unwrap()
}

fn load(stage: &Stage) -> Result<(), LoadFailure> {
    stage.system.code.load_binary(Atom::new("Elixir.Till"), None, &written()).map(drop)
}

#[test]
fn a_module_for_the_same_messages_is_loaded_and_one_for_an_actor_that_nobody_named() {
    let stage = Stage::new();
    load(&stage).unwrap();
    let stage = Stage::new();
    stage.system.add_protocol::<former::Till>();
    load(&stage).unwrap();
}

#[test]
fn a_module_for_other_messages_is_refused_with_both_layouts() {
    let stage = Stage::new();
    stage.system.add_actors([ActorKind::new("till", |(): ()| grown::Till)]).unwrap();
    assert_eq!(
        load(&stage).unwrap_err().to_string(),
        "module Elixir.Till was written for another Till: it has pay as `{:pay, amount: 0..4_294_967_295} :: \
         0..4_294_967_295`, the actor has `{:pay, amount: 0..4_294_967_295, tip: 0..255} :: 0..4_294_967_295`; \
         `dala gen elixir` writes the module anew"
    );
    let stage = Stage::new();
    stage.system.add_protocol::<shrunk::Till>();
    assert_eq!(
        load(&stage).unwrap_err().to_string(),
        "module Elixir.Till was written for another Till: it has close as `:close :: :ok`, the actor has none of that \
         name; `dala gen elixir` writes the module anew"
    );
    // Of two actors with the name, one is enough.
    stage.system.add_protocol::<former::Till>();
    load(&stage).unwrap();
}

#[test]
fn options_that_came_later_are_none_for_who_does_not_know_them() {
    let stage = Stage::new();
    stage.system.add_protocol::<grown_by_options::Till>();
    load(&stage).unwrap();
    let till = stage.runtime.spawn(grown_by_options::Till).expect("pids are left").pid();
    stage.runtime.block_on(async {
        let system = &stage.system;
        assert_eq!(system.call::<_, u32>("Elixir.Till", "pay", (till, 5_u32)).await.unwrap(), 21_005);
        let () = system.call("Elixir.Till", "close", (till,)).await.unwrap();
        let with_tip = (Atom::new("pay"), 5_u32, 2_u8);
        assert_eq!(system.call::<_, u32>("gen_server", "call", (till, with_tip)).await.unwrap(), 20_007);
        // Too little is too little.
        let none = system.call::<_, u32>("gen_server", "call", (till, Atom::new("pay"))).await.unwrap_err();
        assert!(none.to_string().contains("not_understood"), "{none}");
    });
}
