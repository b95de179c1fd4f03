//! `dala build`: programs that run where there is no Erlang and no Elixir.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use dala_tests::diff::suite::dala_binary;

/// Compiles a source with the installed compiler, in a folder.
fn compile(folder: &Path, name: &str, source: &str) {
    fs::write(folder.join(name), source).unwrap();
    let compiler = if name.ends_with(".ex") { "elixirc" } else { "erlc" };
    let output = Command::new(compiler).arg(name).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stdout));
    fs::remove_file(folder.join(name)).unwrap();
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Builds the module of a folder; `Err` is what the command said.
fn build(folder: &Path, arguments: &[&str]) -> Result<PathBuf, String> {
    let program = folder.join("program");
    let output = Command::new(dala_binary().unwrap())
        .args(["build", "-o"])
        .arg(&program)
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    match output.status.success() {
        true => Ok(program),
        false => Err(text(&output.stderr)),
    }
}

/// Runs a program where nothing is installed and nothing lies in its folder.
fn run(program: &Path, arguments: &[&str]) -> Output {
    let nowhere = tempfile::tempdir().unwrap();
    let mut command = Command::new(program);
    command.args(arguments).current_dir(nowhere.path()).env_clear().env("PATH", nowhere.path());
    command.env("DALA_JIT", if cfg!(feature = "jit") { "eager" } else { "off" }).output().unwrap()
}

const ERLANG: &str = r#"
-module(portable).
-behaviour(gen_server).
-export([main/1, init/1, handle_call/3, handle_cast/2]).

main(Arguments) ->
    {ok, Server} = gen_server:start_link(?MODULE, [], []),
    io:format("~p ~p ~p~n", [Arguments, init:get_plain_arguments(), gen_server:call(Server, sum)]),
    io:format("~ts ~p~n", [string:uppercase("größe"), re:run("ab12", "[0-9]+")]),
    io:format("~p~n", [code:which(lists)]),
    logger:error("told ~p", [by_the_logger]),
    halt(7).

init([]) -> {ok, lists:seq(1, 10)}.
handle_call(sum, _, List) -> {reply, lists:sum(List), List}.
handle_cast(_, List) -> {noreply, List}.
"#;

#[test]
fn an_erlang_program_runs_where_there_is_no_erlang() {
    let folder = tempfile::tempdir().unwrap();
    compile(folder.path(), "portable.erl", ERLANG);
    let program = build(folder.path(), &["portable"]).unwrap();
    let output = run(&program, &["a", "b c"]);
    let expected = "[\"a\",\"b c\"] [\"a\",\"b c\"] 55\nGRÖSSE {match,[{2,2}]}\n[]\n";
    assert_eq!(text(&output.stdout), expected, "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("told by_the_logger"), "{}", text(&output.stderr));
    assert_eq!(output.status.code(), Some(7));
}

const ELIXIR: &str = r##"
defmodule Portable do
  defstruct [:name]

  defimpl String.Chars do
    def to_string(portable), do: "<#{portable.name}>"
  end

  def main(arguments) do
    {:ok, agent} = Agent.start_link(fn -> arguments end)
    IO.inspect({Agent.get(agent, & &1), "#{%Portable{name: :me}}"})
    IO.inspect(MapSet.new(1..3) |> Enum.map(&(&1 * 2)))
    raise ArgumentError, "the end"
  end
end
"##;

#[test]
fn an_elixir_program_runs_where_there_is_no_elixir() {
    let folder = tempfile::tempdir().unwrap();
    compile(folder.path(), "portable.ex", ELIXIR);
    let program = build(folder.path(), &["Elixir.Portable"]).unwrap();
    let output = run(&program, &["x"]);
    let expected = "{[\"x\"], \"<me>\"}\n[2, 4, 6]\n";
    assert_eq!(text(&output.stdout), expected, "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("portable.ex, line 13"), "{}", text(&output.stderr));
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn what_cannot_be_built_or_run_says_so() {
    let folder = tempfile::tempdir().unwrap();
    compile(folder.path(), "portable.erl", ERLANG);
    let problem = build(folder.path(), &["portable", "start"]).unwrap_err();
    assert_eq!(problem, "error: portable exports neither start/1 nor start/0\n");
    let problem = build(folder.path(), &["missing"]).unwrap_err();
    assert_eq!(problem, "error: module missing not found\n");
    let problem = build(folder.path(), &["--application", "missing", "portable"]).unwrap_err();
    assert!(problem.contains("missing.app"), "{problem}");
    let problem = build(folder.path(), &["--onto", "missing", "portable"]).unwrap_err();
    assert!(problem.starts_with("error: missing: "), "{problem}");
    // One byte of the index changes.
    let program = build(folder.path(), &["portable"]).unwrap();
    let mut bytes = fs::read(&program).unwrap();
    let at = bytes.len() - 60;
    bytes[at] ^= 1;
    fs::write(&program, bytes).unwrap();
    let output = run(&program, &[]);
    let problem = text(&output.stderr);
    assert!(problem.ends_with("the modules of this program are damaged\n"), "{problem}");
    assert_eq!(output.status.code(), Some(1));
}

/// What a system that refuses memory that becomes executable wants.
#[cfg(target_os = "linux")]
#[test]
fn a_program_without_machine_code_makes_nothing_executable() {
    let folder = tempfile::tempdir().unwrap();
    let source = r#"
        -module(maps_of).
        -export([main/0]).
        main() ->
            loop(100000),
            {ok, Maps} = file:read_file("/proc/self/maps"),
            Lines = [string:lexemes(Line, " ") || Line <- string:lexemes(Maps, "\n")],
            io:format("~p~n", [[Line || [_, <<_, _, $x, _>> | _] = Line <- Lines, length(Line) < 6]]).
        loop(0) -> ok;
        loop(N) -> loop(N - 1).
    "#;
    compile(folder.path(), "maps_of.erl", source);
    let program = build(folder.path(), &["maps_of"]).unwrap();
    let output = Command::new(&program).env("DALA_JIT", "off").output().unwrap();
    assert_eq!(text(&output.stdout), "[]\n", "{}", text(&output.stderr));
}
