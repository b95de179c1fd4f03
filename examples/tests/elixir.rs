//! The examples `orders`, `plugins`, `chat` and `port` as their users run them, with all that they print.

use std::path::PathBuf;
use std::process::Command;

use dala_beam::cli::build::{Arguments, build};

/// The example, which `cargo test` builds beside its tests.
fn binary(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its path");
    let profile = test.ancestors().nth(2).expect("target/PROFILE/deps/TEST");
    profile.join("examples").join(name)
}

#[track_caller]
fn prints(name: &str, arguments: &[&str], expected: &str) {
    let output = Command::new(binary(name)).args(arguments).output().expect("the example is built");
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{}\n{stdout}{stderr}", output.status);
    assert_eq!(stdout, expected, "{stderr}");
}

const ORDERS: &str = r#"place an empty cart: {:error, :empty}
add 3 teas: :ok
add 2 cups: :ok
pay before it is placed: {:error, {:is, :cart}}
place with a voucher that is none: {:error, {:no_voucher, "FREE"}}
place with a voucher: {:ok, %{discount: 315, net: 3150, tax: 538, total: 3373}}
pay too little: {:error, {:due, 3373}}
pay: :ok
ship: :ok
cancel what is shipped: {:error, {:is, :shipped}}
add a spaceship: :ok
place it: {:error, {:unknown_item, "spaceship"}}
cancel: :ok
a wrong argument: "Pricing.price/2: argument 1: [0].count: expected an integer from 0 to 4294967295, found the integer -1"
"#;

#[test]
fn orders_are_priced_in_rust() {
    prints("orders", &[], ORDERS);
}

/// `dala build --onto`: neither Elixir nor a file beside it, and a native function that the modules did not know of.
#[test]
fn orders_run_where_there_is_no_elixir_with_their_modules_behind_them() {
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    // Compiles its modules.
    prints("orders", &[], ORDERS);
    let program = folder.path().join("orders");
    let arguments = Arguments {
        paths: vec![binary("orders").ancestors().nth(3).expect("target").join("orders/ebin")],
        output: Some(program.clone()),
        applications: Vec::new(),
        included: Vec::new(),
        otp: None,
        elixir: None,
        onto: Some(binary("orders")),
        alone: false,
        release: false,
        module: None,
        function: String::new(),
    };
    build(&arguments).expect("it is built");
    let output = Command::new(&program)
        .env_clear()
        .env("CARGO_TARGET_DIR", folder.path())
        .current_dir(folder.path())
        .output()
        .expect("it is there");
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(stdout, ORDERS, "{stderr}");
}

#[test]
fn plugins_are_replaced_while_they_run_and_ended_when_they_misbehave() {
    prints(
        "plugins",
        &[],
        r#"loaded words 1
words: 5 words
loaded words 2
words: 9 WORDS!
not loaded: words_3.exs:6:1: missing terminator: " (for string starting at line 4)
words: 11 WORDS!
loaded curious
curious, compute: 55
curious, read a file: {:not_granted, :files}
curious, ask the file server: {:not_granted, :files}
curious, run a program: {:not_granted, :programs}
curious, stop the program: {:not_granted, :emulator}
not loaded: burglar.exs: not granted: files
not loaded: Erlang error: {:not_granted, :code}
loaded endless
endless: no answer in 100ms
endless: killed
loaded greedy
greedy: over the limit of 33554432 bytes
words: 13 WORDS!
"#,
    );
}

#[test]
fn chat_clients_hear_everybody_in_their_room() {
    prints(
        "chat",
        &["--clients", "60", "--rooms", "4"],
        "60 clients in 4 rooms\n60 lines said, 900 heard\n0 rooms left\n",
    );
}

#[test]
fn an_otp_application_is_started_again_when_it_fails() {
    prints(
        "port",
        &[],
        r#"mnesia is running: true
20 orders came, left: [("cup", 0), ("pot", 10), ("tea", 40)]
mnesia's supervisor is killed: {application_ended,mnesia,killed}
mnesia is running: true
20 orders came, left: [("cup", 0), ("pot", 10), ("tea", 40)]
mnesia is running: false
"#,
    );
}
