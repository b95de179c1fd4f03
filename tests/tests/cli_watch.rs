//! `dala watch`: what is saved while a program runs is loaded, its state is kept, and a mistake is told and changes nothing.

use std::fs;
use std::io::{BufRead as _, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use dala_tests::diff::suite::dala_binary;

const PATIENCE: Duration = Duration::from_secs(60);

/// A server that counts, and a program that tells each version that it sees and the count then.
const PROGRAM: &str = r#"
defmodule Watched.Main do
  def main do
    {:ok, server} = GenServer.start_link(Watched, 0)
    see(server, 0)
  end

  defp see(_server, 3), do: :ok

  defp see(server, seen) do
    case GenServer.call(server, :count) do
      {^seen, _} ->
        Process.sleep(10)
        see(server, seen)

      {version, count} ->
        IO.puts("version #{version}, kept: #{count > 0 or version == 1}, #{Watched.Macros.shout("so")}")
        see(server, version)
    end
  end
end
"#;

/// Uses a macro of another file, and is used by a third: the order in which they are compiled matters.
const MACROS: &str = r#"
defmodule Watched.Macros do
  defmacro version(number), do: number
  def shout(text), do: String.upcase(text)
end
"#;

fn server(version: u32) -> String {
    format!(
        "defmodule Watched do\n  use GenServer\n  require Watched.Macros\n  def init(count), do: {{:ok, count}}\n  \
         def handle_call(:count, _, count), do: {{:reply, {{Watched.Macros.version({version}), count}}, count + 1}}\nend\n"
    )
}

fn lines(output: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines() {
            if sender.send(line.expect("text")).is_err() {
                break;
            }
        }
    });
    lines
}

#[track_caller]
fn await_line(lines: &Receiver<String>, wanted: &str) {
    while !lines.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("no line with {wanted:?}")).contains(wanted)
    {
    }
}

fn watch(folder: &Path) -> Command {
    let mut command = Command::new(dala_binary().expect("the command is built"));
    command.arg("watch").arg(folder).arg("Elixir.Watched.Main");
    command
}

#[test]
fn what_is_saved_is_loaded_and_a_mistake_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let save = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    save("a_main.ex", PROGRAM);
    save("b_watched.ex", &server(1));
    save("c_macros.ex", MACROS);
    let mut dala =
        watch(folder.path()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let (printed, told) = (lines(dala.stdout.take().unwrap()), lines(dala.stderr.take().unwrap()));
    await_line(&printed, "version 1, kept: true, SO");
    save("b_watched.ex", &server(2));
    await_line(&told, "b_watched.ex: loaded Watched");
    await_line(&printed, "version 2, kept: true, SO");
    save("b_watched.ex", "defmodule Watched do\n  def init(, do: 1\nend\n");
    await_line(&told, "b_watched.ex:3:1: unexpected reserved word");
    save("b_watched.ex", &server(3));
    await_line(&printed, "version 3, kept: true, SO");
    assert!(dala.wait().unwrap().success());
}

#[test]
fn sources_that_do_not_compile_are_not_run() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("main.ex"), "defmodule Watched.Main do\n  def main(, do: 1\nend\n").unwrap();
    let output = watch(folder.path()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(said.contains("main.ex:3:1: unexpected reserved word"), "{said}");
    let output = watch(&folder.path().join("nowhere")).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("nowhere: "), "{output:?}");
}
