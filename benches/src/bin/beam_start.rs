//! From the start of a program to its first printed line and its end, with OTP's kernel and stdlib booted:
//! `cargo build --release -p dala-beam && cargo run --release -p dala-benches --bin beam_start`.
//!
//! Prints the median of [`RUNS`] runs each, in turns, of `dala run` and `dala eval` with and without what they keep on disk, of
//! a program of `dala build`, and of `erl` and `elixir`. `DALA_BIN` names the `dala` command, else it is the one beside this
//! program.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

const RUNS: usize = 21;
const SOURCE: &str = "-module(hello).\n-export([main/0]).\nmain() -> io:format(\"hello~n\").\n";
const ELIXIR: &str = "IO.inspect(Enum.sum(1..10))";

/// A program by what it is called here.
struct Program {
    name: &'static str,
    command: Command,
    times: Vec<Duration>,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let here = folder.path();
    std::fs::write(here.join("hello.erl"), SOURCE).map_err(|error| error.to_string())?;
    done(Command::new("erlc").arg("hello.erl").current_dir(here))?;
    let dala = dala()?;
    done(Command::new(&dala).args(["build", "-o", "hello", "hello"]).current_dir(here))?;

    let cache = here.join("cache");
    let mut programs: Vec<Program> = Vec::new();
    let mut add = |name, program: &Path, arguments: &[&str], cache: &Path| {
        let mut command = Command::new(program);
        command.args(arguments).env("DALA_CACHE", cache).current_dir(here).stdout(Stdio::null());
        programs.push(Program { name, command, times: Vec::new() });
    };
    let off = Path::new("off");
    add("program of dala build", &here.join("hello"), &[], off);
    add("dala run", &dala, &["run", "hello", "main"], &cache);
    add("dala run, nothing kept", &dala, &["run", "hello", "main"], off);
    add("erl", Path::new("erl"), &["-noshell", "-eval", "hello:main(), halt()."], off);
    add("dala eval", &dala, &["eval", ELIXIR], &cache);
    add("dala eval, nothing kept", &dala, &["eval", ELIXIR], off);
    add("elixir -e", Path::new("elixir"), &["-e", ELIXIR], off);
    // The first round, which fills the cache, does not count.
    for round in 0..=RUNS {
        for program in &mut programs {
            let began = Instant::now();
            done(&mut program.command)?;
            if round > 0 {
                program.times.push(began.elapsed());
            }
        }
    }
    println!("| program | median, ms | least, ms |\n|---|---|---|");
    for Program { name, mut times, .. } in programs {
        times.sort();
        let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
        println!("| {name} | {:.1} | {:.1} |", milliseconds(times[RUNS / 2]), milliseconds(times[0]));
    }
    Ok(())
}

fn dala() -> Result<PathBuf, String> {
    let beside = || Some(std::env::current_exe().ok()?.parent()?.join("dala"));
    let path = std::env::var_os("DALA_BIN").map(PathBuf::from).or_else(beside);
    let path = path.filter(|path| path.is_file());
    path.ok_or_else(|| "build it first: cargo build --release -p dala-beam".to_owned())
}

fn done(command: &mut Command) -> Result<(), String> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{command:?}: {status}")),
        Err(error) => Err(format!("{command:?}: {error}")),
    }
}
