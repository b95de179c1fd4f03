//! Functions in Rust, called by Elixir and Erlang: values, failures, waits and ends.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use dala::native::NativeFunction;
use dala::{Bytes, ExitReason, StableLayout};
use dala_beam::interop::{NativeTableError, Server};
use dala_ir::term::OwnedTerm;
use dala_tests::border::{Add, Stage, term, text};

const CALLS: &str = "Elixir.Native.Calls";
const MODULE: &str = "Elixir.Fast.Hash";

#[dala::native(module = "Elixir.Fast.Hash")]
fn sum(bytes: Bytes, seed: u64) -> u64 {
    bytes.iter().map(|&byte| u64::from(byte)).sum::<u64>() + seed
}

#[dala::native(module = "Elixir.Fast.Hash")]
fn parse(text: String) -> Result<i64, std::num::ParseIntError> {
    text.parse()
}

#[dala::native(module = "Elixir.Fast.Hash", tagged)]
fn try_parse(text: String) -> Result<i64, String> {
    text.parse().map_err(|_| format!("{text} is no number"))
}

#[dala::native(module = "Elixir.Fast.Hash")]
fn fail(text: String) {
    panic!("{text}")
}

#[dala::native(module = "Elixir.Fast.Hash")]
async fn late(value: i64) -> Result<i64, String> {
    tokio::time::sleep(Duration::from_millis(1)).await;
    match value {
        0 => Err("no zero".to_owned()),
        value => Ok(value + 1),
    }
}

#[dala::native(module = "Elixir.Fast.Hash")]
async fn late_fail(text: String) {
    tokio::task::yield_now().await;
    panic!("{text}")
}

#[dala::native(module = "Elixir.Fast.Hash", blocking)]
fn slow(value: i64) -> Result<i64, String> {
    match value {
        0 => Err("no zero".to_owned()),
        1 => panic!("no one"),
        value => Ok(value * 2),
    }
}

#[dala::native(module = "Elixir.Fast.Hash", reductions = 1000)]
fn dear() {}

#[dala::native(module = "Elixir.Fast.Hash")]
fn cheap() {}

#[dala::native(module = "Elixir.Fast.Hash")]
fn list(number: u64) -> Vec<(u64, String)> {
    (0..number % 20).map(|index| (index, format!("element {index}"))).collect()
}

#[dala::native(module = "Elixir.Fast.Hash")]
fn text_of(number: u64) -> String {
    "x".repeat(number as usize)
}

#[dala::native(module = "fast_text", name = "upcase!")]
fn upcase(text: String) -> Result<String, String> {
    match text.is_empty() {
        true => Err("nothing to do".to_owned()),
        false => Ok(text.to_uppercase()),
    }
}

fn stage() -> Stage {
    let stage = Stage::new();
    let all = dala::natives![sum, parse, try_parse, fail, late, late_fail, slow, dear, cheap, list, upcase];
    stage.system.add_natives(all).expect("they have names of their own");
    stage
        .system
        .add_natives([NativeFunction::plain(MODULE, "text", |(number,)| Ok::<_, String>(text_of(number)))])
        .unwrap();
    stage
}

/// `{function, arguments}`.
fn call(function: &str, arguments: &[OwnedTerm]) -> (dala::Atom, Vec<OwnedTerm>) {
    (dala::Atom::new(function), arguments.to_vec())
}

fn one(function: &str, argument: &impl StableLayout) -> (dala::Atom, Vec<OwnedTerm>) {
    call(function, &[term(argument)])
}

#[test]
fn elixir_calls_a_rust_function_in_every_way_it_calls_its_own() {
    let stage = stage();
    let bytes = Bytes::from(vec![1_u8; 100]);
    assert_eq!(stage.run_in(CALLS, "ways", &bytes), "{100,100,100,{100,101},true,[1,2]}");
}

#[test]
fn erlang_calls_functions_of_a_module_that_only_rust_has() {
    let stage = stage();
    assert_eq!(stage.run_in("native_caller", "upcase", &"abc".to_owned()), "{<<\"ABC\">>,[<<\"ABC\">>]}");
    assert_eq!(stage.run_in("native_caller", "missing", &1_u8), "undef");
}

#[test]
fn an_argument_of_another_type_is_an_exception_that_says_which_and_why() {
    let stage = stage();
    assert_eq!(
        stage.run_in(CALLS, "caught", &call("sum", &[term(&"a".to_owned()), term(&-1_i64)])),
        "{'Elixir.ArgumentError',<<\"Fast.Hash.sum/2: argument 2: expected an integer from 0 to 18446744073709551615, \
         found the integer -1\">>,{'Elixir.Fast.Hash',sum,[<<\"a\">>,-1]}}"
    );
    assert_eq!(
        stage.run_in("native_caller", "caught", &7_u8),
        "{{badarg,<<\"fast_text:upcase!/1: argument 1: expected a binary with text in UTF-8, found the integer 7\">>},\
         {fast_text,'upcase!',[7]}}"
    );
    // Also of functions whose processes would wait.
    for function in ["late", "slow"] {
        let caught = stage.run_in(CALLS, "caught", &one(function, &"text".to_owned()));
        assert!(caught.starts_with("{'Elixir.ArgumentError',"), "{caught}");
    }
}

#[test]
fn a_rust_error_is_an_exception_or_a_tagged_tuple() {
    let stage = stage();
    let wrong = "many".to_owned();
    assert_eq!(
        stage.run_in(CALLS, "caught", &one("parse", &wrong)),
        "{'Elixir.RuntimeError',<<\"invalid digit found in string\">>,{'Elixir.Fast.Hash',parse,[<<\"many\">>]}}"
    );
    assert_eq!(stage.run_in(CALLS, "call", &one("parse", &"42".to_owned())), "42");
    assert_eq!(stage.run_in(CALLS, "call", &one("try_parse", &"42".to_owned())), "{ok,42}");
    assert_eq!(stage.run_in(CALLS, "call", &one("try_parse", &wrong)), "{error,<<\"many is no number\">>}");
    for function in ["late", "slow"] {
        let caught = stage.run_in(CALLS, "caught", &one(function, &0_i64));
        let frame = format!("{{'Elixir.Fast.Hash',{function},[0]}}");
        assert_eq!(caught, format!("{{'Elixir.RuntimeError',<<\"no zero\">>,{frame}}}"));
    }
    assert_eq!(
        stage.run_in("native_caller", "caught", &String::new()),
        "{{failed,<<\"nothing to do\">>},{fast_text,'upcase!',[<<>>]}}"
    );
}

#[test]
fn a_panic_is_an_exception_of_the_process_that_called() {
    let stage = stage();
    let cases = [("fail", term(&"oh".to_owned()), "oh"), ("late_fail", term(&"no".to_owned()), "no")];
    for (function, argument, says) in cases.into_iter().chain([("slow", term(&1_u8), "no one")]) {
        let raised = stage.run_in(CALLS, "raised", &call(function, &[argument]));
        let start = format!("{{error,{{panic,<<\"{says}\">>,<<\"tests/tests/interop_native.rs:");
        assert!(raised.starts_with(&start), "{raised}");
    }
    assert_eq!(stage.run_in(CALLS, "call", &one("late", &1_u8)), "2");
}

/// An error that cannot be told.
struct Unspeakable;

impl std::fmt::Display for Unspeakable {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        panic!("no words")
    }
}

#[test]
fn a_panic_while_the_answer_is_made_is_an_exception_too_and_nobody_waits_for_ever() {
    let stage = stage();
    let functions = [
        NativeFunction::plain(MODULE, "mute", |(_,): (u8,)| Err::<u8, _>(Unspeakable)),
        NativeFunction::asynchronous(MODULE, "mute_late", |(_,): (u8,)| async { Err::<u8, _>(Unspeakable) }),
        NativeFunction::blocking(MODULE, "mute_slow", |(_,): (u8,)| Err::<u8, _>(Unspeakable)),
    ];
    stage.system.add_natives(functions).unwrap();
    for function in ["mute", "mute_late", "mute_slow"] {
        let raised = stage.run_in(CALLS, "raised", &one(function, &1_u8));
        assert!(raised.starts_with("{error,{panic,<<\"no words\">>"), "{function}: {raised}");
    }
}

#[test]
fn processes_wait_for_async_and_blocking_functions_and_workers_do_not() {
    let stage = stage();
    let (open, gate) = (Arc::new(tokio::sync::Semaphore::new(0)), Arc::new(std::sync::Barrier::new(5)));
    let (permits, barrier) = (open.clone(), gate.clone());
    let pass = NativeFunction::asynchronous(MODULE, "pass", move |(value,): (u64,)| {
        let permits = permits.clone();
        async move {
            permits.acquire().await.map_err(|error| error.to_string())?.forget();
            Ok::<u64, String>(value)
        }
    });
    let meet = NativeFunction::blocking(MODULE, "meet", move |(value,): (u64,)| {
        barrier.wait();
        Ok::<u64, String>(value)
    });
    stage.system.add_natives([pass, meet]).unwrap();
    // More of each than there are workers.
    let passing: Vec<_> =
        (0..4_u64).map(|value| stage.begin_in(CALLS, "call", &one("pass", &value))).collect();
    let meeting: Vec<_> =
        (0..4_u64).map(|value| stage.begin_in(CALLS, "call", &one("meet", &value))).collect();
    assert_eq!(stage.run("call_self", &1_u8), "1");
    open.add_permits(4);
    gate.wait();
    for running in [passing, meeting] {
        let values: Vec<String> = running.iter().map(|process| text(&process.value())).collect();
        assert_eq!(values, ["0", "1", "2", "3"]);
    }
    assert_eq!(stage.system.builtins.natives.running(), 0);
}

#[test]
fn what_comes_while_a_process_waits_for_a_function_stays_in_its_mailbox() {
    let stage = stage();
    let (asked, question) = mpsc::channel();
    let open = Arc::new(tokio::sync::Notify::new());
    let notify = open.clone();
    let hold = NativeFunction::asynchronous(MODULE, "hold", move |()| {
        let (notify, asked) = (notify.clone(), asked.clone());
        async move {
            asked.send(()).map_err(|error| error.to_string())?;
            notify.notified().await;
            Ok::<u8, String>(7)
        }
    });
    stage.system.add_natives([hold]).unwrap();
    let waiting = stage.begin_in(CALLS, "mail", &call("hold", &[]));
    question.recv().unwrap();
    for number in 2..5_u8 {
        assert_eq!(stage.run("tell", &(waiting.pid, number)), number.to_string());
    }
    open.notify_one();
    assert_eq!(text(&waiting.value()), "{7,{messages,[1,2,3,4]}}");
}

/// Counts when it is dropped.
struct Dropped(Arc<AtomicUsize>, mpsc::Sender<()>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
        let _ = self.1.send(());
    }
}

#[test]
fn a_killed_process_drops_the_future_it_waited_for() {
    let stage = stage();
    let drops = Arc::new(AtomicUsize::new(0));
    let ((told, heard), (begun, beginning)) = (mpsc::channel(), mpsc::channel());
    let counter = drops.clone();
    let never = NativeFunction::asynchronous(MODULE, "never", move |()| {
        let (guard, begun) = (Dropped(counter.clone(), told.clone()), begun.clone());
        async move {
            let _guard = guard;
            begun.send(()).map_err(|error| error.to_string())?;
            std::future::pending::<Result<(), String>>().await
        }
    });
    stage.system.add_natives([never]).unwrap();
    let waiting = stage.begin_in(CALLS, "call", &call("never", &[]));
    beginning.recv().unwrap();
    assert_eq!(drops.load(Ordering::Relaxed), 0);
    dala::actor::process::kill(waiting.pid);
    assert_eq!(waiting.exit(), ExitReason::Killed);
    heard.recv_timeout(Duration::from_secs(30)).expect("the future is dropped");
    assert_eq!(stage.system.builtins.natives.running(), 0);
}

#[test]
fn a_call_is_charged_with_its_reductions() {
    let stage = stage();
    let cost = |function: &str| stage.run_in(CALLS, "cost", &call(function, &[])).parse::<u64>().unwrap();
    let (cheap, dear) = (cost("cheap"), cost("dear"));
    assert_eq!(dear, cheap + 999);
}

#[test]
fn values_are_built_on_the_heap_of_the_process_that_called() {
    let stage = stage();
    let expected: u64 = (1..=2000).map(|number| number % 20 + number).sum();
    assert_eq!(stage.run_in(CALLS, "churn", &2000_u64), expected.to_string());
}

#[test]
fn a_native_function_can_call_actors_of_both_kinds() {
    let stage = stage();
    let (peer, notes) = stage.peer();
    let server = stage.server(peer);
    notes.told();
    let both = NativeFunction::asynchronous(MODULE, "both", move |(a, b): (i64, i64)| {
        let server: Server = server.clone();
        async move {
            let here = peer.add(a, b).await.map_err(|error| error.to_string())?;
            let there: i64 = server.call(Add { a, b }).await.map_err(|error| error.to_string())?;
            Ok::<(i64, i64), String>((here, there))
        }
    });
    stage.system.add_natives([both]).unwrap();
    assert_eq!(stage.run_in(CALLS, "call", &call("both", &[term(&40_u8), term(&2_u8)])), "{42,42}");
}

#[test]
fn a_function_can_be_replaced_and_a_built_in_one_cannot() {
    let stage = stage();
    assert_eq!(stage.run_in(CALLS, "call", &one("late", &1_u8)), "2");
    let other = |module: &'static str, name: &'static str| {
        NativeFunction::plain(module, name, |(value,): (i64,)| Ok::<_, String>(-value))
    };
    stage.system.add_natives([other(MODULE, "late")]).unwrap();
    assert_eq!(stage.run_in(CALLS, "call", &one("late", &1_u8)), "-1");
    let refused = stage.system.add_natives([other("erlang", "abs")]).unwrap_err();
    assert!(matches!(refused, NativeTableError::BuiltIn(_)), "{refused}");
    assert_eq!(refused.to_string(), "erlang:abs/1 is a built-in function");
    let long: &'static str = "n".repeat(256).leak();
    let refused = stage.system.add_natives([other(long, "f")]).unwrap_err();
    assert!(matches!(refused, NativeTableError::Name(_)), "{refused}");
}
