//! Sources that are saved while an app runs: the new version is loaded and the state kept; one that does not compile changes
//! nothing.

use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use dala::Atom;
use dala_beam::interop::{Reloaded, Server, ServerSpec, Watch};
use dala_ir::term::OwnedTerm;
use dala_tests::border::Stage;

/// A counter whose replies show the version.
fn counter(version: u32) -> String {
    format!(
        "defmodule Watched do\n  use GenServer\n  def init(count), do: {{:ok, count}}\n  \
         def handle_call(:count, _from, count), do: {{:reply, {{{version}, count + 1}}, count + 1}}\nend\n"
    )
}

#[dala::beam(module = "Elixir.Watched")]
trait Watched {
    /// Version and count.
    #[call(timeout = "60s")]
    fn count(&self) -> (u32, u64);
}

fn next(told: &Receiver<Reloaded>) -> Reloaded {
    told.recv_timeout(Duration::from_secs(60)).expect("a change is seen")
}

fn save(file: &Path, text: &str) {
    std::fs::write(file, text).expect("the folder is writable");
}

#[test]
fn a_saved_source_is_loaded_with_the_state_kept_and_a_wrong_one_changes_nothing() {
    let stage = Stage::new();
    let started = stage.system.call::<_, Result<Vec<Atom>, OwnedTerm>>(
        "application",
        "ensure_all_started",
        (Atom::new("elixir"),),
    );
    stage.runtime.block_on(started).expect("it returns").expect("Elixir starts");
    let folder = tempfile::tempdir().expect("temporary folder");
    let (sender, told) = channel();
    let watch = Watch::start(&stage.system, folder.path(), move |reloaded| {
        sender.send(reloaded).expect("the test waits");
    });
    let watch = watch.expect("the folder is there");

    let file = folder.path().join("watched.ex");
    save(&file, &counter(1));
    let Reloaded::Loaded { modules, .. } = next(&told) else { panic!("it compiles") };
    assert_eq!(modules, [Atom::new("Elixir.Watched")]);
    let server = {
        let _entered = stage.runtime.enter();
        let pid = ServerSpec::new(&stage.system, WatchedRef::MODULE, &0_u64).start().expect("pids are left");
        WatchedRef::from(Server::of_pid(&stage.system, pid))
    };
    let count = || stage.runtime.block_on(server.count()).expect("it answers");
    assert_eq!(count(), (1, 1));

    save(&file, &counter(2));
    assert_eq!(next(&told).to_string(), format!("{}: loaded Watched", file.display()));
    assert_eq!(count(), (2, 2));

    save(&file, "defmodule Watched do\n  def init(, do: 1\nend\n");
    let Reloaded::Refused { message, .. } = next(&told) else { panic!("it does not compile") };
    assert!(message.contains("watched.ex:3:1: unexpected reserved word"), "{message}");
    assert_eq!(count(), (2, 3));

    let erlang = folder.path().join("src/numbers.erl");
    std::fs::create_dir(folder.path().join("src")).expect("writable");
    save(&erlang, "-module(numbers).\n-export([one/0]).\none() -> 1.\n");
    assert!(matches!(next(&told), Reloaded::Loaded { .. }));
    let one =
        || stage.runtime.block_on(stage.system.call::<(), u64>("numbers", "one", ())).expect("it is loaded");
    assert_eq!(one(), 1);
    save(&erlang, "-module(numbers).\n-export([one/0]).\none() -> two().\n");
    let Reloaded::Refused { message, .. } = next(&told) else { panic!("it does not compile") };
    assert!(message.ends_with("src/numbers.erl:3:10: function two/0 undefined"), "{message}");
    assert_eq!(one(), 1);

    drop(watch);
    save(&file, &counter(3));
    assert!(told.recv().is_err(), "nobody watches any more");
    assert_eq!(count(), (2, 4));
    assert!(Watch::start(&stage.system, folder.path().join("missing"), |_| ()).is_err());
}
