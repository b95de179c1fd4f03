//! Stable values of Rust, read by Rust actors and Elixir processes where they lie. Alone in its program: the counts of the region
//! are the whole process's.

use dala::region::{self, Stable};
use dala_tests::border::Stage;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

const CALLS: &str = "Elixir.Stable.Calls";

/// The test that counts now.
fn counting() -> MutexGuard<'static, ()> {
    static COUNTING: Mutex<()> = Mutex::new(());
    COUNTING.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Routes {
    hosts: Vec<String>,
}

#[dala::native(module = "Elixir.Stable.Routes")]
fn host(routes: Stable<Routes>, key: u64) -> String {
    routes.hosts[key as usize % routes.hosts.len()].clone()
}

#[dala::native(module = "Elixir.Stable.Routes")]
fn address(routes: Stable<Routes>) -> u64 {
    (&raw const *routes).addr() as u64
}

struct Gate {
    routes: Stable<Routes>,
}

#[dala::actor]
impl Gate {
    #[message]
    fn change(&mut self, routes: Stable<Routes>) -> Stable<Routes> {
        std::mem::replace(&mut self.routes, routes)
    }
}

/// Fills a region, whose bytes are given back.
fn fill() -> (Stable<Routes>, usize) {
    let before = region::usage();
    let hosts: Vec<String> = ["one", "two", "three"].map(str::to_owned).into();
    let routes = Stable::holding(Routes { hosts }, 100);
    let now = region::usage();
    assert_eq!(now.stable_values, before.stable_values + 1);
    assert_eq!(now.stable_bytes, before.stable_bytes + 100 + size_of::<Routes>());
    (routes, before.stable_values)
}

/// Waits for what processes that ended give back.
fn wait_until_values_are(values: usize) {
    let began = Instant::now();
    while region::usage().stable_values != values {
        assert!(began.elapsed() < Duration::from_secs(20), "{:?}", region::usage());
        std::thread::yield_now();
    }
}

#[test]
fn rust_actors_and_processes_read_a_stable_value_where_it_lies_and_the_last_frees_it() {
    let _counting = counting();
    let stage = Stage::new();
    stage.system.add_natives(dala::natives![host, address]).unwrap();
    let (routes, before) = fill();
    // Through processes.
    assert_eq!(
        stage.run_in(CALLS, "shared", &routes),
        "[{<<\"two\">>,true},{<<\"three\">>,true},{<<\"one\">>,true}]"
    );
    let kept = stage.begin_in(CALLS, "kept", &routes).value();
    let source = dala::message::Source::new(kept.root());
    let (one, others) =
        <(Stable<Routes>, Vec<Stable<Routes>>) as dala::StableLayout>::read_term(source).unwrap();
    assert!(one.is_same(&routes) && others[0].is_same(&routes));
    assert_eq!(region::usage().stable_values, before + 1);
    // Something else is no such value.
    let other = Stable::new(7_u64);
    let text = stage.run_in(CALLS, "misfit", &other);
    assert!(text.contains("a reference to a stable") && text.contains("Routes"), "{text}");
    drop(other);
    // Through actors: the one that had it last frees it.
    let gate = stage.runtime.spawn(Gate { routes: routes.clone() }).unwrap();
    let gate = GateRef::from(gate);
    let newer = Stable::new(Routes { hosts: vec!["four".into()] });
    let former = stage.runtime.block_on(gate.change(newer.clone())).unwrap();
    assert!(former.is_same(&routes));
    drop((routes, former, one, others, kept));
    wait_until_values_are(before + 1);
    gate.exit(dala::ExitReason::Shutdown);
    stage.runtime.block_on(gate.ended()).unwrap();
    assert_eq!(newer.hosts, ["four"]);
    drop(newer);
    drop(stage);
    wait_until_values_are(before);
}

#[test]
fn a_full_stable_region_gives_the_value_back() {
    let _counting = counting();
    // The other test's values may come and go meanwhile: only what is far too large is refused for sure.
    region::limit_stable(1 << 30);
    let full = Stable::try_new(vec![1, 2, 3], 1 << 31).unwrap_err();
    assert_eq!(full.value, [1, 2, 3]);
    assert!(full.to_string().contains("over the limit of 1073741824"), "{full}");
    assert!(Stable::try_new(full.value, 24).is_ok());
    region::limit_stable(usize::MAX);
}
