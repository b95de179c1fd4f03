//! Native actors as children of Elixir's supervisors, and under names of every kind: `Dala.Actor`.

use std::time::{Duration, Instant};

use dala_beam::interop::ActorKind;
use dala_tests::border::Stage;

/// Counts from what it is started with.
struct Counter {
    total: i64,
}

#[dala::actor]
impl Counter {
    #[init]
    fn new(total: i64) -> Self {
        Counter { total }
    }

    #[message]
    fn add(&mut self, by: i64) -> i64 {
        self.total += by;
        self.total
    }

    #[message]
    fn total(&mut self) -> i64 {
        self.total
    }
}

/// Never comes to be.
struct Refusing;

#[dala::actor]
impl Refusing {
    #[init]
    async fn new(why: String) -> Result<Self, String> {
        assert_ne!(why, "panic");
        Err(why)
    }

    #[message]
    fn nothing(&mut self) {}
}

/// Has no `#[init]`.
struct Idle;

#[dala::actor]
impl Idle {
    #[message]
    fn ping(&mut self) -> bool {
        true
    }
}

/// A stage whose Elixir code can start both.
fn with_kinds() -> Stage {
    let stage = Stage::new();
    let kinds = [
        ActorKind::new("counter", |(total,): (i64,)| Counter::spawn(total)),
        ActorKind::new("refusing", |(why,): (String,)| Refusing::spawn(why)),
        ActorKind::new("idle", |()| Idle),
    ];
    stage.system.add_actors(kinds).unwrap();
    stage
}

#[test]
fn elixirs_supervisors_start_native_actors() {
    let stage = with_kinds();
    let (observer, told) = stage.peer();
    let said = stage.run_in("Elixir.Children", "supervised", &observer.pid());
    assert_eq!(said, "{2,true,false,nil}");
    assert_eq!(told.told(), "stopped");
}

#[test]
fn elixirs_dynamic_supervisors_start_and_end_native_actors() {
    let stage = with_kinds();
    let said = stage.run_in("Elixir.Children", "dynamic", &100_i64);
    assert_eq!(said, "{5050,{error,max_children},99,false}");
}

#[test]
fn a_native_actor_that_does_not_start_says_why_and_leaves_nothing() {
    let stage = with_kinds();
    let before = stage.runtime.actors().len();
    let said = stage.run_in("Elixir.Children", "failures", &());
    assert_eq!(
        said,
        "{{error,<<\"no room\">>},{error,<<\"no room\">>},panic,true,\
         [{no_actor,nobody,<<\"Rust added no such kind (System::add_actors)\">>},\
         {bad_args,counter,<<\"argument 1: expected an integer from -9223372036854775808 to 9223372036854775807, \
         found the binary \\\"five\\\"\">>},\
         {bad_args,counter,<<\"1 arguments are needed, 0 given\">>},{bad_option,{actor,undefined}}],[]}"
    );
    // What said so may be ending still.
    let end = Instant::now() + Duration::from_secs(20);
    while stage.runtime.actors().len() > before {
        assert!(Instant::now() < end, "{:?} are left", stage.runtime.actors());
        std::thread::yield_now();
    }
}

#[test]
fn a_native_actor_has_a_name_in_elixirs_registry() {
    let stage = with_kinds();
    let said = stage.run_in("Elixir.Children", "names", &());
    assert_eq!(said, "{told,[true,true,[17],1],true,1,2,3}");
}

#[test]
fn a_child_of_elixir_joins_and_leaves_a_process_group() {
    let stage = with_kinds();
    assert_eq!(stage.run_in("Elixir.Children", "groups", &()), "ok");
}
