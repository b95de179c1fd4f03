//! The arguments of `open_port/2`.

use std::ffi::{OsStr, OsString};

use dala_ir::abi::{Atom, Word};
use dala_ir::term::view;

use super::framing::Framing;
use crate::bif::{file, os};

/// What to run.
#[derive(Debug)]
pub(crate) enum Command {
    /// A line for the shell (`{spawn, Line}`).
    Shell(OsString),
    /// A program (`{spawn_executable, File}`).
    Program(OsString),
    /// A file (a name alone): the port reads or writes it, and there is no program.
    File(OsString),
    /// A file in memory: `{spawn, "ram_file_drv"}`.
    RamFile,
}

/// The driver in OTP that is an actor here.
const RAM_FILE: &str = "ram_file_drv";

/// Settings of a port.
#[derive(Debug)]
pub(crate) struct PortOptions {
    pub(crate) framing: Framing,
    pub(crate) is_binary: bool,
    pub(crate) reads: bool,
    pub(crate) writes: bool,
    pub(crate) tells_eof: bool,
    pub(crate) tells_exit_status: bool,
    pub(crate) joins_stderr: bool,
    pub(crate) folder: Option<OsString>,
    pub(crate) environment: Vec<(OsString, Option<OsString>)>,
    pub(crate) name: Option<OsString>,
    pub(crate) arguments: Vec<OsString>,
}

impl Command {
    /// What it is called, for people.
    pub(super) fn name(&self) -> &OsStr {
        match self {
            Command::Shell(name) | Command::Program(name) | Command::File(name) => name,
            Command::RamFile => OsStr::new(RAM_FILE),
        }
    }

    /// `{spawn, Line}`, `{spawn_executable, File}`, or the name of a file; none for anything else, other drivers among it.
    pub(crate) fn read(term: Word) -> Option<Command> {
        if term.is_atom() || term.is_cons() {
            return text(term).map(Command::File);
        }
        let &[kind, what] = view::tuple_elements(term)? else { return None };
        match kind.as_atom()?.text() {
            "spawn" | "spawn_driver" if text(what).is_some_and(|name| name == RAM_FILE) => {
                Some(Command::RamFile)
            }
            "spawn" => text(what).map(Command::Shell),
            "spawn_executable" => text(what).map(Command::Program),
            _ => None,
        }
    }
}

impl PortOptions {
    /// None when the list holds something that is no option.
    pub(crate) fn read(list: Word) -> Option<PortOptions> {
        let mut options = PortOptions {
            framing: Framing::Stream,
            is_binary: false,
            reads: true,
            writes: true,
            tells_eof: false,
            tells_exit_status: false,
            joins_stderr: false,
            folder: None,
            environment: Vec::new(),
            name: None,
            arguments: Vec::new(),
        };
        let (mut only_in, mut only_out) = (false, false);
        for option in view::list_to_vec(list)? {
            match option.as_atom().map(Atom::text) {
                Some("stream") => options.framing = Framing::Stream,
                Some("binary") => options.is_binary = true,
                Some("in") => only_in = true,
                Some("out") => only_out = true,
                Some("eof") => options.tells_eof = true,
                Some("exit_status") => options.tells_exit_status = true,
                Some("stderr_to_stdout") => options.joins_stderr = true,
                Some("use_stdio" | "hide" | "overlapped_io") => {}
                Some(_) => return None,
                None => options.read_pair(option)?,
            }
        }
        if only_in != only_out {
            (options.reads, options.writes) = (only_in, only_out);
        }
        Some(options)
    }

    fn read_pair(&mut self, option: Word) -> Option<()> {
        let &[name, value] = view::tuple_elements(option)? else { return None };
        match name.as_atom()?.text() {
            "packet" => {
                let width = value.as_small().filter(|width| matches!(width, 1 | 2 | 4))?;
                self.framing = Framing::Packet(width as usize);
            }
            "line" => {
                let most =
                    value.as_small().and_then(|most| usize::try_from(most).ok()).filter(|&most| most > 0)?;
                self.framing = Framing::Line(most);
            }
            "cd" => self.folder = Some(text(value)?),
            "arg0" => self.name = Some(text(value)?),
            "args" => {
                self.arguments = view::list_to_vec(value)?.into_iter().map(text).collect::<Option<_>>()?
            }
            "env" => {
                for pair in view::list_to_vec(value)? {
                    let &[name, value] = view::tuple_elements(pair)? else { return None };
                    let value = match value.as_atom().map(Atom::text) {
                        Some("false") => None,
                        _ => Some(text(value)?),
                    };
                    let name = text(name).filter(|name| !name.is_empty())?;
                    if name.to_string_lossy().contains('=') {
                        return None;
                    }
                    self.environment.push((name, value));
                }
            }
            // Hints on when senders wait, and on threads.
            "busy_limits_port" | "busy_limits_msgq" => {}
            "parallelism" => drop(crate::bif::as_boolean(value)?),
            _ => return None,
        }
        Some(())
    }
}

/// A string (code points), an atom or a binary, without zero bytes.
fn text(word: Word) -> Option<OsString> {
    if let Some(atom) = word.as_atom() {
        return (!atom.text().contains('\0')).then(|| atom.text().into());
    }
    let bytes = match view::bits(word) {
        Some(bits) => bits.to_bytes()?.into_owned(),
        None => os::text(word).ok()?.into_bytes(),
    };
    (!bytes.contains(&0)).then(|| file::path_of(&bytes).into_os_string())
}
