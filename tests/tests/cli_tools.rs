//! `dala erlc`, `elixirc`, `elixir` and `test` beside the installed tools: the same output, exit status and files.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use dala_tests::diff::suite::dala_binary;

/// What a tool did: exit status, both outputs, and the files that it made.
#[derive(Debug)]
struct Done {
    status: Option<i32>,
    stdout: String,
    stderr: String,
    files: BTreeMap<String, Vec<u8>>,
}

/// Runs a command in a folder that holds only these files: compilers write its name into what they make.
fn run(command: &mut Command, folder: &Path, sources: &[(&str, &str)]) -> Done {
    for (name, text) in sources {
        fs::write(folder.join(name), text).unwrap();
    }
    let output = command.current_dir(folder).output().expect("the tool is installed");
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if !sources.iter().any(|(source, _)| *source == name) {
            files.insert(name, fs::read(entry.path()).unwrap());
        }
        fs::remove_file(entry.path()).unwrap();
    }
    let text = |bytes: Vec<u8>| masked(&String::from_utf8(bytes).unwrap());
    Done { status: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr), files }
}

/// Without what a clock says.
fn masked(text: &str) -> String {
    text.lines()
        .map(
            |line| {
                if line.starts_with("Finished in ") {
                    "Finished in TIME\n".into()
                } else {
                    format!("{line}\n")
                }
            },
        )
        .collect()
}

/// The same arguments to `dala TOOL` and to the original, or those of the original where they differ.
fn compare(tool: &str, original: (&str, &[&str]), arguments: &[&str], sources: &[(&str, &str)]) -> Done {
    let folder = tempfile::tempdir().unwrap();
    let ours = run(Command::new(dala_binary().unwrap()).arg(tool).args(arguments), folder.path(), sources);
    let theirs = run(Command::new(original.0).args(original.1), folder.path(), sources);
    let told = |done: &Done| (done.status, done.stdout.clone(), done.stderr.clone());
    assert_eq!(told(&ours), told(&theirs), "dala {tool} {arguments:?}");
    assert_eq!(ours.files.keys().collect::<Vec<_>>(), theirs.files.keys().collect::<Vec<_>>());
    for (name, bytes) in &ours.files {
        assert!(theirs.files[name] == *bytes, "dala {tool} {arguments:?}: {name} differs");
    }
    ours
}

const ERLANG: &str = "-module(shapes).\n-export([area/1]).\n-record(square, {side}).\n\
    area(#square{side = Side}) when is_number(Side) -> Side * Side;\narea({circle, R}) -> Unused = R, 3.14 * R * R.\n";

#[test]
fn erlc_writes_the_same_file_and_warns_alike() {
    let arguments = ["+deterministic", "-Wall", "shapes.erl"];
    let done = compare("erlc", ("erlc", &arguments), &arguments, &[("shapes.erl", ERLANG)]);
    assert_eq!(done.status, Some(0));
    assert!(done.stdout.contains("variable 'Unused' is unused"), "{done:?}");
    assert_eq!(done.files.keys().collect::<Vec<_>>(), ["shapes.beam"]);
}

#[test]
fn erlc_refuses_bad_sources_alike() {
    let bad = "-module(bad).\n-export([f/0, g/1]).\nf() -> case x of 1 -> end.\n";
    let done = compare("erlc", ("erlc", &["bad.erl"]), &["bad.erl"], &[("bad.erl", bad)]);
    assert_eq!(done.status, Some(1));
    let done = compare("erlc", ("erlc", &["none.erl"]), &["none.erl"], &[]);
    assert_eq!(done.status, Some(1));
}

const ELIXIR: &str = r#"
defmodule Shape do
  @moduledoc "Shapes."
  defstruct [:kind, size: 1]
  @doc "Its area."
  @spec area(%Shape{}) :: number
  def area(%Shape{kind: :square, size: size}), do: size * size
  def kinds(shapes), do: for(%{kind: kind} <- shapes, do: to_string(kind))
end

defprotocol Sized do
  def size(value)
end

defimpl Sized, for: Shape do
  def size(shape), do: Shape.area(shape)
end
"#;

#[test]
fn elixirc_writes_the_same_files() {
    let done = compare("elixirc", ("elixirc", &["shape.ex"]), &["shape.ex"], &[("shape.ex", ELIXIR)]);
    assert_eq!(done.status, Some(0), "{done:?}");
    assert_eq!(done.files.len(), 3, "{:?}", done.files.keys());
}

#[test]
fn elixirc_refuses_bad_sources_alike() {
    let done = compare(
        "elixirc",
        ("elixirc", &["bad.ex"]),
        &["bad.ex"],
        &[("bad.ex", "defmodule Bad do\n  def f( do\nend\n")],
    );
    assert_eq!(done.status, Some(1));
}

#[test]
fn elixir_runs_a_script_with_its_arguments() {
    let script = "defmodule Twice do\n  def of(x), do: x * 2\nend\n\
        IO.inspect({System.argv(), Twice.of(21), Code.eval_string(\"a + 1\", a: 1)})\nexit({:shutdown, 3})\n";
    let arguments = ["script.exs", "one", "--two"];
    let done = compare("elixir", ("elixir", &arguments), &arguments, &[("script.exs", script)]);
    assert_eq!(done.status, Some(3));
    assert!(done.stdout.contains(r#"["one", "--two"]"#), "{done:?}");
}

#[test]
fn test_runs_exunit_and_tells_failures_alike() {
    let tests = r#"
ExUnit.start(seed: 0)

defmodule SumTest do
  use ExUnit.Case, async: true

  test "sums" do
    assert Enum.sum([1, 2]) == 3
  end

  test "fails" do
    assert Enum.sum([1, 2]) == 4
  end

  test "raises" do
    assert_raise ArgumentError, fn -> String.to_existing_atom("no such atom, surely") end
  end

  @tag :skip
  test "skipped" do
    flunk()
  end

  test "receives" do
    parent = self()
    spawn_link(fn -> send(parent, {:hello, 1}) end)
    assert_receive {:hello, 1}
  end
end
"#;
    let original: &[&str] = &["-e", "ExUnit.start()", "-r", "sum_test.exs"];
    let done = compare("test", ("elixir", original), &["sum_test.exs"], &[("sum_test.exs", tests)]);
    assert_eq!(done.status, Some(2), "{done:?}");
    assert!(done.stdout.contains("5 tests, 1 failure, 1 skipped"), "{done:?}");
}

#[test]
fn test_runs_eunit_and_tells_failures_alike() {
    let shop = "-module(shop).\n-export([total/1]).\n-ifdef(TEST).\n-include_lib(\"eunit/include/eunit.hrl\").\n-endif.\n\
        total(Prices) -> lists:sum(Prices).\n-ifdef(TEST).\nempty_test() -> ?assertEqual(0, total([])).\n-endif.\n";
    let tests = "-module(shop_tests).\n-include_lib(\"eunit/include/eunit.hrl\").\n\
        sum_test() -> ?assertEqual(3, shop:total([1, 2])).\nfails_test() -> ?assertEqual(4, shop:total([1, 2])).\n\
        kept_test_() -> {setup, fun() -> ets:new(kept, [public]) end, fun ets:delete/1, fun(T) -> [?_assert(ets:insert(T, {1}))] end}.\n";
    let sources = [("shop.erl", shop), ("shop_tests.erl", tests)];
    let original = "Load = fun(File) -> {ok, Module, Code} = compile:file(File, [binary, {d, 'TEST'}]), \
        code:load_binary(Module, File ++ \".erl\", Code), Module end, [Shop, _] = lists:map(Load, [\"shop\", \"shop_tests\"]), \
        halt(case eunit:test([Shop]) of ok -> 0; error -> 1 end).";
    let original: &[&str] = &["-noshell", "-eval", original];
    // Once each, though both files are named.
    let done = compare("test", ("erl", original), &["shop.erl", "shop_tests.erl"], &sources);
    assert_eq!(done.status, Some(1), "{done:?}");
    assert!(done.stdout.contains("Failed: 1.  Skipped: 0.  Passed: 3."), "{done:?}");

    let folder = tempfile::tempdir().unwrap();
    let dala = || {
        let mut command = Command::new(dala_binary().unwrap());
        command.args(["test", "shop.erl"]);
        command
    };
    let done = run(&mut dala(), folder.path(), &sources[..1]);
    assert_eq!((done.status, done.stdout.as_str()), (Some(0), "  Test passed.\n"), "{done:?}");
    let done = run(&mut dala(), folder.path(), &[("shop.erl", "-module(shop).\nf( -> x.\n")]);
    assert_eq!(done.status, Some(1));
    assert!(done.stdout.contains("shop.erl:2:4: syntax error"), "{done:?}");
    let done = run(dala().arg("some_test.exs"), folder.path(), &sources[..1]);
    assert_eq!(done.status, Some(1));
    assert!(done.stderr.contains("some_test.exs: EUnit's tests are Erlang files"), "{done:?}");
}

// `halt` ends the program: whoever monitors the process that called it must not print in between. It did, one time in
// five.
#[test]
fn a_script_that_is_not_there_is_the_only_thing_told() {
    for _ in 0..10 {
        let output = Command::new(dala_binary().unwrap()).args(["elixir", "none.exs"]).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap() + &String::from_utf8(output.stdout).unwrap();
        assert_eq!((output.status.code(), &*told), (Some(1), "No file named none.exs\n"));
    }
}

#[test]
fn tools_without_a_file_say_what_they_want() {
    for tool in ["elixir", "elixirc", "test"] {
        let output = Command::new(dala_binary().unwrap()).arg(tool).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.contains(&format!("dala {tool} ")) && told.lines().count() == 1, "{told}");
    }
}
