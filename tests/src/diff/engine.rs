//! What runs a program: real OTP, or the `dala` command.
use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::program::Program;
use super::together;

/// The longest transcript that is read; a program that prints more is in a loop.
const TRANSCRIPT_LIMIT: u64 = 4 << 20;

/// A way to run `MODULE:main()` of a folder of `.beam` files.
#[derive(Clone, Debug)]
pub enum Engine {
    /// The installed OTP: the oracle.
    Otp(Otp),
    /// The `dala` command at this path.
    Dala(PathBuf),
}

/// The installed OTP and Elixir.
#[derive(Clone, Debug)]
pub struct Otp {
    /// `OTP RELEASE, Elixir VERSION`, part of every cache key.
    pub versions: String,
    /// Folder of Elixir's own `.beam` files.
    pub elixir_ebin: PathBuf,
}

impl Otp {
    /// Asks the installed `erl`, and finds Elixir beside its `elixirc`.
    ///
    /// # Errors
    /// When one of them is missing.
    pub fn find() -> io::Result<Self> {
        let missing = |what: &str| io::Error::other(format!("{what} not found; run scripts/setup.sh"));
        let asked = Command::new("erl")
            .args(["-noshell", "-eval"])
            .arg("{ok, V} = file:read_file(filename:join([code:root_dir(), \"releases\", erlang:system_info(otp_release), \"OTP_VERSION\"])), io:put_chars(V), halt().")
            .output()
            .map_err(|_| missing("erl"))?;
        let otp = String::from_utf8_lossy(&asked.stdout).trim().to_owned();
        let elixirc = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
            .map(|folder| folder.join("elixirc"))
            .find(|path| path.is_file())
            .ok_or_else(|| missing("elixirc"))?
            .canonicalize()?;
        let root =
            elixirc.parent().and_then(Path::parent).ok_or_else(|| missing("Elixir's library folder"))?;
        let elixir_ebin = root.join("lib/elixir/ebin");
        let app = std::fs::read_to_string(elixir_ebin.join("elixir.app"))
            .map_err(|_| missing("Elixir's library folder"))?;
        let elixir = app.split("{vsn,\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or("unknown");
        Ok(Self { versions: format!("OTP {otp}, Elixir {elixir}"), elixir_ebin })
    }

    /// Folder of the `.beam` files of a library that comes with Elixir.
    fn library(&self, name: &str) -> PathBuf {
        let libraries = self.elixir_ebin.ancestors().nth(2).unwrap_or(&self.elixir_ebin);
        libraries.join(name).join("ebin")
    }
}

/// How a run ended.
#[derive(Clone, Debug)]
pub struct Transcript {
    /// Standard output.
    pub output: String,
    /// Standard error: shown when a program fails, never compared.
    pub diagnostics: String,
    /// Exit status 0 within the time limit.
    pub ended_well: bool,
    /// What to say of the end when it was not a good one.
    pub end: String,
}

impl Engine {
    /// Runs one program. Its end is part of the transcript; an `Err` means that it could not be started.
    ///
    /// # Errors
    /// When the engine cannot be started or its output cannot be kept.
    pub fn run(&self, program: &Program, ebin: &Path, limit: Duration) -> io::Result<Transcript> {
        self.call(&program.module, "", ebin, limit)
    }

    /// Runs programs one after the other in one process of the engine: a transcript for each, in their order.
    ///
    /// # Errors
    /// As [`Engine::run`].
    pub fn run_together(
        &self,
        programs: &[Program],
        ebin: &Path,
        limit: Duration,
    ) -> io::Result<Vec<Transcript>> {
        let modules: Vec<String> = programs.iter().map(|program| format!(",'{}'", program.module)).collect();
        let argument = format!("[{}{}]", limit.as_millis(), modules.concat());
        // The driver ends a program at its limit; this one is for a runtime that hangs.
        let all = self.call(together::DRIVER, &argument, ebin, limit * (2 + programs.len() as u32 / 4))?;
        Ok(together::split(&all, programs))
    }

    /// Calls `MODULE:main(ARGUMENT)`.
    fn call(&self, module: &str, argument: &str, ebin: &Path, limit: Duration) -> io::Result<Transcript> {
        let mut command = match self {
            Self::Otp(otp) => {
                let mut command = Command::new("erl");
                // Crash reports of OTP's logger hold times; Dala sends them to standard error.
                command.args(["-noshell", "-noinput", "+S", "2", "-kernel", "logger_level", "none", "-pa"]);
                command.arg(ebin);
                for library in ["logger", "ex_unit", "eex", "elixir"] {
                    command.arg("-pa").arg(otp.library(library));
                }
                // In a process of its own, so that a stack trace ends at `main`; with the encoding that
                // the shell and Elixir set, and Dala has, but `erl -noshell` has not.
                command.arg("-eval").arg(format!(
                    "io:setopts(user, [{{encoding, unicode}}]), application:ensure_all_started(elixir), \
                     {{_, R}} = spawn_monitor('{module}', main, [{argument}]), \
                     receive {{'DOWN', R, _, _, normal}} -> halt(0); \
                     {{'DOWN', R, _, _, Why}} -> io:format(standard_error, \"~p~n\", [Why]), halt(1) end."
                ));
                command
            }
            Self::Dala(binary) => {
                let mut command = Command::new(binary);
                command.arg("run").arg("-pa").arg(ebin).arg(module).arg("main");
                if !argument.is_empty() {
                    command.arg(argument);
                }
                command
            }
        };
        // Files, not pipes: a program that is killed at the limit leaves what it had printed, and
        // nobody has to drain two pipes at once.
        let mut output = tempfile::tempfile()?;
        let mut diagnostics = tempfile::tempfile()?;
        command
            // A crash dump of a program that fails on OTP would land in the source tree.
            .env("ERL_CRASH_DUMP_SECONDS", "0")
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(diagnostics.try_clone()?);
        let mut child = command
            .spawn()
            .map_err(|error| io::Error::other(format!("cannot run {:?}: {error}", command.get_program())))?;
        let status = wait(&mut child, limit)?;
        let (ended_well, end) = match status {
            Some(status) if status.success() => (true, String::new()),
            Some(status) => (false, format!("{status}")),
            None => (false, format!("killed after {} s", limit.as_secs())),
        };
        Ok(Transcript {
            output: read_back(&mut output)?,
            diagnostics: read_back(&mut diagnostics)?,
            ended_well,
            end,
        })
    }
}

/// Waits for a child, and kills it at the limit (then `None`).
fn wait(child: &mut Child, limit: Duration) -> io::Result<Option<ExitStatus>> {
    let deadline = Instant::now() + limit;
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= deadline {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        // std has no wait with a limit; polling costs this thread nothing that matters here.
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

fn read_back(file: &mut File) -> io::Result<String> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.take(TRANSCRIPT_LIMIT).read_to_end(&mut bytes)?;
    // Bytes that are not UTF-8 must still compare: each is written out.
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}")));
    }
    Ok(text)
}
