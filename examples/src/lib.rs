//! Examples of Dala, one a file or folder of this crate; `hello.rs` is the first to read. Here is what those share that have
//! an Elixir side.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::time::Duration;

use dala::Runtime;
use dala_beam::code::Bundle;
use dala_beam::otp::boot;
use dala_beam::process::{System, SystemOptions, workers_from_environment};

/// A runtime with OTP and Elixir on it, and the modules of one example.
#[derive(Debug)]
pub struct Stage {
    /// Where all actors live.
    pub runtime: Runtime,
    /// What the processes share.
    pub system: Arc<System>,
}

impl Stage {
    /// Compiles what has changed in `examples/NAME/lib`, and starts. With modules behind this program (`dala build --onto`)
    /// it needs neither sources nor Elixir.
    ///
    /// # Errors
    /// With a text: `elixirc` is not installed, or has something to say; OTP does not start.
    pub fn new(name: &str) -> Result<Stage, String> {
        let mut options = SystemOptions::from_environment();
        options.bundle = Bundle::of_this_program().map_err(|error| error.to_string())?.map(Arc::new);
        if options.bundle.is_none() {
            options.paths = vec![compiled(name)?];
        }
        let mut builder = Runtime::builder();
        if let Some(workers) = workers_from_environment()? {
            builder = builder.workers(workers);
        }
        let runtime = builder.build().map_err(|error| format!("cannot start the runtime: {error}"))?;
        let system = System::new(runtime.handle().clone(), options);
        boot::start(&system, &["elixir"])?;
        Ok(Stage { runtime, system })
    }

    /// Ends OTP's applications, then all actors.
    pub fn stop(self) {
        boot::stop(&self.system, Duration::from_secs(5));
        self.runtime.shutdown(Duration::from_secs(5));
    }
}

/// What an example ends with; says what went wrong.
pub fn ended(result: Result<(), impl Display>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

/// The folder of an example.
pub fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn compiled(name: &str) -> Result<PathBuf, String> {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"), PathBuf::from);
    let ebin = target.join(name).join("ebin");
    let said = |error: std::io::Error| format!("{}: {error}", ebin.display());
    std::fs::create_dir_all(&ebin).map_err(said)?;
    let done = ebin.join(".built");
    let built = std::fs::metadata(&done).and_then(|data| data.modified()).ok();
    let mut sources = Vec::new();
    for entry in std::fs::read_dir(folder(name).join("lib")).map_err(said)? {
        sources.push(entry.map_err(said)?.path());
    }
    let changed = |path: &PathBuf| std::fs::metadata(path).and_then(|data| data.modified()).ok() > built;
    if sources.iter().any(changed) {
        let output = Command::new("elixirc")
            .args(["--warnings-as-errors", "-o"])
            .arg(&ebin)
            .args(&sources)
            .output()
            .map_err(|error| format!("elixirc: {error}; scripts/setup.sh installs it"))?;
        if !output.status.success() {
            let said = [output.stdout, output.stderr].concat();
            return Err(String::from_utf8_lossy(&said).into_owned());
        }
        std::fs::write(&done, "").map_err(said)?;
    }
    Ok(ebin)
}
