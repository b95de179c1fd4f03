//! `dala run`: runs a function of a module.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError, mpsc};
use std::time::Duration;

use dala::message::ExitReason;
use dala::native::Arguments as NativeArguments;
use dala::{Runtime, StableLayout};
use dala_ir::abi::{Atom, Pid, Word};
use dala_ir::interp::{Class, JitMode};
use dala_ir::term::print::{Style, print};
use dala_ir::term::{Fragment, OwnedTerm, TermWriter};

use crate::code::{Bundle, CodePaths};
use crate::otp::boot::{self, CommandLine};
use crate::otp::read_term::read_term;
use crate::process::{
    Ended, Entry, Grant, Sandbox, System, SystemOptions, jit_from_environment, stack_trace,
    workers_from_environment,
};

/// Arguments of `dala run`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// Folder to search for modules first; may be given several times
    #[arg(long = "pa", value_name = "DIR")]
    pub paths: Vec<PathBuf>,
    /// Confines the program to what is granted, `none` or a list: files, programs, environment, code, processes, natives, emulator
    #[arg(long = "grant", value_name = "GRANT", value_delimiter = ',')]
    pub grants: Vec<String>,
    /// Prints the function's result
    #[arg(long)]
    pub print_result: bool,
    /// Root of the Erlang/OTP to take libraries from
    #[arg(long, value_name = "DIR")]
    pub otp: Option<PathBuf>,
    /// Root of the Elixir to take libraries from
    #[arg(long, value_name = "DIR")]
    pub elixir: Option<PathBuf>,
    /// Module to run
    pub module: String,
    /// Function to call
    #[arg(default_value = "main")]
    pub function: String,
    /// Arguments, as Erlang terms
    #[arg(allow_hyphen_values = true)]
    pub terms: Vec<String>,
}

/// Longest wait for log events to be printed at the end of a program.
const FLUSH_LIMIT: Duration = Duration::from_secs(2);

/// Runs the command.
pub fn run(arguments: &Arguments) -> ExitCode {
    super::report(try_run(arguments))
}

fn try_run(arguments: &Arguments) -> Result<ExitCode, String> {
    let program = Program::new(&arguments.paths, arguments.otp.as_deref(), arguments.elixir.as_deref())?;
    let started = program.start(arguments.needs(), |_| Ok(()))?;
    let code = started.run_function(arguments)?;
    started.leave();
    Ok(code)
}

impl Arguments {
    /// The applications that the function needs.
    pub(super) fn needs(&self) -> &'static [&'static str] {
        if self.module.starts_with("Elixir.") { &["elixir"] } else { &[] }
    }

    /// What the program may do, if it may not do everything.
    fn sandbox(&self) -> Result<Option<Sandbox>, String> {
        let named = |name: &String| {
            let known = || Grant::ALL.iter().map(|grant| grant.name()).collect::<Vec<_>>().join(", ");
            Grant::named(name).ok_or_else(|| format!("{name} is no grant; there are none, {}", known()))
        };
        let grants =
            self.grants.iter().filter(|name| *name != "none").map(named).collect::<Result<Vec<_>, _>>()?;
        Ok((!self.grants.is_empty()).then(|| Sandbox::new().grants(grants)))
    }
}

/// A runtime for one program.
#[derive(Debug)]
pub(super) struct Program {
    options: SystemOptions,
    command: CommandLine,
    /// Folders searched behind the installed libraries.
    last: Vec<PathBuf>,
}

impl Program {
    /// With these folders before the installed libraries.
    ///
    /// # Errors
    /// With a text, when no libraries are installed.
    pub(super) fn new(
        paths: &[PathBuf],
        otp: Option<&Path>,
        elixir: Option<&Path>,
    ) -> Result<Program, String> {
        let mut options = SystemOptions::from_environment();
        // Asked for by its name, it is there or an error.
        jit_from_environment()?;
        options.exits_on_halt = true;
        options.paths = paths.to_vec();
        options.otp = otp.map(Path::to_owned);
        options.elixir = elixir.map(Path::to_owned);
        CodePaths::find(paths, otp, elixir).map_err(|error| error.to_string())?;
        Ok(Program { options, command: CommandLine::default(), last: Vec::new() })
    }

    /// With nothing but what a bundle holds.
    ///
    /// # Errors
    /// With a text, when the environment asks for what there is not.
    pub(super) fn of_bundle(bundle: Arc<Bundle>) -> Result<Program, String> {
        let mut options = SystemOptions::from_environment();
        // Who has machine code makes none, unless it is asked to.
        if jit_from_environment()?.is_none() && bundle.has_machine_code() {
            options.jit = JitMode::Off;
        }
        options.exits_on_halt = true;
        options.bundle = Some(bundle);
        // It has nothing to compile.
        options.cache = None;
        Ok(Program { options, command: CommandLine::default(), last: Vec::new() })
    }

    /// With what the program may ask `init` for.
    pub(super) fn with_command_line(mut self, command: CommandLine) -> Program {
        self.command = command;
        self
    }

    /// With folders that are searched behind the installed libraries.
    pub(super) fn with_last_paths(mut self, last: Vec<PathBuf>) -> Program {
        self.last = last;
        self
    }

    /// Starts OTP and the applications `started`, runs `entry` until it ends, and reports how.
    ///
    /// # Errors
    /// With a text, when it cannot be started.
    pub(super) fn run(
        self,
        started: &[&str],
        entry: Entry<'_>,
        print_result: bool,
    ) -> Result<ExitCode, String> {
        let started = self.start(started, |_| Ok(()))?;
        let code = started.report(&started.run(entry)?, print_result);
        started.leave();
        Ok(code)
    }

    /// Starts OTP, and what a function returns.
    ///
    /// # Errors
    /// With a text, when it cannot be started, or the function has no such value.
    pub(super) fn ask<R: StableLayout>(
        self,
        module: &str,
        function: &str,
        arguments: impl NativeArguments,
    ) -> Result<R, String> {
        let started = self.start(&[], |_| Ok(()))?;
        let value = started.runtime.block_on(started.system.call(module, function, arguments));
        started.leave();
        value.map_err(|error| error.to_string())
    }

    /// Starts OTP and the applications `started` on a system that `prepare` has seen before.
    ///
    /// # Errors
    /// With a text, when it cannot be started.
    pub(super) fn start(
        self,
        started: &[&str],
        prepare: impl FnOnce(&System) -> Result<(), String>,
    ) -> Result<Started, String> {
        let mut builder = Runtime::builder().thread_name("dala");
        if let Some(workers) = workers_from_environment()? {
            builder = builder.workers(workers);
        }
        let runtime = builder.build().map_err(|error| format!("cannot start the runtime: {error}"))?;
        let system = System::new(runtime.handle().clone(), self.options);
        {
            let mut paths = system.code.paths.write().unwrap_or_else(PoisonError::into_inner);
            self.last.into_iter().for_each(|folder| paths.add_last(folder));
        }
        prepare(&system)?;
        let leader = boot::start_with(&system, started, &self.command)?;
        Ok(Started { runtime, system, leader })
    }
}

/// A runtime on which the program can run.
#[derive(Debug)]
pub(super) struct Started {
    runtime: Runtime,
    pub(super) system: Arc<System>,
    leader: Pid,
}

impl Started {
    /// Runs `entry` until it ends, or halts the runtime.
    ///
    /// # Errors
    /// With a text, when it cannot be started.
    pub(super) fn run(&self, entry: Entry<'_>) -> Result<Ended, String> {
        self.run_in(None, entry)
    }

    fn run_in(&self, sandbox: Option<Sandbox>, entry: Entry<'_>) -> Result<Ended, String> {
        let (sender, receiver) = mpsc::channel();
        let started = match sandbox {
            Some(sandbox) => self.system.start_confined(entry, Some(self.leader), sender, sandbox),
            None => self.system.start_process(entry, Some(self.leader), Some(sender)),
        };
        started.map_err(|_| "cannot start a process".to_owned())?;
        receiver.recv().map_err(|_| "the program ended without a word".to_owned())
    }

    /// What the processes share.
    pub(super) fn system(&self) -> &Arc<System> {
        &self.system
    }

    /// Runs the function that `arguments` name to its end; the exit status.
    ///
    /// # Errors
    /// With a text, when there can be no such function, or it cannot be started.
    pub(super) fn run_function(&self, arguments: &Arguments) -> Result<ExitCode, String> {
        let name = |text: &str| Atom::try_new(text).map_err(|error| error.to_string());
        let (module, function) = (name(&arguments.module)?, name(&arguments.function)?);
        let mut scratch = Fragment::new();
        let mut terms = Vec::new();
        for text in &arguments.terms {
            terms.push(read_term(text, &mut scratch).map_err(|error| format!("{text}: {error}"))?);
        }
        let terms = scratch.list(&terms, Word::NIL);
        let ended = self.run_in(arguments.sandbox()?, Entry::Function(module, function, terms))?;
        Ok(self.report(&ended, arguments.print_result))
    }

    /// Prints how the program ended; the exit status.
    fn report(&self, ended: &Ended, print_result: bool) -> ExitCode {
        match ended {
            Ended::Value(value) if print_result => {
                super::finish(Ok(format!("{}\n", print(value.root(), Style::Readable))))
            }
            Ended::Value(_) => ExitCode::SUCCESS,
            // Whoever read has seen enough: `dala run MODULE | head`. Printing then raises this, as on OTP.
            Ended::Raised { class: Class::Error, reason, .. }
                if reason.root() == Word::atom(Atom::new("terminated"))
                    && self.system.builtins.has_lost_reader.load(Ordering::Relaxed) =>
            {
                ExitCode::SUCCESS
            }
            Ended::Raised { class, reason, trace } => {
                eprint!("{}", stack_trace::show(*class, reason.root(), trace.root()));
                ExitCode::FAILURE
            }
            Ended::Exit(ExitReason::Normal | ExitReason::Shutdown) => ExitCode::SUCCESS,
            Ended::Exit(reason) => {
                let term = OwnedTerm::build(|scratch| reason.write(scratch));
                eprintln!("** exited: {}", print(term.root(), Style::Readable));
                ExitCode::FAILURE
            }
            Ended::Halted(status) => ExitCode::from(u8::try_from(*status & 0xff).unwrap_or(1)),
        }
    }

    /// The program is over, whatever its other processes do.
    pub(super) fn leave(self) {
        boot::flush(&self.system, FLUSH_LIMIT);
        // What was printed is out: printing waits for its reply.
        let _ = std::io::stdout().flush();
        for (place, count) in dala_ir::interp::jit_exits() {
            eprintln!("{count:>12} exits from machine code at {place}");
        }
        dala_ir::interp::keep::keep_machine_code();
        std::mem::forget(self.runtime);
    }
}
