//! Typed clients (`#[dala::beam]`) of an Elixir GenServer, and calls of Elixir functions.

use std::time::Duration;

use dala::{Atom, ExitReason, Pid, Term};
use dala_beam::interop::{FunctionError, Server, ServerError, ServerSpec};
use dala_ir::interp::Class;
use dala_tests::border::{Note, Stage, text};

#[derive(Term, Clone, Debug, PartialEq)]
#[term(module = "Elixir.Cart.Item")]
struct Item {
    name: String,
    price: u64,
}

#[derive(Term, Debug, PartialEq)]
enum CartError {
    Full(u8),
}

#[dala::beam(module = "Elixir.Cart")]
trait Cart {
    /// Adds an item.
    fn add(&self, item: Item) -> Result<u32, CartError>;
    fn items(&self) -> Vec<Item>;
    fn notes(&self) -> Vec<String>;
    #[call(name = "total")]
    fn total_in(&self, discount: u64, currency: Atom) -> (u64, Atom);
    #[cast]
    fn note(&self, text: String);
    #[info]
    fn reminder(&self, number: i64);
    #[info(name = "clear_all")]
    fn clear(&self);
    fn odd(&self) -> Vec<Item>;
    #[call(timeout = "20ms")]
    fn never(&self);
    fn leave(&self, reason: Atom);
    fn crash(&self);
}

fn item(name: &str, price: u64) -> Item {
    Item { name: name.to_owned(), price }
}

fn cart(stage: &Stage, limit: u8) -> CartRef {
    let spec = ServerSpec::new(&stage.system, CartRef::MODULE, &limit);
    CartRef::from(Server::of_pid(&stage.system, spec.start().expect("pids are left")))
}

#[test]
fn a_client_calls_casts_and_tells() {
    let stage = Stage::new();
    let cart = cart(&stage, 2);
    stage.runtime.block_on(async {
        assert_eq!(cart.add(item("tea", 250)).await.unwrap(), Ok(1));
        assert_eq!(cart.add(item("milk", 100)).await.unwrap(), Ok(2));
        assert_eq!(cart.add(item("salt", 1)).await.unwrap(), Err(CartError::Full(2)));
        assert_eq!(cart.items().await.unwrap(), [item("tea", 250), item("milk", 100)]);
        let euro = Atom::new("eur");
        assert_eq!(cart.total_in(50, euro).await.unwrap(), (300, euro));
        cart.note("first".to_owned()).unwrap();
        cart.reminder(7).unwrap();
        cart.clear().unwrap();
        assert_eq!(cart.notes().await.unwrap(), ["first", "reminder 7"]);
        assert!(cart.items().await.unwrap().is_empty());
    });
}

#[test]
fn a_reply_of_another_type_shows_the_term_the_type_and_the_path() {
    let stage = Stage::new();
    let cart = cart(&stage, 1);
    let error = stage.runtime.block_on(cart.odd()).unwrap_err();
    let ServerError::Reply(misfit) = &error else { panic!("{error:?}") };
    assert_eq!(
        misfit.error().to_string(),
        "[1].name: expected a binary with text in UTF-8, found the atom `tea`"
    );
    assert!(text(misfit.reply()).contains("name => tea"));
    let shown = error.to_string();
    assert!(shown.starts_with("the reply does not convert: [1].name: expected a binary"), "{shown}");
    assert!(shown.ends_with("is no list of Item") && shown.contains("name => <<\"tea\">>"), "{shown}");
}

#[test]
fn a_server_that_ends_or_is_late_is_an_error_with_its_reason() {
    let stage = Stage::new();
    let limit = Duration::from_millis(20);
    stage.runtime.block_on(async {
        let late = cart(&stage, 1).never().await.unwrap_err();
        assert!(matches!(late, ServerError::Timeout(waited) if waited == limit), "{late:?}");
        let left = cart(&stage, 1).leave(Atom::new("bored")).await.unwrap_err();
        assert_eq!(left.exited_with::<Atom>(), Some(Atom::new("bored")));
        assert_eq!(left.exited_with::<u64>(), None);

        #[derive(Term, Debug)]
        #[term(module = "Elixir.ArgumentError")]
        struct ArgumentError {
            message: String,
        }
        let dead = cart(&stage, 1);
        let crashed = dead.crash().await.unwrap_err();
        assert_eq!(crashed.exited_with::<ArgumentError>().unwrap().message, "no more tea");
        assert!(matches!(dead.note(String::new()).unwrap_err(), ServerError::NoProcess(_)));
        assert!(matches!(dead.items().await.unwrap_err(), ServerError::NoProcess(_)));
    });
}

#[test]
fn a_client_by_name_reaches_whoever_has_the_name() {
    let stage = Stage::new();
    let cart = CartRef::from(Server::named(&stage.system, "cart")).with_timeout(Duration::from_secs(20));
    assert_eq!(cart.pid(), None);
    let spec = ServerSpec::new(&stage.system, CartRef::MODULE, &1_u8).named("cart");
    for _ in 0..2 {
        let pid = spec.start().unwrap();
        assert_eq!(cart.pid(), Some(pid));
        assert_eq!(stage.runtime.block_on(cart.add(item("tea", 1))).unwrap(), Ok(1));
        stage.runtime.block_on(cart.stop()).unwrap();
        assert_eq!(cart.pid(), None);
    }
}

#[test]
fn stopping_ends_the_server_with_the_reason_and_waits_for_it() {
    let stage = Stage::new();
    let (peer, notes) = stage.peer();
    let server = stage.server(peer);
    notes.told();
    let pid = server.pid().unwrap();
    let remote = dala::server::Remote::new(server);
    stage.runtime.block_on(remote.stop_with(ExitReason::Shutdown)).unwrap();
    assert_eq!(notes.told(), "{terminated,shutdown}");
    assert!(!dala::actor::process::is_alive(pid));
    let gone = stage.runtime.block_on(remote.stop()).unwrap_err();
    assert!(matches!(gone, ServerError::NoProcess(_)), "{gone:?}");
}

#[test]
fn functions_run_in_a_process_of_their_own() {
    let stage = Stage::new();
    let module = "Elixir.Cart.Functions";
    stage.runtime.block_on(async {
        let system = &stage.system;
        assert_eq!(system.call::<_, i64>(module, "gcd", (12_i64, 18_i64)).await.unwrap(), 6);
        let items = vec![item("tea", 250), item("milk", 100)];
        assert_eq!(
            system.call::<_, Option<Item>>(module, "cheapest", (items,)).await.unwrap(),
            Some(item("milk", 100))
        );
        let none: Option<Item> = system.call(module, "cheapest", (Vec::<Item>::new(),)).await.unwrap();
        assert_eq!(none, None);
        let () = system.call(module, "nothing", ()).await.unwrap();
        assert_eq!(system.call::<_, u64>("erlang", "length", (vec![1_u8, 2],)).await.unwrap(), 2);
    });
}

#[test]
fn a_function_without_a_value_says_why() {
    let stage = Stage::new();
    let module = "Elixir.Cart.Functions";
    stage.runtime.block_on(async {
        let system = &stage.system;
        let failed = system.call::<_, u64>(module, "fail", ("oh".to_owned(),)).await.unwrap_err();
        assert!(failed.to_string().contains("message => <<\"oh\">>"), "{failed}");
        let FunctionError::Raised { class, trace, .. } = failed else { panic!("{failed:?}") };
        assert_eq!(class, Class::Error);
        assert!(text(&trace).starts_with("[{'Elixir.Cart.Functions',fail,1,"), "{}", text(&trace));
        let thrown = system.call::<_, u64>(module, "leave", (Atom::new("now"),)).await.unwrap_err();
        assert!(matches!(thrown, FunctionError::Raised { class: Class::Throw, .. }), "{thrown:?}");
        let odd = system.call::<_, (u64, Vec<u64>)>(module, "odd", ()).await.unwrap_err();
        assert_eq!(
            odd.to_string(),
            "the value does not convert: [1][0]: expected an integer from 0 to 18446744073709551615, found the atom \
             `two`; the reply {1,[two]} is no {u64, list of u64}"
        );
        let missing = system.call::<_, u64>(module, "missing", ()).await.unwrap_err();
        assert!(matches!(missing, FunctionError::Raised { class: Class::Error, .. }), "{missing:?}");
        let nameless = system.call::<_, u64>(&"n".repeat(256), "f", ()).await.unwrap_err();
        assert!(matches!(nameless, FunctionError::Name(_)), "{nameless:?}");
    });
}

#[test]
fn a_call_that_nobody_waits_for_ends_its_process() {
    let stage = Stage::new();
    let (peer, notes) = stage.peer();
    let notes = stage.runtime.block_on(async {
        let system = &stage.system;
        let wait = system.call::<_, u64>("Elixir.Cart.Functions", "wait", (Pid::from(peer),));
        let begun = tokio::task::spawn_blocking(move || (notes.told(), notes));
        let mut wait = std::pin::pin!(wait);
        tokio::select! {
            ended = &mut wait => panic!("ended: {ended:?}"),
            begun = begun => begun.unwrap().1,
        }
    });
    let Note::Down(_, reason) = notes.next() else { panic!("the process ends") };
    assert_eq!(reason, ExitReason::Killed);
}
