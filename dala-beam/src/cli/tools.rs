//! `dala erlc`, `dala elixirc`, `dala elixir`, `dala test`: the tools of the installed OTP and Elixir, whose own code
//! runs with the arguments that the user gave. `dala test` takes files of ExUnit, or of EUnit.
//!
//! What `erlc`, `elixir` and `elixirc` do before their Erlang code runs is a small C program and two shell scripts: they
//! sort the arguments into those of the emulator and those of the tool. That sorting is here.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use dala_ir::abi::{Atom, Word};
use dala_ir::term::{Fragment, TermWriter};

use super::run::Program;
use crate::otp::boot::CommandLine;
use crate::process::{Ended, Entry, System};

/// Arguments of a tool: its own, as the original takes them.
#[derive(Clone, Debug, clap::Args)]
#[command(disable_help_flag = true)]
pub struct Arguments {
    /// Root of the Erlang/OTP to take libraries from
    #[arg(long, value_name = "DIR")]
    pub otp: Option<PathBuf>,
    /// Root of the Elixir to take libraries from
    #[arg(long, value_name = "DIR")]
    pub elixir: Option<PathBuf>,
    /// Options and files, as the original takes them
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub rest: Vec<String>,
}

/// A command that runs a tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// OTP's `erlc`.
    Erlc,
    /// Elixir's `elixirc`.
    Elixirc,
    /// Elixir's `elixir`.
    Elixir,
    /// `elixir -e 'ExUnit.start()'` with test files; EUnit for those of Erlang.
    Test,
}

impl Tool {
    /// The tool of the command `dala NAME`.
    pub fn named(name: &str) -> Option<Tool> {
        match name {
            "erlc" => Some(Tool::Erlc),
            "elixirc" => Some(Tool::Elixirc),
            "elixir" => Some(Tool::Elixir),
            "test" => Some(Tool::Test),
            _ => None,
        }
    }
}

/// Runs the command.
pub fn run(tool: Tool, arguments: &Arguments) -> ExitCode {
    super::report(try_run(tool, arguments))
}

fn try_run(tool: Tool, arguments: &Arguments) -> Result<ExitCode, String> {
    if let [] | ["-h" | "--help"] = arguments.rest.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        match tool {
            Tool::Elixirc => {
                return Err("elixirc's own options and files: dala elixirc [-o DIR] FILE.ex...".into());
            }
            Tool::Elixir => {
                return Err("elixir's own options and a script: dala elixir FILE.exs [ARG]...".into());
            }
            // `test` says so itself, and `erlc` does as the original does.
            Tool::Test | Tool::Erlc => {}
        }
    }
    if tool == Tool::Test && arguments.rest.iter().any(|argument| is_erlang(argument)) {
        return run_eunit(arguments);
    }
    let sorted = match tool {
        Tool::Erlc => sort_erlc(&arguments.rest)?,
        Tool::Elixir => sort_elixir(None, &arguments.rest)?,
        Tool::Elixirc => sort_elixir(Some("+elixirc"), &arguments.rest)?,
        Tool::Test => sort_elixir(None, &test_arguments(&arguments.rest)?)?,
    };
    let mut flags = sorted.flags;
    if tool != Tool::Erlc && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()) {
        // As the script `elixir` says.
        if std::io::stdout().is_terminal() && std::io::stderr().is_terminal() {
            flags.push(("elixir".into(), vec!["ansi_enabled".into(), "true".into()]));
        }
    }
    let program = Program::new(&sorted.first, arguments.otp.as_deref(), arguments.elixir.as_deref())?
        .with_last_paths(sorted.last)
        .with_command_line(CommandLine { flags, plain: sorted.plain });
    let (module, function) = match tool {
        Tool::Erlc => ("erl_compile", "compile_cmdline"),
        Tool::Elixirc | Tool::Elixir | Tool::Test => ("elixir", "start_cli"),
    };
    program.run(&[], Entry::Function(Atom::new(module), Atom::new(function), Word::NIL), false)
}

fn is_erlang(file: &str) -> bool {
    Path::new(file).extension().is_some_and(|extension| extension == "erl")
}

/// Compiles Erlang files and runs the tests that EUnit finds in them.
fn run_eunit(arguments: &Arguments) -> Result<ExitCode, String> {
    let sorted = sort_erlc(&arguments.rest)?;
    for file in &sorted.plain {
        if file.starts_with('-') {
            return Err(format!("{file} is no option of dala test"));
        }
        if !is_erlang(file) {
            return Err(format!(
                "{file}: EUnit's tests are Erlang files; those of ExUnit are run by themselves"
            ));
        }
        if !Path::new(file).is_file() {
            return Err(format!("{file}: no such file"));
        }
    }
    let mut scratch = Fragment::new();
    let files: Vec<Word> = sorted.plain.iter().map(|file| scratch.binary(file.as_bytes())).collect();
    let files = scratch.list(&files, Word::NIL);
    let terms = scratch.list(&[files], Word::NIL);
    let program = Program::new(&sorted.first, arguments.otp.as_deref(), arguments.elixir.as_deref())?
        .with_last_paths(sorted.last);
    program.run(&[], Entry::Function(Atom::new("dala_eunit"), Atom::new("run"), terms), false)
}

/// Runs ExUnit on test files, with modules in these folders, on a system that `prepare` has seen before. `helper` is loaded
/// first and starts ExUnit, which is started otherwise.
///
/// # Errors
/// With a text, when it cannot be started.
pub(crate) fn run_tests(
    modules: &[PathBuf],
    helper: Option<&Path>,
    files: &[PathBuf],
    prepare: impl FnOnce(&System) -> Result<(), String>,
) -> Result<i32, String> {
    let text = |path: &Path| match path.to_str() {
        Some(path) => Ok(path.to_owned()),
        None => Err(format!("{}: its name is no text", path.display())),
    };
    let mut plain = match helper {
        Some(helper) => vec!["-r".to_owned(), text(helper)?],
        None => vec!["-e".to_owned(), "ExUnit.start()".to_owned()],
    };
    for file in files {
        plain.extend(["-r".to_owned(), text(file)?]);
    }
    let command = CommandLine { flags: Vec::new(), plain };
    let started = Program::new(modules, None, None)?.with_command_line(command).start(&[], prepare)?;
    let entry = Entry::Function(Atom::new("elixir"), Atom::new("start_cli"), Word::NIL);
    let ended = started.run(entry)?;
    started.leave();
    match ended {
        Ended::Halted(status) => Ok(status),
        other => Err(format!("ExUnit ended otherwise: {other:?}")),
    }
}

/// A tool's arguments, sorted.
#[derive(Debug, Default, PartialEq, Eq)]
struct Sorted {
    /// Folders searched before the installed libraries.
    first: Vec<PathBuf>,
    /// Folders searched behind them.
    last: Vec<PathBuf>,
    flags: Vec<(String, Vec<String>)>,
    plain: Vec<String>,
}

/// As `erlc.c` does: `-pa` and `-pz` go to the emulator, all else to `erl_compile`.
fn sort_erlc(arguments: &[String]) -> Result<Sorted, String> {
    let mut sorted = Sorted::default();
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "-pa" | "-pz" => {
                let folder = arguments.next().ok_or_else(|| format!("{argument} needs a folder"))?;
                let folders = if argument == "-pa" { &mut sorted.first } else { &mut sorted.last };
                folders.push(folder.into());
            }
            "-smp" => {}
            _ => sorted.plain.push(argument.clone()),
        }
    }
    // The last `-pa` is searched first.
    sorted.first.reverse();
    Ok(sorted)
}

/// As the script `elixir` does: options of the emulator before the first file go to it; `Kernel.CLI` takes the rest.
fn sort_elixir(mode: Option<&str>, arguments: &[String]) -> Result<Sorted, String> {
    let mut sorted = Sorted { first: vec![".".into()], ..Sorted::default() };
    sorted.plain.extend(mode.map(String::from));
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().cloned().ok_or_else(|| format!("{argument} needs a value"));
        match argument.as_str() {
            "-v" | "--no-halt" => sorted.plain.push(argument.clone()),
            "-e" | "-r" | "-pr" | "-pa" | "-pz" | "--app" | "--eval" => {
                let value = value()?;
                sorted.plain.extend([argument.clone(), value]);
            }
            "--logger-otp-reports" | "--logger-sasl-reports" => {
                let kind = argument.trim_start_matches("--logger-").replace('-', "_");
                sorted.flags.push(("logger".into(), vec![format!("handle_{kind}"), value()?]));
            }
            "--erl" | "--erl-config" | "--vm-args" | "--boot" | "--boot-var" | "--pipe-to" | "--cookie"
            | "--name" | "--sname" | "--hidden" | "--rpc-eval" | "--remsh" | "+iex" => {
                return Err(format!("{argument} is for Erlang's emulator; this runtime has no such option"));
            }
            _ => {
                sorted.plain.push(argument.clone());
                sorted.plain.extend(arguments.by_ref().cloned());
            }
        }
    }
    Ok(sorted)
}

/// `elixir` arguments that run test files: ExUnit is started, unless a file does so itself, and runs when all are loaded.
fn test_arguments(arguments: &[String]) -> Result<Vec<String>, String> {
    let mut options = Vec::new();
    let mut files = Vec::new();
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "-pa" | "-pz" | "-r" => {
                let value = arguments.next().ok_or_else(|| format!("{argument} needs a value"))?;
                options.extend([argument.clone(), value.clone()]);
            }
            option if option.starts_with('-') => return Err(format!("{option} is no option of dala test")),
            file => files.push(file.to_owned()),
        }
    }
    if files.is_empty() {
        return Err(
            "no test file: dala test [-pa DIR]... [-r FILE]... FILE_test.exs..., or FILE.erl...".into()
        );
    }
    if let Some(missing) = files.iter().find(|file| !std::path::Path::new(file).is_file()) {
        return Err(format!("{missing}: no such file"));
    }
    options.extend(["-e".into(), "ExUnit.start()".into()]);
    options.extend(files.into_iter().flat_map(|file| ["-r".into(), file]));
    Ok(options)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(String::from).collect()
    }

    #[test]
    fn erlc_takes_paths_and_leaves_the_rest() {
        let sorted = sort_erlc(&words("-pa a -Wall -pa b +debug_info -pz z -o out x.erl")).unwrap();
        assert_eq!(sorted.first, [PathBuf::from("b"), PathBuf::from("a")]);
        assert_eq!(sorted.last, [PathBuf::from("z")]);
        assert_eq!(sorted.plain, words("-Wall +debug_info -o out x.erl"));
        assert!(sort_erlc(&words("x.erl -pa")).is_err());
    }

    #[test]
    fn what_follows_a_script_is_the_scripts() {
        let sorted = sort_elixir(None, &words("-pa a s.exs --erl x -v")).unwrap();
        assert_eq!(sorted.plain, words("-pa a s.exs --erl x -v"));
        assert!(sort_elixir(None, &words("--erl x s.exs")).is_err());
        assert_eq!(
            sort_elixir(Some("+elixirc"), &words("a.ex -o d")).unwrap().plain,
            words("+elixirc a.ex -o d")
        );
    }

    #[test]
    fn tests_need_a_file() {
        assert!(test_arguments(&words("-pa a")).unwrap_err().starts_with("no test file"));
        assert!(test_arguments(&words("--seed 0 x.exs")).unwrap_err().contains("--seed"));
    }
}
