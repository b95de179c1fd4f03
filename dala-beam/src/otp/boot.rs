//! Starts OTP before a program: the I/O servers, `init`, the logger, the application controller, kernel and stdlib.
//!
//! The order and the processes are those of OTP's boot script; `erlang/dala_boot.erl` runs it.

use std::sync::{Arc, PoisonError, mpsc};
use std::time::Duration;

use dala_ir::abi::{Atom, Pid, Word};
use dala_ir::term::print::{Style, print};
use dala_ir::term::{Fragment, TermWriter, view};

use super::io_server;
use super::read_term::read_term;
use crate::process::{Ended, Entry, System, stack_trace};

/// Applications that are loaded, so that stack traces name them and their environment can be read. The first is what
/// the application controller starts with; those behind the second are left out where they are not installed.
pub(crate) const LOADED: [&str; 4] = ["kernel", "stdlib", "compiler", "elixir"];

/// The emulator's arguments (`init:get_arguments/0`): log events go to standard error, not in between what the program
/// prints, and are cut: the state of a server that fails may be megabytes.
const FLAGS: &str = r#"[{root, ["ROOT"]}, {progname, ["dala"]}, {home, ["HOME"]}, {noshell, []},
  {kernel, ["logger", "[{handler, default, logger_std_h, #{config => #{type => standard_error}, formatter => {logger_formatter, #{legacy_header => true, single_line => false, depth => 20, chars_limit => 3000}}}}]"]}]"#;

/// What `erl` would have been started with.
#[derive(Clone, Debug, Default)]
pub struct CommandLine {
    /// Flags with their values, as `-elixir ansi_enabled true` (`init:get_argument/1`).
    pub flags: Vec<(String, Vec<String>)>,
    /// What stands behind `-extra` (`init:get_plain_arguments/0`).
    pub plain: Vec<String>,
}

/// Starts everything, then the applications `started`, and gives the pid of `user`, the group leader of programs.
///
/// # Errors
/// With a text, when something does not start: no OTP is installed, an application refuses.
pub fn start(system: &Arc<System>, started: &[&str]) -> Result<Pid, String> {
    start_with(system, started, &CommandLine::default())
}

/// As [`start`], with a command line that programs can ask `init` for.
///
/// # Errors
/// As [`start`].
pub fn start_with(system: &Arc<System>, started: &[&str], command: &CommandLine) -> Result<Pid, String> {
    let user = io_server::start(system)?;
    let mut scratch = Fragment::new();
    let mut specs = Vec::new();
    for (place, name) in loaded(system).into_iter().enumerate() {
        match specification(system, &name, &mut scratch) {
            Ok(spec) => specs.push(spec),
            Err(problem) if place < 2 => return Err(problem),
            Err(_) => {}
        }
    }
    let specs = scratch.list(&specs, Word::NIL);
    let started: Vec<Word> = started.iter().map(|name| Word::atom(Atom::new(name))).collect();
    let started = scratch.list(&started, Word::NIL);
    let root = {
        let paths = system.code.paths.read().unwrap_or_else(PoisonError::into_inner);
        paths.otp_root().map(|root| root.to_string_lossy().into_owned()).unwrap_or_default()
    };
    let quoted = |text: &str| text.replace(['"', '\\'], "");
    let home = std::env::var("HOME").unwrap_or_default();
    let flags = FLAGS.replace("ROOT", &quoted(&root)).replace("HOME", &quoted(&home));
    let flags = read_term(&flags, &mut scratch).map_err(|error| error.to_string())?;
    let mut more = Vec::new();
    for (name, values) in &command.flags {
        let name = Word::atom(Atom::try_new(name).map_err(|error| error.to_string())?);
        let values = texts(values, &mut scratch);
        more.push(scratch.tuple(&[name, values]));
    }
    let flags = scratch.list(&more, flags);
    let plain = texts(&command.plain, &mut scratch);
    let arguments = scratch.list(&[specs, started, flags, plain], Word::NIL);
    let (sender, receiver) = mpsc::channel();
    let entry = Entry::Function(Atom::new("dala_boot"), Atom::new("start"), arguments);
    system.start_process(entry, Some(user), Some(sender)).map_err(|_| "cannot start a process".to_owned())?;
    match receiver.recv() {
        Ok(Ended::Value(_)) => {
            system.guard_servers();
            Ok(user)
        }
        Ok(Ended::Raised { class, reason, trace }) => {
            Err(format!("OTP does not start:\n{}", stack_trace::show(class, reason.root(), trace.root())))
        }
        Ok(Ended::Exit(reason)) => Err(format!("OTP does not start: {reason}")),
        Ok(Ended::Halted(status)) => Err(format!("OTP does not start: halted with status {status}")),
        Err(_) => Err("OTP does not start".to_owned()),
    }
}

fn texts(texts: &[String], scratch: &mut Fragment) -> Word {
    let texts: Vec<Word> = texts.iter().map(|text| scratch.charlist(text)).collect();
    scratch.list(&texts, Word::NIL)
}

/// The applications that are loaded, in order: all that a program carries along.
fn loaded(system: &System) -> Vec<String> {
    let mut names: Vec<String> = LOADED.map(str::to_owned).into();
    if let Some(bundle) = &system.options.bundle {
        let others = bundle.program().applications.keys();
        names.extend(others.filter(|name| !LOADED.contains(&name.as_str())).cloned());
    }
    names
}

/// The text of `NAME.app`, and where it stands.
pub(crate) fn specification_text(system: &System, name: &str) -> Result<(String, String), String> {
    let file = format!("{name}.app");
    if let Some(bundle) = &system.options.bundle {
        let text = bundle.program().applications.get(name);
        return text
            .map(|text| (text.clone(), file))
            .ok_or_else(|| format!("there is no application {name}"));
    }
    let path = system.code.paths.read().unwrap_or_else(PoisonError::into_inner).file(&file);
    let path = path.ok_or_else(|| format!("{file} is in none of the folders of the code path"))?;
    let place = path.display().to_string();
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{place}: {error}"))?;
    Ok((text, place))
}

/// The specification of an application.
fn specification(system: &System, name: &str, scratch: &mut Fragment) -> Result<Word, String> {
    let (text, place) = specification_text(system, name)?;
    let term = read_term(&text, scratch).map_err(|error| format!("{place}: {error}"))?;
    match dala_ir::term::tuple_elements(term) {
        Some(&[tag, _, _]) if tag == Word::atom(Atom::new("application")) => Ok(term),
        _ => Err(format!("{place}: {} is no application", print(term, Style::Plain).limited(80))),
    }
}

/// The modules of an application, as its `NAME.app` lists them.
pub(crate) fn modules_of(system: &System, name: &str) -> Result<Vec<Atom>, String> {
    let mut scratch = Fragment::new();
    let wrong = || format!("{name}.app: lists no modules");
    let specification = specification(system, name, &mut scratch)?;
    let properties = dala_ir::term::tuple_elements(specification).and_then(|parts| parts.get(2).copied());
    let properties = properties.and_then(view::list_to_vec).ok_or_else(wrong)?;
    let modules = properties.into_iter().find_map(|property| match dala_ir::term::tuple_elements(property) {
        Some(&[key, modules]) if key == Word::atom(Atom::new("modules")) => view::list_to_vec(modules),
        _ => None,
    });
    modules.ok_or_else(wrong)?.into_iter().map(|module| module.as_atom().ok_or_else(wrong)).collect()
}

/// Ends what [`start`] started as OTP ends it (`init:stop/0`): the applications in order, the logger after them, then all
/// processes of the system. For the end of an app, before the runtime's own: without it the processes end in any order,
/// and what one logs then finds no logger. Waits no longer than `limit`; blocks, so not for a handler.
pub fn stop(system: &Arc<System>, limit: Duration) {
    run_to_end(system, "stop", limit);
}

/// Waits until what processes logged and printed so far is out, but no longer than `limit`. For the end of a program.
pub fn flush(system: &Arc<System>, limit: Duration) {
    run_to_end(system, "flush", limit);
}

fn run_to_end(system: &Arc<System>, function: &str, limit: Duration) {
    let (sender, receiver) = mpsc::channel();
    let entry = Entry::Function(Atom::new("dala_boot"), Atom::new(function), Word::NIL);
    if system.start_process(entry, None, Some(sender)).is_ok() {
        // Late, or a server that is gone: the program ends all the same.
        let _ = receiver.recv_timeout(limit);
    }
}
