//! Starting a program, and the two threads that serve its port.

use std::ffi::OsStr;
use std::fs::OpenOptions;
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use dala::actor::{SpawnOptions, process};
use dala::message::ExitReason;
use dala_ir::abi::{Atom, Pid, Word};
use dala_ir::term::{Fragment, TermWriter};

use super::actor::{self, Port, Served};
use super::framing::{Piece, Splitter};
use super::options::{Command, PortOptions};
use super::port_word;
use super::ram_file::RamFile;
use super::table::Entry;
use crate::process::{Process, message};

/// Bytes that are read at a time.
const READ_BYTES: usize = 64 << 10;

/// Starts the program, if it is one, and a port that is linked and connected with `p`.
///
/// # Errors
/// The operating system's, when the program cannot be started; of kind `OutOfMemory` when there are too many actors.
pub(crate) fn open(p: &mut Process, command: &Command, options: &PortOptions) -> io::Result<Pid> {
    let program = match command {
        Command::RamFile => {
            let file = Served::RamFile { file: RamFile::default(), is_binary: options.is_binary };
            return Ok(start_port(p, file, command, None, options)?.pid);
        }
        Command::File(_) => None,
        Command::Program(file) => Some(executable(file)),
        Command::Shell(line) => Some(shell(line)),
    };
    let (writer, pieces) = channel();
    // First, so that there is nothing to undo when there can be no more threads.
    let write = thread("dala-port-writer", move |(pid, input)| write(pid, input, &pieces))?;
    let read = thread("dala-port-reader", |(feed, output, child)| Feed::run(feed, output, child))?;
    let (mut child, input, output) = match program {
        Some(program) => {
            let (mut child, output) = start(p, program, options)?;
            let input = child.stdin.take().map(|input| Box::new(input) as Input);
            (Some(child), input, output)
        }
        None => {
            let (input, output) = open_file(command.name(), options)?;
            (None, input, output)
        }
    };
    let served = if input.is_some() { Served::Writer(writer) } else { Served::Nothing };
    let started = start_port(p, served, command, child.as_ref().map(Child::id), options);
    let entry = started.inspect_err(|_| {
        // Nobody would wait for it.
        if let Some(child) = &mut child {
            drop(child.kill());
            drop(child.wait());
        }
    })?;
    let pid = entry.pid;
    // The threads wait for these.
    if let Some(input) = input {
        drop(write.send((pid, input)));
    }
    let feed = Feed {
        entry,
        splitter: Splitter::new(options.framing),
        is_binary: options.is_binary,
        tells_eof: options.tells_eof,
        tells_exit_status: options.tells_exit_status,
    };
    drop(read.send((feed, output, child)));
    Ok(pid)
}

/// The actor of a port, on the table.
fn start_port(
    p: &mut Process,
    served: Served,
    command: &Command,
    os_pid: Option<u32>,
    options: &PortOptions,
) -> io::Result<Arc<Entry>> {
    let mut spawn = SpawnOptions::default().linked();
    spawn.traps_exits = true;
    let port = Port::new(Arc::clone(&p.system), p.pid, served);
    let spawned = p.system.runtime.spawn_behaviour(port, &spawn);
    let pid = spawned.map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?.pid;
    let entry = Arc::new(Entry {
        pid,
        name: command.name().to_string_lossy().into_owned(),
        os_pid,
        framing: options.framing,
        connected: AtomicU64::new(p.pid.to_bits()),
        is_closed: AtomicBool::new(false),
        input: AtomicU64::new(0),
        output: AtomicU64::new(0),
        data: Mutex::new(None),
        links: Mutex::new(vec![p.pid]),
    });
    p.system.builtins.ports.add(Arc::clone(&entry));
    // If something came before, it waits for the entry.
    process::wake(pid);
    Ok(entry)
}

/// A thread that does `work` with what it is sent, and ends when that is dropped instead.
fn thread<T: Send + 'static>(name: &str, work: impl FnOnce(T) + Send + 'static) -> io::Result<Sender<T>> {
    let (give, take) = channel();
    std::thread::Builder::new().name(name.into()).spawn(move || {
        if let Ok(given) = take.recv() {
            work(given);
        }
    })?;
    Ok(give)
}

type Input = Box<dyn Write + Send>;
type Output = Box<dyn Read + Send>;

/// The file as what the port writes to and reads from.
fn open_file(name: &OsStr, options: &PortOptions) -> io::Result<(Option<Input>, Option<Output>)> {
    let (reads, writes) = (options.reads, options.writes);
    let file =
        OpenOptions::new().read(reads).write(writes).create(writes).truncate(writes && !reads).open(name)?;
    let input = if writes { Some(Box::new(file.try_clone()?) as Input) } else { None };
    Ok((input, reads.then(|| Box::new(file) as Output)))
}

/// The program in this file; no other folder is searched for it.
fn executable(file: &OsStr) -> std::process::Command {
    let mut program = std::process::Command::new(Path::new(".").join(file));
    #[cfg(unix)]
    std::os::unix::process::CommandExt::arg0(&mut program, file);
    program
}

/// As OTP: the shell becomes the program.
fn shell(line: &OsStr) -> std::process::Command {
    let mut exec = std::ffi::OsString::from("exec ");
    exec.push(line);
    let mut shell = std::process::Command::new("/bin/sh");
    shell.arg("-c").arg(exec);
    shell
}

/// The program, and what it writes.
fn start(
    p: &Process,
    mut program: std::process::Command,
    options: &PortOptions,
) -> io::Result<(Child, Option<Output>)> {
    program.args(&options.arguments);
    #[cfg(unix)]
    if let Some(name) = &options.name {
        std::os::unix::process::CommandExt::arg0(&mut program, name);
    }
    if let Some(folder) = &options.folder {
        program.current_dir(folder);
    }
    program.env_clear().envs(p.system.builtins.environment.all());
    for (name, value) in &options.environment {
        match value {
            Some(value) => program.env(name, value),
            None => program.env_remove(name),
        };
    }
    program.stdin(if options.writes { Stdio::piped() } else { Stdio::null() });
    if !options.reads {
        program.stdout(Stdio::null());
        return Ok((program.spawn()?, None));
    }
    if options.joins_stderr {
        let (reader, writer) = io::pipe()?;
        program.stdout(writer.try_clone()?).stderr(writer);
        let child = program.spawn()?;
        // With it goes our end for writing, so that the program's end is the pipe's.
        drop(program);
        return Ok((child, Some(Box::new(reader))));
    }
    program.stdout(Stdio::piped());
    let mut child = program.spawn()?;
    let output = child.stdout.take().map(|output| Box::new(output) as Output);
    Ok((child, output))
}

/// Writes what the port is sent, until it is closed.
fn write(port: Pid, mut input: impl Write, pieces: &Receiver<Vec<u8>>) {
    while let Ok(piece) = pieces.recv() {
        if input.write_all(&piece).and_then(|()| input.flush()).is_err() {
            actor::ended(port, ExitReason::from(Atom::new("epipe")));
            return;
        }
    }
}

/// What the thread that reads knows.
struct Feed {
    entry: Arc<Entry>,
    splitter: Splitter,
    is_binary: bool,
    tells_eof: bool,
    tells_exit_status: bool,
}

impl Feed {
    /// Passes on what the program writes, and then its end.
    fn run(mut self, output: Option<Output>, child: Option<Child>) {
        let is_file = child.is_none();
        let has_output = output.is_some();
        if let Some(mut output) = output {
            let mut buffer = vec![0; READ_BYTES];
            loop {
                match output.read(&mut buffer) {
                    Ok(0) => break,
                    // Nobody is told any more: the program finds the other end closed, and is waited for below.
                    Ok(_) if self.entry.is_closed() => break,
                    Ok(count) => {
                        self.entry.input.fetch_add(count as u64, Ordering::Relaxed);
                        let pieces = self.splitter.push(&buffer[..count]);
                        pieces.into_iter().for_each(|piece| self.data(piece));
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(_) => break,
                }
            }
            if let Some(piece) = self.splitter.finish() {
                self.data(piece);
            }
        }
        let tells_eof = has_output && self.tells_eof;
        if tells_eof && !self.tells_exit_status {
            self.tell_eof();
        }
        // A file that is only written has no end.
        if is_file && !has_output {
            return;
        }
        let status = child.map_or(0, |mut child| child.wait().map_or(255, exit_code));
        if self.tells_exit_status {
            self.tell(|scratch| {
                scratch.tuple(&[Word::atom(Atom::new("exit_status")), Word::small_int(i64::from(status))])
            });
            // OTP's driver keeps the end of the output back until then; who closes the port at `eof` has the status.
            if tells_eof {
                self.tell_eof();
            }
        }
        if !self.tells_eof {
            actor::ended(self.entry.pid, ExitReason::Normal);
        }
    }

    fn tell_eof(&self) {
        self.tell(|_| Word::atom(Atom::new("eof")));
    }

    fn data(&self, piece: Piece) {
        let (bytes, end) = match &piece {
            Piece::Bytes(bytes) => (bytes, None),
            Piece::Eol(bytes) => (bytes, Some("eol")),
            Piece::NoEol(bytes) => (bytes, Some("noeol")),
        };
        self.tell(|scratch| {
            let data = if self.is_binary {
                scratch.binary(bytes)
            } else {
                let items: Vec<Word> = bytes.iter().map(|&byte| Word::small_int(byte.into())).collect();
                scratch.list(&items, Word::NIL)
            };
            let data = match end {
                Some(end) => scratch.tuple(&[Word::atom(Atom::new(end)), data]),
                None => data,
            };
            scratch.tuple(&[Word::atom(Atom::new("data")), data])
        });
    }

    /// Sends `{Port, What}` to the connected process, unless the port is closed.
    fn tell(&self, what: impl FnOnce(&mut Fragment) -> Word) {
        if self.entry.is_closed() {
            return;
        }
        let mut scratch = Fragment::new();
        let what = what(&mut scratch);
        let told = scratch.tuple(&[port_word(self.entry.pid), what]);
        // Its owner's end is the port's, too.
        drop(process::send(self.entry.connected(), message::node_of(told)));
    }
}

/// As a shell has it: of a signal, 128 and its number.
fn exit_code(status: std::process::ExitStatus) -> i32 {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return 128 + signal;
    }
    status.code().unwrap_or(255)
}
